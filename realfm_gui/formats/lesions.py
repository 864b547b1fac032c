"""Lesions of cases, their weights, and marks that hit them or not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from realfm_gui.formats.columns import Bools, Codes, Floats

WEIGHT_TOLERANCE = 0.02
"""Weights of a case may add up to 1 so inexactly: three times .33 is common."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesions:
    """The lesions of a list of cases.

    Attributes
    ----------
    index : tuple of dict of int to int
        For every case: place (from 0) of the lesion with this number.
    weights : array of shape (cases, most lesions of a case)
        They add up to 1; NaN where a case has no such lesion.
    """

    index: tuple[Mapping[int, int], ...]
    weights: Floats


def lesions_of(cases: Sequence[Mapping[int, float]]) -> Lesions:
    """Return the lesions of cases from the weights by lesion number; cases without lesions are empty.

    Weights are scaled to add up to 1; where all are 0, they are equal, as RJafroc has it.

    Examples
    --------
    >>> lesions_of([{1: 0.0, 3: 0.0}, {}]).weights.tolist()
    [[0.5, 0.5], [nan, nan]]
    """
    weights = np.full((len(cases), max(map(len, cases), default=0)), np.nan)
    index: list[dict[int, int]] = []
    for row, lesions in enumerate(cases):
        numbers = sorted(lesions)
        index.append({number: place for place, number in enumerate(numbers)})
        values = np.array([lesions[number] for number in numbers])
        if numbers:
            total = values.sum()
            weights[row, : len(numbers)] = values / total if total > 0 else 1 / len(numbers)
    return Lesions(index=tuple(index), weights=weights)


def weights_problem(weights: Sequence[float]) -> str | None:
    """Return why the weights of a case's lesions cannot be used, None if they can."""
    total = sum(weights)
    if total == 0 or abs(total - 1) <= WEIGHT_TOLERANCE:
        return None
    return f"the weights of its lesions add up to {total:g}, not to 1 (or all 0, for equal weights)"


def ratings_from_marks(place: Codes, rating: Floats, is_read: Bools) -> Floats:
    """Return the highest rating of every read.

    Parameters
    ----------
    place : integer array of shape (marks,)
        Flat index of the read (modality, reader, case) that a mark belongs to.
    rating : array of shape (marks,)
        Finite.
    is_read : bool array of shape (modalities, readers, cases)
        Which reads there are.

    Returns
    -------
    array of shape (modalities, readers, cases)
        Minus infinity for a read without a mark, NaN where there is no read.
    """
    highest = np.full(is_read.size, -np.inf)
    np.maximum.at(highest, place, rating)
    result: Floats = np.where(is_read, highest.reshape(is_read.shape), np.nan)
    return result
