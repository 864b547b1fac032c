"""What must hold for every endpoint: weights count cases, and leaving out is recomputing without.

Fitted curves have tests of their own: what is exact here is exact there up to where a search stops.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from realfm_gui.analysis.endpoints.by_name import ENDPOINT_NAMES, endpoint_from_name
from realfm_gui.analysis.mrmc.observer_data import ObserverData
from realfm_gui.domain.errors import UserFacingError

Study = Callable[..., ObserverData]

OPTIONS: dict[str, list[dict[str, Any]]] = {
    "sensitivity": [{"threshold": 3}],
    "specificity": [{"threshold": 3}],
    "accuracy": [{"threshold": 3}],
    "balanced-accuracy": [{"threshold": 3}],
    "youden": [{"threshold": 3}],
    "ppv": [{"threshold": 4, "prevalence": 0.1}],
    "npv": [{"threshold": 3, "prevalence": 0.1}],
    "net-benefit": [{"threshold": 3, "threshold_probability": 0.2, "prevalence": 0.3}],
    "pauc": [
        {"low": 0.1, "high": 0.4},
        {"high": 0.3, "scale": "mcclish"},
        {"low": 0.6, "high": 1.0, "axis": "tpf", "scale": "width"},
    ],
    "sens-at-spec": [{"specificity": 0.7}],
    "spec-at-sens": [{"sensitivity": 0.75}],
    "expected-utility": [{"slope": 1.3}],
    "llf": [{"false_marks": 0.4}],
    "alroc": [{}, {"fpf": 0.4}],
    "pcl": [{"fpf": 0.3}],
}
ONE_MARK = {"alroc", "pcl"}
MARKS = {name for name in ENDPOINT_NAMES if name.startswith(("afroc", "wafroc", "hr-", "max-", "llf"))}
FITS = {"binormal-auc", "proper-auc", "contaminated-auc"}
EVERY = [
    pytest.param(name, options, id=f"{name}-{number}")
    for name in ENDPOINT_NAMES
    if name not in FITS
    for number, options in enumerate(OPTIONS.get(name, [{}]))
]
COMPLICATIONS = {
    "plain": {},
    "missing": {"missing": 0.15},
    "patients": {"patients": 9},
    "weighted": {"is_weighted": True},
    "everything": {"missing": 0.15, "patients": 13, "is_weighted": True},
}


@pytest.fixture
def study(rated: Study, marked: Study) -> Callable[..., ObserverData]:
    def make(name: str, **complications: Any) -> ObserverData:
        if name in ONE_MARK:
            return marked(one_mark=True, **complications)
        return (marked if name in MARKS else rated)(**complications)

    return make


@pytest.mark.parametrize("complication", COMPLICATIONS)
@pytest.mark.parametrize(("name", "options"), EVERY)
def test_that_leaving_a_patient_out_is_recomputing_without_it(
    name: str, options: dict[str, Any], complication: str, study: Study
) -> None:
    endpoint = endpoint_from_name(name, **options)
    data = study(name, **COMPLICATIONS[complication])
    left_out = endpoint.prepare(data).leave_one_out()
    for unit in range(data.clusters.max() + 1):
        without = endpoint.prepare(data.with_only(cases=data.clusters != unit)).figures
        np.testing.assert_allclose(left_out[:, :, unit], without, rtol=0, atol=1e-12)


@pytest.mark.parametrize("missing", [0.0, 0.15])
@pytest.mark.parametrize(("name", "options"), EVERY)
def test_that_a_weight_of_three_is_three_such_patients(
    name: str, options: dict[str, Any], missing: float, study: Study, repeated: Study
) -> None:
    endpoint = endpoint_from_name(name, **options)
    data = study(name, missing=missing)
    weights = np.random.default_rng(5).integers(0, 4, (3, len(data.cases)))
    figures = endpoint.prepare(data).weighted(weights.astype(float))
    for row, counts in zip(figures, weights, strict=True):
        expected = endpoint.prepare(repeated(data, counts)).figures
        np.testing.assert_allclose(row, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("name", "options"), EVERY)
def test_that_a_case_that_stands_for_three_counts_as_three(
    name: str, options: dict[str, Any], study: Study, repeated: Study
) -> None:
    endpoint = endpoint_from_name(name, **options)
    data = study(name, missing=0.1)
    counts = np.random.default_rng(6).integers(1, 4, len(data.cases))
    expected = endpoint.prepare(repeated(data, counts)).figures
    data.weights[:] = counts
    np.testing.assert_allclose(endpoint.prepare(data).figures, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("name", "options"), EVERY)
def test_that_weights_of_one_give_the_figures_and_any_common_factor_does(
    name: str, options: dict[str, Any], study: Study
) -> None:
    sample = endpoint_from_name(name, **options).prepare(study(name, missing=0.1, is_weighted=True))
    factors = np.array([[1.0], [0.125], [7.0]]) * np.ones(sample.n_units)
    for figures in sample.weighted(factors):
        np.testing.assert_allclose(figures, sample.figures, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("name", "options"), EVERY)
def test_that_the_order_of_the_cases_does_not_matter(
    name: str, options: dict[str, Any], study: Study, repeated: Study
) -> None:
    endpoint = endpoint_from_name(name, **options)
    data = repeated(study(name, missing=0.1), np.ones(len(study(name).cases), dtype=np.int64))
    order = np.random.default_rng(2).permutation(len(data.cases))
    shuffled = data.with_only(cases=None)
    marks = data.marks
    if marks is not None:
        place = np.argsort(order)
        marks = type(marks)(
            modality=marks.modality,
            reader=marks.reader,
            case=place[marks.case],
            lesion=marks.lesion,
            rating=marks.rating,
            lesion_weights=marks.lesion_weights[order],
        )
    shuffled = ObserverData(
        modalities=data.modalities,
        readers=data.readers,
        cases=tuple(data.cases[case] for case in order),
        is_positive=data.is_positive[order],
        ratings=data.ratings[:, :, order],
        clusters=data.clusters,
        weights=data.weights,
        marks=marks,
    )
    expected = endpoint.prepare(data).figures
    np.testing.assert_allclose(endpoint.prepare(shuffled).figures, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("name", "options"), EVERY)
def test_that_figures_lie_within_their_limits(name: str, options: dict[str, Any], study: Study) -> None:
    endpoint = endpoint_from_name(name, **options)
    low, high = endpoint.limits
    for seed in range(4):
        figures = endpoint.prepare(study(name, seed=seed)).figures
        assert (figures >= low - 1e-12).all()
        assert (figures <= high + 1e-12).all()


@pytest.mark.parametrize(("name", "options"), EVERY)
def test_that_an_observer_who_read_no_case_of_a_class_gives_nan_and_no_other_does(
    name: str, options: dict[str, Any], study: Study
) -> None:
    data = study(name)
    needs_positives = name not in {"specificity", "accuracy", "hr-sp", "max-nlf", "max-nlf-all-cases"}
    unread = data.is_positive if needs_positives else np.ones_like(data.is_positive)
    data.ratings[0, 1, unread] = np.nan
    sample = endpoint_from_name(name, **options).prepare(data)
    expected = np.array([[False, True], [False, False]])
    assert (np.isnan(sample.figures) == expected).all()
    replicates = sample.weighted(np.ones((2, sample.n_units)))
    assert (np.isnan(replicates) == expected).all()
    assert np.isnan(sample.leave_one_out()[0, 1]).all()


@pytest.mark.parametrize(("name", "options"), EVERY)
def test_that_a_replicate_without_the_cases_it_needs_is_nan(
    name: str, options: dict[str, Any], study: Study
) -> None:
    data = study(name)
    sample = endpoint_from_name(name, **options).prepare(data)
    figures = sample.weighted(np.zeros((1, sample.n_units)))
    assert np.isnan(figures).all()


@pytest.mark.parametrize(("name", "options"), EVERY)
def test_that_a_study_of_one_class_is_refused_in_words_where_two_are_needed(
    name: str, options: dict[str, Any], study: Study
) -> None:
    data = study(name)
    endpoint = endpoint_from_name(name, **options)
    one_sided = {
        "sensitivity": "positive",
        "hr-se": "positive",
        "max-llf": "positive",
        "llf": "positive",
        "afroc1": "positive",
        "wafroc1": "positive",
        "specificity": "negative",
        "hr-sp": "negative",
        "max-nlf": "negative",
        "accuracy": "",
        "max-nlf-all-cases": "",
    }
    for kept, missing in ((data.is_positive, "negative"), (~data.is_positive, "positive")):
        part = data.with_only(cases=kept)
        if one_sided.get(name, missing) == missing:
            with pytest.raises(UserFacingError, match=f"no {missing} case") as refusal:
                endpoint.prepare(part)
            assert refusal.value.hint
        else:
            assert np.isfinite(endpoint.prepare(part).figures).all()


@pytest.mark.parametrize("name", sorted(MARKS | ONE_MARK))
def test_that_localisation_without_marks_is_refused_in_words(name: str, rated: Study) -> None:
    endpoint = endpoint_from_name(name, **OPTIONS.get(name, [{}])[0])
    with pytest.raises(UserFacingError, match="needs marks") as refusal:
        endpoint.prepare(rated())
    assert "--truth" in refusal.value.hint
