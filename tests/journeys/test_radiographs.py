"""Bring your own data: real radiographs from a folder to a result, by the README's commands."""

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from realfm_gui.cli import realfm
from realfm_gui.domain.case import Split
from realfm_gui.storage import StudyStore
from realfm_gui.workflows.simulated_readers import SimulatedBehaviour, simulate_readings

READING_CASES = 160


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(realfm, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    return result


@pytest.fixture(scope="module")
def radiographs(shared: Path) -> Path:
    folder = shared / "data" / "cxr" / "pneumonia"
    if not folder.is_dir():
        pytest.skip("needs the radiographs (data/cxr/pneumonia in the shared folder)")
    return folder


@pytest.fixture(scope="module")
def study(radiographs: Path, repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The README's commands up to the predictions, with simulated readers in place of people."""
    protocol = (repository / "studies" / "radiographs" / "protocol.toml").read_text(encoding="utf-8")
    for name in ("anna", "ben"):
        assert f'id = "{name}"' in protocol
    protocol = protocol.replace('name = "Anna"', 'name = "Anna"\nsimulated = true')
    protocol = protocol.replace('name = "Ben"', 'name = "Ben"\nsimulated = true')
    folder = tmp_path_factory.mktemp("radiographs")
    (folder / "protocol.toml").write_text(protocol, encoding="utf-8")
    root = folder / "mine.study"
    run("create", root, "--protocol", folder / "protocol.toml")
    told = run("import", root, radiographs, "--truth", radiographs / "labels.csv").output
    assert "no patient may be in two" in told  # the labels hold 19 patients in both splits
    for model in ("efficientnet-lite0", "pixels-16x16"):
        run("fit", root, "--model", model)
        run("predict", root, "--model", model)
    simulate(root)
    return root


def simulate(root: Path) -> None:
    with StudyStore.open(root) as store:
        order = [record.case_id for record in sorted(store.read_sources(), key=lambda record: record.path)]
        truth = {label.case_id: float(label.is_present) for label in store.read_truth(Split.READING)}
        behaviours = [
            SimulatedBehaviour(
                reader=reader, skill=1.8, criterion=0.9, reliance=reliance, pace_s=20, second_look_s=5
            )
            for reader, reliance in (("anna", 0.3), ("ben", 0.1))
        ]
        read = [case_id for case_id in order if case_id in truth]
        simulate_readings(store, truth, behaviours, order=read, seed=1)


def test_that_the_test_set_is_whole_and_no_patient_is_in_two_splits(study: Path) -> None:
    with StudyStore.open(study, read_only=True) as store:
        patients = {split: {case.patient_id for case in store.cases(split)} for split in Split}
        assert len(store.cases(Split.READING)) == READING_CASES
        assert not patients[Split.DEVELOPMENT] & patients[Split.READING]


def test_that_the_model_reaches_its_known_auc_and_the_control_stands_beside_it(study: Path) -> None:
    results = json.loads(run("analyze", study, "--json", "-").stdout)
    model, control = results["auc"]["ai"], results["auc_estimates"]["controls"]["pixels-16x16"]["value"]
    print(f"model {model:.4f}, 16 x 16 pixels {control:.4f}")
    assert results["n"]["cases"] == READING_CASES
    assert model >= 0.94
    assert control < model


def test_that_the_record_is_whole_and_gives_no_label_away(study: Path, radiographs: Path) -> None:
    assert run("verify", study).output.strip().endswith("OK")
    database = b"".join(
        file.read_bytes()
        for file in study.iterdir()
        if file.is_file() and file.name.startswith("study.sqlite")
    )
    with (radiographs / "labels.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        assert row["file"].encode() not in database
        assert row["patient"].encode() + b'"' not in database
    for word in (b"bacteria", b"virus", b"subtype", b"is_present"):
        assert word not in database
    for image in (study / "images").iterdir():
        content = image.read_bytes()
        assert b"person" not in content
        assert b"NORMAL" not in content.replace(b"ABNORMAL", b"")
