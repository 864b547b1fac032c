"""The performance page in sentences, read from the results, without Qt."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from realfm_gui.analysis.estimate import Estimate
from realfm_gui.analysis.mrmc.algorithm import AlgorithmComparison
from realfm_gui.analysis.mrmc.design import Design
from realfm_gui.analysis.wording import MINUS, count, difference, level, plain, signed
from realfm_gui.gui.analysing.performance_state import EARLY
from realfm_gui.workflows.performance import AIDED, UNAIDED, Measure, StudyPerformance


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The result in one sentence, what it means against the margin, and what it rests on."""

    sentence: str
    against_margin: str
    basis: str


def measure_name(performed: StudyPerformance) -> str:
    """Return the measure as it stands in a sentence or on an axis."""
    return "AUC" if performed.choice.measure is Measure.AUC else performed.choice.measure.value


def headline(performed: StudyPerformance) -> Headline:
    """Return the answer to "what did the model do to the readers?"."""
    analysis, name = performed.result.analysis, measure_name(performed)
    if not analysis.comparisons:
        return Headline(
            sentence=f"Only one arm has a mean {name}, so nothing can be compared.",
            against_margin="",
            basis=basis(performed),
        )
    pair = analysis.comparisons[0]
    change = pair.difference
    means = {each.modality: each.estimate.value for each in analysis.means}
    before, after = means[UNAIDED], means[AIDED]
    levels = "" if before is None or after is None else f" from {plain(before)} to {plain(after)}:"
    p = "" if change.p is None else f", {p_text(change.p)}"
    whose = "readers' mean" if len(performed.result.data.readers) > 1 else "reader's"
    return Headline(
        sentence=f"With the AI the {whose} {name} changed{levels} {difference(change, performed.alpha)}{p}.",
        against_margin=_against_margin(performed),
        basis=basis(performed),
    )


def basis(performed: StudyPerformance) -> str:
    """Return n and whom the numbers speak for."""
    data = performed.result.data
    size = f"{count(len(data.readers), 'reader')}, {count(len(data.cases), 'case')}"
    return (
        f"{performed.finding_name}. n = {size} ({data.n_positive} with the finding, "
        f"{data.n_negative} without); {performed.result.inference.words}."
    )


def _against_margin(performed: StudyPerformance) -> str:
    pair, margin = performed.result.analysis.comparisons[0], plain(performed.choice.margin)
    test = pair.first_not_inferior
    if test is None:
        return f"Against the margin of {margin} nothing can be said: {pair.difference.note}"
    told = f"one-sided {p_text(test.p)}"
    if test.p < performed.alpha / 2:
        return f"A loss of {margin} or more is excluded ({told})."
    return f"A loss of {margin} or more is not excluded ({told})."


def smallest_margin(performed: StudyPerformance) -> str:
    """Say from which margin on the aided arm counts as not worse."""
    bound = performed.alpha / 2
    passing = [point.margin for point in performed.margin_curve if point.p < bound]
    if not performed.margin_curve:
        return "Without a standard error there is no p value."
    if not passing:
        widest = performed.margin_curve[-1].margin
        return f"At one-sided {bound:g} no margin up to {plain(widest, 2)} excludes a loss."
    if passing[0] == 0.0:
        return f"At one-sided {bound:g} every margin is passed: the interval lies above 0."
    return f"At one-sided {bound:g} a loss is excluded from a margin of {plain(passing[0])} on."


def design_words(performed: StudyPerformance) -> tuple[str, ...]:
    """Return the design in words, as recognised from the readings."""
    reads, data = performed.result.reads, performed.result.data
    told = [reads.design.words, "Sequential: unaided first, then aided, in the same sitting."]
    if reads.design is Design.SPLIT_PLOT:
        told.append(f"{len(reads.blocks)} blocks of readers.")
    patients = len(np.unique(data.clusters))
    if patients < len(data.cases):
        told.append(f"{len(data.cases)} cases of {patients} patients.")
    return tuple(told)


def missing_words(performed: StudyPerformance) -> str:
    """Say how much is missing and where; empty where nothing is."""
    data = performed.result.data
    gap = ~data.was_read
    if not gap.any():
        return ""
    parts = []
    for word, of in (("with the finding", data.is_positive), ("without", ~data.is_positive)):
        of_part = gap[:, :, of]
        if of_part.size:
            parts.append(f"{100 * of_part.mean():.1f} % of readings {word}")
    arms = {name: int(gap[number].sum()) for number, name in enumerate(data.modalities)}
    by_reader = gap.sum(axis=(0, 2))
    most = int(by_reader.argmax())
    return (
        f"{int(gap.sum())} of {gap.size} readings are missing: {' and '.join(parts)}; "
        f"{arms.get(UNAIDED, 0)} unaided, {arms.get(AIDED, 0)} aided. "
        f"Most by {data.readers[most]} ({int(by_reader[most])}). The verdict leaves such cases out; "
        "this page uses every rating there is."
    )


def remarks(performed: StudyPerformance) -> tuple[str, ...]:
    """Return everything that has to be said beside the numbers, each sentence once."""
    found = [*performed.notes, *performed.result.warnings]
    for compared in performed.result.algorithms:
        found += compared.warnings
    found += performed.curves.notes
    if performed.early_looks:
        found.append(EARLY)
    return tuple(dict.fromkeys(found))


def method_text(performed: StudyPerformance, deviations: Sequence[str]) -> str:
    """Return the method section, then what this study adds to it: deviations and what was left out."""
    added = [f"This analysis deviates from the protocol: {', '.join(deviations)}."] if deviations else []
    added += performed.notes
    return "\n\n".join(part for part in (" ".join(added), performed.method_text) if part)


def model_words(performed: StudyPerformance) -> str:
    """Say how many readers the model outperforms; empty without a model."""
    told = []
    for compared in _unaided_first(performed):
        n = len(performed.result.data.readers)
        share = f"{compared.outperformed * n:g} of {n}"
        modelled = (
            ""
            if compared.outperformed_true is None
            else f" ({100 * compared.outperformed_true:.0f} % modelled)"
        )
        told.append(f"{share} readers {compared.modality.lower()}{modelled}")
    return f"The AI alone lies above {' and '.join(told)}; ties count half." if told else ""


def model_differences(performed: StudyPerformance) -> tuple[tuple[str, Estimate, float | None], ...]:
    """Return the model minus the readers' mean, unaided then aided, with the p of "not worse"."""
    return tuple(
        (
            f"AI {MINUS} readers {compared.modality.lower()}",
            negated(compared.difference),
            None if compared.not_inferior is None else compared.not_inferior.p,
        )
        for compared in _unaided_first(performed)
    )


def negated(estimate: Estimate) -> Estimate:
    """Return minus the estimate: the engine gives readers minus model, the page model minus readers."""
    return Estimate(
        value=None if estimate.value is None else -estimate.value,
        se=estimate.se,
        df=estimate.df,
        statistic=None if estimate.statistic is None else -estimate.statistic,
        p=estimate.p,
        ci=None if estimate.ci is None else (-estimate.ci[1], -estimate.ci[0]),
        note=estimate.note,
    )


def p_text(p: float) -> str:
    """Return a p value as in a sentence.

    Examples
    --------
    >>> p_text(0.0517), p_text(0.00002)
    ('p = 0.052', 'p < 0.001')
    """
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def p_cell(p: float | None) -> str:
    """Return a p value as in a table."""
    return "–" if p is None else p_text(p).removeprefix("p = ").removeprefix("p ")


def interval_text(estimate: Estimate, *, is_signed: bool) -> str:
    """Return the interval, or a dash."""
    if estimate.ci is None:
        return "–"
    low, high = ((signed if is_signed else plain)(end) for end in estimate.ci)
    return f"{low} to {high}"


def interval_name(performed: StudyPerformance) -> str:
    """Return ``95 % CI``."""
    return level(performed.alpha)


def _unaided_first(performed: StudyPerformance) -> tuple[AlgorithmComparison, ...]:
    return tuple(sorted(performed.result.algorithms, key=lambda each: each.modality != UNAIDED))
