"""Importing: everything good is kept, everything refused is listed, nothing is lost and nothing leaks."""

import errno
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from realfm_gui.domain.case import Split
from realfm_gui.domain.errors import Cancelled, UserFacingError
from realfm_gui.domain.reading import PhaseTimes
from realfm_gui.imaging.phantom_dicom import phantom_file
from realfm_gui.storage import StudyStore, verify_study
from realfm_gui.workflows.import_images import ImportReport, import_images
from realfm_gui.workflows.reading import lock_unaided, open_next, start_session
from tests.small_study import PROTOCOL, store_predictions
from tests.unit.workflows.test_reading import answer


@pytest.fixture
def store(tmp_path: Path) -> Iterator[StudyStore]:
    with StudyStore.create(tmp_path / "s.study", PROTOCOL) as store:
        yield store


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder as people have them: DICOM at some depth, pictures, and things that are no images."""
    folder = tmp_path / "source"
    (folder / "deep" / "deeper").mkdir(parents=True)
    for number in range(4):
        place = folder / "deep" / "deeper" if number % 2 else folder
        (place / f"Doe_Jane_{number}.dcm").write_bytes(dicom(number))
    Image.fromarray(pixels(7).astype(np.uint8)).save(folder / "scan.png")
    (folder / "notes.txt").write_text("patient Doe has a nodule", encoding="utf-8")
    return folder


def pixels(seed: int) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint16]]":
    return np.random.default_rng(seed).integers(0, 4096, (24, 32)).astype(np.uint16)


def dicom(number: int) -> bytes:
    return phantom_file(pixels(number), name=f"Jane-{number}", pixel_spacing_mm=0.2)


def truth(folder: Path, text: str) -> Path:
    path = folder / "truth.csv"
    path.write_text(text, encoding="utf-8")
    return path


def reasons(report: ImportReport) -> dict[str, str]:
    return {Path(file).name: reason for file, reason in report.refused}


def test_that_images_at_any_depth_come_in_under_random_ids_and_the_rest_is_listed(
    store: StudyStore, source: Path
) -> None:
    report = import_images(store, [source])
    assert (report.cases, report.images) == (5, 5)
    assert list(reasons(report)) == ["notes.txt"]
    assert store.read_refusals() == list(report.refused)
    assert {case.split for case in store.cases()} == {Split.READING}
    assert all(case.case_id.startswith("c-") for case in store.cases())


def test_that_no_name_of_the_source_is_left_outside_the_sealed_folder(
    store: StudyStore, source: Path
) -> None:
    import_images(store, [source], truth_csv=truth(source, "file,truth,site\nDoe_Jane_0.dcm,1,Northtown\n"))
    for path in store.root.rglob("*"):
        if path.is_file() and path.parent.name != "sealed":
            content = path.read_bytes()
            for word in (b"Doe", b"Jane", b"PHANTOM", b"Northtown", b"is_present", b"scan.png"):
                assert word not in content, (path.name, word)


def test_that_the_record_is_whole_afterwards(store: StudyStore, source: Path) -> None:
    import_images(store, [source])
    assert verify_study(store.root).problems == ()


def test_that_the_same_file_is_not_imported_twice_neither_now_nor_later(
    store: StudyStore, source: Path
) -> None:
    (source / "copy.dcm").write_bytes(dicom(0))
    report = import_images(store, [source])
    assert report.cases == 5
    assert "is the same file as" in reasons(report)["copy.dcm"] + reasons(report).get("Doe_Jane_0.dcm", "")
    again = import_images(store, [source])
    assert again.cases == 0
    assert len(again.refused) == 7
    assert len(store.cases()) == 5
    assert verify_study(store.root).problems == ()


def test_that_a_patient_is_never_in_two_splits_and_the_test_set_keeps_them(
    store: StudyStore, source: Path
) -> None:
    rows = "Doe_Jane_0.dcm,1,development,P1\nDoe_Jane_1.dcm,1,reading,P1\nDoe_Jane_2.dcm,0,development,P2\n"
    report = import_images(store, [source], truth_csv=truth(source, "file,truth,split,patient\n" + rows))
    assert "no patient may be in two" in reasons(report)["Doe_Jane_0.dcm"]
    assert len(store.cases(Split.READING)) == 1
    assert len(store.cases(Split.DEVELOPMENT)) == 1
    later = truth(source, "file,truth,split,patient\nDoe_Jane_3.dcm,1,reading,P2\n")
    report = import_images(store, [source], truth_csv=later)
    assert "no patient may be in two" in reasons(report)["Doe_Jane_3.dcm"]


def test_that_an_image_without_a_row_is_listed_and_a_bad_row_too(store: StudyStore, source: Path) -> None:
    report = import_images(
        store, [source], truth_csv=truth(source, "file,truth\nDoe_Jane_0.dcm,1\nDoe_Jane_1.dcm,maybe\n")
    )
    assert report.cases == 1
    assert reasons(report)["Doe_Jane_2.dcm"] == "has no row in the truth table"
    assert "must be 0 or 1" in reasons(report)["truth.csv, line 3"]
    [label] = store.read_truth(Split.READING)
    assert label.is_present


def test_that_truth_can_come_later(store: StudyStore, source: Path) -> None:
    import_images(store, [source])
    report = import_images(store, [source], truth_csv=truth(source, "file,truth\nDoe_Jane_0.dcm,1\n"))
    assert (report.cases, report.late_truth) == (0, 1)
    assert len(store.read_truth(Split.READING)) == 1
    assert verify_study(store.root).problems == ()


def test_that_truth_for_another_split_than_the_imported_one_is_refused(
    store: StudyStore, source: Path
) -> None:
    import_images(store, [source])
    rows = truth(source, "file,truth,split\nDoe_Jane_0.dcm,1,development\n")
    report = import_images(store, [source], truth_csv=rows)
    assert any("was imported into the split reading" in reason for _, reason in report.refused)
    assert not store.has_truth(Split.READING)


def test_that_stopping_keeps_whole_cases_and_a_second_import_brings_the_rest(
    store: StudyStore, source: Path
) -> None:
    def stop_at_three(done: int, total: int, what: str) -> None:
        if what == "Importing cases" and done == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        import_images(store, [source], progress=stop_at_three)
    assert len(store.cases()) == 3
    kept = [record.sop_uid for record in store.read_sources() if record.sop_uid]
    assert kept
    assert set(kept) <= set(store.read_uid_map()), "what was kept must be renamed alike by the next import"
    assert verify_study(store.root).problems == ()
    assert import_images(store, [source]).cases == 2
    assert verify_study(store.root).problems == ()


def test_that_what_a_killed_import_left_is_cleared_by_the_next(store: StudyStore, source: Path) -> None:
    store.add_image("i-0123456789abcdef.dcm", b"written before the power went")
    assert verify_study(store.root).problems
    import_images(store, [source])
    assert verify_study(store.root).problems == ()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks up open files in /proc")
def test_that_a_full_disk_keeps_what_was_whole_and_says_what_to_do(
    store: StudyStore, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_fsync, images = os.fsync, 0

    def full_at_the_third_image(descriptor: int) -> None:
        nonlocal images
        images += Path(f"/proc/self/fd/{descriptor}").readlink().suffix == ".partial"
        if images == 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        real_fsync(descriptor)

    monkeypatch.setattr(os, "fsync", full_at_the_third_image)
    with pytest.raises(UserFacingError, match="the disk that holds"):
        import_images(store, [source])
    monkeypatch.undo()
    kept = len(store.cases())
    assert kept >= 1
    assert verify_study(store.root).problems == ()
    assert import_images(store, [source]).cases == 5 - kept


def test_that_nothing_can_be_added_once_somebody_has_read(store: StudyStore, source: Path) -> None:
    import_images(store, [source])
    store_predictions(store, [case.case_id for case in store.cases()], failed=[])
    session = start_session(store, "anna")
    case = open_next(store, session)
    assert case is not None
    lock_unaided(store, session, case.case.case_id, answer(), PhaseTimes())
    (source / "late.dcm").write_bytes(dicom(99))
    with pytest.raises(UserFacingError, match="Reading has begun"):
        import_images(store, [source])


def test_that_an_empty_folder_is_a_message(store: StudyStore, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserFacingError, match="no file to import"):
        import_images(store, [tmp_path / "empty"])


def test_that_a_forged_label_is_not_taken_over_by_the_next_import(store: StudyStore, source: Path) -> None:
    import_images(store, [source], truth_csv=truth(source, "file,truth\nDoe_Jane_0.dcm,1\n"))
    sealed = store.root / "sealed" / "truth-reading.json"
    sealed.write_bytes(sealed.read_bytes().replace(b'"is_present":true', b'"is_present":false'))
    with pytest.raises(UserFacingError, match=r"truth-reading\.json has changed since the log recorded it"):
        import_images(store, [source], truth_csv=truth(source, "file,truth\nDoe_Jane_1.dcm,1\n"))
    assert len(store.cases()) == 1
    assert [problem.file for problem in verify_study(store.root).problems] == ["sealed/truth-reading.json"]
