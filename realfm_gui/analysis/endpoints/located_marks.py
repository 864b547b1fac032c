"""Marks laid out as arrays: the rating of every lesion, and the false marks of every case."""

from dataclasses import dataclass

import numpy as np

from realfm_gui.analysis.mrmc.endpoint import Bools, Floats, Integers
from realfm_gui.analysis.mrmc.observer_data import NO_LESION, Marks, ObserverData
from realfm_gui.domain.errors import UserFacingError


@dataclass(frozen=True, slots=True, kw_only=True)
class LocatedMarks:
    """The marks of a study, by lesion and by case.

    Attributes
    ----------
    lesion_ratings : array of shape (modalities, readers, lesions)
        Highest rating among the marks that hit the lesion; minus infinity where it was not marked, NaN where
        its case was not read.
    lesion_cases : integer array of shape (lesions,)
        Case of every lesion.
    lesion_weights : array of shape (lesions,)
        Weight of the lesion within its case; they add up to 1 there.
    highest_false : array of shape (modalities, readers, cases)
        Highest rating among the marks that hit no lesion; minus infinity without one, NaN where not read.
    n_false : array of shape (modalities, readers, cases)
        Number of marks that hit no lesion; NaN where not read.
    """

    lesion_ratings: Floats
    lesion_cases: Integers
    lesion_weights: Floats
    highest_false: Floats
    n_false: Floats


def located_marks(data: ObserverData, label: str) -> LocatedMarks:
    """Lay the marks of a study out.

    Parameters
    ----------
    data : ObserverData
        The study.
    label : str
        The endpoint that asks, for the refusal.

    Raises
    ------
    UserFacingError
        If the study has no marks, or its truth and its lesions contradict each other.
    """
    marks = require_marks(data, label)
    lesion_cases, lesions = np.nonzero(~np.isnan(marks.lesion_weights))
    number = np.full(marks.lesion_weights.shape, -1, dtype=np.int64)
    number[lesion_cases, lesions] = np.arange(len(lesions))
    unread = np.isnan(data.ratings)
    hits = marks.lesion != NO_LESION
    lesion_ratings = np.full((*unread.shape[:2], len(lesions)), -np.inf)
    at = (marks.modality[hits], marks.reader[hits], number[marks.case[hits], marks.lesion[hits]])
    np.maximum.at(lesion_ratings, at, marks.rating[hits])
    lesion_ratings[unread[:, :, lesion_cases]] = np.nan
    false_at = (marks.modality[~hits], marks.reader[~hits], marks.case[~hits])
    highest_false = np.full(unread.shape, -np.inf)
    np.maximum.at(highest_false, false_at, marks.rating[~hits])
    n_false = np.zeros(unread.shape)
    np.add.at(n_false, false_at, 1.0)
    highest_false[unread] = n_false[unread] = np.nan
    return LocatedMarks(
        lesion_ratings=lesion_ratings,
        lesion_cases=lesion_cases,
        lesion_weights=marks.lesion_weights[lesion_cases, lesions],
        highest_false=highest_false,
        n_false=n_false,
    )


def require_marks(data: ObserverData, label: str) -> Marks:
    """Return the marks; refuses a study without them, or whose truth and lesions contradict each other."""
    if data.marks is None:
        raise UserFacingError(
            f"{label} needs marks with their places, and this study has one rating per case.",
            hint="Give a file with a mark and a lesion column and its truth file (--truth), "
            "or choose an endpoint of ratings such as auc.",
        )
    has_lesions = data.marks.n_lesions > 0
    _refuse(data, data.is_positive & ~has_lesions, "is positive, but no lesion is listed for it")
    _refuse(data, ~data.is_positive & has_lesions, "is negative, but lesions are listed for it")
    return data.marks


def require_class(data: ObserverData, label: str, *, positive: bool) -> None:
    """Refuse a study without positive (or without negative) cases."""
    if data.n_positive if positive else data.n_negative:
        return
    which = "positive" if positive else "negative"
    raise UserFacingError(
        f"There is no {which} case, so there is no {label}.",
        hint="Check the truth column, or choose an endpoint that does without: afroc1 and wafroc1 need no "
        "negative cases."
        if not positive
        else "Check the truth column and the lesions of the truth file.",
    )


def _refuse(data: ObserverData, is_wrong: Bools, problem: str) -> None:
    if not is_wrong.any():
        return
    n_more = int(is_wrong.sum()) - 1
    more = f" (and {n_more} more)" if n_more else ""
    raise UserFacingError(
        f"Case {data.cases[int(np.argmax(is_wrong))]}{more} {problem}.",
        hint="Correct the truth file: a positive case has at least one lesion, a negative case none.",
    )
