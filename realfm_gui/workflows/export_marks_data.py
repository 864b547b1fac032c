"""From marks, lesions and readings to the arrays of a free-response study."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from realfm_gui.domain.case import Split
from realfm_gui.domain.lesion import Lesion
from realfm_gui.domain.lesion_matching import Hit, ScoredMark, score_marks
from realfm_gui.domain.mark_rules import marks_of
from realfm_gui.domain.protocol import Finding, LocalisationPart
from realfm_gui.domain.reading import MISSING_FLAGS, Phase, Reading
from realfm_gui.storage import StudyStore

if TYPE_CHECKING:
    from realfm_gui.analysis.mrmc.observer_data import Floats, Marks, ObserverData

MODALITIES = (Phase.AIDED, Phase.UNAIDED)
"""Aided first, as in the other exports: first minus second is the study's difference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredReading:
    """One reading of the test set and what each of its marks of one finding counts as."""

    reading: Reading
    marks: tuple[ScoredMark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedStudy:
    """One finding of a study as it was marked.

    `case_ids` are the cases of the test set with a reference standard, positive ones with lesions only;
    `is_positive` has shape (cases,). `readings` are those of these cases that were rated; `lesions` goes from
    the case to its lesions. `notes` say what was left out, a sentence each.
    """

    finding: Finding
    reader_ids: tuple[str, ...]
    case_ids: tuple[str, ...]
    patient_ids: tuple[str, ...]
    is_positive: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]"
    lesions: dict[str, tuple[Lesion, ...]]
    readings: tuple[ScoredReading, ...]
    notes: tuple[str, ...]

    @property
    def is_analysable(self) -> bool:
        """Whether there is anything for a program to analyse: a reading, and a lesion that could be found."""
        return bool(self.readings) and bool(self.is_positive.any())


def marked_study(store: StudyStore, finding: Finding, rule: LocalisationPart) -> MarkedStudy:
    """Collect and score the marks of one finding in the test set."""
    labels = {}
    if store.has_truth(Split.READING):
        labels = {
            label.case_id: label.is_present
            for label in store.read_truth(Split.READING)
            if label.finding == finding.id
        }
    lesions = _lesions_by_case(store, finding)
    planned = store.cases(Split.READING)
    known = [case for case in planned if case.case_id in labels]
    cases = [case for case in known if lesions.get(case.case_id) or not labels[case.case_id]]
    case_ids = [case.case_id for case in cases]
    readings = [reading for reading in store.readings() if reading.case_id in set(case_ids)]
    rated = [reading for reading in readings if not reading.answer.flags & MISSING_FLAGS]
    readers = {reading.reader for reading in rated}
    return MarkedStudy(
        finding=finding,
        reader_ids=tuple(reader.id for reader in store.protocol.readers if reader.id in readers),
        case_ids=tuple(case_ids),
        patient_ids=tuple(case.patient_id for case in cases),
        is_positive=np.array([labels[case_id] for case_id in case_ids], dtype=np.bool_),
        lesions={case_id: lesions.get(case_id, ()) for case_id in case_ids},
        readings=tuple(
            ScoredReading(
                reading=reading,
                marks=tuple(
                    score_marks(
                        marks_of(finding.id, reading.answer.marks), lesions.get(reading.case_id, ()), rule
                    )
                ),
            )
            for reading in rated
        ),
        notes=_notes(
            without_truth=len(planned) - len(known),
            without_lesion=len(known) - len(cases),
            not_rated=len(readings) - len(rated),
        ),
    )


def froc_data(study: MarkedStudy) -> "ObserverData":
    """Return the free-response study: every mark, matched or not, ignored repeats left out."""
    from realfm_gui.analysis.mrmc.observer_data import observer_data

    return observer_data(
        _highest_ratings(study),
        study.is_positive,
        modalities=[phase.value for phase in MODALITIES],
        readers=study.reader_ids,
        cases=study.case_ids,
        clusters=study.patient_ids,
        marks=_marks(study),
    )


def lroc_data(study: MarkedStudy) -> "ObserverData":
    """Return the location study: the mark rated highest stands for its case, the others are left out.

    Of equal ratings the one made first stands, wherever it lies: the truth has no say in the choice.
    """
    kept = tuple(
        replace(scored, marks=tuple(_highest(scored.marks))) if scored.marks else scored
        for scored in study.readings
    )
    return froc_data(replace(study, readings=kept))


def _highest(marks: Sequence[ScoredMark]) -> list[ScoredMark]:
    return sorted(marks, key=lambda scored: -_rating(scored))[:1]


def _rating(scored: ScoredMark) -> int:
    assert scored.mark.rating is not None  # no unrated mark is ever locked
    return scored.mark.rating


def _lesions_by_case(store: StudyStore, finding: Finding) -> dict[str, tuple[Lesion, ...]]:
    found: dict[str, list[Lesion]] = {}
    for lesion in store.read_lesions(Split.READING):
        if lesion.finding == finding.id:
            found.setdefault(lesion.case_id, []).append(lesion)
    return {case_id: tuple(lesions) for case_id, lesions in found.items()}


def _highest_ratings(study: MarkedStudy) -> "Floats":
    """Return each read's highest rating, shape (2, readers, cases); -inf without a mark, NaN unread."""
    row = {reader: index for index, reader in enumerate(study.reader_ids)}
    column = {case_id: index for index, case_id in enumerate(study.case_ids)}
    ratings = np.full((len(MODALITIES), len(row), len(column)), np.nan)
    for scored in study.readings:
        reading = scored.reading
        counted = [float(_rating(one)) for one in scored.marks if one.hit is not Hit.REPEAT]
        cell = MODALITIES.index(reading.phase), row[reading.reader], column[reading.case_id]
        ratings[cell] = max(counted, default=-np.inf)
    return ratings


def _marks(study: MarkedStudy) -> "Marks":
    from realfm_gui.analysis.mrmc.observer_data import NO_LESION, Marks
    from realfm_gui.formats.lesions import lesions_of

    row = {reader: index for index, reader in enumerate(study.reader_ids)}
    column = {case_id: index for index, case_id in enumerate(study.case_ids)}
    made = [
        (
            MODALITIES.index(scored.reading.phase),
            row[scored.reading.reader],
            column[scored.reading.case_id],
            NO_LESION if one.lesion is None else one.lesion,
            float(_rating(one)),
        )
        for scored in study.readings
        for one in scored.marks
        if one.hit is not Hit.REPEAT
    ]
    parts = list(zip(*made, strict=True)) or [(), (), (), (), ()]
    weights = [
        {number: lesion.weight or 0.0 for number, lesion in enumerate(study.lesions[case_id], start=1)}
        for case_id in study.case_ids
    ]
    return Marks(
        modality=np.array(parts[0], dtype=np.int64),
        reader=np.array(parts[1], dtype=np.int64),
        case=np.array(parts[2], dtype=np.int64),
        lesion=np.array(parts[3], dtype=np.int64),
        rating=np.array(parts[4], dtype=np.float64),
        lesion_weights=lesions_of(weights).weights,  # scaled to 1; equal where none is given
    )


def _notes(*, without_truth: int, without_lesion: int, not_rated: int) -> tuple[str, ...]:
    said = (
        (without_truth, "cases without a reference standard"),
        (without_lesion, "positive cases without a lesion's place"),
        (not_rated, "readings that were non-diagnostic or met a technical fault, as if not read"),
    )
    return tuple(f"left out: {words} ({count})." for count, words in said if count)
