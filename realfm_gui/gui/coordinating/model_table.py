"""The models with what can be done to them, and the door to the list of what each could not answer."""

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QPushButton, QWidget

from realfm_gui.gui.coordinating.failures_dialog import FailuresDialog
from realfm_gui.gui.coordinating.steps import has_begun, is_due
from realfm_gui.gui.coordinating.tables import FAILED, MODELS, model_rows
from realfm_gui.gui.theme import palette_of
from realfm_gui.gui.widgets.icons import icon
from realfm_gui.gui.widgets.labels import row
from realfm_gui.gui.widgets.plain_table import PlainTable
from realfm_gui.gui.widgets.status import State
from realfm_gui.workflows.overview import ModelOverview, StudyOverview

FIXED = "Fixed: reading has begun"


class ModelTable(PlainTable):
    """One row per model, with Fit and Run.

    Signals
    -------
    fit_requested(str model)
    predict_requested(str model)
    """

    fit_requested = Signal(str)
    predict_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(MODELS, "Models", parent)
        self.buttons: list[QPushButton] = []

    def show_models(self, view: StudyOverview) -> None:
        """Show the models; what readers saw is fixed once reading has begun."""
        self.show_rows(model_rows(view.models, palette_of(self).ink_quiet))
        self.buttons = []
        is_fixed = has_begun(view)
        for at, model in enumerate(view.models):
            fit = self._button("Fit", self.fit_requested, model)
            run = self._button("Run", self.predict_requested, model)
            can_fit = not is_fixed and model.needs_fit and any(split.cases for split in view.splits)
            can_run = not is_fixed and model.cases_total > 0 and (model.is_fitted or not model.needs_fit)
            for button, is_possible, tip in (
                (fit, can_fit, "Fit on the development cases"),
                (run, can_run, "Run on every case that is read" + ("" if is_due(model) else " again")),
            ):
                button.setProperty("is_possible", is_possible)
                button.setToolTip(FIXED if is_fixed else tip)
            holder = QWidget()
            holder.setLayout(row(-1, fit, run, spacing=4, margins=(0, 0, 8, 0)))
            self.setCellWidget(at, len(MODELS) - 1, holder)
            if model.failures or model.declined:
                self.setCellWidget(at, FAILED, self._failures_door(model))

    def set_free(self, is_free: bool) -> None:
        """Let the buttons be pressed that can be, or none while other work is under way."""
        for button in self.buttons:
            button.setEnabled(is_free and bool(button.property("is_possible")))

    def _button(self, title: str, signal: SignalInstance, model: ModelOverview) -> QPushButton:
        button = QPushButton(title)
        button.setProperty("role", "small")
        button.setAccessibleName(f"{title} {model.name}")
        button.clicked.connect(lambda: signal.emit(model.name))
        self.buttons.append(button)
        return button

    def _failures_door(self, model: ModelOverview) -> QWidget:
        apart = f" + {len(model.declined)}" if model.declined else ""
        door = QPushButton(f"{model.cases_failed}{apart}…")
        door.setProperty("role", "small")
        door.setIcon(icon(State.WARNING.value[0], State.WARNING.color(palette_of(self))))
        door.setAccessibleName(f"Failed cases of {model.name}")
        what = f"{model.cases_failed} failed"
        if model.declined:
            what += f", {len(model.declined)} it was not made for"
        door.setToolTip(f"{what}: which cases, and why")
        door.clicked.connect(lambda: FailuresDialog(model, self.window()).open())
        holder = QWidget()
        holder.setLayout(row(door, -1, margins=(4, 0, 0, 0)))
        return holder
