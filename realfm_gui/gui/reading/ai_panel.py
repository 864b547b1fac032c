"""What the AI says: one quiet line before the lock, everything after it."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSlider,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from realfm_gui.domain.prediction import SaliencyMap
from realfm_gui.domain.protocol import Finding
from realfm_gui.gui.reading.advice_row import AdviceRow
from realfm_gui.gui.reading.ai_scales import ColourBar
from realfm_gui.gui.reading.answer_panel import Segment
from realfm_gui.gui.reading.appearance import keep_room, reserve_lines
from realfm_gui.gui.reading.commands import tooltip
from realfm_gui.gui.theme import AI_ALONE, DARK, GRID, SIZE_BODY, SIZE_SMALL
from realfm_gui.gui.viewer.overlay_layer import (
    FLAT_NOTICE,
    NOTHING_NOTICE,
    OverlayLook,
    is_below,
    scale_of,
)
from realfm_gui.workflows.reading import Advice

NO_RESULT = "⚠ The AI has no result for this case. This does not mean that nothing was found."
"""Why it has none is for the coordinator: a reason can say something about the case."""

LOOK_WIDTH = 82
"""Of "Threshold 100 %" in logical pixels: the slider beside it keeps its place."""

METHOD_NAMES = {"grad-cam": "Grad-CAM", "occlusion": "occlusion", "precomputed": "as delivered"}


class AiPanel(QFrame):
    """The AI's answer, shown only after the unaided one is locked.

    As high before the lock as after it, with a map and without: what stands below never moves.

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

    def __init__(self, findings: Sequence[Finding], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setAccessibleName("AI")
        self._look = OverlayLook()
        self._is_revealed = False
        self._saliency: SaliencyMap | None = None
        self._scale = (0.0, 1.0)
        self._is_common = False
        self._place = ""
        self._row_of = {f.id: AdviceRow(f, is_named=len(findings) > 1) for f in findings}
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
        reserve_lines(self.trouble, 3, SIZE_BODY)
        self.map_line = QLabel()
        self.map_line.setProperty("role", "caption")
        reserve_lines(self.map_line, 2, SIZE_SMALL)
        self.map_box = self._map_controls()
        keep_room(self.map_box)
        self._empty = QWidget()
        self._advice = QWidget()
        column = QVBoxLayout(self._advice)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for row in self._row_of.values():
            row.chosen.connect(self.finding_chosen)
            column.addWidget(row)
        column.addWidget(self.map_box)
        column.addWidget(self.map_line)
        self._body = QStackedWidget()  # as high as its highest page
        for page in (self._empty, self.trouble, self._advice):
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
        """Show the AI's answer, or that there is none."""
        self._start(advice.model)
        if advice.failure:
            self.trouble.setText(NO_RESULT)
            self._body.setCurrentWidget(self.trouble)
        else:
            for finding in advice.findings:
                row = self._row_of[finding.finding]
                row.show_advice(finding)
                self.rows[finding.finding] = row
            for name, row in self._row_of.items():
                row.setVisible(name in self.rows)
            self._body.setCurrentWidget(self._advice)
        self._is_revealed = True
        self.update()

    def show_map(
        self,
        saliency: SaliencyMap | None,
        *,
        common_range: tuple[float, float] | None = None,
        place: str = "",
        of: str = "",
    ) -> None:
        """Show the controls of the selected finding's map, or that there is none.

        Parameters
        ----------
        saliency : SaliencyMap or None
        common_range : (float, float) or None
            Range of the maps over all cases.
        place : str
            Where the map lies when it is not on the picture shown, such as "on slice 34".
        of : str
            The finding's name where there are several.
        """
        if not self.rows:
            return
        for row in self.rows.values():
            row.bar.set_mapped(len(self.rows) > 1 and row.saliency is saliency and saliency is not None)
        self._saliency = saliency
        self.map_box.setVisible(saliency is not None and not saliency.is_flat)
        if saliency is not None:
            self._scale, self._is_common = scale_of(saliency, common_range)
            self.colour_bar.show_range(*self._scale)
            grid_rows, grid_columns = saliency.values.shape
            method = METHOD_NAMES.get(saliency.method, saliency.method)
            parts = [of, f"{grid_rows} × {grid_columns} cells", method, place]
            self._place = ", ".join(part for part in parts if part)
        self._show_map_words()

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
        self._show_map_words()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint, and tell that a revealed answer is on the screen."""
        super().paintEvent(event)
        if self._is_revealed:
            self.painted.emit()

    def _start(self, line: str) -> None:
        self.rows = {}
        self._is_revealed = False
        self._saliency = None
        self.line.setText(line)
        self._body.setCurrentWidget(self._empty)
        self.trouble.clear()
        self.map_line.clear()
        self.map_box.hide()

    def _show_map_words(self) -> None:
        if not self.rows:
            return
        if self._saliency is None:
            self.map_line.setText("No heat map for this finding")
        elif self._saliency.is_flat:
            self.map_line.setText(f"{FLAT_NOTICE}\n{self._place}")
        elif is_below(self._saliency, self._scale, self._look.threshold):
            self.map_line.setText(f"{NOTHING_NOTICE}\n{self._place}")
        else:
            scale = "Same scale in every case" if self._is_common else "Scaled to this case only"
            self.map_line.setText(f"{scale}\n{self._place}")

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
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(2)
        grid.addWidget(self.switch, 0, 0)
        grid.addWidget(self.colour_bar, 0, 1)
        for column, (slider, label) in enumerate(
            ((self.opacity, self._opacity_label), (self.threshold, self._threshold_label))
        ):
            beside = QHBoxLayout()
            beside.setSpacing(4)
            beside.addWidget(label)
            beside.addWidget(slider, 1)
            grid.addLayout(beside, 1, column)
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


def _slider(name: str) -> tuple[QSlider, QLabel]:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(0, 100)
    slider.setAccessibleName(f"{name} of the heat map")
    slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    label = QLabel(name)
    label.setMinimumWidth(LOOK_WIDTH)
    label.setProperty("role", "caption")
    label.setStyleSheet(f"color: {DARK.ink_quiet};")
    return slider, label
