"""Plays the slices of a series one after the other."""

from PySide6.QtCore import QObject, Qt, QTimer, Signal

SPEEDS_PER_S = (2, 5, 10, 15, 20, 25, 30)
DEFAULT_PER_S = 10


class Cine(QObject):
    """A clock for slices: says when the next one is due; whoever shows them says whether they can.

    Signals
    -------
    step_due()
        The next slice should be shown.
    changed()
        Playing, or the speed, changed.
    """

    step_due = Signal()
    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._speed = SPEEDS_PER_S.index(DEFAULT_PER_S)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.step_due)

    @property
    def is_playing(self) -> bool:
        """Whether slices follow one another by themselves."""
        return self._timer.isActive()

    @property
    def per_s(self) -> int:
        """Slices per second; fewer where painting takes longer, none is left out."""
        return SPEEDS_PER_S[self._speed]

    def play(self) -> None:
        """Begin."""
        self._timer.start(round(1000 / self.per_s))
        self.changed.emit()

    def stop(self) -> None:
        """End."""
        if self.is_playing:
            self._timer.stop()
            self.changed.emit()

    def change_speed(self, by: int) -> None:
        """Go so many steps faster or slower."""
        self._speed = min(max(self._speed + by, 0), len(SPEEDS_PER_S) - 1)
        if self.is_playing:
            self._timer.setInterval(round(1000 / self.per_s))
        self.changed.emit()
