"""Whether the marks of an answer can be stored: of the protocol's kind, and on the case's own frames."""

from collections.abc import Sequence

from realfm_gui.domain.case import Case
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.mark import Mark
from realfm_gui.domain.mark_rules import marks_problem
from realfm_gui.storage import StudyStore


def refuse_bad_marks(store: StudyStore, case_id: str, marks: Sequence[Mark]) -> None:
    """Raise `UserFacingError` where a mark is not what the protocol asks for, or lies outside the case."""
    if not marks:
        return
    frames = _frame_count(store, store.case(case_id), enough=1 + max(mark.frame for mark in marks))
    problem = marks_problem(marks, store.protocol, frames=frames)
    if problem:
        raise UserFacingError(problem, hint="Delete this mark and mark the place again.")


def _frame_count(store: StudyStore, case: Case, *, enough: int) -> int:
    """Return how many frames a case has, or that it has `enough`.

    Every image has one frame at least, so that headers are read only where there are more frames than files.
    """
    from realfm_gui.imaging.dataset import open_dataset
    from realfm_gui.imaging.errors import UnreadableImage
    from realfm_gui.imaging.pixel_decoding import number_of_frames

    count = len(case.images)
    for image in case.images:
        if count >= enough:
            break
        try:
            count += number_of_frames(open_dataset(store.image_path(image.file))) - 1
        except (UnreadableImage, OSError):
            continue  # what cannot be shown has not been marked
    return count
