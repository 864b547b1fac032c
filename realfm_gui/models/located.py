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
    """A row resolved to the study's case and finding and to the images of the case that its key names.

    `image_files` are the stored files' names, empty where the row speaks of the case as a whole. A slice
    counts among their frames, as the reading room shows them.
    """

    case_id: str
    finding: str
    row: PlaceRow
    image_files: frozenset[str] = frozenset()


def located_finding(place: CasePlace, case: CaseFrames) -> AiFinding:
    """Return the finding on the frames of its case.

    Raises
    ------
    UserFacingError
        If the slice or the place is not there, or it might be on several images: a box on another image
        misleads, one beside the image is a mistake in the table, and a finding that cannot be shown must not
        pass for one that was not made.
    """
    row = place.row
    frames = _frames_meant(place, case)
    frame = _index(row, frames, row.slice or 1)
    reach = None
    if row.first_slice is not None and row.last_slice is not None:
        reach = (_index(row, frames, row.first_slice), _index(row, frames, row.last_slice))
    image = case.frames[frame]
    region = row.region if row.mask_path is None else _read_mask(row, row.mask_path, image)
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
    """Return the frames that the row's slice counts among, all of one series: one where it names no slice."""
    row = place.row
    groups = series_of(case.frames)
    if row.series is not None and row.series > len(groups):
        raise _problem(row, f"names series {row.series} of {len(groups)}")
    files = place.image_files
    named = [
        [index for index in group if not files or case.frames[index].tags.get(IMAGE_FILE) in files]
        for number, group in enumerate(groups, start=1)
        if row.series in (None, number)
    ]
    meant = [group for group in named if group]
    if not meant:
        whose = "" if row.series is None else f" in series {row.series}"
        raise _problem(row, f"names an image that its case does not have{whose}")
    if len(meant) > 1:
        raise _problem(row, f"names no series, and there are {len(meant)} to choose from")
    if row.slice is None and len(meant[0]) > 1:
        raise _problem(row, f"names no slice, and there are {len(meant[0])} images to choose from")
    return meant[0]


def _index(row: PlaceRow, frames: list[int], number: int) -> int:
    if number > len(frames):
        raise _problem(row, f"names slice {number} of {len(frames)}")
    return frames[number - 1]


def _problem(row: PlaceRow, what: str) -> UserFacingError:
    return UserFacingError(
        f"Line {row.line}: it {what}.", hint="Correct the table of places and run it again."
    )


def _read_mask(row: PlaceRow, path: Path, frame: Frame) -> AiRegion:
    try:
        values = read_grid(path, "mask")
    except UserFacingError as error:
        raise UserFacingError(f"Line {row.line}: {error.message}", hint=error.hint) from error
    cells: NDArray[np.bool_] = values > 0
    if not cells.any():
        raise UserFacingError(
            f"Line {row.line}: the mask {path.name} is empty.",
            hint="Leave its row out: nothing was found there.",
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
