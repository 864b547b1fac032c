"""Creating and opening studies, and what can be asked of them."""

import shutil
import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from realfm_gui.domain.case import Split
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.events import EventKind
from realfm_gui.domain.reading import Phase
from realfm_gui.storage import StudyStore, atomic_files, verify_study
from realfm_gui.storage.paths import file_system_type

from .scenario import (
    ANSWER,
    CASES,
    PROTOCOL,
    RUN,
    TIMES,
    UNSURE,
    add_case,
    draft,
    fill,
    filled_study,
    lock,
    open_case,
    reveal,
    submit,
)


def test_that_a_study_reopens_as_it_was_left(tmp_path: Path) -> None:
    root = filled_study(tmp_path)
    with StudyStore.open(root) as store:
        assert store.protocol.study.title == "Lungenentzündung im Röntgenbild"
        assert (store.root / "protocol.toml").read_bytes() == PROTOCOL.encode()
        assert [case.case_id for case in store.cases()] == list(CASES)
        assert store.runs() == [RUN]
        assert store.draft("r1") == draft(CASES[1])
        assert [(r.reader, r.case_id, r.phase) for r in store.readings()] == [
            ("r1", CASES[0], Phase.UNAIDED),
            ("r1", CASES[0], Phase.AIDED),
            ("r2", CASES[1], Phase.UNAIDED),
        ]


def test_that_a_bad_protocol_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(UserFacingError, match="prevalence"):
        StudyStore.create(tmp_path / "deep" / "a.study", PROTOCOL.replace("0.1", "7"))
    assert list(tmp_path.iterdir()) == []


def test_that_a_failure_midway_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_space(descriptor: int, content: memoryview) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic_files.os, "write", no_space)
    with pytest.raises(UserFacingError, match="full"):
        StudyStore.create(tmp_path / "deep" / "a.study", PROTOCOL)
    assert list(tmp_path.iterdir()) == []


def test_that_creating_never_touches_a_folder_that_holds_something(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UserFacingError, match="not empty"):
        StudyStore.create(tmp_path, PROTOCOL)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_that_an_empty_folder_becomes_the_study(tmp_path: Path) -> None:
    (tmp_path / "a.study").mkdir()
    StudyStore.create(tmp_path / "a.study", PROTOCOL).close()
    assert [path.name for path in tmp_path.iterdir()] == ["a.study"]


@pytest.mark.parametrize(
    ("mounts", "expected"),
    [
        ("/dev/sda / ext4 rw\nserver:/x /data nfs4 rw", "nfs4"),
        ("/dev/sda / ext4 rw\n//s/x /data/my\\040study cifs rw", "cifs"),
        ("server:/x /data nfs4 rw\n/dev/sdb /data/my\\040study ext4 rw", "ext4"),
        ("root / 9p rw", ""),
        ("", ""),
    ],
)
def test_that_the_innermost_mount_decides_the_file_system(mounts: str, expected: str) -> None:
    assert file_system_type(Path("/data/my study/a.study"), mounts) == expected


def test_that_a_study_on_a_network_drive_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = filled_study(tmp_path)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr("realfm_gui.storage.paths.file_system_type", lambda path, mounts: "cifs")
    with pytest.raises(UserFacingError, match="network drive"):
        StudyStore.create(tmp_path / "b.study", PROTOCOL)
    with pytest.raises(UserFacingError, match="network drive"):
        StudyStore.open(root)
    assert [path.name for path in tmp_path.iterdir()] == ["a.study"]


def _no_folder(root: Path) -> None:
    shutil.rmtree(root)


def _no_database(root: Path) -> None:
    (root / "study.sqlite").unlink()


def _not_sqlite(root: Path) -> None:
    (root / "study.sqlite").write_bytes(b"not a database at all" * 400)


def _foreign_sqlite(root: Path) -> None:
    _no_database(root)
    with sqlite3.connect(root / "study.sqlite") as other:
        other.execute("CREATE TABLE t (x)")
    other.close()


def _torn_database(root: Path) -> None:
    content = (root / "study.sqlite").read_bytes()
    (root / "study.sqlite").write_bytes(content[:4096] + bytes(len(content) - 4096))


def _newer_format(root: Path) -> None:
    with sqlite3.connect(root / "study.sqlite") as other:
        other.execute("PRAGMA user_version = 99")
    other.close()


def _changed_protocol(root: Path) -> None:
    (root / "protocol.toml").write_text(PROTOCOL.replace("0.1", "0.2"), encoding="utf-8")


def _no_salt(root: Path) -> None:
    (root / "sealed" / "salt.bin").unlink()


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (_no_folder, "no study"),
        (_no_database, "not a RealFM study"),
        (_not_sqlite, "damaged"),
        (_foreign_sqlite, "not the database of a RealFM study"),
        (_torn_database, "damaged"),
        (_newer_format, "made by a newer RealFM"),
        (_changed_protocol, "changed after"),
        (_no_salt, "missing"),
    ],
)
def test_that_a_study_that_cannot_be_opened_says_why_and_what_to_do(
    tmp_path: Path, harm: object, message: str, read_only: bool
) -> None:
    root = filled_study(tmp_path)
    assert callable(harm)
    harm(root)
    with pytest.raises(UserFacingError, match=message) as caught:
        StudyStore.open(root, read_only=read_only)
    assert caught.value.hint


def test_that_reading_only_changes_nothing_and_leaves_nothing(tmp_path: Path) -> None:
    root = filled_study(tmp_path)
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    with StudyStore.open(root, read_only=True) as store:
        assert len(store.cases()) == 3
        with pytest.raises(UserFacingError, match="reading only"):
            store.append(EventKind.SESSION_STARTED, {"reader": "r1"}, actor="r1")
        with pytest.raises(UserFacingError, match="reading only"):
            store.write_head("m", b"")
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            store._connection.execute("DELETE FROM drafts")
    assert verify_study(root).is_ok
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


def test_that_a_reader_sees_what_a_writer_appends_at_the_same_time(store: StudyStore) -> None:
    with StudyStore.open(store.root, read_only=True) as other:
        add_case(store, CASES[0])
        assert [case.case_id for case in other.cases()] == [CASES[0]]


def test_that_a_store_belongs_to_the_thread_that_opened_it(store: StudyStore) -> None:
    caught: list[BaseException] = []

    def use() -> None:
        try:
            store.head()
        except sqlite3.ProgrammingError as error:
            caught.append(error)

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert len(caught) == 1


def test_that_cases_keep_their_images_in_order_and_can_be_asked_by_split(store: StudyStore) -> None:
    add_case(store, CASES[0])
    add_case(store, CASES[1], split=Split.DEVELOPMENT)
    assert [case.case_id for case in store.cases(Split.DEVELOPMENT)] == [CASES[1]]
    assert [case.case_id for case in store.cases(Split.READING, Split.DEVELOPMENT)] == list(CASES[:2])
    assert store.cases(Split.TRAINING) == []
    case = store.case(CASES[0])
    assert [image.position for image in case.images] == [0, 1]
    assert case.indication == "Husten, Fieber – seit 3 Tagen"
    assert store.salted_sha256(store.image_path(case.images[0].file).read_bytes()) == (
        case.images[0].salted_sha256
    )
    with pytest.raises(KeyError):
        store.case("c-unknown")


def test_that_a_patient_stays_in_one_split(store: StudyStore) -> None:
    add_case(store, CASES[0])
    payload = dict(store.head().payload) | {"case_id": CASES[1], "split": "development"}
    payload["images"] = [payload["images"][0] | {"image_id": "i-9", "file": "i-9.dcm"}]
    with pytest.raises(ValueError, match="another split"):
        store.append(EventKind.CASE_ADDED, payload, actor="coordinator")
    assert len(store.cases()) == 1


def test_that_nothing_aided_is_recorded_before_the_unaided_answer_is_locked(store: StudyStore) -> None:
    add_case(store, CASES[0])
    lock(store, "r2", CASES[0])  # another reader's lock opens nothing
    for early in (reveal, submit):
        with pytest.raises(ValueError, match="has not locked the unaided answer"):
            early(store, "r1", CASES[0])
    assert not store.ai_revealed("r1", CASES[0])
    lock(store, "r1", CASES[0])
    reveal(store, "r1", CASES[0])
    assert store.ai_revealed("r1", CASES[0])
    assert not store.ai_revealed("r2", CASES[0])
    submit(store, "r1", CASES[0])
    with pytest.raises(ValueError, match="already locked"):
        submit(store, "r1", CASES[0], UNSURE)
    assert store.locked_phases("r1") == {CASES[0]: {Phase.UNAIDED, Phase.AIDED}}
    assert store.locked_phases("r2") == {CASES[0]: {Phase.UNAIDED}}


def test_that_an_answer_to_an_unknown_case_is_refused(store: StudyStore) -> None:
    with pytest.raises(ValueError, match="cannot follow"):
        lock(store, "r1", "c-unknown")
    assert store.head().sequence == 1


def test_that_a_reading_comes_back_as_it_was_answered(store: StudyStore) -> None:
    add_case(store, CASES[0])
    event = lock(store, "r1", CASES[0])
    (reading,) = store.readings(reader="r1")
    assert (reading.answer, reading.times, reading.session) == (ANSWER, TIMES, "s-01")
    assert reading.sequence == event.sequence
    assert store.readings(reader="r2") == []


def test_that_progress_counts_every_reader_of_the_protocol(store: StudyStore) -> None:
    fill(store)
    assert store.progress_by_reader() == {
        "r1": {Phase.UNAIDED: 1, Phase.AIDED: 1},
        "r2": {Phase.UNAIDED: 1, Phase.AIDED: 0},
    }


def test_that_the_last_opened_case_is_remembered_for_each_reader(store: StudyStore) -> None:
    add_case(store, CASES[0])
    add_case(store, CASES[1])
    assert store.last_opened("r1") is None
    open_case(store, "r1", CASES[0], Phase.UNAIDED)
    open_case(store, "r1", CASES[1], Phase.AIDED)
    open_case(store, "r2", CASES[0], Phase.UNAIDED)
    assert store.last_opened("r1") == (CASES[1], Phase.AIDED)


def test_that_a_draft_lives_until_its_phase_is_locked(store: StudyStore) -> None:
    add_case(store, CASES[0])
    store.save_draft(draft(CASES[0]))
    later = replace(draft(CASES[0]), answer=UNSURE)
    store.save_draft(later)
    assert store.draft("r1") == later
    assert store.draft("r2") is None
    lock(store, "r2", CASES[0])
    assert store.draft("r1") == later
    lock(store, "r1", CASES[0])
    assert store.draft("r1") is None
    store.save_draft(later)  # an autosave that was on its way when the reader locked
    assert store.draft("r1") is None
    store.save_draft(draft(CASES[0], Phase.AIDED))
    assert store.draft("r1") == draft(CASES[0], Phase.AIDED)
    assert verify_study(store.root).is_ok
