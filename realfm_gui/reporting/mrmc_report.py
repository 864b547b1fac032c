"""The page of an analysis of readers: one HTML file that needs nothing else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from realfm_gui.analysis.estimate import Estimate
from realfm_gui.analysis.mrmc.analysis import Result
from realfm_gui.analysis.mrmc.observer_data import ObserverData
from realfm_gui.analysis.wording import level, plain, signed
from realfm_gui.reporting.method_section import method_section
from realfm_gui.reporting.mrmc_curves import MOST_READERS, Curves, curves_figure, study_curves
from realfm_gui.reporting.mrmc_figures import algorithm_forest, design_figure, difference_forests
from realfm_gui.reporting.mrmc_text import global_test_text, method_line, p_text, p_told, study_line
from realfm_gui.reporting.mrmc_words import MissingReads, components_in_words, missing_reads
from realfm_gui.reporting.svg import SERIES

if TYPE_CHECKING:
    from markupsafe import Markup

DASH = "\u2013"
_MOST_ANSWERS = 3
_MOST_MISSING = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where the numbers come from.

    `file_sha256` and `truth_sha256` are hashes of the files, in hexadecimal; `notes` say what was assumed
    when they were read; `generated_utc` is ISO 8601.
    """

    file_name: str
    file_sha256: str
    file_format: str
    truth_name: str | None
    truth_sha256: str | None
    notes: tuple[str, ...]
    app_version: str
    device: str
    generated_utc: str

    def rows(self) -> list[tuple[str, str]]:
        """Return (what, value) pairs in the order of the page."""
        pairs = [
            ("File", f"{self.file_name} ({self.file_format})"),
            ("File, SHA-256", self.file_sha256),
            ("Truth file", self.truth_name),
            ("Truth file, SHA-256", self.truth_sha256),
            ("RealFM", self.app_version),
            ("Computed on", self.device),
            ("Page made (UTC)", self.generated_utc),
        ]
        return [(what, value) for what, value in pairs if value]


def render_mrmc_report(result: Result, data: ObserverData, origin: Origin) -> str:
    """Return the page.

    Parameters
    ----------
    result : Result
        Of `analyse_readers`.
    data : ObserverData
        Everybody's data, the algorithm included.
    origin : Origin
        Printed at the end.
    """
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(
        signed=_signed,
        number=_number,
        interval=_interval,
        df=_df,
        p=p_text,
        share=lambda value: f"{100 * value:.0f} %",
        scientific=lambda value: DASH if value is None else f"{value:.4e}".replace("-", "\u2212"),
    )
    source = files(__package__).joinpath("templates", "mrmc_report.html.j2").read_text(encoding="utf-8")
    return environment.from_string(source).render(result=result, page=_page(result, data, origin))


def _page(result: Result, data: ObserverData, origin: Origin) -> dict[str, Any]:
    curves = study_curves(data, result.request.endpoint)
    missing = _missing_by_reader(result)
    parts = result.analysis.components
    return {
        "file_name": origin.file_name,
        "level": level(result.request.options.alpha),
        "study_line": study_line(result),
        "method_line": method_line(result),
        "answers": list(_answers(result)),
        "has_holm": len(result.analysis.comparisons) > 1,
        "global_test": (
            "" if result.analysis.global_test is None else global_test_text(result.analysis.global_test)
        ),
        "colours": {name: SERIES[m % len(SERIES)] for m, name in enumerate(data.modalities)},
        "forests": [_drawn(svg) for svg in _forests(result)],
        "curve_kind": curves.kind,
        "curves": (
            _drawn(curves_figure(curves, data, algorithm=result.request.algorithm))
            if curves.of_readers
            else None
        ),
        "curves_caption": _curves_caption(curves, data, result),
        "modalities": list(dict.fromkeys(each.modality for each in result.reader_figures)),
        "reader_rows": _reader_rows(result),
        "design_figure": _drawn(design_figure(result.data)),
        "missing": missing[:_MOST_MISSING],
        "missing_left_out": max(0, len(missing) - _MOST_MISSING),
        "components": components_in_words(result),
        "component_rows": (
            []
            if parts.error is None
            else [
                ("Error", parts.error),
                ("Cov1", parts.cov1),
                ("Cov2", parts.cov2),
                ("Cov3", parts.cov3),
                ("Readers", parts.var_r),
                ("Readers × modalities", parts.var_tr),
            ]
        ),
        "method": method_section(result, version=origin.app_version),
        "provenance": origin.rows(),
        "notes": origin.notes,
    }


def _missing_by_reader(result: Result) -> list[tuple[str, list[MissingReads | None]]]:
    """Return what is missing per reader, one entry per modality, most first."""
    modalities = list(dict.fromkeys(each.modality for each in result.reader_figures))
    found: dict[str, dict[str, MissingReads]] = {}
    for row in missing_reads(result):
        found.setdefault(row.reader, {})[row.modality] = row
    shares = {reader: sum(row.share for row in rows.values()) for reader, rows in found.items()}
    return [
        (reader, [found[reader].get(modality) for modality in modalities])
        for reader in sorted(found, key=lambda name: -shares[name])
    ]


def _answers(result: Result) -> Iterable[str]:
    label, share = result.request.endpoint.label, level(result.request.options.alpha)
    pairs = result.analysis.comparisons
    for pair in pairs[:_MOST_ANSWERS]:
        p = "" if pair.difference.p is None else f", {p_told(pair.difference.p)}"
        yield (
            f"{label}, {pair.first} minus {pair.second}: {_told(pair.difference, share, is_signed=True)}{p}"
        )
    if len(pairs) > _MOST_ANSWERS and result.analysis.global_test is not None:
        yield f"All {len(result.data.modalities)} modalities: {global_test_text(result.analysis.global_test)}"
    for found in result.algorithms[:1]:
        p = "" if found.difference.p is None else f", {p_told(found.difference.p)}"
        where = f" in {found.modality}" if len(result.data.modalities) > 1 else ""
        what = f"readers{where} minus the algorithm {result.request.algorithm}"
        yield f"{label}, {what}: {_told(found.difference, share, is_signed=True)}{p}"
    if not pairs and not result.algorithms:
        for mean in result.analysis.means:
            yield f"{label}, {mean.modality}: {_told(mean.estimate, share, is_signed=False)}"


def _told(estimate: Estimate, share: str, *, is_signed: bool) -> str:
    value = _signed(estimate.value, 4) if is_signed else _number(estimate.value, 4)
    ends = _interval(estimate.ci, "signed" if is_signed else "number", 4)
    return f"{value} ({share} {ends})" if estimate.ci is not None else f"{value} (no interval)"


def _forests(result: Result) -> list[str]:
    return [*difference_forests(result), *([algorithm_forest(result)] if result.algorithms else [])]


def _curves_caption(curves: Curves, data: ObserverData, result: Result) -> str:
    if not curves.of_readers:
        return "No curve: it takes cases with and without the finding."
    text = (
        "Empirical curves. Left: the mean over readers at every place of the horizontal axis, so that the "
        "area under it is the mean of the readers' areas. Right: every reader."
    )
    n_people = len(data.readers) - (result.request.algorithm is not None)
    if n_people > MOST_READERS:
        text += f" The first {MOST_READERS} of {n_people} readers are shown."
    if curves.points:
        text += " Dots: the operating point at the threshold."
    if curves.kind == "ROC" and data.marks is not None:
        text += " The rating of a case is its highest mark's; unmarked cases are rated lowest."
    return text


def _reader_rows(result: Result) -> list[tuple[str, list[Estimate | None]]]:
    modalities = list(dict.fromkeys(each.modality for each in result.reader_figures))
    found = {(each.reader, each.modality): each.estimate for each in result.reader_figures}
    readers = dict.fromkeys(each.reader for each in result.reader_figures)
    return [(reader, [found.get((reader, modality)) for modality in modalities]) for reader in readers]


def _drawn(svg: str) -> "Markup":
    from markupsafe import Markup

    # Our own drawing code made it; every name in it is escaped there.
    return Markup(svg)  # noqa: S704


def _signed(value: float | None, digits: int = 3) -> str:
    return DASH if value is None else signed(value, digits)


def _number(value: float | None, digits: int = 3) -> str:
    return DASH if value is None else plain(value, digits)


def _df(estimate: Estimate) -> str:
    if estimate.se is None:
        return DASH
    return "normal" if estimate.df is None else plain(estimate.df, 1)


def _interval(ends: Sequence[float] | None, style: str = "number", digits: int = 3) -> str:
    if ends is None:
        return DASH
    form = _signed if style == "signed" else _number
    return f"{form(ends[0], digits)} to {form(ends[1], digits)}"
