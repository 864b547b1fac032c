"""Pictures of an analysis of readers: forest plots, and who read what."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, log10

import numpy as np
from numpy.typing import NDArray

from realfm_gui.analysis.estimate import Estimate
from realfm_gui.analysis.mrmc.analysis import Result
from realfm_gui.analysis.mrmc.observer_data import ObserverData
from realfm_gui.analysis.mrmc.results import Comparison
from realfm_gui.analysis.wording import plain, signed
from realfm_gui.reporting.svg import (
    ALGORITHM,
    HAIRLINE,
    INK,
    QUIET,
    SERIES,
    Drawing,
    Point,
    nice_ticks,
    short,
)

Bools = NDArray[np.bool_]

MOST_FORESTS = 3
_NAME, _AXIS, _NUMBERS, _ROW, _TOP = 190.0, 420.0, 270.0, 22.0, 40.0
_MOST_BINS = 240
_MOST_ROWS = 200
_LONGEST_NAME = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestRow:
    """One estimate of a forest plot."""

    name: str
    estimate: Estimate
    is_pooled: bool = False


def difference_forests(result: Result) -> list[str]:
    """Return a forest plot per pair of modalities: readers, pooled, margins; many pairs share one plot."""
    pairs = result.analysis.comparisons
    margin = result.request.options.margin
    if len(pairs) > MOST_FORESTS:
        rows = [
            ForestRow(name=f"{pair.first} \u2212 {pair.second}", estimate=pair.difference, is_pooled=True)
            for pair in pairs
        ]
        return [forest(rows, title="Pooled differences, first \u2212 second", margin=margin)]
    return [_pair_forest(result, pair, margin) for pair in pairs]


def _pair_forest(result: Result, pair: Comparison, margin: float | None) -> str:
    rows = [
        ForestRow(name=reader, estimate=each.difference)
        for reader, each in result.reader_comparisons
        if (each.first, each.second) == (pair.first, pair.second)
    ]
    pooled = ForestRow(
        name="Pooled" if rows else "Difference of the means", estimate=pair.difference, is_pooled=True
    )
    title = f"{short(pair.first, 30)} \u2212 {short(pair.second, 30)}"
    return forest([*rows, pooled], title=title, margin=margin)


def algorithm_forest(result: Result) -> str:
    """Return every reader's figure of merit beside the algorithm's, which is a line with its interval."""
    found = result.algorithms[0]
    rows = [
        ForestRow(name=each.reader, estimate=each.estimate)
        for each in result.reader_figures
        if each.modality == found.modality and each.reader != result.request.algorithm
    ]
    means = [
        ForestRow(name="Mean of the readers", estimate=mean.estimate, is_pooled=True)
        for mean in result.analysis.means
        if mean.modality == found.modality
    ]
    title = f"{result.request.endpoint.label}, {short(found.modality, 30)}; dashed: the algorithm"
    return forest([*rows, *means], title=title, margin=None, line=found.algorithm)


def forest(
    rows: Sequence[ForestRow], *, title: str, margin: float | None, line: Estimate | None = None
) -> str:
    """Return a forest plot.

    Parameters
    ----------
    rows : sequence of ForestRow
        From top to bottom; pooled ones stand below a hairline.
    title : str
        What is plotted.
    margin : float or None
        Lines at plus and minus this, the range between them shaded.
    line : Estimate or None
        A figure that the rows are held against, instead of nil.
    """
    height = _TOP + _ROW * len(rows) + 48
    drawing = Drawing(_NAME + _AXIS + _NUMBERS, height, f"Forest plot: {title}")
    bottom = _TOP + _ROW * len(rows) + 6
    low, high = _range(rows, margin, line)

    def x(value: float) -> float:
        return _NAME + _AXIS * (value - low) / (high - low)

    drawing.text((0, 12), title, is_bold=True)
    if margin is not None:
        drawing.box((x(-margin), _TOP - 10), (x(margin) - x(-margin), bottom - _TOP + 10), fill="#f0f0f0")
        for end in (-margin, margin):
            drawing.line((x(end), _TOP - 10), (x(end), bottom), colour=INK, width=1, dash="4 3")
            drawing.text(
                (x(end), _TOP - 13), f"margin {signed(end, 2)}", anchor="middle", size=10, colour=QUIET
            )
    if line is None:
        drawing.line((x(0), _TOP - 10), (x(0), bottom), colour=QUIET)
    elif line.value is not None:
        if line.ci is not None:
            ends = x(line.ci[0]), x(line.ci[1])
            drawing.box(
                (ends[0], _TOP - 10), (ends[1] - ends[0], bottom - _TOP + 10), fill=ALGORITHM, opacity=0.18
            )
        drawing.line(
            (x(line.value), _TOP - 10), (x(line.value), bottom), colour=ALGORITHM, width=2, dash="6 3"
        )
    for number, row in enumerate(rows):
        y = _TOP + _ROW * number + _ROW / 2
        if row.is_pooled and number and not rows[number - 1].is_pooled:
            drawing.line((0, y - _ROW / 2), (drawing.width, y - _ROW / 2), colour=HAIRLINE, width=0.8)
        _forest_row(drawing, row, y, x, is_signed=line is None)
    drawing.line((_NAME, bottom), (_NAME + _AXIS, bottom), colour=QUIET)
    for tick in nice_ticks(low, high):
        drawing.line((x(tick), bottom), (x(tick), bottom + 4), colour=QUIET)
        drawing.text(
            (x(tick), bottom + 17), plain(tick, _digits(low, high)), anchor="middle", size=10.5, colour=QUIET
        )
    return drawing.svg()


def _forest_row(
    drawing: Drawing, row: ForestRow, y: float, x: Callable[[float], float], *, is_signed: bool
) -> None:
    e = row.estimate
    drawing.text((_NAME - 14, y + 4), short(row.name, _LONGEST_NAME), anchor="end", is_bold=row.is_pooled)
    place = (_NAME + _AXIS + 16, y + 4)
    if e.value is None:
        drawing.text(place, "not estimable", colour=QUIET)
        return
    number = signed if is_signed else plain
    if e.ci is None:
        drawing.text(place, f"{number(e.value)} (no interval)", is_bold=row.is_pooled)
    else:
        drawing.line((x(e.ci[0]), y), (x(e.ci[1]), y), width=2.4 if row.is_pooled else 1.4)
        words = f"{number(e.value)} ({number(e.ci[0])} to {number(e.ci[1])})"
        drawing.text(place, words, is_bold=row.is_pooled)
    if row.is_pooled:
        drawing.diamond((x(e.value), y))
    else:
        drawing.dot((x(e.value), y))


def _range(rows: Sequence[ForestRow], margin: float | None, line: Estimate | None) -> tuple[float, float]:
    values = [0.0] if line is None else []
    for e in (*(row.estimate for row in rows), *([line] if line is not None else [])):
        values += [number for number in (e.value, *(e.ci or ())) if number is not None]
    if margin is not None:
        values += [-margin, margin]
    low, high = min(values, default=0.0), max(values, default=1.0)
    room = 0.04 * (high - low) or 0.05
    return low - room, high + room


def _digits(low: float, high: float) -> int:
    ticks = nice_ticks(low, high)
    step = abs(ticks[1] - ticks[0]) if len(ticks) > 1 else 1.0
    return max(0, min(6, ceil(-log10(step) - 1e-9)))


def design_figure(data: ObserverData) -> str:
    """Return who read which cases: a panel per modality, a row per reader, cases from left to right.

    Cases that the same readers read stand together, positive ones after negative ones; the strip below
    shows which are positive. Many cases share a column, whose shade is the share of them that was read.
    """
    was_read = data.was_read
    readers = range(min(len(data.readers), _MOST_ROWS))
    order = _case_order(data)
    row = max(3.0, min(15.0, 240.0 / max(len(readers), 1)))
    columns = min(len(data.modalities), 3)
    panel = (860.0 - _NAME * 0.6) / columns - 16
    lines = -(-len(data.modalities) // columns)
    block = row * len(readers) + 46
    drawing = Drawing(880, lines * block + 6, "Who read which cases")
    for m, modality in enumerate(data.modalities):
        line, column = divmod(m, columns)
        corner = (_NAME * 0.6 + column * (panel + 16), line * block + 22)
        drawing.text((corner[0], corner[1] - 7), short(modality, 40), is_bold=True)
        for r in readers:
            y = corner[1] + r * row
            if column == 0 and row >= 9:
                name = short(data.readers[r], 16)
                drawing.text((corner[0] - 8, y + row - 4), name, anchor="end", size=min(11, row - 2))
            _shaded(drawing, was_read[m, r, order], (corner[0], y), (panel, row - 1), SERIES[m % len(SERIES)])
        strip = corner[1] + len(readers) * row + 3
        _shaded(drawing, data.is_positive[order], (corner[0], strip), (panel, 6), INK)
        if column == 0:
            drawing.text((corner[0] - 8, strip + 7), "positive", anchor="end", size=10, colour=QUIET)
    return drawing.svg()


def _case_order(data: ObserverData) -> NDArray[np.intp]:
    """Return cases with the same readers together, and negative before positive ones among them."""
    pattern = data.was_read.reshape(-1, len(data.cases))
    first = np.where(pattern.any(axis=0), pattern.argmax(axis=0), len(pattern))
    return np.lexsort((-pattern.sum(axis=0), data.is_positive, first))


def _shaded(drawing: Drawing, marked: Bools, corner: Point, size: Point, colour: str) -> None:
    """Draw a row of cells, runs of the same shade as one box."""
    n_bins = min(len(marked), _MOST_BINS)
    drawing.box(corner, size, fill="#ededed")
    edges = np.linspace(0, len(marked), n_bins + 1).astype(np.int64)
    shades = np.round(np.add.reduceat(marked.astype(np.float64), edges[:-1]) / np.diff(edges), 2)
    starts = np.concatenate([[0], np.flatnonzero(np.diff(shades)) + 1, [n_bins]])
    for start, end in pairwise(starts.tolist()):
        if shades[start] > 0:
            place = corner[0] + size[0] * start / n_bins
            width = size[0] * (end - start) / n_bins
            drawing.box((place, corner[1]), (width, size[1]), fill=colour, opacity=float(shades[start]))
