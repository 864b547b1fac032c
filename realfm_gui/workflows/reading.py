"""Reading: open a session, meet a case, lock the unaided answer, only then see the AI, submit, go on."""

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from realfm_gui.domain.case import Case, Split
from realfm_gui.domain.changes import Changes
from realfm_gui.domain.display_record import FinishedRecord, ReadingKey
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.events import EventKind
from realfm_gui.domain.identifiers import new_session_id
from realfm_gui.domain.protocol import Protocol, Reader
from realfm_gui.domain.reading import CaseAnswer, Draft, Phase, PhaseTimes, Reading, Step, next_step
from realfm_gui.domain.worklist import worklist
from realfm_gui.domain.workstation import Workstation
from realfm_gui.storage import StudyStore
from realfm_gui.workflows.advice import Advice, advice_for, check_predictions, shown_runs
from realfm_gui.workflows.display_check import session_display
from realfm_gui.workflows.frame_order import refuse_other_order
from realfm_gui.workflows.mark_check import refuse_bad_marks


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderSession:
    """One sitting of one reader."""

    reader: Reader
    session_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the log's head was when the session ended: kept elsewhere, it shows a log that was cut later."""

    sequence: int
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseToRead:
    """Everything the reading room may know of a case before the unaided answer is locked."""

    step: Step
    case: Case
    image_paths: tuple[Path, ...]
    unaided: Reading | None
    draft: Draft | None


def start_session(store: StudyStore, reader_id: str, workstation: Workstation | None = None) -> ReaderSession:
    """Begin a sitting; `workstation` is where, None without a window.

    Raises
    ------
    UserFacingError
        If the protocol has no such reader, the reader has no case, a display check is required and none
        holds, the study's slices are in another order, or a model that the reader is shown has not been run
        on every case: a missing prediction must not be found out after the unaided answer.
    """
    reader = store.protocol.reader(reader_id)
    if reader.simulated:
        raise UserFacingError(
            f"{reader.name} is a simulated reader and does not read on screen.",
            hint="Choose another reader.",
        )
    cases = reader_worklist(store, reader)
    if not cases:
        splits = " and ".join(reader.reads)
        raise UserFacingError(
            f"There is no case for {reader.name} to read.",
            hint=f"Import cases of the split {splits} first (realfm import STUDY PATH --truth CSV).",
        )
    refuse_other_order(store)
    check_predictions(store, reader, cases)
    session = ReaderSession(reader=reader, session_id=new_session_id())
    store.append(
        EventKind.SESSION_STARTED,
        {"reader": reader.id, **session_display(store, reader.id, workstation)},
        actor=reader.id,
        session=session.session_id,
    )
    return session


def end_session(store: StudyStore, session: ReaderSession) -> Receipt:
    """End a sitting and return its receipt."""
    event = store.append(
        EventKind.SESSION_ENDED,
        {"reader": session.reader.id},
        actor=session.reader.id,
        session=session.session_id,
    )
    return Receipt(sequence=event.sequence, hash=event.hash)


def reader_worklist(store: StudyStore, reader: Reader) -> list[str]:
    """Return the case ids of this reader in order."""
    return worklist(store.protocol, reader, store.cases(*reader.reads))


def peek(store: StudyStore, reader: Reader, *, count: int) -> list[Case]:
    """Return the next `count` unfinished cases, the current one first, for decoding ahead (images only)."""
    locked = store.locked_phases(reader.id)
    waiting = [
        case_id for case_id in reader_worklist(store, reader) if Phase.AIDED not in locked.get(case_id, set())
    ]
    return [store.case(case_id) for case_id in waiting[:count]]


def open_next(store: StudyStore, session: ReaderSession) -> CaseToRead | None:
    """Open the first unfinished case in its current phase; None when the reader has submitted everything."""
    reader = session.reader
    training = frozenset(case.case_id for case in store.cases(Split.TRAINING))
    step = next_step(reader_worklist(store, reader), store.locked_phases(reader.id), training=training)
    if step is None:
        return None
    case = store.case(step.case_id)
    draft = store.draft(reader.id)
    if draft is not None and (draft.case_id, draft.phase) != (step.case_id, step.phase):
        draft = None
    unaided = None
    if step.phase is Phase.AIDED:
        unaided = next(
            reading
            for reading in store.readings(reader=reader.id)
            if reading.case_id == step.case_id and reading.phase is Phase.UNAIDED
        )
    store.append(
        EventKind.CASE_OPENED,
        {"case_id": step.case_id, "phase": step.phase},
        actor=reader.id,
        session=session.session_id,
    )
    return CaseToRead(
        step=step,
        case=case,
        image_paths=tuple(store.image_path(image.file) for image in case.images),
        unaided=unaided,
        draft=draft,
    )


def lock_unaided(
    store: StudyStore,
    session: ReaderSession,
    case_id: str,
    answer: CaseAnswer,
    times: PhaseTimes,
    displayed: FinishedRecord | None = None,
) -> Changes:
    """Make the unaided answer final; it is on disk when this returns.

    `displayed` is the record of what was displayed, None where none was made.
    """
    _check_complete(store.protocol, answer)
    refuse_bad_marks(store, case_id, answer.marks)
    _append_answer(store, session, EventKind.ANSWER_LOCKED, case_id, answer, times, displayed)
    return Changes(readings=True, worklist=True)


def reveal_ai(store: StudyStore, session: ReaderSession, case_id: str) -> Advice:
    """Load and return what the models say of a case whose unaided answer is locked.

    The one place where a reader's program touches a prediction. The log records the showing before
    anything is read; the store refuses that record while the unaided answer is open.
    """
    runs = shown_runs(store, session.reader)
    main = next(run for run in runs if run.model == store.protocol.model.name)
    payload: dict[str, object] = {"case_id": case_id, "run_id": main.run_id}
    if len(runs) > 1:
        payload["shown"] = [{"model": run.model, "run_id": run.run_id} for run in runs]
    store.append(EventKind.AI_REVEALED, payload, actor=session.reader.id, session=session.session_id)
    return advice_for(store, runs, case_id)


def submit_aided(
    store: StudyStore,
    session: ReaderSession,
    case_id: str,
    answer: CaseAnswer,
    times: PhaseTimes,
    displayed: FinishedRecord | None = None,
) -> Changes:
    """Store the aided answer; the case is finished and on disk when this returns.

    `displayed` is the record of what was displayed, None where none was made.
    """
    _check_complete(store.protocol, answer)
    refuse_bad_marks(store, case_id, answer.marks)
    _append_answer(store, session, EventKind.ANSWER_SUBMITTED, case_id, answer, times, displayed)
    return Changes(readings=True, worklist=True)


def pause(store: StudyStore, session: ReaderSession, case_id: str, phase: Phase) -> None:
    """Record that the reader paused."""
    _append_break(store, session, EventKind.READING_PAUSED, case_id, phase)


def resume(store: StudyStore, session: ReaderSession, case_id: str, phase: Phase) -> None:
    """Record that the reader went on."""
    _append_break(store, session, EventKind.READING_RESUMED, case_id, phase)


def save_draft(store: StudyStore, draft: Draft) -> None:
    """Keep what is answered but not locked, for a crash or a power cut."""
    store.save_draft(draft)


def _append_break(
    store: StudyStore, session: ReaderSession, kind: EventKind, case_id: str, phase: Phase
) -> None:
    payload = {"case_id": case_id, "phase": phase}
    store.append(kind, payload, actor=session.reader.id, session=session.session_id)


def _append_answer(
    store: StudyStore,
    session: ReaderSession,
    kind: EventKind,
    case_id: str,
    answer: CaseAnswer,
    times: PhaseTimes,
    displayed: FinishedRecord | None,
) -> None:
    phase = Phase.UNAIDED if kind is EventKind.ANSWER_LOCKED else Phase.AIDED
    if phase in store.locked_phases(session.reader.id).get(case_id, set()):
        raise UserFacingError(
            "This answer is already locked, probably in another window.",
            hint="Close this window and go on in the other, or start reading again here.",
        )
    payload = {"case_id": case_id, "answer": answer.to_payload(), "times": times.to_payload()}
    key = ReadingKey(reader=session.reader.id, case_id=case_id, phase=phase)
    with ExitStack() as until_stored:
        if displayed is not None:
            payload["telemetry"] = until_stored.enter_context(store.held_display(displayed, of=key))
        store.append(kind, payload, actor=session.reader.id, session=session.session_id)


def _check_complete(protocol: Protocol, answer: CaseAnswer) -> None:
    missing = answer.missing(protocol)
    if missing:
        raise UserFacingError(
            f"Not answered yet: {', '.join(missing)}.",
            hint="Answer every finding, or mark the case as non-diagnostic.",
        )
    levels = protocol.reading.confidence_levels
    too_high = [a.finding for a in answer.findings if a.confidence > levels]
    if too_high:
        raise ValueError(f"confidence of {too_high[0]} is above the protocol's {levels} levels")
