"""The one value every multi-reader multi-case analysis starts from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Bools = NDArray[np.bool_]

NO_LESION = -1
"""In `Marks.lesion`: the mark hits no lesion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Rated marks on cases, and the lesions they could have hit.

    Attributes
    ----------
    modality, reader, case : integer arrays of shape (marks,)
        Indices into the names of the study.
    lesion : integer array of shape (marks,)
        Which lesion of the case the mark hits, from 0, or `NO_LESION`.
    rating : array of shape (marks,)
        Finite; higher is more suspicious.
    lesion_weights : array of shape (cases, most lesions of a case)
        How much each lesion of a case counts; they add up to 1 on every case that has lesions. NaN where a
        case has no such lesion.
    """

    modality: Integers
    reader: Integers
    case: Integers
    lesion: Integers
    rating: Floats
    lesion_weights: Floats

    def __post_init__(self) -> None:
        n_marks = self.rating.shape
        if any(column.shape != n_marks for column in (self.modality, self.reader, self.case, self.lesion)):
            raise ValueError("every mark has a modality, a reader, a case, a lesion and a rating")
        if not np.isfinite(self.rating).all():
            raise ValueError("a mark without a finite rating")
        if self.lesion_weights.ndim != 2:
            raise ValueError("lesion weights have the shape (cases, lesions)")
        hits = self.lesion >= 0
        if (self.lesion[hits] >= self.lesion_weights.shape[1]).any() or np.isnan(
            self.lesion_weights[self.case[hits], self.lesion[hits]]
        ).any():
            raise ValueError("a mark hits a lesion that its case does not have")
        has_lesions = ~np.isnan(self.lesion_weights).all(axis=1)
        totals = np.nansum(self.lesion_weights[has_lesions], axis=1)
        if not np.allclose(totals, 1.0, atol=1e-6) or (self.lesion_weights < 0).any():
            raise ValueError("the lesion weights of a case are at least 0 and add up to 1")

    @property
    def n_lesions(self) -> Integers:
        """Number of lesions of every case, shape (cases,)."""
        count: Integers = (~np.isnan(self.lesion_weights)).sum(axis=1)
        return count


@dataclass(frozen=True, slots=True, kw_only=True)
class ObserverData:
    """What readers said about cases in each modality, and what is true.

    A *case* is one unit of analysis for one finding: an image set, a breast, a lobe. Units of the same
    patient share a cluster.

    Attributes
    ----------
    modalities, readers, cases : tuple of str
        Names in order of first appearance; unique.
    is_positive : bool array of shape (cases,)
        The reference standard.
    ratings : array of shape (modalities, readers, cases)
        Higher is more suspicious; NaN where the reader did not read the case in that modality. Infinite
        ratings are ordered like any other. With `marks` it holds the highest rating on the case, and minus
        infinity for a case that was read and not marked.
    clusters : integer array of shape (cases,)
        Number of the patient every case belongs to, 0 .. patients - 1; `arange(cases)` where cases are
        patients.
    weights : array of shape (cases,)
        Sampling weights (how many cases of the population one stands for); ones where every case counts
        alike.
    findings : tuple of str
        Finding of every case; empty where there is only one.
    marks : Marks or None
        Marks with their places matched to lesions, for localisation endpoints.
    """

    modalities: tuple[str, ...]
    readers: tuple[str, ...]
    cases: tuple[str, ...]
    is_positive: Bools
    ratings: Floats
    clusters: Integers
    weights: Floats
    findings: tuple[str, ...] = ()
    marks: Marks | None = None

    def __post_init__(self) -> None:
        shape = (len(self.modalities), len(self.readers), len(self.cases))
        if self.ratings.shape != shape:
            raise ValueError(f"expected ratings of shape {shape}, not {self.ratings.shape}")
        for name, names in (
            ("modality", self.modalities),
            ("reader", self.readers),
            ("case", self.cases if not self.findings else ()),
        ):
            if len(set(names)) != len(names):
                raise ValueError(f"a {name} is named twice")
        n_cases = (len(self.cases),)
        if any(column.shape != n_cases for column in (self.is_positive, self.clusters, self.weights)):
            raise ValueError("truth, clusters and weights have one entry per case")
        if self.findings and len(self.findings) != len(self.cases):
            raise ValueError("findings have one entry per case, or are left out")
        if not (np.isfinite(self.weights) & (self.weights > 0)).all():
            raise ValueError("sampling weights are finite and greater than 0")
        if self.marks is not None and len(self.marks.lesion_weights) != len(self.cases):
            raise ValueError("the marks belong to other cases")

    @property
    def was_read(self) -> Bools:
        """Which reads there are, shape (modalities, readers, cases)."""
        return ~np.isnan(self.ratings)

    @property
    def is_complete(self) -> bool:
        """Whether every reader read every case in every modality."""
        return bool(self.was_read.all())

    @property
    def n_positive(self) -> int:
        """Number of positive cases."""
        return int(self.is_positive.sum())

    @property
    def n_negative(self) -> int:
        """Number of negative cases."""
        return int((~self.is_positive).sum())

    def with_only(
        self,
        *,
        modalities: Sequence[int] | None = None,
        readers: Sequence[int] | None = None,
        cases: NDArray[np.bool_] | None = None,
    ) -> "ObserverData":
        """Return the part with these modalities and readers (indices, in this order) and cases (mask)."""
        m = np.arange(len(self.modalities)) if modalities is None else np.array(modalities, dtype=np.int64)
        r = np.arange(len(self.readers)) if readers is None else np.array(readers, dtype=np.int64)
        c = np.arange(len(self.cases)) if cases is None else np.flatnonzero(cases)
        return replace(
            self,
            modalities=tuple(self.modalities[i] for i in m),
            readers=tuple(self.readers[i] for i in r),
            cases=tuple(self.cases[i] for i in c),
            is_positive=self.is_positive[c],
            ratings=np.ascontiguousarray(self.ratings[np.ix_(m, r, c)]),
            clusters=np.unique(self.clusters[c], return_inverse=True)[1],
            weights=self.weights[c],
            findings=tuple(self.findings[i] for i in c) if self.findings else (),
            marks=None if self.marks is None else _marks_with_only(self.marks, m, r, c),
        )


def observer_data(
    ratings: NDArray[np.float64],
    is_positive: NDArray[np.bool_],
    *,
    modalities: Sequence[str] | None = None,
    readers: Sequence[str] | None = None,
    cases: Sequence[str] | None = None,
    clusters: Sequence[str] | NDArray[np.int64] | None = None,
    weights: NDArray[np.float64] | None = None,
    findings: Sequence[str] = (),
    marks: Marks | None = None,
) -> ObserverData:
    """Return `ObserverData` from arrays, with names 1, 2, 3, ... where none are given.

    Parameters
    ----------
    ratings : array of shape (modalities, readers, cases)
        NaN where a case was not read.
    is_positive : array of shape (cases,)
        The reference standard.
    modalities, readers, cases, clusters, weights, findings, marks
        See `ObserverData`; `clusters` may be names of patients.
    """
    values = np.asarray(ratings, dtype=np.float64)
    if values.ndim != 3:
        raise ValueError(f"expected ratings of shape (modalities, readers, cases), not {values.shape}")
    names = [
        tuple(str(i + 1) for i in range(n)) if given is None else tuple(given)
        for n, given in zip(values.shape, (modalities, readers, cases), strict=True)
    ]
    n_cases = values.shape[2]
    patients = np.arange(n_cases) if clusters is None else np.unique(clusters, return_inverse=True)[1]
    return ObserverData(
        modalities=names[0],
        readers=names[1],
        cases=names[2],
        is_positive=np.asarray(is_positive, dtype=np.bool_),
        ratings=values,
        clusters=np.asarray(patients, dtype=np.int64),
        weights=np.ones(n_cases) if weights is None else np.asarray(weights, dtype=np.float64),
        findings=tuple(findings),
        marks=marks,
    )


def _marks_with_only(marks: Marks, m: Integers, r: Integers, c: Integers) -> Marks:
    modality = _renumbered(marks.modality, m)
    reader = _renumbered(marks.reader, r)
    case = _renumbered(marks.case, c)
    stays = (modality >= 0) & (reader >= 0) & (case >= 0)
    return Marks(
        modality=modality[stays],
        reader=reader[stays],
        case=case[stays],
        lesion=marks.lesion[stays],
        rating=marks.rating[stays],
        lesion_weights=marks.lesion_weights[c],
    )


def _renumbered(column: Integers, kept: Integers) -> Integers:
    """Return the place of every entry in `kept`, -1 where it is not kept."""
    new = np.full(int(max(column.max(initial=-1), kept.max(initial=-1))) + 1, -1, dtype=np.int64)
    new[kept] = np.arange(len(kept))
    return new[column]
