"""ROC curves of a study to be drawn: every reader in both arms, their means, the model."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from realfm_gui.analysis.study_data import StudyData

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Point = tuple[float, float]
"""False positive fraction, true positive fraction."""
_POINTS = 121


class CurveKind(StrEnum):
    """How a curve is drawn through the ratings."""

    EMPIRICAL = "empirical"
    BINORMAL = "binormal"
    PROPER = "proper"


@dataclass(frozen=True, slots=True, kw_only=True)
class RocLine:
    """A curve from (0, 0) to (1, 1) and the area under it.

    Attributes
    ----------
    fpf, tpf : arrays of shape (points,)
        Both never fall along the curve.
    auc : float
        The area; of a fitted curve the fitted one.
    """

    fpf: Floats
    tpf: Floats
    auc: float

    def __post_init__(self) -> None:
        if self.fpf.shape != self.tpf.shape or self.fpf.ndim != 1 or self.fpf.size < 2:
            raise ValueError("a curve has at least two points, each with two fractions")
        if (np.diff(self.fpf) < 0).any() or (np.diff(self.tpf) < -1e-12).any():
            raise ValueError("an ROC curve never falls")


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveSet:
    """All curves of one kind.

    Attributes
    ----------
    readers : tuple of tuple
        Unaided, then aided: one line per reader, None where there are too few reads.
    means : tuple
        The readers' mean curve unaided and aided.
    model : RocLine or None
        The model alone.
    notes : tuple of str
        What has to be said of the fits.
    """

    kind: CurveKind
    readers: tuple[tuple[RocLine | None, ...], tuple[RocLine | None, ...]]
    means: tuple[RocLine | None, RocLine | None]
    model: RocLine | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatingPoints:
    """Where the calls lie: per arm (unaided, aided) one point per reader, and the model's."""

    readers: tuple[tuple[Point | None, ...], tuple[Point | None, ...]]
    model: Point | None


def study_curves(data: "StudyData", kind: CurveKind) -> CurveSet:
    """Return all curves of a kind; cases without a rating are left out of their own curve only."""
    observers = [*data.scores[0], *data.scores[1], data.ai_scores]
    lines, notes = (_empirical if kind is CurveKind.EMPIRICAL else _fitted)(observers, data.truth, kind)
    n = len(data.reader_ids)
    arms = (tuple(lines[:n]), tuple(lines[n : 2 * n]))
    means = [mean_curve(known) if (known := [line for line in arm if line]) else None for arm in arms]
    return CurveSet(kind=kind, readers=arms, means=(means[0], means[1]), model=lines[-1], notes=notes)


def operating_points(data: "StudyData") -> OperatingPoints:
    """Return the false and true positive fraction of every reader's recall calls, and of the model's."""
    unaided, aided = (
        tuple(_point(data.calls[arm, reader], data.truth) for reader in range(len(data.reader_ids)))
        for arm in (0, 1)
    )
    return OperatingPoints(readers=(unaided, aided), model=_point(data.ai_calls, data.truth))


def mean_curve(lines: Sequence[RocLine]) -> RocLine:
    """Average curves at equal false positive fraction; the area is the mean of the areas.

    Where a curve rises vertically its lower and its upper end are averaged apart, so that steps stay steps.

    References
    ----------
    .. [1] Chen W, Samuelson FW. Br J Radiol 2014;87(1040):20140016 (average ROC curves).
    """
    fpf = np.unique(np.concatenate([line.fpf for line in lines]))
    lower = np.mean([_height(line, fpf, is_upper=False) for line in lines], axis=0)
    upper = np.mean([_height(line, fpf, is_upper=True) for line in lines], axis=0)
    return RocLine(
        fpf=np.repeat(fpf, 2),
        tpf=np.stack([lower, upper], axis=1).ravel(),
        auc=float(np.mean([line.auc for line in lines])),
    )


def _height(line: RocLine, fpf: Floats, *, is_upper: bool) -> Floats:
    """Return a curve's height at each fraction: where it rises vertically, that end of the rise."""
    x, y = line.fpf, line.tpf
    right = np.minimum(np.searchsorted(x, fpf, side="right"), len(x) - 1)
    left = np.searchsorted(x, fpf, side="left")
    stands = x[left] == fpf  # a point of the curve lies there: no need to go between two
    last = np.searchsorted(x, fpf, side="right") - 1
    width = x[right] - x[last]
    share = np.divide(fpf - x[last], width, out=np.zeros_like(fpf), where=width > 0)
    between = y[last] + share * (y[right] - y[last])
    height: Floats = np.where(stands, y[last] if is_upper else y[left], between)
    return height


def _empirical(
    observers: Sequence[Floats], truth: Bools, _kind: CurveKind
) -> tuple[list[RocLine | None], tuple[str, ...]]:
    from realfm_gui.analysis.auc import empirical_auc, roc_curve

    lines: list[RocLine | None] = [None] * len(observers)
    for at, ratings, its_truth in _with_both(observers, truth):
        curve = roc_curve(ratings, its_truth)
        lines[at] = RocLine(
            fpf=curve.false_positive_fractions,
            tpf=curve.true_positive_fractions,
            auc=empirical_auc(ratings, its_truth).auc,
        )
    return lines, ()


def _fitted(
    observers: Sequence[Floats], truth: Bools, kind: CurveKind
) -> tuple[list[RocLine | None], tuple[str, ...]]:
    """Fit all curves side by side: one search over many costs little more than over one."""
    from realfm_gui.analysis.roc_fits.categories import categorise
    from realfm_gui.analysis.roc_fits.curve_family import RocModel
    from realfm_gui.analysis.roc_fits.curves import true_positive_fractions
    from realfm_gui.analysis.roc_fits.degenerate import FitStatus
    from realfm_gui.analysis.roc_fits.fitting import fit_counts
    from realfm_gui.analysis.roc_fits.normal import cdf

    lines: list[RocLine | None] = [None] * len(observers)
    usable = [
        (at, categorise(ratings[np.newaxis], its_truth))
        for at, ratings, its_truth in _with_both(observers, truth)
    ]
    if not usable:
        return lines, ()
    positive, negative = (
        np.zeros((len(usable), max(counts.positive.shape[1] for _, counts in usable))) for _ in range(2)
    )
    for row, (_, counts) in enumerate(usable):
        positive[row, : counts.positive.shape[1]] = counts.positive[0]
        negative[row, : counts.negative.shape[1]] = counts.negative[0]
    fits = fit_counts(RocModel(kind.value), positive, negative)
    fpf = np.concatenate([[0.0], cdf(np.linspace(-4.0, 4.0, _POINTS)), [1.0]])  # dense where curves bend
    heights = np.maximum.accumulate(true_positive_fractions(fits, fpf), axis=0)
    for row, (at, _) in enumerate(usable):
        lines[at] = RocLine(fpf=fpf, tpf=heights[:, row], auc=float(fits.aucs[row]))
    told = Counter(FitStatus(int(status)).explanation for status in fits.status)
    notes = (f"{n} of {len(usable)} fitted curves: {note}" for note, n in told.items() if note)
    return lines, tuple(notes)


def _with_both(observers: Sequence[Floats], truth: Bools) -> Iterator[tuple[int, Floats, Bools]]:
    """Yield the place, rated cases and their truth of every observer with rated cases of both kinds."""
    for at, ratings in enumerate(observers):
        is_rated = np.isfinite(ratings)
        its_truth = truth[is_rated]
        if its_truth.any() and not its_truth.all():
            yield at, ratings[is_rated], its_truth


def _point(calls: Floats, truth: Bools) -> Point | None:
    is_called = np.isfinite(calls)
    negative, positive = calls[is_called & ~truth], calls[is_called & truth]
    if not negative.size or not positive.size:
        return None
    return float(negative.mean()), float(positive.mean())
