"""The kinds of events a study's log holds.

Payloads hold random ids and salted hashes, never truth, scores or names of sources.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class EventKind(StrEnum):
    """Everything that can happen to a study."""

    STUDY_CREATED = "study_created"
    CASE_ADDED = "case_added"
    IMPORT_FINISHED = "import_finished"
    TRUTH_SEALED = "truth_sealed"
    LESIONS_SEALED = "lesions_sealed"
    HANGING_STORED = "hanging_stored"
    MODEL_FITTED = "model_fitted"
    PREDICTIONS_STORED = "predictions_stored"
    DISPLAY_CHECKED = "display_checked"
    SESSION_STARTED = "session_started"
    SESSION_ENDED = "session_ended"
    CASE_OPENED = "case_opened"
    READING_PAUSED = "reading_paused"
    READING_RESUMED = "reading_resumed"
    ANSWER_LOCKED = "answer_locked"
    AI_REVEALED = "ai_revealed"
    ANSWER_SUBMITTED = "answer_submitted"
    OUTCOMES_OPENED = "outcomes_opened"
    STUDY_EXPORTED = "study_exported"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One entry of the log, as stored.

    `sequence` counts from 1 without gaps; `hash` is SHA-256 over the previous event's hash and every other
    field of this one (see storage.event_log). `monotonic_ns` orders events within one run of the program.
    """

    sequence: int
    time_utc: str
    monotonic_ns: int
    actor: str
    session: str
    kind: EventKind
    payload: Mapping[str, Any]
    hash: str
