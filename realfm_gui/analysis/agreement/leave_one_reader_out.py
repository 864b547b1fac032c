"""What single readers do to a result: leave each out. Shown apart from intervals over cases."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveOneReaderOut:
    """The result without each reader in turn.

    `values` has one entry per reader, None where undefined; `se` is the jackknife standard error over
    readers, None where it cannot be given, and then `note` says why.
    """

    values: tuple[float | None, ...]
    se: float | None
    note: str = ""

    def __post_init__(self) -> None:
        if any(number is not None and not math.isfinite(number) for number in (*self.values, self.se)):
            raise ValueError("a result holds finite numbers or None, never NaN")
        if self.se is None and not self.note:
            raise ValueError("a result without a standard error says why")

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON types; absent numbers are null."""
        return {"values": list(self.values), "se": self.se, "note": self.note}


def leave_one_reader_out(without: Callable[[int], float], n_readers: int) -> LeaveOneReaderOut:
    """Return a result without each reader in turn, and its jackknife standard error over readers.

    Parameters
    ----------
    without : callable
        From a reader's number to the result of the others; NaN where undefined.
    n_readers : int
        Number of readers.

    References
    ----------
    .. [1] Efron B, Stein C. Ann Stat 1981;9(3):586-596.
    """
    if n_readers < 3:
        reason = "With fewer than three readers nobody can be left out."
        return LeaveOneReaderOut(values=(None,) * n_readers, se=None, note=reason)
    return _jackknifed(np.array([without(reader) for reader in range(n_readers)]))


def difference_without_readers(second: LeaveOneReaderOut, first: LeaveOneReaderOut) -> LeaveOneReaderOut:
    """Return the difference of two results without each reader in turn, second minus first."""
    if len(second.values) < 3:
        return second
    pairs = zip(second.values, first.values, strict=True)
    return _jackknifed(np.array([np.nan if b is None or a is None else b - a for b, a in pairs]))


def _jackknifed(values: NDArray[np.float64]) -> LeaveOneReaderOut:
    n_readers = len(values)
    listed = tuple(None if np.isnan(value) else float(value) for value in values)
    n_undefined = int(np.isnan(values).sum())
    if n_undefined:
        reason = f"Without one of {n_undefined} readers the result is undefined: no jackknife over readers."
        return LeaveOneReaderOut(values=listed, se=None, note=reason)
    se = math.sqrt((n_readers - 1) / n_readers * float(((values - values.mean()) ** 2).sum()))
    return LeaveOneReaderOut(values=listed, se=se)
