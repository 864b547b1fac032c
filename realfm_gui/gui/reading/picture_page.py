"""The half of the reading page that shows pictures: series, light box, and the window they can move to."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from realfm_gui.gui.reading.command_keys import CommandKeys
from realfm_gui.gui.reading.image_window import ImageWindow
from realfm_gui.gui.reading.layout_picker import LayoutPicker
from realfm_gui.gui.reading.reading_wishes import ReadingWishes
from realfm_gui.gui.reading.series_strip import SeriesStrip
from realfm_gui.gui.reading.window_entry import WindowEntry
from realfm_gui.gui.theme import GRID
from realfm_gui.gui.viewer.case_box import CaseBox
from realfm_gui.gui.viewer.painted_frame import Content
from realfm_gui.gui.viewer.pane import Pane

_DELETE_ON_CLOSE = Qt.WidgetAttribute.WA_DeleteOnClose
_CENTRE = Qt.AlignmentFlag.AlignHCenter


class PicturePage(ReadingWishes):
    """Holds the light box and the series beside it, and does what commands do to them as a whole.

    `box` is the light box, `strip` the series of the case, `keys` what keys and mouse do as the reader chose.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.strip = SeriesStrip()
        self.box = CaseBox()
        self.keys = CommandKeys(self)
        self.box.furnish(lambda pane: pane.use_mouse(self.keys.mouse))
        self._image_window: ImageWindow | None = None
        self._picture_room = QWidget()
        self._room_row = QHBoxLayout(self._picture_room)
        self._room_row.setContentsMargins(0, 0, 0, 0)
        self._room_row.addWidget(self.box)
        self._elsewhere = _Elsewhere()
        self._elsewhere.back.clicked.connect(self.toggle_image_window)
        self._room_row.addWidget(self._elsewhere)
        self._elsewhere.hide()
        self.strip.series_chosen.connect(lambda number: self.box.show_series(number))

    @property
    def viewport(self) -> Pane:
        """The viewport that commands go to."""
        return self.box.active

    @property
    def image_window(self) -> ImageWindow | None:
        """The window the pictures are in; None while they are on the page."""
        return self._image_window

    # What keys do

    def step_series(self, by: int) -> None:
        """Show the next or previous series in the active viewport."""
        state = self.viewport.state
        if state is None:
            self.box.show_series(0)
        elif self.box.case is not None:
            now = state.series if state.cut is None else int(state.cut["series"])
            self.box.show_series((now + by) % len(self.box.case.spans))

    def type_window(self) -> None:
        """Ask for the window's numbers; a colour picture has none."""
        state = self.viewport.state
        if self.viewport.content is not Content.PICTURE or state is None or state.frame.is_colour:
            return
        entry = WindowEntry(state.view.window, state.frame.units, self)
        entry.setAttribute(_DELETE_ON_CLOSE)
        entry.window_entered.connect(lambda center, width: self.viewport.set_window(center, width))
        entry.open()

    def show_layouts(self) -> None:
        """Ask for rows and columns."""
        picker = LayoutPicker(*self.box.layout_size, self)
        picker.setAttribute(_DELETE_ON_CLOSE)
        picker.layout_chosen.connect(self.box.set_layout)
        picker.open()

    def hang_again(self) -> None:
        """Show the case as it opened."""
        self.box.hang_again()

    def toggle_image_window(self) -> None:
        """Move the pictures to a window of their own, on the other monitor where there is one, or back."""
        window, self._image_window = self._image_window, None
        if window is not None:
            self._room_row.insertWidget(0, self.box)
            self._elsewhere.hide()
            self.box.show()
            window.hide()
            window.deleteLater()
            self.window().activateWindow()
            self.viewport.setFocus()
            return
        window = ImageWindow(
            self.box,
            key_pressed=self.keyPressEvent,
            key_released=self.keyReleaseEvent,
            left=self.keys.release_all,
        )
        self._image_window = window
        self._elsewhere.show()
        self.keys.work_in(window)
        window.closing.connect(self._image_window_closing)
        window.show_beside(self.window())
        self.viewport.setFocus()

    def take_images_back(self) -> None:
        """Move the pictures back to the page, if they are elsewhere."""
        if self._image_window is not None:
            self.toggle_image_window()

    # Events

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Begin a command that lasts while its key is held."""
        if not self.keys.press(event):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """End a command that lasts while its key is held."""
        if not self.keys.release(event):
            super().keyReleaseEvent(event)

    def event(self, event: QEvent) -> bool:
        """End what was held: a key released in another window is never heard of."""
        # What a part of a window is told of; ActivationChange is for the window alone.
        if event.type() == QEvent.Type.WindowDeactivate:
            self.keys.release_all()
        return super().event(event)

    def _image_window_closing(self) -> None:
        self.take_images_back()


class _Elsewhere(QWidget):
    """Stands in the pictures' place while they are in their own window."""

    def __init__(self) -> None:
        super().__init__()
        words = QLabel("The images are in their own window.")
        words.setProperty("role", "lead")
        self.back = QPushButton("Bring them back")
        column = QVBoxLayout(self)
        column.setSpacing(2 * GRID)
        column.addStretch(1)
        column.addWidget(words, 0, _CENTRE)
        column.addWidget(self.back, 0, _CENTRE)
        column.addStretch(1)
