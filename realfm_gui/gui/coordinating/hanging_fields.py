"""Fields of the hanging editor: conditions on images, choices, numbers that may be left open."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QLineEdit, QSizePolicy, QWidget

from realfm_gui.domain.patient_geometry import MainPlane
from realfm_gui.gui.theme import palette_of
from realfm_gui.gui.widgets.icons import pixmap
from realfm_gui.gui.widgets.labels import text_label
from realfm_gui.imaging.hanging_rules import WEIGHTINGS, ImageConditions

ANY = "any"
_TEXTS = (
    ("modality", "Modality", "As in DICOM: CR, DX, MG, CT, MR, US. Several with commas."),
    ("body_part", "Body part", "Body Part Examined, as in DICOM: CHEST, BREAST, HEAD. Several with commas."),
    ("laterality", "Side", "R, L or B. Several with commas."),
    ("view_position", "View", "As in DICOM: PA, AP, LL, CC, MLO. Several with commas."),
)


class Choice(QComboBox):
    """One of a few values, shown by their names; the page scrolls over it.

    Signals
    -------
    value_chosen(object)
        The user chose another one.
    """

    value_chosen = Signal(object)

    def __init__(self, names: Mapping[Any, str], what: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: list[Any] = []
        self.setAccessibleName(what)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(3)
        self.setStyleSheet(
            "QComboBox::drop-down { border: none; width: 24px; }"
        )  # the arrow is painted below
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.offer(names)
        self.activated.connect(lambda at: self.value_chosen.emit(self._values[at]))

    @property
    def value(self) -> object:
        """The value shown."""
        return self._values[self.currentIndex()]

    def offer(self, names: Mapping[Any, str]) -> None:
        """Replace what there is to choose from."""
        with QSignalBlocker(self):
            self.clear()
            self._values = list(names)
            self.addItems(list(names.values()))

    def show_value(self, value: object) -> None:
        """Show a value; one that is not among the choices is added under its own name."""
        if value not in self._values:
            self._values.append(value)
            self.addItem(str(value))
        with QSignalBlocker(self):
            self.setCurrentIndex(self._values.index(value))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the value and an arrow of the icon library beside it."""
        super().paintEvent(event)
        colors = palette_of(self)
        arrow = pixmap("chevron-down", colors.ink_quiet if self.isEnabled() else colors.ink_off, 16)
        QPainter(self).drawPixmap(self.width() - 22, (self.height() - 16) // 2, arrow)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page: scrolling must not change a rule."""
        event.ignore()


class ConditionFields(QWidget):
    """What an image must have; an empty field asks for nothing.

    Signals
    -------
    conditions_changed(ImageConditions)
        The user changed them.
    """

    conditions_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = ImageConditions()
        self.texts: dict[str, QLineEdit] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        for at, (key, title, tip) in enumerate(_TEXTS):
            field = QLineEdit()
            field.setPlaceholderText(ANY)
            field.setToolTip(tip)
            field.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            field.editingFinished.connect(self._edited)
            self.texts[key] = field
            add_labelled(grid, at, title, field)
        self.weighting = Choice({"": ANY} | {name: name for name in WEIGHTINGS}, "Weighting")
        self.weighting.setToolTip("Of MR series, worked out at import from the timing of the sequence.")
        self.plane = Choice({"": ANY} | {plane.value: plane.value for plane in MainPlane}, "Acquired plane")
        self.plane.setToolTip("The standard plane that the images come nearest to.")
        for choice in (self.weighting, self.plane):
            choice.value_chosen.connect(self._edited)
        add_labelled(grid, 4, "Weighting", self.weighting)
        add_labelled(grid, 5, "Acquired plane", self.plane)

    def show_conditions(self, conditions: ImageConditions) -> None:
        """Show conditions."""
        self._shown = conditions
        for key, field in self.texts.items():
            field.setText(", ".join(getattr(conditions, key)))
        self.weighting.show_value(_one_of(conditions.weighting))
        self.plane.show_value(_one_of(conditions.plane))

    def conditions(self) -> ImageConditions:
        """Return what the fields say."""
        texts = {key: _several(field.text()) for key, field in self.texts.items()}
        return ImageConditions(
            **texts,
            weighting=_several(str(self.weighting.value)),
            plane=tuple(MainPlane(name) for name in _several(str(self.plane.value))),
        )

    def _edited(self) -> None:
        now = self.conditions()
        if now != self._shown:
            self._shown = now
            self.conditions_changed.emit(now)


def add_labelled(grid: QGridLayout, at: int, title: str, field: QWidget, *, across: int = 2) -> QLabel:
    """Put a field under its title into a grid of so many columns, counted through from 0."""
    label = text_label(title, "caption")
    label.setBuddy(field)
    row, column = 2 * (at // across), at % across
    grid.addWidget(label, row, column)
    grid.addWidget(field, row + 1, column)
    grid.setColumnStretch(column, 1)
    if not field.accessibleName():
        field.setAccessibleName(title)
    return label


def _several(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _one_of(values: Sequence[str]) -> str:
    return ", ".join(str(value) for value in values)
