"""What the mouse does, chosen button by button or all at once."""

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QVBoxLayout, QWidget

from realfm_gui.domain.mouse_choice import (
    BUTTONS,
    PRESETS,
    MouseChoices,
    MouseEffect,
    WheelEffect,
    preset_of,
)
from realfm_gui.gui.reading.key_choices import EFFECT_NAMES
from realfm_gui.gui.theme import GRID
from realfm_gui.gui.widgets.labels import text_label

FIELD_PX = 300
OWN = "A set of your own"
WHEEL_NAMES = {
    WheelEffect.SCROLL: "Slices; with Ctrl it zooms",
    WheelEffect.ZOOM: "Zoom; with Ctrl it goes through slices",
}


class MousePage(QWidget):
    """A field for every drag and the wheel; `choices` is what they say.

    Parameters
    ----------
    choices : MouseChoices
        Those in use.

    Signals
    -------
    choices_changed()
        `choices` are others than before.
    """

    choices_changed = Signal()

    def __init__(self, choices: MouseChoices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.choices = choices
        self.preset = _field("The mouse as")
        for preset in PRESETS:
            self.preset.addItem(preset.name, preset)
        self.preset.addItem(OWN, None)
        self.drags = {name: _field(words) for name, words in BUTTONS.items()}
        for field in self.drags.values():
            for effect, words in EFFECT_NAMES.items():
                field.addItem(words, effect)
        self.wheel = _field("Wheel")
        for turn, words in WHEEL_NAMES.items():
            self.wheel.addItem(words, turn)
        self.reversed = QCheckBox("The wheel turns the other way")
        self.remark = text_label("", "caption", wraps=True)
        self._lay_out()
        self._show()
        self.preset.activated.connect(self._take_preset)
        for name, field in self.drags.items():
            field.activated.connect(lambda _, name=name: self._take_drag(name))
        self.wheel.activated.connect(self._take_wheel)
        self.reversed.toggled.connect(self._take_direction)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(GRID)
        rows: list[tuple[str, QWidget]] = [("As at work", self.preset)]
        rows += [(BUTTONS[name], field) for name, field in self.drags.items()]
        rows += [("Wheel", self.wheel), ("", self.reversed)]
        for number, (words, field) in enumerate(rows):
            grid.addWidget(text_label(words), number, 0)
            grid.addWidget(field, number, 1)
        grid.setColumnStretch(2, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, GRID, 0, 0)
        layout.setSpacing(2 * GRID)
        layout.addLayout(grid)
        layout.addWidget(self.remark)
        layout.addStretch(1)

    def _show(self) -> None:
        chosen = preset_of(self.choices)
        self.preset.setCurrentIndex(self.preset.count() - 1 if chosen is None else PRESETS.index(chosen))
        for name, field in self.drags.items():
            field.setCurrentIndex(list(MouseEffect).index(getattr(self.choices, name)))
        self.wheel.setCurrentIndex(list(WheelEffect).index(self.choices.wheel))
        self.reversed.setChecked(self.choices.is_wheel_reversed)
        missing = " and ".join(EFFECT_NAMES[effect].lower() for effect in self.choices.missing())
        tools = "With a tool in hand the left button draws, whatever it does without one."
        self.remark.setText(f"No drag does this any more: {missing}. {tools}" if missing else tools)

    def _take(self, choices: MouseChoices) -> None:
        if choices != self.choices:
            self.choices = choices
            self._show()
            self.choices_changed.emit()

    def _take_preset(self) -> None:
        preset = self.preset.currentData(Qt.ItemDataRole.UserRole)
        if preset is None:
            self._show()  # nothing to take: one's own set is made field by field
        else:
            self._take(replace(preset.choices, is_wheel_reversed=self.choices.is_wheel_reversed))

    def _take_drag(self, name: str) -> None:
        effect = list(MouseEffect)[self.drags[name].currentIndex()]
        self._take(MouseChoices.from_payload({**self.choices.changed(), name: effect.value}))

    def _take_wheel(self) -> None:
        self._take(replace(self.choices, wheel=list(WheelEffect)[self.wheel.currentIndex()]))

    def _take_direction(self, is_reversed: bool) -> None:
        self._take(replace(self.choices, is_wheel_reversed=is_reversed))


def _field(name: str) -> QComboBox:
    field = QComboBox()
    field.setAccessibleName(name)
    field.setFixedWidth(FIELD_PX)
    return field
