"""Brings the pictures of the case being read to the GUI thread, and asks for those of the next ones."""

from collections.abc import Sequence
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal

from realfm_gui.gui.reading.pictures import CasePicture, Pictures
from realfm_gui.gui.reading.sitting import Opened
from realfm_gui.imaging.decoding_service import DecodingService

AHEAD_BYTES = 2**30
"""Memory for decoded next cases: a chest CT of 500 slices takes a quarter of it."""


class PictureDesk(QObject):
    """Holds the picture of one open case and of the next ones, one after the other as far as memory allows.

    Parameters
    ----------
    decoding : DecodingService
    parent : QObject, optional
    ahead_bytes : int
        The next cases take at most this much memory; the open one has what it needs.

    Signals
    -------
    picture_ready(CasePicture)
        The case that is open can be painted.
    picture_failed(str)
        It cannot, for this reason.
    """

    picture_ready = Signal(object)
    picture_failed = Signal(str)
    _arrived = Signal(str)

    def __init__(
        self, decoding: DecodingService, parent: QObject | None = None, *, ahead_bytes: int = AHEAD_BYTES
    ) -> None:
        super().__init__(parent)
        self._ahead_bytes = ahead_bytes
        self._is_ahead_full = False
        self.pictures = Pictures(decoding)
        self._opened: Opened | None = None
        self._is_closed = False
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def open_case(self, opened: Opened) -> None:
        """Ask for a case; one of the signals follows, at once where it was decoded ahead."""
        self._opened = opened
        self._is_ahead_full = False
        case_id = opened.to_read.case.case_id
        self.pictures.keep_only([case_id, *(name for name, _ in opened.upcoming)])
        picture = self.pictures.request(case_id, opened.to_read.image_paths)
        if picture.done():
            self._deliver(case_id)
        else:
            picture.add_done_callback(partial(self._tell_arrival, case_id))

    def prefetch(self) -> None:
        """Ask for the next cases' images; called once the present one is on the screen.

        The next one is asked for when the one before has come: only then is it known what it takes.
        """
        if self._opened is None or self._is_closed or self._is_ahead_full:
            return
        held = 0
        for case_id, paths in self._opened.upcoming:
            if not self.pictures.is_requested(case_id):
                if held + self._expected_nbytes(paths) > self._ahead_bytes:
                    self._is_ahead_full = True
                    return
                self.pictures.request(case_id, paths).add_done_callback(partial(self._tell_arrival, case_id))
                return
            if not self.pictures.is_done(case_id):
                return  # its arrival comes back here
            held += self.pictures.nbytes_of(case_id)
            if held > self._ahead_bytes:  # larger than expected
                self.pictures.forget(case_id)
                self._is_ahead_full = True
                return

    def close(self) -> None:
        """Forget everything; no signal follows."""
        self._is_closed = True
        self.pictures.close()

    def _tell_arrival(self, case_id: str, _picture: "Future[CasePicture]") -> None:
        # In the thread that decoded: only the signal crosses over.
        if not self._is_closed:
            self._arrived.emit(case_id)

    def _deliver(self, case_id: str) -> None:
        if self._is_closed or self._opened is None:
            return
        if self._opened.to_read.case.case_id != case_id:
            self.prefetch()
            return
        try:
            picture: CasePicture = self.pictures.request(case_id, self._opened.to_read.image_paths).result()
        except CancelledError:
            return
        except Exception as error:  # a damaged file, shown as such
            self.pictures.forget(case_id)
            self.picture_failed.emit(str(error))
        else:
            self.picture_ready.emit(picture)

    def _expected_nbytes(self, paths: Sequence[Path]) -> int:
        """Return the memory a case will need if its images are packed as those of the open one are."""
        assert self._opened is not None  # there is something ahead of it
        here = _size_of(self._opened.to_read.image_paths)
        decoded = self.pictures.nbytes_of(self._opened.to_read.case.case_id)
        return round((decoded / here if decoded and here else 1.0) * _size_of(paths))


def _size_of(paths: Sequence[Path]) -> int:
    size = 0
    for path in paths:
        with suppress(OSError):  # a file that is not there is told of when its case is opened
            size += path.stat().st_size
    return size
