"""Reading: open a session, meet a case, lock the unaided answer, only then see the AI, submit, go on."""

from dataclasses import dataclass
from pathlib import Path

from realfm_gui.domain.case import Case, Split
from realfm_gui.domain.changes import Changes
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.events import EventKind
from realfm_gui.domain.identifiers import new_session_id
from realfm_gui.domain.prediction import Prediction, SaliencyMap
from realfm_gui.domain.probability import at_prevalence
from realfm_gui.domain.protocol import Protocol, Reader
from realfm_gui.domain.reading import CaseAnswer, Draft, Phase, PhaseTimes, Reading, Step, next_step
from realfm_gui.domain.worklist import worklist
from realfm_gui.storage import StudyStore


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


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingAdvice:
    """What the AI says of one finding, in the reader's terms.

    `percent` is the calibrated chance in percent at `prevalence` (as the model states it where nobody knows
    the prevalence it was calibrated at), or None where the model gives scores without a calibrated meaning;
    then `score` alone is shown, as such.
    """

    finding: str
    name: str
    score: float
    percent: float | None
    prevalence: float
    calls_for_recall: bool | None
    meaning: str
    saliency: SaliencyMap | None
    map_range: tuple[float, float] | None = None
    """Range of the maps over the whole run: the same colour means the same in every case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """The AI's output for one case. `failure` is its reason where the model could not answer."""

    model: str
    findings: tuple[FindingAdvice, ...]
    failure: str = ""


def start_session(store: StudyStore, reader_id: str) -> ReaderSession:
    """Begin a sitting.

    Raises
    ------
    UserFacingError
        If the protocol has no such reader, the reader has no case, or the model has not yet been run on
        every case: a missing prediction must not be found out after the unaided answer.
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
    _check_predictions(store, cases)
    session = ReaderSession(reader=reader, session_id=new_session_id())
    store.append(
        EventKind.SESSION_STARTED, {"reader": reader.id}, actor=reader.id, session=session.session_id
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
    store: StudyStore, session: ReaderSession, case_id: str, answer: CaseAnswer, times: PhaseTimes
) -> Changes:
    """Make the unaided answer final; it is on disk when this returns."""
    _check_complete(store.protocol, answer)
    _append_answer(store, session, EventKind.ANSWER_LOCKED, case_id, answer, times)
    return Changes(readings=True, worklist=True)


def reveal_ai(store: StudyStore, session: ReaderSession, case_id: str) -> Advice:
    """Load and return the AI's output of a case whose unaided answer is locked.

    The one place where a reader's program touches a prediction. The log records the showing before
    anything is read; the store refuses that record while the unaided answer is open.
    """
    run = store.latest_run(store.protocol.model.name)
    if run is None:
        raise _no_predictions(store, missing=0)
    store.append(
        EventKind.AI_REVEALED,
        {"case_id": case_id, "run_id": run.run_id},
        actor=session.reader.id,
        session=session.session_id,
    )
    failure = next((f.reason for f in run.failures if f.case_id == case_id), "")
    if failure:
        return Advice(model=run.model, findings=(), failure=failure)
    prevalence = store.protocol.population.prevalence
    names = {finding.id: finding.name for finding in store.protocol.findings}
    advice = []
    for prediction in store.read_prediction(run.run_id, case_id):
        percent = _percent(prediction, prevalence)
        name = names[prediction.finding]
        advice.append(
            FindingAdvice(
                finding=prediction.finding,
                name=name,
                score=prediction.score,
                percent=percent,
                prevalence=prevalence,
                calls_for_recall=prediction.call,
                meaning=_meaning(prediction, percent, prevalence),
                saliency=prediction.saliency,
                map_range=run.map_range,
            )
        )
    return Advice(model=run.model, findings=tuple(advice))


def submit_aided(
    store: StudyStore, session: ReaderSession, case_id: str, answer: CaseAnswer, times: PhaseTimes
) -> Changes:
    """Store the aided answer; the case is finished and on disk when this returns."""
    _check_complete(store.protocol, answer)
    _append_answer(store, session, EventKind.ANSWER_SUBMITTED, case_id, answer, times)
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
) -> None:
    phase = Phase.UNAIDED if kind is EventKind.ANSWER_LOCKED else Phase.AIDED
    if phase in store.locked_phases(session.reader.id).get(case_id, set()):
        raise UserFacingError(
            "This answer is already locked, probably in another window.",
            hint="Close this window and go on in the other, or start reading again here.",
        )
    payload = {"case_id": case_id, "answer": answer.to_payload(), "times": times.to_payload()}
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


def _check_predictions(store: StudyStore, case_ids: list[str]) -> None:
    run = store.latest_run(store.protocol.model.name)
    answered = set() if run is None else {*run.case_ids, *(f.case_id for f in run.failures)}
    missing = [case_id for case_id in case_ids if case_id not in answered]
    if missing:
        raise _no_predictions(store, missing=len(missing))


def _no_predictions(store: StudyStore, *, missing: int) -> UserFacingError:
    model = store.protocol.model.name
    return UserFacingError(
        f"The model {model} has not been run on {missing or 'any'} of the cases.",
        hint=f"Run it before reading starts: realfm predict {store.root.name} --model {model}.",
    )


def _percent(prediction: Prediction, prevalence: float) -> float | None:
    if prediction.probability is None:
        return None
    if prediction.prevalence is None:
        return 100 * prediction.probability
    return 100 * at_prevalence(prediction.probability, calibrated_at=prediction.prevalence, target=prevalence)


def _meaning(prediction: Prediction, percent: float | None, prevalence: float) -> str:
    if percent is None:
        return "This model gives a score without a calibrated meaning."
    if prediction.prevalence is None:
        return f"The model says {percent:.0f} %; at which prevalence is not known."
    if percent < 1:
        count = "fewer than 1 has it"
    elif percent > 99:
        count = "more than 99 have it"
    else:
        count = f"about {percent:.0f} {'has' if round(percent) == 1 else 'have'} it"
    return f"Of 100 such cases at {100 * prevalence:.3g} % prevalence, {count}."
