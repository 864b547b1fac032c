"""Home: open, create, build the demo."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog

from realfm_gui.gui.shell.desk import Desk
from realfm_gui.gui.shell.home_page import HomePage

if TYPE_CHECKING:
    from realfm_gui.storage import StudyStore


class HomeWorkspace(QObject):
    """Connects the home page with opening and creating studies.

    Parameters
    ----------
    desk : Desk
    enter : callable
        Enters a workspace ("read", "set-up", "analyse") of the open study.
    demo_folder : Path
        Where the demo study is built.
    """

    _looked = Signal(object)

    def __init__(self, desk: Desk, enter: Callable[[str], None], *, demo_folder: Path) -> None:
        super().__init__(desk)
        self._desk = desk
        self._enter = enter
        self._demo_folder = demo_folder
        self.page = HomePage()
        self.page.workspace_requested.connect(self._open_door)
        self.page.demo_requested.connect(self.build_demo)
        self.page.open_requested.connect(self.choose_study)
        self.page.creation_requested.connect(self.choose_protocol)
        self.page.removal_requested.connect(self._forget)
        desk.work_began.connect(lambda: self.page.set_busy(True))
        desk.work_ended.connect(lambda: self.page.set_busy(False))
        desk.window.add_page("home", self.page)
        self._looked.connect(self._note_which_are_there)

    def show(self) -> None:
        """Show the page with the recent studies as they are now."""
        self.page.show_recent(self._desk.recent.all())
        self._desk.window.show_page("home")
        paths = [study.path for study in self._desk.recent.all()]
        if paths:
            # A folder on a drive that does not answer must not keep the window waiting.
            Thread(target=self._look, args=(paths,), daemon=True).start()

    def _look(self, paths: Sequence[str]) -> None:
        found = {path: Path(path).is_dir() for path in paths}
        with suppress(RuntimeError):  # the window was closed meanwhile
            self._looked.emit(found)

    def _note_which_are_there(self, found: Mapping[str, bool]) -> None:
        if self._desk.recent.note_which_are_there(found):
            self.page.show_recent(self._desk.recent.all())

    def choose_study(self, workspace: str = "set-up") -> None:
        """Ask for a study folder, then enter a workspace of it."""
        dialog = QFileDialog(self._desk.window, "Open study")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda path: self._open(Path(path), workspace))
        dialog.open()

    def choose_protocol(self) -> None:
        """Ask for a protocol file, then for the new study's folder."""
        dialog = QFileDialog(self._desk.window, "Protocol", filter="Protocols (*.toml)")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self._choose_new_folder(Path(path)))
        dialog.open()

    def create(self, root: Path, protocol_file: Path) -> None:
        """Create a study and open it for setting up."""

        def opener(folder: Path) -> "StudyStore":
            from realfm_gui.workflows.create_study import create_study, read_protocol_file

            return create_study(folder, read_protocol_file(protocol_file), source=protocol_file.name)

        self._desk.open(root, lambda: self._enter("set-up"), opener=opener)

    def build_demo(self) -> None:
        """Build the demo study in a child process and open it."""
        from realfm_gui.workflows import jobs

        self.show()
        self._desk.start_work(
            jobs.demo,
            self._demo_folder,
            what="Building the demo study",
            strip=self.page.progress,
            on_done=self._demo_built,
        )

    def _demo_built(self, root: Path) -> None:
        # Opened when the work has ended: until then the desk refuses another study.
        once = Qt.ConnectionType.SingleShotConnection
        self._desk.work_ended.connect(lambda: self._open(root, "set-up"), type=once)

    def _open_door(self, workspace: str, path: str) -> None:
        if path:
            self._open(Path(path), workspace)
        else:
            self.choose_study(workspace)

    def _open(self, root: Path, workspace: str) -> None:
        self._desk.open(root, lambda: self._enter(workspace))

    def _choose_new_folder(self, protocol_file: Path) -> None:
        dialog = QFileDialog(self._desk.window, "Name of the new study")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("study")
        dialog.selectFile(f"{protocol_file.stem}.study")
        dialog.fileSelected.connect(lambda path: self.create(Path(path), protocol_file))
        dialog.open()

    def _forget(self, path: str) -> None:
        self._desk.recent.forget(path)
        self.show()
