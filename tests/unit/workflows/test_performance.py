"""The numbers are the engine's, the parts make up the interval, the mean curve has the mean area."""

import csv
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from realfm_gui.analysis.mrmc.analysis import Method, Request, Result, analyse_readers
from realfm_gui.analysis.mrmc.covariance import CovarianceMethod
from realfm_gui.analysis.mrmc.observer_data import observer_data
from realfm_gui.analysis.mrmc.obuchowski_rockette import Options
from realfm_gui.analysis.mrmc.results import Inference
from realfm_gui.analysis.mrmc.roc_endpoints import EmpiricalAuc
from realfm_gui.analysis.study_analysis import analyse_study
from realfm_gui.analysis.study_data import StudyData
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.protocol import parse_protocol
from realfm_gui.domain.reading import CaseAnswer, FindingAnswer, PhaseTimes
from realfm_gui.workflows.performance import (
    AIDED,
    UNAIDED,
    Choice,
    Measure,
    StudyPerformance,
    analyse_choice,
    performance,
    planned_choice,
)
from realfm_gui.workflows.performance_components import Parts, explain_uncertainty, parts_of
from realfm_gui.workflows.performance_curves import CurveKind, RocLine, mean_curve, study_curves
from realfm_gui.workflows.reading import lock_unaided, open_next, reveal_ai, start_session, submit_aided
from tests.gui.analysing.example_results import study_data
from tests.small_study import PROTOCOL, make_study

PLANNED = Choice(finding="specks", margin=0.05)


def performed(data: StudyData | None = None, **changes: object) -> StudyPerformance:
    return analyse_choice(data or study_data(readers=5, cases=80), replace(PLANNED, **changes))


def van_dyke(shared: Path, inference: Inference = Inference.RRRC) -> Result:
    """Van Dyke's five readers, new technique minus old, as in the reference programs."""
    path = shared / "reference" / "mrmc" / "data" / "mrmcaov_VanDyke.csv"
    ratings, truth = np.full((2, 5, 114), np.nan), np.zeros(114, dtype=np.bool_)
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            case = int(row["case"]) - 1
            ratings[2 - int(row["treatment"]), int(row["reader"]) - 1, case] = float(row["rating"])
            truth[case] = row["truth"] == "1"
    request = Request(endpoint=EmpiricalAuc(), options=Options(inference=inference))
    return analyse_readers(observer_data(ratings, truth), request)


def test_that_the_page_agrees_with_the_verdict_where_both_compare_aucs() -> None:
    data = study_data(readers=5, cases=80)
    verdict, page = analyse_study(data), performed(data).result
    pair = page.analysis.comparisons[0]
    assert (pair.first, pair.second) == (AIDED, UNAIDED), "the difference is aided minus unaided"
    assert pair.difference.value == pytest.approx(verdict.auc.difference.value, abs=1e-12)
    assert pair.difference.ci == pytest.approx(verdict.auc.difference.ci, abs=1e-10)


def test_that_cases_the_model_did_not_answer_count_against_it_as_in_the_verdict() -> None:
    data = study_data(readers=5, cases=80)
    scores, calls = data.ai_scores.copy(), data.ai_calls.copy()
    scores[:4], calls[:4] = np.nan, np.nan
    data = replace(data, ai_scores=scores, ai_calls=calls)
    contrast = analyse_study(data).to_json()["verdict"]["tiles"]
    tile = next(each for each in contrast if each["id"] == "ai-unaided")
    page = performed(data)
    compared = next(each for each in page.result.algorithms if each.modality == UNAIDED)
    assert compared.difference.value == pytest.approx(-tile["estimate"], abs=1e-12)
    assert compared.difference.ci == pytest.approx([-tile["ci"][1], -tile["ci"][0]], abs=1e-10)
    assert any("4 of 80 cases" in note for note in page.notes)
    of_calls = performed(data, measure=Measure.ACCURACY)
    right = (np.nan_to_num(calls, nan=-1) == data.truth).mean()
    assert of_calls.result.algorithms[0].algorithm.value == pytest.approx(right)


@pytest.mark.parametrize(
    ("measure", "share"),
    [
        (Measure.SENSITIVITY, lambda calls, truth: (calls == 1)[..., truth].mean()),
        (Measure.SPECIFICITY, lambda calls, truth: (calls == 0)[..., ~truth].mean()),
        (Measure.ACCURACY, lambda calls, truth: (calls == truth).mean()),
    ],
)
def test_that_shares_of_right_calls_come_from_the_recall_calls(measure: Measure, share) -> None:
    data = study_data(readers=3, cases=40)
    means = performed(data, measure=measure).result.analysis.means
    assert {mean.modality: mean.estimate.value for mean in means} == pytest.approx(
        {UNAIDED: share(data.calls[0], data.truth), AIDED: share(data.calls[1], data.truth)}
    )


def test_that_a_rating_that_is_missing_costs_no_other_rating() -> None:
    data = study_data(readers=5, cases=80)
    scores = data.scores.copy()
    scores[1, 0, :8] = np.nan
    page = performed(replace(data, scores=scores)).result
    assert len(page.data.cases) == 80
    figures = {(each.modality, each.reader): each.estimate.value for each in page.reader_figures}
    whole = {(e.modality, e.reader): e.estimate.value for e in performed(data).result.reader_figures}
    changed = [key for key in whole if figures[key] != pytest.approx(whole[key], abs=1e-12)]
    assert changed == [(AIDED, "Simulated reader 1")]


def test_that_a_reader_with_less_than_half_of_the_readings_is_left_out_and_named() -> None:
    data = study_data(readers=4, cases=40)
    scores, calls = data.scores.copy(), data.calls.copy()
    scores[:, 2, :21], calls[:, 2, :21] = np.nan, np.nan
    page = performed(replace(data, scores=scores, calls=calls))
    assert page.result.data.readers == ("Simulated reader 1", "Simulated reader 2", "Simulated reader 4")
    assert any("Simulated reader 3 is left out: 38 of 80" in note for note in page.notes)
    scores[:], calls[:] = np.nan, np.nan
    with pytest.raises(UserFacingError, match="half of the planned readings"):
        performed(replace(data, scores=scores, calls=calls))


def test_that_two_readers_of_one_name_and_one_called_like_the_model_are_kept_apart() -> None:
    page = performed(study_data(readers=3, cases=40, reader_names=("Kim", "Kim", "AI"))).result
    assert page.data.readers == ("Kim (sim-1)", "Kim (sim-2)", "AI")
    assert page.request.algorithm == "AI (model)"


def test_that_a_model_without_calls_is_not_compared_by_calls_and_the_page_says_so() -> None:
    data = study_data(readers=3, cases=40)
    page = performed(replace(data, ai_calls=np.full(40, np.nan)), measure=Measure.SENSITIVITY)
    assert page.result.algorithms == ()
    assert page.points.model is None
    assert any("no call" in note for note in page.notes)


@pytest.mark.parametrize("covariance", [CovarianceMethod.JACKKNIFE, CovarianceMethod.DELONG])
@pytest.mark.parametrize("inference", list(Inference))
@pytest.mark.parametrize("measure", [Measure.AUC, Measure.SENSITIVITY])
def test_that_the_parts_make_up_the_interval_the_engine_gives(
    measure: Measure, inference: Inference, covariance: CovarianceMethod
) -> None:
    result = performed(measure=measure, inference=inference, covariance=covariance).result
    parts, difference = parts_of(result), result.analysis.comparisons[0].difference
    assert parts is not None
    assert difference.se is not None
    assert difference.ci is not None
    assert math.sqrt(parts.variance) == pytest.approx(difference.se, rel=1e-9)
    width = (difference.ci[1] - difference.ci[0]) / 2
    assert parts.half_width(alpha=0.05) == pytest.approx(width, rel=1e-9)


def test_that_the_parts_of_van_dyke_are_those_of_the_published_components(shared: Path) -> None:
    error, cov1, cov2, cov3 = 8.0228827e-4, 3.4661371e-4, 3.4407483e-4, 2.3902837e-4
    mean_square = 5.5103062e-4
    single = error - cov1 - cov2 + cov3
    parts = parts_of(van_dyke(shared))
    assert parts is not None
    assert parts.cases == pytest.approx(2 * (cov2 - cov3), rel=1e-6)
    assert parts.both == pytest.approx(2 * single / 5, rel=1e-6)
    assert parts.readers == pytest.approx(2 * (mean_square - single) / 5, rel=1e-6)
    assert parts.half_width(alpha=0.05) == pytest.approx((0.08795950 + 0.00035885) / 2, abs=1e-7)


def test_that_projections_follow_obuchowski_and_rockettes_variance_against_theory() -> None:
    from scipy import stats

    n, more, times = 6, 2, 2.0
    var_tr, single, common = 3e-4, 5e-4, 2e-4  # of one reader; Cov2 - Cov3 for the last
    parts = Parts(
        readers=2 * var_tr / n, cases=2 * common, both=2 * single / n, n_readers=n, inference=Inference.RRRC
    )
    mean_square = var_tr + single / times
    denominator = mean_square + (n + more) * common / times
    df = denominator**2 / (mean_square**2 / (n + more - 1))
    expected = stats.t.ppf(0.975, df) * math.sqrt(2 * denominator / (n + more))
    assert parts.half_width(alpha=0.05, more_readers=more, cases_times=times) == pytest.approx(expected)


def test_that_doubling_the_cases_cannot_narrow_what_readers_bring() -> None:
    only_readers = Parts(readers=1e-3, cases=0.0, both=0.0, n_readers=5, inference=Inference.RRRC)
    assert only_readers.half_width(alpha=0.05, cases_times=2) == only_readers.half_width(alpha=0.05)
    only_cases = Parts(readers=0.0, cases=1e-3, both=0.0, n_readers=5, inference=Inference.RRRC)
    assert only_cases.half_width(alpha=0.05, more_readers=5) == only_cases.half_width(alpha=0.05)
    halved = only_cases.half_width(alpha=0.05, cases_times=2)
    assert halved == pytest.approx(only_cases.half_width(alpha=0.05) / math.sqrt(2))


def _readers_who_gain_alike() -> StudyData:
    """Find noise in which the readers differ by chance less than their own answers explain."""
    for seed in range(40):
        rng = np.random.default_rng(seed)
        data = study_data(readers=5, cases=80)
        scores = 2.0 * data.truth + rng.normal(size=data.scores.shape) + rng.normal(size=80)
        data = replace(data, scores=scores)
        var_tr = performed(data).result.analysis.components.var_tr
        if var_tr is not None and var_tr < 0:
            return data
    raise AssertionError("no seed gave a negative estimate")


def test_that_a_part_estimated_below_nil_counts_as_nil_and_is_said_to() -> None:
    explained = performed(_readers_who_gain_alike()).uncertainty
    shares = {name: share for name, share, _ in explained.shares}
    assert shares["Readers"] == 0.0
    assert sum(shares.values()) == pytest.approx(1)
    assert "readers who" not in explained.sentences[0]
    assert any("below nil" in caveat for caveat in explained.caveats)


def test_that_shares_add_up_and_the_largest_is_named_first() -> None:
    explained = performed().uncertainty
    assert sum(share for _, share, _ in explained.shares) == pytest.approx(1)
    name = max(explained.shares, key=lambda each: each[1])[0]
    first = {"Readers": "readers", "Cases": "cases", "Reader by case": "single answers"}[name]
    assert f"comes from {first}" in explained.sentences[0]
    assert "twice the cases" in explained.sentences[1]
    assert "two more readers" in explained.sentences[1]


def test_that_no_more_readers_are_proposed_to_who_speaks_for_these_only() -> None:
    fixed_readers = performed(inference=Inference.FRRC).uncertainty
    assert "twice the cases" in fixed_readers.sentences[1]
    assert "more readers" not in fixed_readers.sentences[1]
    assert "Readers" not in [name for name, _, _ in fixed_readers.shares]
    fixed_cases = performed(inference=Inference.RRFC).uncertainty
    assert "more readers" in fixed_cases.sentences[1]
    assert "cases" not in fixed_cases.sentences[1]


def test_that_uncertainty_that_cannot_be_split_is_said_to_be_whole() -> None:
    of_u = performed(method=Method.USTAT)
    assert of_u.uncertainty.shares == ()
    assert "U-statistics" in of_u.uncertainty.sentences[0]
    data = study_data(readers=3, cases=40)
    alike = np.repeat(data.scores[:1], 2, axis=0)
    assert explain_uncertainty(performed(replace(data, scores=alike)).result).shares == ()


def test_that_the_curve_of_p_crosses_the_level_at_the_end_of_the_interval() -> None:
    page = performed()
    p = [point.p for point in page.margin_curve]
    assert p == sorted(p, reverse=True)
    assert page.margin_curve[0].margin == 0.0
    assert page.margin_curve[-1].margin == pytest.approx(0.10)
    at_margin = next(point.p for point in page.margin_curve if point.margin == pytest.approx(0.05))
    test = page.result.analysis.comparisons[0].first_not_inferior
    assert test is not None
    assert at_margin == pytest.approx(test.p, abs=1e-12)
    low = page.result.analysis.comparisons[0].difference.ci[0]
    crossing = np.interp(-0.025, [-value for value in p], [point.margin for point in page.margin_curve])
    assert crossing == pytest.approx(max(0.0, -low), abs=2e-3)


def _area(line: RocLine) -> float:
    return float(np.trapezoid(line.tpf, line.fpf))


@pytest.mark.parametrize("arm", [0, 1])
def test_that_the_mean_curve_has_the_mean_of_the_areas(arm: int) -> None:
    curves = study_curves(study_data(readers=6, cases=60), CurveKind.EMPIRICAL)
    lines = [line for line in curves.readers[arm] if line is not None]
    mean = curves.means[arm]
    assert mean is not None
    assert [_area(line) for line in lines] == pytest.approx([line.auc for line in lines], abs=1e-12)
    assert _area(mean) == pytest.approx(np.mean([line.auc for line in lines]), abs=1e-12)


def test_that_the_mean_of_steps_still_has_steps() -> None:
    steep = RocLine(fpf=np.array([0.0, 0.0, 1.0]), tpf=np.array([0.0, 1.0, 1.0]), auc=1.0)
    chance = RocLine(fpf=np.array([0.0, 1.0]), tpf=np.array([0.0, 1.0]), auc=0.5)
    mean = mean_curve([steep, chance])
    assert mean.fpf.tolist() == [0.0, 0.0, 1.0, 1.0]
    assert mean.tpf.tolist() == [0.0, 0.5, 1.0, 1.0]
    alone = mean_curve([steep])
    assert _area(alone) == 1.0


@pytest.mark.parametrize("kind", [CurveKind.BINORMAL, CurveKind.PROPER])
def test_that_fitted_curves_lie_near_the_ratings_and_change_no_number(kind: CurveKind) -> None:
    data = study_data(readers=2, cases=80)
    fitted, stepped = performed(data, curves=kind), performed(data)
    assert fitted.result.analysis == stepped.result.analysis
    for ours, steps in zip(fitted.curves.readers[0], stepped.curves.readers[0], strict=True):
        assert ours is not None
        assert steps is not None
        assert ours.auc == pytest.approx(steps.auc, abs=0.03)
        assert _area(ours) == pytest.approx(ours.auc, abs=2e-3), "what is drawn has the area that is given"


def test_that_a_curve_needs_rated_cases_of_both_kinds() -> None:
    data = study_data(readers=2, cases=20)
    scores = data.scores.copy()
    scores[0, 1, data.truth] = np.nan
    for kind in CurveKind:
        curves = study_curves(replace(data, scores=scores), kind)
        assert curves.readers[0][1] is None
        assert curves.readers[1][1] is not None
        assert curves.means[0] is not None
    with pytest.raises(ValueError, match="never falls"):
        RocLine(fpf=np.array([0.0, 1.0]), tpf=np.array([1.0, 0.0]), auc=0.0)


def test_that_the_plan_is_the_protocols_margin_for_each_measure() -> None:
    protocol = parse_protocol(
        f"{PROTOCOL}\n[analysis]\nmargin_auc = 0.04\nmargin_sensitivity = 0.03\nmargin_specificity = 0.02\n"
    )
    margins = {measure: planned_choice(protocol, measure=measure).margin for measure in Measure}
    assert margins == {
        Measure.AUC: 0.04,
        Measure.SENSITIVITY: 0.03,
        Measure.SPECIFICITY: 0.02,
        Measure.ACCURACY: 0.02,
    }
    assert planned_choice(protocol).finding == "nodule"
    with pytest.raises(ValueError, match="between 0 and"):
        Choice(finding="nodule", margin=0.0)


def test_that_a_study_is_analysed_from_its_record_and_left_as_it_was(tmp_path: Path) -> None:
    root = tmp_path / "s.study"
    with make_study(root, reading=8) as store:
        for reader in ("anna", "ben"):
            session = start_session(store, reader)
            number = 0
            while (case := open_next(store, session)) is not None:
                case_id, number = case.case.case_id, number + 1
                for answer in (lock_unaided, submit_aided):
                    value = (37 * number + 11 * len(reader) * (answer is submit_aided)) % 101
                    said = FindingAnswer(finding="nodule", likelihood=value, recall=value > 50, confidence=2)
                    answer(store, session, case_id, CaseAnswer(findings=(said,)), PhaseTimes(active_ms=900))
                    if answer is lock_unaided:
                        reveal_ai(store, session, case_id)
        before = store.head()
        choice = planned_choice(store.protocol)
    steps: list[str] = []
    page = performance(root, choice, progress=lambda done, total, what: steps.append(what))
    assert page.result.data.readers == ("Anna", "Ben")
    assert page.finding_name == "Nodule"
    assert "Robot is left out" in page.notes[0]
    assert page.method_text.startswith("The figure of merit")
    assert steps[0] == "Collecting the readings"
    with pytest.raises(UserFacingError, match="no finding 'mass'"):
        performance(root, replace(choice, finding="mass"))
    with make_study(tmp_path / "other.study") as store:
        other = planned_choice(store.protocol)
    with pytest.raises(UserFacingError):
        performance(tmp_path / "other.study", other)
    from realfm_gui.storage import StudyStore

    with StudyStore.open(root, read_only=True) as store:
        assert store.head() == before
