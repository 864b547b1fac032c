"""Several models side by side: the same head and the same rows for each, in the reader's order."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from realfm_gui.domain.protocol import Finding
from realfm_gui.gui.reading.ai_board import LETTERS
from realfm_gui.gui.reading.ai_scales import ScoreBar
from realfm_gui.gui.reading.ai_words import (
    answer_words,
    interval_meaning,
    interval_words,
    no_answer_words,
    number_words,
    short_answer_words,
    short_no_answer_words,
)
from realfm_gui.gui.reading.segment import Segment
from realfm_gui.gui.reading.still_stack import StillStack
from realfm_gui.gui.theme import AI_ALONE, GRID, SIZE_LEAD, SIZE_SMALL, SIZE_TITLE
from realfm_gui.workflows.advice import FindingAdvice, ModelAdvice

NOTE_LINES = 5
"""Room for why a model has no answer, in small type."""


class ModelColumns(QWidget):
    """What each model says, one column per model; none stands out.

    Signals
    -------
    finding_chosen(str)
        The reader wants to see this finding.
    model_toggled(int, bool)
        A model's map and places are wanted on the picture, or not; models count from 0.
    """

    finding_chosen = Signal(str)
    model_toggled = Signal(int, bool)

    def __init__(self, findings: Sequence[Finding], models: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.columns = [ModelColumn(findings, LETTERS[number]) for number in range(models)]
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * GRID)
        for number, column in enumerate(self.columns):
            column.finding_chosen.connect(self.finding_chosen)
            column.switch.clicked.connect(lambda is_on, n=number: self.model_toggled.emit(n, is_on))
            row.addWidget(column, 1)

    def show_advice(self, models: Sequence[ModelAdvice]) -> None:
        """Show what the models say, in this order."""
        for column, said in zip(self.columns, models, strict=True):
            column.show_advice(said)

    def show_switches(self, shown: Sequence[bool]) -> None:
        """Show which models are on the picture."""
        for column, is_shown in zip(self.columns, shown, strict=True):
            column.switch.setChecked(is_shown)


class ModelColumn(QWidget):
    """One model: its switch, and a cell per finding or why there is no answer.

    Signals
    -------
    finding_chosen(str)
    """

    finding_chosen = Signal(str)

    def __init__(self, findings: Sequence[Finding], letter: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._letter = letter
        self.switch = Segment(letter)
        self.switch.setProperty("compact", True)
        self.switch.setProperty("arm", "ai")
        self.cells = {finding.id: _Cell(finding, is_named=len(findings) > 1) for finding in findings}
        answers = QWidget()
        column = QVBoxLayout(answers)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for cell in self.cells.values():
            cell.chosen.connect(self.finding_chosen)
            column.addWidget(cell)
        column.addStretch(1)
        self.note = QLabel()
        self.note.setProperty("role", "caption")
        self.note.setWordWrap(True)
        self.note.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.note.setFixedHeight(NOTE_LINES * (SIZE_SMALL + 4))
        self._name = ""
        self._body = StillStack()
        self._body.addWidget(answers)
        self._body.addWidget(self.note)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.switch)
        layout.addWidget(self._body)

    def show_advice(self, said: ModelAdvice) -> None:
        """Show what the model says."""
        title, sentence = short_no_answer_words(said)
        self._show_name(said.model)
        if title:
            self.note.setText(f"{title}\n{sentence}")
            self.note.setToolTip(" ".join(no_answer_words(said)))
            self._body.setCurrentWidget(self.note)
            return
        for finding in said.findings:
            self.cells[finding.finding].show_advice(said, finding)
        self._body.setCurrentIndex(0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Write the name as far as there is room."""
        super().resizeEvent(event)
        self._fit_name()

    def _show_name(self, model: str) -> None:
        self._name = f"{self._letter}  {model}"
        self.switch.setToolTip(f"{self._name}: show or hide its map and its places on the image")
        self.switch.setAccessibleName(self._name)
        self._fit_name()

    def _fit_name(self) -> None:
        room = self.width() - 3 * GRID
        metrics = QFontMetrics(self.switch.font())
        self.switch.setText(metrics.elidedText(self._name, Qt.TextElideMode.ElideMiddle, room))


class _Cell(QWidget):
    """What one model says of one finding, in half the panel's width."""

    chosen = Signal(str)

    def __init__(self, finding: Finding, *, is_named: bool) -> None:
        super().__init__()
        self._finding = finding.id
        self.setCursor(Qt.CursorShape.PointingHandCursor if is_named else Qt.CursorShape.ArrowCursor)
        self.number = QLabel()
        size = SIZE_LEAD if is_named else SIZE_TITLE
        self.number.setStyleSheet(f"color: {AI_ALONE}; font-size: {size}px;")
        self.interval = QLabel()
        self.call = QLabel()
        for caption in (self.interval, self.call):
            caption.setProperty("role", "caption")
        self.bar = ScoreBar(has_number=False)
        head, foot = QHBoxLayout(), QHBoxLayout()
        if is_named:
            # Several findings share the height of a small screen: name and number on one line.
            name = QLabel(finding.name)
            name.setProperty("role", "caption")
            head.addWidget(name, 1)
            head.addWidget(self.number)
        else:
            head.addWidget(self.number, 1)
        foot.addWidget(self.call, 1)
        foot.addWidget(self.interval)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self.bar)
        layout.addLayout(foot)

    def show_advice(self, said: ModelAdvice, advice: FindingAdvice) -> None:
        """Show score, interval and call."""
        is_percent = advice.percent is not None
        self.number.setText(number_words(advice.percent, advice.score))
        ends = interval_words(advice.interval, is_percent=is_percent)
        self.interval.setText(" ".join(filter(None, (ends, "" if is_percent else "any scale"))))
        self.bar.show_score(advice.percent, advice.score, advice.interval)
        words = answer_words(said, advice)
        self.call.setText(short_answer_words(said, advice))
        tip = f"{advice.meaning}\n{interval_meaning(advice.interval)}\n{words}"
        for part in (self, self.number, self.interval, self.bar, self.call):
            part.setToolTip(tip)

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        """Go to the finding."""
        self.chosen.emit(self._finding)
