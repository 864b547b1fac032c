"""The record of what was displayed, to bytes (`display_layout`). No file is touched here."""

import base64
import hashlib
import json
import zlib
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from realfm_gui.domain import display_layout as layout
from realfm_gui.domain.display_record import (
    HASH_BYTES,
    Arranged,
    Displayed,
    Ended,
    Entry,
    Hidden,
    Idle,
    Place,
    ReadingKey,
    Segment,
    Still,
)
from realfm_gui.domain.images import Window


def pixel_hash(pixels: NDArray[np.uint8]) -> bytes:
    """Return the hash of painted pixels, 8 bytes: BLAKE2b over the shape and the rows.

    Parameters
    ----------
    pixels : ndarray of uint8
        Shape (rows, columns), (rows, columns, 3) or (rows, columns, 4).
    """
    digest = hashlib.blake2b(repr(pixels.shape).encode(), digest_size=HASH_BYTES)
    digest.update(np.ascontiguousarray(pixels).data)
    return digest.digest()


def block(payload: bytes) -> bytes:
    """Return a block that holds the encoded entries of `RecordEncoder`."""
    return layout.BLOCK.pack(layout.BLOCK_MAGIC, len(payload), zlib.crc32(payload)) + payload


class RecordEncoder:
    """Turns the entries of one segment into bytes; each window, map, cut and place once."""

    def __init__(self) -> None:
        self._values: dict[str, int] = {}
        self._places: dict[Place, int] = {}
        self._windows: dict[Window, int] = {}
        self.count = 0
        """Number of pictures encoded."""

    def segment(self, reading: ReadingKey, segment: Segment) -> bytes:
        """Return the first entry of a segment."""
        facts = {
            "reader": reading.reader,
            "case_id": reading.case_id,
            "phase": reading.phase.value,
            "session": segment.session,
            "program": segment.program,
            "started_utc": segment.started_utc,
            "started_ns": segment.started_ns,
            "series": list(segment.series),
        }
        return _text(layout.SEGMENT, _json(facts))

    def entry(self, entry: Entry) -> bytes:
        """Return an entry, after what it names for the first time."""
        match entry:
            case Displayed():
                return self._displayed(entry)
            case Hidden():
                pane = layout.EVERY_PANE if entry.pane is None else entry.pane
                return bytes([layout.HIDDEN]) + layout.HIDDEN_FIELDS.pack(entry.time_ns, pane, entry.reason)
            case Arranged():
                alone = layout.NO_PANE if entry.alone is None else entry.alone
                fields = layout.ARRANGED_FIELDS.pack(entry.time_ns, entry.rows, entry.columns, alone)
                return bytes([layout.ARRANGED]) + fields
            case Idle():
                return bytes([layout.IDLE]) + layout.IDLE_FIELDS.pack(entry.time_ns, entry.end_ns)
            case Still():
                return bytes([layout.STILL]) + layout.STILL_FIELDS.pack(entry.time_ns)
            case Ended():
                return bytes([layout.ENDED]) + layout.ENDED_FIELDS.pack(entry.time_ns, entry.is_complete)

    def _displayed(self, entry: Displayed) -> bytes:
        view, before = entry.view, bytearray()
        window = self._window(view.window, before)
        place = self._place(view.place, before)
        overlay = layout.NONE if view.overlay is None else self._value(_json(asdict(view.overlay)), before)
        cut = layout.NONE if view.cut is None else self._value(_json(dict(view.cut)), before)
        flags = (
            layout.INVERTED * view.is_inverted
            | layout.ANNOTATED * view.has_annotations
            | layout.WORDS * view.has_words
            | layout.EXACT * view.is_exact
            | layout.LENS * (view.lens is not None)
            | layout.PICTURE_HASHED * bool(entry.picture_hash)
            | layout.OVERLAY_HASHED * bool(entry.overlay_hash)
        )
        before.append(layout.DISPLAYED)
        before += layout.DISPLAYED_FIELDS.pack(
            entry.time_ns,
            view.pane,
            flags,
            view.ai_places,
            view.frame,
            window,
            place,
            overlay,
            cut,
            entry.picture_hash,
            entry.overlay_hash,
        )
        if view.lens is not None:
            before += layout.LENS_FIELDS.pack(*view.lens)
        self.count += 1
        return bytes(before)

    def _window(self, window: Window, before: bytearray) -> int:
        # By value and not by text: a window with a table is long, and asked for at every paint.
        if window not in self._windows:
            self._windows[window] = self._value(_json(_window_to_payload(window)), before)
        return self._windows[window]

    def _value(self, text: str, before: bytearray) -> int:
        if text not in self._values:
            self._values[text] = len(self._values)
            before += _text(layout.VALUE, text)
        return self._values[text]

    def _place(self, place: Place, before: bytearray) -> int:
        if place not in self._places:
            self._places[place] = len(self._places)
            before.append(layout.PLACE)
            before += layout.PLACE_FIELDS.pack(
                place.width_px,
                place.height_px,
                place.rows,
                place.columns,
                place.scale,
                place.center_row,
                place.center_column,
                place.aspect,
                place.device_ratio,
                place.quarters,
                place.is_mirrored,
            )
        return self._places[place]


def _window_to_payload(window: Window) -> dict[str, Any]:
    table = window.table
    return {
        "window": [window.center, window.width, window.name, window.function],
        "table": None
        if table is None
        else [table.first_value, table.bits, base64.b64encode(table.entries).decode("ascii")],
    }


def _text(kind: int, text: str) -> bytes:
    content = text.encode("utf-8")
    return bytes([kind]) + layout.LENGTH.pack(len(content)) + content


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
