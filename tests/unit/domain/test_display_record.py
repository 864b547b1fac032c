"""The record of what was displayed: every entry comes back, a torn end is left out, time adds up."""

from dataclasses import replace

import numpy as np
import pytest

from realfm_gui.domain.display_decoding import decode_record, good_part
from realfm_gui.domain.display_encoding import RecordEncoder, block, pixel_hash
from realfm_gui.domain.display_layout import HEADER
from realfm_gui.domain.display_record import (
    Absence,
    Arranged,
    Displayed,
    DisplayRecord,
    Ended,
    Entry,
    Hidden,
    Idle,
    OverlayShown,
    PaneView,
    Place,
    ReadingKey,
    Segment,
    Still,
)
from realfm_gui.domain.display_spans import duration_s, idle_spans, merged, shown, total_s, without
from realfm_gui.domain.images import VoiTable, Window
from realfm_gui.domain.reading import Phase

READING = ReadingKey(reader="anna", case_id="c-1", phase=Phase.AIDED)
WINDOW = Window(center=40.1, width=400.3, name="Soft tissue")
PLACE = Place(
    width_px=800, height_px=600, scale=1 / 3, center_row=100.25, center_column=99.5, rows=200, columns=300
)
VIEW = PaneView(pane=0, frame=7, window=WINDOW, place=PLACE)
S = 1_000_000_000


def segment(*entries: Entry, started_ns: int = 0, session: str = "s-1") -> Segment:
    return Segment(
        session=session,
        program="1.2",
        started_utc="2026-11-22T08:00:00Z",
        started_ns=started_ns,
        series=(30, 1),
        entries=entries,
    )


def encoded(*segments: Segment, per_block: int = 3) -> bytes:
    content = HEADER
    for part in segments:
        encoder = RecordEncoder()
        chunks = [encoder.segment(READING, part), *(encoder.entry(entry) for entry in part.entries)]
        for first in range(0, len(chunks), per_block):
            content += block(b"".join(chunks[first : first + per_block]))
    return content


def at(second: float, **changes) -> Displayed:
    return Displayed(time_ns=round(second * S), view=replace(VIEW, **changes))


def test_that_every_entry_comes_back_to_the_last_bit():
    table = VoiTable(first_value=-3.5, bits=12, entries=bytes(range(200)))
    entries = (
        at(0),
        Displayed(
            time_ns=S,
            view=PaneView(
                pane=15,
                frame=299,
                window=Window.of_table(table, name="Größe"),
                place=replace(
                    PLACE, quarters=3, is_mirrored=True, aspect=1.7, device_ratio=1.25, scale=np.pi
                ),
                is_inverted=True,
                has_words=False,
                has_annotations=False,
                is_exact=True,
                overlay=OverlayShown(name="m/nodule", opacity=0.1, threshold=0.7),
                cut={"cut": "coronal", "axes": [[1.0, 0.0, 0.1]], "slab_mm": 10.0},
                lens=(0.1, 77.7),
                ai_places=3,
            ),
            picture_hash=b"\0" * 8,  # a hash may be zero
            overlay_hash=b"12345678",
        ),
        Hidden(time_ns=2 * S, reason=Absence.PAUSED),
        Hidden(time_ns=2 * S, reason=Absence.CLOSED, pane=3),
        Still(time_ns=3 * S),
        Arranged(time_ns=3 * S, rows=2, columns=4),
        Arranged(time_ns=3 * S, rows=2, columns=4, alone=0),
        Idle(time_ns=3 * S, end_ns=99 * S),
        Ended(time_ns=100 * S, is_complete=False),
    )
    record = decode_record(encoded(segment(*entries)))
    assert record == DisplayRecord(reading=READING, segments=(segment(*entries),))
    assert record.count == 2
    assert not record.is_complete


def test_that_a_slice_costs_less_than_fifty_bytes_and_a_drag_less_than_two_hundred():
    encoder = RecordEncoder()
    encoder.entry(at(0))
    assert len(encoder.entry(at(1, frame=8))) < 50
    assert len(encoder.entry(at(2, place=replace(PLACE, center_row=3.3)))) < 200


@pytest.mark.parametrize("cut", [1, 5, 11, 12, 40])
def test_that_a_torn_end_is_left_out_and_said(cut: int):
    whole = encoded(segment(at(0), at(1), at(2), at(3), at(4)), per_block=3)
    torn = whole[:-cut]
    record = decode_record(torn)
    assert record.is_torn
    assert not record.is_complete
    assert [entry.time_ns for entry in record.segments[0].entries] == [0, S]  # the first block
    assert good_part(torn) == good_part(whole[: good_part(torn)])


def test_that_a_changed_byte_ends_the_good_part():
    whole = bytearray(encoded(segment(at(0), at(1), at(2), at(3), at(4)), per_block=3))
    whole[-7] ^= 1
    assert decode_record(bytes(whole)).is_torn


def test_that_another_file_and_a_newer_version_are_refused():
    with pytest.raises(ValueError, match="no record"):
        decode_record(b"something else altogether")
    newer = bytearray(encoded(segment(at(0))))
    newer[8] = 2
    with pytest.raises(ValueError, match="version 2"):
        decode_record(bytes(newer))
    with pytest.raises(ValueError, match="empty"):
        decode_record(HEADER)


def test_that_a_sitting_after_a_crash_goes_on_in_the_same_record_with_tables_of_its_own():
    other = Window(center=1, width=2)
    first = segment(at(5), at(6), started_ns=5 * S)
    second = segment(at(1, window=other), Ended(time_ns=3 * S), started_ns=S, session="s-2")
    record = decode_record(encoded(first, second))
    assert record.segments == (first, second)
    assert not record.is_complete  # the first never ended
    assert duration_s(record) == pytest.approx(1 + 2)
    assert [(p.start_s, p.end_s) for p in shown(record)] == [(0, 1), (1, 1), (1, 3)]


def test_that_a_picture_stays_until_its_pane_shows_another_or_none():
    record = DisplayRecord(
        reading=READING,
        segments=(
            segment(
                at(0),
                at(1, pane=1),
                at(3, frame=8),
                Hidden(time_ns=4 * S, reason=Absence.CLOSED, pane=1),
                Hidden(time_ns=6 * S, reason=Absence.PAUSED),
                at(9, frame=8),
                Ended(time_ns=10 * S),
            ),
        ),
    )
    seen = {(p.view.pane, p.view.frame): [] for p in shown(record)}
    for picture in shown(record):
        seen[picture.view.pane, picture.view.frame].append(picture.span)
    assert seen == {(0, 7): [(0, 3)], (1, 7): [(1, 4)], (0, 8): [(3, 6), (9, 10)]}
    assert record.is_complete


def test_that_idle_time_lies_on_the_same_axis():
    record = DisplayRecord(
        reading=READING,
        segments=(
            segment(at(12), Idle(time_ns=13 * S, end_ns=90 * S), Ended(time_ns=91 * S), started_ns=11 * S),
        ),
    )
    assert idle_spans(record) == [(2, 79)]
    assert duration_s(record) == 80


def test_that_time_is_counted_once_and_taken_out_once():
    spans = [(0, 2), (1, 3), (5, 6), (6, 6)]
    assert merged(spans) == [(0, 3), (5, 6)]
    assert total_s(spans) == 4
    assert without(spans, [(1, 1.5), (2.5, 5.5)]) == [(0, 1), (1.5, 2.5), (5.5, 6)]


def test_that_the_visible_part_is_that_of_the_turned_view():
    # 800 x 600 device pixels at 4 per image pixel: 200 columns, 150 rows around (100, 150) of 200 x 300.
    place = replace(PLACE, scale=4.0, center_row=100, center_column=150)
    assert place.visible == (25, 50, 175, 250)
    assert replace(place, quarters=1).visible == (0, 75, 199.5, 225)
    assert replace(place, center_row=0).visible == (-0.5, 50, 75, 250)
    assert replace(place, aspect=2.0).visible == (62.5, 50, 137.5, 250)


def test_that_the_hash_knows_pixels_and_shape():
    picture = np.arange(24, dtype=np.uint8).reshape(4, 6)
    changed = picture.copy()
    changed[3, 5] ^= 1
    assert pixel_hash(picture) == pixel_hash(picture.copy(order="F"))
    assert len({pixel_hash(picture), pixel_hash(changed), pixel_hash(picture.reshape(6, 4))}) == 3


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: replace(PLACE, scale=0.0),
        lambda: replace(PLACE, quarters=4),
        lambda: replace(PLACE, rows=0),
        lambda: replace(VIEW, pane=16),
        lambda: replace(VIEW, frame=-1),
        lambda: replace(VIEW, ai_places=256),
        lambda: OverlayShown(name="", opacity=1.1, threshold=0),
        lambda: Displayed(time_ns=0, view=VIEW, picture_hash=b"short"),
        lambda: Idle(time_ns=2, end_ns=1),
    ],
)
def test_that_impossible_values_are_refused(wrong):
    with pytest.raises(ValueError):
        wrong()
