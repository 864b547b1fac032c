"""From a row of somebody's table to a located finding on the frames of a case."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from realfm_gui.domain.ai_finding import AiFinding, AiRegion, AiShape
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.grid_geometry import grid_over
from realfm_gui.domain.images import CaseFrames, Frame
from realfm_gui.models.places_csv import PlaceRow

IMAGE_FILE = "ImageFile"
"""The tag that says in which stored file a frame lies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePlace:
    """A row resolved to the study's case, finding and, where the row names one image of it, that image.

    `image_file` is the stored file's name, None where the row speaks of the case as a whole: then its slice
    counts within a series as the reading room shows it.
    """

    case_id: str
    finding: str
    row: PlaceRow
    image_file: str | None = None


def located_finding(place: CasePlace, case: CaseFrames) -> AiFinding:
    """Return the finding on the frames of its case.

    Raises
    ------
    UserFacingError
        If the slice or the place is not there: a box beside the image is a mistake in the table, and a
        finding that cannot be shown must not pass for one that was not made.
    """
    row = place.row
    frames = _frames_meant(place, case)
    if row.slice is None and len(frames) > 1:
        raise _problem(row, f"names no slice, and there are {len(frames)} images to choose from")
    frame = _index(row, frames, row.slice or 1)
    reach = None
    if row.first_slice is not None and row.last_slice is not None:
        reach = (_index(row, frames, row.first_slice), _index(row, frames, row.last_slice))
    image = case.frames[frame]
    region = row.region if row.mask_path is None else _read_mask(row.mask_path, image)
    if region is not None and not region.touches(rows=image.rows, columns=image.columns):
        raise _problem(row, f"lies outside the image of {image.columns} × {image.rows} pixels")
    return AiFinding(
        finding=place.finding,
        score=row.score,
        frame=frame,
        frames=reach,
        region=region,
        label=row.label,
        text=row.text,
        probability=row.probability,
        interval=row.interval,
    )


def series_of(frames: tuple[Frame, ...]) -> list[list[int]]:
    """Return the frame indices of each series, in the case's order; an image without one stands alone."""
    groups: dict[str, list[int]] = {}
    for index, frame in enumerate(frames):
        groups.setdefault(frame.tags.get("SeriesInstanceUID") or f"alone {index}", []).append(index)
    return list(groups.values())


def _frames_meant(place: CasePlace, case: CaseFrames) -> list[int]:
    row = place.row
    if place.image_file is not None:
        own = [i for i, frame in enumerate(case.frames) if frame.tags.get(IMAGE_FILE) == place.image_file]
        # The slices of one file, unless the row counts within a series all the same.
        if own and row.series is None and (row.slice is None or len(own) >= row.slice):
            return own
    groups = series_of(case.frames)
    if row.series is not None:
        if row.series > len(groups):
            raise _problem(row, f"names series {row.series} of {len(groups)}")
        return groups[row.series - 1]
    return groups[0] if len(groups) == 1 or row.slice is None else list(range(len(case.frames)))


def _index(row: PlaceRow, frames: list[int], number: int) -> int:
    if number > len(frames):
        raise _problem(row, f"names slice {number} of {len(frames)}")
    return frames[number - 1]


def _problem(row: PlaceRow, what: str) -> UserFacingError:
    return UserFacingError(
        f"Line {row.line} of the table of places {what}.", hint="Correct the table and run it again."
    )


def _read_mask(path: Path, frame: Frame) -> AiRegion:
    values = read_grid(path, "mask")
    cells: NDArray[np.bool_] = values > 0
    if not cells.any():
        raise UserFacingError(
            f"The mask {path.name} is empty.", hint="Leave its row out: nothing was found there."
        )
    grid = grid_over(rows=frame.rows, columns=frame.columns, cells=(cells.shape[0], cells.shape[1]))
    return AiRegion(shape=AiShape.MASK, mask=cells, grid=grid)


def read_grid(path: Path, what: str) -> NDArray[np.float32]:
    """Return the finite numbers of a ``.npy`` file, shape (rows, columns); `what` names it in errors.

    Raises
    ------
    UserFacingError
        If it is anything else. Nothing in it is ever executed.
    """
    hint = "Write it with numpy.save as a two-dimensional array of numbers that covers the whole image."
    try:
        values = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise UserFacingError(f"The {what} {path.name} cannot be read.", hint=hint) from error
    is_grid = isinstance(values, np.ndarray) and values.ndim == 2 and values.size > 0
    if not is_grid or values.dtype.kind not in "fiub":
        raise UserFacingError(f"The {what} {path.name} is not a two-dimensional array of numbers.", hint=hint)
    numbers: NDArray[np.float32] = values.astype(np.float32)
    if not np.isfinite(numbers).all():
        raise UserFacingError(f"The {what} {path.name} has values that are not finite.", hint=hint)
    return numbers
