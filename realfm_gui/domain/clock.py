"""The reading clock: active, idle and paused time kept apart."""

from realfm_gui.domain.reading import PhaseTimes


class ReadingClock:
    """Accounts for the time of one phase from monotonic timestamps that the caller passes in.

    A gap between two inputs longer than `idle_after_ms` counts as idle as a whole (the reader may have
    left); shorter gaps count as reading. Nothing counts as reading while paused.

    Parameters
    ----------
    now_ms : float
        Monotonic time at which the picture was complete.
    idle_after_ms : float
        The idle limit.
    before : PhaseTimes
        Time already spent in this phase before a crash or a closed session.
    """

    def __init__(self, now_ms: float, *, idle_after_ms: float, before: PhaseTimes | None = None) -> None:
        self._idle_after_ms = idle_after_ms
        self._last_ms = now_ms
        self._active_ms = float((before or PhaseTimes()).active_ms)
        self._idle_ms = float((before or PhaseTimes()).idle_ms)
        self._paused_ms = float((before or PhaseTimes()).paused_ms)
        self._is_paused = False

    @property
    def is_paused(self) -> bool:
        """Whether the clock stands still."""
        return self._is_paused

    def note_input(self, now_ms: float) -> None:
        """Record that the reader did something."""
        gap_ms = max(0.0, now_ms - self._last_ms)
        self._last_ms = max(self._last_ms, now_ms)
        if self._is_paused:
            self._paused_ms += gap_ms
        elif gap_ms > self._idle_after_ms:
            self._idle_ms += gap_ms
        else:
            self._active_ms += gap_ms

    def pause(self, now_ms: float) -> None:
        """Stop the clock."""
        self.note_input(now_ms)
        self._is_paused = True

    def resume(self, now_ms: float) -> None:
        """Start the clock again; the time since `pause` was a break."""
        self.note_input(now_ms)
        self._is_paused = False

    def times(self, now_ms: float) -> PhaseTimes:
        """Return the account up to now.

        Asking is not an input: saving a draft does not hide that the reader has left.
        """
        gap_ms = max(0.0, now_ms - self._last_ms)
        is_idle = not self._is_paused and gap_ms > self._idle_after_ms
        is_active = not self._is_paused and not is_idle
        return PhaseTimes(
            active_ms=round(self._active_ms + gap_ms * is_active),
            idle_ms=round(self._idle_ms + gap_ms * is_idle),
            paused_ms=round(self._paused_ms + gap_ms * self._is_paused),
        )
