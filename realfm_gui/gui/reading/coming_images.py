"""What the page says and does while the rest of a case is still on its way."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from realfm_gui.gui.reading.picture_desk import PictureDesk
from realfm_gui.gui.reading.pictures import CasePicture
from realfm_gui.gui.reading.reading_page import ReadingPage
from realfm_gui.gui.reading.state import RoomState


class ComingImages(QObject):
    """Keeps page and state up to date while a case is loading: reading begins, the lock waits.

    Parameters
    ----------
    desk : PictureDesk
        Tells how far the case is.
    page : ReadingPage
        Shows the slices that come.
    state : callable
        Returns the state of the room, None before the sitting began.
    show : callable
        Shows that state.
    parent : QObject
    """

    def __init__(
        self,
        desk: PictureDesk,
        page: ReadingPage,
        state: Callable[[], RoomState | None],
        show: Callable[[], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._page, self._state, self._show = page, state, show
        desk.picture_ready.connect(self._note)
        desk.picture_grew.connect(self._grew)
        desk.picture_failed.connect(lambda _: self._say(""))

    def _grew(self, picture: CasePicture) -> None:
        for pane in self._page.box.shown:
            if pane.awaits_slice:
                pane.update()
        if picture.is_complete:
            self._page.strip.show_thumbnails(picture.thumbnails)
            self._page.box.cuts.begin_waiting()
        self._note(picture)

    def _note(self, picture: CasePicture) -> None:
        self._say(loading_words(picture))

    def _say(self, words: str) -> None:
        state = self._state()
        if state is not None and state.loading != words:
            state.loading = words
            self._show()


def loading_words(picture: CasePicture) -> str:
    """Return how far a case is, and what waits for the rest; empty when all of it is there."""
    if picture.is_complete:
        return ""
    count = f"{picture.loaded_count} of {len(picture.frames)}"
    return f"Loading slices: {count}. The answer can be locked when all are there."
