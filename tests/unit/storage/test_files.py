"""Images, truth, sources, heads and predictions: each in files of its own."""

import logging
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from realfm_gui.domain.case import Split
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.events import EventKind
from realfm_gui.storage import StudyStore
from realfm_gui.storage.atomic_files import remove_partial_files

from .scenario import (
    CASES,
    MODEL,
    RUN,
    SECRET_FILE,
    SECRET_PATIENT,
    SECRET_SCORE,
    SECRET_SUBTYPE,
    SECRET_UID,
    add_case,
    fill,
    labels,
    prediction,
    run_record,
    sources,
    store_run,
)


def test_that_truth_scores_and_sources_stay_out_of_the_database_and_every_log(
    store: StudyStore, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    fill(store)
    secrets = [SECRET_PATIENT, SECRET_FILE, "mustermann_thorax", SECRET_UID, SECRET_SUBTYPE]
    secrets += ["is_present", repr(SECRET_SCORE), repr(0.1 + 0.2), repr(1 / 3)]
    needles = [secret.encode() for secret in secrets]
    needles += [struct.pack(order, SECRET_SCORE) for order in ("<d", ">d")]

    def leaks(sealed: bool) -> set[str]:
        folders = ("sealed", "predictions")
        return {
            path.name
            for path in store.root.rglob("*")
            if path.is_file() and (path.relative_to(store.root).parts[0] in folders) == sealed
            for needle in needles
            if needle in path.read_bytes()
        }

    assert (store.root / "study.sqlite-wal").stat().st_size > 0  # the write-ahead log was searched as well
    assert leaks(sealed=False) == set()
    assert leaks(sealed=True) == {
        "truth-reading.json",
        "sources.json",
        *(f"{case}.npz" for case in CASES[:2]),
    }
    assert not any(secret in caplog.text for secret in secrets)
    store._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert leaks(sealed=False) == set()


def test_that_hashes_are_salted_differently_in_every_study(tmp_path: Path, store: StudyStore) -> None:
    with StudyStore.create(tmp_path / "b.study", (store.root / "protocol.toml").read_text("utf-8")) as other:
        assert store.salted_sha256(b"x") != other.salted_sha256(b"x")
    with StudyStore.open(store.root) as again:
        assert store.salted_sha256(b"x") == again.salted_sha256(b"x")


def test_that_truth_and_sources_come_back_as_written(store: StudyStore) -> None:
    assert store.read_sources() == []
    assert not store.has_truth(Split.READING)
    with pytest.raises(UserFacingError, match="no truth"):
        store.read_truth(Split.READING)
    digest = store.write_truth(Split.READING, labels())
    assert not store.has_truth(Split.READING), "until the log knows it"
    store.append(EventKind.TRUTH_SEALED, {"split": "reading", "salted_sha256": digest}, actor="coordinator")
    assert digest == store.salted_sha256((store.root / "sealed" / "truth-reading.json").read_bytes())
    store.write_sources(sources())
    assert store.has_truth(Split.READING)
    assert store.read_truth(Split.READING) == labels()
    assert store.read_sources() == sources()


def test_that_refusals_and_the_uid_map_come_back_as_written(store: StudyStore) -> None:
    assert store.read_refusals() == []
    assert store.read_uid_map() == {}
    refused = [(SECRET_FILE, 'truncated, "half" a file'), ("b.dcm", "a duplicate\nof a.dcm")]
    store.write_refusals(refused)
    store.write_uid_map({SECRET_UID: "2.25.1"})
    assert store.read_refusals() == refused
    assert store.read_uid_map() == {SECRET_UID: "2.25.1"}
    assert {store.refusals_path.parent.name} == {"sealed"}


def test_that_a_head_is_asked_for_by_name_before_it_is_fitted(store: StudyStore) -> None:
    assert not store.has_head(MODEL)
    with pytest.raises(UserFacingError, match="not been fitted") as caught:
        store.read_head(MODEL)
    assert "realfm fit" in caught.value.hint
    digest = store.write_head(MODEL, b"\x00weights")
    assert not store.has_head(MODEL), "a head that a killed fit left behind is none"
    fitted = {"model": MODEL, "version": "1", "weights_sha256": "", "head_salted_sha256": digest}
    store.append(EventKind.MODEL_FITTED, fitted, actor="coordinator")
    assert store.read_head(MODEL) == b"\x00weights"
    assert digest == store.salted_sha256(b"\x00weights")


def test_that_predictions_come_back_to_the_last_bit(store: StudyStore) -> None:
    first = prediction(CASES[0])
    bare = replace(
        first, finding="nodule", score=5e-324, probability=None, prevalence=None, operating_point=None
    )
    store.write_prediction(RUN, CASES[0], [first, replace(bare, saliency=None)])
    one, two = store.read_prediction(RUN, CASES[0])
    assert first.saliency is not None
    assert one.saliency is not None
    assert one.saliency.values.dtype == np.float32
    assert one.saliency.values.tobytes() == first.saliency.values.tobytes()
    assert one.saliency.geometry == first.saliency.geometry
    assert replace(one, saliency=None) == replace(first, saliency=None)
    assert str(one.operating_point) == "-0.0"
    assert two == replace(bare, saliency=None)


def test_that_reading_one_prediction_opens_no_other_cases_file(
    store: StudyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    for case_id in CASES[:2]:
        add_case(store, case_id)
    store_run(store)
    opened: list[str] = []
    read = Path.read_bytes

    def spying(path: Path) -> bytes:
        opened.append(path.name)
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", spying)
    store.read_prediction(RUN, CASES[0])
    assert opened == [f"{CASES[0]}.npz"]


def test_that_a_prediction_changed_after_it_was_recorded_is_refused(store: StudyStore) -> None:
    store_run(store)
    path = store.root / "predictions" / RUN / f"{CASES[0]}.npz"
    content = path.read_bytes()
    position = content.index(struct.pack("<d", SECRET_SCORE))
    path.write_bytes(content[:position] + struct.pack("<d", 0.5) + content[position + 8 :])
    with pytest.raises(UserFacingError, match="changed"):
        store.read_prediction(RUN, CASES[0])


def test_that_a_case_without_prediction_is_a_listed_failure(store: StudyStore) -> None:
    store_run(store)
    with pytest.raises(UserFacingError, match=CASES[2]):
        store.read_prediction(RUN, CASES[2])
    assert store.run_record(RUN) == run_record()


def test_that_a_recorded_run_is_never_rewritten(store: StudyStore) -> None:
    store_run(store)
    with pytest.raises(ValueError, match="on record"):
        store.write_prediction(RUN, CASES[0], [prediction(CASES[0], score=0.0)])
    with pytest.raises(ValueError, match="on record"):
        store.write_run(run_record())
    with pytest.raises(ValueError, match="on record"):
        store.discard_run(RUN)
    with pytest.raises(ValueError, match="another case"):
        store.write_prediction("r-other", CASES[0], [prediction(CASES[1])])


def test_that_the_latest_run_of_a_model_is_the_last_one_recorded(store: StudyStore) -> None:
    assert store.latest_run(MODEL) is None
    store_run(store, "r-zz")
    store_run(store, "r-aa")
    store_run(store, "r-bb", "pixels-16x16")
    assert store.runs() == ["r-zz", "r-aa", "r-bb"]
    latest = store.latest_run(MODEL)
    assert latest is not None
    assert latest.run_id == "r-aa"


def test_that_a_cancelled_run_or_import_can_be_taken_back(store: StudyStore) -> None:
    store.write_prediction("r-cancelled", CASES[0], [prediction(CASES[0])])
    store.discard_run("r-cancelled")
    store.discard_run("r-cancelled")
    assert list((store.root / "predictions").iterdir()) == []
    store.add_image("i-1.dcm", b"x")
    store.discard_image("i-1.dcm")
    assert list((store.root / "images").iterdir()) == []
    add_case(store, CASES[0])
    with pytest.raises(ValueError, match="belongs to a case"):
        store.discard_image(store.case(CASES[0]).images[0].file)


def test_that_an_image_is_never_overwritten(store: StudyStore) -> None:
    store.add_image("i-1.dcm", b"first")
    with pytest.raises(ValueError, match="already has"):
        store.add_image("i-1.dcm", b"second")
    assert store.image_path("i-1.dcm").read_bytes() == b"first"


@pytest.mark.parametrize("name", ["../protocol.toml", "/etc/passwd", ".hidden", "", "a//../b", "x\x00"])
def test_that_no_name_leads_out_of_the_study(store: StudyStore, name: str) -> None:
    with pytest.raises(ValueError, match="cannot be the name"):
        store.add_image(name, b"x")
    with pytest.raises(ValueError, match="cannot be the name"):
        store.write_head(name, b"x")
    with pytest.raises(ValueError, match="cannot be the name"):
        store.write_prediction("r-1", name, [])


def test_that_files_a_dead_process_left_half_written_are_removed(tmp_path: Path) -> None:
    (tmp_path / "r-1").mkdir()
    # Process ids end at 2**22 on Linux: nobody has this one.
    dead = tmp_path / "r-1" / ".a.npz.99999999-00ff00ff.partial"
    alive = tmp_path / "r-1" / ".b.npz.1-00ff00ff.partial"
    for path in (dead, alive, tmp_path / "kept.partial"):
        path.write_bytes(b"half")
    remove_partial_files(tmp_path)
    assert not dead.exists()
    assert alive.exists()
    assert (tmp_path / "kept.partial").exists()
