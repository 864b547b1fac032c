"""The frames of one case from its stored files."""

from collections.abc import Sequence
from pathlib import Path

from realfm_gui.domain.images import CaseFrames


def frames_of_case(case_id: str, paths: Sequence[Path]) -> CaseFrames:
    """Decode a case in this process, in display order.

    For work without a window (model runs, command line); beside one, use `DecodingService`.

    Raises
    ------
    UnreadableImage
        If one of the files cannot be shown.
    """
    from realfm_gui.imaging.series import load_case

    return CaseFrames(case_id=case_id, frames=load_case(paths).frames)
