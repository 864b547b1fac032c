"""A case as it would hang, drawn small: what the editor of hanging protocols shows beside a rule."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from realfm_gui.domain.images import Frame
from realfm_gui.domain.patient_geometry import direction_letters
from realfm_gui.imaging.crosshair import centred
from realfm_gui.imaging.cut_stack import CutStack
from realfm_gui.imaging.errors import UnreadableImage
from realfm_gui.imaging.hanging import turned_edges
from realfm_gui.imaging.hung_panes import HungCase, HungPane
from realfm_gui.imaging.planes import reformattable
from realfm_gui.imaging.rendering import apply, build_pyramid, default_window, fit, lookup_table, resample
from realfm_gui.imaging.series_tags import image_places, stored_edges
from realfm_gui.imaging.view_transform import at_edge, chest_wall_edge, edge_before_turn
from realfm_gui.imaging.volume_frames import volume_of_frames


@dataclass(frozen=True, slots=True, kw_only=True)
class HungPicture:
    """A viewport drawn small.

    `picture` is uint8, (rows, columns) or (rows, columns, 3), None where the place is empty; `caption` says
    in a few words what it is; `right` and `bottom` are the letters at these edges as drawn, "" where not
    known.
    """

    row: int
    column: int
    picture: NDArray[np.uint8] | None = None
    caption: str = ""
    right: str = ""
    bottom: str = ""


def hung_pictures(
    frames: Sequence[Frame], series: Sequence[int], hung: HungCase, *, width: int, height: int
) -> tuple[HungPicture, ...]:
    """Draw every place of a layout; tens of ms each, so not for the window's thread.

    Stacks are drawn at their middle slice: the first one rarely shows what they are of.

    Parameters
    ----------
    frames, series : sequence
        As given to `hang_case`.
    hung : HungCase
        What it returned.
    width, height : int
        Of one viewport in device pixels.
    """
    return tuple(_drawn(frames, series, pane, max(1, width), max(1, height)) for pane in hung.panes)


def _drawn(
    frames: Sequence[Frame], series: Sequence[int], pane: HungPane, width: int, height: int
) -> HungPicture:
    if pane.frame is None:
        return HungPicture(row=pane.row, column=pane.column)
    place = next(p for p in image_places(frames, series) if p.first == pane.frame)
    frame, is_cut = frames[place.first + place.count // 2], False
    if pane.cut is not None:
        try:
            members = [frames[at] for at in range(place.first, place.first + place.count)]
            source = reformattable(volume_of_frames(members))
            cuts = CutStack(source, centred(source), pane.cut)
            frame, is_cut = cuts[len(cuts) // 2], True
        except UnreadableImage:
            pass  # shown uncut, as in the reading room
    right, bottom = _edges(frame)
    right, bottom = turned_edges(right, bottom, pane.is_flipped, pane.rotation_degrees)
    return HungPicture(
        row=pane.row,
        column=pane.column,
        picture=_picture(frame, pane, width, height, chest_wall_edge(frame.modality, right)),
        caption=_caption(frames[place.first], pane, is_cut=is_cut),
        right=right,
        bottom=bottom,
    )


def _edges(frame: Frame) -> tuple[str, str]:
    if frame.orientation is not None:
        return direction_letters(frame.orientation[:3]), direction_letters(frame.orientation[3:])
    return stored_edges(frame) or ("", "")


def _picture(frame: Frame, pane: HungPane, width: int, height: int, edge: str) -> NDArray[np.uint8]:
    quarters = pane.rotation_degrees // 90
    if quarters % 2:
        width, height = height, width
    window = pane.window or default_window(frame)
    table = None if frame.is_colour else lookup_table(frame, window)
    transform = at_edge(
        fit(frame.rows, frame.columns, frame.aspect, height, width),
        edge_before_turn(edge, is_mirrored=pane.is_flipped, quarters=quarters),
        columns=frame.columns,
        width=width,
    )
    picture = apply(resample(build_pyramid(frame), transform, height, width), table)
    if pane.is_flipped:
        picture = picture[:, ::-1]
    return np.ascontiguousarray(np.rot90(picture, -quarters))


def _caption(first: Frame, pane: HungPane, *, is_cut: bool) -> str:
    tags = first.tags
    side = tags.get("ImageLaterality") or tags.get("Laterality", "")
    view = " ".join(word for word in (side, tags.get("ViewPosition", "")) if word)
    kind = view if first.modality == "MG" and view else " ".join(filter(None, (first.modality, view)))
    parts = [
        kind,
        str(pane.cut) if is_cut else "",
        pane.window.name.lower() if pane.window is not None else "",
        (pane.age or "prior") if pane.prior else "",
    ]
    return " · ".join(part for part in parts if part)
