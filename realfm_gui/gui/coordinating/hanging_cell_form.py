"""The form of one place of a layout: which image it shows, and how."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QPushButton, QWidget

from realfm_gui.domain.patient_geometry import MainPlane
from realfm_gui.gui.coordinating.hanging_fields import Choice, ConditionFields, add_labelled
from realfm_gui.gui.coordinating.hanging_state import Place
from realfm_gui.gui.coordinating.hanging_words import EDGES, EXAMINATIONS
from realfm_gui.gui.widgets.labels import column, row, text_label
from realfm_gui.imaging.hanging_rules import CellRule
from realfm_gui.imaging.presets import DisplayPreset

_CUTS: dict[object, str] = {None: "as acquired"} | {plane: f"cut {plane.value}" for plane in MainPlane}
_TURNS: dict[object, str] = {0: "none", 90: "90° clockwise", 180: "180°", 270: "270° clockwise"}
_CHECKS = (
    ("is_flipped", "Flip left to right", "Where no edge is asked for, or the file does not say how it lies."),
    (
        "repeats",
        "May show an image that hangs elsewhere too",
        "For a second window on the same images.",
    ),
    ("is_optional", "May stay empty", "It does not count where every place must find its image."),
)


class HangingCellForm(QWidget):
    """The rule of the chosen place.

    Signals
    -------
    changed(dict)
        What the user changed, by the names of `CellRule`.
    emptying_requested()
        This place shall show nothing.
    """

    changed = Signal(dict)
    emptying_requested = Signal()

    def __init__(self, presets: Sequence[DisplayPreset], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        windows: dict[object, str] = {"": "the image's own"}
        windows |= {preset.id: f"{preset.name} ({preset.modality or 'any'})" for preset in presets}
        self._title = text_label("", "heading")
        self._empty = QPushButton("Leave empty")
        self._empty.setProperty("role", "small")
        self._empty.clicked.connect(self.emptying_requested)
        self.conditions = ConditionFields()
        self.conditions.conditions_changed.connect(lambda value: self.changed.emit({"conditions": value}))
        self.choices = {
            "prior": Choice(dict(enumerate(EXAMINATIONS)), "Examination"),
            "cut": Choice(_CUTS, "Plane shown"),
            "preset": Choice(windows, "Window"),
            "right_edge": Choice(dict(EDGES), "Right edge"),
            "bottom_edge": Choice(dict(EDGES), "Lower edge"),
            "rotation_degrees": Choice(_TURNS, "Turn"),
        }
        for edge in ("right_edge", "bottom_edge"):
            self.choices[edge].setToolTip(
                "The picture is flipped or turned so, where its file says how it lies."
            )
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        for at, (key, choice) in enumerate(self.choices.items()):
            choice.value_chosen.connect(lambda value, key=key: self.changed.emit({key: value}))
            add_labelled(grid, at, choice.accessibleName(), choice)
        self.checks: dict[str, QCheckBox] = {}
        for key, title, tip in _CHECKS:
            check = QCheckBox(title)
            check.setToolTip(tip)
            check.clicked.connect(lambda on, key=key: self.changed.emit({key: bool(on)}))
            self.checks[key] = check
        layout = column(spacing=4)
        layout.addLayout(row(self._title, -1, self._empty))
        layout.addWidget(self.conditions)
        layout.addSpacing(4)
        layout.addLayout(grid)
        layout.addSpacing(4)
        for check in self.checks.values():
            layout.addWidget(check)
        self.setLayout(layout)

    def show_cell(self, place: Place, cell: CellRule | None, *, can_edit: bool) -> None:
        """Show the rule of a place; a change of an empty one gives it a rule."""
        shown = cell or CellRule(row=place[0], column=place[1])
        is_empty = "" if cell is not None else ": shows nothing"
        self._title.setText(f"Row {place[0]}, column {place[1]}{is_empty}")
        self._empty.setVisible(can_edit and cell is not None)
        self.conditions.show_conditions(shown.conditions)
        for key, choice in self.choices.items():
            choice.show_value(getattr(shown, key))
        for key, check in self.checks.items():
            with QSignalBlocker(check):
                check.setChecked(getattr(shown, key))
