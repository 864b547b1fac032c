"""Brings the pictures of the case being read to the GUI thread, and asks for those of the next ones."""

from concurrent.futures import CancelledError

from PySide6.QtCore import QObject, Qt, Signal

from realfm_gui.gui.reading.pictures import CasePicture, Pictures
from realfm_gui.gui.reading.sitting import Opened
from realfm_gui.imaging.decoding_service import DecodingService


class PictureDesk(QObject):
    """Holds the picture of one open case and of the next ones.

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

    def __init__(self, decoding: DecodingService, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.pictures = Pictures(decoding)
        self._opened: Opened | None = None
        self._is_closed = False
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def open_case(self, opened: Opened) -> None:
        """Ask for a case; one of the signals follows, at once where it was decoded ahead."""
        self._opened = opened
        case_id = opened.to_read.case.case_id
        self.pictures.keep_only([case_id, *(name for name, _ in opened.upcoming)])
        picture = self.pictures.request(case_id, opened.to_read.image_paths)
        if picture.done():
            self._deliver(case_id)
        else:
            picture.add_done_callback(lambda _: self._tell_arrival(case_id))

    def prefetch(self) -> None:
        """Ask for the next cases' images; called once the present one is on the screen."""
        if self._opened is not None:
            for case_id, paths in self._opened.upcoming:
                self.pictures.request(case_id, paths)

    def close(self) -> None:
        """Forget everything; no signal follows."""
        self._is_closed = True
        self.pictures.close()

    def _tell_arrival(self, case_id: str) -> None:
        # In the thread that decoded: only the signal crosses over.
        if not self._is_closed:
            self._arrived.emit(case_id)

    def _deliver(self, case_id: str) -> None:
        if self._is_closed or self._opened is None or self._opened.to_read.case.case_id != case_id:
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
