"""What a tour needs to go through the program: wait, press, draw what is on screen."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QEvent, QEventLoop, QPointF, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.gui.shell.analysing_workspace import AnalysingWorkspace
from realfm_gui.gui.shell.coordinating_workspace import CoordinatingWorkspace
from realfm_gui.gui.shell.desk import Desk
from realfm_gui.gui.shell.main_window import MainWindow
from realfm_gui.gui.shell.messages import MessageDialog
from realfm_gui.gui.shell.reading_workspace import ReadingWorkspace

PATIENCE_MS = 180_000
SETTLING_MS = 250
"""Time for layouts and paints that are due."""

Size = tuple[int, int]


class TouredProgram(Protocol):
    """What a tour uses of the program; the composition root fits."""

    window: MainWindow
    desk: Desk

    @property
    def analysing(self) -> AnalysingWorkspace:
        """The analyst's workspace."""

    @property
    def coordinating(self) -> CoordinatingWorkspace:
        """The coordinator's workspace."""

    @property
    def reading(self) -> ReadingWorkspace:
        """The readers' workspace."""

    def open(self, root: Path, *, workspace: str = "set-up") -> None:
        """Open a study in a workspace."""

    def close(self) -> None:
        """Close the window when nothing can be lost."""


class Guide:
    """Waits for the program and draws its window.

    Parameters
    ----------
    program : TouredProgram
    out : Path
        Folder of the pictures; it is there.
    sizes : sequence of (int, int)
        Widths and heights of the window. With several, each has a folder of its own in `out`.
    """

    def __init__(self, program: TouredProgram, out: Path, *, sizes: Sequence[Size]) -> None:
        self.program = program
        self.pictures: list[Path] = []
        self._out = out
        self._sizes = tuple(sizes)
        self._trouble: list[str] = []
        program.desk.messages.shown.connect(self._note_trouble)

    def start(self) -> None:
        """Show the window."""
        self.program.window.resize(*self._sizes[0])
        self.program.window.show()
        self.program.window.show_device("CPU")

    def close(self) -> None:
        """Close the program."""
        self.program.close()
        self.wait("closing", lambda: not self.program.window.isVisible(), is_strict=False)

    def wait(self, what: str, is_there: Callable[[], bool], *, is_strict: bool = True) -> None:
        """Wait until something is there.

        Raises
        ------
        UserFacingError
            If it never comes, or the program told its user of trouble; unless not `is_strict`.
        """
        loop = QEventLoop()
        tick, end = QTimer(interval=20), QTimer(singleShot=True, interval=PATIENCE_MS)
        tick.timeout.connect(lambda: loop.quit() if is_there() or self._trouble else None)
        end.timeout.connect(loop.quit)
        tick.start()
        end.start()
        loop.exec()
        if is_strict and self._trouble:
            raise UserFacingError(f"The tour stopped at {what}: {self._trouble[0]}")
        if is_strict and not is_there():
            raise UserFacingError(f"The tour stopped at {what}: it took too long.", hint="Start it again.")

    def settle(self, at_least_ms: int = 0) -> None:
        """Let layouts and paints that are due happen."""
        loop = QEventLoop()
        QTimer.singleShot(max(SETTLING_MS, at_least_ms), loop.quit)
        loop.exec()

    # Drawing

    def draw(self, name: str) -> None:
        """Draw the window in every size, and the dialogs over it as a window manager shows them."""
        window = self.program.window
        for size in self._sizes:
            window.resize(*size)
            self.settle()
            picture = window.grab()
            for dialog in window.findChildren(QDialog):
                if dialog.isVisible():
                    _lay_over(picture, dialog)
            self._save(picture, name, size)
        if len(self._sizes) > 1:
            window.resize(*self._sizes[0])
            self.settle()

    def draw_beside(self, name: str, widget: QWidget) -> None:
        """Draw another window of the program, in every size."""
        for size in self._sizes:
            widget.resize(*size)
            self.settle()
            self._save(widget.grab(), name, size)

    # Hands

    def drag(self, widget: QWidget, start: QPointF, end: QPointF, *, steps: int = 6) -> None:
        """Press the left button at `start`, in logical pixels of a widget, move to `end` and let go."""
        self._mouse(widget, QEvent.Type.MouseButtonPress, start)
        for step in range(1, steps + 1):
            self._mouse(widget, QEvent.Type.MouseMove, start + (end - start) * (step / steps))
        self._mouse(widget, QEvent.Type.MouseButtonRelease, end)

    def click(self, widget: QWidget, place: QPointF) -> None:
        """Press and release the left button."""
        self.drag(widget, place, place, steps=0)

    def press_key(self, widget: QWidget, key: Qt.Key, text: str = "") -> None:
        """Press and release a key."""
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(widget, QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, text))

    def close_dialogs(self) -> None:
        """Close every dialog that is open."""
        for dialog in self.program.window.findChildren(QDialog):
            if dialog.isVisible():
                dialog.reject()
        self.settle()

    # Inside

    def _save(self, picture: QPixmap, name: str, size: Size) -> None:
        folder = self._out if len(self._sizes) == 1 else self._out / f"{size[0]}x{size[1]}"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.png"
        if not picture.save(str(path)):
            raise UserFacingError(
                f"The picture {path} cannot be written.", hint="Choose another folder with --out."
            )
        self.pictures.append(path)

    def _mouse(self, widget: QWidget, kind: QEvent.Type, place: QPointF) -> None:
        left = Qt.MouseButton.LeftButton
        button = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else left
        held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else left
        shown_at = QPointF(widget.mapToGlobal(place))
        event = QMouseEvent(kind, place, shown_at, button, held, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(widget, event)

    def _note_trouble(self, dialog: QDialog) -> None:
        if isinstance(dialog, MessageDialog):
            self._trouble.append(dialog.message)
            dialog.close()


def _lay_over(picture: QPixmap, dialog: QDialog) -> None:
    """Paint a dialog in the middle of the window's picture."""
    shown = dialog.grab()
    painter = QPainter(picture)
    # Widths and heights of pixmaps are device pixels, the painter's places logical ones.
    left = (picture.width() - shown.width()) / 2 / picture.devicePixelRatio()
    top = (picture.height() - shown.height()) / 2 / picture.devicePixelRatio()
    painter.drawPixmap(QPointF(left, top), shown)
    painter.end()
