"""How a tile was computed, beside the page."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QScrollArea, QToolButton, QVBoxLayout, QWidget

from realfm_gui.gui.analysing.methods import Method
from realfm_gui.gui.theme import palette_of
from realfm_gui.gui.widgets.icons import icon
from realfm_gui.gui.widgets.labels import clear, row, text_label
from realfm_gui.gui.widgets.plain_table import Column, PlainTable

WIDTH = 376


class DetailsPanel(QScrollArea):
    """Method, formula, facts, rows and references of one number.

    Signals
    -------
    closed()
    """

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedWidth(WIDTH)
        content = QWidget()
        self._layout = QVBoxLayout(content)
        self._layout.setContentsMargins(20, 16, 20, 24)
        self._layout.setSpacing(6)
        self.setWidget(content)
        self.hide()

    def show_method(self, method: Method) -> None:
        """Show how a number was computed."""
        clear(self._layout)
        close = QToolButton()
        close.setProperty("role", "quiet")
        close.setIcon(icon("close", palette_of(self).ink))
        close.setToolTip("Close (Esc)")
        close.setShortcut("Esc")
        close.clicked.connect(self.closed)
        head = QWidget()
        head.setLayout(row(text_label("How it was computed", "caption"), -1, close))
        self._layout.addWidget(head)
        self._layout.addWidget(text_label(method.title, "heading", wraps=True))
        self._add("Method", method.method)
        self._add("Formula", method.formula)
        for label, value in method.facts:
            self._add(label, value)
        if len(method.rows) > 1:
            columns = [
                Column(title=title, width=_width(at, title), is_number=at > 0)
                for at, title in enumerate(method.rows[0])
            ]
            table = PlainTable(columns, "Rows behind the number")
            table.show_rows([list(cells) for cells in method.rows[1:]])
            self._layout.addSpacing(8)
            self._layout.addWidget(table)
        self._add("References", "\n".join(method.references))
        self._layout.addStretch(1)
        self.show()

    def _add(self, label: str, text: str) -> None:
        if not text:
            return
        self._layout.addSpacing(6)
        self._layout.addWidget(text_label(label, "caption"))
        shown = text_label(text, wraps=True)
        shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._layout.addWidget(shown)


def _width(at: int, title: str) -> int:
    """Return 0 (what is left) for the names; a column of numbers is as wide as its head needs."""
    return 0 if at == 0 else max(66, 8 * len(title))
