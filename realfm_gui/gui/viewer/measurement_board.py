"""The measurements of a case, with everything that was done to them: undo, redo, selection. Without Qt."""

from collections.abc import Sequence

from realfm_gui.domain.measurement import Measurement

Measurements = tuple[Measurement, ...]


class MeasurementBoard:
    """Measurements in the order of drawing; each change is one step of `undo`.

    Parameters
    ----------
    measurements : sequence of Measurement
        Those of the draft; they are no step that can be undone.
    """

    def __init__(self, measurements: Sequence[Measurement] = ()) -> None:
        self._history: list[Measurements] = [tuple(measurements)]
        self._now = 0
        self._selected = ""

    @property
    def measurements(self) -> Measurements:
        """What there is now."""
        return self._history[self._now]

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to take back."""
        return self._now > 0

    @property
    def can_redo(self) -> bool:
        """Whether there is a change that was taken back."""
        return self._now + 1 < len(self._history)

    @property
    def selected(self) -> Measurement | None:
        """The measurement that Delete removes."""
        return next((m for m in self.measurements if m.measurement_id == self._selected), None)

    def on_frame(self, frame: int, cut: str = "") -> Measurements:
        """Return the measurements of one frame of the case, or of one cut of a stack of them."""
        return tuple(m for m in self.measurements if (m.frame, m.cut) == (frame, cut))

    def select(self, measurement: Measurement | None) -> None:
        """Choose a measurement, or none."""
        self._selected = "" if measurement is None else measurement.measurement_id

    def put(self, measurement: Measurement) -> bool:
        """Add a measurement, or change the one with its id, and select it; return whether that is new."""
        self.select(measurement)
        ids = [m.measurement_id for m in self.measurements]
        if measurement.measurement_id not in ids:
            return self._step((*self.measurements, measurement))
        place = ids.index(measurement.measurement_id)
        return self._step((*self.measurements[:place], measurement, *self.measurements[place + 1 :]))

    def remove_selected(self) -> bool:
        """Remove the selected measurement; return whether there was one."""
        return self._step(tuple(m for m in self.measurements if m.measurement_id != self._selected))

    def undo(self) -> bool:
        """Take the last change back; return whether there was one."""
        return self._go(-1) if self.can_undo else False

    def redo(self) -> bool:
        """Make the change again that was taken back last; return whether there was one."""
        return self._go(+1) if self.can_redo else False

    def _step(self, measurements: Measurements) -> bool:
        if measurements == self.measurements:
            return False
        self._history[self._now + 1 :] = [measurements]
        self._now += 1
        return True

    def _go(self, by: int) -> bool:
        self._now += by
        return True
