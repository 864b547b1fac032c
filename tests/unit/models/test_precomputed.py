from pathlib import Path

import numpy as np
import pytest

from realfm_gui.domain.ai_finding import ScoreInterval
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.images import CaseFrames, Frame
from realfm_gui.domain.prediction import DomainAspect, FailureKind, OutOfDomain, PredictionFailure
from realfm_gui.domain.progress import silent
from realfm_gui.domain.protocol import OperatingPoint
from realfm_gui.models.precomputed import PrecomputedPredictions, PrecomputedRow
from realfm_gui.models.predictions_csv import Status, read_predictions_csv


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "scores.csv"
    path.write_text(text, encoding=encoding)
    return path


def a_case(case_id: str = "c-1", rows: int = 40, columns: int = 60) -> CaseFrames:
    return CaseFrames(case_id=case_id, frames=(Frame(pixels=np.zeros((rows, columns), np.uint16)),))


def test_that_good_rows_are_kept_and_bad_ones_listed_with_line_and_reason(tmp_path: Path) -> None:
    table = read_predictions_csv(
        written(
            tmp_path,
            "file,finding,score,probability,extra\n"
            "a.dcm,nodule,1.5,0.8,x\n"
            "b.dcm,nodule,,0.8,x\n"
            "c.dcm,nodule,high,,x\n"
            "d.dcm,nodule,inf,,x\n"
            ",nodule,1,,x\n"
            "e.dcm,nodule,2,1.2,x\n"
            "f.dcm,nodule,-3e2,,x\n"
            "g.dcm\n",
        )
    )
    assert table.key == "file"
    assert [(row.line, row.source, row.score, row.probability) for row in table.rows] == [
        (2, "a.dcm", 1.5, 0.8),
        (8, "f.dcm", -300.0, None),
    ]
    assert [(row.line, row.reason) for row in table.refused] == [
        (3, "score is missing"),
        (4, "score 'high' is not a number"),
        (5, "score 'inf' is not a finite number"),
        (6, "file is missing"),
        (7, "probability 1.2 is outside 0 to 1"),
        (9, "score is missing"),
    ]


def test_that_repeated_rows_count_once_and_contradicting_rows_not_at_all(tmp_path: Path) -> None:
    table = read_predictions_csv(written(tmp_path, "patient,score\nanna,1\nbert,2\nanna,1\nbert,3\ncleo,4\n"))
    assert [row.source for row in table.rows] == ["anna", "cleo"]
    assert [row.line for row in table.refused] == [3, 4, 5]
    assert "repeats line 2" in table.refused[1].reason
    assert "lines 3, 5 contradict" in table.refused[0].reason


def test_that_spreadsheets_of_other_countries_are_read(tmp_path: Path) -> None:
    table = read_predictions_csv(written(tmp_path, "UID; Score\n1.2.3; 0.5\n", encoding="utf-8-sig"))
    assert (table.key, table.rows[0].source, table.rows[0].score) == ("uid", "1.2.3", 0.5)


def test_that_a_threshold_comes_from_the_row_or_from_the_caller(tmp_path: Path) -> None:
    path = written(tmp_path, "uid,score,threshold\na,1,0.7\nb,1,\n")
    assert [row.threshold for row in read_predictions_csv(path, threshold=0.5).rows] == [0.7, 0.5]
    assert [row.threshold for row in read_predictions_csv(path).rows] == [0.7, None]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("score\n1\n", "no column that says whose"),
        ("file,patient,score\na,b,1\n", "both file and patient"),
        ("file,probability\na,.5\n", "no column 'score'"),
        ("", "no column"),
    ],
)
def test_that_a_file_without_its_columns_is_refused_in_words(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(UserFacingError, match=words):
        read_predictions_csv(written(tmp_path, text))


def test_that_a_missing_file_and_other_encodings_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(UserFacingError, match="cannot be read"):
        read_predictions_csv(tmp_path / "absent.csv")
    with pytest.raises(UserFacingError, match="UTF-8"):
        read_predictions_csv(written(tmp_path, "file,score\nä,1\n", encoding="latin-1"))


def test_that_a_map_that_is_not_there_is_listed(tmp_path: Path) -> None:
    table = read_predictions_csv(written(tmp_path, "uid,score,map\na,1,maps/a.npy\n"))
    assert table.refused[0].reason == "map 'maps/a.npy' is not there"


def test_that_a_case_without_a_row_is_a_failure() -> None:
    model = PrecomputedPredictions.from_rows([PrecomputedRow(case_id="c-1", finding="f", score=2.0)])
    failure = model.predict(a_case("c-2"), saliency="none")
    assert isinstance(failure, PredictionFailure)
    assert failure.kind is FailureKind.NO_ANSWER
    assert "no prediction for this case in the file" in failure.reason


def test_that_the_file_can_say_failed_or_not_made_for_instead_of_a_score(tmp_path: Path) -> None:
    table = read_predictions_csv(
        written(
            tmp_path,
            "uid,score,status,reason\na,1,,\nb,,out of domain,a lateral view\nc,,Failed,\nd,2,failed,\n"
            "e,,perhaps,\n",
        )
    )
    assert [row.status for row in table.rows] == ["answered", "out_of_domain", "failed"]
    assert [row.reason for row in table.refused] == [
        "a case that is failed cannot have a score",
        "the status 'perhaps' is none of ok, out of domain, failed",
    ]
    rows = [
        PrecomputedRow(
            case_id=f"c-{row.source}", finding="f", score=row.score, status=row.status, reason=row.reason
        )
        for row in table.rows
    ]
    model = PrecomputedPredictions.from_rows(rows)
    assert model.predict(a_case("c-b"), saliency="none") == OutOfDomain(
        case_id="c-b", reason="a lateral view", aspect=DomainAspect.OWN_JUDGEMENT
    )
    assert isinstance(model.predict(a_case("c-c"), saliency="none"), PredictionFailure)
    with pytest.raises(ValueError, match="has a score"):
        PrecomputedRow(case_id="c", finding="f", score=1.0, status=Status.FAILED)


def test_that_an_interval_is_that_of_the_number_shown(tmp_path: Path) -> None:
    table = read_predictions_csv(
        written(
            tmp_path,
            "uid,score,probability,low,high,level\na,7,0.5,0.4,0.6,0.9\nb,7,,5,9,\nc,7,0.5,5,9,\nd,7,,5,,\n",
        )
    )
    assert [row.interval for row in table.rows] == [
        ScoreInterval(low=0.4, high=0.6, level=0.9),
        ScoreInterval(low=5.0, high=9.0),
    ]
    assert [row.reason for row in table.refused] == [
        "the interval 5 to 9 does not hold its number 0.5",
        "an interval needs both low and high",
    ]


def test_that_every_finding_of_a_case_is_answered_with_its_own_threshold() -> None:
    model = PrecomputedPredictions.from_rows(
        [
            PrecomputedRow(case_id="c-1", finding="f", score=2.0, threshold=1.0, probability=0.9),
            PrecomputedRow(case_id="c-1", finding="g", score=2.0),
        ]
    )
    first, second = model.predict(a_case(), saliency="grad-cam")
    assert (first.finding, first.call, first.probability) == ("f", True, 0.9)
    assert (second.finding, second.call, second.probability) == ("g", None, None)


def test_that_two_answers_for_one_case_and_finding_are_refused() -> None:
    row = PrecomputedRow(case_id="c-1", finding="f", score=2.0)
    with pytest.raises(UserFacingError, match="c-1"):
        PrecomputedPredictions.from_rows([row, row])


def test_that_a_map_covers_the_whole_image_at_its_own_scale(tmp_path: Path) -> None:
    values = np.zeros((4, 3))
    values[1, 2] = 250.0
    np.save(tmp_path / "m.npy", values)
    row = PrecomputedRow(case_id="c-1", finding="f", score=2.0, map_path=tmp_path / "m.npy")
    model = PrecomputedPredictions.from_rows([row])
    saliency = model.predict(a_case(), saliency="precomputed")[0].saliency
    assert saliency is not None
    assert saliency.values.max() == 250.0
    # Cells of 10 x 20 pixels: the first one covers rows -0.5 to 9.5.
    assert saliency.geometry.to_image(1, 2) == (14.5, 49.5)
    assert model.predict(a_case(), saliency="none")[0].saliency is None


@pytest.mark.parametrize("bad", [np.zeros(4), np.full((2, 2), np.nan), np.array([["a"]])])
def test_that_an_unusable_map_is_refused_in_words(tmp_path: Path, bad: np.ndarray) -> None:
    np.save(tmp_path / "m.npy", bad)
    row = PrecomputedRow(case_id="c-1", finding="f", score=2.0, map_path=tmp_path / "m.npy")
    with pytest.raises(UserFacingError, match=r"m\.npy"):
        PrecomputedPredictions.from_rows([row]).predict(a_case(), saliency="precomputed")


def test_that_a_map_never_runs_code(tmp_path: Path) -> None:
    np.save(tmp_path / "m.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    row = PrecomputedRow(case_id="c-1", finding="f", score=2.0, map_path=tmp_path / "m.npy")
    with pytest.raises(UserFacingError, match="cannot be read"):
        PrecomputedPredictions.from_rows([row]).predict(a_case(), saliency="precomputed")


def test_that_there_is_nothing_to_fit() -> None:
    model = PrecomputedPredictions.from_rows([])
    with pytest.raises(UserFacingError, match="not fitted"):
        model.fit([], findings=["f"], operating_point=OperatingPoint(), seed=1, total=0, progress=silent)
    with pytest.raises(UserFacingError, match="no head"):
        model.load_head(b"")
