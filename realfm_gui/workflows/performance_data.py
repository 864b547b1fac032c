"""Which readings of a study are compared: its readers in both arms, and the model beside them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from realfm_gui.domain.errors import UserFacingError

if TYPE_CHECKING:
    from realfm_gui.analysis.study_data import StudyData

Floats = NDArray[np.float64]
MODEL = "AI"
"""The model's name among the readers, unless a reader is called so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observers:
    """Readers and model by one kind of rating.

    Attributes
    ----------
    ratings : array of shape (2, observers, cases)
        Aided, then unaided; NaN where there is none. The model stands last, alike in both arms: what it says
        does not depend on who looks at it.
    names : tuple of str
        Of the observers; unique.
    model : str or None
        The model's name, where it is among them.
    notes : tuple of str
        What has to be said of the model's answers.
    """

    ratings: Floats
    names: tuple[str, ...]
    model: str | None
    notes: tuple[str, ...]


def readers_with_enough(data: "StudyData") -> "tuple[StudyData, tuple[str, ...]]":
    """Leave out readers with less than half of the readings, as the verdict does, and say so.

    Raises
    ------
    UserFacingError
        If nobody is left.
    """
    from realfm_gui.analysis.missing_data import LEAST_SHARE_OF_READINGS

    is_recorded = np.isfinite(data.scores) & np.isfinite(data.calls)
    is_kept = is_recorded.mean(axis=(0, 2)) >= LEAST_SHARE_OF_READINGS
    if not is_kept.any():
        raise UserFacingError(
            "No reader has made half of the planned readings yet.", hint="Wait until more has been read."
        )
    notes = [
        f"{data.reader_names[reader]} is left out: {int(is_recorded[:, reader].sum())} of "
        f"{2 * len(data.case_ids)} readings were made, less than {100 * LEAST_SHARE_OF_READINGS:.0f} %."
        for reader in np.flatnonzero(~is_kept)
    ]
    if data.cases_without_truth:
        notes.append(f"{data.cases_without_truth} cases without a reference standard could not enter.")
    kept = data.restricted_to(np.flatnonzero(is_kept), np.arange(len(data.case_ids)))
    return kept, tuple(notes)


def observers_of(data: "StudyData", *, by_calls: bool) -> Observers:
    """Return readers and model by their calls (1 and 0), or by their likelihood ratings and scores."""
    ratings = data.calls if by_calls else data.scores
    names = _unique(data.reader_names, data.reader_ids)
    model, notes = _model_ratings(data, by_calls=by_calls)
    arms = np.stack([ratings[1], ratings[0]])
    if model is None:
        return Observers(ratings=arms, names=names, model=None, notes=notes)
    name = _free_name(names)
    column = np.broadcast_to(model, (2, 1, len(data.case_ids)))
    return Observers(
        ratings=np.concatenate([arms, column], axis=1), names=(*names, name), model=name, notes=notes
    )


def _model_ratings(data: "StudyData", *, by_calls: bool) -> tuple[Floats | None, tuple[str, ...]]:
    """Return the model's scores or calls; what it did not answer counts as wrong, as in the verdict."""
    said = data.ai_calls if by_calls else data.ai_scores
    is_said = np.isfinite(said)
    if not is_said.any():
        what = "call at an operating point" if by_calls else "score"
        return None, (f"The model gave no {what}, so it is not compared here.",)
    if is_said.all():
        return said, ()
    note = (
        f"The model gave no answer for {int((~is_said).sum())} of {len(said)} cases: they count as wrong in "
        "its figure here, and are left out of its curve."
    )
    lowest, highest = said[is_said].min(), said[is_said].max()
    wrong = np.where(data.truth, lowest - 1, highest + 1)
    return np.where(is_said, said, wrong), (note,)


def _unique(names: tuple[str, ...], ids: tuple[str, ...]) -> tuple[str, ...]:
    """Return the readers' names, with the id where two readers share one."""
    return tuple(
        name if names.count(name) == 1 else f"{name} ({reader})"
        for name, reader in zip(names, ids, strict=True)
    )


def _free_name(taken: tuple[str, ...]) -> str:
    name = MODEL
    while name in taken:
        name += " (model)"
    return name
