"""What a file format cannot hold: said, or refused where the study would become another one."""

from collections.abc import Iterable

import numpy as np

from realfm_gui.analysis.mrmc.observer_data import ObserverData
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.formats.columns import number_from_text

_FIRST_PRINTED = 32
_FORMULA_STARTS = ("=", "+", "-", "@")


def refuse_findings(data: ObserverData, format_name: str) -> None:
    """Refuse a study of several findings for a format that knows only cases.

    Raises
    ------
    UserFacingError
        If a case stands there more than once.
    """
    if len(set(data.cases)) < len(data.cases):
        raise UserFacingError(
            f"{format_name} knows cases only, and this study rates several findings of a case.",
            hint="Write one file per finding, or a tidy table.",
        )


def refuse_names(names: Iterable[str], forbidden: str, format_name: str) -> None:
    """Refuse names that the format would tear apart.

    Parameters
    ----------
    names : iterable of str
        Readers, modalities, cases.
    forbidden : str
        Characters that must not occur in them; control characters, outer spaces and emptiness never may.
    format_name : str
        For the words.

    Raises
    ------
    UserFacingError
        Naming the first such name.
    """
    for name in names:
        bad = [character for character in name if character in forbidden or ord(character) < _FIRST_PRINTED]
        if bad or not name or name != name.strip():
            why = f"it contains {bad[0]!r}" if bad else "it is empty or begins or ends with a space"
            raise UserFacingError(
                f"{format_name} cannot hold the name {name!r}: {why}.",
                hint="Rename it, or write a tidy table.",
            )


def all_names(data: ObserverData) -> tuple[str, ...]:
    """Return every name of the study: modalities, readers, cases, findings."""
    return (*data.modalities, *data.readers, *data.cases, *filter(None, data.findings))


def formula_note(data: ObserverData) -> tuple[str, ...]:
    """Return a sentence where a spreadsheet would run names of a CSV file as formulas (CWE-1236).

    They are written as they are, because an apostrophe in front would come back as part of the name.
    """
    risky = [name for name in dict.fromkeys(all_names(data)) if _is_run(name)]
    if not risky:
        return ()
    names = f"{risky[0]!r} begins" if len(risky) == 1 else f"{len(risky):,} names begin ({risky[0]!r}, ...)"
    return (
        f"{names} as a formula does: a spreadsheet that opens the file may run it. Import its columns as "
        "text.",
    )


def _is_run(name: str) -> bool:
    return name.startswith(_FORMULA_STARTS) and number_from_text(name) is None


def refuse_infinite(data: ObserverData, format_name: str) -> None:
    """Refuse infinite ratings for a format that has no word for them.

    Raises
    ------
    UserFacingError
        Naming one of the reads.
    """
    places = np.argwhere(np.isinf(data.ratings))
    if len(places):
        m, r, c = places[0]
        raise UserFacingError(
            f"{format_name} cannot hold infinite ratings: reader {data.readers[r]}, case {data.cases[c]}, "
            f"modality {data.modalities[m]} has one ({len(places):,} in all).",
            hint="Write a tidy table.",
        )


def lost_parts(
    data: ObserverData, format_name: str, *, clusters: bool = True, marks: bool = True
) -> tuple[str, ...]:
    """Return a sentence for everything beyond ratings that the file does not hold.

    Parameters
    ----------
    data : ObserverData
        What is written.
    format_name : str
        For the words.
    clusters, marks : bool
        Whether the format drops patients and weights; marks.
    """
    notes = []
    if clusters and len(np.unique(data.clusters)) < len(data.clusters):
        notes.append(f"{format_name} does not hold which cases belong to the same patient.")
    if clusters and (data.weights != 1).any():
        notes.append(f"{format_name} does not hold sampling weights.")
    if clusters and data.findings:
        notes.append(f"{format_name} does not hold the findings' names.")
    if marks and data.marks is not None:
        notes.append(
            f"{format_name} does not hold marks: every read has its highest rating, minus infinity where "
            "nothing was marked."
        )
    return tuple(notes)
