"""When the reader last touched something: from when on nobody may have been there."""

from realfm_gui.domain.display_record import Idle


class Touches:
    """The touches of one reading, counted as the reading clock counts them.

    A gap between two touches longer than the limit is idle as a whole; a pause is no gap. The thread that
    paints notes, the recorder's thread asks: the moment is one value, so neither sees half of a change.

    Parameters
    ----------
    now_ns : int
        Monotonic; the reading begins.
    idle_after_s : float
        The protocol's limit.
    """

    def __init__(self, now_ns: int, *, idle_after_s: float) -> None:
        self._limit_ns = idle_after_s * 1e9
        self._since_ns: int | None = now_ns  # None while paused

    def idle(self, now_ns: int) -> Idle | None:
        """Return the idle time that lasts up to now, None where there is none."""
        since_ns = self._since_ns
        if since_ns is None or now_ns - since_ns <= self._limit_ns:
            return None
        return Idle(time_ns=since_ns, end_ns=now_ns)

    def note(self, now_ns: int) -> Idle | None:
        """Note a touch; return the idle time that it ends."""
        idle = self.idle(now_ns)
        if self._since_ns is not None:
            self._since_ns = now_ns
        return idle

    def pause(self, now_ns: int) -> Idle | None:
        """Note that the pictures are hidden for a pause; return the idle time that it ends."""
        idle = self.idle(now_ns)
        self._since_ns = None
        return idle

    def go_on(self, now_ns: int) -> None:
        """Note that something is on the screen: a pause, if there was one, is over."""
        if self._since_ns is None:
            self._since_ns = now_ns
