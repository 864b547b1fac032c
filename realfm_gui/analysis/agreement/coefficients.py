"""The agreement coefficients by name: what each is called, how it is computed, why it may be undefined."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

import numpy as np
from numpy.typing import NDArray

from realfm_gui.analysis.agreement.intraclass import Icc, intraclass_correlation
from realfm_gui.analysis.agreement.kappas import (
    CategoryWeights,
    cohen_kappa,
    fleiss_kappa,
    gwet_ac,
    percent_agreement,
    specific_agreement,
)
from realfm_gui.analysis.agreement.krippendorff import Metric, krippendorff_alpha
from realfm_gui.analysis.agreement.ratings import MOST_CATEGORIES, ReaderRatings
from realfm_gui.domain.errors import UserFacingError

Floats = NDArray[np.float64]


class Coefficient(StrEnum):
    """A way to measure agreement, by the name used in commands and files."""

    PERCENT = "percent-agreement"
    POSITIVE = "positive-agreement"
    NEGATIVE = "negative-agreement"
    COHEN = "cohen-kappa"
    COHEN_LINEAR = "cohen-kappa-linear"
    COHEN_QUADRATIC = "cohen-kappa-quadratic"
    FLEISS = "fleiss-kappa"
    GWET_AC1 = "gwet-ac1"
    GWET_AC2_LINEAR = "gwet-ac2-linear"
    GWET_AC2_QUADRATIC = "gwet-ac2-quadratic"
    KRIPPENDORFF_NOMINAL = "krippendorff-alpha-nominal"
    KRIPPENDORFF_ORDINAL = "krippendorff-alpha-ordinal"
    KRIPPENDORFF_INTERVAL = "krippendorff-alpha-interval"
    ICC_1_1 = "icc-1-1"
    ICC_2_1 = "icc-2-1"
    ICC_3_1 = "icc-3-1"
    ICC_1_K = "icc-1-k"
    ICC_2_K = "icc-2-k"
    ICC_3_K = "icc-3-k"


class Rates(StrEnum):
    """What kind of rating a coefficient is for."""

    CALLS = "calls of 0 and 1"
    CATEGORIES = "categories"
    MEASUREMENTS = "measurements"


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A coefficient's title, what it rates, and how it is computed.

    `compute` goes from ratings and case weights (replicates, cases) to values (replicates,).
    """

    title: str
    rates: Rates
    compute: Callable[[ReaderRatings, Floats], Floats]
    is_chance_corrected: bool = True
    needs_complete_cases: bool = False

    @property
    def counts_categories(self) -> bool:
        """Whether ratings either agree or not, so that the share of agreeing pairs has a meaning."""
        return self.rates is not Rates.MEASUREMENTS


def definition(coefficient: Coefficient) -> Definition:
    """Return what there is to know about a coefficient."""
    return _DEFINITIONS[coefficient]


def check_fits(coefficient: Coefficient, ratings: ReaderRatings) -> None:
    """Refuse ratings that the coefficient has no meaning for.

    Raises
    ------
    UserFacingError
        If positive or negative agreement is asked of ratings other than 0 and 1.
    """
    what = definition(coefficient)
    if what.rates is Rates.CALLS and not np.isin(ratings.scale, (0.0, 1.0)).all():
        raise UserFacingError(
            f"{what.title} needs calls of 0 and 1.",
            hint="Apply a threshold to the ratings first, or choose a coefficient for categories.",
        )


def values_on(coefficient: Coefficient, ratings: ReaderRatings, weights: Floats) -> Floats:
    """Return the coefficient on every replicate, shape (replicates,), NaN where undefined.

    Parameters
    ----------
    coefficient : Coefficient
        Which one.
    ratings : ReaderRatings
        Ratings (readers, cases).
    weights : array of shape (replicates, cases)
        Non-negative case weights; ones give the estimate.
    """
    what = definition(coefficient)
    if ratings.n_readers < 2 or _has_too_many_values(what, ratings):
        return np.full(len(weights), np.nan)
    return what.compute(ratings, weights)


def why_undefined(coefficient: Coefficient, ratings: ReaderRatings) -> str:
    """Return the sentence for a coefficient that has no value on these ratings."""
    what = definition(coefficient)
    seen = np.unique(ratings.values[ratings.is_read])
    most_reads = int(ratings.reads_per_case.max(initial=0))
    if ratings.n_readers < 2:
        reason = "One reader: agreement needs two." if ratings.n_readers else "There is no reader."
    elif most_reads < 2:
        reason = "No case was read by two readers: there is nothing to compare."
    elif len(seen) == 1:
        reason = (
            f"Every rating is {seen[0]:g}: the readers always agree, but as no other rating occurs, "
            f"{what.title} is undefined."
        )
    elif _has_too_many_values(what, ratings):
        reason = (
            f"The ratings take {len(ratings.scale)} different values, more than categories can "
            f"({MOST_CATEGORIES}): use an intraclass correlation or Krippendorff's alpha for intervals."
        )
    elif what.needs_complete_cases and (ratings.reads_per_case == ratings.n_readers).sum() < 2:
        reason = "Fewer than two cases were read by every reader: an intraclass correlation needs them."
    elif what.rates is Rates.MEASUREMENTS:
        reason = f"The ratings do not differ between cases: {what.title} is undefined."
    elif what.is_chance_corrected:
        reason = (
            "Two readers share no case, or gave the same single rating to all they share: agreement "
            f"beyond chance has no meaning and {what.title} is undefined."
        )
    else:
        reason = f"No reader gave the rating that {what.title} is about: it is undefined."
    return reason


def _has_too_many_values(what: Definition, ratings: ReaderRatings) -> bool:
    return what.counts_categories and len(ratings.scale) > MOST_CATEGORIES


def _specific(ratings: ReaderRatings, weights: Floats, call: float) -> Floats:
    position = np.flatnonzero(ratings.scale == call)
    if not len(position):
        return np.full(len(weights), np.nan)
    return specific_agreement(ratings, weights, int(position[0]))


def _icc(form: Icc) -> Definition:
    return Definition(
        title=str(form),
        rates=Rates.MEASUREMENTS,
        compute=partial(intraclass_correlation, form=form),
        needs_complete_cases=True,
    )


def _kappa(
    title: str, compute: Callable[..., Floats], weights: CategoryWeights = CategoryWeights.NONE
) -> Definition:
    return Definition(title=title, rates=Rates.CATEGORIES, compute=partial(compute, partial=weights))


def _alpha(metric: Metric, rates: Rates = Rates.CATEGORIES) -> Definition:
    title = f"Krippendorff's alpha ({metric})"
    return Definition(title=title, rates=rates, compute=partial(krippendorff_alpha, metric=metric))


_DEFINITIONS = {
    Coefficient.PERCENT: Definition(
        title="Percent agreement",
        rates=Rates.CATEGORIES,
        compute=percent_agreement,
        is_chance_corrected=False,
    ),
    Coefficient.POSITIVE: Definition(
        title="Positive agreement",
        rates=Rates.CALLS,
        compute=partial(_specific, call=1.0),
        is_chance_corrected=False,
    ),
    Coefficient.NEGATIVE: Definition(
        title="Negative agreement",
        rates=Rates.CALLS,
        compute=partial(_specific, call=0.0),
        is_chance_corrected=False,
    ),
    Coefficient.COHEN: _kappa("Cohen's kappa", cohen_kappa),
    Coefficient.COHEN_LINEAR: _kappa("Cohen's kappa (linear)", cohen_kappa, CategoryWeights.LINEAR),
    Coefficient.COHEN_QUADRATIC: _kappa("Cohen's kappa (quadratic)", cohen_kappa, CategoryWeights.QUADRATIC),
    Coefficient.FLEISS: _kappa("Fleiss' kappa", fleiss_kappa),
    Coefficient.GWET_AC1: _kappa("Gwet's AC1", gwet_ac),
    Coefficient.GWET_AC2_LINEAR: _kappa("Gwet's AC2 (linear)", gwet_ac, CategoryWeights.LINEAR),
    Coefficient.GWET_AC2_QUADRATIC: _kappa("Gwet's AC2 (quadratic)", gwet_ac, CategoryWeights.QUADRATIC),
    Coefficient.KRIPPENDORFF_NOMINAL: _alpha(Metric.NOMINAL),
    Coefficient.KRIPPENDORFF_ORDINAL: _alpha(Metric.ORDINAL),
    Coefficient.KRIPPENDORFF_INTERVAL: _alpha(Metric.INTERVAL, Rates.MEASUREMENTS),
    Coefficient.ICC_1_1: _icc(Icc.ONE_WAY),
    Coefficient.ICC_2_1: _icc(Icc.AGREEMENT),
    Coefficient.ICC_3_1: _icc(Icc.CONSISTENCY),
    Coefficient.ICC_1_K: _icc(Icc.ONE_WAY_MEAN),
    Coefficient.ICC_2_K: _icc(Icc.AGREEMENT_MEAN),
    Coefficient.ICC_3_K: _icc(Icc.CONSISTENCY_MEAN),
}
