"""What belongs to a reader at this workstation, on disk."""

import json
from pathlib import Path

import pytest

from realfm_gui.domain.display_luminance import Luminances
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.key_choice import KeyChoices
from realfm_gui.domain.mouse_choice import PRESETS
from realfm_gui.gui.reading.key_choices import rules
from realfm_gui.gui.shell import reader_preferences
from realfm_gui.gui.shell.reader_preferences import PreferenceFiles, ReaderPreferences

MINE = ReaderPreferences(keys=KeyChoices(changed={"invert": ("F2",)}), mouse=PRESETS[1].choices)


@pytest.fixture
def files(tmp_path: Path) -> PreferenceFiles:
    return PreferenceFiles(tmp_path / "settings")


def _only_file(files: PreferenceFiles) -> Path:
    (path,) = (files._folder / "readers").glob("*.json")
    return path


def test_that_keys_and_mouse_come_back_to_the_same_reader_alone(files: PreferenceFiles):
    files.save("anna", "Anna", MINE)
    assert files.load("anna", "Anna", rules()).preferences == MINE
    assert files.load("ben", "Ben", rules()).preferences == ReaderPreferences()
    assert files.load("anna", "Another Anna", rules()).preferences == ReaderPreferences()


def test_that_only_what_differs_is_kept_and_recorded(files: PreferenceFiles):
    files.save("anna", "Anna", ReaderPreferences())
    assert json.loads(_only_file(files).read_text(encoding="utf-8")) == {
        "keys": {},
        "mouse": {},
        "version": 1,
    }
    assert ReaderPreferences().changes() == {}
    assert MINE.changes()["keys"] == {"invert": ["F2"]}


@pytest.mark.parametrize(
    "damage",
    ["", "{", "[]", "null", '{"version": 1}', '{"version": 1, "keys": {"fit": 3}, "mouse": {}}', "\x00"],
)
def test_that_a_damaged_file_is_told_of_set_aside_and_ignored(files: PreferenceFiles, damage: str):
    files.save("anna", "Anna", MINE)
    path = _only_file(files)
    path.write_text(damage, encoding="utf-8")
    loaded = files.load("anna", "Anna", rules())
    assert loaded.preferences == ReaderPreferences()
    assert loaded.problem is not None
    assert path.name in loaded.problem.message
    assert path.with_name(f"{path.name}.damaged").read_text(encoding="utf-8") == damage
    files.save("anna", "Anna", MINE)
    assert files.load("anna", "Anna", rules()).problem is None


def test_that_a_file_of_a_newer_version_stays_as_it_is(files: PreferenceFiles):
    files.save("anna", "Anna", MINE)
    path = _only_file(files)
    newer = path.read_text(encoding="utf-8").replace('"version": 1', '"version": 2')
    path.write_text(newer, encoding="utf-8")
    loaded = files.load("anna", "Anna", rules())
    assert "newer version" in str(loaded.problem)
    assert path.read_text(encoding="utf-8") == newer


def test_that_a_key_that_means_something_else_by_now_is_left_out_by_name(files: PreferenceFiles):
    kept = {"invert": ("F",), "fit": ("I",)}
    files.save("anna", "Anna", ReaderPreferences(keys=KeyChoices(changed={**kept, "gone": ("F2",)})))
    loaded = files.load("anna", "Anna", rules())
    assert loaded.preferences.keys == KeyChoices(changed=kept)
    assert "gone" in loaded.problem.message


def test_that_a_write_that_fails_leaves_the_old_file_and_says_so(
    files: PreferenceFiles, monkeypatch: pytest.MonkeyPatch
):
    files.save("anna", "Anna", MINE)

    def fail(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(reader_preferences, "write_atomically", fail)
    with pytest.raises(UserFacingError, match="could not be kept"):
        files.save("anna", "Anna", ReaderPreferences())
    assert files.load("anna", "Anna", rules()).preferences == MINE
    assert files.workstation_id() == files.workstation_id(), "nobody is kept from reading by it"


def test_that_a_workstation_is_known_again(files: PreferenceFiles):
    known = files.workstation_id()
    assert known.startswith("w-")
    assert PreferenceFiles(files._folder).workstation_id() == known
    assert PreferenceFiles(files._folder / "other").workstation_id() != known
    (files._folder / "workstation.json").write_text("?", encoding="utf-8")
    again = PreferenceFiles(files._folder)
    made = again.workstation_id()
    assert made != known
    assert PreferenceFiles(files._folder).workstation_id() == made


def test_that_luminances_are_kept_for_each_monitor(files: PreferenceFiles):
    one = Luminances(brightest_cd_m2=400, darkest_cd_m2=1.0, measured_on="2026-11-01")
    two = Luminances(brightest_cd_m2=500, darkest_cd_m2=1.0, room_lux=25, measured_on="2026-11-02")
    files.save_luminances("left", one)
    files.save_luminances("right", two)
    assert PreferenceFiles(files._folder).luminances() == {"left": one, "right": two}
    (files._folder / "luminances.json").write_text("{}", encoding="utf-8")
    assert files.luminances() == {}
