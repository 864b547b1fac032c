"""Slice, window and zoom as plain state."""

import json

import numpy as np
import pytest

from realfm_gui.domain.images import Frame, SeriesWarning, VoiTable, WarningKind, Window
from realfm_gui.gui.viewer.corner_text import corner_text, number, scale_bar
from realfm_gui.gui.viewer.orientation import EdgeLetters, edge_letters
from realfm_gui.gui.viewer.presets import MAX_PRESETS, presets_for
from realfm_gui.gui.viewer.turn import Turn
from realfm_gui.gui.viewer.view_state import ViewState, window_quantum


def frame(rows: int = 40, columns: int = 60, **given) -> Frame:
    pixels = np.arange(rows * columns, dtype=np.uint16).reshape(rows, columns)
    return Frame(pixels=pixels, **({"windows": (Window(center=1000, width=400),)} | given))


def state(*frames: Frame, series: list[int] | None = None, width: int = 300, height: int = 200) -> ViewState:
    made = ViewState(frames or (frame(),), series)
    made.resize(width=width, height=height)
    return made


def test_that_a_case_opens_fitted_and_centred():
    view = state()
    assert view.scale == 5
    assert view.transform().image_to_view(19.5, 29.5, 200, 300) == (99.5, 149.5)


def test_that_fit_respects_pixels_that_are_not_square():
    view = state(frame(aspect=2.0), width=600, height=160)
    assert view.scale == 2
    assert view.transform().row_scale == 4


@pytest.mark.parametrize("factor", [1.2, 0.7, 8.0])
def test_that_zooming_keeps_what_is_under_the_cursor(factor: float):
    view = state()
    before = view.transform().view_to_image(120, 80, 200, 300)
    view.zoom_at(factor, x=80.5, y=120.5)
    assert view.scale == pytest.approx(5 * factor)
    assert view.transform().view_to_image(120, 80, 200, 300) == pytest.approx(before)


def test_that_panning_moves_the_picture_with_the_mouse_and_cannot_lose_it():
    view = state()
    y, x = view.transform().image_to_view(10, 10, 200, 300)
    view.pan(30, -20)
    assert view.transform().image_to_view(10, 10, 200, 300) == pytest.approx((y - 20, x + 30))
    view.pan(1e6, 1e6)
    row, column = view.view.center
    assert (row, column) == (-0.5, -0.5)


def test_that_a_drag_to_the_right_widens_and_upwards_brightens():
    view = state()
    view.drag_window(40, -100, start=view.view.window)
    assert (view.view.window.width, view.view.window.center) == (440, 900)


def test_that_upwards_brightens_an_inverted_picture_too():
    view = state()
    view.invert()
    view.drag_window(0, -100, start=view.view.window)
    assert view.view.window.center == 1100
    low_is_white = state(frame(shows_low_as_white=True))
    low_is_white.drag_window(0, -100, start=low_is_white.view.window)
    assert low_is_white.view.window.center == 1100


def test_that_a_window_never_gets_narrower_than_its_step():
    view = state()
    view.drag_window(-1e6, 0, start=view.view.window)
    assert view.view.window.width == 1


@pytest.mark.parametrize(("width", "quantum"), [(65536, 1), (4096, 1), (400, 1), (1.0, 0.01), (0.05, 0.0001)])
def test_that_windows_are_rounded_to_a_step_that_fits_their_width(width: float, quantum: float):
    assert window_quantum(width) == pytest.approx(quantum)


@pytest.mark.parametrize("drag", [(13.7, 5.3), (-41.2, 77.7), (0.3, 0.1)])
@pytest.mark.parametrize("width", [3200.0, 400.0, 1.0])
def test_that_the_window_shown_is_the_window_applied(drag: tuple[float, float], width: float):
    view = state(frame(windows=(Window(center=0.25, width=width),)))
    view.drag_window(*drag, start=view.view.window)
    shown = corner_text(view, longest_bar_px=50).status[0].replace("−", "-").split()
    assert (float(shown[1]), float(shown[3])) == (view.view.window.width, view.view.window.center)


def test_that_settings_follow_the_series_and_not_the_slice():
    view = state(*[frame()] * 5, series=[0, 0, 0, 1, 1])
    view.drag_window(100, 0, start=view.view.window)
    view.step(2)
    assert view.view.window.width == 500
    view.show_series(1)
    assert (view.view.frame, view.view.window.width) == (3, 400)
    view.show_series(0)
    assert (view.view.frame, view.view.window.width) == (2, 500)


def test_that_scrolling_ends_at_the_ends_of_the_series():
    view = state(*[frame()] * 5, series=[0, 0, 0, 1, 1])
    assert view.step(7)
    assert view.view.frame == 2
    assert not view.step(1)
    assert view.show_frame(4)
    assert view.series == 1


def test_that_reset_keeps_the_slice():
    view = state(*[frame()] * 3)
    view.step(1)
    view.invert()
    view.zoom_at(3, x=0, y=0)
    view.reset()
    assert (view.view.frame, view.view.is_inverted, view.view.scale) == (1, False, None)


def test_that_a_view_comes_back_from_its_draft():
    view = state(*[frame()] * 5, series=[0, 0, 0, 1, 1])
    view.step(1)
    view.zoom_at(2, x=10, y=10)
    view.show_series(1)
    view.invert()
    again = state(*[frame()] * 5, series=[0, 0, 0, 1, 1])
    again.restore(view.to_payload())
    assert again.to_payload() == view.to_payload()


def test_that_a_draft_of_other_images_is_left_alone():
    view = state(*[frame()] * 3)
    view.restore({"series": 0, "views": [{"frame": 9}]})
    view.restore({"series": 4, "views": []})
    view.restore({})
    assert view.view.frame == 0


def test_that_presets_begin_with_the_opening_window_and_repeat_none():
    given = frame(modality="CT", windows=(Window(center=40, width=400), Window(center=-600, width=1500)))
    names = [window.name for window in presets_for(given, given.windows[0])]
    assert names[:2] == ["Default", "From the file, 2"]
    assert {"Bone", "Brain", "Liver"} <= set(names)  # of CT; soft tissue and lung are the file's own
    assert "Soft tissue" not in names
    many = frame(windows=tuple(Window(center=i, width=10) for i in range(20)))
    assert len(presets_for(many, many.windows[0])) == MAX_PRESETS


AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
CORONAL = (1.0, 0.0, 0.0, 0.0, 0.0, -1.0)
SAGITTAL = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)


@pytest.mark.parametrize(
    ("orientation", "letters"),
    [
        (AXIAL, EdgeLetters(left="R", right="L", top="A", bottom="P")),
        (CORONAL, EdgeLetters(left="R", right="L", top="H", bottom="F")),
        (SAGITTAL, EdgeLetters(left="A", right="P", top="H", bottom="F")),
        ((-1.0, 0, 0, 0, 1.0, 0), EdgeLetters(left="L", right="R", top="A", bottom="P")),
        ((0.8, 0.6, 0, 0, 0, -1.0), EdgeLetters(left="RA", right="LP", top="H", bottom="F")),
    ],
)
def test_that_letters_follow_the_direction_cosines(orientation, letters):
    assert edge_letters(frame(orientation=orientation)) == letters


@pytest.mark.parametrize(
    ("written", "letters"),
    [
        ("L\\F", EdgeLetters(left="R", right="L", top="H", bottom="F")),
        ("A\\FR", EdgeLetters(left="P", right="A", top="HL", bottom="FR")),
        ("", EdgeLetters()),
        ("L", EdgeLetters()),
        ("X\\Y", EdgeLetters()),
    ],
)
def test_that_letters_follow_what_is_written_and_are_never_guessed(written: str, letters: EdgeLetters):
    assert edge_letters(frame(tags={"PatientOrientation": written})) == letters


@pytest.mark.parametrize(
    ("kind", "spacing", "label", "length_px"),
    [
        ("patient", (0.5, 0.5), "5 cm", 200),
        ("detector", (0.5, 0.5), "5 cm (detector)", 200),
        ("patient", (0.5, 0.05), "5 mm", 200),
    ],
)
def test_that_the_scale_bar_is_as_long_as_it_says(kind, spacing, label, length_px):
    bar = scale_bar(frame(spacing_mm=spacing, spacing_kind=kind), scale=2.0, longest_px=250)
    assert bar is not None
    assert (bar.label, bar.length_px) == (label, pytest.approx(length_px))


def test_that_there_is_no_scale_bar_without_honest_spacing():
    assert scale_bar(frame(), scale=1.0, longest_px=250) is None
    unknown = frame(spacing_mm=(1.0, 1.0), spacing_kind="none")
    assert scale_bar(unknown, scale=1.0, longest_px=250) is None


def test_that_the_corners_say_slice_units_and_lossy_compression():
    stack = [frame(units="HU", is_lossy=True, position_mm=(0, 0, float(z))) for z in range(3)]
    view = state(*stack)
    view.step(1)
    text = corner_text(view, longest_bar_px=50)
    assert text.status == ("W 400  L 1000 HU", "×5", "slice 2/3")
    assert text.notices == ("lossy compression",)


def test_that_minus_is_a_minus_sign():
    assert number(-600.0) == "−600"


TABLE = VoiTable(first_value=900, bits=8, entries=np.arange(200, dtype="<u2").tobytes())


def test_that_a_table_stays_a_table_under_the_mouse_and_comes_back_from_the_draft():
    windows = (Window(center=5, width=10), Window.of_table(TABLE, "From a table"))
    view = state(frame(windows=windows))
    view.set_window(windows[1])
    view.drag_window(40, 0, start=view.view.window)
    assert view.view.window.table == TABLE
    assert view.view.window.width != windows[1].width
    again = state(frame(windows=windows))
    again.restore(json.loads(json.dumps(view.to_payload())))
    assert again.view == view.view


def test_that_a_draft_from_before_tables_were_kept_finds_the_window_of_the_file():
    windows = (Window(center=5, width=10), Window.of_table(TABLE, "From a table"))
    view = state(frame(windows=windows))
    view.set_window(windows[1])
    payload = view.to_payload()
    for saved in payload["views"]:
        del saved["table"], saved["turn"]
    again = state(frame(windows=windows))
    again.restore(payload)
    assert again.view.window == windows[1]


def test_that_a_turn_comes_back_from_its_draft_and_reset_undoes_it():
    view = state()
    view.set_turn(Turn(quarters=3, is_mirrored=True))
    again = state()
    again.restore(json.loads(json.dumps(view.to_payload())))
    assert again.view.turn == view.view.turn
    again.reset()
    assert again.view.turn.is_plain


def test_that_the_corners_say_what_is_unusual_about_the_series_on_screen():
    found = [SeriesWarning(kind=WarningKind.GAP, series=1, text="1 gap of 9 mm.")]
    view = ViewState([frame()] * 3, [0, 1, 1], found)
    view.resize(width=300, height=200)
    assert corner_text(view, longest_bar_px=50).notices == ()
    view.show_series(1)
    assert corner_text(view, longest_bar_px=50).notices == ("1 gap of 9 mm.",)


def test_that_exactness_is_of_a_series_comes_back_with_the_draft_and_ends_with_reset():
    view = state(frame(), frame(), series=[0, 1])
    view.toggle_exact()
    again = state(frame(), frame(), series=[0, 1])
    again.restore(json.loads(json.dumps(view.to_payload())))
    assert again.view.is_exact
    assert again.show_series(1)
    assert not again.view.is_exact
    view.reset()
    assert not view.view.is_exact


def test_that_a_draft_from_before_there_was_exactness_opens_smooth():
    view = state(frame())
    payload = view.to_payload()
    for saved in payload["views"]:
        del saved["is_exact"]
    view.restore(payload)
    assert not view.view.is_exact
