"""The verdict: one sentence, then what it supports and what it does not."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from realfm_gui.gui.widgets.clamped_label import ClampedLabel
from realfm_gui.gui.widgets.labels import clear, column, row, text_label
from realfm_gui.gui.widgets.status import State, StatusMark

OUTCOMES = {
    "harm": (State.PROBLEM, "Harm"),
    "helps": (State.DONE, "Supports the model as an aid"),
    "not supported": (State.WARNING, "Not supported"),
    "not settled": (State.TO_DO, "Not enough evidence"),
}


class VerdictPanel(QWidget):
    """The sentence at 20 px with the outcome's glyph and word above it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mark = StatusMark()
        self._badges = row(spacing=8)
        self.sentence = text_label("", "title", wraps=True)
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._for = QVBoxLayout()
        self._against = QVBoxLayout()
        lists = QGridLayout()
        lists.setHorizontalSpacing(32)
        lists.setVerticalSpacing(4)
        lists.addWidget(text_label("Supports", "caption"), 0, 0)
        lists.addWidget(text_label("Does not support", "caption"), 0, 1)
        lists.addLayout(self._for, 1, 0, Qt.AlignmentFlag.AlignTop)
        lists.addLayout(self._against, 1, 1, Qt.AlignmentFlag.AlignTop)
        lists.setColumnStretch(0, 2)
        lists.setColumnStretch(1, 3)
        head = row(self._mark, spacing=16)
        head.addLayout(self._badges)
        head.addStretch(1)
        self._tools = row(spacing=8)
        head.addLayout(self._tools)
        layout = column(spacing=8)
        layout.addLayout(head)
        layout.addWidget(self.sentence)
        layout.addSpacing(4)
        layout.addLayout(lists)
        self.setLayout(layout)

    def add_tool(self, tool: QWidget) -> None:
        """Put a button or a choice to the right of the outcome."""
        self._tools.addWidget(tool)

    def show_verdict(self, results: Mapping[str, Any]) -> None:
        """Show the verdict of one finding."""
        verdict = results["verdict"]
        state, word = OUTCOMES[verdict["outcome"]]
        self._mark.show_state(state, word)
        clear(self._badges)
        badges = [f"Replacement: {verdict['replacement']}"]
        if not results["is_primary"]:
            badges.append("Secondary finding")
        if results["early_looks"]:
            badges.append("Opened early: exploratory")
        if results["is_simulated"]:
            badges.append("Simulated data")
        for text in badges:
            self._badges.addWidget(text_label(text, "badge"))
        self.sentence.setText(verdict["sentence"])
        _fill(self._for, verdict["supports"] or ["Nothing yet."])
        _fill(self._against, verdict["does_not_support"])


def _fill(layout: QVBoxLayout, points: Sequence[str]) -> None:
    clear(layout)
    layout.setSpacing(4)
    for point in points:
        layout.addWidget(ClampedLabel(point, lines=2))
