"""Records of what was displayed: gone on with after a crash, hashed into the log, checked by verify."""

from pathlib import Path

import pytest

from realfm_gui.domain.display_decoding import decode_record
from realfm_gui.domain.display_encoding import RecordEncoder
from realfm_gui.domain.display_record import (
    Displayed,
    Ended,
    FinishedRecord,
    PaneView,
    Place,
    ReadingKey,
    Segment,
)
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.events import EventKind
from realfm_gui.domain.images import Window
from realfm_gui.domain.reading import Phase
from realfm_gui.storage import StudyStore, verify_study
from realfm_gui.storage.telemetry_files import RecordFile, open_record

from .scenario import CASES, answer_payload, fill, open_case

READING = ReadingKey(reader="r2", case_id=CASES[0], phase=Phase.UNAIDED)
VIEW = PaneView(
    pane=0,
    frame=0,
    window=Window(center=1, width=2),
    place=Place(width_px=9, height_px=9, scale=1, center_row=4, center_column=4, rows=9, columns=9),
)


def write(path: Path, *, session: str = "s-1", pictures: int = 2) -> None:
    encoder = RecordEncoder()
    part = Segment(session=session, program="1", started_utc="", started_ns=0, series=(1,))
    file = RecordFile(path)
    file.append(encoder.segment(READING, part))
    for number in range(pictures):
        file.append(encoder.entry(Displayed(time_ns=number, view=VIEW)))
    file.append(encoder.entry(Ended(time_ns=pictures)))
    file.close(durably=True)


def lock_with(store: StudyStore, **facts: object) -> None:
    payload = answer_payload(CASES[0]) | {"telemetry": facts}
    store.append(EventKind.ANSWER_LOCKED, payload, actor="r2", session="s-1")


def test_that_a_record_is_gone_on_with_after_its_end_was_torn_off(tmp_path: Path) -> None:
    path = tmp_path / "telemetry" / "r2" / "a.display"
    write(path)
    path.write_bytes(path.read_bytes()[:-3])  # the end is gone: two pictures are left
    write(path, session="s-2", pictures=3)
    record = decode_record(path.read_bytes())
    assert [segment.session for segment in record.segments] == ["s-1", "s-2"]
    assert (record.count, record.is_torn, record.is_complete) == (5, False, False)


def test_that_a_file_cut_before_its_first_block_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.display"
    for begun in (b"", b"RFMSH"):
        path.write_bytes(begun)
        write(path)
        assert decode_record(path.read_bytes()).is_complete


def test_that_a_file_that_is_no_record_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.display"
    path.write_bytes(b"something the coordinator keeps here")
    with pytest.raises(OSError, match="no record"):
        RecordFile(path)
    assert path.read_bytes() == b"something the coordinator keeps here"


def test_that_two_windows_do_not_write_the_same_record(tmp_path: Path) -> None:
    first = RecordFile(tmp_path / "a.display")
    with pytest.raises(OSError, match="another window"):
        RecordFile(tmp_path / "a.display")
    first.close(durably=False)
    RecordFile(tmp_path / "a.display").close(durably=False)


def test_that_the_event_of_the_answer_holds_hash_size_and_count(store: StudyStore) -> None:
    fill(store)
    write(store.display_path(READING))
    facts = store.display_facts(FinishedRecord(reading=READING, count=2), of=READING)
    content = store.display_path(READING).read_bytes()
    assert facts == {
        "salted_sha256": store.salted_sha256(content),
        "bytes": len(content),
        "records": 2,
    }
    lock_with(store, **facts)
    record = store.read_display(READING)
    assert record is not None
    assert record.reading == READING
    assert verify_study(store.root).is_ok


@pytest.mark.parametrize("damage", ["changed", "missing"])
def test_that_verify_names_a_record_that_is_missing_or_changed(store: StudyStore, damage: str) -> None:
    fill(store)
    path = store.display_path(READING)
    write(path)
    lock_with(store, **store.display_facts(FinishedRecord(reading=READING, count=2), of=READING))
    if damage == "changed":
        content = bytearray(path.read_bytes())
        content[-1] ^= 1
        path.write_bytes(content)
    else:
        path.unlink()
    (problem,) = verify_study(store.root).problems
    assert problem.file == f"telemetry/r2/{CASES[0]}.unaided.display"
    assert damage in problem.what
    assert problem.sequence == store.head().sequence
    with pytest.raises(UserFacingError, match=r"changed|missing"):
        store.read_display(READING)


def test_that_readings_without_a_record_stay_valid(store: StudyStore) -> None:
    fill(store)
    assert store.read_display(ReadingKey(reader="r1", case_id=CASES[0], phase=Phase.AIDED)) is None
    # A record that could not be begun: said in the event, and no file is expected.
    finished = FinishedRecord(reading=READING, problem="no space left", has_file=False)
    facts = store.display_facts(finished, of=READING)
    assert facts == {"records": 0, "incomplete": "no space left"}
    lock_with(store, **facts)
    assert store.read_display(READING) is None
    assert verify_study(store.root).is_ok


def test_that_a_record_of_an_answer_that_is_not_locked_yet_is_no_problem(store: StudyStore) -> None:
    fill(store)
    open_case(store, "r2", CASES[0], Phase.UNAIDED)
    write(store.display_path(READING))
    assert verify_study(store.root).is_ok
    lock_with(store, **store.display_facts(FinishedRecord(reading=READING, count=2), of=READING))
    # The AI comes on at once: the log does not say again that the case was opened.
    aided = ReadingKey(reader="r2", case_id=CASES[0], phase=Phase.AIDED)
    store.display_path(aided).write_bytes(b"begun")
    assert verify_study(store.root).is_ok


def test_that_verify_names_a_record_that_no_event_accounts_for(store: StudyStore) -> None:
    fill(store)
    open_case(store, "r2", CASES[0], Phase.UNAIDED)
    write(store.display_path(READING))
    finished = FinishedRecord(reading=READING, problem="the disk took too long", has_file=False)
    lock_with(store, **store.display_facts(finished, of=READING))
    by_hand = store.root / "telemetry" / "r1" / "notes.txt"
    never_opened = ReadingKey(reader="r1", case_id=CASES[2], phase=Phase.UNAIDED)
    for path in (by_hand, store.display_path(never_opened)):
        path.parent.mkdir(exist_ok=True)
        path.write_text("who wrote this?")
    problems = verify_study(store.root).problems
    assert {problem.file for problem in problems} == {
        f"telemetry/r2/{CASES[0]}.unaided.display",
        f"telemetry/r1/{CASES[2]}.unaided.display",
        "telemetry/r1/notes.txt",
    }
    assert all("in no event" in problem.what for problem in problems)


def test_that_the_record_of_a_locked_answer_is_not_opened_again(store: StudyStore) -> None:
    fill(store)
    path = store.display_path(READING)
    open_record(store.root, READING).close(durably=False)  # the answer is open
    write(path)
    lock_with(store, **store.display_facts(FinishedRecord(reading=READING, count=2), of=READING))
    before = path.read_bytes()
    with pytest.raises(OSError, match="locked in another window"):
        open_record(store.root, READING)
    assert path.read_bytes() == before
    # Nor is one made where the answer was locked without any.
    without = ReadingKey(reader="r2", case_id=CASES[1], phase=Phase.UNAIDED)
    with pytest.raises(OSError, match="locked in another window"):
        open_record(store.root, without)
    assert not store.display_path(without).exists()


def test_that_nobody_goes_on_with_a_record_between_its_hash_and_its_event(store: StudyStore) -> None:
    fill(store)
    path = store.display_path(READING)
    write(path)
    with store.held_display(FinishedRecord(reading=READING, count=2), of=READING) as facts:
        with pytest.raises(OSError, match="another window"):
            open_record(store.root, READING)  # the log does not know the answer yet
        lock_with(store, **facts)
    with pytest.raises(OSError, match="locked in another window"):
        open_record(store.root, READING)
    assert verify_study(store.root).is_ok


def test_that_an_answer_locked_while_a_record_is_being_opened_is_seen(store: StudyStore) -> None:
    fill(store)
    path = store.display_path(READING)
    write(path)
    before = path.read_bytes()
    asked: list[bool] = []

    def is_final() -> bool:
        asked.append(bool(asked))
        return asked[-1]

    with pytest.raises(OSError, match="locked in another window"):
        RecordFile(path, is_final)
    assert asked == [False, True]
    assert path.read_bytes() == before


def test_that_a_record_that_another_window_writes_is_not_hashed(store: StudyStore) -> None:
    fill(store)
    write(store.display_path(READING))
    other = open_record(store.root, READING)
    facts = store.display_facts(FinishedRecord(reading=READING, count=2), of=READING)
    other.close(durably=False)
    assert "salted_sha256" not in facts
    assert "another window" in str(facts["incomplete"])


def test_that_a_file_that_another_window_still_writes_is_not_hashed(store: StudyStore) -> None:
    fill(store)
    write(store.display_path(READING))
    finished = FinishedRecord(reading=READING, problem="another window", has_file=False)
    facts = store.display_facts(finished, of=READING)
    assert facts == {"records": 0, "incomplete": "another window"}


def test_that_the_record_of_another_reading_is_not_taken_for_this_one(store: StudyStore) -> None:
    fill(store)
    write(store.display_path(READING))
    aided = ReadingKey(reader="r2", case_id=CASES[0], phase=Phase.AIDED)
    facts = store.display_facts(FinishedRecord(reading=READING, count=2), of=aided)
    assert facts == {"records": 0, "incomplete": "the record is of another reading"}
