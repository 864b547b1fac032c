"""An export is known to the log before a table of it exists, and its tables are whole."""

from pathlib import Path

import pytest

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.events import EventKind
from realfm_gui.storage import StudyStore
from realfm_gui.workflows.export_study import export_study
from tests.small_study import make_study


def test_that_an_export_that_fails_is_in_the_log_and_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_study(tmp_path / "small.study").close()
    out = tmp_path / "out"
    out.mkdir()
    (out / "readings.csv").write_text("of an earlier export", encoding="utf-8")

    def fail(_rows: object, folder: Path) -> None:
        (folder / "readings.csv").write_text("half a ta", encoding="utf-8")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("realfm_gui.reporting.tables.tidy_readings", fail)
    with pytest.raises(UserFacingError, match="No space left"):
        export_study(tmp_path / "small.study", out)
    assert (out / "readings.csv").read_text(encoding="utf-8") == "of an earlier export"
    assert [path.name for path in out.iterdir()] == ["readings.csv"]
    with StudyStore.open(tmp_path / "small.study", read_only=True) as store:
        assert [event.kind for event in store.events()][-1] is EventKind.STUDY_EXPORTED
