"""Plan a reader study: from a pilot's ratings, from published components, or from numbers given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from realfm_gui import __version__
from realfm_gui.analysis.mrmc.analysis import Result
from realfm_gui.analysis.mrmc.design import Design
from realfm_gui.analysis.mrmc.results import Inference
from realfm_gui.analysis.planning.components import PilotComponents
from realfm_gui.analysis.planning.design import StudyDesign
from realfm_gui.analysis.planning.power import Goal, PowerPoint, StudyPlan, power
from realfm_gui.analysis.planning.published import PublishedComponents, parse_components
from realfm_gui.analysis.planning.sizing import SampleSizeResult, power_table
from realfm_gui.analysis.wording import count
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.resource_files import resource
from realfm_gui.workflows.analyse_ratings import SMALLEST_ALPHA

INFERENCES: Mapping[str, Inference] = {
    "rrrc": Inference.RRRC,
    "frrc": Inference.FRRC,
    "rrfc": Inference.RRFC,
}
USUAL_READERS = (4, 5, 6, 8, 10, 12, 15, 20)
USUAL_CASES = (50, 100, 150, 200, 300, 500)
MOST_MISSING = 0.1
"""Share of missing reads up to which a pilot with gaps still tells how readers of the same cases covary."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRequest:
    """What a plan is to say.

    Attributes
    ----------
    effect : float or None
        Expected difference, second modality minus first; None for none, which only a margin makes sense of.
    target : float
        Power to reach.
    readers, cases : tuple of int
        For which numbers; empty for the usual ones.
    inference : str
        ``rrrc``, ``frrc`` or ``rrfc``.
    alpha : float
        One minus the level of the two-sided interval that decides.
    margin : float or None
        For non-inferiority or equivalence.
    is_equivalence : bool
        With a margin: equivalence instead of non-inferiority.
    design : StudyDesign
        Who reads what, and how many units a patient brings.
    design_effect : float
        How much more the variance is than with independent cases, for what `design` does not describe.
    most_cases : int
        Where the search for enough cases gives up.
    counted : str
        ``positive`` or ``negative`` where the components count only those cases, as those of a sensitivity
        or a specificity do; empty where they count all.
    """

    effect: float | None
    target: float = 0.8
    readers: tuple[int, ...] = ()
    cases: tuple[int, ...] = ()
    inference: str = "rrrc"
    alpha: float = 0.05
    margin: float | None = None
    is_equivalence: bool = False
    design: StudyDesign
    design_effect: float = 1.0
    most_cases: int = 2000
    counted: str = ""

    def __post_init__(self) -> None:
        if self.effect is None and self.margin is None:
            raise UserFacingError(
                "A plan needs the difference that the study is to find.",
                hint="Give --effect, e.g. --effect 0.05, or --margin to show non-inferiority.",
            )
        if self.is_equivalence and self.margin is None:
            raise UserFacingError(
                "Equivalence is shown within a margin, and none is given.", hint="Give --margin, too."
            )
        if not SMALLEST_ALPHA <= self.alpha < 1:
            raise UserFacingError(
                f"Alpha is {self.alpha:g}.", hint="Give a number between 0 and 1, e.g. --alpha 0.05."
            )
        if not 0 < self.design_effect < float("inf"):
            raise UserFacingError(
                f"A design effect of {self.design_effect:g} is not possible.",
                hint="Give a number above 0; 1 means independent cases.",
            )
        if self.most_cases < 2:
            raise UserFacingError("A search needs room.", hint="Give --most-cases 2000 or so.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStudy:
    """A plan: the cases needed per number of readers, and the power over a grid.

    `grid` holds one row of points per number of readers. `source` says where the components come from;
    `counted` which cases are counted, as in `PlanRequest`.
    """

    sizes: SampleSizeResult
    grid: tuple[tuple[PowerPoint, ...], ...]
    source: str
    counted: str = ""
    remarks: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return {
            "tool": "realfm",
            "version": __version__,
            "source": self.source,
            "cases_counted": self.counted or "all",
            **self.sizes.to_json(),
            "power": [
                {
                    "readers": point.readers,
                    "cases": point.cases,
                    "power": point.power,
                    "se": point.se,
                    "df": point.df,
                }
                for row in self.grid
                for point in row
            ],
            "remarks": list(self.remarks),
        }


def plan_study(components: PilotComponents, request: PlanRequest, *, source: str) -> PlannedStudy:
    """Return the cases needed for each number of readers, and the power for each number of cases.

    Raises
    ------
    UserFacingError
        If the numbers cannot belong to a study.
    """
    goal = Goal.SUPERIORITY
    if request.margin is not None:
        goal = Goal.EQUIVALENCE if request.is_equivalence else Goal.NON_INFERIORITY
    plan = StudyPlan(
        # Variances that are D times as large are those of a pilot with D times the cases.
        components=replace(components, n_cases=components.n_cases * request.design_effect),
        effect=request.effect or 0.0,
        alpha=request.alpha,
        goal=goal,
        margin=request.margin,
        inference=INFERENCES[request.inference],
        design=request.design,
    )
    blocks = request.design.n_blocks
    readers = request.readers or tuple(n for n in USUAL_READERS if n % blocks == 0) or (2 * blocks,)
    cases = request.cases or tuple(n - n % blocks for n in USUAL_CASES if n >= 2 * blocks)
    for number in cases:
        if number % blocks:
            raise UserFacingError(
                f"{number} cases cannot be split into {blocks} equal blocks.",
                hint=f"Take multiples of {blocks}.",
            )
    remarks = []
    if request.counted:
        remarks.append(
            f"Numbers of cases count {request.counted} cases only: no others enter this figure of merit."
        )
    if request.design_effect != 1:
        remarks.append(
            f"Design effect {request.design_effect:g}: every variance over cases counts "
            f"{request.design_effect:g} times, so numbers of cases count correlated cases."
        )
    return PlannedStudy(
        sizes=power_table(plan, readers, target=request.target, most_cases=request.most_cases),
        grid=tuple(tuple(power(plan, r, c) for c in cases) for r in readers),
        source=source,
        counted=request.counted,
        remarks=tuple(remarks),
    )


def components_of_pilot(result: Result) -> PilotComponents:
    """Return the variance components of an analysed pilot study.

    Raises
    ------
    UserFacingError
        If the pilot has fewer than two modalities or readers, or readers who did not read in all modalities.
    """
    parts, data = result.analysis.components, result.data
    if min(len(data.modalities), len(data.readers)) < 2:
        raise UserFacingError(
            f"The pilot has {count(len(data.modalities), 'modality', 'modalities')} and "
            f"{count(len(data.readers), 'reader')}.",
            hint="Components need two of each or more, better five readers.",
        )
    if result.reads.design is not Design.CROSSED and result.reads.share_missing > MOST_MISSING:
        raise UserFacingError(
            "Components are those of readers who read the same cases, and in this pilot they did not. "
            f"{result.reads.design.words}",
            hint="Use a fully crossed pilot or block of it, or give the components (--var-tr, --cov1, "
            "--cov2, --cov3, --error, --pilot-cases).",
        )
    needed = (parts.var_tr, parts.cov1, parts.cov2, parts.cov3, parts.error)
    if any(part is None for part in needed):
        raise UserFacingError(
            f"A pilot of this design gives no components to plan with. {result.reads.design.words}",
            hint="Use a pilot in which every reader reads in every modality, or give the components ("
            "--var-tr, --cov1, --cov2, --cov3, --error, --pilot-cases).",
        )
    var_tr, cov1, cov2, cov3, error = (float(part) for part in needed if part is not None)
    return PilotComponents(
        # The engine's estimate adds Cov2 - Cov3 as it is; plans add it as nil where it is negative.
        var_tr=var_tr - (cov2 - cov3) + max(cov2 - cov3, 0.0),
        cov1=cov1,
        cov2=cov2,
        cov3=cov3,
        error=error,
        n_cases=int(result.request.endpoint.prepare(data).takes_part.sum()),
        n_readers=len(data.readers),
        var_r=parts.var_r,
    )


def pilot_remarks(result: Result) -> tuple[str, ...]:
    """Return what makes a pilot less than ideal to plan from."""
    found = []
    if result.reads.design is not Design.CROSSED:
        found.append(
            f"The pilot is not fully crossed: {100 * result.reads.share_missing:.1f} % of its possible reads "
            "are missing, so its readers share nearly all cases, not all, and the plan is a little rough."
        )
    if len(np.unique(result.data.clusters)) < len(result.data.cases):
        found.append("The pilot's sample is its patients: numbers of cases count patients like these.")
    return tuple(found)


def given_components(numbers: Mapping[str, float | None]) -> PilotComponents | None:
    """Return components from the command line, None where none is given.

    Parameters
    ----------
    numbers : mapping of str to float or None
        ``var_tr``, ``cov1``, ``cov2``, ``cov3``, ``error``, ``pilot_cases`` and perhaps ``var_r``.

    Raises
    ------
    UserFacingError
        If some are given and others missing.
    """
    needed = {key: value for key, value in numbers.items() if key != "var_r"}
    if all(value is None for value in numbers.values()):
        return None
    missing = [f"--{key.replace('_', '-')}" for key, value in needed.items() if value is None]
    if missing:
        raise UserFacingError(
            "Variance components come as a set, and some are missing.",
            hint=f"Give {', '.join(missing)}, too.",
        )
    given = {key: float(value) for key, value in needed.items() if value is not None}
    return PilotComponents(
        var_tr=given["var_tr"],
        cov1=given["cov1"],
        cov2=given["cov2"],
        cov3=given["cov3"],
        error=given["error"],
        n_cases=given["pilot_cases"],
        var_r=numbers.get("var_r"),
    )


def published_studies() -> tuple[PublishedComponents, ...]:
    """Return the published studies whose components come with the program."""
    path: Path = resource("planning", "variance_components.toml")
    return parse_components(path.read_text(encoding="utf-8"))


def published_study(name: str, studies: Sequence[PublishedComponents]) -> PublishedComponents:
    """Return the published study with this id.

    Raises
    ------
    UserFacingError
        If there is none.
    """
    for study in studies:
        if study.id == name:
            return study
    raise UserFacingError(
        f"There is no published study called {name!r}.",
        hint=f"Choose one of: {', '.join(study.id for study in studies)}.",
    )
