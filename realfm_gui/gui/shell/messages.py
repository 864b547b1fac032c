"""The one place that tells the user that something went wrong."""

import logging
import platform
import traceback

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

import realfm_gui
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.gui.shell.child_process import JobCrashed
from realfm_gui.gui.widgets.labels import column, row, text_label

_log = logging.getLogger(__name__)

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
        self._details = details
        headline, _, rest = message.partition("\n")
        self.headline = text_label(headline, "lead", wraps=True)
        self.headline.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        parts: list[QWidget | int] = [self.headline]
        if rest:
            listing = QPlainTextEdit(rest)
            listing.setReadOnly(True)
            listing.setMaximumHeight(160)
            parts.append(listing)
        if hint:
            parts.append(text_label(hint, wraps=True))
        close = QPushButton("Close")
        close.setProperty("role", "primary")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        buttons: list[QWidget | int] = [-1, close]
        if details:
            self.copy_button = QPushButton("Copy details")
            self.copy_button.clicked.connect(self._copy)
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
        layout.addLayout(row(*buttons))
        self.setLayout(layout)
        close.setFocus()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._details)
        self.copy_button.setText("Copied")

    def _toggle_details(self) -> None:
        is_shown = self._shown_details.isHidden()
        self._shown_details.setVisible(is_shown)
        self.details_button.setText("Hide details" if is_shown else "Show details")
        self.adjustSize()


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
            dialog = MessageDialog(error.message, error.hint, parent=self._window)
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
