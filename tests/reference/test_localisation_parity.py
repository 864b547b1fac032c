"""Free-response endpoints against what RJafroc 2.1.3 prints, to the last digits it has."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from realfm_gui.analysis.auc import jackknife_covariance
from realfm_gui.analysis.endpoints.free_response import FreeResponseArea, HighestRatingAuc
from realfm_gui.analysis.endpoints.mark_fractions import (
    LesionLocalisationFraction,
    MarkedCases,
    NonLesionLocalisationFraction,
)
from realfm_gui.analysis.mrmc.endpoint import Endpoint
from realfm_gui.analysis.mrmc.observer_data import NO_LESION, Marks, ObserverData, observer_data

ENDPOINTS: dict[str, Endpoint] = {
    "wAFROC": FreeResponseArea(weighs_lesions=True, uses_all_cases=False),
    "AFROC": FreeResponseArea(weighs_lesions=False, uses_all_cases=False),
    "wAFROC1": FreeResponseArea(weighs_lesions=True, uses_all_cases=True),
    "AFROC1": FreeResponseArea(weighs_lesions=False, uses_all_cases=True),
    "HrAuc": HighestRatingAuc(),
    "HrSe": MarkedCases(of_positives=True),
    "HrSp": MarkedCases(of_positives=False),
    "MaxLLF": LesionLocalisationFraction(),
    "MaxNLF": NonLesionLocalisationFraction(uses_all_cases=False),
    "MaxNLFAllCases": NonLesionLocalisationFraction(uses_all_cases=True),
}
DATASETS = ("dataset01", "dataset04")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def free_response_study(shared: Path, name: str) -> ObserverData:
    """Every case was read by every reader; a truth weight of 0 stands for equal weights."""
    folder = shared / "reference" / "mrmc" / "data"
    truth, marks = (
        rows_of(folder / f"rjafroc_{name}_truth.csv"),
        rows_of(folder / f"rjafroc_{name}_marks.csv"),
    )
    cases = list(dict.fromkeys(row["case"] for row in truth))
    modalities = list(dict.fromkeys(row["modality"] for row in marks))
    readers = list(dict.fromkeys(row["reader"] for row in marks))
    weights: dict[str, list[float]] = {case: [] for case in cases}
    for row in truth:
        if row["truth"] == "1":
            weights[row["case"]].append(float(row["weight"]))
    lesion_weights = np.full((len(cases), max(map(len, weights.values()))), np.nan)
    for case, of_lesions in enumerate(weights.values()):
        if of_lesions:
            lesion_weights[case, : len(of_lesions)] = (
                np.array(of_lesions) if sum(of_lesions) else 1 / len(of_lesions)
            )
    columns = {
        "modality": np.array([modalities.index(row["modality"]) for row in marks]),
        "reader": np.array([readers.index(row["reader"]) for row in marks]),
        "case": np.array([cases.index(row["case"]) for row in marks]),
    }
    rating = np.array([float(row["rating"]) for row in marks])
    ratings = np.full((len(modalities), len(readers), len(cases)), -np.inf)
    np.maximum.at(ratings, tuple(columns.values()), rating)
    return observer_data(
        ratings,
        np.array([bool(of_lesions) for of_lesions in weights.values()]),
        modalities=modalities,
        readers=readers,
        cases=cases,
        marks=Marks(
            **columns,
            lesion=np.array(
                [int(row["lesion_id"]) - 1 if row["mark"] == "LL" else NO_LESION for row in marks]
            ),
            rating=rating,
            lesion_weights=lesion_weights,
        ),
    )


def printed(shared: Path, name: str) -> dict[str, Any]:
    path = shared / "reference" / "mrmc" / "expected" / f"rjafroc_{name}.json"
    results: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["results"]
    return results


def averages(covariance: np.ndarray, n_modalities: int, n_readers: int) -> dict[str, float]:
    """Average a covariance matrix over the kinds of pairs of Obuchowski and Rockette."""
    modality, reader = np.divmod(np.arange(n_modalities * n_readers), n_readers)
    same_modality, same_reader = modality[:, None] == modality, reader[:, None] == reader
    return {
        "Var": float(covariance[same_modality & same_reader].mean()),
        "Cov1": float(covariance[~same_modality & same_reader].mean()),
        "Cov2": float(covariance[same_modality & ~same_reader].mean()),
        "Cov3": float(covariance[~same_modality & ~same_reader].mean()),
    }


@pytest.mark.parametrize("name", DATASETS)
def test_that_every_figure_of_merit_printed_for_free_response_data_is_covered(
    shared: Path, name: str
) -> None:
    entries = {key.removeprefix("FOM|") for key in printed(shared, name) if key.startswith("FOM|")}
    assert entries == set(ENDPOINTS)


@pytest.mark.parametrize("figure_of_merit", ENDPOINTS)
@pytest.mark.parametrize("name", DATASETS)
def test_figures_of_merit_against_reference(shared: Path, name: str, figure_of_merit: str) -> None:
    sample = ENDPOINTS[figure_of_merit].prepare(free_response_study(shared, name))
    expected = np.array(printed(shared, name)[f"FOM|{figure_of_merit}"]["output"]["values"])
    np.testing.assert_allclose(sample.figures, expected, rtol=0, atol=1e-10)


@pytest.mark.parametrize("figure_of_merit", ["wAFROC", "AFROC", "HrAuc"])
@pytest.mark.parametrize("name", DATASETS)
def test_jackknife_covariances_against_reference(shared: Path, name: str, figure_of_merit: str) -> None:
    sample = ENDPOINTS[figure_of_merit].prepare(free_response_study(shared, name))
    n_modalities, n_readers = sample.figures.shape
    covariance = jackknife_covariance(sample.leave_one_out().reshape(n_modalities * n_readers, -1))
    table = printed(shared, name)[f"{figure_of_merit}|OR|RRRC"]["output"]["ANOVA"]["VarCom"]
    expected = {row["row"]: row["Estimates"] for row in table}
    for component, value in averages(covariance, n_modalities, n_readers).items():
        assert value == pytest.approx(expected[component], abs=1e-12), component
