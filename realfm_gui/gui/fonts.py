"""One typeface for a study: the same words take the same room at every workstation."""

import logging
from importlib.resources import files

from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QApplication

from realfm_gui.gui.theme import SIZE_BODY

_log = logging.getLogger(__name__)

_FACES = ("Roboto-Regular.ttf", "Roboto-Medium.ttf", "Roboto-Bold.ttf", "Roboto-Italic.ttf")


def use_study_font(application: QApplication) -> str:
    """Set the application's font to Roboto, 13 px, tabular numerals; return the family in use.

    Roboto (Apache-2.0) comes with the package `font-roboto`; its figures are tabular by design, and the
    feature is asked for so that the fallback lines numbers up too. Without the package the system's
    interface font is used, and the log says so.
    """
    family = _load_roboto()
    font = QFont(application.font())
    if family:
        font.setFamily(family)
    font.setPixelSize(SIZE_BODY)
    font.setFeature(QFont.Tag("tnum"), 1)
    application.setFont(font)
    return font.family()


def _load_roboto() -> str:
    """Register the faces with Qt; return the family's name, or nothing where they are not to be had."""
    try:
        folder = files("font_roboto") / "files"
        faces = [(folder / name).read_bytes() for name in _FACES]
    except (ModuleNotFoundError, OSError) as error:
        _log.warning("Roboto cannot be loaded (%s); the system's font is used", error)
        return ""
    families: list[str] = []
    for face in faces:
        identifier = QFontDatabase.addApplicationFontFromData(face)
        families += QFontDatabase.applicationFontFamilies(identifier) if identifier >= 0 else []
    return "Roboto" if "Roboto" in families else ""
