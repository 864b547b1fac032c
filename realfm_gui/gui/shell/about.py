"""Help: the keyboard shortcuts, and what this program is."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QPushButton, QWidget

from realfm_gui import __version__
from realfm_gui.gui.shell.commands import shortcut_sheet
from realfm_gui.gui.shell.main_window import BANNER
from realfm_gui.gui.widgets.labels import column, row, text_label


def show_shortcuts(window: QWidget) -> QDialog:
    """Open the sheet of shortcuts; those of the reading room are shown there."""
    keys = QWidget()
    grid = QGridLayout(keys)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(32)
    for at, (shortcut, title) in enumerate(shortcut_sheet()):
        sequence = QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)
        grid.addWidget(text_label(sequence, "quiet"), at, 0)
        grid.addWidget(text_label(title), at, 1)
    grid.setColumnStretch(1, 1)
    return _open(
        window,
        "Keyboard shortcuts",
        keys,
        text_label("The reading room shows its own keys: press ? there.", "caption", wraps=True),
    )


def show_about(window: QWidget) -> QDialog:
    """Open the program's name, version and licence."""
    return _open(
        window,
        f"RealFM {__version__}",
        text_label("Reader studies of medical-imaging foundation models, on one workstation.", wraps=True),
        text_label(BANNER),
        text_label("Licence: Apache-2.0. Font: Roboto (Apache-2.0).", "caption", wraps=True),
    )


def _open(window: QWidget, title: str, *parts: QWidget) -> QDialog:
    dialog = QDialog(window)
    dialog.setWindowTitle(title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setMinimumWidth(400)
    close = QPushButton("Close")
    close.setProperty("role", "primary")
    close.setDefault(True)
    close.clicked.connect(dialog.accept)
    layout = column(text_label(title, "lead"), *parts, spacing=16, margins=(24, 24, 24, 16))
    layout.addLayout(row(-1, close))
    dialog.setLayout(layout)
    dialog.open()
    return dialog
