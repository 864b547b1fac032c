"""``realfm mrmc`` and ``realfm power`` as an analyst meets them."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from realfm_gui.analysis.mrmc.analysis import Method
from realfm_gui.analysis.mrmc.covariance import CovarianceMethod
from realfm_gui.analysis.mrmc.design import Design
from realfm_gui.analysis.mrmc.results import Inference
from realfm_gui.cli import realfm
from realfm_gui.formats.ratings_file import ColumnNames
from realfm_gui.statistics_options import COLUMNS, COVARIANCES, DESIGNS, INFERENCES, METHODS
from tests.small_ratings import made_ratings, write_ratings
from tests.small_study import make_study


def run(*arguments: object) -> Result:
    return CliRunner().invoke(realfm, [str(argument) for argument in arguments])


def told(*arguments: object) -> dict[str, Any]:
    """Return what a command writes as JSON; a NaN in it would not be JSON."""
    result = run(*arguments, "--json", "-")
    assert result.exit_code == 0, result.output

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    value: dict[str, Any] = json.loads(result.stdout, parse_constant=refuse)
    return value


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return write_ratings(made_ratings(), tmp_path / "study.csv")


@pytest.fixture
def published(shared: Path) -> Path:
    return shared / "reference" / "mrmc" / "data"


# What the peers print: difference, standard error, degrees of freedom (None: normal), p.
VAN_DYKE = "mrmcaov_VanDyke.csv"
ANCHORS = [
    (VAN_DYKE, (), -0.0438003221, 0.0207486184, 15.2596745891, 0.0516656858),
    (VAN_DYKE, ("--covariance", "delong"), -0.0438003221, 0.0206825048, 15.0661079, 0.0512330308),
    (VAN_DYKE, ("--covariance", "unbiased"), -0.0438003221, 0.0206715388, 15.0341808, 0.0511618024),
    (VAN_DYKE, ("--method", "ustat"), -0.0438003221, 0.0206715388, 12.8134110, 0.0556466643),
    (VAN_DYKE, ("--inference", "frrc"), -0.0438003221, 0.0187174826, None, 0.0192798431),
    (VAN_DYKE, ("--inference", "rrfc"), -0.0438003221, 0.0148462874, 4, 0.0419587525),
    (VAN_DYKE, ("--case-column", "case2"), -0.0438003221, 0.0148462874, 4, 0.04195875),
    (VAN_DYKE, ("--case-column", "case3"), -0.0438003221, 0.0301928272, 68.4232, 0.15143632),
    (
        VAN_DYKE,
        ("--endpoint", "sensitivity", "--threshold", "3"),
        -0.0977777778,
        0.0378045063,
        15.7173,
        0.0200882,
    ),
    (
        VAN_DYKE,
        ("--endpoint", "specificity", "--threshold", "3"),
        0.0144927536,
        0.0322682809,
        5.5726,
        0.6702701,
    ),
    # The file names treatment 2 first, and the order of the file is the order of the difference.
    (
        "derived_VanDyke_partial.csv",
        ("--covariance", "unbiased"),
        0.0486181360,
        0.0221159182,
        20.9838,
        0.0392837063,
    ),
    (
        "derived_VanDyke_readers_in_tests.csv",
        ("--covariance", "unbiased"),
        -0.0438003221,
        0.0322788492,
        11.28,
        0.2013,
    ),
    ("derived_VanDyke_readers_in_tests.csv", ("--method", "ustat"), -0.0438003221, 0.0322788492, None, None),
    ("mrmcaov_Franken.csv", (), 0.0108548168, 0.0050101218, 3, 0.1188378575),
    ("rjafroc_dataset01_marks.csv", ("--endpoint", "wafroc"), None, 0.0315107441, 24.7027584, 0.0036685784),
    (
        "viper_screeningLowP_sens_imrmc.csv",
        ("--method", "ustat"),
        -0.0125494092,
        0.0332228975,
        30.6618,
        0.7082878,
    ),
]


@pytest.mark.parametrize(("file", "options", "difference", "se", "df", "p"), ANCHORS)
def test_that_published_studies_give_the_numbers_of_the_reference_programs(
    published: Path,
    file: str,
    options: tuple[str, ...],
    difference: float | None,
    se: float,
    df: float | None,
    p: float | None,
) -> None:
    found = told("mrmc", published / file, *options)["comparisons"][0]

    def digits(number: float) -> float:
        """Return half a unit of the last digit that the reference prints, and at least 1e-8."""
        return max(1e-8, 0.51 * 10.0 ** -len(f"{number!r}".partition(".")[2]))

    if difference is not None:
        assert found["difference"] == pytest.approx(difference, abs=1e-8)
    else:
        assert abs(found["difference"]) == pytest.approx(0.1011235955, abs=1e-8)
    assert found["se"] == pytest.approx(se, abs=1e-8)
    if df is not None:
        assert found["df"] == pytest.approx(df, abs=digits(df) if isinstance(df, float) else 1e-8)
    if p is not None:
        assert found["p"] == pytest.approx(p, abs=digits(p))
        low, high = found["ci"]
        assert low < found["difference"] < high


def test_that_five_modalities_are_tested_together_and_in_pairs(published: Path) -> None:
    found = told("mrmc", published / "rjafroc_dataset04_marks.csv", "--endpoint", "wafroc")
    test = found["global_test"]
    assert test["statistic"] == pytest.approx(7.8002996671, abs=1e-8)
    assert test["df2"] == pytest.approx(36.7933427, abs=1e-7)
    assert test["p"] == pytest.approx(0.0001171050, abs=1e-8)
    assert len(found["comparisons"]) == 10
    assert all(pair["p_holm"] >= pair["p"] for pair in found["comparisons"])
    assert found["source"]["truth_file"] == "rjafroc_dataset04_truth.csv"
    assert len(found["source"]["truth_sha256"]) == 64


def test_that_an_algorithm_is_compared_with_nine_radiologists(published: Path) -> None:
    found = told("mrmc", published / "rjafroc_dataset09_roc.csv", "--ai", "1")
    ai = found["ai"]
    assert ai["difference"] == pytest.approx(0.0317361111, abs=1e-8)
    assert ai["se"] == pytest.approx(0.0319640505, abs=1e-8)
    assert ai["df"] == pytest.approx(877.8863783, abs=1e-7)
    assert ai["p"] == pytest.approx(0.3210474343, abs=1e-8)
    assert ai["outperformed"] == pytest.approx(1 / 9)
    assert found["n"]["readers"] == 9


def test_that_a_pilot_gives_the_cases_that_the_reference_program_asks_for(published: Path) -> None:
    found = told("power", published / VAN_DYKE, "--effect", "0.05", "--readers", "4,6,8,10")
    assert [row["cases"] for row in found["rows"]] == [361, 170, 134, 119]
    assert {(row["readers"], row["cases"]) for row in found["power"]} >= {(4, 50), (10, 500)}


NUMBER, MAYBE = (int, float), (int, float, type(None))
PAIR = {
    "first": str,
    "second": str,
    "difference": NUMBER,
    "se": MAYBE,
    "df": MAYBE,
    "statistic": MAYBE,
    "p": MAYBE,
    "p_holm": MAYBE,
    "ci": (list, type(None)),
    "noninferiority": (dict, type(None)),
}
SCHEMA: dict[str, Any] = {
    "tool": str,
    "version": str,
    "endpoint": str,
    "design": str,
    "method": str,
    "covariance": str,
    "inference": str,
    "n": dict.fromkeys(("readers", "modalities", "cases", "positive", "negative"), int),
    "figures_of_merit": [{"modality": str, "reader": str, "value": NUMBER}],
    "means": [{"modality": str, "value": NUMBER, "se": MAYBE, "ci": (list, type(None))}],
    "comparisons": [PAIR],
    "global_test": {"statistic": NUMBER, "df1": NUMBER, "df2": MAYBE, "p": NUMBER},
    "variance_components": dict.fromkeys(("var_r", "var_tr", "cov1", "cov2", "cov3", "error"), MAYBE),
    "ai": {
        "value": NUMBER,
        "difference": NUMBER,
        "se": MAYBE,
        "df": MAYBE,
        "statistic": MAYBE,
        "p": MAYBE,
        "ci": (list, type(None)),
        "outperformed": NUMBER,
    },
    "warnings": [str],
}


def assert_has(value: Any, schema: Any, place: str = "") -> None:
    if isinstance(schema, dict):
        assert isinstance(value, dict), place
        for key, part in schema.items():
            assert key in value, f"{place}.{key}"
            assert_has(value[key], part, f"{place}.{key}")
    elif isinstance(schema, list):
        assert isinstance(value, list), place
        for entry in value:
            assert_has(entry, schema[0], f"{place}[]")
    else:
        assert isinstance(value, schema), f"{place} is {value!r}"
        assert not isinstance(value, bool), place


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("inference", ["rrrc", "frrc"])
def test_that_the_json_has_every_key_of_its_description(study: Path, method: str, inference: str) -> None:
    options = ("--method", method, "--inference", inference, "--margin", "0.1")
    found = told("mrmc", study, "--ai", "r1", *options)
    schema = SCHEMA if method == "or" else {**SCHEMA, "global_test": type(None)}
    assert_has(found, schema)
    assert found["tool"] == "realfm"
    assert found["comparisons"][0]["noninferiority"].keys() == {"margin", "statistic", "p"}
    assert (found["comparisons"][0]["first"], found["comparisons"][0]["second"]) == ("m1", "m2")
    without = told("mrmc", study, "--ai", "r1")
    assert without["comparisons"][0]["noninferiority"] is None
    assert told("mrmc", study)["ai"] is None


def test_that_the_choices_of_the_command_are_those_of_the_engine() -> None:
    assert set(METHODS) == {each.value for each in Method}
    assert set(COVARIANCES) == {each.value for each in CovarianceMethod}
    assert set(INFERENCES) == {each.value for each in Inference}
    assert set(DESIGNS) == {"auto", *(each.value for each in Design)}
    assert set(COLUMNS) == set(ColumnNames.__dataclass_fields__)


def test_that_columns_of_any_name_can_be_given(study: Path, tmp_path: Path) -> None:
    renamed = tmp_path / "renamed.csv"
    text = study.read_text(encoding="utf-8")
    renamed.write_text(
        text.replace("reader,modality,case,truth,rating", "who,how,what,dx,x"), encoding="utf-8"
    )
    assert "--reader-column" in run("mrmc", renamed).output
    given = ("--reader-column", "who", "--modality-column", "how", "--case-column", "what")
    found = told("mrmc", renamed, *given, "--truth-column", "dx", "--rating-column", "x")
    assert found["comparisons"] == told("mrmc", study)["comparisons"]


def test_that_one_of_several_findings_is_chosen_by_name(tmp_path: Path) -> None:
    data = made_ratings()
    rows = write_ratings(data, tmp_path / "one.csv").read_text(encoding="utf-8").splitlines()
    both = [f"{rows[0]},finding"]
    both += [f"{row},nodule" for row in rows[1:]]
    both += [f"{row[: row.rindex(',')]},2,edema" for row in rows[1:]]
    path = tmp_path / "two.csv"
    path.write_text("\n".join(both) + "\n", encoding="utf-8")
    refused = run("mrmc", path)
    assert refused.exit_code == 2
    assert "2 findings: nodule, edema" in refused.output
    assert "--finding NAME" in refused.output
    chosen = told("mrmc", path, "--finding", "nodule")
    assert chosen["comparisons"] == told("mrmc", tmp_path / "one.csv")["comparisons"]
    assert "nodule, edema" in run("mrmc", path, "--finding", "cyst").output


def test_that_patients_are_the_sampling_unit_where_they_are_named(tmp_path: Path) -> None:
    data = made_ratings(clusters=np.arange(30) // 2)
    plain = told("mrmc", write_ratings(data, tmp_path / "plain.csv"))
    clustered = told("mrmc", write_ratings(data, tmp_path / "clustered.csv", patients=True))
    assert clustered["n"]["patients"] == 15
    assert plain["n"]["patients"] == 30
    assert clustered["means"][0]["value"] == pytest.approx(plain["means"][0]["value"])
    assert clustered["means"][0]["se"] != pytest.approx(plain["means"][0]["se"])


# ---- hostile studies: an answer, or a refusal that says what to do ----


def changed(path: Path, change: Any) -> Path:
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = [line.split(",") for line in lines[1:]]
    path.write_text("\n".join([lines[0], *(",".join(row) for row in change(rows))]) + "\n", encoding="utf-8")
    return path


def test_that_one_reader_gets_an_answer_about_that_reader(tmp_path: Path) -> None:
    found = told("mrmc", write_ratings(made_ratings(n_readers=1), tmp_path / "one.csv"))
    assert found["inference"] == "frrc"
    assert found["comparisons"][0]["p"] is not None
    assert any("One reader" in warning for warning in found["warnings"])


def test_that_a_study_of_one_class_is_refused_for_an_auc_and_answered_for_a_sensitivity(study: Path) -> None:
    changed(study, lambda rows: [[*row[:3], "1", row[4]] for row in rows])
    refused = run("mrmc", study)
    assert refused.exit_code == 2
    assert "There is no negative case" in refused.output
    found = told("mrmc", study, "--endpoint", "sensitivity", "--threshold", "1")
    assert found["n"]["negative"] == 0
    assert found["comparisons"][0]["se"] > 0


def test_that_constant_ratings_get_an_answer_without_an_interval(study: Path) -> None:
    changed(study, lambda rows: [[*row[:4], "3"] for row in rows])
    found = told("mrmc", study)
    assert [mean["value"] for mean in found["means"]] == [0.5, 0.5]
    assert found["comparisons"][0]["ci"] is None
    assert found["comparisons"][0]["note"]
    report = study.with_suffix(".html")
    assert run("mrmc", study, "--report", report, "--r-script", study.with_suffix(".R")).exit_code == 0


def test_that_infinite_ratings_are_ordered_like_any_other(study: Path, tmp_path: Path) -> None:
    def spread(low: str, high: str) -> Any:
        return lambda rows: [
            [*row[:4], low if float(row[4]) < -1 else high if float(row[4]) > 2 else row[4]] for row in rows
        ]

    finite = tmp_path / "finite.csv"
    finite.write_bytes(study.read_bytes())
    infinite = told("mrmc", changed(study, spread("-inf", "inf")))
    assert infinite["comparisons"] == told("mrmc", changed(finite, spread("-1000", "1000")))["comparisons"]
    assert any("infinite" in note for note in infinite["source"]["notes"])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda rows: [*rows, rows[3]], ("row 242", "r1", "c4", "row 5")),
        (lambda rows: [[*rows[0][:4], "high"], *rows[1:]], ("row 2", "'rating'", "'high'", "not a number")),
        (lambda rows: [*rows[:-1], [*rows[-1][:3], "1", rows[-1][4]]], ("row 241", "'truth'", "c30")),
    ],
    ids=["duplicate reads", "ratings in words", "truth that differs"],
)
def test_that_what_cannot_be_used_is_refused_with_its_cell(
    study: Path, change: Any, words: tuple[str, ...]
) -> None:
    result = run("mrmc", changed(study, change))
    assert result.exit_code == 2
    for word in words:
        assert word in result.output.replace("Row", "row"), result.output
    assert "Traceback" not in result.output


def test_that_ten_problems_are_listed_and_all_are_written(study: Path, tmp_path: Path) -> None:
    changed(study, lambda rows: [[*row[:4], "=high"] for row in rows])
    result = run("mrmc", study)
    assert result.exit_code == 2
    assert result.output.lower().count("column 'rating'") == 10
    assert "--problems FILE.csv" in result.output
    problems = tmp_path / "problems.csv"
    assert run("mrmc", study, "--problems", problems).exit_code == 2
    lines = problems.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "row,cell,value,reason"
    assert len(lines) == 1 + 240
    assert lines[1].startswith("2,rating,'=high,")  # no spreadsheet runs it


def test_that_a_study_folder_is_sent_to_the_export_that_records_it(tmp_path: Path) -> None:
    make_study(tmp_path / "small.study").close()
    result = run("mrmc", tmp_path / "small.study")
    assert result.exit_code == 2
    assert "is a study folder" in result.output
    assert "realfm export" in result.output


# ---- what is written ----


def test_that_a_report_a_script_and_json_are_written_and_say_where_they_come_from(
    study: Path, tmp_path: Path
) -> None:
    out = tmp_path / "new folder"
    out.mkdir()
    result = run(
        "mrmc", study, "--report", out / "r.html", "--r-script", out / "confirm.R", "--json", out / "r.json"
    )
    assert result.exit_code == 0, result.output
    assert {path.name for path in out.iterdir()} == {"r.html", "confirm.R", "confirm_ratings.csv", "r.json"}
    found = json.loads((out / "r.json").read_text(encoding="utf-8"))
    assert found["source"]["sha256"] in (out / "r.html").read_text(encoding="utf-8")
    again = told("mrmc", out / "confirm_ratings.csv")
    assert again["comparisons"] == found["comparisons"]
    assert 'read.csv("confirm_ratings.csv"' in (out / "confirm.R").read_text(encoding="utf-8")


def test_that_json_on_standard_output_stands_alone(study: Path) -> None:
    result = run("mrmc", study, "--covariance", "bootstrap", "--replicates", "200", "--json", "-")
    assert json.loads(result.stdout)["seed"] == 1
    assert "Resampling cases" in result.stderr


def test_that_the_file_that_is_read_is_never_written_over(study: Path, tmp_path: Path) -> None:
    before = study.read_bytes()
    for option in ("--json", "--report", "--problems", "--r-script"):
        result = run("mrmc", study, option, study)
        assert result.exit_code == 2, option
        assert "is not overwritten" in result.output
    twice = run("mrmc", study, "--json", tmp_path / "x", "--report", tmp_path / "x")
    assert twice.exit_code == 2
    assert run("power", study, "--effect", "0.1", "--json", study).exit_code == 2
    assert study.read_bytes() == before


def test_that_neither_the_data_of_a_script_nor_a_truth_found_beside_marks_are_written_over(
    study: Path, tmp_path: Path
) -> None:
    ratings = tmp_path / "confirm_ratings.csv"
    ratings.write_bytes(study.read_bytes())
    before = ratings.read_bytes()
    refused = run("mrmc", ratings, "--r-script", tmp_path / "confirm.R")
    assert refused.exit_code == 2
    assert "confirm_ratings.csv is what is read" in refused.output
    assert ratings.read_bytes() == before
    marks, truth = tmp_path / "s_marks.csv", tmp_path / "s_truth.csv"
    marks.write_text("reader,modality,case,lesion_id,rating\n", encoding="utf-8")
    truth.write_text("case,truth,lesion_id\n", encoding="utf-8")
    for command in (("mrmc",), ("power", "--effect", "0.1")):
        refused = run(command[0], marks, *command[1:], "--json", truth)
        assert refused.exit_code == 2
        assert "s_truth.csv is what is read" in refused.output
    assert truth.read_text(encoding="utf-8") == "case,truth,lesion_id\n"


@pytest.mark.parametrize("option", ["--json", "--report", "--problems", "--r-script"])
def test_that_an_output_must_be_a_file_in_a_folder_that_is_there(
    study: Path, tmp_path: Path, option: str
) -> None:
    for place, words in (
        ("", "is a folder"),
        (".", "is a folder"),
        (tmp_path, "is a folder"),
        (tmp_path / "nowhere" / "x", "there is no folder"),
    ):
        result = run("mrmc", study, option, place)
        assert result.exit_code == 2, (place, result.output)
        assert words in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["study.csv"]


@pytest.mark.skipif(os.name == "nt", reason="makes a pipe with a name, which Windows has not")
def test_that_a_pipe_is_not_replaced_by_a_file(study: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for option in ("--json", "--report", "--problems", "--r-script"):
        result = run("mrmc", study, option, pipe)
        assert result.exit_code == 2
        assert "a device or a pipe" in result.output
    assert pipe.is_fifo()


def test_that_nothing_is_written_where_one_of_the_files_cannot_be(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("realfm_gui.workflows.report_ratings.write_tidy_csv", fail)
    out = tmp_path / "out"
    out.mkdir()
    result = run("mrmc", study, "--json", out / "r.json", "--r-script", out / "confirm.R")
    assert result.exit_code == 2
    assert "No space left" in result.output
    assert list(out.iterdir()) == []


def output_of(*arguments: object, encoding: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "realfm_gui", *map(str, arguments)]
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    return subprocess.run(command, capture_output=True, env=environment, check=False)


def test_that_a_terminal_that_knows_few_letters_gets_an_answer(tmp_path: Path) -> None:
    names = ["\u8aad\u5f71 1", "\u8aad\u5f71 2", "r3", "r4"]
    study = write_ratings(made_ratings(readers=names), tmp_path / "study.csv")
    as_text = output_of("mrmc", study, encoding="cp1252")
    assert as_text.returncode == 0, as_text.stderr
    assert rb"\u8aad" in as_text.stdout
    assert re.search(rb"m1 - m2 +-0\.", as_text.stdout)  # a minus sign that was lost would turn the result
    as_json = output_of("mrmc", study, "--json", "-", encoding="cp1252")
    assert as_json.returncode == 0, as_json.stderr
    assert json.loads(as_json.stdout.decode("ascii"))["figures_of_merit"][0]["reader"] == names[0]


@pytest.mark.skipif(os.name == "nt", reason="a closed pipe is another error on Windows")
def test_that_a_reader_who_has_read_enough_ends_the_command_quietly(study: Path) -> None:
    command = [sys.executable, "-m", "realfm_gui", "mrmc", str(study), "--json", "-"]
    receiving, sending = os.pipe()
    os.close(receiving)
    with open(sending, "wb") as closed:  # noqa: PTH123 - a descriptor, not a path
        done = subprocess.run(command, stdout=closed, stderr=subprocess.PIPE, check=False, text=True)
    assert done.returncode == 1
    assert done.stderr == ""


def test_that_rows_without_a_rating_are_counted_beyond_those_listed(tmp_path: Path) -> None:
    data = made_ratings(n_cases=1200)
    study = write_ratings(data, tmp_path / "study.csv")
    changed(study, lambda rows: [[*row[:4], "" if row[0] == "r1" else row[4]] for row in rows])
    problems = tmp_path / "problems.csv"
    result = run("mrmc", study, "--problems", problems, "--json", tmp_path / "r.json", "--inference", "frrc")
    assert result.exit_code == 0, result.output
    found = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert found["source"]["rows_without_rating"] == 2400
    lines = problems.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + 1000 + 1
    assert '"and 1,400 more, which are not listed"' in lines[-1]


def test_that_names_that_a_spreadsheet_would_run_are_told_by_the_command_that_writes_them(
    tmp_path: Path,
) -> None:
    data = made_ratings(readers=["=1+1", "-2", "r3", "r4"])
    study = write_ratings(data, tmp_path / "study.csv")
    for arguments in (
        ("mrmc", study, "--r-script", tmp_path / "c.R"),
        ("convert", study, tmp_path / "c.csv"),
    ):
        result = run(*arguments)
        assert result.exit_code == 0, result.output
        assert "'=1+1' begins as a formula does" in result.stderr


@pytest.mark.parametrize("name", ["c.csv", "c.parquet", "c.imrmc", "c.xlsx", "c.lrc"])
def test_that_converted_ratings_give_the_same_answer(study: Path, tmp_path: Path, name: str) -> None:
    out = tmp_path / name
    result = run("convert", study, out)
    assert result.exit_code == 0, result.output
    assert str(out) in result.stdout
    found, expected = (told("mrmc", path)["comparisons"][0] for path in (out, study))
    for key in ("first", "second"):
        assert found[key] == expected[key]
    for key in ("difference", "se", "p"):
        assert found[key] == pytest.approx(expected[key], abs=1e-12)


def test_that_a_conversion_says_what_is_lost_and_writes_over_nothing_that_is_read(tmp_path: Path) -> None:
    data = made_ratings(clusters=np.arange(30) // 2)
    study = write_ratings(data, tmp_path / "study.csv", patients=True)
    before = study.read_bytes()
    lossy = run("convert", study, tmp_path / "c.csv", "--to", "mrmcaov")
    assert lossy.exit_code == 0
    assert "does not hold which cases belong to the same patient" in lossy.stderr
    for out, words in (
        (study, "is what is read"),
        (tmp_path / "c.txt", "--to csv"),
        (tmp_path / "c.xlsx", ""),
    ):
        result = run("convert", study, out)
        assert result.exit_code == (2 if words else 0), result.output
        assert words in result.output
    marks = run("convert", study, tmp_path / "c_marks.csv", "--to", "marks")
    assert marks.exit_code == 2
    assert "needs marks" in marks.output
    assert study.read_bytes() == before
    assert not list(tmp_path.glob("*truth*"))


def test_that_marks_are_converted_to_two_tables_that_find_each_other(published: Path, tmp_path: Path) -> None:
    marks = published / "rjafroc_dataset01_marks.csv"
    result = run("convert", marks, tmp_path / "c_marks.csv", "--to", "marks")
    assert result.exit_code == 0, result.output
    assert {path.name for path in tmp_path.iterdir()} == {"c_marks.csv", "c_truth.csv"}
    found, expected = (
        told("mrmc", path, "--endpoint", "wafroc")["comparisons"][0]
        for path in (tmp_path / "c_marks.csv", marks)
    )
    assert found["se"] == pytest.approx(expected["se"], abs=1e-12)
    assert abs(found["difference"]) == pytest.approx(abs(expected["difference"]), abs=1e-12)


def test_that_a_place_that_cannot_be_written_is_said(study: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder", encoding="utf-8")
    result = run("mrmc", study, "--report", tmp_path / "taken" / "r.html")
    assert result.exit_code == 2
    assert "cannot be written" in result.output


def test_that_the_same_seed_gives_the_same_bootstrap(study: Path) -> None:
    def found(seed: int) -> Any:
        options = ("--covariance", "bootstrap", "--replicates", "250", "--seed", seed)
        return told("mrmc", study, *options)["figures_of_merit"]

    assert found(3) == found(3)
    assert found(3) != found(4)


@pytest.mark.skipif(os.name == "nt", reason="sends the signal of Ctrl-C, which Windows sends otherwise")
def test_that_ctrl_c_leaves_no_file(tmp_path: Path) -> None:
    study = write_ratings(made_ratings(n_readers=10, n_cases=300), tmp_path / "large.csv")
    out = tmp_path / "out"
    out.mkdir()
    command = [sys.executable, "-m", "realfm_gui", "mrmc", study, "--covariance", "bootstrap"]
    command += ["--replicates", "20000", "--json", out / "r.json", "--report", out / "r.html"]
    with subprocess.Popen(
        list(map(str, command)),
        stderr=subprocess.PIPE,
        text=True,
        # Whoever runs the tests in the background has this signal ignored, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "Resampling" in line:
                process.send_signal(signal.SIGINT)
                break
        rest = process.stderr.read()
    assert process.returncode == 130, rest
    assert "Stopped. Nothing was written." in rest
    assert list(out.iterdir()) == []


# ---- questions that make no sense ----


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--endpoint", "auk"), "There is no endpoint called 'auk'"),
        (("--endpoint", "sensitivity"), "--threshold"),
        (("--threshold", "3"), "does not use --threshold"),
        (("--endpoint", "wafroc"), "needs marks"),
        (("--endpoint", "max-nlf", "--margin", "0.1"), "less is better"),
        (("--endpoint", "pauc", "--fpr-range", "0.3"), "no range"),
        (("--ai", "robot"), "There is no reader named 'robot'"),
        (("--design", "split-plot"), "not of the design 'split-plot'"),
        (("--method", "ustat", "--inference", "rrfc"), "U-statistics"),
        (("--method", "ustat", "--covariance", "delong"), "their own, unbiased covariance"),
        (("--margin", "-0.1"), "The margin is -0.1"),
        (("--alpha", "5"), "Alpha is 5"),
        (("--replicates", "3"), "3 replicates"),
        (("--truth", "nowhere.csv"), "nowhere.csv"),
        (("--seed", "-1"), "-1 is not in the range"),
        (("--replicates", "1000001"), "1000001 is not in the range"),
        (("--endpoint", "sensitivity", "--threshold", "nan"), "'nan' is not a number"),
        (("--margin", "inf"), "'inf' is not a number"),
        (("--alpha", "1e-300"), "Alpha is 1e-300"),
        (("--endpoint", "pauc", "--fpr-range", "nan,0.3"), "no range"),
    ],
)
def test_that_a_question_without_an_answer_is_refused_in_words(
    study: Path, options: tuple[str, ...], words: str
) -> None:
    result = run("mrmc", study, *options)
    assert result.exit_code == 2, result.output
    assert words in result.output
    assert "Traceback" not in result.output


def test_that_a_missing_graphics_processor_is_said(study: Path) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has one")
    result = run("mrmc", study, "--device", "cuda")
    assert result.exit_code == 2
    assert "no device 'cuda'" in result.output


def test_that_a_range_of_false_positives_is_the_same_as_its_parts(study: Path) -> None:
    short = told("mrmc", study, "--endpoint", "pauc", "--fpr-range", "0,0.4")
    parts = ("--axis", "fpf", "--low", "0", "--high", "0.4")
    assert short["comparisons"] == told("mrmc", study, "--endpoint", "pauc", *parts)["comparisons"]


# ---- planning ----


def test_that_components_can_be_given_and_are_the_same_plan(published: Path) -> None:
    pilot = told("power", published / VAN_DYKE, "--effect", "0.05")
    parts = pilot["components"]
    given = [
        text
        for key in ("var_tr", "cov1", "cov2", "cov3", "error")
        for text in (f"--{key.replace('_', '-')}", parts[key])
    ]
    by_hand = told("power", *given, "--pilot-cases", parts["n_cases"], "--effect", "0.05")
    assert by_hand["rows"] == pilot["rows"]
    listed = told("power", "--published", "vandyke-auc", "--effect", "0.05")
    assert [row["cases"] for row in listed["rows"]] == [row["cases"] for row in pilot["rows"]]
    assert "vandyke-auc" in run("power", "--published", "list").output


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "--effect"),
        (("--effect", "0.05"), "one place"),
        (("--effect", "0.05", "--cov1", "0.1"), "--cov2"),
        (("--effect", "0.05", "--published", "nobody"), "vandyke-auc"),
        (("--published", "vandyke-auc"), "--effect"),
        (("--published", "vandyke-auc", "--effect", "0.05", "--readers", "four"), "--readers 4,6,8"),
        (
            ("--published", "vandyke-auc", "--effect", "0.05", "--split-plot", "3", "--readers", "4"),
            "multiple of 3",
        ),
        (
            ("--published", "vandyke-auc", "--effect", "0.05", "--split-plot", "3", "--cases", "100"),
            "multiples of 3",
        ),
        (("--published", "vandyke-auc", "--effect", "0.05", "--equivalence"), "--margin"),
        (("--published", "vandyke-auc", "--effect", "0.05", "--icc", "nan"), "'nan' is not a number"),
        (("--published", "vandyke-auc", "--effect", "0.05", "--cluster-size", "inf"), "'inf' is not"),
        (("--published", "vandyke-auc", "--effect", "1e308"), "too large"),
        (("--published", "vandyke-auc", "--effect", "0.05", "--most-cases", "1000001"), "not in the range"),
        (("--published", "vandyke-auc", "--effect", "0.05", "--cases", "99999999"), "1,000,000"),
        (("--published", "vandyke-auc", "--effect", "0.05", "--alpha", "1e-300"), "Alpha is"),
    ],
)
def test_that_a_plan_without_its_parts_is_refused_in_words(options: tuple[str, ...], words: str) -> None:
    result = run("power", *options)
    assert result.exit_code == 2, result.output
    if options:
        assert words in result.output


def test_that_the_plan_is_printed_as_a_table(study: Path) -> None:
    result = run("power", study, "--effect", "0.1", "--readers", "4,8", "--cases", "60,120")
    assert result.exit_code == 0, result.output
    assert "Smallest number of cases for a power of 0.8" in result.output
    assert "60 cases" in result.output
    assert "AUC (empirical) of the pilot study.csv" in result.output


def test_that_a_pilot_with_one_reader_is_refused(tmp_path: Path) -> None:
    path = write_ratings(made_ratings(n_readers=1), tmp_path / "one.csv")
    result = run("power", path, "--effect", "0.1")
    assert result.exit_code == 2
    assert "2 modalities and 1 reader" in result.output


def test_that_a_plan_for_a_sensitivity_counts_positive_cases(study: Path) -> None:
    options = ("--endpoint", "sensitivity", "--threshold", "1", "--effect", "0.1", "--cases", "60")
    text = run("power", study, *options).output
    assert "Smallest number of positive cases" in text
    assert "60 positive cases" in text
    assert told("power", study, *options)["cases_counted"] == "positive"
    of_negatives = ("--endpoint", "specificity", *options[2:])
    assert told("power", study, *of_negatives)["cases_counted"] == "negative"
    assert told("power", study, "--effect", "0.1")["cases_counted"] == "all"
    listed = run("power", "--published", "vandyke-sensitivity", "--effect", "0.1").output
    assert "Numbers of cases count positive cases only" in listed


def test_that_the_clusters_of_a_pilot_are_not_counted_twice(tmp_path: Path) -> None:
    data = made_ratings(clusters=np.arange(30) // 2)
    path = write_ratings(data, tmp_path / "clustered.csv", patients=True)
    assert run("power", path, "--effect", "0.1").exit_code == 0
    for option, value in (("--cluster-size", "2"), ("--icc", "0.3")):
        refused = run("power", path, "--effect", "0.1", option, value)
        assert refused.exit_code == 2
        assert "count them twice" in refused.output
