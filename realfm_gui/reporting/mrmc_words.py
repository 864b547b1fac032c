"""Variance components and missing reads of an analysis, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from realfm_gui.analysis.mrmc.analysis import Method, Result
from realfm_gui.analysis.mrmc.design import Design
from realfm_gui.analysis.mrmc.results import VarianceComponents
from realfm_gui.analysis.wording import plain

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingReads:
    """Reads of one reader in one modality that the design asks for and that are not there.

    `positive` and `negative` count them by truth, out of `of_positive` and `of_negative` planned.
    """

    reader: str
    modality: str
    positive: int
    of_positive: int
    negative: int
    of_negative: int

    @property
    def share(self) -> float:
        """Missing share of what was planned."""
        planned = self.of_positive + self.of_negative
        return (self.positive + self.negative) / planned if planned else 0.0


def components_in_words(result: Result) -> tuple[str, ...]:
    """Return what the variance components mean, a sentence each."""
    if result.request.method is Method.USTAT:
        return ("U-statistics estimate the variance of the means as a whole, without these components.",)
    parts = result.analysis.components
    if parts.error is None:
        return ("Pairs of modalities were read by different readers, so no components are pooled.",)
    return tuple(_sentences(result, parts))


def _sentences(result: Result, parts: VarianceComponents) -> Iterable[str]:
    error = parts.error or 0.0
    if error <= 0:
        yield "The figures of merit have no sampling error: every reader ranks the cases without any error."
        return
    yield (
        f"Cases: with other cases like these, one reader's figure would vary with a standard deviation of "
        f"{plain(sqrt(error))}."
    )
    if parts.var_r is not None:
        yield (
            f"Readers: their true figures differ with a standard deviation of {plain(sqrt(parts.var_r))}."
            if parts.var_r > 0
            else "Readers: they differ no more than sampling error explains (the estimate is not above 0)."
        )
    if parts.var_tr is not None:
        yield (
            "Readers by modality: a reader's true difference between two modalities varies with a standard "
            f"deviation of {plain(sqrt(2 * parts.var_tr))} from reader to reader."
            if parts.var_tr > 0
            else "Readers by modality: differences between modalities vary no more from reader to reader "
            "than sampling error explains (the estimate is not above 0)."
        )
    pairs = [
        f"{words} {plain(covariance / error, 2)}"
        for words, covariance in (
            ("the same reader in two modalities", parts.cov1),
            ("two readers in one modality", parts.cov2),
            ("two readers in two modalities", parts.cov3),
        )
        if covariance is not None
    ]
    if pairs:
        yield f"The same cases make errors alike; they correlate: {', '.join(pairs)}."
    shares = _shares(len(result.data.readers), parts)
    if shares is not None:
        yield (
            f"Of the variance of a difference of two means, {100 * shares[0]:.0f} % comes from the readers "
            f"(more readers shrink it) and {100 * shares[1]:.0f} % from the cases (more cases shrink it)."
        )


def _shares(n_readers: int, parts: VarianceComponents) -> tuple[float, float] | None:
    """Return the readers' and the cases' share of var_tr + error - cov1 + (R - 1)(cov2 - cov3).

    That is R / 2 times the variance of a difference (Hillis 2007); None where a part is negative or absent.
    """
    needed = (parts.var_tr, parts.error, parts.cov1, parts.cov2, parts.cov3)
    if any(part is None for part in needed):
        return None
    var_tr, error, cov1, cov2, cov3 = (part for part in needed if part is not None)
    of_cases = error - cov1 + (n_readers - 1) * (cov2 - cov3)
    total = var_tr + of_cases
    if var_tr < 0 or of_cases < 0 or total <= 0:
        return None
    return var_tr / total, of_cases / total


def missing_reads(result: Result) -> tuple[MissingReads, ...]:
    """Return where planned reads are missing; empty where none is.

    Planned for a reader are the cases that anybody of the same block read (in the same modality, where each
    modality has its own cases).
    """
    data, reads = result.data, result.reads
    found = []
    for block in reads.blocks:
        members = list(block)
        of_block: Bools = np.any(data.was_read[:, members], axis=1)
        for reader in members:
            for m in np.flatnonzero(reads.has_reader[:, reader]):
                own = reads.design is Design.CASES_IN_MODALITIES
                planned: Bools = of_block[m] if own else np.any(of_block, axis=0)
                missing = planned & ~data.was_read[m, reader]
                if missing.any():
                    truth = data.is_positive
                    found.append(
                        MissingReads(
                            reader=data.readers[reader],
                            modality=data.modalities[m],
                            positive=int((missing & truth).sum()),
                            of_positive=int((planned & truth).sum()),
                            negative=int((missing & ~truth).sum()),
                            of_negative=int((planned & ~truth).sum()),
                        )
                    )
    return tuple(found)
