"""Frames: what may be one, what its values are, what it costs."""

import numpy as np
import pytest

from realfm_gui.domain.images import CaseFrames, Frame, Window


def test_that_signed_data_keep_their_values() -> None:
    stored = np.array([[0, 32768, 65535]], np.uint16)
    frame = Frame(pixels=stored, stored_offset=32768, slope=2.0, intercept=-1024.0)
    assert frame.values().tolist() == [[2 * -32768 - 1024, -1024, 2 * 32767 - 1024]]


def test_that_a_modality_table_replaces_slope_and_intercept() -> None:
    table = np.linspace(-1, 1, 65536, dtype=np.float32)
    frame = Frame(pixels=np.array([[0, 65535]], np.uint16), modality_table=table, slope=7)
    assert frame.values().tolist() == [[-1.0, 1.0]]


def test_that_colour_gives_its_luma() -> None:
    frame = Frame(pixels=np.array([[[255, 0, 0], [255, 255, 255]]], np.uint8))
    assert frame.values()[0] == pytest.approx([76.245, 255.0], abs=1e-3)


@pytest.mark.parametrize(
    "pixels", [np.zeros((2, 2), np.int16), np.zeros((2, 2, 4), np.uint8), np.zeros(4, np.uint16)]
)
def test_that_other_arrays_are_no_frame(pixels: np.ndarray) -> None:
    with pytest.raises(ValueError, match="neither grey nor RGB"):
        Frame(pixels=pixels)


def test_that_a_window_needs_a_width() -> None:
    with pytest.raises(ValueError, match="positive width"):
        Window(center=0, width=0)


def test_that_arrays_which_frames_share_count_once() -> None:
    pixels, table = np.zeros((10, 10), np.uint16), np.zeros(65536, np.float32)
    frames = tuple(Frame(pixels=pixels, modality_table=table) for _ in range(5))
    assert CaseFrames(case_id="c", frames=frames).nbytes == pixels.nbytes + table.nbytes
