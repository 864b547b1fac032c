"""The door of the reading room: choose who reads."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from realfm_gui.domain.case import Split
from realfm_gui.gui.widgets.empty_state import EmptyState
from realfm_gui.gui.widgets.labels import column, row, text_label
from realfm_gui.gui.widgets.study_list import ROW_HEIGHT, ListRow, RowList

if TYPE_CHECKING:
    from realfm_gui.workflows.overview import ReaderOverview

WIDTH = 720
FILTER_FROM = 10
"""A field to find a name appears from this many readers on."""


class ReaderChoice(QWidget):
    """The people the protocol names, and how far each is. Simulated readers are not people.

    Signals
    -------
    reader_chosen(str reader_id)
    display_check_requested(str reader_id)
        The chosen reader wants to check the display.
    set_up_requested()
        There is nobody to choose, or nothing to read yet.
    """

    reader_chosen = Signal(str)
    display_check_requested = Signal(str)
    set_up_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._readers: list[ReaderOverview] = []
        self._list = RowList()
        self._list.row_opened.connect(self.reader_chosen)
        self._list.row_selected.connect(self._name_the_button)
        self._filter = QLineEdit()
        self._filter.setPlaceholderText("Find a name")
        self._filter.setClearButtonEnabled(True)
        self._filter.textChanged.connect(lambda _text: self._fill())
        self._start = QPushButton("Start reading")
        self._start.setProperty("role", "primary")
        self._start.clicked.connect(lambda: self.reader_chosen.emit(self._list.selected_key()))
        self._check = QPushButton("Check the display")
        self._check.clicked.connect(lambda: self.display_check_requested.emit(self._list.selected_key()))
        self._empty = EmptyState("", "Go to Set up")
        self._empty.action_requested.connect(self.set_up_requested)
        self._note = text_label(
            "Each case is read twice in a row: first without the model, then, after you lock that answer, "
            "with it. A locked answer cannot be changed.",
            wraps=True,
        )
        self._stack = QStackedWidget()
        chooser = QWidget()
        inner = column(self._note, 8, self._filter, self._list, 8, spacing=8)
        inner.setStretch(3, 1000)  # as tall as its rows; only then does it scroll
        inner.addLayout(row(self._check, -1, self._start))
        inner.addStretch(1)
        chooser.setLayout(inner)
        self._stack.addWidget(chooser)
        self._stack.addWidget(self._empty)
        self._lay_out()

    def show_readers(self, readers: "Sequence[ReaderOverview]") -> None:
        """Show who may read here."""
        self._readers = [reader for reader in readers if not reader.is_simulated]
        self._filter.setVisible(len(self._readers) >= FILTER_FROM)
        if not self._readers:
            self._empty.set_sentence("Every reader of this study is simulated; nobody reads on screen.")
        elif not any(reader.total for reader in self._readers):
            self._empty.set_sentence("There is no case to read yet. Images are imported in Set up.")
        has_work = any(reader.total for reader in self._readers)
        self._stack.setCurrentIndex(0 if has_work else 1)
        self._fill()
        self.setFocusProxy(self._list if has_work else self._empty.button)

    def show_display_check(self, is_offered: bool) -> None:
        """Offer the display check, or not."""
        self._check.setVisible(is_offered)

    def set_busy(self, is_busy: bool) -> None:
        """Refuse a second start while the first is under way."""
        for button in (self._start, self._check):
            button.setEnabled(not is_busy and bool(self._list.selected_key()))
        self._list.setEnabled(not is_busy)

    def _fill(self) -> None:
        wanted = self._filter.text().strip().casefold()
        shown = [reader for reader in self._readers if wanted in reader.name.casefold()]
        self._list.show_rows([_as_row(reader) for reader in shown], selected=self._list.selected_key())
        self._list.setMaximumHeight(max(1, len(shown)) * ROW_HEIGHT + 2)
        self._name_the_button(self._list.selected_key())

    def _name_the_button(self, reader_id: str) -> None:
        reader = next((known for known in self._readers if known.reader_id == reader_id), None)
        self._start.setEnabled(reader is not None)
        self._check.setEnabled(reader is not None)
        has_begun = reader is not None and (reader.submitted or reader.unaided_locked)
        self._start.setText("Continue reading" if has_begun else "Start reading")

    def _lay_out(self) -> None:
        body = QWidget()
        body.setMaximumWidth(WIDTH)
        inner = column(text_label("Who is reading?", "title"), 8, self._stack, margins=(0, 40, 0, 24))
        inner.setStretch(2, 1)
        body.setLayout(inner)
        outer = QVBoxLayout(self)
        across = QHBoxLayout()
        across.addStretch(1)
        across.addWidget(body, 1000)
        across.addStretch(1)
        outer.addLayout(across, 1)


def _as_row(reader: "ReaderOverview") -> ListRow:
    if reader.total == 0:
        state = "No case yet"
    elif reader.submitted == reader.total:
        state = f"Finished, {reader.total} cases"
    elif reader.submitted or reader.unaided_locked:
        state = f"{reader.submitted} of {reader.total} cases"
    else:
        state = f"Not started, {reader.total} cases"
    last = reader.last_active_utc[:16].replace("T", " ")
    captions = ["practice, not analysed"] * (Split.READING not in reader.reads)
    captions += [f"last here {last} UTC"] * bool(last)
    return ListRow(
        key=reader.reader_id,
        title=reader.name,
        caption=" · ".join(captions),
        state=state,
        share=reader.submitted / reader.total if reader.total else None,
        is_enabled=reader.total > 0 and reader.submitted < reader.total,
    )
