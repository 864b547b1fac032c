"""What every window test needs: settings of its own, one look, no left-over threads."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication


@pytest.fixture(scope="session", autouse=True)
def _look(qapp: QApplication) -> None:
    from realfm_gui.gui.fonts import use_study_font
    from realfm_gui.gui.theme import DARK, style_sheet

    use_study_font(qapp)
    qapp.setStyle("Fusion")
    qapp.setStyleSheet(style_sheet(DARK))


@pytest.fixture(autouse=True)
def _settings_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep recent studies and logs of a test out of the user's own folders."""
    monkeypatch.setenv("REALFM_SETTINGS", str(tmp_path / "settings"))


def pytest_configure(config: pytest.Config) -> None:
    # Said by Qt's offscreen platform of every window with a smallest size; it has no window manager to tell.
    config.addinivalue_line("qt_log_ignore", "This plugin does not support propagateSizeHints")
