"""Decode the images of stored cases for work without a screen (fitting, prediction)."""

from collections.abc import Iterable, Iterator

from realfm_gui.domain.case import Case
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.images import CaseFrames
from realfm_gui.storage import StudyStore


def frames_of(store: StudyStore, cases: Iterable[Case]) -> Iterator[CaseFrames]:
    """Yield the decoded frames of each case, one case in memory at a time.

    Those of prior examinations are left out: what a model says is about the current one. They come last in
    a case, so that the others are numbered as on the screen.

    Raises
    ------
    UserFacingError
        If an image cannot be shown, or a prior lies before a current image: a place that a model found would
        be shown on another image than it was found on.
    """
    from realfm_gui.imaging.series import load_case
    from realfm_gui.imaging.study_order import is_prior

    for case in cases:
        paths = [store.image_path(image.file) for image in case.images]
        loaded = load_case(paths)
        current = tuple(frame for frame in loaded.frames if not is_prior(frame))
        if any(map(is_prior, loaded.frames[: len(current)])):
            raise UserFacingError(
                f"Images of a prior lie before current ones in case {case.case_id}.",
                hint="Import the case again, into a new study.",
            )
        yield CaseFrames(case_id=case.case_id, frames=current, warnings=loaded.warnings)
