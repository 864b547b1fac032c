"""Pictures on their way from the decoder to the screen."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from realfm_gui.domain.images import WarningKind
from realfm_gui.gui.reading.pictures import Pictures
from realfm_gui.gui.viewer.corner_text import corner_text
from realfm_gui.gui.viewer.view_state import ViewState
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
