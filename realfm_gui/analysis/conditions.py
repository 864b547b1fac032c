"""The conditions a verdict rests on, each judged by the bound of its interval, never by a p value."""

from dataclasses import dataclass
from enum import StrEnum

from realfm_gui.analysis.estimate import Estimate, quantile, upper_tail_p
from realfm_gui.analysis.random_readers import FEWEST_RANDOM_READERS
from realfm_gui.analysis.wording import count

_ROUNDING = 1e-9


class Status(StrEnum):
    """What an interval says about a condition; the words stand on the tiles."""

    PASSES = "passes"
    INCONCLUSIVE = "inconclusive"
    CONTRADICTED = "contradicted"
    NOT_ASSESSABLE = "not assessable"


class Outcome(StrEnum):
    """The answer to "does the model help the readers?"."""

    HARM = "harm"
    HELPS = "helps"
    NOT_SUPPORTED = "not supported"
    NOT_SETTLED = "not settled"


class Family(StrEnum):
    """Which question a condition belongs to."""

    AUGMENT = "augment"
    SAFETY = "safety"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A quantity that has to lie above a bound: 0 for a gain, minus the margin for "not worse".

    `name` heads a tile, `subject` is the same in a sentence, `n` says on how much it rests.
    """

    id: str
    family: Family
    name: str
    subject: str
    estimate: Estimate
    bound: float
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

    @property
    def label(self) -> str:
        """The words of the tile: a loss within the margin passes, but it is named as a loss."""
        if not self.is_harm or self.status is Status.CONTRADICTED:
            return self.status.value
        within = self.status is Status.PASSES
        return "below 0, within the margin" if within else f"{self.status.value}, below 0"

    def noninferiority_p(self, alpha: float) -> float | None:
        """Return the one-sided p of "lower by the margin or more"; None for a gain or without such a test.

        Where the exact bound decides instead of value - quantile x se, the p of the latter would contradict
        the tile, and none is given.
        """
        value, se, df, ci = self.estimate.value, self.estimate.se, self.estimate.df, self.estimate.ci
        if self.bound == 0 or value is None or se is None or ci is None:
            return None
        if abs(value - quantile(1 - alpha / 2, df) * se - ci[0]) > _ROUNDING:
            return None
        return upper_tail_p((value - self.bound) / se, df)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything the verdict is read from. All differences are aided minus unaided or model minus readers.

    `omission` and `commission` are changes of accuracy where the model missed and where it called in error.
    The four `ai_minus_...` contrasts of this value count cases the model did not answer as wrong.
    `planned` and `recorded` count readings; `n_readers` and `n_cases` are what was analysed of
    `planned_cases`. `early_looks` counts openings of the outcomes before reading was complete.
    """

    finding: str
    prevalence: float
    n_readers: int
    n_cases: int
    n_positive: int
    planned: int
    recorded: int
    planned_cases: int = 0
    design: str
    is_simulated: bool
    is_primary: bool = True
    early_looks: int = 0
    remembered: int = 0
    patients_with_several_cases: int = 0
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
    perfect_aucs: float
    """Share of the reader AUCs that are exactly 0 or 1."""

    def size(self, cases: str) -> str:
        """Return on how many readers and which cases ("cases", "positive", "negative") a condition rests."""
        n, what = {
            "cases": (self.n_cases, "case" if self.n_cases == 1 else "cases"),
            "positive": (self.n_positive, "cases with the finding"),
            "negative": (self.n_negative, "cases without"),
        }[cases]
        return f"{count(self.n_readers, 'reader')}, {n} {what}"

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
    return (*_aid_conditions(evidence), *_safety_conditions(evidence), *_replace_conditions(evidence))


def _aid_conditions(e: Evidence) -> tuple[Condition, ...]:
    return (
        Condition(
            id="auc",
            family=Family.AUGMENT,
            name="AUC, aided minus unaided",
            subject="AUC",
            estimate=e.auc,
            bound=0.0,
            n=e.size("cases"),
        ),
        Condition(
            id="sensitivity",
            family=Family.AUGMENT,
            name="Sensitivity, aided minus unaided",
            subject="sensitivity",
            estimate=e.sensitivity,
            bound=-e.margin_sensitivity,
            n=e.size("positive"),
        ),
        Condition(
            id="specificity",
            family=Family.AUGMENT,
            name="Specificity, aided minus unaided",
            subject="specificity",
            estimate=e.specificity,
            bound=-e.margin_specificity,
            n=e.size("negative"),
        ),
    )


def _safety_conditions(e: Evidence) -> tuple[Condition, ...]:
    return (
        Condition(
            id="omission",
            family=Family.SAFETY,
            name="Accuracy where the model missed",
            subject="accuracy where the model missed",
            estimate=e.omission,
            bound=-e.margin_harm,
            n=e.omission_n,
        ),
        Condition(
            id="commission",
            family=Family.SAFETY,
            name="Accuracy where the model called in error",
            subject="accuracy where the model called in error",
            estimate=e.commission,
            bound=-e.margin_harm,
            n=e.commission_n,
        ),
    )


def _replace_conditions(e: Evidence) -> tuple[Condition, ...]:
    rows = (
        ("ai-unaided", "AUC", "unaided", e.ai_minus_unaided, e.margin_auc, "cases"),
        ("ai-aided", "AUC", "aided", e.ai_minus_aided, e.margin_auc, "cases"),
        (
            "ai-sensitivity",
            "Sensitivity",
            "unaided",
            e.ai_minus_unaided_sensitivity,
            e.margin_sensitivity,
            "positive",
        ),
        (
            "ai-specificity",
            "Specificity",
            "unaided",
            e.ai_minus_unaided_specificity,
            e.margin_specificity,
            "negative",
        ),
    )
    return tuple(
        Condition(
            id=key,
            family=Family.REPLACE,
            name=f"{what}, model minus {arm} readers",
            subject=f"the model's {what if what == 'AUC' else what.lower()} against {arm} readers",
            estimate=estimate,
            bound=-margin,
            n=e.size(cases),
        )
        for key, what, arm, estimate, margin, cases in rows
    )
