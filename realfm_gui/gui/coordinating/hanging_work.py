"""What the hanging editor needs of images: headers of every case and pictures of one, in threads."""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.images import LoadedCase
from realfm_gui.imaging.hung_panes import HangingRules
from realfm_gui.workflows.hanging import CaseFiles, images_of

if TYPE_CHECKING:
    from realfm_gui.imaging.decoding_service import DecodingService


class HangingWork(QObject):
    """Reads headers case by case, and draws the case that is looked at.

    Parameters
    ----------
    decoding : callable
        Returns the service that decodes; asked when the first picture is wanted. It is not closed here.

    Signals
    -------
    images_known(str case_id, tuple images)
        What the rules are told of a case.
    pictures_drawn(str case_id, int rows, int columns, tuple pictures)
        How it hangs; only of the newest wish.
    failed(str case_id, str reason)
        A case cannot be read.
    """

    images_known = Signal(str, tuple)
    pictures_drawn = Signal(str, int, int, tuple)
    failed = Signal(str, str)
    _arrived = Signal()

    def __init__(self, decoding: "Callable[[], DecodingService]", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._decoding = decoding
        self._headers = ThreadPoolExecutor(max_workers=1, thread_name_prefix="hanging headers")
        self._drawing = ThreadPoolExecutor(max_workers=1, thread_name_prefix="hanging pictures")
        self._results: deque[Callable[[], None]] = deque()
        self._loaded: tuple[str, Future[LoadedCase]] | None = None
        self._wish = 0
        self._is_closed = False
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def read_headers(self, cases: Sequence[CaseFiles]) -> None:
        """Read the headers of all cases, one after the other."""
        for case in cases:
            self._headers.submit(self._read, case)

    def draw(self, case: CaseFiles, rules: HangingRules, width: int, height: int) -> None:
        """Draw a case by some rules; an older wish that is not done yet is dropped."""
        self._wish += 1
        wish = self._wish
        if self._loaded is None or self._loaded[0] != case.case_id:
            # One case stays decoded: rules change many times while one looks at it.
            self._loaded = case.case_id, self._decoding().decode_case(list[Path](case.paths))
        loaded = self._loaded[1]
        self._drawing.submit(self._draw, wish, case.case_id, loaded, rules, width, height)

    def close(self) -> None:
        """Stop; nothing is told any more."""
        self._is_closed = True
        self._wish += 1
        for executor in (self._headers, self._drawing):
            executor.shutdown(wait=False, cancel_futures=True)

    def _read(self, case: CaseFiles) -> None:
        if self._is_closed:
            return
        try:
            images = images_of(case)
        except UserFacingError as error:
            reason = str(error)
            self._tell(lambda: self.failed.emit(case.case_id, reason))
        else:
            self._tell(lambda: self.images_known.emit(case.case_id, images))

    def _draw(
        self,
        wish: int,
        case_id: str,
        decoded: "Future[LoadedCase]",
        rules: HangingRules,
        width: int,
        height: int,
    ) -> None:
        from realfm_gui.imaging.hanging_preview import hung_pictures
        from realfm_gui.imaging.hung_panes import hang_case
        from realfm_gui.imaging.series_tags import series_numbers

        if wish != self._wish:
            return
        try:
            frames = decoded.result().frames
        except UserFacingError as error:
            reason = str(error)
            self._tell(lambda: self.failed.emit(case_id, reason))
            return
        series = series_numbers(frames)
        hung = hang_case(frames, series, rules)
        pictures = hung_pictures(
            frames, series, hung, width=width // hung.columns, height=height // hung.rows
        )
        if wish == self._wish:
            self._tell(lambda: self.pictures_drawn.emit(case_id, hung.rows, hung.columns, pictures))

    def _tell(self, what: Callable[[], None]) -> None:
        # Results travel in a deque and only the bell is a signal: no Python object crosses Qt's queue.
        self._results.append(what)
        if not self._is_closed:
            self._arrived.emit()

    def _deliver(self) -> None:
        while self._results:
            tell = self._results.popleft()
            if not self._is_closed:
                tell()
