"""The form of a hanging protocol: its name, when it holds, the size of its layout."""

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLineEdit, QWidget

from realfm_gui.gui.coordinating.hanging_fields import ANY, Choice, ConditionFields, add_labelled
from realfm_gui.gui.widgets.labels import column, text_label
from realfm_gui.imaging.hanging_rules import LARGEST_SIDE, HangingProtocol

_MOST_IMAGES = 16
_CHECKS = (
    (
        "needs_prior",
        "Only with a prior examination",
        "It holds for cases that have an earlier examination of the same kind.",
    ),
    (
        "is_complete",
        "Only where every place finds its image",
        "Places that may stay empty do not count.",
    ),
    (
        "goes_first",
        "Goes before every other protocol that holds",
        "Else the one with the most conditions is taken.",
    ),
    ("is_linked", "Stacks scroll together", "The reader can unlink them."),
)


class HangingForm(QWidget):
    """Name, conditions and layout of the chosen protocol.

    Signals
    -------
    changed(dict)
        What the user changed, by the names of `HangingProtocol`.
    """

    changed = Signal(dict)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown_name = ""
        self.name = QLineEdit()
        self.name.setAccessibleName("Name")
        self.name.setMaxLength(80)
        self.name.editingFinished.connect(self._name_edited)
        self.conditions = ConditionFields()
        self.conditions.conditions_changed.connect(lambda value: self.changed.emit({"conditions": value}))
        numbers: dict[object, str] = {None: ANY} | {n: str(n) for n in range(1, _MOST_IMAGES + 1)}
        sides: dict[object, str] = {n: str(n) for n in range(1, LARGEST_SIDE + 1)}
        self.choices = {
            "min_images": Choice(numbers, "Images, at least"),
            "max_images": Choice(numbers, "Images, at most"),
            "rows": Choice(sides, "Rows"),
            "columns": Choice(sides, "Columns"),
        }
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        for at, (key, choice) in enumerate(self.choices.items()):
            choice.value_chosen.connect(lambda value, key=key: self.changed.emit({key: value}))
            add_labelled(grid, at, choice.accessibleName(), choice, across=4)
        self.checks: dict[str, QCheckBox] = {}
        for key, title, tip in _CHECKS:
            check = QCheckBox(title)
            check.setToolTip(tip)
            check.clicked.connect(lambda on, key=key: self.changed.emit({key: bool(on)}))
            self.checks[key] = check
        layout = column(text_label("Name", "caption"), self.name, 8, spacing=4)
        layout.addWidget(text_label("Holds for current images that have", "quiet"))
        layout.addWidget(self.conditions)
        layout.addSpacing(4)
        layout.addLayout(grid)
        layout.addSpacing(4)
        for check in self.checks.values():
            layout.addWidget(check)
        self.setLayout(layout)

    def show_protocol(self, protocol: HangingProtocol) -> None:
        """Show a protocol."""
        self._shown_name = protocol.name
        self.name.setText(protocol.name)
        self.name.setCursorPosition(0)
        self.conditions.show_conditions(protocol.conditions)
        for key, choice in self.choices.items():
            choice.show_value(getattr(protocol, key))
        for key, check in self.checks.items():
            with QSignalBlocker(check):
                check.setChecked(getattr(protocol, key))

    def _name_edited(self) -> None:
        if self.name.text() != self._shown_name:
            self._shown_name = self.name.text()
            self.changed.emit({"name": self.name.text().strip()})
