"""The study's own hanging protocols: versioned, recorded, fixed by the first reading."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.events import EventKind
from realfm_gui.domain.reading import PhaseTimes
from realfm_gui.imaging.hanging_rules import CellRule, HangingProtocol
from realfm_gui.storage import StudyStore, verify_study
from realfm_gui.workflows.hanging import hanging_rules, images_of, store_hanging, study_hanging
from realfm_gui.workflows.reading import lock_unaided, open_next, start_session
from tests.small_study import make_study
from tests.unit.workflows.test_reading import answer

MINE = HangingProtocol(id="mine", name="Mine", rows=1, columns=1, cells=(CellRule(row=1, column=1),))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[StudyStore]:
    with make_study(tmp_path / "s.study") as store:
        yield store


def test_that_a_study_without_protocols_of_its_own_goes_by_the_built_in_ones(store: StudyStore) -> None:
    rules = hanging_rules(store)
    assert rules.own == ()
    assert rules == hanging_rules()
    assert {"mammography", "ct-prior", "any"} <= {protocol.id for protocol in rules.protocols}


def test_that_the_newest_version_is_in_force_and_the_older_ones_are_kept(store: StudyStore) -> None:
    second = replace(MINE, name="Mine, better")
    for version in ((MINE,), (second, replace(MINE, id="other"))):
        assert store_hanging(store, version).study
        assert hanging_rules(store).own == version
    files = sorted(path.name for path in (store.root / "hanging").iterdir())
    assert files == ["version-0001.toml", "version-0002.toml"]
    assert verify_study(store.root).problems == ()
    store_hanging(store, ())
    assert hanging_rules(store).own == ()


def test_that_a_version_changed_by_hand_is_refused_and_found(store: StudyStore) -> None:
    store_hanging(store, (MINE,))
    path = store.root / "hanging" / "version-0001.toml"
    path.write_text(path.read_text().replace("columns = 1", "columns = 2"))
    with pytest.raises(UserFacingError, match="has changed since the log recorded it"):
        hanging_rules(store)
    assert [problem.file for problem in verify_study(store.root).problems] == ["hanging/version-0001.toml"]
    path.unlink()
    with pytest.raises(UserFacingError, match="is missing"):
        hanging_rules(store)


def test_that_a_file_put_there_by_hand_counts_for_nothing_and_is_found(store: StudyStore) -> None:
    store_hanging(store, (MINE,))
    (store.root / "hanging" / "version-0009.toml").write_text("protocol = []", encoding="utf-8")
    assert hanging_rules(store).own == (MINE,)
    (problem,) = verify_study(store.root).problems
    assert problem.file == "hanging/version-0009.toml"


def test_that_the_display_is_fixed_once_somebody_has_read(store: StudyStore) -> None:
    assert not study_hanging(store).is_fixed
    session = start_session(store, "anna")
    opened = open_next(store, session)
    assert opened is not None
    times = PhaseTimes(active_ms=1, idle_ms=0, paused_ms=0)
    lock_unaided(store, session, opened.case.case_id, answer(), times)
    assert study_hanging(store).is_fixed
    before = store.head()
    with pytest.raises(UserFacingError, match="hanging protocols cannot be changed"):
        store_hanging(store, (MINE,))
    assert store.head() == before
    assert hanging_rules(store).own == ()
    assert list((store.root / "hanging").iterdir()) == []


def test_that_the_log_names_the_version_and_nothing_of_what_is_in_it(store: StudyStore) -> None:
    store_hanging(store, (replace(MINE, name="Chest of Mrs Doe"),))
    event = store.head()
    assert event.kind is EventKind.HANGING_STORED
    assert set(event.payload) == {"file", "salted_sha256"}
    assert event.payload["file"] == "hanging/version-0001.toml"


def test_that_the_editor_is_given_the_cases_that_are_read(store: StudyStore) -> None:
    opened = study_hanging(store)
    assert len(opened.cases) == 5
    assert all(path.is_file() for case in opened.cases for path in case.paths)
    # Files of this small study are no images: said, not crashed.
    with pytest.raises(UserFacingError):
        images_of(opened.cases[0])
