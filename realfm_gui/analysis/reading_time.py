"""Active reading time before and after the model's output is shown, in a sequential design."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from realfm_gui.analysis.crossed_mean_squares import crossed_mean
from realfm_gui.analysis.estimate import Estimate, not_estimable

Floats = NDArray[np.float64]

SEQUENTIAL_NOTE = (
    "The readers looked at every case without the model first, so the time with it is added on top: "
    "this design cannot show that the model saves time."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TypicalTime:
    """Median and geometric mean of active seconds; None without a single timed reading."""

    median_s: float | None
    geometric_mean_s: float | None
    readings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingTime:
    """Time of one reader, or of all: before the lock, added after it, and both together."""

    before: TypicalTime
    added: TypicalTime
    total: TypicalTime


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeResults:
    """Times of all readers together and of each.

    `total_over_before` is the geometric mean ratio of total to unaided time (1 or more by design) with its
    interval; `untimed` counts readings without a positive active time in both phases.
    """

    overall: ReadingTime
    per_reader: tuple[ReadingTime, ...]
    total_over_before: Estimate
    untimed: int
    note: str


def assess_reading_time(active_ms: ArrayLike, *, alpha: float) -> TimeResults:
    """Summarise active time per reader and overall.

    Parameters
    ----------
    active_ms : array-like of shape (2, readers, cases)
        Active milliseconds of the unaided and of the aided phase, idle and paused time already taken out;
        NaN where there is none.
    alpha : float
        One minus the confidence level.
    """
    times = np.asarray(active_ms, dtype=np.float64) / 1000.0
    if times.ndim != 3 or times.shape[0] != 2:
        raise ValueError(f"expected times of shape (2, readers, cases), not {times.shape}")
    is_timed: NDArray[np.bool_] = np.isfinite(times[0] + times[1]) & (times[0] > 0) & (times[1] > 0)
    return TimeResults(
        overall=_summary(times, is_timed),
        per_reader=tuple(_summary(times[:, [j]], is_timed[[j]]) for j in range(times.shape[1])),
        total_over_before=_ratio(times, is_timed, alpha),
        untimed=int((~is_timed).sum()),
        note=SEQUENTIAL_NOTE,
    )


def _summary(times_s: Floats, is_timed: NDArray[np.bool_]) -> ReadingTime:
    before, added = times_s[0][is_timed], times_s[1][is_timed]
    return ReadingTime(before=_typical(before), added=_typical(added), total=_typical(before + added))


def _typical(seconds: Floats) -> TypicalTime:
    if seconds.size == 0:
        return TypicalTime(median_s=None, geometric_mean_s=None, readings=0)
    return TypicalTime(
        median_s=float(np.median(seconds)),
        geometric_mean_s=float(np.exp(np.log(seconds).mean())),
        readings=int(seconds.size),
    )


def _ratio(times_s: Floats, is_timed: NDArray[np.bool_], alpha: float) -> Estimate:
    complete = is_timed.all(axis=0)
    if complete.sum() < 2:
        return not_estimable("Fewer than two cases were timed for every reader.")
    before, added = times_s[:, :, complete]
    log_ratio = crossed_mean(np.log((before + added) / before), alpha=alpha)
    if log_ratio.value is None:
        return log_ratio
    return Estimate(
        value=float(np.exp(log_ratio.value)),
        df=log_ratio.df,
        ci=None if log_ratio.ci is None else (float(np.exp(log_ratio.ci[0])), float(np.exp(log_ratio.ci[1]))),
        note=log_ratio.note,
    )
