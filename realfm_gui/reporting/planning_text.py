"""A planned study as aligned text for the terminal."""

from collections.abc import Sequence

from realfm_gui.analysis.planning.power import PowerPoint
from realfm_gui.analysis.planning.sizing import SampleSizeResult, SampleSizeRow
from realfm_gui.reporting.mrmc_text import DASH, aligned, wrapped


def plan_text(
    sizes: SampleSizeResult,
    grid: Sequence[Sequence[PowerPoint]],
    *,
    source: str,
    counted: str = "",
    remarks: Sequence[str] = (),
) -> str:
    """Return what was assumed, the cases needed and the power of each number of readers and cases.

    Parameters
    ----------
    sizes : SampleSizeResult
        Of `power_table`.
    grid : sequence of sequences of PowerPoint
        One row per number of readers, the same numbers of cases in each.
    source : str
        Where the components come from.
    counted : str
        ``positive`` or ``negative`` where only such cases are counted.
    remarks : sequence of str
        What else has to be said.
    """
    cases = f"{counted} cases".strip()
    rows = [["Readers", f"{cases} needed", "power", "SE", "df", "readings"], *map(_size_row, sizes.rows)]
    blocks = [
        "\n".join(
            ["Assumed", wrapped(f"Components: {source}."), *map(wrapped, (*sizes.assumptions, *remarks))]
        ),
        f"Smallest number of {cases} for a power of {sizes.target:g}\n{aligned(rows)}",
    ]
    if grid and grid[0]:
        header = ["Readers", *(f"{point.cases} {cases}" for point in grid[0])]
        body = [[_who(row[0]), *(f"{point.power:.3f}" for point in row)] for row in grid]
        blocks.append(f"Power\n{aligned([header, *body])}")
    said = list(dict.fromkeys([*sizes.warnings, *(text for row in sizes.rows for text in row.warnings)]))
    if said:
        blocks.append("\n".join(["To keep in mind", *map(wrapped, said)]))
    return "\n\n".join(blocks)


def _size_row(row: SampleSizeRow) -> list[str]:
    who = f"{row.readers[0]} + {row.readers[1]}" if isinstance(row.readers, tuple) else str(row.readers)
    if row.point is None or row.cases is None or row.readings is None:
        return [who, "not reached", f"<= {row.largest_power:.3f}", DASH, DASH, DASH]
    df = "normal" if row.point.df is None else f"{row.point.df:.1f}"
    return [who, f"{row.cases:,}", f"{row.point.power:.3f}", f"{row.point.se:.4f}", df, f"{row.readings:,}"]


def _who(point: PowerPoint) -> str:
    readers = point.readers
    return f"{readers[0]} + {readers[1]}" if isinstance(readers, tuple) else str(readers)
