"""How many cases for how many readers: the table a protocol quotes."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from realfm_gui.analysis.mrmc.results import Inference
from realfm_gui.analysis.planning.design import Readers
from realfm_gui.analysis.planning.power import Goal, PowerPoint, StudyPlan, power, power_of_cases
from realfm_gui.analysis.random_readers import FEWEST_RANDOM_READERS
from realfm_gui.domain.errors import UserFacingError

MOST_CASES = 2000
MOST_READERS = 100
FEW_CASES = 20
"""With fewer cases figures of merit are not normal, and no plan should rest on that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSizeRow:
    """The smallest number of cases for one number of readers.

    `cases` and `point` are None where even `most_cases` do not reach the power; `largest_power` is what
    those would reach. `readings` counts single readings: one reader, one case, one modality.
    """

    readers: Readers
    cases: int | None
    point: PowerPoint | None
    largest_power: float
    readings: int | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSizeResult:
    """A sample size calculation in words and numbers."""

    plan: StudyPlan
    target: float
    most_cases: int
    rows: tuple[SampleSizeRow, ...]
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]

    def sentences(self) -> tuple[str, ...]:
        """Return one sentence per number of readers."""
        return tuple(_sentence(row, self.target) for row in self.rows)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON types; absent numbers are null."""
        return {
            "effect": self.plan.effect,
            "alpha": self.plan.alpha,
            "goal": str(self.plan.goal),
            "margin": self.plan.margin,
            "inference": str(self.plan.inference),
            "method": str(self.plan.method),
            "design": self.plan.design.describe(),
            "components": self.plan.components.to_json(),
            "target_power": self.target,
            "most_cases": self.most_cases,
            "rows": [_row_json(row) for row in self.rows],
            "sentences": list(self.sentences()),
            "assumptions": list(self.assumptions),
            "warnings": list(self.warnings),
        }


def _sentence(row: SampleSizeRow, target: float) -> str:
    who = f"{row.readers[0]} + {row.readers[1]}" if isinstance(row.readers, tuple) else f"{row.readers}"
    if row.cases is None or row.point is None:
        return f"{who} readers do not reach a power of {target:g}; at most {row.largest_power:.3f}."
    df = "the normal distribution" if row.point.df is None else f"{row.point.df:.1f} degrees of freedom"
    return (
        f"{who} readers need {row.cases:,} cases ({row.readings:,} readings): power {row.point.power:.3f}, "
        f"standard error {row.point.se:.4f} with {df}."
    )


def _row_json(row: SampleSizeRow) -> dict[str, Any]:
    return {
        "readers": list(row.readers) if isinstance(row.readers, tuple) else row.readers,
        "cases": row.cases,
        "power": None if row.point is None else row.point.power,
        "se": None if row.point is None else row.point.se,
        "df": None if row.point is None else row.point.df,
        "largest_power": row.largest_power,
        "readings": row.readings,
        "warnings": list(row.warnings),
    }


def cases_for_power(
    plan: StudyPlan, readers: Readers, *, target: float = 0.8, most_cases: int = MOST_CASES
) -> int | None:
    """Return the smallest number of cases that reaches a power, None where `most_cases` do not.

    Numbers are tried in turn, because power need not grow with every case: degrees of freedom fall with the
    error variance. With blocks, only numbers that split into them equally count.

    Parameters
    ----------
    plan : StudyPlan
        Effect, components, test and design.
    readers : int or tuple of two ints
        See `difference_spread`.
    target : float
        Power to reach, between 0 and 1.
    most_cases : int
        Where to give up.
    """
    _check_target(target)
    step = plan.design.n_blocks
    first, last = _fewest_cases(step), most_cases - most_cases % step
    while first <= last:
        cases = np.arange(first, min(2 * first + 64 * step, last + 1), step)
        enough = np.flatnonzero(power_of_cases(plan, readers, cases) >= target)
        if enough.size:
            return int(cases[enough[0]])
        first = int(cases[-1]) + step
    return None


def readers_for_power(
    plan: StudyPlan, cases: int, *, target: float = 0.8, most_readers: int = MOST_READERS
) -> int | None:
    """Return the smallest number of readers that reaches a power with given cases, None where none does.

    With blocks only numbers that split into them equally count; where each modality has readers of its own,
    the number is that of each. Random readers and cases start at four: the analysis of fewer speaks for
    that panel only.
    """
    _check_target(target)
    step = plan.design.n_blocks
    fewest = {
        Inference.FRRC: 1,
        Inference.RRFC: 2,
        Inference.RRRC: FEWEST_RANDOM_READERS,
    }[plan.inference]
    numbers = range(step * -(-fewest // step), most_readers + 1, step)
    return next((number for number in numbers if power(plan, number, cases).power >= target), None)


def _check_target(target: float) -> None:
    if not 0 < target < 1:
        raise UserFacingError(f"A power of {target} was asked for.", hint="Give a number between 0 and 1.")


def _fewest_cases(step: int) -> int:
    """Two cases at least, and two in every block."""
    return 2 * step


def power_table(
    plan: StudyPlan,
    readers: Iterable[Readers],
    *,
    target: float = 0.8,
    most_cases: int = MOST_CASES,
) -> SampleSizeResult:
    """Return the cases needed for each number of readers, with what was assumed and what to doubt."""
    rows = tuple(_row(plan, number, target, most_cases) for number in readers)
    return SampleSizeResult(
        plan=plan,
        target=target,
        most_cases=most_cases,
        rows=rows,
        assumptions=_assumptions(plan, target),
        warnings=plan.components.warnings() + _plan_warnings(plan),
    )


def _row(plan: StudyPlan, readers: Readers, target: float, most_cases: int) -> SampleSizeRow:
    cases = cases_for_power(plan, readers, target=target, most_cases=most_cases)
    step = plan.design.n_blocks
    largest = power(plan, readers, max(most_cases - most_cases % step, step))
    point = None if cases is None else power(plan, readers, cases)
    return SampleSizeRow(
        readers=readers,
        cases=cases,
        point=point,
        largest_power=largest.power,
        readings=None if cases is None else _readings(plan, readers, cases),
        warnings=_row_warnings(plan, readers, point, largest, target),
    )


def _readings(plan: StudyPlan, readers: Readers, cases: int) -> int:
    if isinstance(readers, tuple):
        return sum(readers) * cases
    return 2 * readers * cases // plan.design.n_blocks


def _row_warnings(
    plan: StudyPlan, readers: Readers, point: PowerPoint | None, largest: PowerPoint, target: float
) -> tuple[str, ...]:
    found = []
    fewest = min(readers) if isinstance(readers, tuple) else readers
    if plan.inference is not Inference.FRRC and fewest < FEWEST_RANDOM_READERS:
        found.append(
            f"{fewest} readers: the analysis of fewer than {FEWEST_RANDOM_READERS} speaks for this panel "
            "only, whatever the power."
        )
    if point is None:
        found.append(
            f"{largest.cases} cases reach a power of {largest.power:.3f}, below {target:g}: "
            "more readers, a larger effect or another design is needed."
        )
        return tuple(found)
    if point.cases < FEW_CASES:
        found.append(f"{point.cases} cases are too few for the approximations that this number rests on.")
    is_random = plan.inference is Inference.RRRC
    if is_random and point.df is not None and point.df < fewest:
        found.append(
            f"The degrees of freedom ({point.df:.1f}) are at their floor: readers, not cases, limit power."
        )
    return tuple(found)


def _assumptions(plan: StudyPlan, target: float) -> tuple[str, ...]:
    parts = plan.components
    goal = {
        Goal.SUPERIORITY: "a difference",
        Goal.NON_INFERIORITY: f"non-inferiority by a margin of {plan.margin}",
        Goal.EQUIVALENCE: f"equivalence within ± {plan.margin}",
    }[plan.goal]
    counted = "cases" if plan.design.units_per_patient == 1 else "patients"
    if not plan.design.are_cases_paired:
        counted += " per modality"
    return (
        f"Power of {target:g} to show {goal} by the two-sided {100 * (1 - plan.alpha):g} % interval, "
        f"if the second modality is truly {plan.effect:+g} apart from the first.",
        f"Inference: {plan.inference}. Analysis: {plan.method}.",
        f"Design: {plan.design.describe()}. Numbers count {counted}.",
        f"Components of {parts.n_cases:g} cases: error {parts.error:.4g}, Cov1 {parts.cov1:.4g}, "
        f"Cov2 {parts.cov2:.4g}, Cov3 {parts.cov3:.4g}, modality x reader {parts.var_tr:.4g}; "
        "the share of positive cases stays as in the study they come from.",
    )


def _plan_warnings(plan: StudyPlan) -> tuple[str, ...]:
    found = []
    if plan.goal is Goal.SUPERIORITY and plan.effect == 0:
        found.append(
            "With no effect the chance of a significant difference is alpha: no study is large enough."
        )
    if plan.margin is not None and (
        plan.effect <= -plan.margin or (plan.goal is Goal.EQUIVALENCE and plan.effect >= plan.margin)
    ):
        found.append("The expected effect lies beyond the margin: no study can be large enough.")
    if plan.design.n_blocks > 1:
        found.append(
            "Blocks must be randomised: patients and readers of all blocks come from one population."
        )
    return tuple(found)
