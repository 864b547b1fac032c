"""What the reader is asked of the test pattern."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QComboBox, QGridLayout, QPushButton, QWidget

from realfm_gui.domain.display_check import LETTERS, PatternAnswers
from realfm_gui.gui.theme import DARK, GRID
from realfm_gui.gui.widgets.labels import text_label

YES_NO: Mapping[str, str] = {
    "sees_5_percent": "The square in black is visible (5 %)",
    "sees_95_percent": "The square in white is visible (95 %)",
    "lines_are_separate": "Lines are separate in every block",
    "ramp_is_smooth": "Both ramps run without steps",
    "fields_are_even": "Dark and bright fields are even",
}
COUNTS: Mapping[str, str] = {
    "dark_letters": "Letters you can read, dark row",
    "middle_letters": "Letters you can read, middle row",
    "bright_letters": "Letters you can read, bright row",
}
_ORDER = (
    "sees_5_percent",
    "sees_95_percent",
    "dark_letters",
    "middle_letters",
    "bright_letters",
    "lines_are_separate",
    "ramp_is_smooth",
    "fields_are_even",
)
BUTTON_PX, COUNT_PX = 48, 104
OPEN = f"– of {LETTERS}"
_ANSWER_LOOK = (
    "QPushButton { padding: 2px 0; }"
    f"QPushButton:checked {{ background: {DARK.accent}; color: {DARK.on_accent}; }}"
    f"QPushButton:checked:focus {{ border: 3px double {DARK.on_accent}; padding: 0; }}"
)
"""Chosen is filled, so that it cannot be taken for the focus."""


class Questions(QWidget):
    """Yes or no, and counts of letters; nothing is answered beforehand.

    Signals
    -------
    answered()
        Something was answered.
    """

    answered = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.choices: dict[str, tuple[QPushButton, QPushButton]] = {}
        self.counts: dict[str, QComboBox] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GRID)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(0, 1)
        for row, name in enumerate(_ORDER):
            if name in YES_NO:
                grid.addWidget(text_label(YES_NO[name]), row, 0)
                self._add_choice(grid, row, name)
            else:
                grid.addWidget(text_label(COUNTS[name]), row, 0)
                self._add_count(grid, row, name)

    @property
    def answers(self) -> PatternAnswers | None:
        """What was answered; None while something is missing."""
        if self.missing:
            return None
        seen = {name: yes.isChecked() for name, (yes, _) in self.choices.items()}
        counted = {name: field.currentIndex() - 1 for name, field in self.counts.items()}
        return PatternAnswers(
            sees_5_percent=seen["sees_5_percent"],
            sees_95_percent=seen["sees_95_percent"],
            lines_are_separate=seen["lines_are_separate"],
            ramp_is_smooth=seen["ramp_is_smooth"],
            fields_are_even=seen["fields_are_even"],
            dark_letters=counted["dark_letters"],
            middle_letters=counted["middle_letters"],
            bright_letters=counted["bright_letters"],
        )

    @property
    def missing(self) -> int:
        """How many questions are open."""
        open_choices = sum(not (yes.isChecked() or no.isChecked()) for yes, no in self.choices.values())
        return open_choices + sum(field.currentIndex() == 0 for field in self.counts.values())

    def answer_all(self, letters: int = LETTERS - 2) -> None:
        """Answer yes to every question, and so many letters in each row."""
        for yes, _ in self.choices.values():
            yes.click()
        for field in self.counts.values():
            field.setCurrentIndex(1 + letters)

    def clear(self) -> None:
        """Take every answer back: another check is another look."""
        for yes, no in self.choices.values():
            group = yes.group()
            group.setExclusive(False)
            yes.setChecked(False)
            no.setChecked(False)
            group.setExclusive(True)
        for field in self.counts.values():
            field.setCurrentIndex(0)

    def _add_choice(self, grid: QGridLayout, row: int, name: str) -> None:
        group = QButtonGroup(self)
        buttons = []
        for column, words in ((1, "Yes"), (2, "No")):
            button = QPushButton(words)
            button.setProperty("role", "small")
            button.setCheckable(True)
            button.setAutoDefault(False)
            button.setFixedWidth(BUTTON_PX)
            button.setAccessibleName(f"{YES_NO[name]}: {words.lower()}")
            button.setStyleSheet(_ANSWER_LOOK)
            button.clicked.connect(self.answered)
            group.addButton(button)
            grid.addWidget(button, row, column)
            buttons.append(button)
        self.choices[name] = (buttons[0], buttons[1])

    def _add_count(self, grid: QGridLayout, row: int, name: str) -> None:
        field = QComboBox()
        field.addItems([OPEN, *(f"{count} of {LETTERS}" for count in range(LETTERS + 1))])
        field.setMaxVisibleItems(LETTERS + 2)
        field.setFixedWidth(COUNT_PX)
        field.setAccessibleName(COUNTS[name])
        field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        field.currentIndexChanged.connect(lambda _: self.answered.emit())
        grid.addWidget(field, row, 1, 1, 2)
        self.counts[name] = field
