"""Luminances as somebody measured them, typed in."""

from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QFormLayout, QHBoxLayout, QLineEdit, QPushButton, QWidget

from realfm_gui.domain.display_luminance import Luminances
from realfm_gui.gui.theme import GRID
from realfm_gui.gui.widgets.labels import column, set_role, text_label

FIELD_PX = 120
HOW = (
    "Measured with a photometer on a full white and a full black screen in the dark; reflected light on the "
    "switched-off screen in the light you read in. Leave empty what was not measured."
)


class LuminanceDialog(QDialog):
    """Brightest, darkest, reflected, room light, date and instrument.

    Parameters
    ----------
    monitor : str
        What the monitor is called.
    known : Luminances, optional
        What was entered before.
    today : date
    parent : QWidget, optional

    Signals
    -------
    luminances_entered(Luminances)
        The dialog is closed by then.
    """

    luminances_entered = Signal(object)

    def __init__(
        self, monitor: str, known: Luminances | None, *, today: date, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Measured luminance")
        self.setFixedWidth(480)
        self.brightest = _number_field(known.brightest_cd_m2 if known else None)
        self.darkest = _number_field(known.darkest_cd_m2 if known else None)
        self.reflected = _number_field(known.reflected_cd_m2 if known else None)
        self.room = _number_field(known.room_lux if known else None)
        self.day = QLineEdit(known.measured_on if known else today.isoformat())
        self.day.setFixedWidth(FIELD_PX)
        self.instrument = QLineEdit(known.instrument if known else "")
        self.instrument.setMaxLength(80)
        self.instrument.setPlaceholderText("Make, model, last calibration")
        form = QFormLayout()
        form.setHorizontalSpacing(2 * GRID)
        form.setVerticalSpacing(GRID)
        for words, field, unit in (
            ("White", self.brightest, "cd/m²"),
            ("Black", self.darkest, "cd/m²"),
            ("Reflected light", self.reflected, "cd/m²"),
            ("Room light at the screen", self.room, "lux"),
        ):
            form.addRow(words, _with_unit(field, unit))
        form.addRow("Measured on", _with_unit(self.day, "year-month-day"))
        form.addRow("Instrument", self.instrument)
        self.remark = text_label(" ", "caption", wraps=True)
        self.save = QPushButton("Use these")
        self.save.setProperty("role", "primary")
        self.save.setDefault(True)
        self.save.clicked.connect(self._enter)
        cancel = QPushButton("Cancel")
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        foot = QHBoxLayout()
        foot.addWidget(self.remark, 1)
        foot.addWidget(cancel)
        foot.addWidget(self.save)
        layout = column(
            text_label("Measured luminance", "title"),
            text_label(monitor, "caption"),
            text_label(HOW, "caption", wraps=True),
            spacing=GRID,
            margins=(3 * GRID, 2 * GRID, 3 * GRID, 2 * GRID),
        )
        layout.addSpacing(GRID)
        layout.addLayout(form)
        layout.addSpacing(GRID)
        layout.addLayout(foot)
        self.setLayout(layout)
        self.brightest.setFocus()

    def _enter(self) -> None:
        try:
            brightest, darkest = _value(self.brightest, "White"), _value(self.darkest, "Black")
            if brightest is None or darkest is None:
                self._refuse("White and black are needed.")
                return
            measured = Luminances(
                brightest_cd_m2=brightest,
                darkest_cd_m2=darkest,
                reflected_cd_m2=_value(self.reflected, "Reflected light"),
                room_lux=_value(self.room, "Room light"),
                measured_on=_day(self.day),
                instrument=self.instrument.text().strip(),
            )
        except ValueError as error:
            words = str(error)
            self._refuse(f"{words[:1].upper()}{words[1:]}.")
            return
        self.accept()
        self.luminances_entered.emit(measured)

    def _refuse(self, words: str) -> None:
        self.remark.setText(words)
        set_role(self.remark, "warning")


def _number_field(value: float | None) -> QLineEdit:
    field = QLineEdit("" if value is None else f"{value:g}")
    field.setFixedWidth(FIELD_PX)
    return field


def _value(field: QLineEdit, name: str) -> float | None:
    # A decimal comma is what half of the readers' keyboards and papers have.
    text = field.text().strip().replace(",", ".")
    if not text:
        return None
    try:
        return float(text)
    except ValueError as error:
        raise ValueError(f"{name.lower()} is not a number") from error


def _day(field: QLineEdit) -> str:
    try:
        return date.fromisoformat(field.text().strip()).isoformat()
    except ValueError as error:
        raise ValueError("the date is written like 2026-11-22") from error


def _with_unit(field: QLineEdit, unit: str) -> QHBoxLayout:
    layout = QHBoxLayout()
    layout.setSpacing(GRID)
    layout.addWidget(field)
    layout.addWidget(text_label(unit, "caption"))
    layout.addStretch(1)
    return layout
