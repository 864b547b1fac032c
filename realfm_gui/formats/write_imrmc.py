"""Writing ``.imrmc`` files."""

import re
from pathlib import Path

from realfm_gui.analysis.mrmc.observer_data import ObserverData
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.formats.atomic_output import written_whole
from realfm_gui.formats.omissions import all_names, lost_parts, refuse_findings, refuse_names
from realfm_gui.formats.write_tables import as_text, imrmc_table


def write_imrmc(data: ObserverData, path: Path, *, title: str = "Reader study") -> tuple[str, ...]:
    """Write an ``.imrmc`` file for the Java program iMRMC.

    Parameters
    ----------
    data : ObserverData
        The study.
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
        If a case has several findings, a name contains a comma or differs from another in spaces only, or
        the file cannot be written.
    """
    from pyarrow import csv as arrow_csv

    name = "An .imrmc file"
    refuse_findings(data, name)
    refuse_names(all_names(data), ',"', name)
    for names in (data.modalities, data.readers, data.cases):
        _refuse_equal_without_spaces(names)
    table = as_text(_with_java_infinity(imrmc_table(data, truth="-1")))
    header = (
        f"{' '.join(title.split())}\n"
        f"NR: {len(data.readers)}\nN0: {data.n_negative}\nN1: {data.n_positive}\nNM: {len(data.modalities)}\n"
        "BEGIN DATA:\n"
    )
    with written_whole(path) as partial, partial.open("wb") as file:
        file.write(header.encode("utf-8"))
        arrow_csv.write_csv(table, file, arrow_csv.WriteOptions(include_header=False, quoting_style="none"))
    return lost_parts(data, name)


def _refuse_equal_without_spaces(names: tuple[str, ...]) -> None:
    seen: dict[str, str] = {}
    for name in names:
        other = seen.setdefault(re.sub(r"\s+", "", name), name)
        if other != name:
            raise UserFacingError(
                f"'{other}' and '{name}' differ in spaces only, and iMRMC takes them for one.",
                hint="Rename one of them.",
            )


def _with_java_infinity(table: object) -> object:
    """Spell infinity as Java reads it."""
    import pyarrow as pa
    from pyarrow import compute

    score = table.column("score")  # type: ignore[attr-defined]  # pyarrow has no types
    text = score.cast(pa.string())
    for plain, java in (("inf", "Infinity"), ("-inf", "-Infinity")):
        text = compute.if_else(compute.equal(text, plain), java, text)
    return table.set_column(3, "score", text)  # type: ignore[attr-defined]
