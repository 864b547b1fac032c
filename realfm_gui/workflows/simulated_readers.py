"""Readers made by a program, for demonstration and dry runs; labelled as simulated wherever they appear.

The model is the usual equal-variance signal-detection one with a shared case component (Roe CA, Metz CE.
Academic Radiology 1997;4(4):298-303): a reader's evidence for case c is skill x visibility + what the case
does to everyone + the reader's own noise. Advice moves the evidence by the reader's reliance times the AI's
log-odds, so a wrong AI drags a reliant reader along: the demo shows what a model gives and what it takes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from realfm_gui.domain.events import EventKind
from realfm_gui.domain.identifiers import new_session_id
from realfm_gui.domain.progress import Progress, silent
from realfm_gui.domain.protocol import Reader
from realfm_gui.domain.reading import CaseAnswer, FindingAnswer, PhaseTimes
from realfm_gui.storage import StudyStore
from realfm_gui.workflows.reading import ReaderSession, lock_unaided, reader_worklist, reveal_ai, submit_aided


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedBehaviour:
    """How one simulated reader behaves, on the latent evidence scale (own noise has SD 1).

    `skill` is the evidence that a fully visible finding gives; `criterion` the evidence above which the
    reader recalls; `reliance` the weight of the AI's log-odds (0 ignores it); `pace_s` the median active time
    of an unaided reading and `second_look_s` what the look with the AI adds to it.
    """

    reader: str
    skill: float
    criterion: float
    reliance: float
    pace_s: float
    second_look_s: float


CASE_SD = 0.6
"""SD of what a case does to every reader alike."""
SECOND_LOOK_SD = 0.2
"""SD of a reader's own change of mind when looking again."""


def simulate_readings(
    store: StudyStore,
    visibility: Mapping[str, float],
    behaviours: Sequence[SimulatedBehaviour],
    *,
    order: Sequence[str],
    seed: int,
    progress: Progress = silent,
) -> None:
    """Let simulated readers read everything on their lists, through the same door as people.

    Parameters
    ----------
    visibility : mapping
        Case id -> how visible the finding is, 0 (absent) to 1.
    order : sequence of str
        Case ids in an order that does not depend on their random names, so that a seed gives the same
        readings in every study folder.
    """
    finding = store.protocol.findings[0].id
    case_effects = np.random.default_rng([seed, 0]).normal(0.0, CASE_SD, len(order))
    effect = dict(zip(order, case_effects, strict=True))
    total = len(behaviours) * len(order)
    for index, behaviour in enumerate(behaviours, start=1):
        reader = store.protocol.reader(behaviour.reader)
        session = ReaderSession(reader=reader, session_id=new_session_id())
        _record(store, session, EventKind.SESSION_STARTED, {"reader": reader.id})
        draws = np.random.default_rng([seed, index]).normal(size=(len(order), 5))
        noise = dict(zip(order, draws, strict=True))
        for number, case_id in enumerate(_to_read(store, reader, noise), start=1):
            evidence = behaviour.skill * visibility[case_id] + effect[case_id] + float(noise[case_id][0])
            _read_case(store, session, case_id, finding, behaviour, evidence, noise[case_id])
            if number % 20 == 0:
                progress((index - 1) * len(order) + number, total, "Simulating readers")
        _record(store, session, EventKind.SESSION_ENDED, {"reader": reader.id})
    progress(total, total, "Simulating readers")


def _to_read(store: StudyStore, reader: Reader, known: Mapping[str, Any]) -> list[str]:
    return [case_id for case_id in reader_worklist(store, reader) if case_id in known]


def _read_case(
    store: StudyStore,
    session: ReaderSession,
    case_id: str,
    finding: str,
    behaviour: SimulatedBehaviour,
    evidence: float,
    noise: "np.ndarray[Any, np.dtype[np.float64]]",
) -> None:
    _record(store, session, EventKind.CASE_OPENED, {"case_id": case_id, "phase": "unaided"})
    doubt = float(np.exp(-abs(evidence - behaviour.criterion)))
    first_s = behaviour.pace_s * (0.8 + 0.5 * doubt) * float(np.exp(0.35 * noise[1]))
    lock_unaided(store, session, case_id, _answer(store, finding, evidence, behaviour), _times(first_s))
    advice = reveal_ai(store, session, case_id)
    for said in advice.findings:
        if said.finding == finding and said.percent is not None:
            share = min(max(said.percent / 100, 0.01), 0.99)
            prevalence = said.prevalence
            surprise = np.log(share / (1 - share)) - np.log(prevalence / (1 - prevalence))
            evidence += behaviour.reliance * float(surprise)
    evidence += SECOND_LOOK_SD * float(noise[2])
    second_s = behaviour.second_look_s * (0.8 + 0.5 * doubt) * float(np.exp(0.45 * noise[3]))
    submit_aided(store, session, case_id, _answer(store, finding, evidence, behaviour), _times(second_s))


def _answer(store: StudyStore, finding: str, evidence: float, behaviour: SimulatedBehaviour) -> CaseAnswer:
    distance = evidence - behaviour.criterion
    likelihood = round(100 / (1 + float(np.exp(-1.4 * distance))))
    levels = store.protocol.reading.confidence_levels
    confidence = min(levels, 1 + int(abs(distance) * levels / 2.5))
    answer = FindingAnswer(
        finding=finding, likelihood=likelihood, recall=bool(distance > 0), confidence=confidence
    )
    return CaseAnswer(findings=(answer,))


def _times(seconds: float) -> PhaseTimes:
    return PhaseTimes(active_ms=max(800, round(1000 * seconds)))


def _record(store: StudyStore, session: ReaderSession, kind: EventKind, payload: Mapping[str, Any]) -> None:
    store.append(kind, payload, actor=session.reader.id, session=session.session_id)
