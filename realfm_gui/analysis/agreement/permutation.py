"""Permutation tests of two modalities: swap those of a case, or of a reader, and see what chance can do.

They test that the modalities do not differ at all. They say nothing about margins, and refuse them.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from realfm_gui.analysis.agreement.case_resampling import patient_numbers
from realfm_gui.analysis.agreement.sign_flips import (
    MOST_EXACT_UNITS,
    PermutationTest,
    Swapped,
    concluded,
    no_test,
    sign_blocks,
    sign_test,
)
from realfm_gui.analysis.auc import count_wins
from realfm_gui.domain.errors import UserFacingError

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
FigureOfMerit = Callable[[Floats], ArrayLike]
"""From scores (2, readers, cases) to one figure of merit per modality and reader (2, readers)."""


def case_swap_test(
    scores: ArrayLike,
    truth: ArrayLike,
    *,
    patients: ArrayLike | None = None,
    n_permutations: int = 10_000,
    seed: int = 20_242,
    margin: float = 0.0,
) -> PermutationTest:
    """Test the mean AUC difference by swapping the modalities of each case, for all readers together.

    Parameters
    ----------
    scores : array-like of shape (2, readers, cases)
        Ratings on the same scale in both modalities; NaN where a read is missing. A reader's case counts only
        where it was read in both.
    truth : array-like of bool of shape (cases,)
        The reference standard.
    patients : array-like of shape (cases,), optional
        Cases of one patient are swapped together.
    n_permutations : int
        Random swaps; where all 2^n are no more than that, they are listed instead.
    seed : int
        Of the generator.
    margin : float
        Must be 0: kept so that a margin is refused in words instead of being ignored.

    Notes
    -----
    After swaps an AUC compares a positive of one arm with negatives of either; the difference still is a sum
    over cases, sum_c u_c g_c with signs u (1 as read, -1 swapped): all permutations are one matrix product.

    Raises
    ------
    UserFacingError
        If a margin is asked for.

    References
    ----------
    .. [1] Venkatraman ES, Begg CB. Biometrika 1996;83(4):835-848 (permuting the pairs of a paired design).
    .. [2] Phipson B, Smyth GK. Stat Appl Genet Mol Biol 2010;9:39 (p = (b + 1) / (B + 1)).
    """
    _refuse_margin(margin)
    contributions = auc_swap_contributions(scores, truth)
    numbers = patient_numbers(patients, contributions.shape[1])
    assessable = ~np.isnan(contributions).any(axis=1)
    if not assessable.any():
        return no_test(
            Swapped.CASES,
            len(np.unique(numbers)),
            "No reader read a positive and a negative case in both arms.",
        )
    n_left_out = int((~assessable).sum())
    note = f"{n_left_out} readers without both classes in both arms are left out." if n_left_out else ""
    of_case = contributions[assessable].mean(axis=0)
    return sign_test(
        Swapped.CASES,
        np.bincount(numbers, of_case).astype(np.float64),
        n_permutations=n_permutations,
        seed=seed,
        note=note,
    )


def auc_swap_contributions(scores: ArrayLike, truth: ArrayLike) -> Floats:
    """Return what each case adds to each reader's AUC difference, shape (readers, cases).

    The rows sum to the differences, second minus first; with a case's modalities swapped its entry changes
    sign. A row is NaN where the reader lacks positives or negatives read in both modalities.

    Parameters
    ----------
    scores : array-like of shape (2, readers, cases)
        As in `case_swap_test`.
    truth : array-like of bool of shape (cases,)
        The reference standard.
    """
    values, is_positive = np.asarray(scores, dtype=np.float64), np.asarray(truth, dtype=np.bool_)
    if values.ndim != 3 or values.shape[0] != 2 or is_positive.shape != values.shape[2:]:
        raise ValueError(f"scores {values.shape} and truth {is_positive.shape} do not belong together")
    contributions = np.zeros(values.shape[1:])
    for reader in range(values.shape[1]):
        in_both = ~np.isnan(values[:, reader]).any(axis=0)
        truth_of_both = is_positive[in_both]
        if truth_of_both.all() or not truth_of_both.any():
            contributions[reader] = np.nan
        else:
            contributions[reader, in_both] = _of_one_reader(values[:, reader, in_both], truth_of_both)
    return contributions


def _of_one_reader(scores: Floats, is_positive: Bools) -> Floats:
    """Return one reader's contributions, shape (cases,); `scores` has shape (2, cases), nothing missing."""
    arms = [(positives, negatives) for positives in (0, 1) for negatives in (0, 1)]
    mixed = np.stack([np.where(is_positive, scores[a], scores[b]) for a, b in arms])
    wins = count_wins(mixed, is_positive)
    # Both unswapped or both swapped: K11 - K00; one of the two: K10 - K01 (first index: the positive's arm).
    alike = wins.of_positives[3] - wins.of_positives[0], wins.of_negatives[3] - wins.of_negatives[0]
    mixed_up = wins.of_positives[2] - wins.of_positives[1], wins.of_negatives[2] - wins.of_negatives[1]
    contributions = np.empty(scores.shape[1])
    contributions[is_positive] = alike[0] + mixed_up[0]
    contributions[~is_positive] = alike[1] - mixed_up[1]
    return contributions / (4.0 * wins.n_positive * wins.n_negative)


def case_swap_test_of(
    figure_of_merit: FigureOfMerit,
    scores: ArrayLike,
    *,
    patients: ArrayLike | None = None,
    n_permutations: int = 2_000,
    seed: int = 20_242,
    margin: float = 0.0,
) -> PermutationTest:
    """Test any figure of merit by swapping the modalities of each case, for all readers together.

    Parameters
    ----------
    figure_of_merit : callable
        From scores (2, readers, cases) to figures (2, readers); called once per permutation.
    scores : array-like of shape (2, readers, cases)
        Whatever `figure_of_merit` takes; swapped along the first axis.
    patients, n_permutations, seed, margin
        As in `case_swap_test`.

    Notes
    -----
    A permutation on which the figure is undefined counts as extreme, so that p can only grow; the note says
    how many there were.
    """
    _refuse_margin(margin)
    values = np.asarray(scores, dtype=np.float64)
    if values.ndim != 3 or values.shape[0] != 2:
        raise ValueError(f"expected scores of shape (2, readers, cases), not {values.shape}")
    numbers = patient_numbers(patients, values.shape[2])
    n_units = len(np.unique(numbers))

    def difference(table: Floats) -> float:
        figures = np.asarray(figure_of_merit(table), dtype=np.float64)
        return float((figures[1] - figures[0]).mean()) if figures.size else np.nan

    observed = difference(values)
    if np.isnan(observed) or n_units == 0:
        return no_test(
            Swapped.CASES, n_units, "The figure of merit is undefined for a reader on these cases."
        )
    swapped = np.array(
        [
            difference(np.where(signs[numbers] > 0, values, values[::-1]))
            for block in sign_blocks(n_units, n_permutations, seed)
            for signs in block
        ]
    )
    n_undefined = int(np.isnan(swapped).sum())
    note = f"Undefined in {n_undefined} permutations, which count as extreme." if n_undefined else ""
    size = max(abs(observed), float(np.nanmax(np.abs(swapped), initial=0.0)))
    is_extreme = np.isnan(swapped) | (np.abs(swapped) >= abs(observed) - 1e-12 * size)
    return concluded(
        Swapped.CASES,
        observed,
        int(is_extreme.sum()),
        n_units,
        n_permutations=n_permutations,
        seed=seed,
        note=note,
    )


def reader_flip_test(
    differences: ArrayLike,
    *,
    n_permutations: int = 2**MOST_EXACT_UNITS,
    seed: int = 20_242,
    margin: float = 0.0,
) -> PermutationTest:
    """Test the mean of the readers' differences by flipping their signs: exact up to twenty readers.

    Parameters
    ----------
    differences : array-like of shape (readers,)
        Second minus first modality, any figure of merit; finite.
    n_permutations, seed, margin
        As in `case_swap_test`.

    References
    ----------
    .. [1] Fisher RA. The Design of Experiments. Oliver and Boyd; 1935, section 21.

    Examples
    --------
    >>> reader_flip_test([0.02, 0.03, 0.01, 0.04]).p
    0.125
    """
    _refuse_margin(margin)
    values = np.asarray(differences, dtype=np.float64)
    if values.ndim != 1 or not np.isfinite(values).all():
        raise ValueError("expected one finite difference per reader")
    if not len(values):
        return no_test(Swapped.READERS, 0, "There is no reader.")
    return sign_test(Swapped.READERS, values / len(values), n_permutations=n_permutations, seed=seed, note="")


def _refuse_margin(margin: float) -> None:
    if margin != 0:
        raise UserFacingError(
            "A permutation test cannot show non-inferiority or equivalence: "
            "it assumes that the modalities are alike, not that they differ by a margin.",
            hint="Use the Obuchowski-Rockette interval against the margin.",
        )
