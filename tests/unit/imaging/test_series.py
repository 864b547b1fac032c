"""Frames in display order, and what is unusual about a series."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from realfm_gui.domain.images import Frame, Window
from realfm_gui.imaging.series import WarningKind, arrange, load_case
from realfm_gui.imaging.windows import DERIVED

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
SAGITTAL = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)


def plane(z: float, *, number=0, orientation=AXIAL, series="1.2", window: Window | None = None) -> Frame:
    position = (z, 0.0, 0.0) if orientation == SAGITTAL else (0.0, 0.0, z)
    return Frame(
        pixels=np.zeros((2, 2), np.uint16),
        position_mm=position,
        orientation=orientation,
        windows=(window,) if window else (),
        tags={"SeriesInstanceUID": series, "InstanceNumber": str(number)},
    )


def heights(frames) -> list[float]:
    return [frame.position_mm[2] for frame in frames]


def kinds(frames) -> list[WarningKind]:
    return [warning.kind for warning in arrange(frames).warnings]


def test_that_planes_are_sorted_by_place_and_not_by_number() -> None:
    shuffled = [plane(z, number=int(z)) for z in (10, -5, 0, 5)]  # numbered from the feet
    loaded = arrange(shuffled)
    assert heights(loaded.frames) == [10, 5, 0, -5]
    assert loaded.warnings == ()


def test_that_series_stay_apart_in_order_of_appearance() -> None:
    frames = [plane(1, series="b"), plane(8, series="a"), plane(3, series="b"), plane(9, series="a")]
    assert heights(arrange(frames).frames) == [3, 1, 9, 8]


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ((0, 5, 10, 15), []),
        ((0, 5, 15, 20), [WarningKind.GAP]),
        ((0, 4, 8, 12, 19, 26, 33), [WarningKind.VARYING_SPACING]),  # a head: thin below, thick above
        ((0, 4, 8, 12, 19, 26, 40, 47), [WarningKind.GAP]),  # one of the thick ones is missing
        ((0, 5, 10.5, 15), [WarningKind.VARYING_SPACING]),
        ((0, 5, 5, 10, 15), [WarningKind.DUPLICATE_POSITION]),
    ],
)
def test_that_gaps_and_duplicates_are_told(places, expected) -> None:
    assert kinds([plane(z, number=i) for i, z in enumerate(places)]) == expected


@pytest.mark.parametrize(("shift_mm", "tilt"), [(0.0, None), (0.02, None), (1.34, 15.0), (-1.34, 15.0)])
def test_that_a_tilted_gantry_is_told_with_its_angle(shift_mm: float, tilt: float | None) -> None:
    frames = [replace(plane(5 * i, number=i), position_mm=(0.0, shift_mm * i, 5.0 * i)) for i in range(6)]
    texts = [w.text for w in arrange(frames).warnings if w.kind == WarningKind.GANTRY_TILT]
    assert len(texts) == (tilt is not None)
    assert tilt is None or f"{tilt:.1f}°" in texts[0]


def test_that_mixed_orientations_are_kept_in_groups_and_told() -> None:
    frames = [plane(0), plane(4, orientation=SAGITTAL, number=1), plane(5, number=2), plane(-5, number=3)]
    loaded = arrange(frames)
    assert [frame.orientation for frame in loaded.frames] == [AXIAL, AXIAL, AXIAL, SAGITTAL]
    assert heights(loaded.frames)[:3] == [5, 0, -5]
    assert [warning.kind for warning in loaded.warnings] == [WarningKind.MIXED_ORIENTATION]


def test_that_a_stack_without_windows_gets_one_for_all() -> None:
    windows = [Window(center=c, width=10, name=DERIVED) for c in (0, 100)]
    loaded = arrange([plane(i, window=window) for i, window in enumerate(windows)])
    assert {frame.windows[0] for frame in loaded.frames} == {
        Window(center=50, width=110, name=DERIVED, function="linear_exact")
    }


def test_that_a_real_tilted_head_ct_is_in_order_with_its_uneven_spacing_told(dicom: Path) -> None:
    files = sorted((dicom / "series_ct_GE_dcm_qa").glob("*.dcm"))
    loaded = load_case(files[::-1])
    assert len(loaded.frames) == 28
    # Its normal is (0, 0.317, 0.948): towards the head, which comes first. The scanner counted from below.
    along = [np.dot(np.cross(f.orientation[:3], f.orientation[3:]), f.position_mm) for f in loaded.frames]
    assert (np.diff(along) < 0).all()
    assert heights(loaded.frames)[::27] == pytest.approx([157.776, 5.836], abs=1e-3)
    assert [frame.tags["InstanceNumber"] for frame in loaded.frames] == [str(28 - k) for k in range(28)]
    assert {warning.kind for warning in loaded.warnings} == {
        WarningKind.GANTRY_TILT,
        WarningKind.VARYING_SPACING,
    }
    # the header says +18.5, and so do the positions, from which it is computed
    assert any("18.5°" in warning.text for warning in loaded.warnings)
