"""The demonstration, smaller: every step real, from generated images to the analyst's sentence."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from realfm_gui.cli import realfm
from realfm_gui.domain.case import Split
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.storage import StudyStore, verify_study
from realfm_gui.workflows.demo import build_demo, demo_recipe


def small_recipe() -> dict[str, Any]:
    recipe = demo_recipe()
    recipe["cases"] |= {"development": 40, "reading": 20, "training": 2}
    return recipe


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_demo(tmp_path_factory.mktemp("demo"), recipe=small_recipe())


def test_that_the_study_is_whole_and_nothing_else_is_left(demo: Path) -> None:
    report = verify_study(demo)
    assert report.is_ok, report.problems
    assert [path.name for path in demo.parent.iterdir()] == ["demo.study"]


def test_that_a_second_start_finds_it_and_a_broken_one_is_not_used(demo: Path, tmp_path: Path) -> None:
    before = verify_study(demo).events
    assert build_demo(demo.parent) == demo
    assert verify_study(demo).events == before
    (tmp_path / "demo.study").mkdir()
    with pytest.raises(UserFacingError, match="not a sound demonstration study"):
        build_demo(tmp_path)


def test_that_only_the_person_reads_the_practice_cases(demo: Path) -> None:
    with StudyStore.open(demo, read_only=True) as store:
        practice = {case.case_id for case in store.cases(Split.TRAINING)}
        assert len(practice) == 2
        assert not practice & {reading.case_id for reading in store.readings()}
        assert [reader.id for reader in store.protocol.readers if Split.TRAINING in reader.reads] == ["you"]


def test_that_the_analysis_has_every_promised_number_and_says_it_is_simulated(
    demo: Path, tmp_path: Path
) -> None:
    report = tmp_path / "report.html"
    result = CliRunner().invoke(realfm, ["analyze", str(demo), "--json", "-", "--report", str(report)])
    assert result.exit_code == 0, result.output
    results = json.loads(result.stdout)
    assert set(results["auc"]) == {"unaided", "aided", "ai"}
    for arm, value in results["auc"].items():
        low, high = results["auc_estimates"][arm]["ci"]
        assert 0.0 <= low <= value <= high <= 1.0
    assert results["findings"]["speck-cluster"]["auc"] == results["auc"]
    assert set(results["difference"]) >= {"estimate", "se", "df", "p", "ci"}
    assert results["n"]["cases"] == 20
    assert results["n"]["readers"] == 6
    assert results["is_simulated"]
    assert "simulated" in results["verdict"]["sentence"].lower()
    expected = sum(r["aided"] - r["unaided"] for r in results["per_reader"]) / 6
    assert results["difference"]["estimate"] == pytest.approx(expected, abs=1e-12)
    html = report.read_text(encoding="utf-8")
    assert "imulated" in html
    assert "default-src 'none'" in html  # it could load nothing even if it wanted to
    assert not re.search(r"(src|href)\s*=\s*[\"'](?!#|data:)", html)


def test_that_the_practice_cases_never_enter_the_statistics(demo: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(realfm, ["export", str(demo), "--out", str(tmp_path / "tables")])
    assert result.exit_code == 0, result.output
    names = {path.name for path in (tmp_path / "tables").iterdir()}
    assert names == {
        "readings.csv",
        "codebook.csv",
        "results.json",
        "report.html",
        "mrmc_ratings.csv",
        "mrmc_imrmc.csv",
        "confirm.R",
    }
    lines = (tmp_path / "tables" / "readings.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + 6 * 20 * 2
