"""Paints the wanted screen of a replay in a thread of its own, and checks all others while it has time."""

import logging
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Signal, SignalInstance
from PySide6.QtGui import QImage

from realfm_gui.domain.display_record import PANES, Displayed
from realfm_gui.gui.replay.rerender import NotThereError, PanePainter, ReplayedCase

_log = logging.getLogger(__name__)

TOLD_EVERY = 20
"""Checked pictures between two reports."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PaintedScreen:
    """The pictures of one moment by pane; `missing` says of which something is not in the study any more.

    `number` is that of the request; `differing` are the panes whose pixels are not those that were painted.
    """

    number: int
    images: Mapping[int, QImage] = field(default_factory=dict)
    missing: Mapping[int, str] = field(default_factory=dict)
    differing: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """How many recorded pictures were painted again, to the last bit, and how many not.

    `unhashed` were recorded without a hash: whether they are the same cannot be known.
    """

    total: int = 0
    identical: int = 0
    differing: int = 0
    missing: int = 0
    unhashed: int = 0

    @property
    def done(self) -> int:
        """Pictures checked so far."""
        return self.identical + self.differing + self.missing + self.unhashed

    @property
    def is_over(self) -> bool:
        """Whether all are checked."""
        return self.done >= self.total


class ReplayPainter(QObject):
    """One thread; what is to be looked at goes before what is to be checked.

    Signals
    -------
    screen_painted(PaintedScreen)
        The newest request was painted; those it overtook are left out.
    checked(Checked)
        How far the check is.
    """

    screen_painted = Signal(object)
    checked = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._condition = threading.Condition()
        self._case: ReplayedCase | None = None
        self._generation = 0
        self._wanted: tuple[int, dict[int, Displayed]] | None = None
        self._unchecked: deque[Displayed] = deque()
        self._count = Checked()
        self._number = 0
        self._is_closed = False
        self._thread: threading.Thread | None = None

    def open(self, case: ReplayedCase, pictures: Sequence[Displayed]) -> None:
        """Take another case, and all pictures of its record to be checked."""
        with self._condition:
            self._case, self._wanted = case, None
            self._generation += 1
            self._unchecked = deque(pictures)
            self._count = Checked(total=len(pictures))
            self._condition.notify()
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, name="replay", daemon=True)
            self._thread.start()
            self.destroyed.connect(self._stop)

    def request(self, pictures: dict[int, Displayed]) -> int:
        """Ask for the pictures of a moment; return the number that the answer will have."""
        with self._condition:
            self._number += 1
            self._wanted = (self._number, pictures)
            self._condition.notify()
            return self._number

    def close(self) -> None:
        """End the thread; no signal follows."""
        self._stop()
        if self._thread is not None:
            self._thread.join(5.0)

    def _stop(self) -> None:
        with self._condition:
            self._is_closed = True
            self._condition.notify()

    def _serve(self) -> None:
        generation, painters = -1, {}  # type: int, dict[int, PanePainter]
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._is_closed or self._wanted or self._unchecked)
                if self._is_closed:
                    return
                if generation != self._generation and self._case is not None:
                    case, generation = self._case, self._generation
                    painters = {}
                wanted, self._wanted = self._wanted, None
                entry = None if wanted or not self._unchecked else self._unchecked.popleft()
            if wanted is not None:
                self._tell(self.screen_painted, _painted(wanted, painters, case))
            elif entry is not None:
                # A painter of its own: going back and forth would undo what the others keep.
                checker = _painter_of(PANES + entry.view.pane, painters, case)
                self._note(generation, _verdict(checker, entry))

    def _note(self, generation: int, verdict: str) -> None:
        with self._condition:
            if generation != self._generation:
                return
            now = {name: getattr(self._count, name) for name in Checked.__dataclass_fields__}
            now[verdict] += 1
            self._count = count = Checked(**now)
        if count.is_over or count.done % TOLD_EVERY == 1:
            self._tell(self.checked, count)

    def _tell(self, signal: SignalInstance, value: object) -> None:
        with suppress(RuntimeError):  # the window has gone meanwhile
            signal.emit(value)


def _painter_of(place: int, painters: dict[int, PanePainter], case: ReplayedCase) -> PanePainter:
    if place not in painters:
        painters[place] = PanePainter(case)
    return painters[place]


def _painted(
    wanted: tuple[int, dict[int, Displayed]], painters: dict[int, PanePainter], case: ReplayedCase
) -> PaintedScreen:
    number, pictures = wanted
    images, missing, differing = {}, {}, set()
    for pane, entry in pictures.items():
        try:
            again = _painter_of(pane, painters, case).paint(entry.view)
        except NotThereError as error:
            missing[pane] = str(error)
        except Exception:  # a record of another version may hold what this one cannot paint
            _log.exception("a recorded picture could not be painted again")
            missing[pane] = "this picture cannot be painted again"
        else:
            images[pane] = again.image
            if again.matches(entry) is False:
                differing.add(pane)
    return PaintedScreen(number=number, images=images, missing=missing, differing=frozenset(differing))


def _verdict(painter: PanePainter, entry: Displayed) -> str:
    try:
        matches = painter.paint(entry.view).matches(entry)
    except Exception:  # said as missing; the log has the reason
        _log.warning("a recorded picture could not be painted again", exc_info=True)
        return "missing"
    return {True: "identical", False: "differing", None: "unhashed"}[matches]
