"""The readings that can be replayed, to choose from: all, or those with a wrong call."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QComboBox, QListWidget, QListWidgetItem, QWidget

from realfm_gui.gui.replay.replay_words import ERROR_WORDS, errors_of, title_of
from realfm_gui.gui.widgets.labels import column, text_label
from realfm_gui.workflows.replay import ReplayChoice

ALL, WRONG = "all", "wrong"
WIDTH = 264
ROW_HEIGHT = 52


class ReadingList(QWidget):
    """A list with a filter above it.

    Signals
    -------
    reading_requested(ReplayChoice)
        A reading was chosen.
    """

    reading_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(WIDTH)
        self._choices: tuple[ReplayChoice, ...] = ()
        self._names: dict[str, str] = {}
        self.filter = QComboBox()
        self.filter.setAccessibleName("Which readings")
        self.filter.currentIndexChanged.connect(lambda _: self._fill())
        self.list = QListWidget()
        self.list.setAccessibleName("Readings")
        self.list.setUniformItemSizes(True)
        self.list.setProperty("role", "contents")
        self.list.itemActivated.connect(self._chosen)
        self.list.itemClicked.connect(self._chosen)
        self._count = text_label("", "caption")
        self.setLayout(column(self.filter, self.list, self._count))

    def show_choices(self, choices: Sequence[ReplayChoice], names: Mapping[str, str]) -> None:
        """Show other readings; `names` are those of the findings by id."""
        self._choices, self._names = tuple(choices), dict(names)
        classes = [found for choice in choices for found in (choice.errors or {}).values()]
        self.filter.blockSignals(True)
        self.filter.clear()
        self.filter.addItem(f"All readings ({len(choices):,})", ALL)
        wrong = sum(bool(choice.errors) for choice in choices)
        if any(choice.errors is not None for choice in choices):
            self.filter.addItem(f"With a wrong call ({wrong:,})", WRONG)
        for found, words in ERROR_WORDS.items():
            if found in classes:
                self.filter.addItem(f"{words[:1].upper()}{words[1:]} ({classes.count(found):,})", found)
        self.filter.blockSignals(False)
        self._fill()

    def show_chosen(self, choice: ReplayChoice) -> None:
        """Mark the reading that is replayed."""
        for number in range(self.list.count()):
            item = self.list.item(number)
            if item.data(Qt.ItemDataRole.UserRole) == choice:
                self.list.setCurrentItem(item)

    def _fill(self) -> None:
        wanted = self.filter.currentData()
        self.list.clear()
        for choice in self._choices:
            errors = choice.errors or {}
            if wanted == ALL or (wanted == WRONG and errors) or wanted in errors.values():
                words = errors_of(choice, self._names)
                item = QListWidgetItem(f"{title_of(choice)}\n{words}" if words else title_of(choice))
                item.setData(Qt.ItemDataRole.UserRole, choice)
                item.setSizeHint(QSize(0, ROW_HEIGHT))
                item.setToolTip(item.text())
                self.list.addItem(item)
        shown = self.list.count()
        self._count.setText("" if shown == len(self._choices) else f"{shown:,} of {len(self._choices):,}")

    def _chosen(self, item: QListWidgetItem) -> None:
        self.reading_requested.emit(item.data(Qt.ItemDataRole.UserRole))
