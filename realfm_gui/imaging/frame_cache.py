"""Decoded cases in memory, up to a bound."""

from collections import OrderedDict
from threading import Lock

from realfm_gui.domain.images import CaseFrames


def frames_nbytes(case: CaseFrames) -> int:
    """Return the memory of a case's pixels and tables in bytes; shared arrays count once."""
    arrays = {id(frame.pixels): frame.pixels.nbytes for frame in case.frames}
    for frame in case.frames:
        if frame.modality_table is not None:
            arrays[id(frame.modality_table)] = frame.modality_table.nbytes
    return sum(arrays.values())


class FrameCache:
    """The cases used last, by case id, in at most `max_bytes` of pixels. Any thread may call it.

    The case put in last stays even where it alone is larger: the reader is about to look at it.
    """

    def __init__(self, max_bytes: int) -> None:
        if max_bytes <= 0:
            raise ValueError("a cache needs room")
        self._max_bytes = max_bytes
        self._cases: OrderedDict[str, CaseFrames] = OrderedDict()
        self._sizes: dict[str, int] = {}
        self._lock = Lock()

    @property
    def nbytes(self) -> int:
        """Memory in use, in bytes."""
        with self._lock:
            return sum(self._sizes.values())

    def __contains__(self, case_id: str) -> bool:
        with self._lock:
            return case_id in self._cases

    def get(self, case_id: str) -> CaseFrames | None:
        """Return a case and note that it was used; None if it is not here."""
        with self._lock:
            case = self._cases.get(case_id)
            if case is not None:
                self._cases.move_to_end(case_id)
            return case

    def put(self, case: CaseFrames) -> None:
        """Keep a case, dropping those unused for longest."""
        with self._lock:
            self._cases[case.case_id] = case
            self._cases.move_to_end(case.case_id)
            self._sizes[case.case_id] = frames_nbytes(case)
            while sum(self._sizes.values()) > self._max_bytes and len(self._cases) > 1:
                dropped, _ = self._cases.popitem(last=False)
                del self._sizes[dropped]

    def discard(self, case_id: str) -> None:
        """Forget a case."""
        with self._lock:
            self._cases.pop(case_id, None)
            self._sizes.pop(case_id, None)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._cases.clear()
            self._sizes.clear()
