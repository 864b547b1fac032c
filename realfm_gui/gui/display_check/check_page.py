"""The page of the display check: the pattern, what the reader sees, the monitor, measured luminance."""

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from realfm_gui.domain.display_check import CANNOT_CERTIFY, DisplayCheck
from realfm_gui.domain.display_luminance import Luminances, Weight, remarks
from realfm_gui.domain.workstation import Workstation
from realfm_gui.gui.display_check.luminance_dialog import LuminanceDialog
from realfm_gui.gui.display_check.monitors import lines_of, title_of
from realfm_gui.gui.display_check.pattern import View
from realfm_gui.gui.display_check.pattern_view import PatternView
from realfm_gui.gui.display_check.questions import Questions
from realfm_gui.gui.theme import DARK, GRID, style_sheet
from realfm_gui.gui.widgets.labels import clear, hairline, row, text_label
from realfm_gui.gui.widgets.status import State, StatusMark

PANEL_PX = 376
VIEW_NAMES = {View.PATTERN: "Pattern", View.DARK_FIELD: "Dark field", View.BRIGHT_FIELD: "Bright field"}
NOT_MEASURED = "No luminance has been entered for this monitor."


class CheckPage(QWidget):
    """Shows the pattern and takes the answers; `begin` tells it where it is.

    Parameters
    ----------
    parent : QWidget, optional
    today : callable
        The calendar, to which the age of a measurement is told.

    Signals
    -------
    checked(DisplayCheck)
        Every question is answered and the reader is done.
    luminances_entered(Luminances)
        Measured values were typed in for the monitor: keep them.
    left()
        The reader goes without a check.
    """

    checked = Signal(object)
    luminances_entered = Signal(object)
    left = Signal()

    def __init__(self, parent: QWidget | None = None, *, today: Callable[[], date] = date.today) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setStyleSheet(style_sheet(DARK))  # beside a pattern as beside an image: nothing is brighter
        self.pattern = PatternView()
        self.questions = Questions()
        self.questions.answered.connect(self._show_open)
        self.done = QPushButton("Record this check")
        self.done.setProperty("role", "primary")
        self.done.clicked.connect(self._finish)
        self.leave = QPushButton("Not now")
        self.leave.clicked.connect(self.left)
        self.whole = QPushButton("Fill the screen")
        self.whole.clicked.connect(self.fill_screen)
        self.enter = QPushButton("Enter luminance")
        self.enter.setProperty("role", "small")
        self.enter.clicked.connect(self.ask_for_luminance)
        self.open_line = text_label("", "caption")
        self.why = text_label("", wraps=True)
        self.screen_view: PatternView | None = None
        self._today = today
        self._workstation: Workstation | None = None
        self._luminances: Luminances | None = None
        self._cautions = QVBoxLayout()
        self._cautions.setSpacing(4)
        self._facts = QVBoxLayout()
        self._remarks = QVBoxLayout()
        self._lay_out()

    def begin(self, workstation: Workstation, luminances: Luminances | None, *, is_required: bool) -> None:
        """Start a check at this workstation; `luminances` were entered before for the monitor here."""
        self._workstation = workstation
        self._luminances = luminances
        self.questions.clear()
        self.show_view(View.PATTERN)
        needed = "This study needs a display check before reading." if is_required else ""
        self.why.setText(needed or "This study offers a display check before reading.")
        self.leave.setText("Back" if is_required else "Not now")
        self._show_monitors()
        self._show_remarks()
        self._show_open()
        self.questions.choices["sees_5_percent"][0].setFocus()

    def show_view(self, view: View) -> None:
        """Show the pattern or an even field."""
        self.pattern.show_view(view)
        self.switches.button(list(View).index(view)).setChecked(True)

    def fill_screen(self) -> None:
        """Show the view on the whole of this monitor; Space goes on, Escape or a click comes back."""
        view = PatternView()
        view.setWindowFlag(Qt.WindowType.Window)
        view.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        view.setCursor(Qt.CursorShape.BlankCursor)
        view.show_view(self.pattern.view)
        view.left.connect(view.close)
        view.setScreen(self.screen())
        view.setGeometry(self.screen().geometry())
        view.showFullScreen()
        view.setFocus()
        self.screen_view = view

    def ask_for_luminance(self) -> LuminanceDialog:
        """Ask for measured values."""
        monitor = None if self._workstation is None else self._workstation.monitor
        called = title_of(monitor) if monitor is not None else ""
        dialog = LuminanceDialog(called, self._luminances, today=self._today(), parent=self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.luminances_entered.connect(self._take_luminances)
        dialog.open()
        return dialog

    # Inside

    def _lay_out(self) -> None:
        switch = QHBoxLayout()
        switch.setSpacing(0)
        self.switches = QButtonGroup(self)
        for number, (view, words) in enumerate(VIEW_NAMES.items()):
            button = QPushButton(words)
            button.setProperty("role", "switch")
            button.setCheckable(True)
            self.switches.addButton(button, number)
            switch.addWidget(button)
            button.clicked.connect(lambda _=False, view=view: self.show_view(view))
        switch.addStretch(1)
        switch.addWidget(self.whole)
        left = QVBoxLayout()
        left.setSpacing(GRID)
        left.addLayout(switch)
        left.addWidget(self.pattern, 1)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        outer.setSpacing(2 * GRID)
        outer.addLayout(left, 1)
        outer.addWidget(self._panel())

    def _panel(self) -> QWidget:
        inside = QWidget()
        body = QVBoxLayout(inside)
        body.setContentsMargins(0, 0, GRID, 0)
        body.setSpacing(GRID)
        body.addWidget(text_label("Check the display", "title"))
        body.addWidget(self.why)
        body.addWidget(text_label("What you see", "heading"))
        body.addWidget(self.questions)
        body.addLayout(self._cautions)
        body.addWidget(hairline())
        body.addWidget(text_label("This monitor", "heading"))
        body.addLayout(self._facts)
        body.addWidget(hairline())
        body.addLayout(row(text_label("Measured luminance", "heading"), -1, self.enter))
        body.addLayout(self._remarks)
        body.addStretch(1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        panel = QWidget()
        panel.setFixedWidth(PANEL_PX)
        outer = QVBoxLayout(panel)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(GRID)
        outer.addWidget(scroll, 1)
        outer.addWidget(hairline())
        outer.addWidget(text_label(CANNOT_CERTIFY, "caption", wraps=True))
        outer.addLayout(row(self.open_line, -1, self.leave, self.done))
        return panel

    def _show_monitors(self) -> None:
        clear(self._facts)
        here = None if self._workstation is None else self._workstation.monitor
        if self._workstation is None or here is None:
            self._facts.addWidget(text_label("The system does not say which monitor this is.", "caption"))
            return
        name = text_label(title_of(here), wraps=True)
        self._facts.addWidget(name)
        table = QWidget()
        grid = QGridLayout(table)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        for number, (fact, value) in enumerate(lines_of(here)):
            grid.addWidget(text_label(fact, "caption"), number, 0)
            grid.addWidget(text_label(value, "caption"), number, 1)
        self._facts.addWidget(table)
        others = len(self._workstation.monitors) - 1
        if others:
            words = "another monitor" if others == 1 else f"{others} other monitors"
            self._facts.addWidget(text_label(f"Beside it: {words}, recorded too.", "caption"))

    def _show_remarks(self) -> None:
        clear(self._remarks)
        self.enter.setText("Enter luminance" if self._luminances is None else "Change")
        if self._luminances is None:
            self._remarks.addWidget(text_label(NOT_MEASURED, "caption", wraps=True))
            return
        source = f"Measured on {self._luminances.measured_on}"
        if self._luminances.instrument:
            source += f" with {self._luminances.instrument}"
        self._remarks.addWidget(text_label(f"{source}.", "caption", wraps=True))
        for remark in remarks(self._luminances, today=self._today()):
            self._remarks.addWidget(_line(remark.weight, remark.words))

    def _show_open(self) -> None:
        missing = self.questions.missing
        self.done.setEnabled(missing == 0)
        answers = self.questions.answers
        self.open_line.setText(f"{missing} open" if missing else "")
        clear(self._cautions)
        for words in [] if answers is None else answers.cautions():
            self._cautions.addWidget(_line(Weight.CAUTION, f"{words[:1].upper()}{words[1:]}"))

    def _take_luminances(self, measured: Luminances) -> None:
        self._luminances = measured
        self._show_remarks()
        self.luminances_entered.emit(measured)

    def _finish(self) -> None:
        answers = self.questions.answers
        if answers is not None and self._workstation is not None:
            self.checked.emit(
                DisplayCheck(
                    answers=answers,
                    workstation=self._workstation,
                    pattern_px=self.pattern.pattern_px,
                    luminances=self._luminances,
                )
            )


def _line(weight: Weight, words: str) -> QWidget:
    line = QWidget()
    across = QHBoxLayout(line)
    across.setContentsMargins(0, 0, 0, 0)
    across.setSpacing(6)
    mark = StatusMark(State.WARNING if weight is Weight.CAUTION else State.INFO)
    mark.setFixedWidth(18)
    mark.setAccessibleName(weight.value)
    across.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
    across.addWidget(text_label(words, "caption", wraps=True), 1)
    return line
