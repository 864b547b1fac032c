"""An analysis of readers as aligned text for the terminal."""

import textwrap
from collections.abc import Iterable, Sequence

import numpy as np

from realfm_gui.analysis.estimate import Estimate
from realfm_gui.analysis.mrmc.algorithm import AlgorithmComparison
from realfm_gui.analysis.mrmc.analysis import Method, Result
from realfm_gui.analysis.mrmc.results import Comparison, GlobalTest
from realfm_gui.analysis.wording import count, level, plain, signed

WIDTH = 100
DASH = "\u2013"
_DIGITS = 4
_MOST_READERS = 40
_LONGEST_NAME = 32


def result_text(result: Result, *, file_name: str, notes: Sequence[str] = ()) -> str:
    """Return study, means, differences, global test, algorithm and what has to be said, for reading.

    Parameters
    ----------
    result : Result
        Of `analyse_readers`.
    file_name : str
        What was analysed.
    notes : sequence of str
        What was assumed when the file was read.
    """
    share = level(result.request.options.alpha)
    blocks = [
        _study(result, file_name),
        _readers(result),
        _means(result, share),
        _comparisons(result, share),
        *(_algorithm(each, share, _half_alpha(result)) for each in result.algorithms),
        _said("To keep in mind", result.warnings),
        _said("Reading the file", notes),
    ]
    return "\n\n".join(block for block in blocks if block)


def p_text(value: float | None) -> str:
    """Return a p value with four digits."""
    if value is None:
        return DASH
    return "<.0001" if value < 0.0001 else f"{value:.4f}".removeprefix("0") if value < 1 else "1"


def p_told(value: float) -> str:
    """Return a p value for a sentence: ``p = .0517``."""
    return f"p < {p_text(value)[1:]}" if p_text(value).startswith("<") else f"p = {p_text(value)}"


def study_line(result: Result) -> str:
    """Return modalities, readers and cases in words."""
    data = result.data
    n_patients = len(np.unique(data.clusters))
    patients = f" of {count(n_patients, 'patient')}" if n_patients < len(data.cases) else ""
    return (
        f"{count(len(data.modalities), 'modality', 'modalities')}, {count(len(data.readers), 'reader')}, "
        f"{count(len(data.cases), 'case')}{patients} ({data.n_positive} positive, {data.n_negative} negative)"
    )


def method_line(result: Result) -> str:
    """Return endpoint, method, covariance and inference in words."""
    if result.request.method is Method.USTAT:
        how = "one-shot U-statistics, BDG degrees of freedom"
    else:
        how = f"Obuchowski-Rockette, {result.request.covariance.value} covariance"
    return f"{result.request.endpoint.label}; {how}; {result.inference.words}"


def global_test_text(test: GlobalTest) -> str:
    """Return a global test in the usual notation."""
    if test.df2 is None:
        return f"chi-square({test.df1:g}) = {test.statistic:.4f}, {p_told(test.p)}"
    return f"F({test.df1:g}, {test.df2:.2f}) = {test.statistic:.4f}, {p_told(test.p)}"


def aligned(rows: Sequence[Sequence[str]], *, indent: int = 2) -> str:
    """Return rows as columns: the first to the left, the others to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for first, *others in rows:
        cells = [first.ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        lines.append((" " * indent + "  ".join(cells)).rstrip())
    return "\n".join(lines)


def wrapped(sentence: str, *, mark: str = "- ") -> str:
    """Return a sentence as an item of a list."""
    return textwrap.fill(sentence, WIDTH, initial_indent=f"  {mark}", subsequent_indent=" " * (2 + len(mark)))


def _study(result: Result, file_name: str) -> str:
    return "\n".join(
        [f"{file_name}: {study_line(result)}", result.reads.design.words, f"{method_line(result)}."]
    )


def _readers(result: Result) -> str:
    names = list(dict.fromkeys(each.reader for each in result.reader_figures))
    if len(names) > _MOST_READERS:
        return f"  {len(names)} readers; their figures are in --json and --report."
    modalities = list(dict.fromkeys(each.modality for each in result.reader_figures))
    found = {(each.modality, each.reader): each.estimate.value for each in result.reader_figures}
    rows = [["Reader", *map(_short, modalities)]]
    for name in names:
        is_algorithm = name == result.request.algorithm
        cells = [_number(found.get((modality, name))) for modality in modalities]
        rows.append([_short(name) + (" (algorithm)" if is_algorithm else ""), *cells])
    return aligned(rows)


def _means(result: Result, share: str) -> str:
    rows = [["Readers' mean", "value", "SE", "df", share]]
    rows += [
        [
            _short(each.modality),
            _number(each.estimate.value),
            _number(each.estimate.se),
            _df(each.estimate),
            _interval(each.estimate, signed_ends=False),
        ]
        for each in result.analysis.means
    ]
    return "\n".join([aligned(rows), *_reasons((m.modality, m.estimate) for m in result.analysis.means)])


def _comparisons(result: Result, share: str) -> str:
    pairs = result.analysis.comparisons
    if not pairs:
        return ""
    has_holm = len(pairs) > 1
    rows = [["Difference", "value", "SE", "df", share, "statistic", "p", *(["p Holm"] if has_holm else [])]]
    for pair in pairs:
        e = pair.difference
        row = [_pair_name(pair), _signed(e.value), _number(e.se), _df(e), _interval(e, signed_ends=True)]
        row += [_number(e.statistic), p_text(e.p), *([p_text(pair.p_holm)] if has_holm else [])]
        rows.append(row)
    lines = [aligned(rows), *_reasons((_pair_name(pair), pair.difference) for pair in pairs)]
    half_alpha = _half_alpha(result)
    if result.analysis.global_test is not None:
        lines.append(f"  All modalities alike: {global_test_text(result.analysis.global_test)}")
    lines += [line for pair in pairs for line in _margin_lines(pair, half_alpha)]
    if has_holm and pairs[0].second_not_inferior is not None:
        lines.append(wrapped(f"The p values of margins are not adjusted for {len(pairs)} pairs.", mark=""))
    return "\n".join(lines)


def _half_alpha(result: Result) -> str:
    """Return the level of a one-sided test that decides as the interval does: ``alpha/2 = .025``."""
    return f"alpha/2 = {result.request.options.alpha / 2:g}".replace("= 0.", "= .")


def _margin_lines(pair: Comparison, half_alpha: str) -> Iterable[str]:
    second, first = pair.second_not_inferior, pair.first_not_inferior
    if second is None or first is None:
        return
    for this, other, test in ((pair.second, pair.first, second), (pair.first, pair.second, first)):
        yield (
            f"  {this} not worse than {other} by {test.margin:g}: {p_told(test.p)} (one-sided; compare with "
            f"{half_alpha})"
        )
    larger = max(second.p, first.p)
    yield (
        f"  Equivalent within {first.margin:g}: {p_told(larger)} (two one-sided tests; compare with "
        f"{half_alpha})"
    )


def _algorithm(found: AlgorithmComparison, share: str, half_alpha: str) -> str:
    e, own = found.difference, found.algorithm
    rows = [
        [f"Readers in {_short(found.modality)} against the algorithm", "value", "SE", "df", share, "p"],
        ["Algorithm", _number(own.value), _number(own.se), "", _interval(own, signed_ends=False), ""],
        [
            "Readers' mean minus algorithm",
            _signed(e.value),
            _number(e.se),
            _df(e),
            _interval(e, signed_ends=True),
            p_text(e.p),
        ],
    ]
    true = found.outperformed_true
    of_true = "" if true is None else f"; of their true figures about {100 * true:.0f} %"
    exceeds = f"  The algorithm exceeds {100 * found.outperformed:.0f} % of the readers{of_true}."
    lines = [aligned(rows), exceeds]
    if found.not_inferior is not None:
        test = found.not_inferior
        lines.append(
            f"  Algorithm not worse by {test.margin:g}: {p_told(test.p)} (one-sided; compare with "
            f"{half_alpha})"
        )
    lines += [wrapped(warning) for warning in found.warnings]
    return "\n".join(lines)


def _said(title: str, sentences: Sequence[str]) -> str:
    return "\n".join([title, *map(wrapped, sentences)]) if sentences else ""


def _reasons(named: Iterable[tuple[str, Estimate]]) -> list[str]:
    """Return why numbers are missing, a reason once."""
    found: dict[str, list[str]] = {}
    for name, estimate in named:
        if estimate.ci is None and estimate.note:
            found.setdefault(estimate.note, []).append(name)
    return [wrapped(f"{', '.join(names)}: {note}") for note, names in found.items()]


def _pair_name(pair: Comparison) -> str:
    return f"{_short(pair.first)} - {_short(pair.second)}"


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}\u2026"


def _number(value: float | None) -> str:
    return DASH if value is None else plain(value, _DIGITS)


def _signed(value: float | None) -> str:
    return DASH if value is None else signed(value, _DIGITS)


def _df(estimate: Estimate) -> str:
    if estimate.se is None:
        return DASH
    return "normal" if estimate.df is None else f"{estimate.df:.2f}"


def _interval(estimate: Estimate, *, signed_ends: bool) -> str:
    if estimate.ci is None:
        return DASH
    form = signed if signed_ends else plain
    return f"{form(estimate.ci[0], _DIGITS)} to {form(estimate.ci[1], _DIGITS)}"
