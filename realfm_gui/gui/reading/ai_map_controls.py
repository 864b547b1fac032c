"""How the AI is shown on the picture: on or off, whose map, opacity, threshold, and the map's legend."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QSlider, QVBoxLayout, QWidget

from realfm_gui.domain.prediction import SaliencyMap
from realfm_gui.gui.reading.ai_scales import ColourBar
from realfm_gui.gui.reading.appearance import keep_room, reserve_lines
from realfm_gui.gui.reading.key_choices import name_commands
from realfm_gui.gui.reading.segment import Segment
from realfm_gui.gui.theme import GRID, SIZE_SMALL
from realfm_gui.gui.viewer.overlay_layer import (
    FLAT_NOTICE,
    NOTHING_NOTICE,
    OverlayLook,
    is_below,
    scale_of,
)

LOOK_WIDTH = 82
"""Of "Threshold 100 %" in logical pixels: the slider beside it keeps its place."""

SLIDER_PX = 16
"""Fixed: what has not been painted yet asks for more than what has."""

SCALE_WORDS = ("Same scale in every case", "Scaled to this case only")

SHOWN, HIDDEN = "AI on image: on", "AI on image: off"


class MapControls(QWidget):
    """Switch, sliders, colour bar and two lines of legend, as high without a map as with one.

    Signals
    -------
    overlay_changing(OverlayLook)
        The switch, the opacity or the threshold was moved.
    map_chosen(int)
        The map of this model is wanted on the picture, counted from 0.
    comparison_toggled(bool)
        The models' maps are wanted side by side, or one at a time again.
    """

    overlay_changing = Signal(object)
    map_chosen = Signal(int)
    comparison_toggled = Signal(bool)

    def __init__(self, letters: Sequence[str] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._look = OverlayLook()
        self._saliency: SaliencyMap | None = None
        self._scale = (0.0, 1.0)
        self._is_common = False
        self._legend = ""
        self.switch = _segment(SHOWN)
        name_commands(self.switch, "map", "peek")
        self.switch.clicked.connect(self._switch_clicked)
        self.choices = [_segment(letter) for letter in letters]
        for number, choice in enumerate(self.choices):
            choice.setToolTip(f"Heat map of model {letters[number]}")
            choice.clicked.connect(lambda _, n=number: self.map_chosen.emit(n))
        self.side_by_side = _segment("Side by side")
        self.side_by_side.setToolTip("One viewport per model's heat map, linked")
        self.side_by_side.clicked.connect(self.comparison_toggled)
        self.colour_bar = ColourBar()
        self.opacity, self._opacity_label = _slider("Opacity")
        self.threshold, self._threshold_label = _slider("Threshold")
        self.opacity.valueChanged.connect(self._slid)
        self.threshold.valueChanged.connect(self._slid)
        self.map_box = QWidget()
        keep_room(self.map_box)
        keep_room(self.colour_bar)
        self.map_line = QLabel()
        self.map_line.setProperty("role", "caption")
        reserve_lines(self.map_line, 1 if letters else 2, SIZE_SMALL)
        self._lay_out()

    def forget(self) -> None:
        """Show nothing of a map."""
        self._saliency = None
        self.map_line.clear()
        self.map_box.hide()
        self.colour_bar.hide()
        self.side_by_side.setChecked(False)

    def show_map(
        self, saliency: SaliencyMap | None, *, common_range: tuple[float, float] | None, legend: str
    ) -> None:
        """Show the legend of the map on the picture, or that there is none.

        Parameters
        ----------
        saliency : SaliencyMap or None
        common_range : (float, float) or None
            Range of the maps over all cases.
        legend : str
            Whose it is, how fine, where.
        """
        self._saliency, self._legend = saliency, legend
        has_scale = saliency is not None and not saliency.is_flat
        self.map_box.setVisible(has_scale)
        self.colour_bar.setVisible(has_scale)
        if saliency is not None:
            self._scale, self._is_common = scale_of(saliency, common_range)
            self.colour_bar.show_range(*self._scale)
        self._show_words()

    def show_choices(self, shown: int, *, possible: Sequence[int], is_comparing: bool) -> None:
        """Mark whose map is shown; `possible` are the models that have one."""
        for number, choice in enumerate(self.choices):
            choice.setChecked(number == shown or (is_comparing and number in possible))
            choice.setEnabled(number in possible)
        self.side_by_side.setChecked(is_comparing)
        self.side_by_side.setEnabled(len(possible) > 1)

    def show_look(self, look: OverlayLook, *, is_visible: bool) -> None:
        """Bring the controls up to how the map is shown; `is_visible` includes a peek."""
        self._look = look
        self.switch.setChecked(is_visible)
        self.switch.setText(SHOWN if is_visible else HIDDEN)
        for slider, label, words, value in (
            (self.opacity, self._opacity_label, "Opacity", look.opacity),
            (self.threshold, self._threshold_label, "Threshold", look.threshold),
        ):
            slider.blockSignals(True)
            slider.setValue(round(100 * value))
            slider.blockSignals(False)
            label.setText(f"{words} {100 * value:.0f} %")
        self.colour_bar.show_threshold(look.threshold)
        self._show_words()

    def _show_words(self) -> None:
        if self._saliency is None:
            self.map_line.setText(self._legend)
            return
        if self._saliency.is_flat:
            first = FLAT_NOTICE
        elif is_below(self._saliency, self._scale, self._look.threshold):
            first = NOTHING_NOTICE
        else:
            first = SCALE_WORDS[not self._is_common]
        if self.choices and first in SCALE_WORDS:
            self.map_line.setText(self._legend)  # models side by side leave room for one line
        else:
            self.map_line.setText(f"{first}\n{self._legend}")
        self.map_line.setToolTip(f"{first}\n{self._legend}")

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(self.switch, 1)
        if self.choices:
            words = QLabel("Map of")
            words.setProperty("role", "caption")
            head.addWidget(words)
            for choice in self.choices:
                choice.setFixedWidth(26)
                head.addWidget(choice)
            head.addWidget(self.side_by_side)
        else:
            self.side_by_side.setParent(self)
            self.side_by_side.hide()
        grid = QGridLayout(self.map_box)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(2)
        if self.choices:
            grid.addWidget(self.colour_bar, 0, 0, 1, 2)
        else:
            head.addWidget(self.colour_bar, 1)
        for column, (slider, label) in enumerate(
            ((self.opacity, self._opacity_label), (self.threshold, self._threshold_label))
        ):
            beside = QHBoxLayout()
            beside.setSpacing(4)
            beside.addWidget(label)
            beside.addWidget(slider, 1)
            grid.addLayout(beside, 1, column)
            grid.setColumnStretch(column, 1)
        column_of_all = QVBoxLayout(self)
        column_of_all.setContentsMargins(0, 0, 0, 0)
        column_of_all.setSpacing(2)
        column_of_all.addLayout(head)
        column_of_all.addWidget(self.map_box)
        column_of_all.addWidget(self.map_line)

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


def _segment(words: str) -> Segment:
    segment = Segment(words)
    segment.setProperty("compact", True)
    segment.setProperty("arm", "ai")
    return segment


def _slider(name: str) -> tuple[QSlider, QLabel]:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(0, 100)
    slider.setFixedHeight(SLIDER_PX)
    slider.setAccessibleName(f"{name} of the heat map")
    slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    label = QLabel(name)
    label.setMinimumWidth(LOOK_WIDTH)
    label.setFixedHeight(SLIDER_PX)
    label.setProperty("role", "caption")
    return slider, label
