"""From a file of ratings to numbers: what is watched, what is refused, what is written."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from realfm_gui.analysis.mrmc.roc_endpoints import EmpiricalAuc, ShareOfCalls
from realfm_gui.domain.errors import Cancelled, UserFacingError
from realfm_gui.formats.problems import Problem
from realfm_gui.formats.ratings_file import RatingsFile
from realfm_gui.workflows import analyse_ratings as room
from realfm_gui.workflows.analyse_ratings import Question, analyse_ratings, device_for
from realfm_gui.workflows.watched_endpoint import WatchedEndpoint
from realfm_gui.workflows.written_results import (
    json_text,
    problems_csv,
    refuse_overwriting,
    write_whole_text,
)
from tests.small_ratings import made_ratings, write_ratings


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return write_ratings(made_ratings(), tmp_path / "study.csv")


class Steps:
    """A progress that remembers, and may stop."""

    def __init__(self, stops_at: int | None = None) -> None:
        self.seen: list[tuple[int, int]] = []
        self.stops_at = stops_at

    def __call__(self, done: int, total: int, what: str) -> None:
        self.seen.append((done, total))
        if self.stops_at is not None and done >= self.stops_at:
            raise Cancelled


@pytest.mark.parametrize(
    "endpoint", [EmpiricalAuc(), ShareOfCalls(threshold=1.0, of_positives=True, of_negatives=False)]
)
def test_that_watching_an_endpoint_changes_no_number(endpoint: EmpiricalAuc | ShareOfCalls) -> None:
    data = made_ratings(design="partially-paired")
    plain = endpoint.prepare(data)
    steps = Steps()
    watched = WatchedEndpoint(endpoint=endpoint, progress=steps).prepare(data)
    weights = np.random.default_rng(1).integers(0, 3, (230, plain.n_units)).astype(float)
    np.testing.assert_array_equal(watched.weighted(weights), plain.weighted(weights))
    assert steps.seen == [(0, 230), (100, 230), (200, 230), (230, 230)]
    np.testing.assert_array_equal(watched.figures, plain.figures)
    np.testing.assert_array_equal(watched.unit_strata, plain.unit_strata)
    np.testing.assert_array_equal(watched.takes_part, plain.takes_part)
    np.testing.assert_array_equal(watched.leave_one_out(), plain.leave_one_out())
    np.testing.assert_array_equal(watched.delong_covariance(), plain.delong_covariance())
    np.testing.assert_array_equal(watched.unbiased_covariance(), plain.unbiased_covariance())
    ours, theirs = watched.pair_moments(), plain.pair_moments()
    assert ours is not None
    assert theirs is not None
    np.testing.assert_array_equal(ours.won, theirs.won)


def test_that_a_bootstrap_can_be_stopped_between_two_pieces(study: Path) -> None:
    steps = Steps(stops_at=200)
    with pytest.raises(Cancelled):
        analyse_ratings(study, Question(covariance="bootstrap", n_replicates=1000), progress=steps)
    assert steps.seen[-1] == (200, 1000)


def test_that_the_result_names_the_endpoint_itself_and_the_file_by_its_hash(study: Path) -> None:
    analysed = analyse_ratings(study, Question())
    assert analysed.result.request.endpoint == EmpiricalAuc()
    assert analysed.source.sha256 == hashlib.sha256(study.read_bytes()).hexdigest()
    assert analysed.source.truth_name is None


def test_that_the_hash_is_that_of_the_file_that_was_read(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = hashlib.sha256(study.read_bytes()).hexdigest()
    read = room.read_ratings

    def read_while_it_changes(path: Path, **options: Any) -> RatingsFile:
        found = read(path, **options)
        path.write_text("changed meanwhile", encoding="utf-8")
        return found

    monkeypatch.setattr(room, "read_ratings", read_while_it_changes)
    assert analyse_ratings(study, Question()).source.sha256 == before


def test_that_a_truth_file_is_named_with_its_hash(study: Path, tmp_path: Path) -> None:
    data = made_ratings()
    truth = tmp_path / "truth.csv"
    rows = [f"{case},{int(positive)}" for case, positive in zip(data.cases, data.is_positive, strict=True)]
    truth.write_text("case,truth\n" + "\n".join(rows) + "\n", encoding="utf-8")
    lines = study.read_text(encoding="utf-8").splitlines()
    bare = tmp_path / "bare.csv"
    bare.write_text(
        "\n".join(",".join(np.delete(line.split(","), 3)) for line in lines) + "\n", encoding="utf-8"
    )
    analysed = analyse_ratings(bare, Question(), truth_path=truth)
    assert analysed.source.truth_name == "truth.csv"
    assert analysed.source.truth_sha256 == hashlib.sha256(truth.read_bytes()).hexdigest()
    assert analysed.to_json()["comparisons"] == analyse_ratings(study, Question()).to_json()["comparisons"]


def test_that_the_intervals_of_an_endpoint_beyond_1_are_not_cut_at_1(study: Path) -> None:
    question = Question(endpoint="youden", parameters={"threshold": 1.0})
    assert analyse_ratings(study, question).result.request.options.limits == (-1.0, 1.0)


def test_that_a_device_is_looked_for_only_where_replicates_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = []

    def choose(wish: str) -> str:
        looked.append(wish)
        return "mps"

    monkeypatch.setattr("realfm_gui.models.device.choose_device", choose)
    assert device_for(Question()) == "cpu"
    assert device_for(Question(covariance="bootstrap", method="ustat")) == "cpu"
    assert looked == []
    # Apple's processor has no float64.
    assert device_for(Question(covariance="bootstrap")) == "cpu"
    assert looked == ["auto"]
    monkeypatch.setattr("realfm_gui.models.device.choose_device", lambda wish: "cuda")
    assert device_for(Question(covariance="bootstrap")) == "cuda"
    assert device_for(Question(device="cuda")) == "cuda"


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_that_a_number_that_json_does_not_know_is_a_bug(value: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        json_text({"p": value})


def test_that_problems_are_csv_that_no_spreadsheet_runs() -> None:
    problem = Problem(row=3, cell="rating", value='=HYPERLINK("x")', reason="no number, a formula")
    whole = Problem(row=None, cell="", value="", reason="holds no rating")
    text = problems_csv([problem, whole])
    assert text == (
        'row,cell,value,reason\n3,rating,"\'=HYPERLINK(""x"")","no number, a formula"\n,,,holds no rating\n'
    )


def test_that_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "r.json"
    write_whole_text(path, "before")

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(KeyboardInterrupt):
        write_whole_text(path, "after")
    assert path.read_text(encoding="utf-8") == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_that_a_folder_in_the_way_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserFacingError, match="cannot be written"):
        write_whole_text(tmp_path, "text")


def test_that_no_output_may_be_an_input_or_another_output(tmp_path: Path) -> None:
    read, new = tmp_path / "read.csv", tmp_path / "new.html"
    refuse_overwriting([read, None], [None, new])
    with pytest.raises(UserFacingError, match="is what is read"):
        refuse_overwriting([read], [tmp_path / "x" / ".." / "read.csv"])
    with pytest.raises(UserFacingError, match="already to be written"):
        refuse_overwriting([read], [new, new])


def test_that_fewer_false_marks_are_not_taken_for_a_worse_reader() -> None:
    assert set(room._FEWER_IS_BETTER) == {"max-nlf", "max-nlf-all-cases"}


@pytest.mark.parametrize(
    "wrong", [{"alpha": 0.0}, {"alpha": 1.0}, {"margin": 0.0}, {"margin": float("nan")}, {"n_replicates": 99}]
)
def test_that_a_question_that_cannot_be_meant_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UserFacingError):
        Question(**wrong)
