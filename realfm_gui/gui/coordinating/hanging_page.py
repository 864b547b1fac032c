"""The hanging editor: protocols on the left, the rule in the middle, a case as it would hang on the right."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QScrollArea, QWidget

from realfm_gui.gui.coordinating.hanging_board import PictureBoard, RuleBoard
from realfm_gui.gui.coordinating.hanging_cases import HangingCases
from realfm_gui.gui.coordinating.hanging_cell_form import HangingCellForm
from realfm_gui.gui.coordinating.hanging_form import HangingForm
from realfm_gui.gui.coordinating.hanging_list import HangingList
from realfm_gui.gui.coordinating.hanging_state import HangingState, cell_at
from realfm_gui.gui.coordinating.hanging_words import case_title, cell_lines, plainly
from realfm_gui.gui.widgets.labels import column, row, set_role, text_label
from realfm_gui.imaging.hanging_preview import HungPicture
from realfm_gui.imaging.hanging_rules import HangingProtocol, ImageTags
from realfm_gui.imaging.hung_panes import HangingRules
from realfm_gui.workflows.hanging import StudyHanging

FIXED = "Reading has begun: what the readers see stays as it is."
BUILT_IN = "Built in. Make it the study's own to change it; it then takes the built-in one's place."
ORDER = "Of those that hold, the one with the most conditions is taken; of equals the study's own."
LOADING = "Reading the images…"
NO_CASE = "No case yet. Import images to see how they hang."
_REDRAW_AFTER_MS = 120


class HangingPage(QWidget):
    """Hanging protocols of a study, to look at and to edit.

    Signals
    -------
    save_requested(tuple protocols)
        The study's own protocols as edited.
    preview_requested(str case_id, HangingRules, int width, int height)
        How this case would hang; the size is that of the whole preview in device pixels.
    closed()
        The user goes back to the set-up.
    """

    save_requested = Signal(tuple)
    preview_requested = Signal(str, object, int, int)
    closed = Signal()

    def __init__(self, opened: StudyHanging, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.state = HangingState(opened.rules, is_fixed=opened.is_fixed)
        self._presets = opened.rules.presets
        self._cases = opened.cases
        self._images: dict[str, Sequence[ImageTags]] = {}
        self._problems: dict[str, str] = {}
        self._case = opened.cases[0].case_id if opened.cases else ""
        self._is_case_chosen = False
        self._wish: tuple[str, HangingRules, int, int] | None = None
        self.form, self.cell_form = HangingForm(), HangingCellForm(self._presets)
        self.rules, self.pictures, self.cases = RuleBoard(), PictureBoard(), HangingCases()
        self.list = HangingList()
        self._redraw = QTimer(self, singleShot=True, interval=_REDRAW_AFTER_MS)
        self._redraw.timeout.connect(self._ask_for_preview)
        self._lay_out()
        self._connect()
        self.cases.show_cases(opened.cases)
        self.pictures.say(LOADING if opened.cases else NO_CASE)
        self._show()

    def show_images(self, case_id: str, images: Sequence[ImageTags]) -> None:
        """Take note of what the headers of a case say."""
        self._images[case_id] = images
        self._show_taken()

    def show_problem(self, case_id: str, reason: str) -> None:
        """Take note that a case cannot be shown."""
        self._problems[case_id] = reason
        self._show_taken()
        if case_id == self._case:
            self.pictures.say(reason)

    def show_pictures(self, case_id: str, rows: int, columns: int, pictures: Sequence[HungPicture]) -> None:
        """Show a case as it would hang; one that is not looked at any more is ignored."""
        if case_id == self._case:
            self.pictures.show_pictures(rows, columns, pictures, self._place_in(case_id))

    def note_saved(self, protocols: tuple[HangingProtocol, ...]) -> None:
        """Say that these are saved."""
        self.state.note_saved(protocols)
        self._show()
        self._say("Saved. The readers' images hang by these rules from the next session on.", "notice")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw the pictures again at their new size, once it stays."""
        super().resizeEvent(event)
        self._redraw.start()

    # Showing

    def _show(self) -> None:
        state, entry = self.state, self.state.entry
        self.list.show_protocols(state.listed, state.chosen)
        for button, is_on in (
            (self.undo, state.can_undo),
            (self.redo, state.can_redo),
            (self.revert, state.is_changed),
            (self.save, state.is_changed),
        ):
            button.setEnabled(is_on and not state.is_fixed)
        self._unsaved.setVisible(state.is_changed)
        self.adopt.setVisible(entry is not None and not entry.is_own)
        self.remove.setVisible(entry is not None and entry.is_own)
        self.remove.setText(
            "Back to built-in" if entry is not None and entry.is_changed_built_in else "Remove"
        )
        for button in (self.adopt, self.remove, self.add, self.copy):
            button.setEnabled(not state.is_fixed)
        self._show_entry()
        self._show_taken()
        self._redraw.start()

    def _show_entry(self) -> None:
        """Show the chosen protocol and its chosen place."""
        state, entry = self.state, self.state.entry
        for part in (self.form, self.cell_form):
            part.setEnabled(state.can_edit)
        if state.is_fixed:
            self._say(FIXED, "remark")
        elif entry is not None and not entry.is_own:
            self._say(BUILT_IN, "remark")
        else:
            self._say(" ".join(state.doubts), "remark")
        if entry is None:
            return
        protocol = entry.protocol
        places = [(r, c) for r in range(1, protocol.rows + 1) for c in range(1, protocol.columns + 1)]
        lines = {place: cell_lines(cell_at(protocol, place), protocol, self._presets) for place in places}
        self.form.show_protocol(protocol)
        self.rules.show_rules(protocol.rows, protocol.columns, lines, state.place)
        self.rules.setFixedHeight(self.rules.sizeHint().height())
        self.cell_form.show_cell(state.place, state.cell, can_edit=state.can_edit)
        self.pictures.mark_place(self._place_in(self._case))

    def _show_taken(self) -> None:
        taken = self.state.taken_by(self._images)
        self.cases.show_rules(taken, self._problems)
        mine = [case for case, rule in taken.items() if rule is not None and rule.id == self.state.chosen]
        if not self._is_case_chosen and mine and self._case not in mine:
            self._look_at(mine[0])
        self.cases.choose(self._case)
        of = f" of {len(taken)}" if len(taken) == len(self._cases) else f" of {len(taken)} looked at"
        self._count.setText(f"Taken by {len(mine)}{of} cases." if taken else "")
        self._show_case_name(taken)

    def _show_case_name(self, taken: Mapping[str, HangingProtocol | None]) -> None:
        """Name the case in the preview: its place in the list, what it is of, its id and its rule."""
        images, rule = self._images.get(self._case, ()), taken.get(self._case)
        self._named.setText(case_title([case.case_id for case in self._cases], self._case, images))
        words = [self._case] if self._case else []
        if self._case in taken:
            words.append("No rule holds" if rule is None else rule.name)
            if rule is None or rule.id != self.state.chosen:
                words.append("not the one being edited")
        self._hangs.setText(" · ".join(words))

    def _say(self, sentence: str, role: str) -> None:
        set_role(self._notice, role)
        self._notice.setText(sentence)
        self._notice.setVisible(bool(sentence))

    def _place_in(self, case_id: str) -> tuple[int, int] | None:
        rule = (
            self.state.taken_by({case_id: self._images[case_id]})[case_id]
            if case_id in self._images
            else None
        )
        return self.state.place if rule is not None and rule.id == self.state.chosen else None

    def _ask_for_preview(self) -> None:
        if self._case and self._case not in self._problems:
            ratio = self.devicePixelRatioF()
            width, height = round(self.pictures.width() * ratio), round(self.pictures.height() * ratio)
            wish = self._case, self.state.rules, width, height
            if wish != self._wish:
                self._wish = wish
                self.preview_requested.emit(*wish)

    def _look_at(self, case_id: str) -> None:
        self._case = case_id
        if case_id in self._problems:
            self.pictures.say(self._problems[case_id])
        else:
            self.pictures.say(LOADING)
            self._wish = None
            self._redraw.start()

    # Acting

    def _act(self, change: Callable[[], None]) -> None:
        try:
            change()
        except ValueError as error:
            self._show_entry()
            self._say(plainly(str(error)), "remark")
            return
        self._show()

    def _choose_protocol(self, protocol_id: str) -> None:
        self._is_case_chosen = False
        self._act(lambda: self.state.choose(protocol_id))

    def _choose_place(self, at_row: int, at_column: int) -> None:
        self._act(lambda: self.state.choose_place((at_row, at_column)))
        # The form of the place is below that of the protocol: bring both board and form into sight.
        self._scroll.verticalScrollBar().setValue(self.rules.y() - 32)

    def _choose_case(self, case_id: str) -> None:
        self._is_case_chosen = True
        self._look_at(case_id)
        self._show_taken()

    def _save(self) -> None:
        if self.state.is_changed:
            self.save_requested.emit(self.state.own)

    def _connect(self) -> None:
        state = self.state
        self.list.protocol_chosen.connect(self._choose_protocol)
        self.form.changed.connect(lambda changes: self._act(lambda: state.change(**changes)))
        self.cell_form.changed.connect(lambda changes: self._act(lambda: state.change_cell(**changes)))
        self.cell_form.emptying_requested.connect(lambda: self._act(state.empty_cell))
        for board in (self.rules, self.pictures):
            board.place_chosen.connect(self._choose_place)
        self.cases.case_chosen.connect(self._choose_case)
        for button, action in (
            (self.add, state.add),
            (self.copy, lambda: state.add(like_chosen=True)),
            (self.adopt, state.adopt),
            (self.remove, state.remove),
            (self.undo, state.undo),
            (self.redo, state.redo),
            (self.revert, state.revert),
        ):
            button.clicked.connect(lambda _=False, action=action: self._act(action))
        self.save.clicked.connect(self._save)
        self.back.clicked.connect(self.closed)
        for keys, button in (("Ctrl+Z", self.undo), ("Ctrl+Shift+Z", self.redo), ("Ctrl+S", self.save)):
            shortcut = QShortcut(
                QKeySequence(keys), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut
            )
            shortcut.activated.connect(button.click)
            button.setToolTip(f"{button.text()} ({keys})")

    def _lay_out(self) -> None:
        self.back, self.undo, self.redo = QPushButton("Back"), QPushButton("Undo"), QPushButton("Redo")
        self.revert, self.save = QPushButton("Revert"), QPushButton("Save")
        self.save.setProperty("role", "primary")
        self.add, self.copy = QPushButton("New"), QPushButton("Copy")
        self.adopt, self.remove = QPushButton("Change for this study"), QPushButton("Remove")
        self._notice = text_label("", "remark", wraps=True)
        self._count, self._hangs = text_label("", "caption"), text_label("", "caption", wraps=True)
        self._named = text_label("", "heading")
        head = row(
            self.back, text_label("Hanging protocols", "title"), -1, spacing=16, margins=(16, 12, 16, 12)
        )
        self._unsaved = text_label("Not saved yet", "quiet")
        head.addWidget(self._unsaved)
        for button in (self.undo, self.redo, self.revert, self.save):
            head.addWidget(button)
        left = QWidget()
        side = column(text_label(ORDER, "caption", wraps=True), self.list, margins=(16, 8, 8, 16))
        side.addLayout(row(self.add, self.copy))
        side.addWidget(self.adopt)
        side.addWidget(self.remove)
        left.setLayout(side)
        left.setFixedWidth(264)
        middle = QWidget()
        parts = column(self._count, self.form, 12, spacing=8, margins=(16, 8, 16, 16))
        parts.addWidget(text_label("Layout: choose a place to see its rule", "quiet"))
        parts.addWidget(self.rules)
        parts.addSpacing(8)
        parts.addWidget(self.cell_form)
        parts.addStretch(1)
        middle.setLayout(parts)
        self._scroll = scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(middle)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFixedWidth(416)
        right = QWidget()
        shown = column(self._named, self._hangs, spacing=4, margins=(16, 8, 16, 16))
        shown.addWidget(self.pictures, 3)
        shown.addWidget(text_label("Stacks are drawn at their middle slice.", "caption"))
        shown.addWidget(self.cases, 2)
        right.setLayout(shown)
        body = QHBoxLayout()
        body.setSpacing(0)
        for part, stretch in ((left, 0), (scroll, 0), (right, 1)):
            body.addWidget(part, stretch)
        page = column(spacing=0)
        page.addLayout(head)
        page.addWidget(self._notice)
        page.addLayout(body, 1)
        self.setLayout(page)
