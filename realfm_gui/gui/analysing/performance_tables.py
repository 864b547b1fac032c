"""The tables of the performance page: means of the arms, differences between them."""

from realfm_gui.analysis.estimate import Estimate
from realfm_gui.analysis.wording import MINUS, count, plain, signed
from realfm_gui.gui.analysing.performance_words import interval_text, model_differences, p_cell
from realfm_gui.gui.theme import AI_ALONE, AIDED, UNAIDED
from realfm_gui.gui.widgets.plain_table import Cell, Column
from realfm_gui.workflows import performance as arms
from realfm_gui.workflows.performance import StudyPerformance

MEANS = (
    Column(title="Arm"),
    Column(title="Mean", width=64, is_number=True, tip="Mean of the readers' figures"),
    Column(title="Interval", width=136, is_number=True),
    Column(title="SE", width=56, is_number=True, tip="Standard error"),
    Column(title="Range", width=128, is_number=True, tip="Lowest and highest reader"),
    Column(title="n", width=88, is_number=True),
)
COMPARISONS = (
    Column(title="Difference"),
    Column(title="Estimate", width=72, is_number=True),
    Column(title="Interval", width=136, is_number=True),
    Column(title="SE", width=56, is_number=True, tip="Standard error"),
    Column(
        title="df",
        width=56,
        is_number=True,
        tip="Degrees of freedom; – where the normal distribution is used",
    ),
    Column(title="p", width=64, is_number=True, tip="Two-sided, of no difference; not adjusted"),
    Column(
        title="p, margin",
        width=72,
        is_number=True,
        tip="One-sided, of a loss of the margin or more: small where that is excluded",
    ),
)
_COLORS = {arms.UNAIDED: UNAIDED, arms.AIDED: AIDED}


def mean_rows(performed: StudyPerformance) -> list[list[Cell | str]]:
    """One row per arm, unaided first, then the model alone."""
    result = performed.result
    rows: list[list[Cell | str]] = []
    for mean in reversed(result.analysis.means):
        figures = [
            each.estimate.value
            for each in result.reader_figures
            if each.modality == mean.modality
            and each.reader in result.data.readers
            and each.estimate.value is not None
        ]
        rows.append(
            [
                Cell(text=f"Readers, {mean.modality.lower()}", color=_COLORS.get(mean.modality, "")),
                *_level(mean.estimate),
                f"{plain(min(figures))} to {plain(max(figures))}" if len(figures) > 1 else "–",
                count(len(figures), "reader"),
            ]
        )
    if result.algorithms:
        model = result.algorithms[0].algorithm
        n_cases = count(len(result.data.cases), "case")
        rows.append([Cell(text="AI alone", color=AI_ALONE), *_level(model), "–", n_cases])
    return rows


def comparison_rows(performed: StudyPerformance) -> list[list[Cell | str]]:
    """Aided minus unaided, then the model minus the readers."""
    rows: list[list[Cell | str]] = []
    for pair in performed.result.analysis.comparisons:
        test = pair.first_not_inferior
        rows.append(
            _difference(
                f"{pair.first} {MINUS} {pair.second.lower()}",
                pair.difference,
                None if test is None else test.p,
                AIDED,
            )
        )
    for name, estimate, p in model_differences(performed):
        rows.append(_difference(name, estimate, p, AI_ALONE))
    return rows


def _level(estimate: Estimate) -> list[Cell | str]:
    if estimate.value is None:
        return [Cell(text="–", tip=estimate.note, is_quiet=True), "–", "–"]
    return [
        plain(estimate.value),
        Cell(text=interval_text(estimate, is_signed=False), tip=estimate.note),
        "–" if estimate.se is None else plain(estimate.se),
    ]


def _difference(name: str, estimate: Estimate, margin_p: float | None, color: str) -> list[Cell | str]:
    return [
        Cell(text=name, tip=estimate.note or name, color=color),
        "–" if estimate.value is None else signed(estimate.value),
        Cell(text=interval_text(estimate, is_signed=True), tip=estimate.note),
        "–" if estimate.se is None else plain(estimate.se),
        _df(estimate.df),
        p_cell(estimate.p),
        p_cell(margin_p),
    ]


def _df(df: float | None) -> str:
    """Return degrees of freedom; beyond a thousand they change no digit that is shown."""
    if df is None:
        return "–"
    return "> 999" if df > 999 else plain(df, 1)
