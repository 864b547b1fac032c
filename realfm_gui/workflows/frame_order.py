"""Refuse to number slices in a study whose slices were numbered in another order."""

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.frame_order import FRAME_ORDER
from realfm_gui.storage import StudyStore


def refuse_other_order(store: StudyStore) -> None:
    """Raise `UserFacingError` if the study has a stack and was begun with another order of slices.

    For whatever brings stored frame numbers and images together, or adds to them: reading, running a model,
    importing lesions, replay. Images that are no stack have one order in every version.
    """
    begun = store.creation
    if begun.get("frame_order") == FRAME_ORDER:
        return
    from realfm_gui.imaging.series import holds_stack

    for case in store.cases():
        if holds_stack([store.image_path(image.file) for image in case.images]):
            version = begun.get("app_version", "unknown")
            raise UserFacingError(
                f"This study was begun with version {version}, which put the slices of a stack in another "
                "order: what is stored of a slice would be shown on another one.",
                hint="Go on with the version it was begun with, or import the images into a new study.",
            )
