"""What the log says, as tables that can be asked: rebuilt from the log at any time."""

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from realfm_gui.domain.case import Split
from realfm_gui.domain.display_check import DisplayCheck
from realfm_gui.domain.events import Event, EventKind
from realfm_gui.domain.reading import CaseAnswer, Phase, PhaseTimes
from realfm_gui.storage.event_log import canonical_json

TABLES: Mapping[str, str] = {
    "cases": "case_id",
    "images": "image_id",
    "readings": "reader, case_id, phase",
    "openings": "reader",
    "reveals": "reader, case_id",
    "runs": "run_id",
    "files": "file",
}
"""Every projection and the columns that identify a row."""


def project(connection: sqlite3.Connection, event: Event) -> None:
    """Bring the projections up to one more event, inside the caller's transaction.

    Raises
    ------
    ValueError
        If the event cannot follow the ones before it: a second lock of the same reading, an aided answer
        or a revealed prediction before the unaided lock, an unknown case, a payload without its fields.
    """
    apply = _APPLY.get(event.kind)
    if apply is None:
        return
    try:
        apply(connection, event, event.payload)
    except sqlite3.IntegrityError as error:
        raise ValueError(f"{event.kind} cannot follow what is already in the log: {error}") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"the payload of {event.kind} lacks or misnames a field: {error!r}") from error


def _study_created(_connection: sqlite3.Connection, event: Event, payload: Mapping[str, Any]) -> None:
    if event.sequence != 1:
        raise ValueError("a study is created once")
    payload["protocol_sha256"]


def _case_added(connection: sqlite3.Connection, event: Event, payload: Mapping[str, Any]) -> None:
    case_id, patient_id = payload["case_id"], payload["patient_id"]
    split = Split(payload["split"]).value
    if not payload["images"]:
        raise ValueError(f"case {case_id} has no image")
    # The model would be tested on patients it was fitted to.
    if connection.execute(
        "SELECT 1 FROM cases WHERE patient_id = ? AND split <> ?", (patient_id, split)
    ).fetchone():
        raise ValueError(f"patient {patient_id} already belongs to another split")
    connection.execute(
        "INSERT INTO cases VALUES (?,?,?,?,?)",
        (case_id, patient_id, split, payload["indication"], event.sequence),
    )
    for image in payload["images"]:
        digest = image["salted_sha256"]
        connection.execute(
            "INSERT INTO images VALUES (?,?,?,?,?,?,?)",
            (
                image["image_id"],
                case_id,
                image["file"],
                image["series"],
                image["position"],
                digest,
                event.sequence,
            ),
        )
        _record_file(connection, f"images/{image['file']}", digest, event)


def _truth_sealed(connection: sqlite3.Connection, event: Event, payload: Mapping[str, Any]) -> None:
    file = f"sealed/truth-{Split(payload['split']).value}.json"
    _record_file(connection, file, payload["salted_sha256"], event)


def _lesions_sealed(connection: sqlite3.Connection, event: Event, payload: Mapping[str, Any]) -> None:
    file = f"sealed/lesions-{Split(payload['split']).value}.json"
    _record_file(connection, file, payload["salted_sha256"], event)


def _display_checked(_connection: sqlite3.Connection, _event: Event, payload: Mapping[str, Any]) -> None:
    DisplayCheck.from_payload(payload)  # nothing is derived from it, but it must be one


def _hanging_stored(connection: sqlite3.Connection, event: Event, payload: Mapping[str, Any]) -> None:
    _record_file(connection, payload["file"], payload["salted_sha256"], event)


def _import_finished(connection: sqlite3.Connection, event: Event, payload: Mapping[str, Any]) -> None:
    _record_file(connection, "sealed/sources.json", payload["sources_salted_sha256"], event)


def _model_fitted(connection: sqlite3.Connection, event: Event, payload: Mapping[str, Any]) -> None:
    _record_file(connection, f"predictions/{payload['model']}/head.bin", payload["head_salted_sha256"], event)


def _predictions_stored(connection: sqlite3.Connection, event: Event, payload: Mapping[str, Any]) -> None:
    run_id = payload["run_id"]
    connection.execute("INSERT INTO runs VALUES (?,?,?)", (run_id, payload["model"], event.sequence))
    _record_file(connection, f"predictions/{run_id}/run.json", payload["run_salted_sha256"], event)
    for case_id, digest in payload["files"].items():
        _record_file(connection, f"predictions/{run_id}/{case_id}.npz", digest, event)


def _record_file(connection: sqlite3.Connection, file: str, digest: str, event: Event) -> None:
    connection.execute(
        "INSERT INTO files VALUES (?,?,?) ON CONFLICT (file) DO UPDATE SET"
        " salted_sha256 = excluded.salted_sha256, sequence = excluded.sequence",
        (file, digest, event.sequence),
    )


def _case_opened(connection: sqlite3.Connection, event: Event, payload: Mapping[str, Any]) -> None:
    connection.execute(
        "INSERT INTO openings VALUES (?,?,?,?) ON CONFLICT (reader) DO UPDATE SET"
        " case_id = excluded.case_id, phase = excluded.phase, sequence = excluded.sequence",
        (event.actor, payload["case_id"], Phase(payload["phase"]).value, event.sequence),
    )


def _ai_revealed(connection: sqlite3.Connection, event: Event, payload: Mapping[str, Any]) -> None:
    _require_unaided_lock(connection, event, payload["case_id"])
    # Shown again after a crash: what counts is when it was first seen.
    connection.execute(
        "INSERT INTO reveals VALUES (?,?,?,?) ON CONFLICT (reader, case_id) DO NOTHING",
        (event.actor, payload["case_id"], payload["run_id"], event.sequence),
    )


def _answer_locked(connection: sqlite3.Connection, event: Event, payload: Mapping[str, Any]) -> None:
    _record_reading(connection, event, payload, Phase.UNAIDED)


def _answer_submitted(connection: sqlite3.Connection, event: Event, payload: Mapping[str, Any]) -> None:
    _require_unaided_lock(connection, event, payload["case_id"])
    _record_reading(connection, event, payload, Phase.AIDED)


def _record_reading(
    connection: sqlite3.Connection, event: Event, payload: Mapping[str, Any], phase: Phase
) -> None:
    case_id = payload["case_id"]
    answer = CaseAnswer.from_payload(payload["answer"])
    times = PhaseTimes(**payload["times"])
    if is_locked(connection, event.actor, case_id, phase):
        raise ValueError(f"reader {event.actor} has already locked the {phase} answer of case {case_id}")
    connection.execute(
        "INSERT INTO readings VALUES (?,?,?,?,?,?,?,?,?)",
        (
            event.actor,
            case_id,
            phase.value,
            canonical_json(answer.to_payload()),
            times.active_ms,
            times.idle_ms,
            times.paused_ms,
            event.session,
            event.sequence,
        ),
    )
    # Readings of older studies and of simulated readers have no record of what was displayed.
    digest = payload.get("telemetry", {}).get("salted_sha256")
    if digest is not None:
        _record_file(connection, display_record_file(event.actor, case_id, phase.value), digest, event)


def display_record_file(reader: str, case_id: str, phase: str) -> str:
    """Return how the log names the record of what was displayed in one reading."""
    return f"telemetry/{reader}/{case_id}.{phase}.display"


def _require_unaided_lock(connection: sqlite3.Connection, event: Event, case_id: str) -> None:
    if not is_locked(connection, event.actor, case_id, Phase.UNAIDED):
        raise ValueError(
            f"{event.kind}: reader {event.actor} has not locked the unaided answer of case {case_id}"
        )


def is_locked(connection: sqlite3.Connection, reader: str, case_id: str, phase: Phase) -> bool:
    """Return whether this reader's answer of this case in this phase is on record."""
    row = connection.execute(
        "SELECT 1 FROM readings WHERE reader = ? AND case_id = ? AND phase = ?",
        (reader, case_id, Phase(phase).value),
    ).fetchone()
    return row is not None


_APPLY: Mapping[EventKind, Callable[[sqlite3.Connection, Event, Mapping[str, Any]], None]] = {
    EventKind.STUDY_CREATED: _study_created,
    EventKind.CASE_ADDED: _case_added,
    EventKind.TRUTH_SEALED: _truth_sealed,
    EventKind.LESIONS_SEALED: _lesions_sealed,
    EventKind.DISPLAY_CHECKED: _display_checked,
    EventKind.HANGING_STORED: _hanging_stored,
    EventKind.IMPORT_FINISHED: _import_finished,
    EventKind.MODEL_FITTED: _model_fitted,
    EventKind.PREDICTIONS_STORED: _predictions_stored,
    EventKind.CASE_OPENED: _case_opened,
    EventKind.AI_REVEALED: _ai_revealed,
    EventKind.ANSWER_LOCKED: _answer_locked,
    EventKind.ANSWER_SUBMITTED: _answer_submitted,
}
