"""What the AI says of one finding: score, meaning, call."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from realfm_gui.domain.prediction import SaliencyMap
from realfm_gui.domain.protocol import Finding
from realfm_gui.gui.reading.ai_scales import ScoreBar
from realfm_gui.gui.reading.appearance import keep_room, reserve_lines
from realfm_gui.gui.theme import SIZE_BODY, SIZE_SMALL
from realfm_gui.workflows.reading import FindingAdvice


class AdviceRow(QFrame):
    """What the AI says of one finding; a click goes to the place.

    Signals
    -------
    chosen(str)
        The reader wants to see this finding's map.
    """

    chosen = Signal(str)

    def __init__(self, finding: Finding, *, is_named: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._finding = finding.id
        self.saliency: SaliencyMap | None = None
        self.setAccessibleName(finding.name)
        self.setCursor(Qt.CursorShape.PointingHandCursor if is_named else Qt.CursorShape.ArrowCursor)
        keep_room(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        self.bar = ScoreBar()
        self.meaning = QLabel()
        # Always the same room: what stands below must not move with the words of a case. They take two lines
        # at the size of the body and one at the small size.
        self.meaning.setProperty("role", "caption" if is_named else "advice")
        reserve_lines(self.meaning, 1 if is_named else 2, SIZE_SMALL if is_named else SIZE_BODY)
        self.call = QLabel()
        if is_named:
            # Several findings share the height of a small screen: name and call on one line.
            self.call.setProperty("role", "caption")
            head = QHBoxLayout()
            head.addWidget(QLabel(finding.name), 1)
            head.addWidget(self.call)
            layout.addLayout(head)
        layout.addWidget(self.bar)
        layout.addWidget(self.meaning)
        if not is_named:
            layout.addWidget(self.call)

    def show_advice(self, advice: FindingAdvice) -> None:
        """Show what the AI says of the finding."""
        self.saliency = advice.saliency
        self.bar.show_score(advice.percent, advice.score)
        self.meaning.setText(advice.meaning)
        self.meaning.setToolTip(advice.meaning)
        self.call.setText(call_words(advice.calls_for_recall))

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        """Go to the place."""
        self.chosen.emit(self._finding)


def call_words(call: bool | None) -> str:
    """Return the model's call in words."""
    if call is None:
        return "The AI makes no yes or no call"
    return f"The AI would recall: {'yes' if call else 'no'}"
