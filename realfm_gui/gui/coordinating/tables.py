"""The coordinator's tables: cases by split, models, readers; rows are made here, without an outcome."""

from collections.abc import Sequence

from realfm_gui.domain.case import Split
from realfm_gui.gui.coordinating.steps import only_practises
from realfm_gui.gui.theme import AIDED, UNAIDED
from realfm_gui.gui.widgets.plain_table import Cell, Column
from realfm_gui.gui.widgets.status import State
from realfm_gui.workflows.overview import ModelOverview, ReaderOverview, SplitOverview

CASES = (
    Column(title="Split", width=128),
    Column(title="Used for"),
    Column(title="Cases", width=80, is_number=True),
    Column(title="Patients", width=80, is_number=True),
    Column(title="Images", width=80, is_number=True),
    Column(title="Reference standard", width=176),
)
MODELS = (
    Column(title="Model"),
    Column(title="Role", width=144),
    Column(title="Fitted", width=112),
    Column(title="Cases answered", width=152),
    Column(title="Failed", width=104),
    Column(title="", width=144),
)
READERS = (
    Column(title="Reader"),
    Column(title="Unaided, locked", width=136),
    Column(title="Aided, submitted", width=136),
    Column(
        title="Time per case",
        width=88,
        is_number=True,
        tip="Median active time of a finished case, both looks together",
    ),
    Column(title="Last active (UTC)", width=128),
    Column(title="State", width=104),
)
REFUSED = (Column(title="File"), Column(title="Reason"))
FAILED = 4
"""The column of `MODELS` that counts failures."""

_PURPOSE = {
    Split.DEVELOPMENT: "Fits the model; never read",
    Split.TRAINING: "Practice; not analysed",
    Split.READING: "Read and analysed",
}


def case_rows(splits: Sequence[SplitOverview]) -> list[list[Cell | str]]:
    """One row per split; whether the truth is sealed, never what it says."""
    rows: list[list[Cell | str]] = []
    for split in splits:
        if not split.cases:
            truth = Cell(text="no case yet", is_quiet=True)
        elif split.has_truth:
            truth = Cell(text="sealed", state=State.DONE)
        else:
            truth = Cell(text="missing", state=State.WARNING)
        rows.append(
            [
                split.split.capitalize(),
                Cell(text=_PURPOSE[split.split], is_quiet=True),
                str(split.cases),
                str(split.patients),
                str(split.images),
                truth,
            ]
        )
    return rows


def model_rows(models: Sequence[ModelOverview], color: str) -> list[list[Cell | str]]:
    """One row per model; the last cell is left for its buttons, that of failures for the list's door."""
    rows: list[list[Cell | str]] = []
    for model in models:
        if not model.needs_fit:
            fitted = Cell(text="not needed", is_quiet=True)
        elif model.is_fitted:
            fitted = Cell(text="fitted", state=State.DONE)
        else:
            fitted = Cell(text="not yet", state=State.TO_DO)
        rows.append(
            [
                model.name,
                Cell(text="shown to readers" if model.is_shown else "control, not shown", is_quiet=True),
                fitted,
                Cell(
                    text=f"{model.cases_answered} / {model.cases_total}",
                    bar=(model.cases_answered, model.cases_total, color),
                ),
                "" if model.failures or model.declined else str(model.cases_failed),
                "",
            ]
        )
    return rows


def reader_rows(readers: Sequence[ReaderOverview]) -> list[list[Cell | str]]:
    """One row per reader: how far, how fast, since when; no answer."""
    return [
        [
            Cell(
                text=_name(reader),
                tip=f"{reader.name} · {reader.reader_id}"
                + (" · practice only, not analysed" if only_practises(reader) else ""),
            ),
            Cell(
                text=f"{reader.unaided_locked} / {reader.total}",
                bar=(reader.unaided_locked, reader.total, UNAIDED),
            ),
            Cell(text=f"{reader.submitted} / {reader.total}", bar=(reader.submitted, reader.total, AIDED)),
            "–" if reader.median_active_s is None else f"{reader.median_active_s:.0f} s",
            Cell(text=reader.last_active_utc[:16].replace("T", " ") or "–", is_quiet=True),
            _state(reader),
        ]
        for reader in readers
    ]


def _name(reader: ReaderOverview) -> str:
    says_so = "simulated" in reader.name.casefold()
    return (
        reader.name
        + (" (simulated)" if reader.is_simulated and not says_so else "")
        + (" (practice)" if only_practises(reader) else "")
    )


def _state(reader: ReaderOverview) -> Cell:
    if not reader.total:
        return Cell(text="no case", state=State.TO_DO)
    if reader.submitted == reader.total:
        return Cell(text="finished", state=State.DONE)
    if reader.unaided_locked:
        return Cell(text="reading", state=State.UNDER_WAY)
    return Cell(text="not started", state=State.TO_DO)
