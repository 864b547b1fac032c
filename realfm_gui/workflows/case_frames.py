"""Decode the images of stored cases for work without a screen (fitting, prediction)."""

from collections.abc import Iterable, Iterator

from realfm_gui.domain.case import Case
from realfm_gui.domain.images import CaseFrames
from realfm_gui.storage import StudyStore


def frames_of(store: StudyStore, cases: Iterable[Case]) -> Iterator[CaseFrames]:
    """Yield the decoded frames of each case, one case in memory at a time."""
    from realfm_gui.imaging.series import load_case

    for case in cases:
        paths = [store.image_path(image.file) for image in case.images]
        loaded = load_case(paths)
        yield CaseFrames(case_id=case.case_id, frames=loaded.frames, warnings=loaded.warnings)
