"""Series hygiene: frames in display order, and warnings where the order is not what a reader assumes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from realfm_gui.domain.images import Frame, LoadedCase, SeriesWarning, WarningKind
from realfm_gui.imaging.derived_window import DERIVED, spanning_window
from realfm_gui.imaging.errors import UnreadableImage
from realfm_gui.imaging.stacking import display_order, has_same_direction, stack_warnings

SLICED = frozenset({"CT", "MR", "PT", "NM"})
"""Modalities whose images have a place in the patient; of others nobody expects one."""

__all__ = ["LoadedCase", "SeriesWarning", "WarningKind", "arrange", "holds_stack", "load_case", "sort_series"]


def load_case(paths: Sequence[Path]) -> LoadedCase:
    """Decode the files of a case and put their frames in order.

    Raises
    ------
    UnreadableImage
        If one of them cannot be shown: a case with a hole is not shown as if it were whole.
    """
    from realfm_gui.imaging.decoding import decode_frames

    # The file's name is the study's own random id: whoever speaks of one image of a case finds its frames.
    return arrange(
        [
            replace(frame, tags={**frame.tags, "ImageFile": path.name})
            for path in paths
            for frame in decode_frames(path)
        ]
    )


def holds_stack(paths: Sequence[Path]) -> bool:
    """Whether frames of these files are put in order by their place: two of one series have one.

    Files that cannot be read do not count: what cannot be shown is in no order.
    """
    from realfm_gui.imaging.dataset import open_dataset, reading_values, text
    from realfm_gui.imaging.geometry import geometry_of
    from realfm_gui.imaging.pixel_decoding import number_of_frames

    placed: Counter[str] = Counter()
    for path in paths:
        try:
            dataset = open_dataset(path)
            with reading_values():
                geometries = [geometry_of(dataset, frame) for frame in range(number_of_frames(dataset))]
        except (UnreadableImage, OSError):
            continue
        uid = text(dataset, "SeriesInstanceUID")
        placed[uid] += sum(g.position_mm is not None and g.orientation is not None for g in geometries)
        if uid and placed[uid] > 1:
            return True
    return False


def arrange(frames: Sequence[Frame]) -> LoadedCase:
    """Put the frames of each series in order (`sort_series`), series by series in order of appearance."""
    series: dict[str, list[Frame]] = {}
    for number, frame in enumerate(frames):
        series.setdefault(frame.tags.get("SeriesInstanceUID") or f"alone {number}", []).append(frame)
    ordered: list[Frame] = []
    warnings: list[SeriesWarning] = []
    for number, members in enumerate(series.values()):
        in_order, found = sort_series(members, number)
        ordered += _with_one_window(in_order)
        warnings += found
    return LoadedCase(frames=tuple(ordered), warnings=tuple(warnings))


def sort_series(frames: Sequence[Frame], series: int = 0) -> tuple[list[Frame], list[SeriesWarning]]:
    """Sort the frames of one series for display (`display_order`), then by instance and frame number.

    Frames of different orientation stay in groups, in order of appearance; frames without a position keep
    the order of their instance numbers.
    """
    if len(frames) < 2:
        return list(frames), []
    warnings: list[SeriesWarning] = []
    numbered = sorted(frames, key=_number)
    unplaced = [f for f in numbered if f.position_mm is None or f.orientation is None]
    groups = _by_orientation([f for f in numbered if f.position_mm is not None and f.orientation is not None])
    if len(groups) > 1 or (groups and unplaced):
        text = "Planes of different orientation in one series are kept in groups."
        warnings.append(SeriesWarning(kind=WarningKind.MIXED_ORIENTATION, series=series, text=text))
    are_slices = bool(unplaced) and unplaced[0].modality in SLICED
    if are_slices and not groups and len({_number(frame)[0] for frame in unplaced}) > 1:
        text = "The images have no position; they are in the order of their numbers."
        warnings.append(SeriesWarning(kind=WarningKind.UNPLACED, series=series, text=text))
    result: list[Frame] = []
    for group in groups:
        orientation = group[0].orientation or ()
        positions = np.array([frame.position_mm for frame in group], np.float64)
        result += [group[i] for i in display_order(orientation, positions)]
        warnings += stack_warnings(orientation, positions, series)
    return result + unplaced, warnings


def _number(frame: Frame) -> tuple[int, int]:
    def whole(keyword: str) -> int:
        value = frame.tags.get(keyword, "")
        return int(value) if value.lstrip("-").isdecimal() else 0

    return whole("InstanceNumber"), whole("FrameNumber")


def _by_orientation(frames: Sequence[Frame]) -> list[list[Frame]]:
    groups: list[list[Frame]] = []
    for frame in frames:
        for group in groups:
            if has_same_direction(frame.orientation, group[0].orientation):
                group.append(frame)
                break
        else:
            groups.append([frame])
    return groups


def _with_one_window(frames: Sequence[Frame]) -> list[Frame]:
    derived = [frame.windows[0] for frame in frames if frame.windows and frame.windows[0].name == DERIVED]
    if len(derived) < 2:
        return list(frames)
    shared = spanning_window(derived)
    return [
        replace(frame, windows=(shared, *frame.windows[1:]))
        if frame.windows and frame.windows[0].name == DERIVED
        else frame
        for frame in frames
    ]
