"""Where lesions and what the AI points at lie on the frames of a case, for the times on them."""

from collections.abc import Iterable, Mapping

import numpy as np

from realfm_gui.analysis.display.regions import Region
from realfm_gui.domain.ai_finding import AiShape
from realfm_gui.domain.display_record import Displayed, DisplayRecord
from realfm_gui.domain.lesion import Lesion
from realfm_gui.domain.mark import MarkShape
from realfm_gui.domain.measurement import Point
from realfm_gui.domain.prediction import Prediction, SaliencyMap

Sizes = Mapping[int, tuple[int, int]]
"""Frame of the case -> rows and columns of its image."""

HOT = 0.5
"""Of the colour scale: where a map points at, for a model that only gives a map."""

_POINT_PX = 0.5
"""Half the side of the box around a mere point."""


def lesion_regions(lesion: Lesion) -> list[Region]:
    """Return where a lesion lies: the boxes around it, frame by frame."""
    return [
        _boxed(frozenset({region.frame}), region.points, has_size=region.shape is not MarkShape.POINT)
        for region in lesion.regions
    ]


def ai_regions(prediction: Prediction, sizes: Sizes, map_range: tuple[float, float] | None) -> list[Region]:
    """Return where the AI points at: the places it gives, else the hot part of its map.

    Parameters
    ----------
    prediction : Prediction
    sizes : mapping
        Of the frames that were displayed; on others nothing has a time.
    map_range : (float, float) or None
        The ends of the colour scale over all cases; the map's own where it is not known.
    """
    found = [
        _boxed(
            frozenset(range(located.reach[0], located.reach[1] + 1)),
            _corners(located.region.bounds),
            has_size=located.region.shape is not AiShape.POINT,
        )
        for located in prediction.located
        if located.region is not None
    ]
    if found or prediction.saliency is None or prediction.saliency.frame not in sizes:
        return found
    hot = _hot_part(prediction.saliency, sizes[prediction.saliency.frame], map_range)
    return [] if hot is None else [hot]


def sizes_of(records: Iterable[DisplayRecord]) -> dict[int, tuple[int, int]]:
    """Return the sizes of the frames that were displayed, as the records have them."""
    return {
        entry.view.frame: (entry.view.place.rows, entry.view.place.columns)
        for record in records
        for segment in record.segments
        for entry in segment.entries
        if isinstance(entry, Displayed) and entry.view.cut is None
    }


def _boxed(frames: frozenset[int], points: Iterable[Point], *, has_size: bool) -> Region:
    columns, rows = zip(*points, strict=True)
    top, left, bottom, right = min(rows), min(columns), max(rows), max(columns)
    # A point, or an outline without a width, still lies somewhere.
    wider, higher = (_POINT_PX if a == b else 0.0 for a, b in ((left, right), (top, bottom)))
    return Region(
        frames=frames, box=(top - higher, left - wider, bottom + higher, right + wider), has_size=has_size
    )


def _corners(bounds: tuple[float, float, float, float]) -> tuple[Point, Point]:
    left, top, right, bottom = bounds
    return (left, top), (right, bottom)


def _hot_part(
    saliency: SaliencyMap, size: tuple[int, int], common: tuple[float, float] | None
) -> Region | None:
    values = saliency.values[np.isfinite(saliency.values)]
    if saliency.is_flat or not values.size:
        return None
    low, high = common or (float(values.min()), float(values.max()))
    grid = saliency.geometry
    # Each image pixel belongs to the cell whose centre is nearest.
    rows = np.floor((np.arange(size[0]) - grid.row_offset) / grid.row_step + 0.5).astype(np.intp)
    columns = np.floor((np.arange(size[1]) - grid.column_offset) / grid.column_step + 0.5).astype(np.intp)
    inside = ((rows >= 0) & (rows < saliency.values.shape[0]))[:, None] & (
        (columns >= 0) & (columns < saliency.values.shape[1])
    )
    cells = saliency.values[
        np.ix_(
            np.clip(rows, 0, saliency.values.shape[0] - 1), np.clip(columns, 0, saliency.values.shape[1] - 1)
        )
    ]
    hot = inside & (cells >= low + HOT * (high - low))
    return Region.of_mask(frozenset({saliency.frame}), hot) if hot.any() else None
