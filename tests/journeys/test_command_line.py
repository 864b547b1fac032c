"""The command line as somebody meets it: what it prints, and what it says when something is wrong."""

import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from realfm_gui.cli import realfm
from realfm_gui.domain.reading import PhaseTimes
from realfm_gui.storage import StudyStore
from realfm_gui.workflows.reading import lock_unaided, open_next, reveal_ai, start_session, submit_aided
from tests.small_study import PROTOCOL, make_study
from tests.unit.workflows.test_reading import answer


def run(*arguments: object) -> Result:
    return CliRunner().invoke(realfm, [str(argument) for argument in arguments])


def read_one_case(store: StudyStore, reader: str) -> None:
    session = start_session(store, reader)
    case = open_next(store, session)
    assert case is not None
    lock_unaided(store, session, case.case.case_id, answer(), PhaseTimes())
    reveal_ai(store, session, case.case.case_id)
    submit_aided(store, session, case.case.case_id, answer(), PhaseTimes())


@pytest.fixture
def study(tmp_path: Path) -> Path:
    make_study(tmp_path / "small.study").close()
    return tmp_path / "small.study"


def test_that_verify_prints_the_number_of_events_and_ok(study: Path) -> None:
    with StudyStore.open(study, read_only=True) as store:
        events = store.head().sequence
    result = run("verify", study)
    assert result.exit_code == 0
    assert result.output == f"{events} events, OK\n"
    told = json.loads(run("verify", study, "--json", "-").stdout)
    assert told == {"ok": True, "events": events, "problems": []}


def test_that_one_flipped_byte_in_any_event_is_found_and_the_event_named(study: Path) -> None:
    database = study / "study.sqlite"
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        rows = connection.execute("SELECT sequence, payload FROM events ORDER BY sequence").fetchall()
    connection.close()
    for sequence, payload in rows:
        content = database.read_bytes()
        place = content.find(payload.encode())
        assert place >= 0
        flipped = bytearray(content)
        flipped[place + len(payload) // 2] ^= 0x01
        database.write_bytes(flipped)
        result = run("verify", study)
        assert result.exit_code == 1
        assert f"event {sequence}:" in result.output
        database.write_bytes(content)
    assert run("verify", study).exit_code == 0


def test_that_a_bad_protocol_names_its_field_and_leaves_nothing(tmp_path: Path) -> None:
    protocol = tmp_path / "mine.toml"
    protocol.write_text(PROTOCOL.replace("prevalence = 0.2", "prevalence = 20"), encoding="utf-8")
    result = run("create", tmp_path / "new", "--protocol", protocol)
    assert result.exit_code == 2
    assert "population.prevalence" in result.output
    assert "mine.toml" in result.output
    assert list(tmp_path.iterdir()) == [protocol]


def test_that_a_study_of_that_name_is_not_overwritten(study: Path, tmp_path: Path) -> None:
    protocol = tmp_path / "mine.toml"
    protocol.write_text(PROTOCOL, encoding="utf-8")
    before = run("verify", study).output
    result = run("create", study, "--protocol", protocol)
    assert result.exit_code == 2
    assert "already exists" in result.output
    assert run("verify", study).output == before


@pytest.mark.parametrize("command", [("analyze",), ("fit", "--model", "pixels-16x16"), ("verify",)])
def test_that_a_folder_that_is_no_study_is_answered_with_a_hint(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    result = run(command[0], tmp_path, *command[1:])
    assert result.exit_code == 2
    assert "is not a RealFM study" in result.output
    assert "Choose a folder" in result.output


def test_that_a_study_made_by_a_newer_program_is_refused_and_untouched(study: Path) -> None:
    connection = sqlite3.connect(study / "study.sqlite")
    connection.execute("PRAGMA user_version = 999")
    connection.commit()
    connection.close()
    before = (study / "study.sqlite").read_bytes()
    result = run("analyze", study)
    assert result.exit_code == 2
    assert "newer" in result.output
    assert (study / "study.sqlite").read_bytes() == before


def test_that_an_unreadable_study_is_refused_in_words(study: Path) -> None:
    (study / "study.sqlite").write_bytes(b"this is not a database, " * 400)
    result = run("analyze", study)
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_that_looking_before_everybody_has_finished_needs_a_yes_and_is_logged(study: Path) -> None:
    with StudyStore.open(study) as store:
        read_one_case(store, "ben")
    result = run("analyze", study)
    assert result.exit_code == 2
    assert "not finished reading" in result.output
    with StudyStore.open(study, read_only=True) as store:
        assert "outcomes_opened" not in {event.kind for event in store.events()}
    run("analyze", study, "--yes")
    with StudyStore.open(study, read_only=True) as store:
        [opened] = [event for event in store.events() if event.kind == "outcomes_opened"]
    assert opened.payload == {"complete": False}


def test_that_a_missing_fit_says_which_command_comes_first(study: Path) -> None:
    result = run("predict", study, "--model", "pixels-16x16")
    assert result.exit_code == 2
    assert "realfm fit" in result.output


def test_that_an_unknown_model_is_answered_with_the_known_ones(study: Path) -> None:
    result = run("predict", study, "--model", "rad-dino")
    assert result.exit_code == 2
    assert "efficientnet-lite0" in result.output


def test_that_models_lists_what_is_at_hand() -> None:
    names = {model["name"] for model in json.loads(run("models", "--json", "-").stdout)}
    assert {"efficientnet-lite0", "pixels-16x16", "precomputed"} <= names


def test_that_precomputed_predictions_reach_the_cases_their_files_became(study: Path, tmp_path: Path) -> None:
    scores = tmp_path / "scores.csv"
    lines = [f"Doe^Jane-{number}.dcm,{number / 10},{number / 10},0.25" for number in range(4)]
    scores.write_text("file,score,probability,threshold\n" + "\n".join(lines) + "\n", encoding="utf-8")
    result = run("predict", study, "--model", "precomputed", "--scores", scores)
    # The small study's images are not pictures: every case is a listed failure, none a silent gap.
    assert result.exit_code == 0, result.output
    assert "answered 0 cases and failed on 5" in result.output
    assert result.output.count("failed: c-") == 5


def test_that_a_bad_row_of_scores_stores_nothing(study: Path, tmp_path: Path) -> None:
    scores = tmp_path / "scores.csv"
    scores.write_text("file,score\nDoe^Jane-0.dcm,0.5\nDoe^Jane-1.dcm,high\n", encoding="utf-8")
    before = run("verify", study).output
    result = run("predict", study, "--model", "precomputed", "--scores", scores)
    assert result.exit_code == 2
    assert "line 3" in result.output
    assert run("verify", study).output == before
