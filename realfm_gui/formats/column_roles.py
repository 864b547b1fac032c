"""Which column of a table is the reader, the case, the rating, ..."""

import re
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from realfm_gui.formats.problems import refusal
from realfm_gui.formats.ratings_file import ColumnNames

ROLES = tuple(field.name for field in fields(ColumnNames))

# Spelled as `_plain` leaves them; the first is the plain word, which wins over the others.
_USUAL = {
    "reader": ("reader", "readerid", "observer", "observerid", "rater", "raterid", "radiologist"),
    "modality": ("modality", "modalityid", "treatment", "treatmentid", "arm", "test", "condition"),
    "case": ("case", "caseid", "image", "imageid"),
    "truth": ("truth", "gold", "goldstandard", "label", "reference", "referencestandard"),
    "rating": ("rating", "score", "likelihood"),
    "patient": ("patient", "patientid", "cluster", "clusterid"),
    "finding": ("finding", "findingid"),
    "weight": ("weight", "weights", "samplingweight"),
    "mark": ("mark", "marktype"),
    "lesion": ("lesionid", "lesion"),
}
_OPTION = {role: f"--{role}-column" for role in ROLES}


def column_roles(path: Path, header: Sequence[str], columns: ColumnNames) -> dict[str, int]:
    """Return which column (from 0) has which role; roles without a column are left out.

    Parameters
    ----------
    path : Path
        Named where something is wrong.
    header : sequence of str
        The columns' names; case, spaces, underscores and dots do not count.
    columns : ColumnNames
        Names that the user gave; they win over the usual ones.

    Raises
    ------
    BadRatingsFile
        If a name that was given is not there, or two columns could have the same role.
    """
    roles: dict[str, int] = {}
    for role in ROLES:
        given: str | None = getattr(columns, role)
        if given is not None:
            roles[role] = _given_column(path, header, role, given)
    plain = [_plain(name) for name in header]
    for role, usual in _USUAL.items():
        if role in roles:
            continue
        candidates = [i for i, name in enumerate(plain) if name in usual and i not in roles.values()]
        exact = [i for i in candidates if plain[i] == usual[0]]
        if len(candidates) > 1 and len(exact) != 1:
            names = " and ".join(f"'{header[i]}'" for i in candidates)
            raise refusal(
                path,
                f"has the columns {names}, and each could be the {role}",
                hint=f"Say which one it is ({_OPTION[role]} NAME).",
            )
        if candidates:
            roles[role] = (exact or candidates)[0]
    return roles


def need_columns(path: Path, header: Sequence[str], roles: dict[str, int], needed: Sequence[str]) -> None:
    """Refuse a table without the `needed` columns.

    Raises
    ------
    BadRatingsFile
        Naming what is missing, what is there, and what to do.
    """
    missing = [role for role in needed if role not in roles]
    if missing:
        raise refusal(
            path,
            f"has no column for the {' and the '.join(missing)}; its columns are {', '.join(header)}",
            hint=f"Rename a column, or say which one it is ({', '.join(_OPTION[r] for r in missing)} NAME).",
        )


def unused_columns_note(header: Sequence[str], roles: dict[str, int]) -> tuple[str, ...]:
    """Return the sentence that names the columns that were not used, if there are any."""
    unused = [name for i, name in enumerate(header) if i not in roles.values() and name]
    if not unused:
        return ()
    what = "Columns that were not used" if len(unused) > 1 else "A column that was not used"
    return (f"{what}: {', '.join(unused)}.",)


def _given_column(path: Path, header: Sequence[str], role: str, given: str) -> int:
    matches = [i for i, name in enumerate(header) if name == given]
    matches = matches or [i for i, name in enumerate(header) if _plain(name) == _plain(given)]
    if len(matches) != 1:
        raise refusal(
            path,
            f"has {'no' if not matches else 'more than one'} column '{given}' for the {role}; "
            f"its columns are {', '.join(header)}",
            hint="Give the name as it stands in the file.",
        )
    return matches[0]


def _plain(name: str) -> str:
    return re.sub(r"[\s_.\-]+", "", name).lower()
