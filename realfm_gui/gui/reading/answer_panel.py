"""What is asked of the reader, finding by finding."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from realfm_gui.domain.protocol import Finding
from realfm_gui.domain.reading import CaseFlag, FindingAnswer, Phase
from realfm_gui.gui.reading.appearance import keep_room, set_look
from realfm_gui.gui.reading.finding_draft import FindingDraft, Part
from realfm_gui.gui.reading.fitting_scroll import FittingScroll
from realfm_gui.gui.reading.key_choices import name_commands
from realfm_gui.gui.reading.likelihood_slider import LikelihoodSlider
from realfm_gui.gui.reading.mark_list import MarkList
from realfm_gui.gui.reading.segment import Segment as Segment
from realfm_gui.gui.reading.state import RoomState
from realfm_gui.gui.theme import GRID, UNAIDED

FLAG_WORDS = {
    CaseFlag.NON_DIAGNOSTIC: "Non-diagnostic",
    CaseFlag.TECHNICAL_FAULT: "Technical fault",
    CaseFlag.REMEMBERED: "I remember this case",
}


CARDS_IN_SIGHT = 1.4
"""Findings on the smallest screen: one to answer and the beginning of the next."""

BEFORE_WIDTH = 172
"""Of a locked answer beside its question, in logical pixels: the longest one fits."""


class FindingCard(QFrame):
    """The questions about one finding.

    Signals
    -------
    likelihood_changing(str, int), likelihood_changed(str, int)
        Finding and value.
    recall_chosen(str, bool)
        Finding and call.
    confidence_chosen(str, int)
        Finding and level, from 1.
    selected(str)
        The reader is at this finding.
    """

    likelihood_changing = Signal(str, int)
    likelihood_changed = Signal(str, int)
    recall_chosen = Signal(str, bool)
    confidence_chosen = Signal(str, int)
    selected = Signal(str)

    def __init__(self, finding: Finding, levels: int, *, is_only: bool = True) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.finding = finding
        self._is_only = is_only
        if not is_only:
            self.setProperty("chosen", False)
        question = QLabel(finding.question or finding.name)
        question.setWordWrap(True)
        self.slider = LikelihoodSlider()
        self.recall = {False: Segment("No"), True: Segment("Yes")}
        self.confidence = {level: Segment(str(level)) for level in range(1, levels + 1)}
        self._before = QLabel()
        self._before.setProperty("role", "caption")
        self._before.setStyleSheet(f"color: {UNAIDED};")
        keep_room(self._before)

        choices = QGridLayout()
        choices.setHorizontalSpacing(2 * GRID)
        choices.setVerticalSpacing(2)
        choices.addWidget(_caption("Recall"), 0, 0)
        choices.addLayout(_row(list(self.recall.values())), 1, 0)
        choices.addWidget(_caption(f"Confidence: 1 guess, {levels} sure"), 0, 1)
        choices.addLayout(_row(list(self.confidence.values())), 1, 1)
        choices.setColumnStretch(0, 2)
        choices.setColumnStretch(1, 4)

        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, GRID if is_only else 3, 12, GRID if is_only else 3)
        layout.setSpacing(4)
        head = QHBoxLayout()
        head.addWidget(question, 1)
        layout.addLayout(head)
        layout.addWidget(self.slider)
        layout.addLayout(choices)
        self.marks = MarkList(is_only=True) if is_only and finding.mark_shape is not None else None
        """The marks of the finding; None without any, or where several findings share a list."""
        if self.marks is not None:
            layout.addWidget(self.marks)
        if is_only:
            layout.addWidget(self._before)
        else:
            # Several findings share the height of a small screen: the locked answer goes beside the question,
            # in a width of its own so that the question wraps alike in every case.
            self._before.setFixedWidth(BEFORE_WIDTH)
            self._before.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
            head.addWidget(self._before)

        self.slider.likelihood_changing.connect(lambda v: self.likelihood_changing.emit(finding.id, v))
        self.slider.likelihood_changed.connect(lambda v: self.likelihood_changed.emit(finding.id, v))
        for call, button in self.recall.items():
            button.clicked.connect(lambda _=False, call=call: self.recall_chosen.emit(finding.id, call))
            name_commands(button, "recall-yes" if call else "recall-no")
        for level, button in self.confidence.items():
            button.clicked.connect(
                lambda _=False, level=level: self.confidence_chosen.emit(finding.id, level)
            )
            button.setToolTip(f"Confidence {level}" + (f" ({level})" if level < 10 else ""))
        for control in (self.slider, *self.recall.values(), *self.confidence.values()):
            control.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys answer the finding whose control has the focus."""
        if event.type() == QEvent.Type.FocusIn:
            self.selected.emit(self.finding.id)
        return super().eventFilter(watched, event)

    def show_answer(
        self,
        draft: FindingDraft,
        *,
        phase: Phase,
        unaided: FindingAnswer | None,
        missing: Sequence[str],
        is_selected: bool,
    ) -> None:
        """Show the answer so far, the locked one beside it, and what is missing."""
        self.slider.show_value(
            draft.likelihood,
            phase=phase,
            unaided=unaided.likelihood if unaided else None,
            is_missing=Part.LIKELIHOOD in missing,
        )
        for call, button in self.recall.items():
            _show(button, draft.recall is call, phase, Part.RECALL in missing)
        for level, button in self.confidence.items():
            _show(button, draft.confidence == level, phase, Part.CONFIDENCE in missing)
        if not self._is_only:
            set_look(self, "chosen", is_selected)
        self._before.setVisible(phase is Phase.AIDED)
        self._before.setText(unaided_words(unaided, is_short=not self._is_only))


class AnswerPanel(QWidget):
    """All findings and the flags of the case.

    Signals
    -------
    likelihood_changing(str, int), likelihood_changed(str, int), recall_chosen(str, bool),
    confidence_chosen(str, int), finding_selected(str)
        As in `FindingCard`.
    flag_changed(CaseFlag, bool)
        A flag was set or taken back.
    """

    likelihood_changing = Signal(str, int)
    likelihood_changed = Signal(str, int)
    recall_chosen = Signal(str, bool)
    confidence_chosen = Signal(str, int)
    finding_selected = Signal(str)
    flag_changed = Signal(object, bool)

    def __init__(self, findings: Sequence[Finding], levels: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards: Mapping[str, FindingCard] = {
            f.id: FindingCard(f, levels, is_only=len(findings) == 1) for f in findings
        }
        is_marked = any(finding.mark_shape is not None for finding in findings)
        self.marks = MarkList(is_only=False) if is_marked and len(findings) > 1 else None
        """The marks of all findings, where there are several: a list each would not fit a small screen."""
        self.flags: Mapping[CaseFlag, Segment] = {flag: Segment(words) for flag, words in FLAG_WORDS.items()}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        self.finding_scroll = FittingScroll(list(self.cards.values()), least_parts=CARDS_IN_SIGHT, spacing=6)
        """The cards, scrolling where the screen is too low for them."""
        self._selected = ""
        layout.addWidget(self.finding_scroll)
        for card in self.cards.values():
            card.likelihood_changing.connect(self.likelihood_changing)
            card.likelihood_changed.connect(self.likelihood_changed)
            card.recall_chosen.connect(self.recall_chosen)
            card.confidence_chosen.connect(self.confidence_chosen)
            card.selected.connect(self.finding_selected)
        if self.marks is not None:
            layout.addWidget(self.marks)
        row = QHBoxLayout()
        row.setSpacing(4)
        for (flag, button), key in zip(
            self.flags.items(), ("non-diagnostic", "technical-fault", "remembered"), strict=True
        ):
            button.setProperty("compact", True)
            name_commands(button, key)
            button.clicked.connect(lambda is_set, flag=flag: self.flag_changed.emit(flag, is_set))
            row.addWidget(button, len(button.text()))
        layout.addLayout(row)

    def show_state(self, state: RoomState, *, highlights_missing: bool) -> None:
        """Show the answers so far."""
        missing = state.missing() if highlights_missing else {}
        locked = {a.finding: a for a in state.unaided.findings} if state.unaided else {}
        for finding, card in self.cards.items():
            card.show_answer(
                state.answers.get(finding, FindingDraft()),
                phase=state.phase,
                unaided=locked.get(finding),
                missing=missing.get(finding, ()),
                is_selected=len(self.cards) > 1 and state.selected == finding,
            )
        if state.selected != self._selected:  # only then: else scrolling by hand would be undone
            self._selected = state.selected
            if state.selected in self.cards:
                self.finding_scroll.bring_into_sight(self.cards[state.selected])
        for flag, button in self.flags.items():
            _show(button, flag in state.flags, state.phase, False)
        self.setEnabled(state.can_answer)


def unaided_words(answer: FindingAnswer | None, *, is_short: bool = False) -> str:
    """Return the locked answer in one line."""
    if answer is None:
        return "▼ not rated" if is_short else "▼ Unaided, locked: not rated"
    call = "recall" if answer.recall else "no recall"
    words = f"{answer.likelihood} · {call} · confidence {answer.confidence}"
    return f"▼ {words}" if is_short else f"▼ Unaided, locked: {words}"


def _show(button: Segment, is_checked: bool, phase: Phase, is_missing: bool) -> None:
    button.setChecked(is_checked)
    set_look(button, "arm", phase.value)
    set_look(button, "missing", is_missing)


def _caption(words: str) -> QLabel:
    label = QLabel(words)
    label.setProperty("role", "caption")
    return label


def _row(buttons: Sequence[Segment]) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(2)
    for button in buttons:
        row.addWidget(button, 1)
    return row
