"""Replay: the readings of an opened study, painted again. Behind the same door as the results."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from realfm_gui.gui.shell.desk import Desk

if TYPE_CHECKING:
    from realfm_gui.gui.replay.replay_desk import ReplayDesk
    from realfm_gui.imaging.decoding_service import DecodingService

PAGE = "replay"


class ReplayWorkspace(QObject):
    """Leads from the results to the readings and back.

    Parameters
    ----------
    desk : Desk
    back : callable
        Shows the page that the replay was opened from.
    """

    def __init__(self, desk: Desk, back: Callable[[], None]) -> None:
        super().__init__(desk)
        from realfm_gui.gui.replay.replay_page import ReplayPage

        self._desk = desk
        self._decoding: DecodingService | None = None
        self._loading: ReplayDesk | None = None
        self.page = ReplayPage()
        self.page.leave_requested.connect(back)
        desk.study_opened.connect(self._forget)
        desk.window.add_page(PAGE, self.page)

    def enter(self) -> None:
        """Show the page and list what can be replayed; the outcomes are open."""
        from realfm_gui.gui.replay.replay_desk import ReplayDesk
        from realfm_gui.imaging.decoding_service import DecodingService

        root = self._desk.root
        if root is None:
            return
        if self._decoding is None:
            self._decoding = DecodingService()
        if self._loading is None:
            self._loading = ReplayDesk(root, self._decoding, self.page, self)
            self._loading.failed.connect(self._desk.messages.show_error)
        self._desk.window.show_page(PAGE, workspace="analyse")
        self._loading.open(with_outcomes=True)

    def close(self) -> None:
        """End what works beside the window."""
        self._stop()
        if self._decoding is not None:
            self._decoding.close()
            self._decoding = None

    def _forget(self) -> None:
        """Another study is open: nothing of the one before stays on the page."""
        self._stop()
        self.page.show_choices((), {})

    def _stop(self) -> None:
        self.page.close_replay()
        loading, self._loading = self._loading, None
        if loading is not None:
            loading.close()
            self.page.reading_requested.disconnect(loading.replay)
            loading.deleteLater()
