"""The table of commands with their keys, and the place where a new key is pressed."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from realfm_gui.domain.key_choice import MAX_KEYS, KeyChoices
from realfm_gui.gui.reading.appearance import set_look
from realfm_gui.gui.reading.commands import COMMANDS, GROUPS, Command, key_name
from realfm_gui.gui.reading.key_choices import DIGITS_SAID, rules, title_of
from realfm_gui.gui.reading.key_editor_capture import KeyCapture
from realfm_gui.gui.reading.key_editor_state import KeyEditorState
from realfm_gui.gui.theme import DARK, GRID
from realfm_gui.gui.widgets.labels import text_label

ROW_PX = 26
KEY_COLUMN_PX = 128
CHANGED_COLUMN_PX = 80
COLUMNS = ("Command", "Key", "Second key", "")
_ID = Qt.ItemDataRole.UserRole


class KeyTablePage(QWidget):
    """Choose a cell, press Enter, press the new key; who had it is named and the two can be exchanged.

    Parameters
    ----------
    choices : KeyChoices
        Those in use.

    Signals
    -------
    choices_changed()
        `state.choices` are others than before.
    """

    choices_changed = Signal()

    def __init__(self, choices: KeyChoices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.state = KeyEditorState(choices, rules())
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Find a command or a key")
        self.filter.setAccessibleName("Find a command or a key")
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(self._narrow)
        self.table = _table()
        self.capture = KeyCapture()
        self.title = text_label("", "heading")
        self.message = text_label("", "caption", wraps=True)
        self.change = _button("Change key")
        self.clear = _button("No key")
        self.reset = _button("Reset this")
        self.exchange = _button("Exchange")
        self.keep = _button("Keep as it is")
        self.reset_all = _button("Reset all keys")
        self._lay_out()
        self._fill()
        self._connect()
        self.table.setCurrentCell(1, 1)

    def begin_capture(self) -> None:
        """Wait for the new key of the chosen cell."""
        self.state.keep()
        self._show_state()
        self.capture.wait_for_key()

    # Inside

    def _lay_out(self) -> None:
        strip = QFrame()
        strip.setProperty("role", "card")
        inner = QVBoxLayout(strip)
        inner.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        head = QHBoxLayout()
        head.addWidget(self.title)
        head.addWidget(self.capture)
        head.addStretch(1)
        for button in (self.change, self.clear, self.reset):
            head.addWidget(button)
        answer = QHBoxLayout()
        self.message.setFixedHeight(2 * self.message.fontMetrics().lineSpacing())
        self.message.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        answer.addWidget(self.message, 1)
        answer.addWidget(self.keep)
        answer.addWidget(self.exchange)
        inner.addLayout(head)
        inner.addLayout(answer)
        top = QHBoxLayout()
        top.addWidget(self.filter, 1)
        top.addWidget(self.reset_all)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addLayout(top)
        layout.addWidget(self.table, 1)
        layout.addWidget(strip)

    def _connect(self) -> None:
        self.table.currentCellChanged.connect(lambda row, column, *_: self._choose(row, column))
        self.table.cellDoubleClicked.connect(lambda *_: self.begin_capture())
        self.table.installEventFilter(self)
        self.capture.key_pressed.connect(lambda key: self._after(self.state.press(key)))
        self.capture.given_up.connect(self._show_state)
        self.change.clicked.connect(self.begin_capture)
        self.clear.clicked.connect(lambda: self._after(self.state.clear()))
        self.reset.clicked.connect(lambda: self._after(self.state.reset_chosen()))
        self.reset_all.clicked.connect(lambda: self._after(self.state.reset_all()))
        self.exchange.clicked.connect(lambda: self._after(self.state.exchange()))
        self.keep.clicked.connect(self._keep)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let Enter begin and Delete clear while the table has the focus."""
        if watched is self.table and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.begin_capture()
                return True
            if event.key() == Qt.Key.Key_Delete:
                self._after(self.state.clear())
                return True
        return super().eventFilter(watched, event)

    def _fill(self) -> None:
        by_group = [(group, [c for c in COMMANDS if c.group == group]) for group in GROUPS]
        self.table.setRowCount(sum(1 + len(members) for _, members in by_group))
        row = 0
        for group, members in by_group:
            self._add_group(row, group)
            for at, command in enumerate(members, start=row + 1):
                self._add_command(at, command)
            row += 1 + len(members)
        self._show_keys()

    def _add_group(self, row: int, group: str) -> None:
        item = QTableWidgetItem(group)
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        item.setForeground(QColor(DARK.ink_quiet))
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.Medium)
        item.setFont(bold)
        self.table.setItem(row, 0, item)
        self.table.setSpan(row, 0, 1, len(COLUMNS))

    def _add_command(self, row: int, command: Command) -> None:
        selectable = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        for column in range(len(COLUMNS)):
            item = QTableWidgetItem(title_of(command) if column == 0 else "")
            item.setData(_ID, command.id)
            item.setFlags(selectable)
            self.table.setItem(row, column, item)
        self._cell(row, 3).setForeground(QColor(DARK.ink_quiet))

    def _show_keys(self) -> None:
        for row in range(self.table.rowCount()):
            command_id = self._command_at(row)
            if command_id:
                keys = self.state.choices.keys(command_id, self.state.rules)
                for slot in range(MAX_KEYS):
                    name = key_name(keys[slot]) if slot < len(keys) else "–"
                    self._cell(row, 1 + slot).setText(name)
                changed = "changed" if command_id in self.state.choices.changed else ""
                self._cell(row, 3).setText(changed)
        self.reset_all.setEnabled(bool(self.state.choices.changed))
        self._show_state()

    def _keep(self) -> None:
        self.state.keep()
        self._after(False)

    def _cell(self, row: int, column: int) -> QTableWidgetItem:
        cell = self.table.item(row, column)
        assert cell is not None  # every cell was filled when the table was
        return cell

    def _show_state(self) -> None:
        state = self.state
        is_asked = state.asked is not None
        self.title.setText(state.title)
        self.message.setText(state.message or DIGITS_SAID)
        set_look(self.message, "role", "missing" if state.message else "caption")
        for button in (self.exchange, self.keep):
            button.setVisible(is_asked)
        self.clear.setEnabled(bool(state.key))
        self.reset.setEnabled(state.is_changed)
        if is_asked:
            self.exchange.setFocus()

    def _after(self, is_changed: bool) -> None:
        self._show_keys()
        if self.state.asked is None:
            self.table.setFocus()
        if is_changed:
            self.choices_changed.emit()

    def _choose(self, row: int, column: int) -> None:
        command_id = self._command_at(row)
        if command_id:
            self.state.choose(command_id, 1 if column == MAX_KEYS else 0)
            self._show_state()

    def _command_at(self, row: int) -> str:
        item = self.table.item(row, 1)
        return str(item.data(_ID)) if item is not None and item.data(_ID) else ""

    def _narrow(self, words: str) -> None:
        wanted = words.lower().split()
        header, has_member = 0, False
        for row in range(self.table.rowCount()):
            command_id = self._command_at(row)
            if not command_id:
                self.table.setRowHidden(header, not has_member)
                header, has_member = row, False
                continue
            texts = [self._cell(row, column).text().lower() for column in range(1 + MAX_KEYS)]
            is_shown = all(word in texts[0] or word in texts[1:] for word in wanted)
            has_member = has_member or is_shown
            self.table.setRowHidden(row, not is_shown)
        self.table.setRowHidden(header, not has_member)


def _table() -> QTableWidget:
    table = QTableWidget(0, len(COLUMNS))
    table.setAccessibleName("Commands and their keys")
    table.setHorizontalHeaderLabels(COLUMNS)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setTabKeyNavigation(False)
    table.setShowGrid(False)
    table.setStyleSheet(
        "QTableWidget::item { padding: 0 5px; }"
        f"QTableWidget::item:selected {{ background: {DARK.selected}; border: 1px solid {DARK.accent}; }}"
    )
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(ROW_PX)
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    header.setSectionsClickable(False)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    for column, width in ((1, KEY_COLUMN_PX), (2, KEY_COLUMN_PX), (3, CHANGED_COLUMN_PX)):
        header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
        table.setColumnWidth(column, width)
    return table


def _button(words: str) -> QPushButton:
    button = QPushButton(words)
    button.setProperty("role", "small")
    button.setAutoDefault(False)
    return button
