"""Sample sizes beside those that the programs of the field print."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from realfm_gui.analysis.mrmc.results import Inference
from realfm_gui.analysis.planning.calls import sensitivity_and_specificity_components
from realfm_gui.analysis.planning.components import PilotComponents, components_from_comparison
from realfm_gui.analysis.planning.design import StudyDesign, difference_spread
from realfm_gui.analysis.planning.power import SizingMethod, StudyPlan, power
from realfm_gui.analysis.planning.published import parse_components
from realfm_gui.analysis.planning.sizing import cases_for_power, power_table
from realfm_gui.analysis.two_modalities import compare_two_modalities

TOLERANCE = 1e-8
INFERENCES = {
    "RRRC": Inference.RRRC,
    "FRRC": Inference.FRRC,
    "RRFC": Inference.RRFC,
}
PILOTS = {"dataset02": "mrmcaov_VanDyke", "dataset03": "mrmcaov_Franken"}
NOT_COVERED: dict[str, str] = {}
"""Entries of the peer's file that no test here reproduces, with the reason: none is left."""


def _pilot_ratings(shared: Path, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return ratings (2, readers, cases) and truth (cases,) of a pilot study."""
    with (shared / "reference" / "mrmc" / "data" / f"{PILOTS[name]}.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    axes = [sorted({row[key] for row in rows}, key=int) for key in ("treatment", "reader", "case")]
    scores, truth = np.full([len(axis) for axis in axes], np.nan), np.zeros(len(axes[2]), dtype=bool)
    for row in rows:
        place = tuple(
            axis.index(row[key]) for axis, key in zip(axes, ("treatment", "reader", "case"), strict=True)
        )
        scores[place], truth[place[2]] = float(row["rating"]), row["truth"] == "1"
    return scores, truth


def _components(shared: Path, name: str) -> PilotComponents:
    scores, truth = _pilot_ratings(shared, name)
    return components_from_comparison(compare_two_modalities(scores, truth), n_cases=truth.size)


def _expected(shared: Path, name: str) -> dict[str, Any]:
    path = shared / "reference" / "mrmc" / "expected" / f"{name}.json"
    results: dict[str, Any] = json.loads(path.read_text())["results"]
    return results


def _entries(shared: Path, kind: str) -> list[tuple[list[str], Any]]:
    found = _expected(shared, "rjafroc_sample_size")
    return [(key.split("|"), entry["output"]) for key, entry in found.items() if key.startswith(f"{kind}|")]


def _number(output: Any, inference: str) -> tuple[int, float | None]:
    """The peer prints a table, and for fixed cases a bare number."""
    if isinstance(output, int):
        return output, None
    return output[0][f"K{inference}"], output[0][f"power{inference}"]


def test_that_every_entry_of_the_peer_is_covered_or_listed_with_a_reason(shared: Path) -> None:
    kinds = {"K_given_J", "power", "power_table"}
    keys = set(_expected(shared, "rjafroc_sample_size"))
    uncovered = {key for key in keys if key.split("|")[0] not in kinds}
    assert uncovered == set(NOT_COVERED)
    assert len(keys) > 30


def test_components_of_the_pilot_against_mrmcaov(shared: Path) -> None:
    ours = _components(shared, "dataset02")
    reference = _expected(shared, "mrmcaov_VanDyke")["empirical_auc|jackknife|RRRC"]["vcov_comps"]
    theirs = {row["row"]: row["Estimate"] for row in reference}
    names = {
        "reader": ours.var_r,
        "treatment:reader": ours.var_tr,
        "Error": ours.error,
        "Cov1": ours.cov1,
        "Cov2": ours.cov2,
        "Cov3": ours.cov3,
    }
    assert names == pytest.approx(theirs, abs=1e-12)
    assert (ours.n_cases, ours.n_readers) == (114, 5)


def test_components_of_a_pilot_with_negative_interaction_against_rjafroc(shared: Path) -> None:
    ours = _components(shared, "dataset03")
    reference = _expected(shared, "rjafroc_dataset03")["ORVarComp_jackknife"]["output"]["VarCom"]
    theirs = {row["row"]: row["Estimates"] for row in reference}
    assert [ours.var_tr, ours.cov1, ours.cov2, ours.cov3, ours.error] == pytest.approx(
        [theirs[name] for name in ("VarTR", "Cov1", "Cov2", "Cov3", "Var")], abs=1e-12
    )


def test_power_for_given_readers_and_cases_against_rjafroc(shared: Path) -> None:
    components = _components(shared, "dataset02")
    entries = _entries(shared, "power")
    assert len(entries) == 24
    for (_, _, method, effect, name, readers, cases), output in entries:
        plan = StudyPlan(
            components=components,
            effect=float(effect.removeprefix("es")),
            inference=INFERENCES[name],
            method=SizingMethod.DBM_2004 if method == "DBM2004" else SizingMethod.OBUCHOWSKI_ROCKETTE,
        )
        ours, theirs = power(plan, int(readers), int(cases)), output[0]
        assert ours.power == pytest.approx(theirs[f"power{name}"], abs=TOLERANCE)
        assert ours.noncentrality == pytest.approx(theirs[f"ncp{name}"], abs=TOLERANCE)
        critical = theirs.get(f"f{name}", theirs.get(f"chsq{name}"))
        assert ours.critical_f == pytest.approx(critical, abs=TOLERANCE)
        if theirs[f"df2{name}"] is None:
            assert ours.df is None
        else:
            assert ours.df == pytest.approx(theirs[f"df2{name}"], rel=TOLERANCE)


def test_cases_for_given_readers_against_rjafroc(shared: Path) -> None:
    scores, truth = _pilot_ratings(shared, "dataset02")
    pilot = compare_two_modalities(scores, truth)
    assert pilot.difference.value is not None
    entries = _entries(shared, "K_given_J")
    assert len(entries) == 14
    for parts, output in entries:
        effect = pilot.difference.value if "observed effect" in parts else float(parts[3].removeprefix("es"))
        name, readers = parts[-2], int(parts[-1])
        plan = StudyPlan(
            components=components_from_comparison(pilot, n_cases=truth.size),
            effect=effect,
            inference=INFERENCES[name],
        )
        wanted, reached = _number(output, name)
        cases = cases_for_power(plan, readers)
        assert cases == wanted
        if reached is not None:
            assert power(plan, readers, wanted).power == pytest.approx(reached, abs=TOLERANCE)


@pytest.mark.parametrize("pilot", PILOTS)
def test_the_power_table_against_rjafroc(shared: Path, pilot: str) -> None:
    (output,) = [found for parts, found in _entries(shared, "power_table") if parts[1] == pilot]
    theirs = {int(row["numReaders"]): row for row in output["powerTableRRRC"]}  # the peer prints rows twice
    plan = StudyPlan(components=_components(shared, pilot), effect=0.05)
    ours = power_table(plan, theirs, most_cases=2000).rows
    assert len(ours) == len(theirs) >= 25
    for row in ours:
        wanted = theirs[int(str(row.readers))]
        if wanted["numCases"] == ">2000":
            assert row.cases is None
        elif wanted["numCases"] == "<20":  # where the peer stops to search
            assert row.cases is not None
            assert row.cases < 20
        else:
            assert row.point is not None
            assert row.cases == int(wanted["numCases"])
            assert f"{row.point.power:.3f}".rstrip("0") == wanted["power"]


def test_the_spread_of_nested_designs_against_mrmcaov(shared: Path) -> None:
    """The same ratings taken as cases nested in readers (case2) and nested in modalities (case3)."""
    scores, truth = _pilot_ratings(shared, "dataset02")
    ms_modality_reader = compare_two_modalities(scores, truth).components.ms_modality_reader
    assert ms_modality_reader is not None
    reference = _expected(shared, "mrmcaov_VanDyke_designs")
    designs = {
        "case2": (StudyDesign(n_blocks=5), 5 * 114),
        "case3": (StudyDesign(are_cases_paired=False), 114),
    }
    for name, (design, cases) in designs.items():
        entry = reference[f"empirical_auc|jackknife|RRRC|{name}"]
        printed = {row["row"]: row["Estimate"] for row in entry["vcov_comps"]}
        parts = PilotComponents(
            # What is left of the mean square once the covariances that the design has are taken out.
            var_tr=ms_modality_reader
            - printed["Error"]
            + printed["Cov1"]
            + printed["Cov2"]
            - printed["Cov3"],
            cov1=printed["Cov1"],
            cov2=printed["Cov2"],
            cov3=printed["Cov3"],
            error=printed["Error"],
            n_cases=114,
        )
        theirs = entry["test_diffs"][0]
        ours = difference_spread(parts, 5, cases, design=design)
        assert np.sqrt(ours.variance) == pytest.approx(theirs["StdErr"], abs=TOLERANCE)
        assert ours.df == pytest.approx(theirs["df"], rel=TOLERANCE)


def test_the_spread_of_readers_nested_in_modalities_against_the_u_statistic(shared: Path) -> None:
    """iMRMC's .0322788492; MRMCaov's own standard error of this design lacks a square and is too small."""
    entry = _expected(shared, "mrmcaov_VanDyke_designs")["empirical_auc|unbiased|RRRC|readers_in_tests"]
    covariances = {row["row"]: row["Estimate"] for row in entry["vcov_comps"]}
    scores, truth = _pilot_ratings(shared, "dataset02")
    of_readers = float(compare_two_modalities(scores, truth).auc.var(axis=1, ddof=1).mean())
    parts = PilotComponents(
        var_r=of_readers - covariances["Error"] + covariances["Cov2"],
        var_tr=0.0,
        cov1=0.0,
        cov2=covariances["Cov2"],
        cov3=covariances["Cov3"],
        error=covariances["Error"],
        n_cases=114,
    )
    spread = difference_spread(parts, (5, 5), 114, design=StudyDesign(are_readers_paired=False))
    assert np.sqrt(spread.variance) == pytest.approx(0.0322788492, abs=TOLERANCE)
    assert spread.df == pytest.approx(11.28, abs=0.01)


def test_sensitivity_and_specificity_pilots_against_the_published_standard_errors(shared: Path) -> None:
    scores, truth = _pilot_ratings(shared, "dataset02")
    sensitivity, specificity = sensitivity_and_specificity_components(scores >= 3, truth)
    for parts, se, df in (
        (sensitivity, 0.0378045063, 15.7173),
        (specificity, 0.0322682809, 5.5726),
    ):
        spread = difference_spread(parts, 5, parts.n_cases)
        assert np.sqrt(spread.variance) == pytest.approx(se, abs=TOLERANCE)
        assert spread.df == pytest.approx(df, abs=1e-4)


def test_that_the_published_table_holds_what_its_sources_give(shared: Path, repository: Path) -> None:
    text = (repository / "resources" / "planning" / "variance_components.toml").read_text(encoding="utf-8")
    table = {study.id: study for study in parse_components(text)}
    scores, truth = _pilot_ratings(shared, "dataset02")
    sensitivity, specificity = sensitivity_and_specificity_components(scores >= 3, truth)
    sources = {
        "vandyke-auc": _components(shared, "dataset02"),
        "vandyke-sensitivity": sensitivity,
        "vandyke-specificity": specificity,
        "franken-auc": _components(shared, "dataset03"),
    }
    for name, number in (("tony-wafroc", "01"), ("fed-wafroc", "04")):
        entry = _expected(shared, f"rjafroc_dataset{number}")["wAFROC|OR|RRRC"]
        rows = {row["row"]: row["Estimates"] for row in _find(entry, "VarCom")}
        sources[name] = PilotComponents(
            var_r=rows["VarR"],
            var_tr=rows["VarTR"],
            cov1=rows["Cov1"],
            cov2=rows["Cov2"],
            cov3=rows["Cov3"],
            error=rows["Var"],
            n_cases={"01": 185, "04": 200}[number],
            n_readers={"01": 5, "04": 4}[number],
        )
    assert set(table) == set(sources)
    for name, components in sources.items():
        assert table[name].components.to_json() == pytest.approx(components.to_json(), abs=1e-12)


def _find(entry: Any, key: str) -> Any:
    if isinstance(entry, dict):
        if key in entry:
            return entry[key]
        entry = list(entry.values())
    if isinstance(entry, list):
        for part in entry:
            if (found := _find(part, key)) is not None:
                return found
    return None
