"""Writing ``.lrc`` files for LABMRMC and OR-DBM MRMC."""

from pathlib import Path

import numpy as np

from realfm_gui.analysis.mrmc.observer_data import ObserverData
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.formats.atomic_output import written_whole
from realfm_gui.formats.omissions import (
    all_names,
    lost_parts,
    refuse_findings,
    refuse_infinite,
    refuse_names,
)

_NAME = "An .lrc file"


def write_lrc(data: ObserverData, path: Path, *, title: str = "Reader study") -> tuple[str, ...]:
    """Write an ``.lrc`` file; negative cases come first in it.

    Parameters
    ----------
    data : ObserverData
        A study in which everyone read everything.
    path : Path
        The file.
    title : str
        Its first line.

    Returns
    -------
    tuple of str
        What the file does not hold, a sentence each.

    Raises
    ------
    UserFacingError
        If reads are missing, a rating is infinite, a case has several findings, a name would be torn apart,
        or the file cannot be written.
    """
    refuse_findings(data, _NAME)
    refuse_names(all_names(data), '"', _NAME)
    refuse_infinite(data, _NAME)
    if not data.is_complete:
        m, r, c = np.argwhere(~data.was_read)[0]
        raise UserFacingError(
            f"{_NAME} holds complete studies only: reader {data.readers[r]} did not read case "
            f"{data.cases[c]} in modality {data.modalities[m]}.",
            hint="Write an .imrmc file, or a table.",
        )
    marked = [name for name in data.readers if name.startswith(("*", "#"))]
    if marked:
        raise UserFacingError(
            f"{_NAME} cannot hold a reader called '{marked[0]}': * and # end its parts.",
            hint="Rename the reader.",
        )
    lines = [
        " ".join(title.split()) or "Reader study",
        data.readers[0],
        "   ".join(f'"{name}"' for name in data.modalities),
        "   ".join("L" for _ in data.modalities),
    ]
    for reader, name in enumerate(data.readers):
        if reader:
            lines.append(name)
        for is_positive in (False, True):
            for case in np.flatnonzero(data.is_positive == is_positive):
                ratings = "   ".join(repr(float(rating)) for rating in data.ratings[:, reader, case])
                lines.append(f"   {ratings}   {data.cases[case]}")
            lines.append("*")
    lines.append("#")
    with written_whole(path) as partial:
        partial.write_text("\n".join(lines) + "\n", encoding="utf-8")
    is_sorted = bool((np.diff(data.is_positive.astype(np.int8)) >= 0).all())
    return (*(() if is_sorted else ("Negative cases stand first in the file.",)), *lost_parts(data, _NAME))
