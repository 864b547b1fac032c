"""Sign-flip distributions: all 2^n of them where few units are swapped, as many random ones otherwise."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from realfm_gui.analysis.agreement.case_resampling import BLOCK_ELEMENTS

Floats = NDArray[np.float64]

MOST_EXACT_UNITS = 20
"""2^20 sign patterns, a million, are still listed one by one."""


class Swapped(StrEnum):
    """What changes places between the modalities."""

    CASES = "the two reads of a patient's cases, for all readers together"
    READERS = "the two modalities of a reader"


@dataclass(frozen=True, slots=True, kw_only=True)
class PermutationTest:
    """Test of "the modalities are exchangeable"; `difference` is second minus first, averaged over readers.

    `p` is two-sided; None where the difference cannot be estimated, and then `note` says why. `n_units`
    patients or readers were swapped in `n_permutations` ways, all there are if `is_exact`. No p can be below
    `smallest_p`. `seed` is None where nothing was drawn.
    """

    swapped: Swapped
    difference: float | None
    p: float | None
    n_units: int
    n_permutations: int
    is_exact: bool
    smallest_p: float
    seed: int | None
    note: str = ""

    def __post_init__(self) -> None:
        numbers = [number for number in (self.difference, self.p) if number is not None]
        if not np.isfinite(numbers).all():
            raise ValueError("a test holds finite numbers or None, never NaN")
        if self.p is None and not self.note:
            raise ValueError("a test without p says why")

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON types; absent numbers are null."""
        return {
            "swapped": self.swapped.value,
            "difference": self.difference,
            "p": self.p,
            "n_units": self.n_units,
            "n_permutations": self.n_permutations,
            "is_exact": self.is_exact,
            "smallest_p": self.smallest_p,
            "seed": self.seed,
            "note": self.note,
        }


def sign_test(
    swapped: Swapped, contributions: Floats, *, n_permutations: int, seed: int, note: str
) -> PermutationTest:
    """Test a sum of contributions, one per unit, each of which changes sign when its unit is swapped."""
    observed, size = float(contributions.sum()), float(np.abs(contributions).sum())
    # Equal sums added in another order differ in their last digits; without room for it ties get lost.
    bound = abs(observed) - 1e-12 * size
    n_extreme = sum(
        int((np.abs(block @ contributions) >= bound).sum())
        for block in sign_blocks(len(contributions), n_permutations, seed)
    )
    if size == 0:
        note = f"{note} Nothing differs between the modalities.".strip()
    return concluded(
        swapped, observed, n_extreme, len(contributions), n_permutations=n_permutations, seed=seed, note=note
    )


def _is_exact(n_units: int, n_permutations: int) -> bool:
    return n_units <= MOST_EXACT_UNITS and 2**n_units <= n_permutations


def sign_blocks(n_units: int, n_permutations: int, seed: int) -> Iterator[Floats]:
    """Yield blocks of signs +1 and -1 of shape (permutations, units): all of them, or as many random ones."""
    if n_permutations < 1:
        raise ValueError("at least one permutation is needed")
    is_exact = _is_exact(n_units, n_permutations)
    total, in_block = 2**n_units if is_exact else n_permutations, max(1, BLOCK_ELEMENTS // n_units)
    generator = np.random.default_rng(seed)
    for start in range(0, total, in_block):
        rows = np.arange(start, min(start + in_block, total))
        if is_exact:
            bits = rows[:, np.newaxis] >> np.arange(n_units) & 1
        else:
            bits = generator.integers(0, 2, (len(rows), n_units))
        yield np.where(bits, -1.0, 1.0)


def concluded(
    swapped: Swapped,
    difference: float,
    n_extreme: int,
    n_units: int,
    *,
    n_permutations: int,
    seed: int,
    note: str,
) -> PermutationTest:
    """Return the test with p from how many of the `sign_blocks` permutations were extreme."""
    is_exact = _is_exact(n_units, n_permutations)
    total = 2**n_units if is_exact else n_permutations
    # A random sample of permutations is completed by the observed one: p is never nil and keeps its level.
    p = n_extreme / total if is_exact else (n_extreme + 1) / (total + 1)
    smallest_p = max(2.0 ** (1 - n_units), 0.0 if is_exact else 1 / (total + 1))
    if smallest_p > 0.05:
        what = "readers" if swapped is Swapped.READERS else "patients"
        note = f"{note} With {n_units} {what} no p below {smallest_p:g} is possible.".strip()
    return PermutationTest(
        swapped=swapped,
        difference=difference,
        p=p,
        n_units=n_units,
        n_permutations=total,
        is_exact=is_exact,
        smallest_p=smallest_p,
        seed=None if is_exact else seed,
        note=note,
    )


def no_test(swapped: Swapped, n_units: int, reason: str) -> PermutationTest:
    """Return a test that holds nothing but the reason why."""
    return PermutationTest(
        swapped=swapped,
        difference=None,
        p=None,
        n_units=n_units,
        n_permutations=0,
        is_exact=False,
        smallest_p=1.0,
        seed=None,
        note=reason,
    )
