"""Endpoints of ROC curves against what MRMCaov 0.3.0 prints, and the two places where its number is wrong."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from realfm_gui.analysis.auc import jackknife_covariance, roc_curve
from realfm_gui.analysis.endpoints.curve_endpoints import (
    AreaScale,
    CurveAxis,
    ExpectedUtility,
    PartialAuc,
    SensitivityAtSpecificity,
    SpecificityAtSensitivity,
)
from realfm_gui.analysis.endpoints.fitted_auc import FittedAuc
from realfm_gui.analysis.mrmc.case_sample import FigureOfMerit
from realfm_gui.analysis.mrmc.endpoint import Endpoint
from realfm_gui.analysis.mrmc.observer_data import ObserverData, observer_data
from realfm_gui.analysis.mrmc.roc_endpoints import CustomEndpoint
from realfm_gui.analysis.roc_fits.curve_family import RocModel

PARTIAL_SPECIFICITY = 'empirical_auc(truth, rating, partial = "specificity", min = 0.7,     max = 1)'
PARTIAL_SENSITIVITY = 'empirical_auc(truth, rating, partial = "sensitivity", min = 0.7,     max = 1)'
SPECIFICITY = "empirical_spec(truth, rating, sens = 0.8)"
NORMALISED = 'empirical_auc(truth, rating, partial = "specificity", min = 0.7,     max = 1, normalize = TRUE)'
ENDPOINTS: dict[str, Endpoint] = {
    PARTIAL_SPECIFICITY: PartialAuc(low=0.0, high=0.3),
    NORMALISED: PartialAuc(low=0.0, high=0.3, scale=AreaScale.WIDTH),
    "empirical_sens(truth, rating, spec = 0.8)": SensitivityAtSpecificity(specificity=0.8),
    "empirical_eu(truth, rating, slope = 1)": ExpectedUtility(slope=1.0),
}
FITTED: dict[str, Endpoint] = {
    "binormal_auc(truth, rating)": FittedAuc(model=RocModel.BINORMAL),
    "binormalLR_auc(truth, rating)": FittedAuc(model=RocModel.PROPER),
}
NOT_COVERED = {
    "binormal_sens(truth, rating, spec = 0.8)": "a point of a fitted curve: only areas of fits are endpoints",
}
WRONG_IN_THE_PEER = {
    PARTIAL_SENSITIVITY: "where a reader reaches sensitivity 1 early",
    SPECIFICITY: "where the curve has a horizontal step",
}
OF_SENSITIVITIES = PartialAuc(low=0.7, high=1.0, axis=CurveAxis.TRUE_POSITIVE_FRACTION)


def rated_study(shared: Path, name: str) -> ObserverData:
    path = shared / "reference" / "mrmc" / "data" / f"mrmcaov_{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    modalities, readers = (sorted({row[column] for row in rows}) for column in ("treatment", "reader"))
    truth = {row["case"]: row["truth"] == "1" for row in rows}
    cases = list(truth)
    ratings = np.full((len(modalities), len(readers), len(cases)), np.nan)
    for row in rows:
        place = modalities.index(row["treatment"]), readers.index(row["reader"]), cases.index(row["case"])
        ratings[place] = float(row["rating"])
    return observer_data(ratings, np.array(list(truth.values())))


def printed(shared: Path) -> dict[str, Any]:
    path = shared / "reference" / "mrmc" / "expected" / "mrmcaov_other_metrics.json"
    results: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["results"]
    return results


def printed_figures(entry: dict[str, Any], call: str) -> np.ndarray:
    metric = call.split("(")[0]
    return np.array([row[metric] for row in entry["reader_metrics"]])


def test_that_every_metric_of_the_peer_is_covered_or_has_a_reason(shared: Path) -> None:
    calls = {key.split("|", 1)[1] for key in printed(shared)}
    assert calls == {*ENDPOINTS, *FITTED, *WRONG_IN_THE_PEER, *NOT_COVERED}


@pytest.mark.parametrize("call", ENDPOINTS)
@pytest.mark.parametrize("name", ["VanDyke", "Franken"])
def test_figures_and_jackknife_covariances_against_reference(shared: Path, name: str, call: str) -> None:
    sample = ENDPOINTS[call].prepare(rated_study(shared, name))
    entry = printed(shared)[f"{name}|{call}"]
    np.testing.assert_allclose(sample.figures.ravel(), printed_figures(entry, call), rtol=0, atol=1e-10)
    covariance = jackknife_covariance(sample.leave_one_out().reshape(sample.figures.size, -1))
    np.testing.assert_allclose(covariance, np.array(entry["cov_matrix"]), rtol=0, atol=1e-10)


@pytest.mark.parametrize("call", FITTED)
@pytest.mark.parametrize("name", ["VanDyke", "Franken"])
def test_areas_and_jackknife_covariances_of_fits_against_reference(
    shared: Path, name: str, call: str
) -> None:
    sample = FITTED[call].prepare(rated_study(shared, name))
    entry = printed(shared)[f"{name}|{call}"]
    # The peer stops its search early: its areas hold about six digits.
    np.testing.assert_allclose(sample.figures.ravel(), printed_figures(entry, call), rtol=0, atol=1e-5)
    covariance = jackknife_covariance(sample.leave_one_out().reshape(sample.figures.size, -1))
    np.testing.assert_allclose(covariance, np.array(entry["cov_matrix"]), rtol=0, atol=1e-5)


def far_end_of_steps(ratings: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return each sensitivity of the curve and the largest false-positive fraction there.

    The peer looks sensitivities up among these points: at a horizontal step it takes the far end, and so
    interpolates along a chord that lies to the right of the curve.
    """
    curve = roc_curve(ratings, truth)
    sensitivities = np.unique(curve.true_positive_fractions)
    at = np.searchsorted(curve.true_positive_fractions, sensitivities, side="right") - 1
    return sensitivities, curve.false_positive_fractions[at]


def area_with_chord(truth: np.ndarray, ratings: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The peer's area over sensitivities .7 to 1: the chord at the end, the curve itself before it."""
    areas = []
    for kept in weights > 0:
        curve = roc_curve(ratings[kept], truth[kept])
        x, y = curve.false_positive_fractions, curve.true_positive_fractions
        inner = (y > 0.7) & (y < 1)
        ends = np.interp([0.7, 1.0], *far_end_of_steps(ratings[kept], truth[kept]))
        across = np.concatenate([ends[:1], x[inner], ends[1:]])
        areas.append(np.trapezoid(1 - across, np.concatenate([[0.7], y[inner], [1.0]])))
    return np.array(areas)


def specificity_on_chord(truth: np.ndarray, ratings: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The peer's specificity at sensitivity .8."""
    return np.array(
        [1 - np.interp(0.8, *far_end_of_steps(ratings[kept], truth[kept])) for kept in weights > 0]
    )


@pytest.mark.parametrize(
    ("call", "on_chord"), [(PARTIAL_SENSITIVITY, area_with_chord), (SPECIFICITY, specificity_on_chord)]
)
@pytest.mark.parametrize("name", ["VanDyke", "Franken"])
def test_that_a_chord_over_horizontal_steps_explains_the_peers_numbers(
    shared: Path, name: str, call: str, on_chord: FigureOfMerit
) -> None:
    data = rated_study(shared, name)
    entry = printed(shared)[f"{name}|{call}"]
    peer = CustomEndpoint(name="peer", label="peer", figure_of_merit=on_chord).prepare(data)
    expected = printed_figures(entry, call)
    np.testing.assert_allclose(peer.figures.ravel(), expected, rtol=0, atol=1e-10)
    covariance = jackknife_covariance(peer.leave_one_out().reshape(expected.size, -1))
    np.testing.assert_allclose(covariance, np.array(entry["cov_matrix"]), rtol=0, atol=1e-10)


@pytest.mark.parametrize("name", ["VanDyke", "Franken"])
def test_that_areas_over_sensitivities_match_unless_sensitivity_1_is_reached_early(
    shared: Path, name: str
) -> None:
    data = rated_study(shared, name)
    expected = printed_figures(printed(shared)[f"{name}|{PARTIAL_SENSITIVITY}"], PARTIAL_SENSITIVITY)
    ours = OF_SENSITIVITIES.prepare(data).figures.ravel()
    ratings = data.ratings.reshape(expected.size, -1)
    is_early = np.array(
        [roc_curve(row, data.is_positive).true_positive_fractions[-2] == 1 for row in ratings]
    )
    np.testing.assert_allclose(ours[~is_early], expected[~is_early], rtol=0, atol=1e-10)
    assert (ours[is_early] > expected[is_early] + 1e-3).all()
    assert is_early.sum() == (3 if name == "VanDyke" else 0)


@pytest.mark.parametrize("name", ["VanDyke", "Franken"])
def test_that_specificities_match_where_the_chord_does_not_matter(shared: Path, name: str) -> None:
    sample = SpecificityAtSensitivity(sensitivity=0.8).prepare(rated_study(shared, name))
    entry = printed(shared)[f"{name}|{SPECIFICITY}"]
    np.testing.assert_allclose(
        sample.figures.ravel(), printed_figures(entry, SPECIFICITY), rtol=0, atol=1e-10
    )
    covariance = jackknife_covariance(sample.leave_one_out().reshape(sample.figures.size, -1))
    differs = ~np.isclose(covariance, np.array(entry["cov_matrix"]), rtol=0, atol=1e-10)
    # One reader of VanDyke has a single positive at rating 3: without it the curve gets a horizontal step.
    assert set(np.flatnonzero(differs.diagonal())) == ({2} if name == "VanDyke" else set())
    assert not np.delete(np.delete(differs, 2, axis=0), 2, axis=1).any()


def test_that_the_area_over_all_sensitivities_is_the_auc_where_the_peer_would_lose_some(shared: Path) -> None:
    data = rated_study(shared, "VanDyke")
    everything = PartialAuc(low=0.0, high=1.0, axis=CurveAxis.TRUE_POSITIVE_FRACTION).prepare(data)
    assert everything.figures[1, 3] == pytest.approx(0.99935588, abs=1e-8)  # sensitivity 1 at 4 of 69
