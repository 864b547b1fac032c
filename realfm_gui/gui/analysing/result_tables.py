"""The tables under the tiles: arms, readers, changes of calls, times. Rows are made here from the results."""

from collections.abc import Mapping
from typing import Any

from realfm_gui.analysis.wording import plain, signed
from realfm_gui.gui.theme import AI_ALONE, AIDED, UNAIDED
from realfm_gui.gui.widgets.plain_table import Cell, Column
from realfm_gui.gui.widgets.status import State

ARMS = (
    Column(title="Arm"),
    Column(title="AUC", width=176, is_number=True),
    Column(title="Sensitivity at the call", width=176, is_number=True),
    Column(title="Specificity at the call", width=176, is_number=True),
)
READERS = (
    Column(title="Reader"),
    Column(title="AUC unaided", width=88, is_number=True),
    Column(title="AUC aided", width=80, is_number=True),
    Column(title="Change", width=72, is_number=True),
    Column(title="Interval", width=136, is_number=True),
    Column(title="Direction", width=88),
)
CHANGES = (
    Column(title="Where the model was"),
    Column(title="Cases", width=64, is_number=True),
    Column(title="Wrong to right", width=144, is_number=True, tip="Of the readings that were wrong before"),
    Column(title="Right to wrong", width=144, is_number=True, tip="Of the readings that were right before"),
    Column(title="Change of accuracy", width=208, is_number=True),
)
TIMES = (
    Column(title="Reader"),
    Column(title="Before the model", width=128, is_number=True),
    Column(title="Added with it", width=128, is_number=True),
    Column(title="Together", width=128, is_number=True),
)


def arm_rows(results: Mapping[str, Any]) -> list[list[Cell | str]]:
    """One row per arm and control: AUC, sensitivity, specificity with their intervals."""
    auc, sens, spec = results["auc"], results["sensitivity"], results["specificity"]
    rows: list[list[Cell | str]] = [
        [Cell(text=name, color=color), *(_with_interval(part[key]) for part in (auc, sens, spec))]
        for name, key, color in (
            ("Readers, unaided", "unaided", UNAIDED),
            ("Readers, aided", "aided", AIDED),
            (f"AI alone{_of_cases(results['n'])}", "ai", AI_ALONE),
        )
    ]
    for name, estimate in auc["controls"].items():
        rows.append([Cell(text=f"Control {name}", is_quiet=True), _with_interval(estimate), "–", "–"])
    return rows


def _of_cases(n: Mapping[str, Any]) -> str:
    """Say on how many cases the model rests where they are not the readers' cases."""
    return "" if n["ai_cases"] == n["cases"] else f", n = {n['ai_cases']}"


def reader_rows(results: Mapping[str, Any]) -> list[list[Cell | str]]:
    """One row per reader; who got worse beyond chance says so in a word and a glyph, a mere fall quietly."""
    rows: list[list[Cell | str]] = []
    for row in results["per_reader"]:
        mark = Cell(text="fell", tip="May be chance", is_quiet=True) if row["fell"] else Cell()
        if row["got_worse"]:
            mark = Cell(text="worse", tip="The whole interval lies below 0", state=State.WARNING)
        years = f", {row['years']:g} years" if row["years"] is not None else ""
        rows.append(
            [
                Cell(text=row["name"] + years, tip=f"{row['name']} · {row['reader']}"),
                plain(row["unaided"]),
                plain(row["aided"]),
                "–" if row["change"] is None else signed(row["change"]),
                Cell(text=_interval(row["ci"], is_signed=True), tip=row["note"], is_quiet=True),
                mark,
            ]
        )
    return rows


def change_rows(results: Mapping[str, Any]) -> list[list[Cell | str]]:
    """One row per group of cases: changes of calls where the model was right, and where it was wrong."""
    changes = results["changes"]
    if changes is None:
        return []
    rows: list[list[Cell | str]] = []
    for title, key, is_sub in (
        ("right", "ai_right", False),
        ("wrong", "ai_wrong", False),
        ("    it missed the finding", "omission", True),
        ("    it called in error", "commission", True),
    ):
        part = changes[key]
        rows.append(
            [
                Cell(text=title, is_quiet=is_sub),
                str(part["cases"]),
                _share(part["wrong_to_right"], part["wrong_before"]),
                _share(part["right_to_wrong"], part["right_before"]),
                Cell(
                    text=_signed_with_interval(part["accuracy_change"]), tip=part["accuracy_change"]["note"]
                ),
            ]
        )
    return rows


def time_rows(results: Mapping[str, Any]) -> list[list[Cell | str]]:
    """Median active time per case; the design lets nothing be said of time saved."""
    time = results["time"]
    rows: list[list[Cell | str]] = [["All readers", *_times(time["overall"])]]
    rows += [[Cell(text=row["name"], is_quiet=True), *_times(row)] for row in time["per_reader"]]
    return rows


def _times(row: Mapping[str, Any]) -> list[Cell | str]:
    return [
        "–" if row[part]["median_s"] is None else f"{row[part]['median_s']:.1f} s"
        for part in ("before", "added", "total")
    ]


def _with_interval(estimate: Mapping[str, Any]) -> Cell:
    if estimate["value"] is None:
        return Cell(text="–", tip=estimate["note"], is_quiet=True)
    interval = "" if estimate["ci"] is None else f" ({_interval(estimate['ci'])})"
    return Cell(text=plain(estimate["value"]) + interval, tip=estimate["note"])


def _signed_with_interval(estimate: Mapping[str, Any]) -> str:
    if estimate["value"] is None:
        return "not assessable"
    interval = "" if estimate["ci"] is None else f" ({_interval(estimate['ci'], is_signed=True)})"
    return signed(estimate["value"]) + interval


def _interval(ends: Any, *, is_signed: bool = False) -> str:
    if ends is None:
        return "–"
    low, high = ((signed if is_signed else plain)(end) for end in ends)
    return f"{low} to {high}"


def _share(part: int, of: int) -> str:
    return f"{part} of {of}" + (f" ({100 * part / of:.0f} %)" if of else "")
