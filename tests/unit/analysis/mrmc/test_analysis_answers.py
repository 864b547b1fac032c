"""The front door: an answer or a clear refusal for every study, and sentences beside odd numbers."""

import dataclasses
import json
import math

import numpy as np
import pytest

from realfm_gui.analysis.mrmc.analysis import Method, Request, Result, analyse_readers
from realfm_gui.analysis.mrmc.bootstrap import bootstrap_contrast, draw_replicates
from realfm_gui.analysis.mrmc.covariance import CovarianceMethod
from realfm_gui.analysis.mrmc.observer_data import ObserverData, observer_data
from realfm_gui.analysis.mrmc.obuchowski_rockette import Options
from realfm_gui.analysis.mrmc.replicates import case_weights, weight_blocks
from realfm_gui.analysis.mrmc.result_json import result_json
from realfm_gui.analysis.mrmc.results import Inference
from realfm_gui.analysis.mrmc.roc_endpoints import EmpiricalAuc, ShareOfCalls
from realfm_gui.domain.errors import Cancelled, UserFacingError

from .conftest import MakeStudy

AUC = EmpiricalAuc()


def _plain(result: Result) -> dict[str, object]:
    """Return the result as it is written: JSON without NaN."""
    values: dict[str, object] = json.loads(json.dumps(result_json(result, version="1"), allow_nan=False))
    return values


def test_that_one_reader_speaks_for_that_reader_only(make_study: MakeStudy) -> None:
    result = analyse_readers(make_study(n_readers=1), Request(endpoint=AUC))
    assert result.inference is Inference.FRRC
    assert any("One reader" in text for text in result.warnings)
    assert result.analysis.comparisons[0].difference.df is None
    _plain(result)


def test_that_constant_ratings_give_one_half_and_no_interval() -> None:
    data = observer_data(np.ones((2, 4, 10)), np.arange(10) < 5)
    for method in Method:
        result = analyse_readers(data, Request(endpoint=AUC, method=method))
        assert {mean.estimate.value for mean in result.analysis.means} == {0.5}
        assert result.analysis.comparisons[0].difference.ci is None
        _plain(result)


def test_that_perfect_readers_are_named_as_a_reason_for_narrow_intervals() -> None:
    ratings = np.random.default_rng(0).normal(size=(2, 4, 30))
    ratings[0, 0] += 9.0 * (np.arange(30) < 15)
    result = analyse_readers(observer_data(ratings, np.arange(30) < 15), Request(endpoint=AUC))
    assert any("do not vary over cases" in text for text in result.warnings)


def test_that_fewer_than_four_readers_are_called_fragile(make_study: MakeStudy) -> None:
    result = analyse_readers(make_study(n_readers=3), Request(endpoint=AUC))
    assert any("Fewer than four readers" in text for text in result.warnings)


def test_that_missing_reads_are_counted_and_their_danger_named(make_study: MakeStudy) -> None:
    data = make_study(share_missing=0.1)
    n_missing = int((~data.was_read).sum())
    result = analyse_readers(data, Request(endpoint=AUC))
    assert any(text.startswith(f"{n_missing} of 160 possible reads are missing") for text in result.warnings)


def test_that_patients_with_several_cases_are_named(make_study: MakeStudy) -> None:
    result = analyse_readers(make_study(cases_per_patient=3), Request(endpoint=AUC))
    assert any("patients are the sample" in text for text in result.warnings)
    assert _plain(result)["n"]["patients"] == 7  # type: ignore[index]


def test_that_a_negative_variance_gives_a_sentence_instead_of_a_p_value() -> None:
    for seed in range(200):
        rng = np.random.default_rng(seed)
        ratings = rng.normal(size=12) + 0.05 * rng.normal(size=(2, 4, 12))
        data = observer_data(ratings, np.arange(12) < 6)
        result = analyse_readers(data, Request(endpoint=AUC, method=Method.USTAT))
        difference = result.analysis.comparisons[0].difference
        if difference.se is None and "negative" in difference.note:
            assert (difference.p, difference.ci) == (None, None)
            return
    raise AssertionError("no study had a negative variance")


def test_that_a_reader_without_a_class_is_left_out_by_name(make_study: MakeStudy) -> None:
    data = make_study(n_readers=5)
    ratings = data.ratings.copy()
    ratings[:, 2, data.is_positive] = np.nan
    result = analyse_readers(dataclasses.replace(data, ratings=ratings), Request(endpoint=AUC))
    assert any(text.startswith("3 has no AUC") for text in result.warnings)
    others = analyse_readers(data.with_only(readers=[0, 1, 3, 4]), Request(endpoint=AUC))
    ours, theirs = (r.analysis.comparisons[0].difference for r in (result, others))
    assert (ours.value, ours.se) == pytest.approx((theirs.value, theirs.se), abs=1e-12)


def test_that_several_findings_are_analysed_one_at_a_time(make_study: MakeStudy) -> None:
    data = make_study()
    findings = tuple("mass" if c % 2 else "nodule" for c in range(len(data.cases)))
    with pytest.raises(UserFacingError, match="mass, nodule"):
        analyse_readers(dataclasses.replace(data, findings=findings), Request(endpoint=AUC))


def test_that_an_unknown_algorithm_is_refused_with_the_names_there_are(make_study: MakeStudy) -> None:
    with pytest.raises(UserFacingError) as caught:
        analyse_readers(make_study(), Request(endpoint=AUC, algorithm="net"))
    assert "1, 2, 3, 4" in caught.value.hint


def test_that_the_algorithm_is_no_reader(make_study: MakeStudy) -> None:
    data = make_study(n_modalities=1, n_readers=6)
    with_ai = analyse_readers(data, Request(endpoint=AUC, algorithm="3"))
    without = analyse_readers(data.with_only(readers=[0, 1, 3, 4, 5]), Request(endpoint=AUC))
    assert with_ai.data.readers == without.data.readers
    assert with_ai.analysis.means[0].estimate.se == pytest.approx(without.analysis.means[0].estimate.se)
    ai = with_ai.algorithms[0]
    figures = AUC.prepare(data).figures[0]
    assert ai.algorithm.value == figures[2]
    assert ai.difference.value == pytest.approx(np.delete(figures, 2).mean() - figures[2])
    assert ai.outperformed == np.mean(figures[2] > np.delete(figures, 2))


def test_that_ignoring_the_algorithms_own_error_is_called_by_its_name(make_study: MakeStudy) -> None:
    options = Options(inference=Inference.RRFC)
    result = analyse_readers(
        make_study(n_modalities=1), Request(endpoint=AUC, algorithm="1", options=options)
    )
    assert any("known without error" in text for text in result.algorithms[0].warnings)


def test_that_an_algorithm_scored_apart_meets_the_readers_of_every_modality(make_study: MakeStudy) -> None:
    data = make_study(n_modalities=3, n_readers=5)
    ratings = data.ratings.copy()
    ratings[2, :4], ratings[:2, 4] = np.nan, np.nan
    data = observer_data(ratings, data.is_positive, modalities=("unaided", "aided", "ai"))
    result = analyse_readers(data, Request(endpoint=AUC, algorithm="5"))
    assert [ai.modality for ai in result.algorithms] == ["unaided", "aided"]
    assert result.data.modalities == ("unaided", "aided")


def test_that_the_json_has_every_key_that_was_promised(make_study: MakeStudy) -> None:
    values = _plain(
        analyse_readers(make_study(), Request(endpoint=AUC, algorithm="4", options=Options(margin=0.05)))
    )
    assert {
        "tool", "version", "endpoint", "design", "method", "covariance", "inference", "n",
        "figures_of_merit", "means", "comparisons", "global_test", "variance_components", "ai", "warnings",
    } <= set(values)  # fmt: skip
    pair = values["comparisons"][0]  # type: ignore[index]
    assert {
        "first", "second", "difference", "se", "df", "statistic", "p", "p_holm", "ci", "noninferiority",
    } <= set(pair)  # fmt: skip
    assert set(values["variance_components"]) == {"var_r", "var_tr", "cov1", "cov2", "cov3", "error"}  # type: ignore[call-overload]
    assert {"value", "difference", "se", "df", "statistic", "p", "ci", "outperformed"} <= set(values["ai"])  # type: ignore[call-overload]


def test_that_ten_times_the_levels_changes_nothing_but_the_unit(make_study: MakeStudy) -> None:
    data = make_study()
    scaled = dataclasses.replace(data, ratings=10 * data.ratings)
    request = Request(endpoint=AUC, covariance=CovarianceMethod.DELONG)
    ours, theirs = (_plain(analyse_readers(each, request)) for each in (data, scaled))
    assert ours == theirs


def test_that_bootstrap_weights_depend_on_the_seed_alone() -> None:
    strata = np.array([0, 0, 0, 1, 1, 2])
    weights = case_weights(strata, n_replicates=7, seed=3)
    assert np.array_equal(weights, case_weights(strata, n_replicates=7, seed=3))
    assert not np.array_equal(weights, case_weights(strata, n_replicates=7, seed=4))
    for stratum, size in ((0, 3), (1, 2), (2, 1)):
        assert (weights[:, strata == stratum].sum(axis=1) == size).all()


def test_that_the_corrected_bootstrap_is_unbiased_for_means_over_readers_and_cases() -> None:
    rng, n_studies = np.random.default_rng(5), 300
    endpoint = ShareOfCalls(threshold=0.0, of_positives=True, of_negatives=False)
    truth = np.ones(20, dtype=bool)
    values, corrected, naive = [], [], []
    for study in range(n_studies):
        ratings = 0.5 * rng.normal(size=20) + 0.3 * rng.normal(size=(1, 8, 1))
        ratings = ratings + 2.0 * rng.normal(size=(1, 8, 20))
        replicates = draw_replicates(
            endpoint.prepare(observer_data(ratings, truth)), n_replicates=300, seed=study
        )
        result = bootstrap_contrast(replicates, lambda means: means[:, 0], alpha=0.05)
        values.append(result.estimate.value)
        corrected.append((result.estimate.se or 0.0) ** 2)
        naive.append(result.naive_se**2)
    true = float(np.var(values))
    assert np.mean(corrected) == pytest.approx(true, rel=0.2)
    assert np.mean(naive) > 1.15 * np.mean(corrected)


def test_that_intervals_of_shares_and_ratios_stay_where_they_belong(make_study: MakeStudy) -> None:
    replicates = draw_replicates(AUC.prepare(make_study()), n_replicates=200)
    share = bootstrap_contrast(replicates, lambda means: means[:, 0], alpha=0.05, scale="logit").estimate
    ratio = bootstrap_contrast(
        replicates, lambda means: means[:, 1] / means[:, 0], alpha=0.05, scale="log"
    ).estimate
    assert share.ci is not None
    assert ratio.ci is not None
    assert 0 < share.ci[0] < (share.value or 0) < share.ci[1] < 1
    assert math.log(ratio.ci[1] / (ratio.value or 0)) == pytest.approx(
        math.log((ratio.value or 0) / ratio.ci[0])
    )


def test_that_a_bootstrap_can_be_stopped(make_study: MakeStudy) -> None:
    with pytest.raises(Cancelled):
        draw_replicates(AUC.prepare(make_study()), n_replicates=50, should_stop=lambda: True)


@pytest.mark.parametrize("method", [m for m in CovarianceMethod if m is not CovarianceMethod.BOOTSTRAP])
def test_that_readers_of_one_modality_only_disturb_no_covariance(
    method: CovarianceMethod, make_study: MakeStudy
) -> None:
    data = make_study(n_readers=6)
    ratings = data.ratings.copy()
    ratings[0, :2], ratings[1, 4:] = np.nan, np.nan
    mixed = dataclasses.replace(data, ratings=ratings)
    result = analyse_readers(mixed, Request(endpoint=AUC, covariance=method))
    shared = analyse_readers(data.with_only(readers=[2, 3]), Request(endpoint=AUC, covariance=method))
    ours, theirs = (r.analysis.comparisons[0].difference for r in (result, shared))
    assert (ours.value, ours.se) == pytest.approx((theirs.value, theirs.se), abs=1e-12)


def _nested(make_study: MakeStudy, first: list[int], second: list[int]) -> ObserverData:
    data = make_study(n_readers=6, n_positive=12, n_negative=14)
    ratings = np.full_like(data.ratings, np.nan)
    ratings[0, first], ratings[1, second] = data.ratings[0, first], data.ratings[1, second]
    return dataclasses.replace(data, ratings=ratings)


@pytest.mark.parametrize("method", list(Method))
@pytest.mark.parametrize(("first", "second"), [([0], [1]), ([0], [1, 2, 3, 4])])
def test_that_a_single_reader_of_a_modality_never_speaks_for_others(
    first: list[int], second: list[int], method: Method, make_study: MakeStudy
) -> None:
    result = analyse_readers(_nested(make_study, first, second), Request(endpoint=AUC, method=method))
    assert result.inference is Inference.FRRC
    assert any("read by one reader only" in text for text in result.warnings)
    assert result.analysis.comparisons[0].difference.df is None
    _plain(result)


def test_that_a_pair_with_one_shared_reader_says_so(make_study: MakeStudy) -> None:
    data = _nested(make_study, [0, 1, 2], [2, 3, 4])
    difference = analyse_readers(data, Request(endpoint=AUC)).analysis.comparisons[0].difference
    assert difference.df is None
    assert difference.note.startswith("One reader read both")


def test_that_a_shift_without_any_spread_has_no_global_test() -> None:
    truth = np.arange(40) < 20
    endpoint = ShareOfCalls(threshold=1, of_positives=True, of_negatives=False)
    for seed in range(30):
        rng = np.random.default_rng(seed)
        ratings = np.zeros((2, 4, 40))
        for modality, n_found in ((0, 10), (1, 12)):  # every reader finds exactly .1 more
            for reader in range(4):
                ratings[modality, reader, rng.permutation(20)[:n_found]] = 1.0
        analysis = analyse_readers(observer_data(ratings, truth), Request(endpoint=endpoint)).analysis
        if (analysis.components.cov2 or 0.0) < (analysis.components.cov3 or 0.0):
            assert analysis.global_test is None
            assert "differs by the same amount" in analysis.comparisons[0].difference.note
            return
    raise AssertionError("no study without any spread")


def test_that_cases_only_the_algorithm_read_do_not_enter_the_design(make_study: MakeStudy) -> None:
    data = make_study(n_modalities=1, n_readers=6)
    ratings = data.ratings.copy()
    ratings[0, :5, ::2] = np.nan
    result = analyse_readers(dataclasses.replace(data, ratings=ratings), Request(endpoint=AUC, algorithm="6"))
    half = data.with_only(cases=np.arange(len(data.cases)) % 2 == 1)
    assert result.reads.design.value == "crossed"
    assert result.data.cases == half.cases
    assert result.algorithms[0].algorithm.value == AUC.prepare(half).figures[0, 5]
    assert any("compared on the readers' 10 cases" in text for text in result.warnings)


@pytest.mark.parametrize(
    "request_",
    [
        Request(endpoint=AUC, covariance=CovarianceMethod.DELONG),
        Request(endpoint=AUC, covariance=CovarianceMethod.UNBIASED),
        Request(endpoint=AUC, covariance=CovarianceMethod.BOOTSTRAP),
        Request(endpoint=AUC, method=Method.USTAT),
        Request(endpoint=AUC),
    ],
    ids=lambda request: f"{request.method}-{request.covariance}",
)
def test_that_one_positive_case_is_refused_in_words(request_: Request) -> None:
    data = observer_data(np.random.default_rng(1).normal(size=(2, 4, 9)), np.arange(9) < 1)
    with pytest.raises(UserFacingError) as caught:
        analyse_readers(data, request_)
    assert caught.value.hint


def test_that_unbiased_covariances_are_refused_for_sampling_weights(make_study: MakeStudy) -> None:
    data = make_study()
    weighted = dataclasses.replace(data, weights=np.where(data.is_positive, 1.0, 8.0))
    for request in (
        Request(endpoint=AUC, covariance=CovarianceMethod.UNBIASED),
        Request(endpoint=AUC, method=Method.USTAT),
    ):
        with pytest.raises(UserFacingError, match="sampling weights"):
            analyse_readers(weighted, request)
    assert any("sampling weights" in t for t in analyse_readers(weighted, Request(endpoint=AUC)).warnings)


def test_that_patients_of_different_size_are_named_for_unbiased_covariances() -> None:
    rng = np.random.default_rng(2)
    data = observer_data(
        rng.normal(size=(2, 4, 12)), np.arange(12) < 6, clusters=[0, 0, 0, 1, 2, 3, 4, 4, 5, 6, 7, 8]
    )
    request = Request(endpoint=AUC, covariance=CovarianceMethod.UNBIASED)
    assert any("different numbers of cases" in text for text in analyse_readers(data, request).warnings)


def test_that_a_bootstrap_of_few_cases_says_that_it_is_too_sure(make_study: MakeStudy) -> None:
    request = Request(endpoint=AUC, covariance=CovarianceMethod.BOOTSTRAP, n_replicates=200)
    warnings = analyse_readers(make_study(), request).warnings
    assert any("too small by about 1 in 9" in text for text in warnings)
    many = make_study(n_positive=25, n_negative=25)
    assert not any("too small" in text for text in analyse_readers(many, request).warnings)


def test_that_perfect_means_get_an_exact_bound() -> None:
    truth = np.arange(20) < 8
    ratings = np.random.default_rng(3).random((2, 4, 20)) + 5.0 * truth * np.array([0, 1])[:, None, None]
    mean = analyse_readers(observer_data(ratings, truth), Request(endpoint=AUC)).analysis.means[1].estimate
    assert mean.value == 1.0
    assert mean.ci == pytest.approx((0.025 ** (1 / 8), 1.0))


def test_that_fewer_covariance_within_than_across_modalities_is_said() -> None:
    found = 0
    for seed in range(30):
        rng = np.random.default_rng(seed)
        data = observer_data(rng.normal(size=(2, 4, 24)), np.arange(24) < 12)
        result = analyse_readers(data, Request(endpoint=AUC))
        parts = result.analysis.components
        is_less = (parts.cov2 or 0.0) < (parts.cov3 or 0.0)
        assert is_less == any("Cov2 < Cov3" in text for text in result.warnings)
        found += is_less
    assert 0 < found < 30


def test_that_blocks_of_weights_are_the_weights() -> None:
    strata = np.repeat([0, 1], [7, 5])
    whole = case_weights(strata, n_replicates=600, seed=9)
    assert np.array_equal(np.concatenate(list(weight_blocks(strata, n_replicates=600, seed=9))), whole)
    assert np.array_equal(case_weights(strata, n_replicates=300, seed=9)[:256], whole[:256])
