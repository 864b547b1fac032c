import json

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.protocol import OperatingPoint
from realfm_gui.models.head import (
    FindingHead,
    Head,
    fit_finding,
    platt_calibration,
    rank_auc,
    read_head,
)
from realfm_gui.models.logistic import sigmoid

YOUDEN = OperatingPoint()


def development_set(
    cases: int = 120, features: int = 12, seed: int = 5
) -> tuple[NDArray[np.float64], NDArray[np.bool_], list[str]]:
    rng = np.random.default_rng(seed)
    y = rng.random(cases) < 0.4
    x = rng.normal(size=(cases, features)) * np.linspace(0.01, 50, features) + 7
    x[:, 3] += 1.2 * 50 / features * 3 * y
    return x, y, [f"p{i // 2}" for i in range(cases)]


def fitted() -> FindingHead:
    x, y, patients = development_set()
    return fit_finding(x, y, patients, finding="nodule", rule=YOUDEN, seed=1)


def a_head(part: FindingHead) -> Head:
    return Head(
        model="m",
        model_version="1",
        weights_sha256="",
        input_size=16,
        preprocessing="p",
        features=len(part.weights),
        seed=1,
        findings=(part,),
    )


def test_that_the_final_weights_agree_against_reference() -> None:
    x, y, _ = development_set()
    head = fitted()
    reference = make_pipeline(StandardScaler(), LogisticRegression(C=1 / head.penalty, tol=1e-10)).fit(x, y)
    np.testing.assert_allclose(head.logits(x), reference.decision_function(x), atol=1e-4)


def test_that_pure_noise_gets_an_out_of_fold_auc_near_chance() -> None:
    # In-sample, 200 features tell 80 cases apart without a mistake.
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(80, 200)), np.arange(80) % 2 == 0
    head = fit_finding(x, y, [str(i) for i in range(80)], finding="f", rule=YOUDEN, seed=1)
    assert 0.3 < head.oof_auc < 0.7


def test_that_images_of_one_patient_do_not_leak_between_folds() -> None:
    # Each patient has a signature that tells nothing of other patients, and five near-identical images.
    rng = np.random.default_rng(9)
    signatures = rng.normal(size=(40, 60))
    x = np.repeat(signatures, 5, axis=0) + 0.01 * rng.normal(size=(200, 60))
    y = np.repeat(np.arange(40) % 2 == 0, 5)
    patients = [f"p{i}" for i in range(40) for _ in range(5)]
    grouped = fit_finding(x, y, patients, finding="f", rule=YOUDEN, seed=1)
    as_if_independent = fit_finding(x, y, [str(i) for i in range(200)], finding="f", rule=YOUDEN, seed=1)
    assert grouped.oof_auc < 0.75
    assert as_if_independent.oof_auc > 0.95


def test_that_the_head_is_invariant_to_the_order_of_the_cases() -> None:
    x, y, patients = development_set()
    order = np.random.default_rng(0).permutation(len(y))
    one = fit_finding(x, y, patients, finding="f", rule=YOUDEN, seed=1)
    two = fit_finding(x[order], y[order], [patients[i] for i in order], finding="f", rule=YOUDEN, seed=1)
    assert two.penalty == one.penalty
    np.testing.assert_allclose(two.weights, one.weights, rtol=1e-3, atol=1e-6)
    assert two.oof_auc == pytest.approx(one.oof_auc, abs=1e-3)


def test_that_the_same_input_gives_the_same_bytes() -> None:
    assert a_head(fitted()).to_bytes() == a_head(fitted()).to_bytes()


def test_that_platt_calibration_finds_the_true_slope_and_offset_against_theory() -> None:
    rng = np.random.default_rng(11)
    scores = rng.normal(size=40_000) * 3
    y = rng.random(40_000) < sigmoid(0.7 * scores - 1.1)
    slope, offset = platt_calibration(scores, y)
    assert slope == pytest.approx(0.7, abs=0.02)
    assert offset == pytest.approx(-1.1, abs=0.05)


def test_that_calibrated_probabilities_average_to_the_prevalence() -> None:
    x, y, _ = development_set()
    head = fitted()
    mean = np.mean([head.probability(float(s)) for s in head.logits(x)])
    assert mean == pytest.approx(head.prevalence, abs=0.06)
    assert head.prevalence == pytest.approx(y.mean())


def test_that_separable_scores_keep_finite_calibration() -> None:
    scores = np.r_[np.full(10, -400.0), np.full(10, 400.0)]
    slope, offset = platt_calibration(scores, np.arange(20) >= 10)
    assert np.isfinite([slope, offset]).all()
    assert sigmoid(np.array([slope * 400 + offset]))[0] == pytest.approx(11 / 12, abs=1e-4)


def test_that_calibration_never_turns_the_order_round() -> None:
    scores = np.arange(20.0)
    slope, offset = platt_calibration(scores, scores < 10)
    assert slope == 0
    assert sigmoid(np.array([offset]))[0] == pytest.approx(0.5)


def test_that_the_auc_agrees_against_reference_with_ties() -> None:
    rng = np.random.default_rng(12)
    y = rng.random(200) < 0.3
    scores = np.round(rng.normal(size=200) + y, 1)
    assert rank_auc(scores, y) == pytest.approx(roc_auc_score(y, scores))


def test_that_a_head_survives_its_file() -> None:
    head = a_head(fitted())
    assert read_head(head.to_bytes()) == head


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda content: content[:-200], "damaged"),
        (lambda content: b"\x00\xff", "damaged"),
        (lambda content: b"[1]", "not a fitted head"),
        (lambda content: json.dumps({**json.loads(content), "version": 3}).encode(), "newer"),
        (lambda content: json.dumps({**json.loads(content), "seed": "x"}).encode(), "seed"),
        (lambda content: json.dumps({**json.loads(content), "features": 3}).encode(), "weights are missing"),
        (lambda content: content.replace(b'"bias": ', b'"bias": NaN, "_": '), "bias"),
    ],
)
def test_that_an_unusable_head_is_refused_in_words(damage: object, words: str) -> None:
    content = a_head(fitted()).to_bytes()
    with pytest.raises(UserFacingError, match=words):
        read_head(damage(content))  # type: ignore[operator]


def test_that_one_class_is_refused_by_name() -> None:
    x, y, patients = development_set()
    with pytest.raises(UserFacingError, match="without 'nodule'"):
        fit_finding(x, np.zeros_like(y), patients, finding="nodule", rule=YOUDEN, seed=1)


def test_that_too_few_patients_are_refused_even_with_many_images() -> None:
    x, _, _ = development_set()
    patients = ["a"] * 60 + [f"p{i}" for i in range(60)]
    with pytest.raises(UserFacingError, match="1 development patients with and 60 without"):
        fit_finding(x, np.arange(120) < 60, patients, finding="nodule", rule=YOUDEN, seed=1)


def test_that_no_labelled_case_is_refused() -> None:
    with pytest.raises(UserFacingError, match="No development case"):
        fit_finding(np.empty((0, 4)), [], [], finding="nodule", rule=YOUDEN, seed=1)


def test_that_features_that_are_not_finite_are_refused() -> None:
    x, y, patients = development_set()
    x[4, 2] = np.nan
    with pytest.raises(UserFacingError, match="1 of 120"):
        fit_finding(x, y, patients, finding="nodule", rule=YOUDEN, seed=1)


def test_that_a_head_of_the_first_version_is_still_read_and_gives_no_interval() -> None:
    table = json.loads(a_head(fitted()).to_bytes())
    table["version"] = 1
    del table["findings"][0]["calibration_covariance"]
    [part] = read_head(json.dumps(table).encode()).findings
    assert part.interval(0.0) is None


def test_that_the_interval_of_a_head_holds_its_probability_anywhere() -> None:
    part = fitted()
    for score in (-1e4, -3.0, 0.0, 2.5, 1e4):
        interval = part.interval(score)
        assert interval is not None
        assert interval.low <= part.probability(score) <= interval.high
        assert interval.level == 0.95
