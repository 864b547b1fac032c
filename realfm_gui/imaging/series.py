"""Series hygiene: frames in anatomical order, and warnings where the order is not what a reader assumes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from realfm_gui.domain.images import Frame, Window
from realfm_gui.imaging.windows import DERIVED

_SAME_PLACE_MM = 1e-2
_GAP_FACTOR = 1.5
_VARYING_FRACTION = 0.02
_SAME_DIRECTION = 1e-3


class WarningKind(StrEnum):
    """What is unusual about a series."""

    GAP = "gap"
    VARYING_SPACING = "varying_spacing"
    MIXED_ORIENTATION = "mixed_orientation"
    DUPLICATE_POSITION = "duplicate_position"
    UNPLACED = "unplaced"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesWarning:
    """Something the reader should know of a series; `series` counts from 0 in the case's order."""

    kind: WarningKind
    series: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedCase:
    """The frames of a case in display order, and what is unusual about them."""

    frames: tuple[Frame, ...]
    warnings: tuple[SeriesWarning, ...] = ()


def load_case(paths: Sequence[Path]) -> LoadedCase:
    """Decode the files of a case and put their frames in order.

    Raises
    ------
    UnreadableImage
        If one of them cannot be shown: a case with a hole is not shown as if it were whole.
    """
    from realfm_gui.imaging.decoding import decode_frames

    return arrange([frame for path in paths for frame in decode_frames(path)])


def arrange(frames: Sequence[Frame]) -> LoadedCase:
    """Sort frames series by series (in order of appearance), each along the normal of its planes."""
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
    """Sort the frames of one series by position along the normal, then by instance and frame number.

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
    if unplaced and not groups and len({_number(frame)[0] for frame in unplaced}) > 1:
        text = "The images have no position; they are in the order of their numbers."
        warnings.append(SeriesWarning(kind=WarningKind.UNPLACED, series=series, text=text))
    result: list[Frame] = []
    for group in groups:
        along = _positions_along_normal(group)
        order = np.argsort(along, kind="stable")
        result += [group[i] for i in order]
        warnings += _spacing_warnings(along[order], series)
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
            if np.allclose(frame.orientation or (), group[0].orientation or (), atol=_SAME_DIRECTION):
                group.append(frame)
                break
        else:
            groups.append([frame])
    return groups


def _positions_along_normal(group: Sequence[Frame]) -> NDArray[np.float64]:
    orientation = np.array(group[0].orientation, np.float64)
    normal = np.cross(orientation[:3], orientation[3:])
    positions: NDArray[np.float64] = np.array([frame.position_mm for frame in group], np.float64) @ normal
    return positions


def _spacing_warnings(along: NDArray[np.float64], series: int) -> list[SeriesWarning]:
    steps = np.diff(along)
    real = steps[steps > _SAME_PLACE_MM]
    warnings = []
    if len(real) < len(steps):
        text = f"{len(steps) - len(real)} images lie at the place of another."
        warnings.append(SeriesWarning(kind=WarningKind.DUPLICATE_POSITION, series=series, text=text))
    if len(real) < 2:
        return warnings
    usual = float(np.median(real))
    gaps = real[real > _GAP_FACTOR * usual]
    if len(gaps):
        text = f"{len(gaps)} gaps, up to {gaps.max():.1f} mm where {usual:.1f} mm is usual."
        warnings.append(SeriesWarning(kind=WarningKind.GAP, series=series, text=text))
    elif np.ptp(real) > _VARYING_FRACTION * usual:
        text = f"The spacing of the images varies from {real.min():.2f} to {real.max():.2f} mm."
        warnings.append(SeriesWarning(kind=WarningKind.VARYING_SPACING, series=series, text=text))
    return warnings


def _with_one_window(frames: Sequence[Frame]) -> list[Frame]:
    # A window derived image by image would flicker through a stack and hide real differences.
    derived = [frame.windows[0] for frame in frames if frame.windows and frame.windows[0].name == DERIVED]
    if len(derived) < 2:
        return list(frames)
    low = min(window.center - window.width / 2 for window in derived)
    high = max(window.center + window.width / 2 for window in derived)
    shared = Window(center=(low + high) / 2, width=high - low, name=DERIVED, function="linear_exact")
    return [
        replace(frame, windows=(shared, *frame.windows[1:]))
        if frame.windows and frame.windows[0].name == DERIVED
        else frame
        for frame in frames
    ]
