"""Which examination of a case is the current one and which are its priors, when no date is left.

A copy holds no date. An image of a prior examination bears Longitudinal Temporal Offset from Event
(0012,0052) instead: by how many days its examination lies before the current one of its case, as a negative
number. Whole days, because a reader must know whether a prior is a week or six years old; fractions of a day
only put examinations of one day in order, and are no time.

References
----------
DICOM PS3.3 C.7.2.3 (Clinical Trial Study: the offset, in days from a baseline).
"""

from collections.abc import Sequence
from datetime import date, timedelta

from realfm_gui.domain.images import Frame

OFFSET = "LongitudinalTemporalOffsetFromEvent"
"""Keyword of the offset, in DICOM and in `Frame.tags`."""

ORDER_STEP_DAYS = 0.01
"""What tells examinations of one day apart."""

_DAYS_PER_YEAR, _DAYS_PER_MONTH = 365.25, 30.4375


def days_before(frame: Frame) -> float:
    """Return by how many days a frame's examination lies before the current one; 0 for the current one."""
    try:
        return max(0.0, -float(frame.tags.get(OFFSET, "0")))
    except ValueError:
        return 0.0


def is_prior(frame: Frame) -> bool:
    """Whether a frame belongs to an examination before the current one."""
    return days_before(frame) > 0


def prior_rank(days: float, all_days: Sequence[float]) -> int:
    """Return the rank of an examination among all of a case: 0 current, 1 the latest before it, ...

    Parameters
    ----------
    days : float
        From `days_before`.
    all_days : sequence of float
        Of every examination of the case, possibly several times.
    """
    return sorted({0.0, *all_days}).index(days)


def offsets_days(current: date | None, priors: Sequence[date | None]) -> tuple[float, ...]:
    """Return the offset of each prior from the current examination, in days: negative, each one its own.

    Parameters
    ----------
    current : date or None
        When the current examination was; None where that is not known.
    priors : sequence of date or None
        When the priors were, the latest first. The order is kept where dates are missing or the same.
    """
    offsets: list[float] = []
    last = 0.0
    for prior in priors:
        days = 0.0 if current is None or prior is None else (current - prior) / timedelta(days=1)
        last = min(-days, round(last - ORDER_STEP_DAYS, 2))
        offsets.append(last)
    return tuple(offsets)


def age_in_words(days: float) -> str:
    """Return how old a prior is as a reader says it, such as "14 months before"; "" for less than a day.

    Parameters
    ----------
    days : float
        From `days_before`. Less than a whole day only says which came first.

    Examples
    --------
    >>> age_in_words(1.0), age_in_words(45.0), age_in_words(426.0), age_in_words(1461.0)
    ('1 day before', '6 weeks before', '14 months before', '4 years before')
    """
    whole = int(days)
    for least_days, per_unit, unit in (
        (730, _DAYS_PER_YEAR, "year"),
        (91, _DAYS_PER_MONTH, "month"),
        (21, 7.0, "week"),
        (1, 1.0, "day"),
    ):
        if whole >= least_days:
            count = round(whole / per_unit)
            return f"{count} {unit}{'' if count == 1 else 's'} before"
    return ""
