"""What an export gives other programs is what the study's own analysis used."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from realfm_gui.analysis.study_analysis import analyse_study
from realfm_gui.analysis.study_data import StudyData
from realfm_gui.formats.reading import read_ratings
from realfm_gui.workflows.confirm_study import IMRMC, RATINGS, SCRIPT, write_for_other_programs


def study_data(*, n_cases: int = 40, missing: bool = False) -> StudyData:
    rng = np.random.default_rng(4)
    truth = np.arange(n_cases) % 2 == 0
    scores = np.clip(np.round(40 + 20 * truth + 15 * rng.normal(size=(2, 5, n_cases))), 0, 100)
    if missing:
        scores[1, 2, 3] = np.nan
        scores[:, 4, : n_cases - 5] = np.nan
    return StudyData(
        finding_id="nodule",
        finding_name="Nodule",
        reader_ids=("a", "b", "c", "d", "e"),
        reader_names=("A", "B", "C", "D", "E"),
        reader_years=(None,) * 5,
        case_ids=tuple(f"c-{c}" for c in range(n_cases)),
        patient_ids=None,
        truth=truth,
        scores=scores,
        calls=np.where(np.isnan(scores), np.nan, (scores >= 50).astype(float)),
        active_ms=np.full(scores.shape, 1000.0),
        ai_scores=rng.random(n_cases),
        ai_calls=np.zeros(n_cases),
        non_diagnostic=np.zeros((2, 5), dtype=np.int64),
        prevalence=0.1,
        is_simulated=True,
        planned_readings=scores.size,
    )


@pytest.mark.parametrize("missing", [False, True])
def test_that_the_script_names_the_difference_of_the_studys_own_analysis(
    tmp_path: Path, missing: bool
) -> None:
    data = study_data(missing=missing)
    written = write_for_other_programs(data, tmp_path)
    assert [path.name for path in written] == [RATINGS, IMRMC, SCRIPT]
    primary = analyse_study(data).to_json()["difference"]
    script = (tmp_path / SCRIPT).read_text(encoding="utf-8")
    ours = dict(line.strip().rstrip(",").split(" = ", 1) for line in script.splitlines() if " = c(" in line)
    assert ours["comparison"] == 'c("aided - unaided")'
    for key, name in (("estimate", "estimate"), ("se", "se"), ("df", "df"), ("p", "p")):
        assert float(ours[key][2:-1]) == pytest.approx(primary[name], abs=1e-12)


def test_that_both_tables_hold_the_same_ratings(tmp_path: Path) -> None:
    write_for_other_programs(study_data(), tmp_path)
    tidy, imrmc = (read_ratings(tmp_path / name).data for name in (RATINGS, IMRMC))
    assert tidy.readers == imrmc.readers == ("a", "b", "c", "d", "e")
    assert tidy.modalities == imrmc.modalities == ("aided", "unaided")
    np.testing.assert_array_equal(tidy.ratings, imrmc.ratings)
    np.testing.assert_array_equal(tidy.is_positive, imrmc.is_positive)


def test_that_a_study_with_one_class_has_tables_and_no_script(tmp_path: Path) -> None:
    data = study_data()
    (tmp_path / SCRIPT).write_text("# of an earlier export", encoding="utf-8")
    written = write_for_other_programs(replace(data, truth=np.ones_like(data.truth)), tmp_path)
    assert [path.name for path in written] == [RATINGS, IMRMC]
    assert not (tmp_path / SCRIPT).exists()


def test_that_a_study_nobody_finished_has_nothing_to_export(tmp_path: Path) -> None:
    data = study_data()
    empty = np.full(data.scores.shape, np.nan)
    for name in (RATINGS, IMRMC, SCRIPT):
        (tmp_path / name).write_text("of an earlier export", encoding="utf-8")
    assert write_for_other_programs(replace(data, scores=empty, calls=empty), tmp_path) == []
    assert list(tmp_path.iterdir()) == []
