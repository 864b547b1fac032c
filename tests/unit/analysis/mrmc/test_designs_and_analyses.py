"""Obuchowski-Rockette, U-statistics and pseudovalues: against theory, against each other, in every design."""

import dataclasses

import numpy as np
import pytest

from realfm_gui.analysis.auc import jackknife_covariance
from realfm_gui.analysis.mrmc.analysis import Method, Request, analyse_readers
from realfm_gui.analysis.mrmc.covariance import CovarianceMethod, error_covariance
from realfm_gui.analysis.mrmc.design import Design, check_design, recognise_design
from realfm_gui.analysis.mrmc.dorfman_berbaum_metz import pseudovalue_analysis
from realfm_gui.analysis.mrmc.observer_data import ObserverData, observer_data
from realfm_gui.analysis.mrmc.obuchowski_rockette import Options, analyse_crossed_readers
from realfm_gui.analysis.mrmc.results import Inference, holm_adjusted
from realfm_gui.analysis.mrmc.roc_endpoints import EmpiricalAuc, ShareOfCalls
from realfm_gui.domain.errors import UserFacingError

from .conftest import MakeStudy

AUC = EmpiricalAuc()


def _with_reads(data: ObserverData, keep: np.ndarray) -> ObserverData:
    """Return the study with only the reads where `keep` (modalities, readers, cases) is true."""
    return dataclasses.replace(data, ratings=np.where(keep, data.ratings, np.nan))


def _blocks(data: ObserverData) -> np.ndarray:
    """Return reads of a split-plot study: every second reader reads every second case of each class."""
    place = np.zeros(len(data.cases), dtype=int)
    for truth in (False, True):
        members = np.flatnonzero(data.is_positive == truth)
        place[members] = np.arange(len(members)) % 2
    readers = np.arange(len(data.readers)) % 2
    return np.broadcast_to(readers[:, np.newaxis] == place, data.ratings.shape).copy()


def test_that_every_design_is_recognised_from_its_reads(make_study: MakeStudy) -> None:
    data = make_study(n_positive=12, n_negative=16)
    every = np.ones(data.ratings.shape, dtype=bool)
    readers, cases = np.arange(4)[:, np.newaxis], np.arange(28)
    nested_cases = np.broadcast_to(cases % 4 == readers, every.shape)
    in_modalities = np.stack([np.broadcast_to(cases % 2 == m, every.shape[1:]) for m in range(2)])
    nested_readers = np.stack([np.broadcast_to(readers % 2 == m, every.shape[1:]) for m in range(2)])
    gaps = every.copy()
    gaps[0, 1, 3] = False
    mixed = every.copy()
    mixed[1, 0] = False
    found = {
        Design.CROSSED: every,
        Design.PARTIALLY_PAIRED: gaps,
        Design.SPLIT_PLOT: _blocks(data),
        Design.CASES_IN_READERS: nested_cases,
        Design.CASES_IN_MODALITIES: in_modalities,
        Design.READERS_IN_MODALITIES: nested_readers,
        Design.MIXED: mixed,
    }
    for design, keep in found.items():
        assert recognise_design(_with_reads(data, keep)).design is design


def test_that_data_of_another_design_than_asked_for_are_refused(make_study: MakeStudy) -> None:
    check_design(Design.CROSSED, "auto")
    with pytest.raises(UserFacingError, match="Fully crossed"):
        analyse_readers(make_study(), Request(endpoint=AUC, design="split-plot"))


def test_that_pseudovalues_give_the_same_f_and_degrees_of_freedom(make_study: MakeStudy) -> None:
    sample = AUC.prepare(make_study(n_modalities=3, seed=2))
    left_out = sample.leave_one_out()
    table = pseudovalue_analysis(sample.figures, left_out)
    covariance = jackknife_covariance(left_out.reshape(-1, sample.n_units))
    analysis = analyse_crossed_readers(sample.figures, covariance, ("a", "b", "c"), Options())
    assert analysis.global_test is not None
    assert table.statistic == pytest.approx(analysis.global_test.statistic, rel=1e-10)
    assert table.df2 == pytest.approx(analysis.global_test.df2, rel=1e-10)
    for name in ("error", "cov1", "cov2", "cov3", "var_r", "var_tr"):
        ours = getattr(analysis.components, name)
        assert getattr(table.obuchowski_rockette, name) == pytest.approx(ours, abs=1e-15)


def test_that_u_statistics_and_unbiased_obuchowski_rockette_agree_where_they_must(
    make_study: MakeStudy,
) -> None:
    data = make_study(n_positive=25, n_negative=35, n_readers=6, seed=6)
    u = analyse_readers(data, Request(endpoint=AUC, method=Method.USTAT))
    o = analyse_readers(data, Request(endpoint=AUC, covariance=CovarianceMethod.UNBIASED))
    components = o.analysis.components
    assert components.cov2 is not None
    assert components.cov3 is not None
    assert components.cov2 > components.cov3  # else the one truncates and the other does not
    ours, theirs = (r.analysis.comparisons[0].difference for r in (u, o))
    assert ours.value == pytest.approx(theirs.value, abs=1e-12)
    assert ours.se == pytest.approx(theirs.se, abs=1e-12)


def test_that_the_variance_of_a_difference_is_right_on_average_in_a_split_plot() -> None:
    rng = np.random.default_rng(21)
    truth = np.arange(24) % 2 == 0
    base = observer_data(np.zeros((2, 4, 24)), truth)
    keep = _blocks(base)
    differences, variances = [], {"or": [], "ustat": []}
    for _ in range(250):
        case = rng.normal(size=24)
        reader = 0.4 * rng.normal(size=(1, 4, 1)) * truth
        ratings = 0.9 * truth + case + reader + rng.normal(size=(2, 4, 24))
        data = _with_reads(observer_data(ratings, truth), keep)
        assert recognise_design(data).design is Design.SPLIT_PLOT
        for name in ("or", "ustat"):
            request = Request(endpoint=AUC, method=Method(name), covariance=CovarianceMethod.UNBIASED)
            difference = analyse_readers(data, request).analysis.comparisons[0].difference
            variances[name].append((difference.se or 0.0) ** 2)
        differences.append(difference.value)
    true = float(np.var(differences))
    # truncation at nil only adds: Obuchowski-Rockette may be above, never below
    assert np.mean(variances["ustat"]) == pytest.approx(true, rel=0.25)
    assert true * 0.8 < np.mean(variances["or"]) < true * 1.5


def test_that_different_readers_per_modality_get_the_u_statistics_standard_error(
    make_study: MakeStudy,
) -> None:
    data = make_study(n_readers=8, n_positive=20, n_negative=25, seed=14)
    keep = np.zeros(data.ratings.shape, dtype=bool)
    keep[0, :4], keep[1, 4:] = True, True
    nested = _with_reads(data, keep)
    o = analyse_readers(nested, Request(endpoint=AUC, covariance=CovarianceMethod.UNBIASED))
    u = analyse_readers(nested, Request(endpoint=AUC, method=Method.USTAT))
    assert o.reads.design is Design.READERS_IN_MODALITIES
    components = o.analysis.components
    assert (components.cov2 or 0) > (components.cov3 or 0)  # else Obuchowski-Rockette takes it as nil
    ours, theirs = (r.analysis.comparisons[0].difference for r in (o, u))
    assert ours.se == pytest.approx(theirs.se, abs=1e-12)


def test_that_a_mixed_design_compares_the_readers_who_read_both(make_study: MakeStudy) -> None:
    data = make_study(n_readers=6, seed=10)
    keep = np.ones(data.ratings.shape, dtype=bool)
    keep[1, 0] = False
    result = analyse_readers(_with_reads(data, keep), Request(endpoint=AUC))
    shared = analyse_readers(data.with_only(readers=[1, 2, 3, 4, 5]), Request(endpoint=AUC))
    assert result.reads.design is Design.MIXED
    ours, theirs = (r.analysis.comparisons[0].difference for r in (result, shared))
    assert (ours.value, ours.se) == pytest.approx((theirs.value, theirs.se), abs=1e-12)
    assert any("who read in both" in text for text in result.warnings)


def test_that_several_modalities_have_a_global_test_and_adjusted_pairs(make_study: MakeStudy) -> None:
    result = analyse_readers(make_study(n_modalities=4, seed=12), Request(endpoint=AUC)).analysis
    pairs = [(pair.first, pair.second) for pair in result.comparisons]
    assert pairs == [("1", "2"), ("1", "3"), ("1", "4"), ("2", "3"), ("2", "4"), ("3", "4")]
    assert result.global_test is not None
    assert result.global_test.df1 == 3
    p = [pair.difference.p for pair in result.comparisons]
    assert [pair.p_holm for pair in result.comparisons] == holm_adjusted([value or 0 for value in p])


@pytest.mark.parametrize("inference", list(Inference))
def test_differences_invariant_to_the_order_of_readers_and_cases(
    inference: Inference, make_study: MakeStudy
) -> None:
    data = make_study(share_missing=0.1, seed=13)
    order = np.random.default_rng(0).permutation(len(data.cases))
    turned = observer_data(
        data.ratings[:, ::-1][:, :, order], data.is_positive[order], readers=data.readers[::-1]
    )
    request = Request(endpoint=AUC, options=Options(inference=inference))
    ours, theirs = (
        analyse_readers(each, request).analysis.comparisons[0].difference for each in (data, turned)
    )
    assert (ours.value, ours.se, ours.p) == pytest.approx((theirs.value, theirs.se, theirs.p), abs=1e-10)


def test_that_the_tests_against_a_margin_point_both_ways(make_study: MakeStudy) -> None:
    request = Request(endpoint=AUC, options=Options(margin=0.05))
    pair = analyse_readers(make_study(), request).analysis.comparisons[0]
    difference = pair.difference
    assert pair.second_not_inferior is not None
    assert pair.first_not_inferior is not None
    assert difference.value is not None
    assert difference.se is not None
    assert pair.second_not_inferior.statistic == pytest.approx((0.05 - difference.value) / difference.se)
    assert pair.first_not_inferior.statistic == pytest.approx((0.05 + difference.value) / difference.se)
    assert pair.equivalence_p == max(pair.second_not_inferior.p, pair.first_not_inferior.p)


def test_holm_against_theory() -> None:
    assert holm_adjusted([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


@pytest.mark.parametrize("method", list(CovarianceMethod))
def test_that_all_covariances_are_close_in_a_large_study(
    method: CovarianceMethod, make_study: MakeStudy
) -> None:
    sample = AUC.prepare(make_study(n_positive=150, n_negative=150, n_readers=2))
    ours = error_covariance(sample, method, n_replicates=4000).matrix
    theirs = error_covariance(sample, CovarianceMethod.JACKKNIFE).matrix
    assert ours == pytest.approx(theirs, rel=0.15, abs=2e-5)


def test_that_a_jackknife_that_would_empty_a_class_is_refused() -> None:
    data = observer_data(np.arange(8.0).reshape(1, 2, 4), np.array([True, False, False, False]))
    with pytest.raises(UserFacingError, match="leaves every case out"):
        analyse_readers(data, Request(endpoint=AUC))


def test_that_patients_with_both_classes_are_refused_an_unbiased_covariance() -> None:
    data = observer_data(
        np.random.default_rng(0).normal(size=(1, 2, 8)), np.arange(8) % 2 == 0, clusters=np.arange(8) // 2
    )
    with pytest.raises(UserFacingError, match="no unbiased covariance"):
        analyse_readers(data, Request(endpoint=AUC, covariance=CovarianceMethod.UNBIASED))
    assert analyse_readers(data, Request(endpoint=AUC)).analysis.means[0].estimate.se is not None


def test_that_specificity_of_one_class_needs_no_other() -> None:
    data = observer_data(np.random.default_rng(0).normal(size=(2, 4, 9)), np.zeros(9, dtype=bool))
    endpoint = ShareOfCalls(threshold=0.0, of_positives=False, of_negatives=True)
    assert analyse_readers(data, Request(endpoint=endpoint)).analysis.comparisons[0].difference.p is not None
    with pytest.raises(UserFacingError, match="no positive case"):
        analyse_readers(data, Request(endpoint=AUC))
