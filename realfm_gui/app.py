"""The window: the one place that knows every page and puts them together."""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs
from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.gui.fonts import use_study_font
from realfm_gui.gui.shell.about import show_about, show_shortcuts
from realfm_gui.gui.shell.desk import Desk
from realfm_gui.gui.shell.device import find_device
from realfm_gui.gui.shell.help_pages import show_help
from realfm_gui.gui.shell.home_workspace import HomeWorkspace
from realfm_gui.gui.shell.main_window import MainWindow
from realfm_gui.gui.shell.operations import Operations
from realfm_gui.gui.shell.program_log import configure_logging, report_uncaught
from realfm_gui.gui.shell.recent_studies import RecentStudies
from realfm_gui.gui.shell.user_folder import user_folder
from realfm_gui.gui.theme import DARK, style_sheet
from realfm_gui.gui.viewer.opengl_surface import trouble

if TYPE_CHECKING:
    from realfm_gui.gui.shell.analysing_workspace import AnalysingWorkspace
    from realfm_gui.gui.shell.background_job import BackgroundJob
    from realfm_gui.gui.shell.coordinating_workspace import CoordinatingWorkspace
    from realfm_gui.gui.shell.reading_workspace import ReadingWorkspace

DEVICE_AFTER_MS = 1500
"""The device is looked for when the window has settled."""


class Program(QObject):
    """The window and its workspaces.

    Only home is built before the window is shown; the others, and the libraries they need, come when they
    are first entered.

    Parameters
    ----------
    settings : Path
        Folder of recent studies, readers' keys and the program's log.
    demo_folder : Path, optional
        Where the demo study is built.
    """

    def __init__(self, settings: Path, *, demo_folder: Path | None = None) -> None:
        super().__init__()
        self.window = MainWindow()
        self._settings = settings
        self.operations = Operations(self)
        self.desk = Desk(self.window, self.operations, RecentStudies(settings / "recent.json"))
        self._reading: ReadingWorkspace | None = None
        self._coordinating: CoordinatingWorkspace | None = None
        self._analysing: AnalysingWorkspace | None = None
        self._looking_for_device: BackgroundJob | None = None
        self._is_closing = False
        folder = demo_folder or Path(platformdirs.user_data_dir("realfm", appauthor=False)) / "demo"
        self.home = HomeWorkspace(self.desk, self.enter, demo_folder=folder)
        self._handlers: dict[str, Callable[[], object]] = {
            "home": self._go_home,
            "open-study": self.home.choose_study,
            "new-study": self.home.choose_protocol,
            "demo": self.home.build_demo,
            "quit": self.window.close,
            "read": lambda: self.enter("read"),
            "set-up": lambda: self.enter("set-up"),
            "analyse": lambda: self.enter("analyse"),
            "import": self._import,
            "hanging": self._edit_hanging,
            "help": lambda: show_help(self.window),
            "shortcuts": lambda: show_shortcuts(self.window),
            "about": lambda: show_about(self.window),
        }
        self.window.command_requested.connect(self.do)
        self.window.close_requested.connect(self.close)
        self.home.show()

    def start(self) -> None:
        """Show the window; look for the device when it has settled."""
        self.window.show()
        if no_opengl := trouble():
            self.desk.messages.show_error(no_opengl)
        QTimer.singleShot(DEVICE_AFTER_MS, self, self._find_device)

    @property
    def reading(self) -> "ReadingWorkspace":
        """The readers' workspace, built when it is first needed."""
        if self._reading is None:
            from realfm_gui.gui.shell.reading_workspace import ReadingWorkspace

            self._reading = ReadingWorkspace(self.desk, self._settings)
        return self._reading

    @property
    def coordinating(self) -> "CoordinatingWorkspace":
        """The coordinator's workspace, built when it is first needed."""
        if self._coordinating is None:
            from realfm_gui.gui.shell.coordinating_workspace import CoordinatingWorkspace

            self._coordinating = CoordinatingWorkspace(self.desk)
        return self._coordinating

    @property
    def analysing(self) -> "AnalysingWorkspace":
        """The analyst's workspace, built when it is first needed."""
        if self._analysing is None:
            from realfm_gui.gui.shell.analysing_workspace import AnalysingWorkspace

            self._analysing = AnalysingWorkspace(self.desk)
        return self._analysing

    def do(self, command: str) -> None:
        """Do what a command of the table asks for."""
        handler = self._handlers.get(command)
        if handler is not None and not self._is_closing:
            handler()

    def open(self, root: Path, *, workspace: str = "set-up", reader: str | None = None) -> None:
        """Open a study; with a reader, go straight to the reading room."""

        def opened() -> None:
            if reader is None:
                self.enter(workspace)
                return
            assert self.desk.protocol is not None  # a study has just been opened
            try:
                reader_id = self.desk.protocol.reader(reader).id
            except UserFacingError as error:
                self.enter("read")
                self.desk.messages.show_error(error)
                return
            self.enter("read")
            self.reading.read_as(reader_id)

        self.desk.open(root, opened)

    def enter(self, workspace: str) -> None:
        """Enter a workspace of the open study."""
        if self.desk.root is None:
            return
        if workspace == "read":
            self.reading.enter()
        elif workspace == "set-up":
            self.coordinating.enter()
        else:
            self.analysing.enter()

    def close(self) -> None:
        """Close when nothing can be lost: stop long work, keep the draft, finish queued answers."""
        job = self.desk.job
        if job is not None:
            if self._is_closing:  # asked twice: do not wait for it to stop by itself
                job.kill()
            self._is_closing = True
            self.window.setEnabled(False)
            job.ended.connect(self._close_now)
            job.cancel()
            return
        self._close_now()

    def _close_now(self) -> None:
        self._is_closing = True
        if self._reading is not None:
            self._reading.close()
        if self._coordinating is not None:
            self._coordinating.close()
        if self._analysing is not None:
            self._analysing.close()
        if self._looking_for_device is not None:
            self._looking_for_device.kill()
        self.operations.close()
        self.window.close_now()

    def _find_device(self) -> None:
        if not self._is_closing:
            self._looking_for_device = find_device(self, self.window.show_device)

    def _go_home(self) -> None:
        self.desk.refresh()
        self.home.show()

    def _import(self) -> None:
        self.enter("set-up")
        self.coordinating.page.ask_for_import()

    def _edit_hanging(self) -> None:
        self.enter("set-up")
        self.coordinating.hanging.enter()


def has_display() -> bool:
    """Whether a window can be seen here; a platform chosen in ``QT_QPA_PLATFORM`` counts as one."""
    if os.environ.get("QT_QPA_PLATFORM") or sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def make_application() -> QApplication:
    """Return the Qt application in the program's looks; made once."""
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    application.setApplicationName("RealFM")
    application.setStyle("Fusion")
    use_study_font(application)
    application.setStyleSheet(style_sheet(DARK))
    return application


def run_window(study: Path | None, reader: str | None, *, demo_folder: Path | None = None) -> int:
    """Open the window and return the program's exit status when it is closed.

    Parameters
    ----------
    study : Path, optional
        The study to open; home is shown without one.
    reader : str, optional
        Id or name of the reader to read as.
    demo_folder : Path, optional
        Where "Try the demo study" builds it.

    Raises
    ------
    UserFacingError
        If there is no display.
    """
    if not has_display():
        raise UserFacingError(
            "There is no display to open a window on.",
            hint="Use the command line (realfm --help), or draw off-screen with realfm demo --headless.",
        )
    application = make_application()
    settings = user_folder()
    configure_logging(settings)
    program = Program(settings, demo_folder=demo_folder)
    report_uncaught(program.desk.messages.show_error)
    program.start()
    if study is not None:
        program.open(study, reader=reader)
    return application.exec()


def draw_tour(root: Path, out: Path) -> Sequence[Path]:
    """Draw the tour of a study (see `gui.shell.tour`), off-screen where there is no display.

    Returns
    -------
    sequence of Path
        ``coordinator.png``, ``analyst.png``, ``performance.png``, ``reading-unaided.png`` and
        ``reading-aided.png`` in `out`.
    """
    from realfm_gui.gui.shell import tour

    _make_tour_application()
    return tour.draw_tour(root, out, make_program=Program)


def draw_rooms(out: Path) -> Sequence[Path]:
    """Draw the reading room with simulated images of every kind (see `gui.shell.tour_rooms`)."""
    from realfm_gui.gui.shell import tour_rooms

    _make_tour_application()
    return tour_rooms.draw_rooms(out, make_program=Program)


def _make_tour_application() -> None:
    if not has_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    make_application()
