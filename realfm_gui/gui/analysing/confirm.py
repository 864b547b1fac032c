"""The question before outcomes of an unfinished study are opened."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QPushButton, QWidget

from realfm_gui.gui.widgets.labels import column, row, text_label


class ConfirmEarlyLook(QDialog):
    """Says who has not finished; not looking is the default.

    Signals
    -------
    confirmed()
        Open the outcomes; it is logged.
    """

    confirmed = Signal()

    def __init__(self, sentence: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Open outcomes")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(520)
        self.setMaximumWidth(640)
        self.open_button, self.wait_button = QPushButton("Open outcomes"), QPushButton("Not yet")
        self.wait_button.setProperty("role", "primary")
        self.wait_button.setDefault(True)
        self.open_button.setAutoDefault(False)
        self.open_button.clicked.connect(self._confirm)
        self.wait_button.clicked.connect(self.reject)
        layout = column(
            text_label("This study is still being read", "lead"),
            text_label(sentence, wraps=True),
            text_label(
                "Results seen now can change how the study goes on. Wait if you have anything to do with it.",
                wraps=True,
            ),
            spacing=12,
            margins=(24, 24, 24, 16),
        )
        layout.addSpacing(12)
        layout.addLayout(row(-1, self.open_button, self.wait_button))
        self.setLayout(layout)
        self.wait_button.setFocus()

    def _confirm(self) -> None:
        self.confirmed.emit()
        self.accept()
