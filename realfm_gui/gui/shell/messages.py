"""The one place that tells the user that something went wrong."""

import logging
import platform
import re
import traceback

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QDialog, QLabel, QLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

import realfm_gui
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.gui.shell.child_process import JobCrashed
from realfm_gui.gui.shell.window_words import in_the_window
from realfm_gui.gui.widgets.labels import column, row, text_label

_log = logging.getLogger(__name__)

PATH_START, PATH_END = 20, 36
_LONG_PATH = re.compile(rf"\S*[/\\]\S{{{PATH_START + PATH_END + 4},}}")
"""What a line of a dialog cannot hold, and what is left of it at either end, in characters."""

OURS = "Something went wrong in RealFM"
NOTHING_LOST = (
    "This is a fault of the program, not of what you did. Nothing you answered is lost: every answer is on "
    "disk before the next case appears."
)


class MessageDialog(QDialog):
    """What happened, what to do about it and, for a fault of ours, the details to send on.

    Parameters
    ----------
    message : str
        One sentence; the first line is shown large.
    hint : str
        What to do.
    details : str
        A traceback; shown on demand, copied by a button.
    """

    def __init__(self, message: str, hint: str, details: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("RealFM")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(520)
        self.setMaximumWidth(720)
        self.message = message
        self._copied = details or "\n\n".join(part for part in (message, hint) if part)
        headline, _, rest = message.partition("\n")
        self.headline = _told(headline, "lead")
        parts: list[QWidget | int] = [self.headline]
        if rest:
            listing = QPlainTextEdit(rest)
            listing.setReadOnly(True)
            listing.setMaximumHeight(160)
            parts.append(listing)
        if hint:
            self.hint = _told(hint)
            parts.append(self.hint)
        close = QPushButton("Close")
        close.setProperty("role", "primary")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        self.copy_button = QPushButton("Copy details" if details else "Copy message")
        self.copy_button.clicked.connect(self._copy)
        buttons: list[QWidget | int] = [self.copy_button, -1, close]
        if details:
            self._shown_details = QPlainTextEdit(details)
            self._shown_details.setReadOnly(True)
            self._shown_details.setMinimumHeight(160)
            self._shown_details.hide()
            self.details_button = QPushButton("Show details")
            self.details_button.setProperty("role", "quiet")
            self.details_button.clicked.connect(self._toggle_details)
            parts.append(self._shown_details)
            buttons = [self.details_button, self.copy_button, -1, close]
        layout: QVBoxLayout = column(*parts, spacing=16, margins=(24, 24, 24, 16))
        layout.addSpacing(8)
        layout.addStretch(1)  # spare height goes here, not between what belongs together
        layout.addLayout(row(*buttons))
        self.setLayout(layout)
        close.setFocus()

    def showEvent(self, event: QShowEvent) -> None:
        """Be as tall as the words need at this width; Qt guesses before it knows the width."""
        super().showEvent(event)
        self._fit()

    def _fit(self) -> None:
        layout = self.layout()
        if layout is not None:
            layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
            needed = layout.totalHeightForWidth(self.width())
            self.setMinimumHeight(needed)
            self.resize(self.width(), needed)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._copied)
        self.copy_button.setText("Copied")

    def _toggle_details(self) -> None:
        is_shown = self._shown_details.isHidden()
        self._shown_details.setVisible(is_shown)
        self.details_button.setText("Hide details" if is_shown else "Show details")
        self._fit()


def _told(text: str, role: str = "") -> QLabel:
    shown = shorten_paths(text)
    label = text_label(shown, role, wraps=True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setToolTip(text if shown != text else "")
    return label


def shorten_paths(text: str) -> str:
    """Return `text` with the middle of long paths left out: their beginning and their file stay."""
    return _LONG_PATH.sub(lambda found: _ends_of(found[0]), text)


def _ends_of(path: str) -> str:
    start, end = path[:PATH_START], path[-PATH_END:]
    cut = max(start.rfind("/"), start.rfind("\\"))
    folders = [at for at in (end.find("/"), end.find("\\")) if at >= 0]
    return f"{start[: cut + 1] if cut > 0 else start}…{end[min(folders) :] if folders else end}"


class Messages(QObject):
    """Shows errors over a window, one at a time, never blocking.

    Signals
    -------
    shown(QDialog)
        A message has been opened (tests and accessibility tools listen).
    """

    shown = Signal(object)
    _came = Signal(object)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._waiting: list[MessageDialog] = []
        self._came.connect(self._show, Qt.ConnectionType.QueuedConnection)

    def show_error(self, error: BaseException) -> None:
        """Show an error of either kind; may be called on any thread."""
        self._came.emit(error)

    def _show(self, error: BaseException) -> None:
        if isinstance(error, UserFacingError):
            message, hint = in_the_window(error.message), in_the_window(error.hint)
            dialog = MessageDialog(message, hint, parent=self._window)
        else:
            details = details_of(error)
            _log.error("%s: %s", OURS, details)
            dialog = MessageDialog(f"{OURS}.", NOTHING_LOST, details, parent=self._window)
        dialog.finished.connect(self._next)
        self._waiting.append(dialog)
        if len(self._waiting) == 1:
            self._open(dialog)

    def _next(self) -> None:
        self._waiting.pop(0)
        if self._waiting:
            self._open(self._waiting[0])

    def _open(self, dialog: MessageDialog) -> None:
        dialog.open()
        self.shown.emit(dialog)


def details_of(error: BaseException) -> str:
    """Return what a developer needs: versions and the traceback, no study content beyond it."""
    trace = error.details if isinstance(error, JobCrashed) else "".join(traceback.format_exception(error))
    versions = f"RealFM {realfm_gui.__version__}, Python {platform.python_version()}, {platform.platform()}"
    return f"{versions}\n\n{trace}"
