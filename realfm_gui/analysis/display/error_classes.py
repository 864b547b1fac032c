"""Why a call was wrong, as far as the record of what was displayed can tell."""

from collections.abc import Sequence
from enum import StrEnum

from realfm_gui.analysis.display.lesion_display import Displayed, LesionDisplay


class ErrorClass(StrEnum):
    """The class of a wrong call."""

    NEVER_DISPLAYED = "never_displayed"
    """No lesion came on the screen at all."""
    TOO_BRIEF = "displayed_too_briefly"
    """A lesion came on the screen, none for long and large enough."""
    REJECTED = "displayed_and_rejected"
    """A lesion stood on the screen long and large enough, and the call was still "no"."""
    CHANGED_AFTER_AI = "changed_after_ai"
    """Right without the AI, wrong with it."""
    FALSE_POSITIVE = "false_positive"
    """Called where there is nothing: no lesion could have been displayed."""
    ONLY_REFORMATIONS = "only_reformations_displayed"
    """None of the slices of a lesion was displayed, but reformations of the case were."""
    PLACE_UNKNOWN = "place_unknown"
    """Nobody has said where the lesion is."""
    NOT_RECORDED = "not_recorded"
    """What was displayed was not recorded, or not to the end, and the part that was settles nothing."""


def error_class(
    *,
    is_present: bool,
    call: bool,
    unaided_call: bool | None = None,
    lesions: Sequence[LesionDisplay] = (),
    is_recorded: bool = True,
) -> ErrorClass | None:
    """Class one call; None where it is right.

    Parameters
    ----------
    is_present : bool
        The truth of the finding.
    call : bool
        The call to be classed.
    unaided_call : bool, optional
        The reader's call without the AI, where `call` is the one with it.
    lesions : sequence of LesionDisplay
        How each lesion of the finding was displayed; empty where their places are not known.
    is_recorded : bool
        Whether everything displayed up to the call is on record.
    """
    if call == is_present:
        return None
    if unaided_call is not None and unaided_call == is_present:
        return ErrorClass.CHANGED_AFTER_AI
    if call:
        return ErrorClass.FALSE_POSITIVE
    if not lesions:
        return ErrorClass.PLACE_UNKNOWN if is_recorded else ErrorClass.NOT_RECORDED
    shown = {lesion.displayed for lesion in lesions}
    if Displayed.LONG_ENOUGH in shown:
        return ErrorClass.REJECTED
    if not is_recorded:  # the missing part may hold what would class it otherwise
        return ErrorClass.NOT_RECORDED
    if Displayed.TOO_BRIEFLY in shown:
        return ErrorClass.TOO_BRIEF
    if any(lesion.cuts_s > 0 for lesion in lesions):
        return ErrorClass.ONLY_REFORMATIONS
    return ErrorClass.NEVER_DISPLAYED
