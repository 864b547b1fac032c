"""Numbers of what was displayed, against hand-computed ones."""

from dataclasses import replace

import numpy as np
import pytest

from realfm_gui.analysis.display.dwell import dwell_map, time_on_regions
from realfm_gui.analysis.display.error_classes import ErrorClass, error_class
from realfm_gui.analysis.display.lesion_display import (
    Displayed,
    DisplayThreshold,
    LesionDisplay,
    lesion_display,
)
from realfm_gui.analysis.display.reading_display import reading_display
from realfm_gui.analysis.display.regions import Region
from realfm_gui.domain.display_record import Absence, Hidden, Idle, OverlayShown
from realfm_gui.domain.images import Window

from .display_examples import MIDDLE, WHOLE, WINDOW, S, at, record

LUNG = Window(center=-600, width=1500)
MAP = OverlayShown(name="nodule", opacity=0.5, threshold=0.4)
LESION = Region(frames=frozenset({3, 4}), box=(90.0, 190.0, 110.0, 210.0))
"""20 x 20 image pixels in the middle."""


def test_that_slices_and_their_times_add_up():
    numbers = reading_display(
        record(at(0), at(2, frame=3), at(5, frame=3, window=LUNG), at(6, frame=0), until=10)
    )
    assert numbers.slice_s == {0: 6, 3: 4}
    assert (numbers.slices_displayed, numbers.slices_total, numbers.share_displayed) == (2, 10, 0.2)
    assert (numbers.picture_s, numbers.duration_s) == (10, 10)
    assert numbers.is_complete


def test_that_a_slice_in_two_viewports_counts_once():
    numbers = reading_display(record(at(0), at(1, pane=1), at(3, pane=1, frame=5), until=4))
    assert numbers.slice_s == {0: 4, 5: 1}
    assert numbers.picture_s == 4


def test_that_pauses_and_idle_time_are_no_display_time():
    numbers = reading_display(
        record(
            at(0),
            Idle(time_ns=1 * S, end_ns=5 * S),
            Hidden(time_ns=6 * S, reason=Absence.PAUSED),
            at(16),
            until=20,
        )
    )
    assert numbers.slice_s == {0: 1 + 1 + 4}
    assert numbers.idle_s == 4


def test_that_the_map_the_magnifier_and_reformations_have_times_of_their_own():
    cut = {"cut": "coronal"}
    numbers = reading_display(
        record(at(0), at(2, overlay=MAP), at(5), at(5, lens=(3.0, 4.0)), at(6, cut=cut, frame=99), until=10)
    )
    assert (numbers.ai_s, numbers.magnified_s, numbers.cuts_s) == (3, 1, 4)
    assert numbers.slice_s == {0: 6}  # a cut is no slice of the case


def test_that_a_window_counts_when_it_has_settled_and_over_a_scroll():
    passing = [at(1 + 0.1 * n, window=Window(center=n, width=100)) for n in range(4)]
    scroll = [at(2 + 0.2 * n, window=LUNG, frame=n) for n in range(4)]
    numbers = reading_display(record(at(0), *passing, at(1.4), *scroll, at(2.8), until=9))
    assert numbers.windows == 2
    assert reading_display(record(at(0), at(1, is_inverted=True), until=2)).windows == 2


def test_that_the_largest_zoom_is_that_of_the_slices():
    assert reading_display(record(at(0), at(1, place=MIDDLE), until=2)).largest_zoom == 4
    assert reading_display(record(until=2)).largest_zoom == 0


def test_that_a_dwell_map_holds_the_time_each_cell_was_visible():
    # 4 x 8 cells of 50 x 50 pixels: 2 s of the whole, 3 s of the middle 100 x 200.
    shown = dwell_map(record(at(0), at(2, place=MIDDLE), at(5, frame=1), until=9), [0], cells=8)
    assert shown is not None
    expected = np.full((4, 8), 2.0)
    expected[1:3, 2:6] += 3.0
    np.testing.assert_allclose(shown.visible_s, expected)
    weighted = np.full((4, 8), 2.0 / 32)
    weighted[1:3, 2:6] += 3.0 / 8
    np.testing.assert_allclose(shown.weighted_s, weighted)
    assert shown.weighted_s.sum() == pytest.approx(5)


def test_that_a_half_visible_cell_counts_half():
    # The visible part reaches from column 99.5 - 25 = 74.5 on: half of the cell from 49.5 to 99.5.
    place = replace(MIDDLE, center_column=174.5)
    shown = dwell_map(record(at(0, place=place), until=4), [0], cells=8)
    assert shown is not None
    np.testing.assert_allclose(shown.visible_s[1], [0, 2, 4, 4, 4, 2, 0, 0])


def test_that_a_dwell_map_needs_frames_of_one_size_that_were_displayed():
    assert dwell_map(record(at(0), until=1), [5]) is None
    other = replace(WHOLE, rows=100)
    with pytest.raises(ValueError, match="one size"):
        dwell_map(record(at(0), at(1, frame=1, place=other), until=2), [0, 1])


def test_that_time_on_a_region_counts_what_is_visible_of_it():
    # 400 of 80,000 visible pixels for 2 s, 400 of 20,000 for 3 s, then away from it.
    away = replace(WHOLE, scale=20.0, center_row=10, center_column=10)
    entries = [at(0, frame=3), at(2, frame=3, place=MIDDLE), at(5, frame=3, place=away), at(6, frame=0)]
    on = time_on_regions(record(*entries, until=9), [LESION])
    assert on.displayed_s == 5
    assert on.weighted_s == pytest.approx(2 * 400 / 80_000 + 3 * 400 / 20_000)


def test_that_a_mask_counts_its_own_pixels():
    mask = np.zeros((200, 400), np.bool_)
    mask[10, 10:20] = mask[190, 10:20] = True
    region = Region.of_mask(frozenset({0}), mask)
    assert region.box == (9.5, 9.5, 190.5, 19.5)
    assert region.area == 20
    upper = replace(WHOLE, center_row=10.0, scale=4.0, center_column=99.5)
    on = time_on_regions(record(at(0, place=upper), until=8), [region])
    assert on.displayed_s == 8  # half of it
    visible = (60.0 + 0.5) * 200
    assert on.weighted_s == pytest.approx(8 * 10 / visible)


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([at(0, frame=2), at(9, frame=5)], Displayed.NEVER),
        ([at(0, frame=2), at(1, frame=3), at(1.2, frame=4), at(1.4, frame=5)], Displayed.TOO_BRIEFLY),
        ([at(0, frame=2), at(1, frame=3), at(1.3, frame=4), at(1.6, frame=5)], Displayed.LONG_ENOUGH),
        # Long, but 20 image pixels at 0.3 are 6 device pixels.
        ([at(0, frame=3, place=replace(WHOLE, scale=0.3))], Displayed.TOO_BRIEFLY),
        # Long and large, but only a corner of it is in view.
        ([at(0, frame=3, place=replace(MIDDLE, center_row=150.5))], Displayed.TOO_BRIEFLY),
        # The slice, but not the place.
        ([at(0, frame=3, place=replace(MIDDLE, center_column=20.0))], Displayed.NEVER),
        # Idle time is not display time.
        ([at(0, frame=3), Idle(time_ns=0, end_ns=9_800_000_000)], Displayed.TOO_BRIEFLY),
    ],
)
def test_that_a_lesion_is_displayed_when_long_large_and_visible_enough(entries, expected):
    assert lesion_display([record(*entries, until=10)], [LESION]).displayed is expected


def test_that_the_threshold_can_be_changed_and_both_phases_count():
    brief = record(at(0, frame=3), at(0.3, frame=9), until=5)
    assert lesion_display([brief], [LESION]).displayed is Displayed.TOO_BRIEFLY
    assert lesion_display([brief, brief], [LESION]).displayed is Displayed.LONG_ENOUGH
    limit = DisplayThreshold(seconds=0.2)
    assert lesion_display([brief], [LESION], limit).displayed is Displayed.LONG_ENOUGH
    never = record(at(0, frame=9), until=5)
    assert lesion_display([never, brief], [LESION]).first_s == 5
    assert lesion_display([never], [LESION]).first_s is None


def _lesion(displayed_s: float = 0.0, any_s: float = 0.0, cuts_s: float = 0.0) -> LesionDisplay:
    return LesionDisplay(
        displayed_s=displayed_s, any_s=any_s, cuts_s=cuts_s, first_s=None, threshold=DisplayThreshold()
    )


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"is_present": True, "call": True}, None),
        ({"is_present": False, "call": False, "unaided_call": True}, None),
        ({"is_present": True, "call": False, "lesions": [_lesion()]}, ErrorClass.NEVER_DISPLAYED),
        ({"is_present": True, "call": False, "lesions": [_lesion(0.2, 3)]}, ErrorClass.TOO_BRIEF),
        ({"is_present": True, "call": False, "lesions": [_lesion(), _lesion(2, 3)]}, ErrorClass.REJECTED),
        ({"is_present": True, "call": False, "lesions": [_lesion(cuts_s=4)]}, ErrorClass.ONLY_REFORMATIONS),
        ({"is_present": True, "call": False, "unaided_call": True}, ErrorClass.CHANGED_AFTER_AI),
        ({"is_present": False, "call": True, "unaided_call": False}, ErrorClass.CHANGED_AFTER_AI),
        ({"is_present": False, "call": True}, ErrorClass.FALSE_POSITIVE),
        ({"is_present": False, "call": True, "unaided_call": True}, ErrorClass.FALSE_POSITIVE),
        ({"is_present": True, "call": False}, ErrorClass.PLACE_UNKNOWN),
        (
            {"is_present": True, "call": False, "lesions": [_lesion()], "is_recorded": False},
            ErrorClass.NOT_RECORDED,
        ),
        (
            {"is_present": True, "call": False, "lesions": [_lesion(9, 9)], "is_recorded": False},
            ErrorClass.REJECTED,
        ),
    ],
)
def test_that_every_wrong_call_has_one_class(facts, expected):
    assert error_class(**facts) is expected


def test_that_a_region_without_an_area_is_refused():
    with pytest.raises(ValueError):
        Region(frames=frozenset({0}), box=(3, 3, 3, 9))
    with pytest.raises(ValueError):
        Region(frames=frozenset(), box=(3, 3, 4, 9))
    with pytest.raises(ValueError):
        Region.of_mask(frozenset({0}), np.zeros((4, 4), np.bool_))
    assert reading_display(record(at(0, window=WINDOW), until=1)).windows == 1


def test_that_a_point_is_displayed_however_small_the_picture():
    point = Region(frames=frozenset({3}), box=(90.0, 190.0, 91.0, 191.0), has_size=False)
    small = record(at(0, frame=3, place=replace(WHOLE, scale=0.2)), until=4)
    assert lesion_display([small], [point]).displayed is Displayed.LONG_ENOUGH


def test_that_two_regions_visible_at_once_take_their_time_once():
    other = Region(frames=frozenset({3}), box=(20.0, 20.0, 30.0, 30.0))
    on = time_on_regions(record(at(0, frame=3), until=6), [LESION, other])
    assert on.displayed_s == 6
    assert on.weighted_s == pytest.approx(6 * (400 + 100) / 80_000)
