"""Replay: everything that is needed to paint a stored reading again. For analysts and coordinators.

It loads what the AI said and, where the caller has opened the outcomes, why the calls were wrong: never for a
reader's screen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import realfm_gui
from realfm_gui.domain.case import Split
from realfm_gui.domain.display_record import DisplayRecord, ReadingKey
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.events import EventKind
from realfm_gui.domain.lesion import Lesion
from realfm_gui.domain.prediction import SaliencyMap
from realfm_gui.domain.reading import Phase, Reading
from realfm_gui.storage import StudyStore
from realfm_gui.workflows.display_times import DisplayTimes
from realfm_gui.workflows.frame_order import refuse_other_order

if TYPE_CHECKING:
    from realfm_gui.imaging.case_loading import CaseSequence
    from realfm_gui.imaging.decoding_service import DecodingService

Maps = Mapping[str, tuple[SaliencyMap, tuple[float, float] | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayChoice:
    """A reading that can be replayed, for a list; `errors` are the classes of its wrong calls by finding.

    `errors` is None where the outcomes were not opened.
    """

    reading: ReadingKey
    reader_name: str
    position: int
    """Of the case in the reader's order, from 1."""
    is_practice: bool
    active_ms: int
    errors: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaySource:
    """A stored reading and what was there to be displayed, images aside (`load_frames`)."""

    choice: ReplayChoice
    record: DisplayRecord
    image_paths: tuple[Path, ...]
    maps: Maps
    answer_words: str
    lesions: tuple[Lesion, ...] = ()
    """Where the outcomes were opened."""

    @property
    def programs(self) -> tuple[str, ...]:
        """The versions of the program that painted it."""
        return tuple(dict.fromkeys(segment.program for segment in self.record.segments))

    @property
    def is_same_program(self) -> bool:
        """Whether this version painted all of it."""
        return self.programs == (realfm_gui.__version__,)


def replayable(store: StudyStore, *, with_outcomes: bool = False) -> list[ReplayChoice]:
    """Return the readings of which it is on record what was displayed, in the order they were locked.

    Parameters
    ----------
    store : StudyStore
    with_outcomes : bool
        Class the wrong calls, too: truth and AI are read. Log the look first (`outcomes.open_outcomes`).
    """
    training = {case.case_id for case in store.cases(Split.TRAINING)}
    positions = _positions(store)
    names = {reader.id: reader.name for reader in store.protocol.readers}
    times = DisplayTimes(store) if with_outcomes else None
    truth = _truth(store) if with_outcomes else {}
    choices = []
    for reading in store.readings():
        key = ReadingKey(reader=reading.reader, case_id=reading.case_id, phase=reading.phase)
        if store.has_display(key):
            choices.append(
                ReplayChoice(
                    reading=key,
                    reader_name=names.get(reading.reader, reading.reader),
                    position=positions.get((reading.reader, reading.case_id), 0),
                    is_practice=reading.case_id in training,
                    active_ms=reading.times.active_ms,
                    errors=None if times is None else _errors(times, reading, truth),
                )
            )
    return choices


def open_replay(store: StudyStore, choice: ReplayChoice) -> ReplaySource:
    """Load a reading's record and, of an aided one, the maps that were shown.

    Raises
    ------
    UserFacingError
        If there is no record, it is not what was stored, or the study's slices are in another order.
    """
    refuse_other_order(store)
    key = choice.reading
    record = store.read_display(key)
    if record is None:
        raise UserFacingError(
            "It is not on record what this reading displayed.",
            hint="Readings of older studies and of simulated readers have no such record.",
        )
    reading = next(
        r for r in store.readings(reader=key.reader) if (r.case_id, r.phase) == (key.case_id, key.phase)
    )
    return ReplaySource(
        choice=choice,
        record=record,
        image_paths=tuple(store.image_path(image.file) for image in store.case(key.case_id).images),
        maps=_maps(store, key) if key.phase is Phase.AIDED else {},
        answer_words=_answer_words(store, reading),
        lesions=() if choice.errors is None else _lesions(store, key.case_id),
    )


def load_frames(paths: Sequence[Path], decoding: "DecodingService") -> "CaseSequence":
    """Load the images as the reading room does, to the last one; for a thread of its own.

    Raises
    ------
    UnreadableImage
        If none can be read.
    """
    from realfm_gui.imaging.case_loading import loading_case

    frames: CaseSequence | None = None
    for step in loading_case(paths, decoding):
        frames = step.frames
    assert frames is not None  # an unreadable case raises
    return frames


def _maps(store: StudyStore, key: ReadingKey) -> Maps:
    """Return the maps of the runs that were revealed, as the reading room names them: model/finding."""
    maps: dict[str, tuple[SaliencyMap, tuple[float, float] | None]] = {}
    for run_id in _revealed_runs(store, key):
        run = store.run_record(run_id)
        if key.case_id not in run.case_ids:
            continue
        for prediction in store.read_prediction(run_id, key.case_id):
            if prediction.saliency is not None:
                maps[f"{run.model}/{prediction.finding}"] = (prediction.saliency, run.map_range)
    return maps


def _revealed_runs(store: StudyStore, key: ReadingKey) -> list[str]:
    runs: dict[str, None] = {}
    for event in store.events():
        is_meant = event.kind is EventKind.AI_REVEALED and event.actor == key.reader
        if is_meant and event.payload["case_id"] == key.case_id:
            shown = event.payload.get("shown") or [{"run_id": event.payload["run_id"]}]
            runs |= dict.fromkeys(part["run_id"] for part in shown)
    return list(runs)


def _lesions(store: StudyStore, case_id: str) -> tuple[Lesion, ...]:
    splits = (Split.TRAINING, Split.READING)
    return tuple(
        lesion for split in splits for lesion in store.read_lesions(split) if lesion.case_id == case_id
    )


def _positions(store: StudyStore) -> dict[tuple[str, str], int]:
    from realfm_gui.workflows.reading import reader_worklist

    return {
        (reader.id, case_id): number
        for reader in store.protocol.readers
        for number, case_id in enumerate(reader_worklist(store, reader), start=1)
    }


def _truth(store: StudyStore) -> dict[tuple[str, str], bool]:
    return {
        (label.case_id, label.finding): label.is_present
        for split in (Split.TRAINING, Split.READING)
        if store.has_truth(split)
        for label in store.read_truth(split)
    }


def _errors(times: DisplayTimes, reading: Reading, truth: Mapping[tuple[str, str], bool]) -> dict[str, str]:
    classes = {
        answer.finding: times.error_class(
            reading, answer.finding, is_present=truth.get((reading.case_id, answer.finding))
        )
        for answer in reading.answer.findings
    }
    return {finding: found.value for finding, found in classes.items() if found is not None}


def _answer_words(store: StudyStore, reading: Reading) -> str:
    names = {finding.id: finding.name for finding in store.protocol.findings}
    said = [
        f"{names.get(a.finding, a.finding)}: {a.likelihood}, recall {'yes' if a.recall else 'no'}"
        for a in reading.answer.findings
    ]
    return "; ".join(said + [flag.value.replace("_", " ") for flag in sorted(reading.answer.flags)])
