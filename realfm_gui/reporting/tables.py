"""Tidy tables: one row per reading, with a codebook that says what every column means."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SUBGROUP_PREFIX = "subgroup_"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of the table, as the codebook explains it."""

    name: str
    meaning: str
    unit: str = ""
    values: str = ""


READING_COLUMNS = (
    Column(name="study", meaning="Title of the study", values="text"),
    Column(name="reader", meaning="Identifier of the reader", values="text"),
    Column(name="reader_name", meaning="Name of the reader in the protocol", values="text"),
    Column(name="reader_is_simulated", meaning="The reader is a program", values="0 no, 1 yes"),
    Column(name="reader_years", meaning="Experience of the reader", unit="years"),
    Column(name="case", meaning="Random identifier of the case", values="text"),
    Column(name="patient", meaning="Random identifier of the patient (cluster)", values="text"),
    Column(name="split", meaning="What the case is for", values="training, reading"),
    Column(name="position", meaning="Place of the case in the reader's order, from 1"),
    Column(name="finding", meaning="Identifier of the finding", values="text"),
    Column(name="phase", meaning="Without or with the model's output", values="unaided, aided"),
    Column(
        name="likelihood",
        meaning="How likely the finding is present",
        unit="0 to 100",
        values="empty: no rating",
    ),
    Column(name="recall", meaning="The reader's call", values="0 no, 1 yes, empty: none"),
    Column(name="confidence", meaning="Confidence in the answer", values="1 (guess) upwards, empty: none"),
    Column(
        name="flags",
        meaning="Remarks on the case, joined by a semicolon",
        values="non_diagnostic, technical_fault, remembered",
    ),
    Column(name="active_ms", meaning="Reading time of this phase, idle and paused time taken out", unit="ms"),
    Column(name="idle_ms", meaning="Time without any input beyond the idle limit", unit="ms"),
    Column(name="paused_ms", meaning="Time in breaks", unit="ms"),
    Column(name="session", meaning="Identifier of the sitting", values="text"),
    Column(name="sequence", meaning="Number of the event that recorded the reading"),
    Column(name="truth", meaning="Reference standard", values="0 absent, 1 present"),
    Column(name="ai_score", meaning="The model's score, on its own scale", values="empty: see ai_outcome"),
    Column(name="ai_probability", meaning="The model's calibrated probability", unit="0 to 1"),
    Column(
        name="ai_call", meaning="The model's call at its operating point", values="0 no, 1 yes, empty: none"
    ),
    Column(
        name="ai_outcome",
        meaning="What became of the case when the model was run on it",
        values="answered, failed, out_of_domain: not made for such a case; both of these are no AI advice",
    ),
    Column(name="ai_run", meaning="Identifier of the prediction run", values="text"),
    Column(
        name="display_record",
        meaning="Whether what the screen displayed in this reading is on record (displayed, not seen: nobody "
        "tracked eyes)",
        values="complete, incomplete, none, unreadable",
    ),
    Column(name="display_slices", meaning="Slices that came on the screen"),
    Column(name="display_slices_of", meaning="Slices of the case"),
    Column(name="display_s", meaning="Time with a picture on the screen, idle time taken out", unit="s"),
    Column(name="display_s_per_slice", meaning="Median display time of the displayed slices", unit="s"),
    Column(name="display_ai_s", meaning="Time with the AI's map or places over a picture", unit="s"),
    Column(name="display_cuts_s", meaning="Time with a reformation on the screen", unit="s"),
    Column(name="display_windows", meaning="Different windows that stood for half a second or longer"),
    Column(name="display_largest_zoom", meaning="Largest zoom", unit="screen pixels per image column"),
    Column(
        name="display_ai_region_s",
        meaning="Time with half or more of a place that the AI points at visible, drawn or not",
        unit="s",
        values="empty: unaided, or it points at none",
    ),
    Column(
        name="display_lesion",
        meaning="How the lesion that was displayed longest was displayed up to this answer: half or more of "
        "it visible, 8 screen pixels or larger, for half a second or longer in all",
        values="displayed, displayed too briefly, never displayed, empty: no lesion known",
    ),
    Column(name="display_lesion_s", meaning="Time that lesion was displayed so", unit="s"),
    Column(
        name="error_class",
        meaning="Why the call was wrong, as far as what was displayed tells (see the help)",
        values="never_displayed, displayed_too_briefly, displayed_and_rejected, changed_after_ai, "
        "false_positive, only_reformations_displayed, place_unknown, not_recorded, empty: right or no call",
    ),
)


def tidy_readings(
    rows: Iterable[Mapping[str, Any]], folder: Path, *, name: str = "readings"
) -> tuple[Path, Path]:
    """Write ``readings.csv`` and ``codebook.csv`` and return their paths.

    Parameters
    ----------
    rows : iterable of mapping
        One per (reader, case, phase, finding); keys are names of `READING_COLUMNS` or begin with
        ``subgroup_``. What a row lacks stays empty.
    folder : Path
        Created if absent.
    name : str
        Stem of the table's file.

    Raises
    ------
    ValueError
        If a row has a column that the codebook does not explain.

    Notes
    -----
    Text that a spreadsheet would run as a formula gets an apostrophe in front (CWE-1236), and the codebook
    says so.
    """
    import pandas as pd

    entries = [dict(row) for row in rows]
    columns = [*READING_COLUMNS, *_subgroups(entries)]
    names = [column.name for column in columns]
    table = pd.DataFrame(
        [[_cell(entry.get(column)) for column in names] for entry in entries], columns=names, dtype=object
    )
    folder.mkdir(parents=True, exist_ok=True)
    table_path, codebook_path = folder / f"{name}.csv", folder / "codebook.csv"
    table.to_csv(table_path, index=False, lineterminator="\n", encoding="utf-8")
    codebook = [
        {"column": c.name, "meaning": _cell(c.meaning), "unit": c.unit, "values": c.values} for c in columns
    ]
    codebook.append(
        {
            "column": "(all)",
            "meaning": "One row per reading: reader, case, phase and finding. Text that begins with one of "
            "= + - @ has an apostrophe in front, so that no spreadsheet runs it.",
            "unit": "",
            "values": "empty: missing",
        }
    )
    pd.DataFrame(codebook).to_csv(codebook_path, index=False, lineterminator="\n", encoding="utf-8")
    return table_path, codebook_path


def _subgroups(entries: list[dict[str, Any]]) -> list[Column]:
    known = {column.name for column in READING_COLUMNS}
    further = sorted({key for entry in entries for key in entry} - known)
    unknown = [key for key in further if not key.startswith(SUBGROUP_PREFIX)]
    if unknown:
        raise ValueError(f"the codebook does not explain the columns {', '.join(unknown)}")
    return [
        Column(
            name=key,
            meaning=f"Column {key.removeprefix(SUBGROUP_PREFIX)!r} of the truth file",
            values="text",
        )
        for key in further
    ]


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float) and value != value:  # NaN is a gap like None
        return None
    if isinstance(value, str):
        # A lone carriage return is not quoted by the writer and would break the row in two.
        text = value.replace("\r\n", "\n").replace("\r", "\n")
        return f"'{text}" if text.startswith(FORMULA_STARTS) else text
    return value
