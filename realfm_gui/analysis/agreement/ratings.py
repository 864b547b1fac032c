"""The readers' ratings of the same cases, as a checked value."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from realfm_gui.domain.errors import UserFacingError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MOST_CATEGORIES = 256
"""A 0..100 scale fits; beyond this the ratings are measurements, not categories."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReaderRatings:
    """One rating per reader and case, missing reads allowed.

    Parameters
    ----------
    values : array of shape (readers, cases)
        Finite ratings; NaN where a reader did not read the case.
    scale : array of shape (categories,)
        The values a rating can take, ascending. Chance agreement depends on it, so categories nobody chose
        belong to it.
    """

    values: Floats
    scale: Floats

    def __post_init__(self) -> None:
        if self.values.ndim != 2:
            raise ValueError(f"expected ratings of shape (readers, cases), not {self.values.shape}")
        if self.scale.ndim != 1 or not (np.diff(self.scale) > 0).all():
            raise ValueError("the scale holds each value once, in ascending order")
        infinite = np.argwhere(np.isinf(self.values))
        if len(infinite):
            reader, case = infinite[0]
            raise UserFacingError(
                f"The rating of reader {reader + 1} for case {case + 1} is infinite.",
                hint="Leave it empty if the case was not read, or give the rating that was meant.",
            )
        strange = self.values[self.is_read & ~np.isin(self.values, self.scale)]
        if len(strange):
            raise UserFacingError(
                f"The rating {strange[0]:g} is not on the scale {_in_words(self.scale)}.",
                hint="Correct the rating, or name every value that the scale has.",
            )

    @property
    def n_readers(self) -> int:
        """Number of readers."""
        return int(self.values.shape[0])

    @property
    def n_cases(self) -> int:
        """Number of cases, read or not."""
        return int(self.values.shape[1])

    @property
    def is_read(self) -> NDArray[np.bool_]:
        """Which readings exist, shape (readers, cases)."""
        return ~np.isnan(self.values)

    @property
    def reads_per_case(self) -> Integers:
        """How many readers read each case, shape (cases,)."""
        reads: Integers = self.is_read.sum(axis=0)
        return reads

    @property
    def codes(self) -> Integers:
        """Position of each rating on the scale, shape (readers, cases); -1 where there is none."""
        positions = np.searchsorted(self.scale, np.nan_to_num(self.values, nan=np.inf))
        return np.where(self.is_read, positions, -1)

    @property
    def counts(self) -> Floats:
        """How many readers chose each value for each case, shape (cases, categories)."""
        codes, cells = self.codes, self.n_cases * len(self.scale)
        cell = np.arange(self.n_cases) * len(self.scale) + codes
        counts = np.bincount(cell[codes >= 0], minlength=cells).astype(np.float64)
        return counts.reshape(self.n_cases, len(self.scale))

    def without_reader(self, reader: int) -> "ReaderRatings":
        """Return the ratings of all other readers on the same scale."""
        return ReaderRatings(values=np.delete(self.values, reader, axis=0), scale=self.scale)

    def of_cases(self, keep: NDArray[np.bool_]) -> "ReaderRatings":
        """Return the ratings of some cases on the same scale; `keep` has shape (cases,)."""
        return ReaderRatings(values=self.values[:, keep], scale=self.scale)


def reader_ratings(values: ArrayLike, *, scale: ArrayLike | None = None) -> ReaderRatings:
    """Check ratings and find their scale.

    Parameters
    ----------
    values : array-like of shape (readers, cases)
        Numbers; NaN where a reader did not read the case.
    scale : array-like of shape (categories,), optional
        The values a rating can take, in any order; the values seen where it is not given.

    Raises
    ------
    UserFacingError
        If a rating is infinite or not on the scale.
    ValueError
        If the array does not have two axes.

    Examples
    --------
    >>> reader_ratings([[1, 2, 2], [1, 2, float("nan")]]).counts.tolist()
    [[2.0, 0.0], [0.0, 2.0], [0.0, 1.0]]
    """
    table = np.array(values, dtype=np.float64)
    seen = table[np.isfinite(table)] if scale is None else np.asarray(scale, dtype=np.float64)
    table.setflags(write=False)
    return ReaderRatings(values=table, scale=np.unique(seen))


def two_modalities(
    values: ArrayLike, *, scale: ArrayLike | None = None
) -> tuple[ReaderRatings, ReaderRatings]:
    """Check ratings in two modalities; both get the same scale.

    Parameters
    ----------
    values : array-like of shape (2, readers, cases)
        Numbers; NaN where a reader did not read the case in this modality.
    scale : array-like of shape (categories,), optional
        As in `reader_ratings`; the values seen in either modality where it is not given.
    """
    table = np.array(values, dtype=np.float64)
    if table.ndim != 3 or table.shape[0] != 2:
        raise ValueError(f"expected ratings of shape (2, readers, cases), not {table.shape}")
    shared = np.unique(table[np.isfinite(table)]) if scale is None else scale
    return reader_ratings(table[0], scale=shared), reader_ratings(table[1], scale=shared)


def _in_words(scale: NDArray[Any]) -> str:
    shown = [f"{value:g}" for value in scale]
    return ", ".join(shown if len(shown) <= 8 else [*shown[:3], "...", shown[-1]])
