"""What one model says of one finding: score with its interval, meaning, call."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from realfm_gui.domain.prediction import SaliencyMap
from realfm_gui.domain.protocol import Finding
from realfm_gui.gui.reading.ai_scales import ScoreBar
from realfm_gui.gui.reading.ai_words import answer_words, interval_meaning, interval_words
from realfm_gui.gui.reading.appearance import keep_room, reserve_lines
from realfm_gui.gui.theme import SIZE_BODY
from realfm_gui.workflows.advice import FindingAdvice, ModelAdvice


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
        self._is_named = is_named
        self.saliency: SaliencyMap | None = None
        self.setAccessibleName(finding.name)
        self.setCursor(Qt.CursorShape.PointingHandCursor if is_named else Qt.CursorShape.ArrowCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        keep_room(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        self.bar = ScoreBar()
        self.meaning = QLabel()
        self.call = QLabel()
        self.interval = QLabel()
        self.interval.setProperty("role", "caption")
        beside = QHBoxLayout()
        if is_named:
            # Several findings share the height of a small screen: the meaning of each is in its tooltip.
            self.call.setProperty("role", "caption")
            self.interval.setProperty("role", "caption")
            beside.addWidget(QLabel(finding.name), 1)
            beside.addWidget(self.call)
            beside.addWidget(self.interval)
            layout.addLayout(beside)
            layout.addWidget(self.bar)
            return
        # Always the same room: what stands below must not move with the words of a case.
        self.meaning.setProperty("role", "advice")
        reserve_lines(self.meaning, 2, SIZE_BODY)
        beside.addWidget(self.call, 1)
        beside.addWidget(self.interval)
        layout.addWidget(self.bar)
        layout.addWidget(self.meaning)
        layout.addLayout(beside)

    def show_advice(self, said: ModelAdvice, advice: FindingAdvice) -> None:
        """Show what a model says of the finding."""
        self.saliency = advice.saliency
        self.bar.show_score(advice.percent, advice.score, advice.interval)
        self.meaning.setText(advice.meaning)
        self.call.setText(answer_words(said, advice))
        ends = interval_words(advice.interval, is_percent=advice.percent is not None)
        level = advice.interval.level if advice.interval is not None else None
        kind = "interval" if level is None else f"{100 * level:g} % interval"
        self.interval.setText("" if not ends else ends if self._is_named else f"{kind} {ends}")
        tip = f"{advice.meaning}\n{interval_meaning(advice.interval)}"
        for part in (self, self.bar, self.meaning, self.call, self.interval):
            part.setToolTip(tip)

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        """Go to the place."""
        self.chosen.emit(self._finding)
