"""Pictures on their way from the decoder to the screen."""

from pathlib import Path
from threading import Event

import pytest
from pytestqt.qtbot import QtBot

from realfm_gui.domain.images import WarningKind
from realfm_gui.gui.reading.pictures import Pictures
from realfm_gui.gui.viewer.corner_text import corner_text
from realfm_gui.gui.viewer.view_state import ViewState
from realfm_gui.imaging.case_loading import loading_case
from realfm_gui.imaging.decoding_service import DecodingService
from tests.unit.imaging.made_series import anatomy, write_series


def test_that_a_lost_slice_is_told_on_the_screen(decoding: DecodingService, tmp_path: Path, qtbot: QtBot):
    paths = write_series(tmp_path, anatomy(6))
    pictures = Pictures(decoding)
    try:
        picture = pictures.request("c-1", [*paths[:3], *paths[4:]]).result(timeout=60)
    finally:
        pictures.close()
    (warning,) = picture.warnings
    assert warning.kind is WarningKind.GAP
    view = ViewState(picture.frames, picture.series, picture.warnings)
    view.resize(width=300, height=200)
    assert corner_text(view, longest_bar_px=50).notices == (warning.text,)


def test_that_a_case_nobody_waits_for_stops_loading(
    decoding: DecodingService, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
):
    first_slice_there, may_go_on, steps = Event(), Event(), []

    def held(paths, service):
        for step in loading_case(paths, service):
            steps.append(step.loaded_count)
            yield step
            first_slice_there.set()
            assert may_go_on.wait(timeout=60)

    monkeypatch.setattr("realfm_gui.gui.reading.pictures.loading_case", held)
    paths = write_series(tmp_path, anatomy(6))
    grown = []
    pictures = Pictures(decoding, grown.append)
    try:
        unwanted = pictures.request("c-1", paths)
        assert first_slice_there.wait(timeout=60)
        assert [(picture.case_id, picture.loaded_count) for picture in grown] == [("c-1", 1)]
        assert pictures.begun("c-1") is grown[0]
        pictures.keep_only(["c-2"])
        may_go_on.set()
        assert pictures.request("c-2", paths).result(timeout=60).is_complete
        assert unwanted.cancelled()
        assert steps == [1, 2, 1, 2, 3, 4, 5, 6]
        assert pictures.request("c-1", paths).result(timeout=60).case_id == "c-1"
    finally:
        may_go_on.set()
        pictures.close()
