"""Brings the pictures of the case being read to the GUI thread, and asks for those of the next ones."""

from collections.abc import Sequence
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal

from realfm_gui.gui.reading.pictures import CasePicture, Pictures
from realfm_gui.gui.reading.sitting import Opened
from realfm_gui.imaging.case_cache import CaseCache
from realfm_gui.imaging.decoding_service import DecodingService

AHEAD_BYTES = 2**30
"""Memory for cases that are not on the screen: two chest CTs of 1000 slices."""


class PictureDesk(QObject):
    """Holds the picture of the open case, of the next ones as memory allows, and in the rest of it others.

    A case is on the desk from its first slice on; the next ones are asked for when it is complete.

    Parameters
    ----------
    decoding : DecodingService
    parent : QObject, optional
    ahead_bytes : int
        The cases that are not open take at most this much memory; the open one has what it needs.

    Signals
    -------
    picture_ready(CasePicture)
        The case that is open can be painted, all of it or its first slice.
    picture_grew(CasePicture)
        More of it has come since; told some ten times a second, and when it is complete.
    picture_failed(str)
        It cannot be shown, for this reason, even if a part of it was.
    """

    picture_ready = Signal(object)
    picture_grew = Signal(object)
    picture_failed = Signal(str)
    _grew = Signal(object)
    _arrived = Signal(str)

    def __init__(
        self, decoding: DecodingService, parent: QObject | None = None, *, ahead_bytes: int = AHEAD_BYTES
    ) -> None:
        super().__init__(parent)
        self._ahead_bytes = ahead_bytes
        self._is_ahead_full = False
        self._wants_ahead = False
        self.pictures = Pictures(decoding, self._tell_growth)
        self.cache = CaseCache[CasePicture](ahead_bytes)
        self.picture: CasePicture | None = None
        """What there is of the open case."""
        self._opened: Opened | None = None
        self._is_closed = False
        self._grew.connect(self._show_growth, Qt.ConnectionType.QueuedConnection)
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    @property
    def is_complete(self) -> bool:
        """Whether every image of the open case is there."""
        return self.picture is not None and self.picture.is_complete

    def open_case(self, opened: Opened) -> None:
        """Ask for a case; one of the signals follows, at once where it was loaded ahead."""
        case_id = opened.to_read.case.case_id
        known = self.cache.get(case_id)
        self.cache.discard(case_id)
        self._opened = opened
        self._put_away()
        self._is_ahead_full = self._wants_ahead = False
        self.pictures.keep_only([case_id, *(name for name, _ in opened.upcoming)])
        if known is not None:
            self._take(known)
            return
        begun = self.pictures.begun(case_id)
        arrival = self.pictures.request(case_id, opened.to_read.image_paths)
        if begun is not None and not arrival.done():
            self._take(begun)
        arrival.add_done_callback(partial(self._tell_arrival, case_id))

    def prefetch(self) -> None:
        """Ask for the next cases' images; called once the present one is on the screen.

        The next one is asked for when the one before has come: only then is it known what it takes.
        """
        self._wants_ahead = True
        if self._opened is None or self._is_closed or self._is_ahead_full or self._is_loading():
            return
        held = 0
        for case_id, paths in self._opened.upcoming:
            kept = self.cache.get(case_id)
            if kept is not None:
                held += kept.nbytes
            elif not self.pictures.is_requested(case_id):
                if held + self._expected_nbytes(paths) > self._ahead_bytes:
                    self._is_ahead_full = True
                    return
                self.pictures.request(case_id, paths).add_done_callback(partial(self._tell_arrival, case_id))
                return
            elif not self.pictures.is_done(case_id):
                return  # its arrival comes back here

    def close(self) -> None:
        """Forget everything; no signal follows."""
        self._is_closed = True
        self.pictures.close()
        self.cache.clear()

    # From the loading thread: only a signal crosses over

    def _tell_growth(self, picture: CasePicture) -> None:
        if not self._is_closed:
            self._grew.emit(picture)

    def _tell_arrival(self, case_id: str, _picture: "Future[CasePicture]") -> None:
        if not self._is_closed:
            self._arrived.emit(case_id)

    # In the GUI thread

    def _is_open(self, case_id: str) -> bool:
        return self._opened is not None and self._opened.to_read.case.case_id == case_id

    def _is_loading(self) -> bool:
        """Whether the open case still is: nothing is asked for beside it."""
        return self._opened is not None and not self.is_complete and not self._has_failed()

    def _has_failed(self) -> bool:
        return self._opened is not None and not self.pictures.is_requested(self._opened.to_read.case.case_id)

    def _show_growth(self, picture: CasePicture) -> None:
        # Told before the case was opened, it may be older than what was found then.
        known = 0 if self.picture is None else self.picture.loaded_count
        if not self._is_closed and self._is_open(picture.case_id) and picture.loaded_count > known:
            self._take(picture)

    def _take(self, picture: CasePicture) -> None:
        is_first, self.picture = self.picture is None, picture
        (self.picture_ready if is_first else self.picture_grew).emit(picture)
        if picture.is_complete and self._wants_ahead:
            self.prefetch()

    def _deliver(self, case_id: str) -> None:
        if self._is_closed or not self.pictures.is_requested(case_id):
            return
        try:
            picture = self.pictures.result(case_id)
        except CancelledError:
            return
        except Exception as error:  # a damaged file, shown as such when its case is open
            if self._is_open(case_id):
                self.pictures.forget(case_id)
                self.picture_failed.emit(str(error))
        else:
            self.pictures.forget(case_id)
            if self._is_open(case_id):
                self._take(picture)
            else:
                self._keep_ahead(picture)
        if not self._is_open(case_id):
            self.prefetch()

    def _keep_ahead(self, picture: CasePicture) -> None:
        if self._nbytes_ahead() + picture.nbytes > self._ahead_bytes:
            self._is_ahead_full = True  # larger than expected
        else:
            self.cache.put(picture.case_id, picture)

    def _put_away(self) -> None:
        """Keep the case that was open in the room that the next ones leave."""
        picture, self.picture = self.picture, None
        if picture is None or not picture.is_complete:
            return
        if self._nbytes_ahead() + picture.nbytes <= self._ahead_bytes:
            self.cache.put(picture.case_id, picture)
            self._nbytes_ahead()

    def _nbytes_ahead(self) -> int:
        """Return what the next cases take, and note that they were used last: others have to go first."""
        assert self._opened is not None  # there is something ahead of it
        ahead = [self.cache.get(name) for name, _ in reversed(self._opened.upcoming)]
        return sum(picture.nbytes for picture in ahead if picture is not None)

    def _expected_nbytes(self, paths: Sequence[Path]) -> int:
        """Return the memory a case will need if its images are packed as those of the open one are."""
        assert self._opened is not None  # there is something ahead of it
        here = _size_of(self._opened.to_read.image_paths)
        decoded = 0 if self.picture is None else self.picture.nbytes
        return round((decoded / here if decoded and here else 1.0) * _size_of(paths))


def _size_of(paths: Sequence[Path]) -> int:
    size = 0
    for path in paths:
        with suppress(OSError):  # a file that is not there is told of when its case is opened
            size += path.stat().st_size
    return size
