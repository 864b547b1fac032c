"""The conditions a verdict rests on, each judged by the bound of its interval, never by a p value."""

from dataclasses import dataclass
from enum import StrEnum

from realfm_gui.analysis.crossed_mean_squares import FEWEST_RANDOM_READERS
from realfm_gui.analysis.estimate import Estimate

FEWEST_POSITIVE_OR_NEGATIVE = 10
LEAST_COMPLETENESS = 0.95


class Status(StrEnum):
    """What an interval says about a condition; the words stand on the tiles."""

    PASSES = "passes"
    INCONCLUSIVE = "inconclusive"
    CONTRADICTED = "contradicted"
    NOT_ASSESSABLE = "not assessable"


class Family(StrEnum):
    """Which question a condition belongs to."""

    AUGMENT = "augment"
    SAFETY = "safety"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A quantity that has to lie above a bound: 0 for a gain, minus the margin for "not worse"."""

    id: str
    family: Family
    name: str
    estimate: Estimate
    bound: float
    unit: str
    n: str

    @property
    def status(self) -> Status:
        """How the interval lies to the bound; touching it is not clearing it."""
        if self.estimate.ci is None:
            return Status.NOT_ASSESSABLE
        low, high = self.estimate.ci
        if low > self.bound:
            return Status.PASSES
        return Status.CONTRADICTED if high < self.bound else Status.INCONCLUSIVE

    @property
    def is_harm(self) -> bool:
        """Whether the whole interval lies below nil."""
        return self.estimate.ci is not None and self.estimate.ci[1] < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything the verdict is read from. All differences are aided minus unaided or model minus readers.

    `omission` and `commission` are changes of accuracy where the model missed and where it called in error.
    The four `ai_minus_...` contrasts of this value count cases the model did not answer as wrong.
    `planned` and `recorded` count readings; `n_readers` and `n_cases` are what was analysed.
    """

    finding: str
    prevalence: float
    n_readers: int
    n_cases: int
    n_positive: int
    planned: int
    recorded: int
    design: str
    is_simulated: bool
    alpha: float
    margin_auc: float
    margin_sensitivity: float
    margin_specificity: float
    margin_harm: float
    unaided_auc: float | None
    auc: Estimate
    sensitivity: Estimate
    specificity: Estimate
    omission: Estimate
    commission: Estimate
    omission_n: str
    commission_n: str
    ai_minus_unaided: Estimate
    ai_minus_aided: Estimate
    ai_minus_unaided_sensitivity: Estimate
    ai_minus_unaided_specificity: Estimate
    ai_failures: int

    @property
    def n_negative(self) -> int:
        """Analysed cases without the finding."""
        return self.n_cases - self.n_positive

    @property
    def speaks_for_readers(self) -> bool:
        """Whether there are enough readers to speak of readers like them."""
        return self.n_readers >= FEWEST_RANDOM_READERS


def conditions_of(evidence: Evidence) -> tuple[Condition, ...]:
    """Return the conditions of this version, in the order in which they are shown."""
    e = evidence
    all_cases, positives, negatives = (
        f"{e.n_readers} readers, {n} {what}"
        for n, what in (
            (e.n_cases, "cases"),
            (e.n_positive, "cases with the finding"),
            (e.n_negative, "cases without"),
        )
    )
    sens, spec, harm = -e.margin_sensitivity, -e.margin_specificity, -e.margin_harm
    rows = [
        ("auc", Family.AUGMENT, "AUC, aided minus unaided", e.auc, 0.0, all_cases),
        ("sensitivity", Family.AUGMENT, "Sensitivity, aided minus unaided", e.sensitivity, sens, positives),
        ("specificity", Family.AUGMENT, "Specificity, aided minus unaided", e.specificity, spec, negatives),
        ("omission", Family.SAFETY, "Accuracy where the model missed", e.omission, harm, e.omission_n),
        (
            "commission",
            Family.SAFETY,
            "Accuracy where the model called in error",
            e.commission,
            harm,
            e.commission_n,
        ),
        (
            "ai-unaided",
            Family.REPLACE,
            "AUC, model minus unaided readers",
            e.ai_minus_unaided,
            -e.margin_auc,
            all_cases,
        ),
        (
            "ai-aided",
            Family.REPLACE,
            "AUC, model minus aided readers",
            e.ai_minus_aided,
            -e.margin_auc,
            all_cases,
        ),
        (
            "ai-sensitivity",
            Family.REPLACE,
            "Sensitivity, model minus unaided readers",
            e.ai_minus_unaided_sensitivity,
            sens,
            positives,
        ),
        (
            "ai-specificity",
            Family.REPLACE,
            "Specificity, model minus unaided readers",
            e.ai_minus_unaided_specificity,
            spec,
            negatives,
        ),
    ]
    return tuple(
        Condition(
            id=key,
            family=family,
            name=name,
            estimate=estimate,
            bound=bound,
            unit="accuracy" if family is Family.SAFETY else name.split(",")[0],
            n=n,
        )
        for key, family, name, estimate, bound, n in rows
    )


def validity_problems(evidence: Evidence) -> tuple[str, ...]:
    """Return why the study as such can carry no favourable verdict; empty where it can.

    Fewer than four readers is no failure of validity: the verdict then speaks of these readers only.
    """
    found = []
    if evidence.planned and evidence.recorded < LEAST_COMPLETENESS * evidence.planned:
        share = 100 * evidence.recorded / evidence.planned
        found.append(
            f"only {evidence.recorded} of {evidence.planned} planned readings were made "
            f"({share:.0f} %, needed are {100 * LEAST_COMPLETENESS:.0f} %)"
        )
    for n, what in ((evidence.n_positive, "with"), (evidence.n_negative, "without")):
        if n < FEWEST_POSITIVE_OR_NEGATIVE:
            found.append(
                f"only {n} analysed {'case' if n == 1 else 'cases'} {what} the finding "
                f"(needed are {FEWEST_POSITIVE_OR_NEGATIVE})"
            )
    return tuple(found)
