"""ROC curves of readers, and of free-response studies the AFROC curves: the points, and the picture."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from realfm_gui.analysis.endpoints.free_response import FreeResponseArea
from realfm_gui.analysis.endpoints.located_marks import located_marks
from realfm_gui.analysis.mrmc.endpoint import Endpoint
from realfm_gui.analysis.mrmc.observer_data import ObserverData
from realfm_gui.reporting.svg import ALGORITHM, HAIRLINE, INK, QUIET, SERIES, Drawing, Point, short

Floats = NDArray[np.float64]

MOST_READERS = 30
_MEAN_POINTS = 501
_BIG, _ROOM, _GAP = 330.0, 600.0, 22.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A curve from (0, 0) to (1, 1): `x` and `y` of shape (points,), non-decreasing."""

    x: Floats
    y: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves:
    """The curves of a study.

    Attributes
    ----------
    kind : str
        ``ROC`` or ``AFROC``, ...; the area under each is that endpoint.
    of_readers : dict of (modality, reader) to Curve
        Only observers who read cases of both kinds.
    points : dict of (modality, reader) to (x, y)
        Operating points at the endpoint's threshold, where it has one.
    """

    kind: str
    x_label: str
    y_label: str
    of_readers: dict[tuple[str, str], Curve]
    points: dict[tuple[str, str], Point]


def study_curves(data: ObserverData, endpoint: Endpoint) -> Curves:
    """Return everybody's empirical curve.

    Parameters
    ----------
    data : ObserverData
        The study.
    endpoint : Endpoint
        AFROC endpoints are shown by their own curve, all others by the ROC curve of the ratings.
    """
    truth = data.is_positive
    if isinstance(endpoint, FreeResponseArea):
        marks = located_marks(data, endpoint.label)
        low = np.ones_like(truth) if endpoint.uses_all_cases else ~truth
        of_cases = data.weights[marks.lesion_cases]
        high_weights = of_cases * marks.lesion_weights if endpoint.weighs_lesions else of_cases
        ratings = (marks.lesion_ratings, marks.highest_false[:, :, low])
        kind, x_label = endpoint.label, "share of cases with a false mark"
        y_label = "share of lesions found" + (" (weighted)" if endpoint.weighs_lesions else "")
    else:
        low = ~truth
        high_weights = data.weights[truth]
        ratings = (data.ratings[:, :, truth], data.ratings[:, :, low])
        kind, x_label, y_label = "ROC", "1 \u2212 specificity", "sensitivity"
    threshold: float | None = getattr(endpoint, "threshold", None)
    curves, points = {}, {}
    for m, modality in enumerate(data.modalities):
        for r, reader in enumerate(data.readers):
            sample = [
                _read(values[m, r], weights)
                for values, weights in zip(ratings, (high_weights, data.weights[low]), strict=True)
            ]
            if all(len(values) for values, _ in sample):
                curves[modality, reader] = _curve(sample[0], sample[1])
                if threshold is not None:
                    points[modality, reader] = (
                        _reached(*sample[1], threshold),
                        _reached(*sample[0], threshold),
                    )
    return Curves(kind=kind, x_label=x_label, y_label=y_label, of_readers=curves, points=points)


def mean_curve(curves: list[Curve]) -> Curve:
    """Return the mean of curves at every x: the area under it is the mean of their areas."""
    x = np.linspace(0, 1, _MEAN_POINTS)
    y = np.mean([np.interp(x, curve.x, curve.y) for curve in curves], axis=0)
    return Curve(x=np.concatenate([[0.0], x]), y=np.concatenate([[0.0], y]))


def curves_figure(curves: Curves, data: ObserverData, *, algorithm: str | None) -> str:
    """Return the readers' mean curve of every modality, and small pictures of every reader.

    Parameters
    ----------
    curves : Curves
        Of `study_curves`.
    data : ObserverData
        The same study.
    algorithm : str or None
        The reader that is an algorithm: drawn beside the means, not counted in them.
    """
    people = [name for name in data.readers if name != algorithm][:MOST_READERS]
    columns = next(n for n in range(3, 8) if len(people) <= 2 * n or n == 7 or len(people) <= n * n)
    side = _ROOM / columns - _GAP
    rows = -(-len(people) // columns)
    height = max(_BIG + 76 + 15 * (len(data.modalities) + 1), 20 + rows * (side + _GAP + 10))
    drawing = Drawing(64 + _BIG + 44 + _ROOM, height, f"{curves.kind} curves")
    _mean_panel(drawing, curves, data, algorithm)
    left = 64 + _BIG + 44
    for number, name in enumerate(people):
        row, column = divmod(number, columns)
        corner = (left + column * (side + _GAP), 20 + row * (side + _GAP + 10))
        _axes(drawing, corner, side)
        drawing.text((corner[0], corner[1] - 5), short(name, int(side / 6)), size=10.5)
        for m, modality in enumerate(data.modalities):
            curve = curves.of_readers.get((modality, name))
            if curve is not None:
                drawing.path(_places(curve, corner, side), colour=_colour(m), width=1.6)
            if (modality, name) in curves.points:
                place = _place(curves.points[modality, name], corner, side)
                drawing.dot(place, radius=3, fill=_colour(m))
    return drawing.svg()


def _mean_panel(drawing: Drawing, curves: Curves, data: ObserverData, algorithm: str | None) -> None:
    corner = (52.0, 20.0)
    _axes(drawing, corner, _BIG)
    drawing.text((corner[0], corner[1] - 5), "Mean of the readers", size=10.5, is_bold=True)
    for tick in (0, 0.2, 0.4, 0.6, 0.8, 1):
        x, y = _place((tick, tick), corner, _BIG)
        drawing.text((x, corner[1] + _BIG + 15), f"{tick:g}", anchor="middle", size=10.5, colour=QUIET)
        drawing.text((corner[0] - 6, y + 4), f"{tick:g}", anchor="end", size=10.5, colour=QUIET)
    drawing.text((corner[0] + _BIG / 2, corner[1] + _BIG + 32), curves.x_label, anchor="middle")
    drawing.text((14, corner[1] + _BIG / 2), curves.y_label, anchor="middle", turned=True)
    key = corner[1] + _BIG + 54
    rows = []
    for m, modality in enumerate(data.modalities):
        mine = [
            curve
            for (of, reader), curve in curves.of_readers.items()
            if of == modality and reader != algorithm
        ]
        if not mine:
            continue
        for curve in mine if len(data.modalities) == 1 else []:
            drawing.path(_places(curve, corner, _BIG), colour=_colour(m), width=0.8, opacity=0.5)
        drawing.path(_places(mean_curve(mine), corner, _BIG), colour=_colour(m), width=2.4)
        rows.append((_colour(m), f"{short(modality, 30)}, mean of {len(mine)}", ""))
    own = [curve for (_, reader), curve in curves.of_readers.items() if reader == algorithm]
    for curve in own[:1]:
        drawing.path(_places(curve, corner, _BIG), colour=ALGORITHM, width=2, dash="6 3")
        rows.append((ALGORITHM, f"{short(str(algorithm), 30)} (algorithm)", "6 3"))
    for number, (colour, words, dash) in enumerate(rows):
        y = key + 15 * number
        drawing.line((corner[0], y - 4), (corner[0] + 22, y - 4), colour=colour, width=2.4, dash=dash)
        drawing.text((corner[0] + 28, y), words)


def _axes(drawing: Drawing, corner: Point, side: float) -> None:
    x, y = corner
    drawing.box(corner, (side, side), fill="white", edge=HAIRLINE)
    drawing.line((x, y + side), (x + side, y), colour=HAIRLINE, width=0.8, dash="4 3")
    drawing.line((x, y + side), (x + side, y + side), colour=INK, width=0.8)
    drawing.line((x, y), (x, y + side), colour=INK, width=0.8)


def _places(curve: Curve, corner: Point, side: float) -> list[Point]:
    return [_place((float(x), float(y)), corner, side) for x, y in zip(curve.x, curve.y, strict=True)]


def _place(point: Point, corner: Point, side: float) -> Point:
    return corner[0] + side * point[0], corner[1] + side * (1 - point[1])


def _colour(number: int) -> str:
    return SERIES[number % len(SERIES)]


def _read(values: Floats, weights: Floats) -> tuple[Floats, Floats]:
    read = ~np.isnan(values)
    return values[read], weights[read]


def _curve(high: tuple[Floats, Floats], low: tuple[Floats, Floats]) -> Curve:
    """Return the curve: one point per rating, joined by straight lines, unmarked ones last."""
    thresholds = np.unique(np.concatenate([high[0], low[0]]))[::-1]
    ends = [np.concatenate([[0.0], _shares(*side, thresholds), [1.0]]) for side in (low, high)]
    return Curve(x=ends[0], y=ends[1])


def _shares(values: Floats, weights: Floats, thresholds: Floats) -> Floats:
    """Return the weight of the values at or above each threshold, as a share."""
    order = np.argsort(values, kind="stable")
    above = np.concatenate([np.cumsum(weights[order][::-1])[::-1], [0.0]])
    shares: Floats = above[np.searchsorted(values[order], thresholds, side="left")] / weights.sum()
    return shares


def _reached(values: Floats, weights: Floats, threshold: float) -> float:
    return float(weights[values >= threshold].sum() / weights.sum())
