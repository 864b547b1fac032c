"""The window: a slim bar, one page at a time, a status bar. It knows no study and no workflow."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QLabel,
    QMainWindow,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from realfm_gui.gui.shell.commands import COMMANDS, build_actions, fill_menus, tooltip
from realfm_gui.gui.theme import DARK, LIGHT, style_sheet
from realfm_gui.gui.widgets.icons import icon
from realfm_gui.gui.widgets.labels import ElidedLabel, row, text_label

BANNER = "Research use only. Not for diagnosis."
WORKSPACES = (("read", "Read"), ("set-up", "Set up"), ("analyse", "Analyse"))
WHILE_READING = frozenset({"quit", "fullscreen"})
ALWAYS_DARK = frozenset({"reading", "display-check"})
"""Pages beside an image or a test pattern: nothing there may be brighter than it."""


class MainWindow(QMainWindow):
    """Top bar with the study's name and the workspaces, pages, status bar.

    Signals
    -------
    command_requested(str id)
        A menu entry, a shortcut or a button of the top bar; ids are those of `commands.COMMANDS`.
    close_requested()
        The user closes the window; it stays until `close_now`.
    """

    command_requested = Signal(str)
    close_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("RealFM")
        self.setMinimumSize(1024, 640)
        self.resize(1600, 1000)
        self._pages: dict[str, QWidget] = {}
        self._may_close = False
        self._is_study_open = False
        self._is_light = False
        self._forbidden: dict[str, str] = {}
        self.stack = QStackedWidget()
        self.actions_by_id = build_actions(self, {command.id: self._ask(command.id) for command in COMMANDS})
        self.actions_by_id["fullscreen"].toggled.connect(self._set_fullscreen)
        self.actions_by_id["light"].toggled.connect(self.set_light)
        fill_menus(self.menuBar(), self.actions_by_id)
        self._bar = self._make_bar()
        centre = QWidget()
        layout = QVBoxLayout(centre)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._bar)
        layout.addWidget(self.stack, 1)
        self.setCentralWidget(centre)
        self._make_status_bar()
        self.show_no_study()

    def add_page(self, key: str, page: QWidget) -> None:
        """Add a page under a name."""
        self._pages[key] = page
        if key not in ALWAYS_DARK:
            page.setObjectName("page")
            page.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
            page.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.stack.addWidget(page)

    def has_page(self, key: str) -> bool:
        """Whether a page of this name has been added."""
        return key in self._pages

    def remove_page(self, key: str) -> None:
        """Take a page away for good."""
        page = self._pages.pop(key, None)
        if page is not None:
            self.stack.removeWidget(page)
            page.deleteLater()

    def show_page(self, key: str, *, workspace: str = "") -> None:
        """Show a page and mark its workspace in the top bar; none is marked at home."""
        self.stack.setCurrentWidget(self._pages[key])
        if not self._pages[key].isAncestorOf(self.focusWidget() or self):
            self._pages[key].setFocus()
        self._switch.setExclusive(False)
        for name, button in self._buttons.items():
            button.setChecked(name == workspace)
        self._switch.setExclusive(True)
        is_reading = key in ALWAYS_DARK
        self._enable_actions()
        self._colour()
        self._bar.setVisible(not is_reading)
        self.menuBar().setVisible(not is_reading)

    @property
    def page(self) -> str:
        """The name of the page that is shown."""
        shown = self.stack.currentWidget()
        return next((key for key, page in self._pages.items() if page is shown), "")

    def forbid(self, command_id: str, why: str) -> None:
        """Take a command away while there is a reason, which its tooltip says; give it back for none."""
        self._forbidden[command_id] = why
        command = next(command for command in COMMANDS if command.id == command_id)
        self.actions_by_id[command_id].setToolTip(why or tooltip(command))
        self._enable_actions()

    def show_study(self, title: str, *, is_simulated: bool) -> None:
        """Name the open study and let its workspaces be entered."""
        self._study.setText(title)
        self.setWindowTitle(f"{title} · RealFM")
        self._simulated.setVisible(is_simulated)
        self._simulated_below.setVisible(is_simulated)
        self._enable(True)

    def show_no_study(self) -> None:
        """Show that no study is open."""
        self._study.setText("No study open")
        self.setWindowTitle("RealFM")
        self._simulated.hide()
        self._simulated_below.hide()
        self._enable(False)

    def show_device(self, name: str) -> None:
        """Name the device models run on."""
        self._device.setText(name)

    def set_light(self, is_light: bool) -> None:
        """Use the light ground everywhere but in the reading room."""
        self._is_light = is_light
        self._colour()

    def close_now(self) -> None:
        """Close without asking again."""
        self._may_close = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Let the composition root finish what is under way before the window goes."""
        if not self._may_close:
            self.close_requested.emit()
        # Where nothing had to be finished, `close_now` was called just now, from within this event.
        event.setAccepted(self._may_close)

    def _ask(self, command_id: str) -> Callable[[], None]:
        return lambda: self.command_requested.emit(command_id)

    def _enable(self, is_open: bool) -> None:
        self._is_study_open = is_open
        for command_id in self._forbidden:  # what was fixed in the study before says nothing of this one
            self.forbid(command_id, "")
        self._enable_actions()
        for button in self._buttons.values():
            button.setVisible(is_open)

    def _enable_actions(self) -> None:
        is_reading = self.page in ALWAYS_DARK
        for command in COMMANDS:  # in the reading room the keys belong to the image and the answer
            is_possible = not is_reading and (self._is_study_open or not command.needs_study)
            is_free = not self._forbidden.get(command.id)
            self.actions_by_id[command.id].setEnabled(
                (is_possible and is_free) or command.id in WHILE_READING
            )

    def _colour(self) -> None:
        """Colour the whole window, menus and bars too; beside an image all of it is dark."""
        is_light = self._is_light and self.page not in ALWAYS_DARK
        surface = "light" if is_light else "dark"
        if self.property("surface") == surface:
            return
        self.setProperty("surface", surface)
        self.setStyleSheet(style_sheet(LIGHT) if is_light else "")
        self._home.setIcon(icon("home-outline", (LIGHT if is_light else DARK).ink))

    def _set_fullscreen(self, is_full: bool) -> None:
        self.showFullScreen() if is_full else self.showNormal()

    def _make_bar(self) -> QWidget:
        bar = QWidget()
        bar.setProperty("role", "bar")
        bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        bar.setFixedHeight(49)
        self._home = home = QToolButton()
        home.setProperty("role", "quiet")
        home.setIcon(icon("home-outline", DARK.ink))
        home.setIconSize(QSize(20, 20))
        home.setToolTip(self.actions_by_id["home"].toolTip())
        home.setAccessibleName("Home")
        home.clicked.connect(self._ask("home"))
        self._study = ElidedLabel(role="heading")
        self._study.setMaximumWidth(640)
        self._study.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self._simulated = text_label("Simulated", "badge")
        self._switch = QButtonGroup(self)
        self._buttons: dict[str, QPushButton] = {}
        for key, title in WORKSPACES:
            button = QPushButton(title)
            button.setCheckable(True)
            button.setProperty("role", "switch")
            button.setToolTip(self.actions_by_id[key].toolTip())
            button.clicked.connect(self._ask(key))
            self._switch.addButton(button)
            self._buttons[key] = button
        layout = row(home, self._study, self._simulated, -1, *self._buttons.values(), margins=(8, 0, 16, 0))
        bar.setLayout(layout)
        return bar

    def _make_status_bar(self) -> None:
        status = self.statusBar()
        status.setSizeGripEnabled(False)
        status.setContentsMargins(8, 0, 8, 0)
        status.addWidget(QLabel(BANNER))
        self._simulated_below = QLabel("Simulated study")
        self._device = QLabel("")
        self._device.setToolTip("The device models run on")
        status.addPermanentWidget(self._simulated_below)
        status.addPermanentWidget(self._device)
