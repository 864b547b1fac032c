"""The words of a picture from a whole screen to a sixteenth of a small one: never clipped, never overlaid."""

import itertools

import numpy as np
import pytest

from realfm_gui.domain.images import Frame, OverlayPlane, SeriesWarning, WarningKind, Window
from realfm_gui.gui.viewer.corner_layout import CornerLayout, Room, laid_out
from realfm_gui.gui.viewer.corner_text import CornerText, ScaleBar, corner_text, view_words
from realfm_gui.gui.viewer.orientation import EdgeLetters
from realfm_gui.gui.viewer.view_state import ViewState

FULL = CornerText(
    status=("W 1500  L −600 HU (lung)  inverted", "×0.25", "slice 117/1200", "Length: drag from end to end"),
    short=("117/1200", "W 1500  L −600  inverted", "×0.25"),
    notices=(
        "lossy compression",
        "Slices are missing between 34 and 36: distances along the body are not even.",
    ),
    letters=EdgeLetters(left="RPH", right="LAF", top="APH", bottom="PAF"),
    bar=ScaleBar(length_px=60.0, label="10 cm (detector)"),
    view="Left MLO",
)
SIZES = [
    (w, h)
    for w, h in itertools.product((96, 120, 198, 259, 260, 330, 440, 900, 1800), (72, 148, 190, 330, 1000))
]


class Typewriter:
    """Measures as if every character were as wide as most are at most."""

    def width(self, words: str, size: int) -> float:
        return 0.55 * size * len(words)

    def height(self, size: int) -> float:
        return 1.2 * size


def layout(text: CornerText, width: float, height: float) -> CornerLayout:
    return laid_out(text, width=width, height=height, ratio=1.0, ruler=Typewriter())


def written(text: CornerText, width: float, height: float) -> str:
    return " | ".join(placed.words for placed in layout(text, width, height).words)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_that_nothing_lies_on_anything_else_or_beyond_the_edge(width: int, height: int):
    found = layout(FULL, width, height)
    boxes = [*found.words, *([] if found.bar is None else [found.bar.label])]
    assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))
    for box in boxes:
        assert box.left >= 0
        assert box.top >= 0
        assert box.right <= width
        assert box.bottom <= height


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_that_slice_and_left_letter_are_the_last_to_go(width: int, height: int):
    assert "117/1200" in written(FULL, width, height)
    assert "RPH" in written(FULL, width, height)


def test_that_a_large_room_says_everything():
    words = written(FULL, 1200, 900)
    for expected in (*FULL.status, *FULL.notices, FULL.view, "RPH", "LAF", "APH", "PAF"):
        assert expected in words
    bar = layout(FULL, 1200, 900).bar
    assert bar is not None
    assert bar.right - bar.left == 60


def test_that_a_pane_of_sixteen_says_slice_window_and_that_there_is_a_notice():
    words = written(FULL, 198, 148)
    assert "117/1200" in words
    assert "W 1500  L −600  inverted" in words
    assert "Left MLO" in words
    assert "lossy compression…" in words
    assert layout(FULL, 198, 148).bar is None
    assert {placed.size for placed in layout(FULL, 198, 148).words} == {11}


def test_that_a_notice_without_room_beside_the_letters_is_not_broken_but_put_below_them():
    text = CornerText(
        status=(), notices=("lossy compression",), letters=EdgeLetters(left="R", top="A"), bar=None
    )
    assert "lossy compression" in written(text, 200, 150)
    (notice,) = (placed for placed in layout(text, 200, 150).words if not placed.is_letter)
    (left, top) = (placed for placed in layout(text, 200, 150).words if placed.is_letter)
    assert notice.top >= max(left.bottom, top.bottom)


def test_that_the_lower_letter_moves_above_words_in_its_way():
    wide = CornerText(status=("W 400  L 40  " * 4,), notices=(), letters=EdgeLetters(bottom="P"), bar=None)
    status, letter = layout(wide, 600, 500).words
    assert letter.bottom <= status.top
    assert letter.left == pytest.approx(300 - letter.width / 2)


def test_that_a_bar_as_wide_as_half_the_room_is_left_out():
    text = CornerText(
        status=("×1",), notices=(), letters=EdgeLetters(), bar=ScaleBar(length_px=200.0, label="20 cm")
    )
    assert layout(text, 400, 400).bar is None
    assert layout(text, 800, 400).bar is not None


def test_that_rooms_follow_the_smaller_side():
    assert Room.of(1200, 900) is Room.LARGE
    assert Room.of(1200, 300) is Room.MEDIUM
    assert Room.of(198, 900) is Room.SMALL
    assert Room.of(900, 148) is Room.SMALL


# -- what is said


def frame(**given) -> Frame:
    return Frame(pixels=np.zeros((40, 60), np.uint16), windows=(Window(center=50, width=100),), **given)


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        ({"ImageLaterality": "L", "ViewPosition": "MLO"}, "Left MLO"),
        ({"Laterality": "R"}, "Right"),
        ({"ImageLaterality": "U", "ViewPosition": "PA"}, "PA"),
        ({"ImageLaterality": "R", "Laterality": "L"}, "Right"),  # the image knows better than its series
        ({"cut": "Axial, MIP of 10 mm", "Laterality": "L"}, "Axial, MIP of 10 mm"),
        ({}, ""),
    ],
)
def test_that_side_and_view_are_said_as_the_file_says_them(tags, words: str):
    assert view_words(frame(tags=tags)) == words


def test_that_the_exact_mode_is_said_and_the_short_form_has_slice_and_window_first():
    state = ViewState([frame(position_mm=(0.0, 0, n)) for n in range(3)])
    state.resize(width=600, height=400)
    assert corner_text(state, longest_bar_px=10).status == ("W 100  L 50", "×10", "slice 1/3")
    state.toggle_exact()
    said = corner_text(state, longest_bar_px=10)
    assert said.status[1] == "×10  pixels as they are"
    assert said.short == ("1/3", "W 100  L 50", "×10  pixels as they are")


def test_that_overlays_of_the_file_are_said_before_what_is_odd_about_the_series():
    plane = OverlayPlane(mask=np.ones((2, 2), np.bool_))
    warning = SeriesWarning(kind=WarningKind.UNPLACED, series=0, text="No positions.")
    state = ViewState([frame(overlays=(plane,))], warnings=(warning,))
    assert corner_text(state, longest_bar_px=10).notices == ("drawn overlay of the file", "No positions.")
