"""What the AI says: one quiet line before the lock, everything after it."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from realfm_gui.domain.protocol import Finding
from realfm_gui.gui.reading.advice_row import AdviceRow
from realfm_gui.gui.reading.ai_board import LETTERS
from realfm_gui.gui.reading.ai_finding_list import FindingList
from realfm_gui.gui.reading.ai_map_controls import MapControls
from realfm_gui.gui.reading.ai_model_columns import ModelColumns
from realfm_gui.gui.reading.ai_words import no_answer_words
from realfm_gui.gui.reading.appearance import reserve_lines
from realfm_gui.gui.reading.fitting_scroll import FittingScroll
from realfm_gui.gui.reading.still_stack import StillStack
from realfm_gui.gui.theme import AI_ALONE, SIZE_BODY, SIZE_LEAD
from realfm_gui.workflows.advice import Advice, ModelAdvice

ROWS_IN_SIGHT = 2
"""Findings on the smallest screen; further ones scroll."""


class AiPanel(QFrame):
    """The AI's answer, shown only after the unaided one is locked.

    As high before the lock as after it, with a map and without: what stands below never moves. `places` is
    the list of what was found where, `map` how it is shown on the picture; `rows` are the answers of a model
    alone, `columns` those of several (None for one), both empty before the lock.

    Parameters
    ----------
    findings : sequence of Finding
        Of the protocol.
    models : int
        How many models the reader is shown.

    Signals
    -------
    painted()
        The revealed answer has been painted: the reader can have seen it.
    finding_chosen(str)
        The reader wants this finding's map.
    """

    painted = Signal()
    finding_chosen = Signal(str)

    def __init__(self, findings: Sequence[Finding], models: int = 1, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setAccessibleName("AI")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._is_revealed = False
        self._mapped = ""
        self._row_of = {f.id: AdviceRow(f, is_named=len(findings) > 1) for f in findings}
        self.rows: dict[str, AdviceRow] = {}
        self.columns = ModelColumns(findings, models) if models > 1 else None
        # Several findings share the height of a small screen with their questions.
        self.places = FindingList(least_rows=1 if len(findings) > 1 else 2)
        self.map = MapControls(LETTERS[:models] if models > 1 else ())
        title = QLabel("AI")
        title.setStyleSheet(f"color: {AI_ALONE};")
        self.line = QLabel()
        self.line.setProperty("role", "caption")
        head = QHBoxLayout()
        head.addWidget(title)
        head.addStretch(1)
        head.addWidget(self.line)
        self._empty, self._trouble_page, self._advice = QWidget(), self._make_trouble(), QWidget()
        self._fill_advice()
        self._body = StillStack()  # as high as its highest page
        self._body.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        for page in (self._empty, self._trouble_page, self._advice):
            self._body.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 6, 12, 6)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addWidget(self._body)
        self.show_sealed()

    def show_sealed(self) -> None:
        """Before the lock: nothing of the AI is there, and the panel says when it will be."""
        self._start("Shown after the lock")

    def show_waiting(self) -> None:
        """Say that the output is being fetched, after the lock."""
        self._start("Fetching its answer")

    def show_advice(self, advice: Advice) -> None:
        """Show what the models say, or why there is nothing."""
        if self.columns is not None:
            self._start("Several models, in no order of merit")
            self.columns.show_advice(advice.models)
            self._body.setCurrentWidget(self._advice)
        else:
            (said,) = advice.models
            self._start(said.model)
            self._show_alone(said)
        self._is_revealed = True
        self.update()

    def letter_of(self, model: int) -> str:
        """Return the letter of a model among several, "" of one alone."""
        return "" if self.columns is None else LETTERS[model]

    def show_mapped(self, finding: str) -> None:
        """Mark whose map is on the picture where there are several findings; "" for none."""
        for name, row in self.rows.items():
            row.bar.set_mapped(len(self.rows) > 1 and name == finding)
        if finding != self._mapped and finding in self._row_of:
            part = self._row_of[finding] if self.columns is None else self.columns.columns[0].cells[finding]
            self._answers.bring_into_sight(part)
        self._mapped = finding

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint, and tell that a revealed answer is on the screen."""
        super().paintEvent(event)
        if self._is_revealed:
            self.painted.emit()

    def _show_alone(self, said: ModelAdvice) -> None:
        title, sentence = no_answer_words(said)
        if title:
            self.trouble_title.setText(title)
            self.trouble.setText(sentence)
            self._body.setCurrentWidget(self._trouble_page)
            return
        for finding in said.findings:
            row = self._row_of[finding.finding]
            row.show_advice(said, finding)
            self.rows[finding.finding] = row
        for name, row in self._row_of.items():
            row.setVisible(name in self.rows)
        self._body.setCurrentWidget(self._advice)

    def _start(self, line: str) -> None:
        self.rows = {}
        self._is_revealed = False
        self.line.setText(line)
        self._body.setCurrentWidget(self._empty)
        self.trouble.clear()
        self.trouble_title.clear()
        self.places.show_note("")
        self.map.forget()

    def _make_trouble(self) -> QWidget:
        page = QWidget()
        self.trouble_title, self.trouble = QLabel(), QLabel()
        self.trouble_title.setStyleSheet(f"font-size: {SIZE_LEAD}px;")
        reserve_lines(self.trouble_title, 1, SIZE_LEAD)
        reserve_lines(self.trouble, 4, SIZE_BODY)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.trouble_title)
        column.addWidget(self.trouble)
        column.addStretch(1)
        return page

    def _fill_advice(self) -> None:
        column = QVBoxLayout(self._advice)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        if self.columns is not None:
            self.columns.finding_chosen.connect(self.finding_chosen)
            # Of one part that holds all findings, below a head half as high as a finding.
            share = (ROWS_IN_SIGHT + 0.5) / (len(self._row_of) + 0.5)
            self._answers = FittingScroll([self.columns], least_parts=min(1.0, share), spacing=4)
        else:
            for row in self._row_of.values():
                row.chosen.connect(self.finding_chosen)
            self._answers = FittingScroll(list(self._row_of.values()), least_parts=ROWS_IN_SIGHT, spacing=4)
        column.addWidget(self._answers)
        column.addWidget(self.places, 1)  # the list alone is higher where there is room
        column.addWidget(self.map)
