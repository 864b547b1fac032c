"""Where the width of an interval comes from, in words: readers, cases, and what would narrow it.

Obuchowski and Rockette's variance of the difference between two arms read by the same R readers is
2/R [MS_TR + R max(Cov2 - Cov3, 0)]. The mean square of readers by arms holds two things: readers who gain
differently (var_TR, smaller with more readers only) and every reader's own answer to every case
(E = error - Cov1 - Cov2 + Cov3, smaller with more readers or more cases). Cov2 - Cov3 is what a case does to
all readers alike: smaller with more cases only. Covariances go with one over the number of cases.

References
----------
.. [1] Obuchowski NA, Rockette HE. Commun Stat Simul Comput 1995;24(2):285-308.
.. [2] Hillis SL. Stat Med 2007;26(3):596-619 (degrees of freedom).
.. [3] Hillis SL, Obuchowski NA, Berbaum KS. Acad Radiol 2011;18(2):129-142 (projections).
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from realfm_gui.analysis.estimate import quantile
from realfm_gui.analysis.mrmc.results import Inference
from realfm_gui.analysis.wording import count, plain

if TYPE_CHECKING:
    from realfm_gui.analysis.mrmc.analysis import Result

U_STATISTICS = (
    "U-statistics give one variance for readers and cases together. "
    "Choose Obuchowski-Rockette to see the parts."
)
NOT_SPLIT = "This design, or a difference without an interval, leaves the uncertainty in one piece."
_NO_READERS = 1e-12
"""Below this share of the whole, what readers bring is rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The variance of the difference of two arms, taken apart; none of the parts is below 0.

    Attributes
    ----------
    readers : float
        Readers gain differently: goes with 1 / readers.
    cases : float
        Cases gain differently, for all readers alike: goes with 1 / cases.
    both : float
        Every reader's own answer to every case: goes with 1 / (readers x cases).
    n_readers : int
        How many readers the parts are of.
    inference : Inference
        Whom the variance speaks for; fixed readers or cases have no part of their own.
    """

    readers: float
    cases: float
    both: float
    n_readers: int
    inference: Inference

    def __post_init__(self) -> None:
        if min(self.readers, self.cases, self.both) < 0 or self.n_readers < 1:
            raise ValueError("a part of a variance is at least 0, and somebody reads")

    @property
    def variance(self) -> float:
        """The whole."""
        return self.readers + self.cases + self.both

    def half_width(self, *, alpha: float, more_readers: int = 0, cases_times: float = 1.0) -> float:
        """Return the half-width of the interval with more readers and more cases like these.

        Degrees of freedom are Hillis': the square of the whole over the square of what readers bring,
        times readers - 1; without limit where readers or nothing of them is random.
        """
        n = self.n_readers + more_readers
        by_readers = (self.readers + self.both / cases_times) * self.n_readers / n
        variance = by_readers + self.cases / cases_times
        df: float | None = None
        if self.inference is not Inference.FRRC and by_readers > _NO_READERS * variance:
            df = (variance / by_readers) ** 2 * (n - 1)
        return quantile(1 - alpha / 2, df) * math.sqrt(variance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncertainty:
    """What an interval is made of, for the page.

    Attributes
    ----------
    shares : tuple of (name, share, meaning)
        Shares add up to 1; empty where the uncertainty cannot be split.
    sentences : tuple of str
        Where it comes from and what would narrow it.
    caveats : tuple of str
        How far to trust that.
    """

    shares: tuple[tuple[str, float, str], ...]
    sentences: tuple[str, ...]
    caveats: tuple[str, ...] = ()


def explain_uncertainty(result: "Result") -> Uncertainty:
    """Return where the uncertainty of the first difference comes from, and what would narrow it."""
    from realfm_gui.analysis.mrmc.analysis import Method

    if result.request.method is Method.USTAT:
        return Uncertainty(shares=(), sentences=(U_STATISTICS,))
    parts = parts_of(result)
    if parts is None:
        return Uncertainty(shares=(), sentences=(NOT_SPLIT,))
    shares = _shares(parts)
    return Uncertainty(
        shares=shares,
        sentences=(_origin(shares), _projections(parts, result.request.options.alpha)),
        caveats=_caveats(result, parts),
    )


def parts_of(result: "Result") -> Parts | None:
    """Return the parts of the variance of the first difference; None where they do not make up its SE."""
    if not result.analysis.comparisons:
        return None
    components, se = result.analysis.components, result.analysis.comparisons[0].difference.se
    error, cov1 = components.error, components.cov1
    if se is None or error is None or cov1 is None:
        return None
    differences = np.array(
        [
            float(pair.difference.value)
            for _, pair in result.reader_comparisons
            if pair.difference.value is not None
        ]
    )
    n = len(differences)
    if n == 0:
        return None
    between = (components.cov2 or 0.0) - (components.cov3 or 0.0)
    own = max(error - cov1 - between, 0.0)
    if result.inference is Inference.FRRC or n == 1:
        # One reader's own answers cannot be told from what the cases do to everybody.
        cases = min(max(2 * between, 0.0), se**2) if n > 1 else se**2
        parts = Parts(readers=0.0, cases=cases, both=se**2 - cases, n_readers=n, inference=Inference.FRRC)
    else:
        mean_square = float(differences.var(ddof=1)) / 2
        readers = mean_square if result.inference is Inference.RRFC else max(mean_square - own, 0.0)
        cases = 0.0 if result.inference is Inference.RRFC else max(2 * between, 0.0)
        parts = Parts(
            readers=2 * readers / n,
            cases=cases,
            both=2 * (mean_square - readers) / n,
            n_readers=n,
            inference=result.inference,
        )
    return parts if math.isclose(parts.variance, se**2, rel_tol=1e-6) else None


def _shares(parts: Parts) -> tuple[tuple[str, float, str], ...]:
    """Return the parts the inference has room for; fixed readers or cases bring nothing."""
    named = [
        ("Readers", parts.readers, "readers gain differently from the aid; shrinks with more readers"),
        ("Cases", parts.cases, "some cases gain for every reader; shrinks with more cases"),
        (
            "Reader by case",
            parts.both,
            "every reader's own answer to every case; shrinks with more of either",
        ),
    ]
    if parts.inference is Inference.FRRC:
        named = named[1:] if parts.n_readers > 1 else named[1:2]
    if parts.inference is Inference.RRFC:
        named = named[:1]
    return tuple((name, part / parts.variance, meaning) for name, part, meaning in named)


def _origin(shares: tuple[tuple[str, float, str], ...]) -> str:
    ordered = sorted(shares, key=lambda each: -each[1])
    told = [f"{_WHO[name]} {100 * share:.0f}\u00a0%" for name, share, _ in ordered if share >= 0.005]
    if len(told) == 1:
        return f"All of the uncertainty comes from {_WHO[ordered[0][0]]}."
    lead = "Most of the uncertainty comes from" if ordered[0][1] > 0.5 else "The uncertainty comes from"
    return f"{lead} {', '.join(told)}."


_WHO = {
    "Readers": "readers who gain differently",
    "Cases": "cases that gain differently",
    "Reader by case": "single answers (reader by case)",
}


def _projections(parts: Parts, alpha: float) -> str:
    now = parts.half_width(alpha=alpha)
    told = []
    if parts.inference is not Inference.RRFC:
        told.append(f"twice the cases would make it ±{plain(parts.half_width(alpha=alpha, cases_times=2))}")
    if parts.inference is not Inference.FRRC:
        told.append(f"two more readers ±{plain(parts.half_width(alpha=alpha, more_readers=2))}")
        told.append(
            f"twice the readers ±{plain(parts.half_width(alpha=alpha, more_readers=parts.n_readers))}"
        )
    if len(told) == 3:
        both = parts.half_width(alpha=alpha, more_readers=parts.n_readers, cases_times=2)
        told.append(f"twice both ±{plain(both)}")
    if parts.inference is Inference.RRFC:
        told[0] = told[0].replace("two more readers", "two more readers would make it")
    return f"The interval is ±{plain(now)}; {', '.join(told)}."


def _caveats(result: "Result", parts: Parts) -> tuple[str, ...]:
    components = result.analysis.components
    found = []
    if parts.inference is Inference.RRRC and components.var_tr is not None and components.var_tr < 0:
        found.append(
            f"The readers' part was estimated below nil ({components.var_tr:.1e}) and counts as nil: that "
            f"{count(parts.n_readers, 'reader')} differ no more than their own answers explain is no proof "
            "that readers gain alike."
        )
    between = (components.cov2 or 0.0) - (components.cov3 or 0.0)
    if parts.inference is not Inference.RRFC and parts.n_readers > 1 and between < 0:
        found.append(
            f"The cases' part was estimated below nil ({between:.1e}) and counts as nil: what more cases "
            "would give is uncertain."
        )
    if parts.inference is Inference.FRRC:
        found.append("These readers only: how differently other readers would gain is not in the interval.")
    size = f"{count(parts.n_readers, 'reader')} and {count(len(result.data.cases), 'case')}"
    found.append(
        f"Parts estimated from {size} are rough: a direction for planning, not digits. "
        "New readers and cases are taken to be like these."
    )
    return tuple(found)
