"""Our numbers beside those that the programs of the field print for published reader studies."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from realfm_gui.analysis.crossed_mean_squares import crossed_mean
from realfm_gui.analysis.estimate import Estimate
from realfm_gui.analysis.model_against_readers import compare_model_with_readers
from realfm_gui.analysis.two_modalities import ModalityComparison, compare_two_modalities

TOLERANCE = 1e-8
NAMES = {"VanDyke": "mrmcaov_VanDyke", "Franken": "mrmcaov_Franken"}
DESIGNS = {"RRRC": "rrrc", "FRRC": "frrc", "RRFC": "rrfc"}


def _crossed(path: Path, arm_column: str) -> tuple[np.ndarray, np.ndarray]:
    """Return ratings (arms, readers, cases) and truth (cases,)."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    axes = [sorted({row[column] for row in rows}, key=int) for column in (arm_column, "reader", "case")]
    scores = np.full([len(axis) for axis in axes], np.nan)
    truth = np.zeros(len(axes[2]), dtype=bool)
    for row in rows:
        place = tuple(
            axis.index(row[column]) for axis, column in zip(axes, (arm_column, "reader", "case"), strict=True)
        )
        scores[place] = float(row["rating"])
        truth[place[2]] = row["truth"] == "1"
    assert np.isfinite(scores).all()
    return scores, truth


def _study(shared: Path, name: str) -> tuple[np.ndarray, np.ndarray]:
    return _crossed(shared / "reference" / "mrmc" / "data" / f"{NAMES[name]}.csv", "treatment")


def _expected(shared: Path, file: str) -> dict[str, Any]:
    path = shared / "reference" / "mrmc" / "expected" / f"{file}.json"
    results: dict[str, Any] = json.loads(path.read_text())["results"]
    return results


def _assert_same(ours: Estimate, theirs: dict[str, Any], *, sign: float = 1.0) -> None:
    assert ours.ci is not None
    assert ours.value == pytest.approx(sign * theirs["Estimate"], abs=TOLERANCE)
    assert ours.se == pytest.approx(theirs["StdErr"], abs=TOLERANCE)
    if theirs.get("df") is None:
        assert ours.df is None
    else:
        assert ours.df == pytest.approx(theirs["df"], rel=TOLERANCE)
    if "p-value" in theirs:
        assert ours.p == pytest.approx(theirs["p-value"], abs=TOLERANCE)
    bounds = sorted(sign * theirs[key] for key in ("CI.Lower", "CI.Upper"))
    assert ours.ci == pytest.approx(bounds, abs=TOLERANCE)


@pytest.mark.parametrize("study", NAMES)
@pytest.mark.parametrize("design", DESIGNS)
def test_obuchowski_rockette_against_mrmcaov(shared: Path, study: str, design: str) -> None:
    scores, truth = _study(shared, study)
    comparison = compare_two_modalities(scores, truth, inference=DESIGNS[design])
    reference = _expected(shared, NAMES[study])[f"empirical_auc|jackknife|{design}"]
    _assert_same(comparison.difference, reference["test_diffs"][0], sign=-1.0)  # ours is second minus first
    for ours, theirs in zip(comparison.means, reference["test_means"], strict=True):
        _assert_same(ours, theirs)
    aucs = [row["empirical_auc"] for row in reference["reader_metrics"]]
    assert comparison.auc.ravel() == pytest.approx(aucs, abs=1e-12)


@pytest.mark.parametrize("study", NAMES)
def test_variance_components_and_covariances_against_mrmcaov(shared: Path, study: str) -> None:
    comparison = compare_two_modalities(*_study(shared, study))
    reference = _expected(shared, NAMES[study])["empirical_auc|jackknife|RRRC"]
    rows = {row["row"]: row["Estimate"] for row in reference["vcov_comps"]}
    parts = comparison.components
    for ours, name in (
        (parts.error, "Error"),
        (parts.cov1, "Cov1"),
        (parts.cov2, "Cov2"),
        (parts.cov3, "Cov3"),
    ):
        assert ours == pytest.approx(rows[name], abs=1e-12)
    test = reference["test_equality"][0]
    assert parts.ms_modality == pytest.approx(test["MS(T)"], abs=1e-12)
    assert parts.ms_modality_reader == pytest.approx(test["MS(T:R)"], abs=1e-12)
    assert comparison.reader_covariance == pytest.approx(np.array(reference["cov_matrix"]), abs=1e-12)


@pytest.mark.parametrize("study", NAMES)
def test_every_readers_change_against_mrmcaov(shared: Path, study: str) -> None:
    comparison = compare_two_modalities(*_study(shared, study))
    reference = _expected(shared, NAMES[study])["empirical_auc|jackknife|FRRC"]
    for ours, theirs in zip(comparison.reader_differences, reference["reader_test_diffs"], strict=True):
        _assert_same(ours, theirs, sign=-1.0)


@pytest.mark.parametrize("reader", range(5))
def test_a_single_reader_against_mrmcaov(shared: Path, reader: int) -> None:
    scores, truth = _study(shared, "VanDyke")
    comparison: ModalityComparison = compare_two_modalities(scores[:, [reader]], truth)
    reference = _expected(shared, "mrmcaov_single_reader")[f"srmc|{reader + 1}|jackknife"]
    _assert_same(comparison.difference, reference["test_diffs"][0], sign=-1.0)


@pytest.mark.parametrize(("metric", "is_sensitivity"), [("binary_sens", True), ("binary_spec", False)])
def test_crossed_mean_squares_against_mrmcaov(shared: Path, metric: str, is_sensitivity: bool) -> None:
    """For sensitivity and specificity the mean squares are the Obuchowski-Rockette jackknife analysis."""
    scores, truth = _study(shared, "VanDyke")
    cases = truth if is_sensitivity else ~truth
    is_right = ((scores >= 3) == is_sensitivity).astype(float)[..., cases]
    reference = _expected(shared, "mrmcaov_VanDyke")[f"{metric}|jackknife|RRRC"]
    _assert_same(crossed_mean(is_right[1] - is_right[0], alpha=0.05), reference["test_diffs"][0], sign=-1.0)
    for arm, theirs in zip(is_right, reference["test_means"], strict=True):
        _assert_same(crossed_mean(arm, alpha=0.05, reach=(0.0, 1.0), is_level=True), theirs)


def test_one_algorithm_against_readers_against_rjafroc(shared: Path) -> None:
    scores, truth = _crossed(shared / "reference" / "mrmc" / "data" / "rjafroc_dataset09_roc.csv", "modality")
    algorithm, readers = scores[0, 0], scores[0, 1:]
    comparison = compare_model_with_readers(readers, algorithm, truth)
    theirs = _expected(shared, "rjafroc_cad_vs_rad")["dataset09|Wilcoxon|1T-RRRC"]["output"]
    ours = comparison.difference
    assert ours.ci is not None
    assert comparison.algorithm_auc == pytest.approx(theirs["fomCAD"], abs=1e-12)
    assert comparison.reader_aucs == pytest.approx(theirs["fomRAD"], abs=1e-12)
    # RJafroc gives readers minus algorithm.
    assert ours.value == pytest.approx(-theirs["avgDiffFom"], abs=1e-12)
    assert ours.statistic == pytest.approx(-theirs["Tstat"], abs=TOLERANCE)
    assert ours.df == pytest.approx(theirs["df"], rel=TOLERANCE)
    assert ours.p == pytest.approx(theirs["pval"], abs=TOLERANCE)
    assert ours.ci == pytest.approx([-bound for bound in reversed(theirs["CIAvgDiffFom"])], abs=TOLERANCE)
    assert comparison.error_variance == pytest.approx(theirs["varError"], abs=1e-12)
    assert comparison.cov2 == pytest.approx(theirs["cov2"], abs=1e-12)
    # Non-inferiority at .05: published as t = .5713884, one-sided p = .2839413; the algorithm beats 1 of 9.
    assert comparison.noninferiority_statistic == pytest.approx(0.5713884, abs=1e-7)
    assert comparison.noninferiority_p == pytest.approx(0.2839413, abs=1e-7)
    assert comparison.readers_outperformed == 1


def test_noninferiority_of_the_second_modality_against_the_definitions(shared: Path) -> None:
    difference = compare_two_modalities(*_study(shared, "VanDyke"), alpha=0.10).difference
    assert difference.value is not None
    assert difference.se is not None
    assert (difference.value + 0.05) / difference.se == pytest.approx(4.5207985, abs=1e-7)
    assert difference.ci == pytest.approx((0.0074676, 0.0801331), abs=1e-7)
