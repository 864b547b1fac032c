"""The coordinator's page: what is set up, what comes next, who is how far; never an outcome."""

from functools import partial

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from realfm_gui.domain.protocol import Protocol
from realfm_gui.gui.coordinating.import_dialog import ImportDialog
from realfm_gui.gui.coordinating.model_table import ModelTable
from realfm_gui.gui.coordinating.protocol_panel import ProtocolPanel
from realfm_gui.gui.coordinating.refusals import is_no_image, sort_refused
from realfm_gui.gui.coordinating.steps import (
    Action,
    NextStep,
    SetUpStep,
    StepState,
    has_begun,
    steps_of,
)
from realfm_gui.gui.coordinating.steps import next_step as next_step_of
from realfm_gui.gui.coordinating.tables import (
    CASES,
    READERS,
    REFUSED,
    case_rows,
    reader_rows,
)
from realfm_gui.gui.theme import Palette, palette_of
from realfm_gui.gui.widgets.empty_state import EmptyState
from realfm_gui.gui.widgets.labels import clear, column, row, set_role, text_label
from realfm_gui.gui.widgets.plain_table import Cell, PlainTable
from realfm_gui.gui.widgets.progress_strip import ProgressStrip
from realfm_gui.gui.widgets.status import State, StatusMark
from realfm_gui.workflows.overview import StudyOverview

NO_MORE_IMPORTS = "No image can be added: reading has begun, and every reader reads the same cases."
_STATES = {
    StepState.TO_DO: State.TO_DO,
    StepState.UNDER_WAY: State.UNDER_WAY,
    StepState.DONE: State.DONE,
    StepState.ATTENTION: State.WARNING,
}


class CoordinatingPage(QWidget):
    """Steps on the left, tables in the middle, the protocol's facts on the right.

    Signals
    -------
    import_requested(list paths, object truth_csv)
        `truth_csv` is a Path or None.
    fit_requested(str model)
    predict_requested(str model)
    hanging_requested()
        Look at the hanging protocols.
    refused_list_requested()
        Save the list of refused files.
    cancel_requested()
        Stop the work that is shown in the page.
    """

    import_requested = Signal(list, object)
    fit_requested = Signal(str)
    predict_requested = Signal(str)
    hanging_requested = Signal()
    refused_list_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._next = NextStep(sentence="")
        self._is_busy = False
        self._view: StudyOverview | None = None
        self._shown_protocol: Protocol | None = None
        self._drawn_in: Palette | None = None
        self.progress = ProgressStrip()
        self.progress.cancel_requested.connect(self.cancel_requested)
        self._cases = PlainTable(CASES, "Cases by split")
        self._models = ModelTable()
        self._models.fit_requested.connect(self.fit_requested)
        self._models.predict_requested.connect(self.predict_requested)
        self._readers = PlainTable(READERS, "Readers and their progress")
        self._refused = PlainTable(REFUSED, "Refused files")
        self._no_cases = EmptyState(
            "No case yet. DICOM folders of any depth, PNG and JPEG files can be imported."
        )
        self._no_refusals = text_label("Every file that was given could be used.", "caption")
        self._steps_layout = QVBoxLayout()
        self._steps_layout.setSpacing(4)
        self._protocol = ProtocolPanel()
        self._sections: dict[str, QWidget] = {}
        self._lay_out()

    def show_study(self, view: StudyOverview, protocol: Protocol) -> None:
        """Show a study as it stands."""
        self._view, self._shown_protocol, self._drawn_in = view, protocol, palette_of(self)
        has_cases = any(split.cases for split in view.splits)
        self._description.setText(view.description)
        self._description.setVisible(bool(view.description))
        self._cases.setVisible(has_cases)
        self._import.setVisible(has_cases)
        self._no_cases.setVisible(not has_cases)
        self._cases.show_rows(case_rows(view.splits))
        self._models.show_models(view)
        self._readers.show_rows(reader_rows(view.readers))
        self._show_refused(view)
        self._sections["refused"].setVisible(has_cases)
        self._protocol.show_protocol(protocol, view)
        self._show_steps(steps_of(view))
        self._show_next(next_step_of(view))
        self._apply_busy()

    def changeEvent(self, event: QEvent) -> None:
        """Draw icons and bars in the colours of another palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and self._drawn_in not in (None, palette_of(self)):
            # Not from within: Qt is still walking over the widgets that would be replaced.
            QTimer.singleShot(0, self, self._draw_again)

    def _draw_again(self) -> None:
        if self._view is not None and self._shown_protocol is not None:
            self.show_study(self._view, self._shown_protocol)

    def set_busy(self, is_busy: bool) -> None:
        """Lock the actions while one of them is under way: a second click does nothing."""
        self._is_busy = is_busy
        if is_busy:
            self.show_notice("")
        self._apply_busy()

    def show_notice(self, sentence: str) -> None:
        """Say what has just been done, until the next thing is."""
        set_role(self._notice, "notice")
        self._notice.setText(sentence)
        self._notice.setVisible(bool(sentence))

    def ask_for_import(self) -> None:
        """Open the import dialog."""
        if self._is_busy:
            return
        if self._view is not None and has_begun(self._view):
            self.show_notice(NO_MORE_IMPORTS)
            set_role(self._notice, "remark")
            return
        dialog = ImportDialog(self)
        dialog.import_requested.connect(self.import_requested)
        dialog.open()

    def _apply_busy(self) -> None:
        is_free = not self._is_busy
        is_fixed = self._view is not None and has_begun(self._view)
        self._import.setToolTip(NO_MORE_IMPORTS if is_fixed else "")
        self._import.setEnabled(is_free and not is_fixed)
        self._primary.setEnabled(is_free)
        self._models.set_free(is_free)

    def _show_steps(self, steps: tuple[SetUpStep, ...]) -> None:
        clear(self._steps_layout)
        for step in steps:
            button = QPushButton()
            button.setProperty("role", "step")
            button.setAccessibleName(f"{step.title}: {step.note}")
            mark = StatusMark()
            mark.show_state(_STATES[step.state], step.title)
            note = text_label(step.note, "caption")
            note.setContentsMargins(22, 0, 0, 0)
            button.setLayout(column(mark, note, spacing=2, margins=(8, 6, 8, 6)))
            button.clicked.connect(partial(self._scroll_to, step.key))
            self._steps_layout.addWidget(button)

    def _show_next(self, step: NextStep) -> None:
        self._next = step
        self._next_sentence.setText(step.sentence)
        self._primary.setText(step.button)
        self._primary.setVisible(step.action is not Action.NOTHING)

    def _show_refused(self, view: StudyOverview) -> None:
        missing, others = sort_refused(view.refused)
        # What is missing first: it is what somebody has to look at.
        self._refused.show_rows(
            [[name, Cell(text=why, is_quiet=is_no_image(name, why))] for name, why in [*missing, *others]]
        )
        self._refused.setVisible(bool(view.refused))
        self._save_refused.setVisible(bool(view.refused))
        self._no_refusals.setText(
            "Every image that was given could be used; the other files are no images."
            if others
            else "Every file that was given could be used."
        )
        self._no_refusals.setVisible(not missing)

    def _do_next(self) -> None:
        if self._next.action is Action.IMPORT:
            self.ask_for_import()
        elif self._next.action is Action.FIT:
            self.fit_requested.emit(self._next.model)
        elif self._next.action is Action.PREDICT:
            self.predict_requested.emit(self._next.model)

    def _scroll_to(self, key: str) -> None:
        self._scroll.ensureWidgetVisible(self._sections[key], 0, 24)
        top = self._sections[key].mapTo(self._middle, self._sections[key].rect().topLeft()).y()
        self._scroll.verticalScrollBar().setValue(max(0, top - 24))

    def _section(self, key: str, title: str, *parts: QWidget, tools: tuple[QWidget, ...] = ()) -> QWidget:
        section = QWidget()
        layout = column(spacing=8)
        layout.addLayout(row(text_label(title, "heading"), -1, *tools))
        for part in parts:
            layout.addWidget(part)
        section.setLayout(layout)
        self._sections[key] = section
        return section

    def _lay_out(self) -> None:
        self._description = text_label("", "quiet", wraps=True)
        self._next_sentence = text_label("", "title", wraps=True)
        self._notice = text_label("", "notice", wraps=True)
        self._notice.hide()
        self._primary = QPushButton()
        self._primary.setProperty("role", "primary")
        self._primary.clicked.connect(self._do_next)
        self._import = QPushButton("Import more…")
        self._import.clicked.connect(self.ask_for_import)
        hanging = QPushButton("Hanging protocols…")
        hanging.setToolTip("Which image hangs where when a case is opened")
        hanging.clicked.connect(self.hanging_requested)
        self._save_refused = QPushButton("Save list…")
        self._save_refused.clicked.connect(self.refused_list_requested)
        todo = row(self._next_sentence, self._primary, spacing=24)
        todo.setStretch(0, 1)
        self._middle = QWidget()
        middle = column(spacing=8, margins=(24, 24, 24, 32))
        middle.addLayout(todo)
        middle.addWidget(self._description)
        middle.addWidget(self._notice)
        middle.addWidget(self.progress)
        for part in (
            self._section("cases", "Cases", self._no_cases, self._cases, tools=(hanging, self._import)),
            self._section("models", "Models", self._models),
            self._section("readers", "Readers and progress", self._readers),
            self._section(
                "refused", "Refused files", self._no_refusals, self._refused, tools=(self._save_refused,)
            ),
        ):
            middle.addSpacing(16)
            middle.addWidget(part)
        middle.addStretch(1)
        self._middle.setLayout(middle)
        self._scroll = _scrolling(self._middle)
        left = QWidget()
        steps = column(text_label("Set up", "heading"), 8, margins=(16, 24, 16, 24))
        steps.addLayout(self._steps_layout)
        steps.addStretch(1)
        left.setLayout(steps)
        left.setFixedWidth(200)
        right = _scrolling(self._protocol)
        for side in (left, right):
            side.setProperty("role", "panel")
            side.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        right.setFixedWidth(256)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(left)
        layout.addWidget(self._scroll, 1)
        layout.addWidget(right)


def _scrolling(content: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setWidget(content)
    return area
