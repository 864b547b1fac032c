"""What the performance page is showing, without Qt: the choice, how it stands to the protocol, what is known.

Numbers are kept per choice, so that going back to one is instant; they are dropped with the outcomes.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from realfm_gui.analysis.mrmc.analysis import Method
from realfm_gui.analysis.mrmc.covariance import CovarianceMethod
from realfm_gui.analysis.mrmc.results import Inference
from realfm_gui.analysis.wording import plain
from realfm_gui.domain.protocol import Protocol
from realfm_gui.workflows.performance import Choice, Measure, StudyPerformance, planned_choice
from realfm_gui.workflows.performance_curves import CurveKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One entry of a list of choices: its value, its title and what it means."""

    value: StrEnum
    title: str
    tip: str


MEASURES = (
    Option(
        value=Measure.AUC,
        title="AUC",
        tip="Chance that a case with the finding is rated above one without; ties count half. "
        "From the likelihood ratings, without a threshold.",
    ),
    Option(
        value=Measure.SENSITIVITY,
        title="Sensitivity",
        tip="Share of cases with the finding that the reader would recall.",
    ),
    Option(
        value=Measure.SPECIFICITY,
        title="Specificity",
        tip="Share of cases without the finding that the reader would not recall.",
    ),
    Option(
        value=Measure.ACCURACY,
        title="Accuracy",
        tip="Share of right recall calls among all cases. It depends on the share of cases with the finding "
        "in this test set.",
    ),
)
METHODS = (
    Option(
        value=Method.OR,
        title="Obuchowski-Rockette",
        tip="Analysis of variance of the readers' figures with correlated errors, degrees of freedom by "
        "Hillis. The standard.",
    ),
    Option(
        value=Method.USTAT,
        title="U-statistics",
        tip="Unbiased variance over readers and cases (Gallas). Takes any design; readers who read more "
        "count more. The variance can come out negative.",
    ),
)
COVARIANCES = (
    Option(
        value=CovarianceMethod.JACKKNIFE,
        title="Jackknife",
        tip="Leave every case out in turn. The standard; works for every measure.",
    ),
    Option(
        value=CovarianceMethod.DELONG,
        title="DeLong",
        tip="From each case's own share of pairs won (DeLong 1988).",
    ),
    Option(
        value=CovarianceMethod.UNBIASED,
        title="Unbiased",
        tip="Unbiased estimate from U-statistics; a little smaller than the jackknife.",
    ),
    Option(
        value=CovarianceMethod.BOOTSTRAP,
        title="Bootstrap",
        tip="2,000 samples of cases, drawn apart from those with and without the finding; the seed is fixed.",
    ),
)
INFERENCES = (
    Option(
        value=Inference.RRRC,
        title="Random readers and cases",
        tip="Speaks for readers and cases like these. What a claim about the model needs.",
    ),
    Option(
        value=Inference.FRRC,
        title="These readers, random cases",
        tip="Speaks for these readers only, on other cases like these.",
    ),
    Option(
        value=Inference.RRFC,
        title="Random readers, these cases",
        tip="Speaks for other readers like these, on these cases only.",
    ),
)
CURVES = (
    Option(
        value=CurveKind.EMPIRICAL,
        title="Empirical",
        tip="One step per distinct rating; the area is the empirical AUC.",
    ),
    Option(
        value=CurveKind.BINORMAL,
        title="Binormal fit",
        tip="Smooth curve of two normal distributions, by maximum likelihood. A picture only: no number "
        "beside it changes.",
    ),
    Option(
        value=CurveKind.PROPER,
        title="Proper fit",
        tip="Smooth curve that never hooks below the diagonal. A picture only: no number beside it changes.",
    ),
)
_INSTEAD = {
    Method.USTAT: "U-statistics instead of Obuchowski-Rockette",
    CovarianceMethod.DELONG: "DeLong's covariance instead of the jackknife",
    CovarianceMethod.UNBIASED: "unbiased covariance instead of the jackknife",
    CovarianceMethod.BOOTSTRAP: "bootstrap covariance instead of the jackknife",
    Inference.FRRC: "these readers only instead of readers like these",
    Inference.RRFC: "these cases only instead of cases like these",
}
EARLY = "Outcomes were opened before reading was complete: even the planned analysis is exploratory."


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a choice stands to the protocol: a word for the badge and a sentence."""

    word: str
    sentence: str
    is_exploratory: bool


class PerformanceState:
    """The choice and the results known so far."""

    def __init__(self) -> None:
        self._protocol: Protocol | None = None
        self._choice: Choice | None = None
        self._known: dict[Choice, StudyPerformance] = {}
        self._was_opened_early = False

    @property
    def is_open(self) -> bool:
        """Whether the outcomes of a study are open."""
        return self._choice is not None

    @property
    def choice(self) -> Choice:
        """What is asked for; only while the outcomes are open."""
        assert self._choice is not None  # `open` comes first
        return self._choice

    @property
    def findings(self) -> tuple[tuple[str, str], ...]:
        """Id and name of every finding of the protocol."""
        return (
            () if self._protocol is None else tuple((each.id, each.name) for each in self._protocol.findings)
        )

    def open(self, protocol: Protocol) -> None:
        """Begin with what the protocol fixed; nothing of the study before is kept."""
        self._protocol = protocol
        self._known, self._was_opened_early = {}, False
        self._choice = planned_choice(protocol)

    def close(self) -> None:
        """Forget every number: the outcomes are closed."""
        self._protocol, self._choice = None, None
        self._known, self._was_opened_early = {}, False

    def choose(self, **changes: Any) -> Choice:
        """Change the choice and return it; another finding or measure brings its own margin.

        U-statistics speak for random cases and bring their own covariance: what they cannot have falls
        back to the standard.
        """
        chosen = replace(self.choice, **changes)
        if {"finding", "measure"} & changes.keys() and "margin" not in changes:
            chosen = replace(chosen, margin=self._planned(chosen).margin)
        if chosen.method is Method.USTAT:
            chosen = replace(chosen, covariance=CovarianceMethod.JACKKNIFE)
            if chosen.inference is Inference.RRFC:
                chosen = replace(chosen, inference=Inference.RRRC)
        self._choice = chosen
        return chosen

    def back_to_plan(self) -> Choice:
        """Return to the protocol's method and margin for the finding and measure chosen."""
        self._choice = replace(self._planned(self.choice), curves=self.choice.curves)
        return self._choice

    def known(self) -> StudyPerformance | None:
        """Return the results of the present choice, if they have been computed."""
        return None if self._choice is None else self._known.get(self._choice)

    def learn(self, performed: StudyPerformance) -> bool:
        """Keep results; say whether they are those of the present choice."""
        if not self.is_open:
            return False
        self._known[performed.choice] = performed
        self._was_opened_early = performed.early_looks > 0
        return performed.choice == self._choice

    @property
    def is_back_at_plan(self) -> bool:
        """Whether method and margin are the protocol's for the finding and measure chosen."""
        return self.choice == replace(self._planned(self.choice), curves=self.choice.curves)

    def deviations(self) -> tuple[str, ...]:
        """Return in words where the choice differs from what the protocol fixed."""
        chosen, planned = self.choice, self._planned(self.choice)
        found = [
            _INSTEAD[value]
            for value, fixed in (
                (chosen.method, planned.method),
                (chosen.covariance, planned.covariance),
                (chosen.inference, planned.inference),
            )
            if value is not fixed
        ]
        if chosen.measure is Measure.ACCURACY:
            found.append("the protocol fixes no margin for accuracy")
        if chosen.margin != planned.margin:
            found.append(f"margin {plain(chosen.margin)} instead of {plain(planned.margin)}")
        return tuple(found)

    def standing(self) -> Standing:
        """Return how the choice stands to the protocol."""
        deviations = self.deviations()
        if deviations:
            return Standing(
                word="Exploratory", sentence=f"{_upper(', '.join(deviations))}.", is_exploratory=True
            )
        if self._was_opened_early:
            return Standing(word="Opened early", sentence=EARLY, is_exploratory=True)
        assert self._protocol is not None  # `choice` is there
        is_first = self.choice.finding == self._protocol.findings[0].id
        if is_first and self.choice.measure is Measure.AUC:
            return Standing(
                word="As planned",
                sentence="The protocol's first finding and its margin, by the standard method.",
                is_exploratory=False,
            )
        return Standing(
            word="As planned, secondary",
            sentence="The protocol's margin for this measure, by the standard method; the primary analysis "
            f"is the AUC of {self._protocol.findings[0].name}.",
            is_exploratory=False,
        )

    def _planned(self, choice: Choice) -> Choice:
        assert self._protocol is not None
        return planned_choice(self._protocol, finding=choice.finding, measure=choice.measure)


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
