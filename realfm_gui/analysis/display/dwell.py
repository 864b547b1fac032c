"""Where on the image display time went: a map over a coarse grid, and the time on a region.

It is time on the screen, not under the eye: within the visible part nobody knows where the reader looked.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from realfm_gui.analysis.display.regions import Region, area
from realfm_gui.domain.display_record import DisplayRecord
from realfm_gui.domain.display_spans import Shown, idle_spans, shown, total_s, without

CELLS = 32
"""Of the longer side of the grid."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DwellMap:
    """Display time over one image, shape (grid rows, grid columns) each, in seconds.

    Times of several viewports are added: an image in two of them for a second counts two.

    `visible_s` is how long each cell was within the visible part (a cell half visible counts half of the
    time). `weighted_s` spreads the time of every picture evenly over its visible part, so that it adds up to
    the time the frames were displayed: what was enlarged weighs more.
    """

    visible_s: NDArray[np.float64]
    weighted_s: NDArray[np.float64]


def dwell_map(record: DisplayRecord, frames: Iterable[int], *, cells: int = CELLS) -> DwellMap | None:
    """Return the dwell map of frames of the same size: one image, or the slices of a series laid on another.

    Parameters
    ----------
    record : DisplayRecord
    frames : iterable of int
        Indices into the case's frames.
    cells : int
        Cells along the longer side.

    Returns
    -------
    DwellMap or None
        None where none of the frames was displayed.

    Raises
    ------
    ValueError
        If the frames differ in size.
    """
    wanted = set(frames)
    pictures = [p for p in shown(record) if p.view.cut is None and p.view.frame in wanted]
    shapes = {(p.view.place.rows, p.view.place.columns) for p in pictures}
    if not shapes:
        return None
    if len(shapes) > 1:
        raise ValueError("a dwell map is of frames of one size")
    rows, columns = shapes.pop()
    longer = max(rows, columns)
    row_edges = np.linspace(-0.5, rows - 0.5, max(1, round(cells * rows / longer)) + 1)
    column_edges = np.linspace(-0.5, columns - 0.5, max(1, round(cells * columns / longer)) + 1)
    visible_s = np.zeros((len(row_edges) - 1, len(column_edges) - 1))
    weighted_s = np.zeros_like(visible_s)
    idle = idle_spans(record)
    for picture in pictures:
        seconds = total_s(without([picture.span], idle))
        part = picture.view.place.visible
        if not (seconds and area(part)):
            continue
        covered = np.outer(_covered(row_edges, part[0], part[2]), _covered(column_edges, part[1], part[3]))
        visible_s += seconds * covered
        weighted_s += seconds * covered / covered.sum()
    return DwellMap(visible_s=visible_s, weighted_s=weighted_s)


def dwell_by_frame(record: DisplayRecord, *, cells: int = CELLS) -> dict[int, DwellMap]:
    """Return the dwell map for every displayed frame, over its whole series where that is of one size.

    Else, and for a series of one image, it is that of the frame alone.
    """
    places = {
        picture.view.frame: (picture.view.place.rows, picture.view.place.columns)
        for picture in shown(record)
        if picture.view.cut is None
    }
    series = max((segment.series for segment in record.segments), key=len, default=())
    found: dict[int, DwellMap] = {}
    first = 0
    for count in series:
        frames = [frame for frame in places if first <= frame < first + count]
        alike = len({places[frame] for frame in frames}) == 1
        for group in [frames] if alike else [[frame] for frame in frames]:
            made = dwell_map(record, group, cells=cells)
            if made is not None:
                found |= dict.fromkeys(group, made)
        first += count
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionTime:
    """Display time on regions, in seconds.

    `displayed_s` is how long at least half of one was visible. `weighted_s` counts every picture by the share
    of its visible part that the region fills: 1 s with the region over a tenth of what is visible is 0.1 s.
    """

    displayed_s: float
    weighted_s: float


def time_on_regions(record: DisplayRecord, regions: Iterable[Region]) -> RegionTime:
    """Return the display time on the AI's regions, or a lesion's; times of several at once count once.

    Their shares are added: regions that overlap count twice where they do.
    """
    pictures, idle = shown(record), idle_spans(record)
    spans, weighted_s = [], 0.0
    for region in regions:
        for picture in pictures_of(pictures, region):
            part = picture.view.place.visible
            inside = region.area_within(part)
            if inside >= 0.5 * region.area:
                spans.append(picture.span)
            if inside:
                weighted_s += total_s(without([picture.span], idle)) * inside / area(part)
    return RegionTime(displayed_s=total_s(without(spans, idle)), weighted_s=weighted_s)


def pictures_of(pictures: Iterable[Shown], region: Region) -> list[Shown]:
    """Return the pictures that showed a frame of the region; reformations are none."""
    return [p for p in pictures if p.view.cut is None and p.view.frame in region.frames]


def _covered(edges: NDArray[np.float64], first: float, last: float) -> NDArray[np.float64]:
    """Return the share of each cell between its edges that lies from first to last."""
    within = np.minimum(edges[1:], last) - np.maximum(edges[:-1], first)
    share: NDArray[np.float64] = np.clip(within / np.diff(edges), 0.0, 1.0)
    return share
