"""Whether the marks of an answer can be stored: of the protocol's kind, and on images of the examination."""

from bisect import bisect_left
from collections.abc import Sequence
from pathlib import Path

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.mark import Mark
from realfm_gui.domain.mark_rules import marks_problem
from realfm_gui.storage import StudyStore


def refuse_bad_marks(store: StudyStore, case_id: str, marks: Sequence[Mark]) -> None:
    """Raise `UserFacingError` where a mark is not what the protocol asks for, lies outside or on a prior."""
    if not marks:
        return
    paths = [store.image_path(image.file) for image in store.case(case_id).images]
    current = paths[: _current_count(paths)]
    last = max(mark.frame for mark in marks)
    frames = _frame_count(current, enough=1 + last)
    if last >= frames and len(current) < len(paths):
        raise UserFacingError(
            "A mark lies on an image of a prior.",
            hint="Delete this mark: marks belong to the current examination.",
        )
    problem = marks_problem(marks, store.protocol, frames=frames)
    if problem:
        raise UserFacingError(problem, hint="Delete this mark and mark the place again.")


def _current_count(paths: Sequence[Path]) -> int:
    """Return how many images of a case are of the current examination; those of its priors come last."""
    # Most cases have no prior: one header says so. Else a few of them, where a stack has hundreds.
    return bisect_left(paths, True, key=_is_prior) if _is_prior(paths[-1]) else len(paths)


def _is_prior(path: Path) -> bool:
    from realfm_gui.imaging.dataset import number, open_dataset
    from realfm_gui.imaging.errors import UnreadableImage
    from realfm_gui.imaging.study_order import OFFSET

    try:
        return (number(open_dataset(path), OFFSET) or 0.0) < 0
    except (UnreadableImage, OSError):
        return False  # what cannot be shown has not been marked


def _frame_count(paths: Sequence[Path], *, enough: int) -> int:
    """Return how many frames images have, or that they have `enough`.

    Every image has one frame at least, so that headers are read only where there are more frames than files.
    """
    from realfm_gui.imaging.dataset import open_dataset
    from realfm_gui.imaging.errors import UnreadableImage
    from realfm_gui.imaging.pixel_decoding import number_of_frames

    count = len(paths)
    for path in paths:
        if count >= enough:
            break
        try:
            count += number_of_frames(open_dataset(path)) - 1
        except (UnreadableImage, OSError):
            continue
    return count
