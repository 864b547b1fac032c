"""The record of what was displayed, from bytes (`display_layout`). No file is touched here."""

import base64
import json
import struct
import zlib
from dataclasses import replace
from typing import Any

from realfm_gui.domain import display_layout as layout
from realfm_gui.domain.display_record import (
    NOT_HASHED,
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
from realfm_gui.domain.images import VoiTable, Window
from realfm_gui.domain.reading import Phase


def good_part(content: bytes) -> int:
    """Return how many bytes of a file can be read: up to the end of the last whole block.

    Raises
    ------
    ValueError
        If it is no record of what was displayed, or of a newer version.
    """
    return _blocks(content)[1]


def decode_record(content: bytes) -> DisplayRecord:
    """Read a record.

    Raises
    ------
    ValueError
        If it is no record of what was displayed, of a newer version, or holds no segment.
    """
    payloads, end = _blocks(content)
    decoder = _Decoder()
    for payload in payloads:
        try:
            decoder.read(payload)
        except (struct.error, LookupError, TypeError, ValueError) as error:
            raise ValueError(f"the record of what was displayed is damaged: {error!r}") from error
    if decoder.reading is None:
        raise ValueError("the record of what was displayed is empty")
    segments = tuple(
        replace(segment, entries=tuple(sorted(entries, key=lambda entry: entry.time_ns)))
        for segment, entries in decoder.segments
    )
    return DisplayRecord(reading=decoder.reading, segments=segments, is_torn=end < len(content))


def _blocks(content: bytes) -> tuple[list[bytes], int]:
    """Return the payloads of the whole blocks, and where the last one ends."""
    if content[: len(layout.MAGIC)] != layout.MAGIC or len(content) < len(layout.HEADER):
        raise ValueError("this is no record of what was displayed")
    (version,) = struct.unpack_from("<H", content, len(layout.MAGIC))
    if version > layout.VERSION:
        raise ValueError(f"the record is of version {version}; this program reads up to {layout.VERSION}")
    payloads, at = [], len(layout.HEADER)
    while at + layout.BLOCK.size <= len(content):
        magic, length, crc = layout.BLOCK.unpack_from(content, at)
        payload = content[at + layout.BLOCK.size : at + layout.BLOCK.size + length]
        if magic != layout.BLOCK_MAGIC or len(payload) < length or zlib.crc32(payload) != crc:
            break
        payloads.append(payload)
        at += layout.BLOCK.size + length
    return payloads, at


class _Decoder:
    """Reads blocks one after the other; the tables begin anew with every segment."""

    def __init__(self) -> None:
        self.reading: ReadingKey | None = None
        self.segments: list[tuple[Segment, list[Entry]]] = []
        self._values: list[Any] = []
        self._windows: dict[int, Window] = {}
        self._places: list[Place] = []

    def read(self, payload: bytes) -> None:
        at = 0
        while at < len(payload):
            kind, at = payload[at], at + 1
            match kind:
                case layout.SEGMENT | layout.VALUE:
                    (length,) = layout.LENGTH.unpack_from(payload, at)
                    facts = json.loads(payload[at + layout.LENGTH.size : at + layout.LENGTH.size + length])
                    at += layout.LENGTH.size + length
                    self._text(kind, facts)
                case layout.PLACE:
                    self._places.append(_place(layout.PLACE_FIELDS.unpack_from(payload, at)))
                    at += layout.PLACE_FIELDS.size
                case layout.DISPLAYED:
                    fields = layout.DISPLAYED_FIELDS.unpack_from(payload, at)
                    at += layout.DISPLAYED_FIELDS.size
                    lens = None
                    if fields[2] & layout.LENS:
                        lens = layout.LENS_FIELDS.unpack_from(payload, at)
                        at += layout.LENS_FIELDS.size
                    self._add(self._displayed(fields, lens))
                case _:
                    entry, at = _small(kind, payload, at)
                    self._add(entry)

    def _add(self, entry: Entry) -> None:
        self.segments[-1][1].append(entry)

    def _text(self, kind: int, facts: Any) -> None:
        if kind == layout.VALUE:
            self._values.append(facts)
            return
        reading = ReadingKey(
            reader=facts.pop("reader"), case_id=facts.pop("case_id"), phase=Phase(facts.pop("phase"))
        )
        if self.reading not in (None, reading):
            raise ValueError("the record holds two readings")
        self.reading = reading
        self.segments.append((Segment(**{**facts, "series": tuple(facts["series"])}), []))
        self._values, self._windows, self._places = [], {}, []

    def _displayed(self, fields: tuple[Any, ...], lens: tuple[Any, ...] | None) -> Displayed:
        time_ns, pane, flags, places, frame, window, place, overlay, cut, picture_hash, overlay_hash = fields
        if window not in self._windows:
            self._windows[window] = _window_from_payload(self._values[window])
        view = PaneView(
            pane=pane,
            frame=frame,
            window=self._windows[window],
            place=self._places[place],
            is_inverted=bool(flags & layout.INVERTED),
            has_annotations=bool(flags & layout.ANNOTATED),
            has_words=bool(flags & layout.WORDS),
            is_exact=bool(flags & layout.EXACT),
            overlay=None if overlay == layout.NONE else OverlayShown(**self._values[overlay]),
            cut=None if cut == layout.NONE else self._values[cut],
            lens=None if lens is None else (lens[0], lens[1]),
            ai_places=places,
        )
        return Displayed(
            time_ns=time_ns,
            view=view,
            picture_hash=picture_hash if flags & layout.PICTURE_HASHED else NOT_HASHED,
            overlay_hash=overlay_hash if flags & layout.OVERLAY_HASHED else NOT_HASHED,
        )


def _small(kind: int, payload: bytes, at: int) -> tuple[Entry, int]:
    if kind == layout.HIDDEN:
        time_ns, pane, reason = layout.HIDDEN_FIELDS.unpack_from(payload, at)
        where = None if pane == layout.EVERY_PANE else pane
        return Hidden(time_ns=time_ns, pane=where, reason=Absence(reason)), at + layout.HIDDEN_FIELDS.size
    if kind == layout.ARRANGED:
        time_ns, rows, columns, alone = layout.ARRANGED_FIELDS.unpack_from(payload, at)
        arranged = Arranged(
            time_ns=time_ns, rows=rows, columns=columns, alone=None if alone == layout.NO_PANE else alone
        )
        return arranged, at + layout.ARRANGED_FIELDS.size
    if kind == layout.IDLE:
        time_ns, end_ns = layout.IDLE_FIELDS.unpack_from(payload, at)
        return Idle(time_ns=time_ns, end_ns=end_ns), at + layout.IDLE_FIELDS.size
    if kind == layout.STILL:
        return Still(time_ns=layout.STILL_FIELDS.unpack_from(payload, at)[0]), at + layout.STILL_FIELDS.size
    if kind == layout.ENDED:
        time_ns, is_complete = layout.ENDED_FIELDS.unpack_from(payload, at)
        return Ended(time_ns=time_ns, is_complete=bool(is_complete)), at + layout.ENDED_FIELDS.size
    raise ValueError(f"the record of what was displayed has an entry of an unknown kind, {kind}")


def _place(fields: tuple[Any, ...]) -> Place:
    width, height, rows, columns, scale, row, column, aspect, ratio, quarters, is_mirrored = fields
    return Place(
        width_px=width,
        height_px=height,
        rows=rows,
        columns=columns,
        scale=scale,
        center_row=row,
        center_column=column,
        aspect=aspect,
        device_ratio=ratio,
        quarters=quarters,
        is_mirrored=bool(is_mirrored),
    )


def _window_from_payload(facts: Any) -> Window:
    center, width, name, function = facts["window"]
    table = None
    if facts["table"] is not None:
        first_value, bits, entries = facts["table"]
        table = VoiTable(first_value=first_value, bits=bits, entries=base64.b64decode(entries))
    return Window(center=center, width=width, name=name, function=function, table=table)
