"""Imports that are killed, doubled or late: no image is lost, none is doubled, the next brings the rest."""

import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from realfm_gui.domain.case import Split
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.events import EventKind
from realfm_gui.domain.reading import PhaseTimes
from realfm_gui.storage import StudyStore, verify_study
from realfm_gui.workflows.analyse import analyse
from realfm_gui.workflows.import_images import import_images
from realfm_gui.workflows.reading import lock_unaided, open_next, reveal_ai, start_session, submit_aided
from tests.small_study import PROTOCOL, store_predictions
from tests.unit.workflows.test_reading import answer

CASES = 6


@pytest.fixture
def images(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    folder.mkdir()
    for number in range(CASES):
        pixels = np.random.default_rng(number).integers(0, 255, (24, 32)).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"scan{number}.png")
    rows = [f"scan{number}.png,{number % 2}" for number in range(CASES)]
    (tmp_path / "truth.csv").write_text("file,truth\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def study(tmp_path: Path) -> Path:
    StudyStore.create(tmp_path / "s.study", PROTOCOL).close()
    return tmp_path / "s.study"


def import_in_a_process(
    study: Path, images: Path, *, dies_before: int | None = None
) -> "subprocess.Popen[str]":
    """Import in another process; with `dies_before` it ends without farewell before that append."""
    code = f"""
    import os, sys
    from pathlib import Path
    from realfm_gui.domain.errors import UserFacingError
    from realfm_gui.storage import StudyStore
    from realfm_gui.workflows.import_images import import_images

    if __name__ == "__main__":
        appends, append = 0, StudyStore.append
        def counted(self, *args, **kwargs):
            global appends
            appends += 1
            if appends == {dies_before}:
                os._exit(9)
            return append(self, *args, **kwargs)
        StudyStore.append = counted
        try:
            with StudyStore.open(Path(sys.argv[1])) as store:
                print(import_images(store, [Path(sys.argv[2])], truth_csv=Path(sys.argv[3])).cases)
        except UserFacingError as error:
            sys.exit(error.message)
    """
    script = study.parent / "importer.py"
    script.write_text(textwrap.dedent(code), encoding="utf-8")
    command = [sys.executable, str(script), str(study), str(images), str(study.parent / "truth.csv")]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def assert_whole(study: Path) -> None:
    report = verify_study(study)
    assert report.problems == ()
    with StudyStore.open(study, read_only=True) as store:
        assert len(store.cases()) == CASES
        assert len(store.read_truth(Split.READING)) == CASES
        assert {record.case_id for record in store.read_sources()} == {case.case_id for case in store.cases()}


@pytest.mark.parametrize("dies_before", [1, 2, 4, CASES + 2])
def test_that_a_killed_import_is_finished_by_the_next(study: Path, images: Path, dies_before: int) -> None:
    with import_in_a_process(study, images, dies_before=dies_before) as process:
        process.communicate()
    assert process.returncode == 9
    with StudyStore.open(study) as store:
        there = len(store.cases())
        report = import_images(store, [images], truth_csv=study.parent / "truth.csv")
    assert report.cases == CASES - there
    assert_whole(study)


def test_that_two_imports_at_once_neither_lose_nor_double_an_image(study: Path, images: Path) -> None:
    processes = [import_in_a_process(study, images) for _ in range(2)]
    told = [process.communicate() for process in processes]
    finished = [process.returncode for process in processes]
    assert 0 in finished, told
    for code, (_, errors) in zip(finished, told, strict=True):
        assert code == 0 or "under way" in errors, errors
    assert_whole(study)


def test_that_nothing_else_works_on_a_study_that_is_being_worked_on(study: Path, images: Path) -> None:
    with (
        StudyStore.open(study) as store,
        StudyStore.open(study) as other,
        store.exclusive_work(),
        pytest.raises(UserFacingError, match="under way"),
    ):
        import_images(other, [images])
    with StudyStore.open(study) as store:
        assert import_images(store, [images]).cases == CASES


def read_everything(store: StudyStore) -> None:
    store_predictions(store, [case.case_id for case in store.cases()], failed=[])
    session = start_session(store, "ben")
    while (case := open_next(store, session)) is not None:
        lock_unaided(store, session, case.case.case_id, answer(), PhaseTimes())
        reveal_ai(store, session, case.case.case_id)
        submit_aided(store, session, case.case.case_id, answer(), PhaseTimes())


def test_that_the_reference_standard_may_come_after_the_readings_but_no_case_may(
    study: Path, images: Path
) -> None:
    with StudyStore.open(study) as store:
        import_images(store, [images])
        read_everything(store)
        Image.fromarray(np.zeros((24, 32), np.uint8)).save(images / "late.png")
        truth = study.parent / "truth.csv"
        truth.write_text(truth.read_text(encoding="utf-8") + "late.png,1\n", encoding="utf-8")
        report = import_images(store, [images], truth_csv=truth)
        assert (report.cases, report.late_truth) == (0, CASES)
        assert any("reading has begun" in reason for _, reason in report.refused)
    assert_whole(study)


def test_that_no_event_can_change_what_readers_see_once_one_has_read(study: Path, images: Path) -> None:
    with StudyStore.open(study) as store:
        import_images(store, [images])
        read_everything(store)
        model = store.protocol.model.name
        run = {"run_id": "r-2", "model": model, "run_salted_sha256": "", "files": {}}
        case = {"case_id": "c-1", "patient_id": "p-1", "split": "reading", "indication": "", "images": []}
        for kind, payload in ((EventKind.PREDICTIONS_STORED, run), (EventKind.CASE_ADDED, case)):
            with pytest.raises(UserFacingError, match="Reading has begun"):
                store.append(kind, payload, actor="coordinator")


def test_that_nothing_is_computed_from_a_truth_that_was_changed(study: Path, images: Path) -> None:
    with StudyStore.open(study) as store:
        import_images(store, [images], truth_csv=study.parent / "truth.csv")
        read_everything(store)
    sealed = study / "sealed" / "truth-reading.json"
    sealed.write_text(sealed.read_text(encoding="utf-8").replace("false", "true", 1), encoding="utf-8")
    with pytest.raises(UserFacingError, match="has changed since the log recorded it"):
        analyse(study)
