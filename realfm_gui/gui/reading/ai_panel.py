"""What the AI says: one quiet line before the lock, everything after it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from realfm_gui.domain.prediction import SaliencyMap
from realfm_gui.gui.reading.ai_scales import ColourBar, ScoreBar
from realfm_gui.gui.reading.answer_panel import Segment
from realfm_gui.gui.reading.commands import tooltip
from realfm_gui.gui.theme import AI_ALONE, DARK, GRID
from realfm_gui.gui.viewer.overlay_layer import FLAT_NOTICE, OverlayLook
from realfm_gui.imaging.overlay import value_range_of
from realfm_gui.workflows.reading import Advice, FindingAdvice

METHOD_NAMES = {"grad-cam": "Grad-CAM", "occlusion": "occlusion", "precomputed": "as delivered"}


class AdviceRow(QFrame):
    """What the AI says of one finding; a click goes to the place.

    Signals
    -------
    chosen(str)
        The reader wants to see this finding's map.
    """

    chosen = Signal(str)

    def __init__(self, advice: FindingAdvice, *, is_named: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.advice = advice
        self.setCursor(Qt.CursorShape.PointingHandCursor if is_named else Qt.CursorShape.ArrowCursor)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        self.bar = ScoreBar(advice.percent, advice.score)
        self.meaning = QLabel(advice.meaning)
        self.meaning.setWordWrap(True)
        self.call = QLabel(call_words(advice.calls_for_recall))
        self.call.setProperty("role", "caption")
        if is_named:
            # Several findings share the height of a small screen: name and call on one line.
            self.call.setText(short_call_words(advice.calls_for_recall))
            head = QHBoxLayout()
            head.addWidget(QLabel(advice.name), 1)
            head.addWidget(self.call)
            layout.addLayout(head)
        layout.addWidget(self.bar)
        layout.addWidget(self.meaning)
        if not is_named:
            layout.addWidget(self.call)

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        """Go to the place."""
        self.chosen.emit(self.advice.finding)


class AiPanel(QFrame):
    """The AI's answer, shown only after the unaided one is locked.

    Signals
    -------
    painted()
        The revealed answer has been painted: the reader can have seen it.
    finding_chosen(str)
        The reader wants this finding's map.
    overlay_changing(OverlayLook)
        The map's switch, opacity or threshold was moved.
    """

    painted = Signal()
    finding_chosen = Signal(str)
    overlay_changing = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setAccessibleName("AI")
        self._look = OverlayLook()
        self._is_revealed = False
        self.rows: dict[str, AdviceRow] = {}
        title = QLabel("AI")
        title.setStyleSheet(f"color: {AI_ALONE};")
        self.line = QLabel()
        self.line.setProperty("role", "caption")
        head = QHBoxLayout()
        head.addWidget(title)
        head.addStretch(1)
        head.addWidget(self.line)
        self.trouble = QLabel()
        self.trouble.setProperty("role", "warning")
        self.trouble.setWordWrap(True)
        self._rows_box = QVBoxLayout()
        self._rows_box.setSpacing(4)
        self.map_line = QLabel()
        self.map_line.setProperty("role", "caption")
        self.map_line.setWordWrap(True)
        self.map_box = self._map_controls()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, GRID, 12, GRID)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addWidget(self.trouble)
        layout.addLayout(self._rows_box)
        layout.addWidget(self.map_box)
        layout.addWidget(self.map_line)
        self.show_sealed()

    def show_sealed(self) -> None:
        """Before the lock: nothing of the AI is there, and the panel says when it will be."""
        self._start("Shown after the lock")

    def show_waiting(self) -> None:
        """Say that the output is being fetched, after the lock."""
        self._start("Fetching its answer")

    def show_advice(self, advice: Advice) -> None:
        """Show the AI's answer, or why there is none."""
        if advice.failure:
            self._start(advice.model, trouble=f"⚠ The model could not answer this case: {advice.failure}")
        else:
            self._start(advice.model)
            for finding in advice.findings:
                row = AdviceRow(finding, is_named=len(advice.findings) > 1)
                row.chosen.connect(self.finding_chosen)
                self.rows[finding.finding] = row
                self._rows_box.addWidget(row)
        self._is_revealed = True
        self.update()

    def show_map(self, saliency: SaliencyMap | None, *, place: str = "", of: str = "") -> None:
        """Show the controls of the selected finding's map, or that there is none.

        Parameters
        ----------
        saliency : SaliencyMap or None
        place : str
            Where the map lies when it is not on the picture shown, such as "on slice 34".
        of : str
            The finding's name where there are several.
        """
        if not self.rows:
            return
        for finding, row in self.rows.items():
            row.bar.set_mapped(
                len(self.rows) > 1 and row.advice.saliency is saliency and saliency is not None
            )
            row.setAccessibleName(finding)
        self.map_box.setVisible(saliency is not None and not saliency.is_flat)
        if saliency is None:
            self.map_line.setText(f"No map for this case{f' and {of}' if of else ''}")
        else:
            grid_rows, grid_columns = saliency.values.shape
            method = METHOD_NAMES.get(saliency.method, saliency.method)
            parts = [
                FLAT_NOTICE if saliency.is_flat else f"Map{f' of {of}' if of else ''}: {method}",
                f"{grid_rows} × {grid_columns} cells",
                place,
            ]
            self.map_line.setText(", ".join(part for part in parts if part))
            self.colour_bar.show_range(*value_range_of(saliency))
        self.map_line.setVisible(True)

    def show_look(self, look: OverlayLook, *, is_visible: bool) -> None:
        """Bring the controls up to how the map is shown; `is_visible` includes a peek."""
        self._look = look
        self.switch.setChecked(is_visible)
        self.switch.setText("Heat map: on" if is_visible else "Heat map: off")
        for slider, label, words, value in (
            (self.opacity, self._opacity_label, "Opacity", look.opacity),
            (self.threshold, self._threshold_label, "Threshold", look.threshold),
        ):
            slider.blockSignals(True)
            slider.setValue(round(100 * value))
            slider.blockSignals(False)
            label.setText(f"{words} {100 * value:.0f} %")
        self.colour_bar.show_threshold(look.threshold)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint, and tell that a revealed answer is on the screen."""
        super().paintEvent(event)
        if self._is_revealed:
            self.painted.emit()

    def _start(self, line: str, *, trouble: str = "") -> None:
        while item := self._rows_box.takeAt(0):
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.rows = {}
        self._is_revealed = False
        self.line.setText(line)
        self.trouble.setText(trouble)
        self.trouble.setVisible(bool(trouble))
        self.map_box.hide()
        self.map_line.hide()

    def _map_controls(self) -> QWidget:
        box = QWidget()
        self.switch = Segment("Heat map: on")
        self.switch.setProperty("compact", True)
        self.switch.setProperty("arm", "ai")
        self.switch.setToolTip(f"{tooltip('map')}. {tooltip('peek')}")
        self.switch.clicked.connect(self._switch_clicked)
        self.colour_bar = ColourBar()
        self.opacity, self._opacity_label = _slider("Opacity")
        self.threshold, self._threshold_label = _slider("Threshold")
        self.opacity.valueChanged.connect(self._slid)
        self.threshold.valueChanged.connect(self._slid)
        grid = QGridLayout(box)
        grid.setContentsMargins(0, 2, 0, 0)
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(2)
        grid.addWidget(self.switch, 0, 0)
        grid.addWidget(self.colour_bar, 0, 1)
        for column, (slider, label) in enumerate(
            ((self.opacity, self._opacity_label), (self.threshold, self._threshold_label))
        ):
            grid.addWidget(label, 1, column)
            grid.addWidget(slider, 2, column)
            grid.setColumnStretch(column, 1)
        return box

    def _switch_clicked(self, is_on: bool) -> None:
        self.overlay_changing.emit(
            OverlayLook(opacity=self._look.opacity, threshold=self._look.threshold, is_shown=is_on)
        )

    def _slid(self) -> None:
        self.overlay_changing.emit(
            OverlayLook(
                opacity=self.opacity.value() / 100,
                threshold=self.threshold.value() / 100,
                is_shown=self._look.is_shown,
            )
        )


def call_words(call: bool | None) -> str:
    """Return the model's call in words."""
    if call is None:
        return "The model makes no call: it has no operating point"
    return f"Recall at its operating point: {'yes' if call else 'no'}"


def short_call_words(call: bool | None) -> str:
    """Return the model's call where there is little room."""
    return "no call" if call is None else f"its call: {'recall' if call else 'no recall'}"


def _slider(name: str) -> tuple[QSlider, QLabel]:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(0, 100)
    slider.setAccessibleName(f"{name} of the heat map")
    slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    label = QLabel(name)
    label.setProperty("role", "caption")
    label.setStyleSheet(f"color: {DARK.ink_quiet};")
    return slider, label
