"""Plans: the components of a pilot, and what the request makes of them."""

import numpy as np
import pytest

from realfm_gui.analysis.mrmc.analysis import Method, Request, Result, analyse_readers
from realfm_gui.analysis.mrmc.roc_endpoints import EmpiricalAuc, ShareOfCalls
from realfm_gui.analysis.planning.components import PilotComponents, components_from_estimates
from realfm_gui.analysis.planning.design import StudyDesign
from realfm_gui.analysis.planning.power import Goal, StudyPlan, power
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.reporting.planning_text import plan_text
from realfm_gui.workflows.plan_study import (
    PlanRequest,
    components_of_pilot,
    given_components,
    pilot_remarks,
    plan_study,
    published_studies,
    published_study,
)
from tests.small_ratings import made_ratings

COMPONENTS = PilotComponents(
    var_tr=0.0002, cov1=0.00035, cov2=0.00034, cov3=0.00024, error=0.0008, n_cases=114, n_readers=5
)
CROSSED = StudyDesign()


def pilot(*, endpoint: object = None, method: Method = Method.OR, **data: object) -> Result:
    request = Request(endpoint=endpoint or EmpiricalAuc(), method=method)  # type: ignore[arg-type]
    return analyse_readers(made_ratings(**data), request)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(6))
def test_that_a_pilot_gives_the_components_of_the_planning_room(seed: int) -> None:
    result = pilot(seed=seed)
    sample = EmpiricalAuc().prepare(result.data)
    left_out = sample.leave_one_out().reshape(8, -1)
    n = left_out.shape[1]
    covariance = (n - 1) ** 2 / n * np.cov(left_out)
    expected = components_from_estimates(sample.figures, covariance, n_cases=n)
    found = components_of_pilot(result)
    for name in ("var_r", "var_tr", "cov1", "cov2", "cov3", "error", "n_cases"):
        assert getattr(found, name) == pytest.approx(getattr(expected, name), abs=1e-12), name


def test_that_a_sensitivity_counts_positive_cases() -> None:
    share = ShareOfCalls(threshold=1.0, of_positives=True, of_negatives=False)
    assert components_of_pilot(pilot(endpoint=share)).n_cases == 10
    assert components_of_pilot(pilot()).n_cases == 30
    assert components_of_pilot(pilot(clusters=np.arange(30) // 2)).n_cases == 15


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"n_modalities": 1}, "1 modality and 4 readers"),
        ({"n_readers": 1}, "2 modalities and 1 reader"),
        ({"design": "readers-in-modalities"}, "no components to plan with"),
        ({"design": "mixed"}, "no components to plan with"),
        ({"method": Method.USTAT}, "no components to plan with"),
        ({"design": "split-plot"}, "in this pilot they did not"),
        ({"design": "cases-in-readers", "n_cases": 90}, "in this pilot they did not"),
        ({"design": "cases-in-modalities"}, "in this pilot they did not"),
    ],
)
def test_that_a_pilot_without_components_is_refused(data: dict[str, object], words: str) -> None:
    with pytest.raises(UserFacingError, match=words):
        components_of_pilot(pilot(**data))  # type: ignore[arg-type]


def test_that_a_pilot_that_is_not_ideal_is_remarked_upon() -> None:
    assert pilot_remarks(pilot()) == ()
    assert "not fully crossed" in pilot_remarks(pilot(design="partially-paired"))[0]
    assert "patients" in pilot_remarks(pilot(clusters=np.arange(30) // 2))[0]


def test_that_a_design_effect_of_2_needs_twice_the_cases() -> None:
    plain = plan_study(COMPONENTS, PlanRequest(effect=0.05, design=CROSSED, cases=(200,)), source="x")
    twice = plan_study(
        COMPONENTS, PlanRequest(effect=0.05, design=CROSSED, cases=(400,), design_effect=2.0), source="x"
    )
    for a, b in zip(plain.grid, twice.grid, strict=True):
        assert b[0].power == pytest.approx(a[0].power, abs=1e-12)
    assert "Design effect 2" in twice.remarks[0]
    assert plain.remarks == ()


@pytest.mark.parametrize(
    ("margin", "is_equivalence", "goal"),
    [(None, False, Goal.SUPERIORITY), (0.05, False, Goal.NON_INFERIORITY), (0.05, True, Goal.EQUIVALENCE)],
)
def test_that_a_margin_makes_the_plan_one_of_non_inferiority(
    margin: float | None, is_equivalence: bool, goal: Goal
) -> None:
    request = PlanRequest(effect=0.01, margin=margin, is_equivalence=is_equivalence, design=CROSSED)
    planned = plan_study(COMPONENTS, request, source="x")
    assert planned.sizes.plan.goal is goal
    plan = StudyPlan(components=COMPONENTS, effect=0.01, goal=goal, margin=margin)
    assert planned.grid[0][0].power == power(plan, 4, 50).power


def test_that_non_inferiority_may_be_planned_without_an_effect() -> None:
    planned = plan_study(COMPONENTS, PlanRequest(effect=None, margin=0.05, design=CROSSED), source="x")
    assert planned.sizes.plan.effect == 0


def test_that_usual_numbers_fit_the_blocks() -> None:
    request = PlanRequest(effect=0.05, design=StudyDesign(n_blocks=3))
    planned = plan_study(COMPONENTS, request, source="x")
    assert [row.readers for row in planned.sizes.rows] == [6, 12, 15]
    assert all(point.cases % 3 == 0 for row in planned.grid for point in row)
    many = plan_study(COMPONENTS, PlanRequest(effect=0.05, design=StudyDesign(n_blocks=7)), source="x")
    assert [row.readers for row in many.sizes.rows] == [14]


def test_that_what_cannot_be_reached_is_printed_as_that() -> None:
    request = PlanRequest(effect=0.001, design=CROSSED, readers=(4,), cases=(50,))
    planned = plan_study(COMPONENTS, request, source="as given")
    text = plan_text(planned.sizes, planned.grid, source=planned.source)
    assert "not reached" in text
    assert planned.to_json()["rows"][0]["cases"] is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"effect": None},
        {"effect": 0.05, "is_equivalence": True},
        {"effect": 0.05, "design_effect": 0.0},
        {"effect": 0.05, "design_effect": float("nan")},
        {"effect": 0.05, "most_cases": 1},
    ],
)
def test_that_a_request_that_cannot_be_meant_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(UserFacingError):
        PlanRequest(design=CROSSED, **wrong)  # type: ignore[arg-type]


def test_that_components_come_as_a_set() -> None:
    names = ("var_tr", "cov1", "cov2", "cov3", "error", "pilot_cases")
    nothing = dict.fromkeys((*names, "var_r"))
    assert given_components(nothing) is None
    with pytest.raises(UserFacingError) as refused:
        given_components({**nothing, "var_tr": 0.1, "pilot_cases": 100.0})
    assert "--cov1, --cov2, --cov3, --error" in refused.value.hint
    whole = given_components({**dict.fromkeys(names, 0.001), "pilot_cases": 100.0, "var_r": 0.01})
    assert whole is not None
    assert (whole.n_cases, whole.var_r) == (100.0, 0.01)


def test_that_the_published_studies_can_be_named() -> None:
    studies = published_studies()
    for study in studies:
        assert published_study(study.id, studies) is study
    with pytest.raises(UserFacingError, match="nobody"):
        published_study("nobody", studies)
