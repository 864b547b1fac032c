"""Paper figures as SVG text: the same input gives the same bytes.

Colours are the eight of Okabe and Ito (Color Universal Design, 2008), one fixed per arm everywhere; shape and
word say the same, so that a figure also reads in black and white.
"""

import io
import math
import re
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from realfm_gui.analysis.wording import level, plain, signed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

UNAIDED, AIDED, MODEL, TRUTH = "#56B4E9", "#E69F00", "#CC79A7", "#009E73"
INK, QUIET, HAIRLINE = "#222222", "#666666", "#BBBBBB"

LONGEST_NAME = 26
MOST_NUMBERED_ARROWS = 12
WATERMARK = "SIMULATED"

STYLE: Any = {
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "text.color": INK,
    "axes.unicode_minus": True,
    # Text stays text: searchable, and a name in any script is drawn by the reader's own fonts.
    "svg.fonttype": "none",
}


def roc_figure(results: Mapping[str, Any]) -> str:
    """Return the ROC plot: the model's empirical curve, and an arrow per reader from unaided to aided.

    Parameters
    ----------
    results : mapping
        `StudyResults.to_json()`.

    Returns
    -------
    str
        An SVG element without prolog, ready to stand in HTML.
    """
    from matplotlib import rc_context

    with rc_context({**STYLE, "svg.hashsalt": "roc"}):
        figure = _figure(6.2, 6.2)
        axes = figure.add_axes((0.10, 0.09, 0.88, 0.88))
        axes.plot([0, 1], [0, 1], color=HAIRLINE, linewidth=0.6, linestyle=(0, (4, 3)))
        for curve in results["roc"]["controls"].values():
            axes.plot(curve["fpr"], curve["tpr"], color=QUIET, linewidth=0.9, linestyle=(0, (2, 2)))
        if results["roc"]["ai"] is not None:
            axes.plot(results["roc"]["ai"]["fpr"], results["roc"]["ai"]["tpr"], color=MODEL, linewidth=1.6)
        point = results["roc"]["ai_point"]
        if point is not None:
            axes.plot(
                point["fpr"],
                point["tpr"],
                "D",
                color=MODEL,
                markersize=6.5,
                markeredgecolor=INK,
                markeredgewidth=0.5,
                zorder=4,
            )
        _arrows(axes, results)
        axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), xlabel="1 \u2212 specificity", ylabel="Sensitivity")
        axes.set_aspect("equal")
        _key(axes, results)
        _mark_simulated(figure, results)
        return _svg(figure, "roc")


def _arrows(axes: "Axes", results: Mapping[str, Any]) -> None:
    readers = results["roc"]["readers"]
    centre = [
        sum(reader["aided"][axis] for reader in readers) / max(1, len(readers)) for axis in ("fpr", "tpr")
    ]
    # Only a fall beyond chance is called worse; a point that moved down by chance is not singled out.
    worse = {row["reader"] for row in results["per_reader"] if row["got_worse"]}
    for number, reader in enumerate(readers, start=1):
        start, end = ((reader[arm]["fpr"], reader[arm]["tpr"]) for arm in ("unaided", "aided"))
        is_worse = reader["reader"] in worse
        axes.annotate(
            "",
            xy=end,
            xytext=start,
            arrowprops={
                "arrowstyle": "-|>",
                "color": INK,
                "linewidth": 0.9,
                "linestyle": (0, (2, 1.5)) if is_worse else "solid",
                "shrinkA": 3,
                "shrinkB": 3,
                "mutation_scale": 8,
            },
            zorder=3,
        )
        axes.plot(
            *start, "o", color=UNAIDED, markersize=5.5, markeredgecolor=INK, markeredgewidth=0.5, zorder=4
        )
        axes.plot(*end, "^", color=AIDED, markersize=6, markeredgecolor=INK, markeredgewidth=0.5, zorder=5)
        if len(readers) <= MOST_NUMBERED_ARROWS:
            axes.annotate(
                f"{number}\u25bc" if is_worse else str(number),
                xy=end,
                xytext=_outwards(end, centre),
                textcoords="offset points",
                ha="center",
                va="center",
                fontsize=7.5,
                zorder=6,
            )


def _outwards(end: Sequence[float], centre: Sequence[float]) -> tuple[float, float]:
    """Return an offset in points away from the other readers, where a number collides least."""
    across, up = end[0] - centre[0], end[1] - centre[1]
    length = math.hypot(across, up)
    return (12 * across / length, 12 * up / length) if length > 1e-6 else (9.0, 0.0)


def _key(axes: "Axes", results: Mapping[str, Any]) -> None:
    from matplotlib.lines import Line2D

    auc = results["auc"]
    rows = [
        Line2D(
            [], [], marker="o", color=UNAIDED, markeredgecolor=INK, linestyle="", label=_arm("Unaided", auc)
        ),
        Line2D([], [], marker="^", color=AIDED, markeredgecolor=INK, linestyle="", label=_arm("Aided", auc)),
    ]
    if results["roc"]["ai"] is not None:
        rows.append(
            Line2D([], [], marker="D", color=MODEL, linewidth=1.6, label=_arm("Model alone", auc, key="ai"))
        )
    for name in results["roc"]["controls"]:
        value = auc["controls"][name]["value"]
        label = f"Control {_short(name)}, AUC {plain(value)}"
        rows.append(Line2D([], [], color=QUIET, linewidth=0.9, linestyle=(0, (2, 2)), label=label))
    if any(row["got_worse"] for row in results["per_reader"]):
        rows.append(
            Line2D(
                [],
                [],
                color=INK,
                linewidth=0.9,
                linestyle=(0, (2, 1.5)),
                label="\u25bc reader whose AUC got worse",
            )
        )
    legend = axes.legend(handles=rows, loc="lower right", frameon=False, fontsize=8.5, handlelength=1.8)
    for text in legend.get_texts():
        text.set_parse_math(False)


def _arm(name: str, auc: Mapping[str, Any], key: str = "") -> str:
    value = auc[key or name.lower()]["value"]
    return name if value is None else f"{name}, {'AUC' if key else 'mean AUC'} {plain(value)}"


def forest_figure(results: Mapping[str, Any]) -> str:
    """Return every reader's change of AUC with its interval, the mean change last; losses are named.

    Parameters
    ----------
    results : mapping
        `StudyResults.to_json()`.

    Returns
    -------
    str
        An SVG element without prolog.
    """
    from matplotlib import rc_context

    readers = results["per_reader"]
    rows = len(readers) + 1
    with rc_context({**STYLE, "svg.hashsalt": "forest"}):
        height = 1.0 + 0.27 * rows
        figure = _figure(7.6, height)
        axes = figure.add_axes((0.32, 0.62 / height, 0.31, 1 - 0.92 / height))
        axes.axvline(0, color=QUIET, linewidth=0.8)
        for number, reader in enumerate(readers, start=1):
            name = f"{number}  {_short(reader['name'])}"
            _forest_row(axes, rows - number, name, reader["change"], reader["ci"], is_mean=False)
        mean = results["difference"]
        _forest_row(axes, 0, "All readers, mean", mean["estimate"], mean["ci"], is_mean=True)
        axes.axhline(0.5, color=HAIRLINE, linewidth=0.6)
        axes.set(ylim=(-0.6, rows - 0.4), yticks=[], xlabel="Change of AUC, aided minus unaided")
        axes.spines["left"].set_visible(False)
        axes.margins(x=0.08)
        figure.text(
            0.646, 1 - 0.16 / height, f"Change ({level(results['alpha'])})", fontsize=8.5, color=QUIET
        )
        _mark_simulated(figure, results)
        return _svg(figure, "forest")


def _forest_row(
    axes: "Axes",
    y: float,
    name: str,
    change: float | None,
    interval: Sequence[float] | None,
    *,
    is_mean: bool,
) -> None:
    weight = "bold" if is_mean else "normal"
    place: dict[str, Any] = {
        "transform": axes.get_yaxis_transform(),
        "va": "center",
        "weight": weight,
        "fontsize": 9,
    }
    axes.text(-0.05, y, name, ha="right", parse_math=False, **place)
    if change is None:
        axes.text(1.05, y, "not estimable", **place)
        return
    is_worse = interval is not None and interval[1] < 0
    if interval is not None:
        axes.plot(interval, [y, y], color=INK, linewidth=2.0 if is_mean else 1.0, solid_capstyle="butt")
    shape = "D" if is_mean else ("v" if is_worse else "o")
    face = "white" if is_worse else AIDED
    axes.plot(
        change, y, shape, color=face, markeredgecolor=INK, markeredgewidth=0.8, markersize=6.5, zorder=4
    )
    bounds = "no interval" if interval is None else f"{signed(interval[0])} to {signed(interval[1])}"
    axes.text(1.05, y, f"{signed(change)} ({bounds})", **place)
    if is_worse:
        axes.text(1.86, y, "\u25bc worse", **place)
    elif change < 0:
        axes.text(1.86, y, "fell", **{**place, "weight": "normal"}, color=QUIET)


def _figure(width_in: float, height_in: float) -> "Figure":
    from matplotlib.figure import Figure  # no pyplot: no global state, no display

    return Figure(figsize=(width_in, height_in), facecolor="white")


def _mark_simulated(figure: "Figure", results: Mapping[str, Any]) -> None:
    if results["is_simulated"]:
        figure.text(
            0.5,
            0.5,
            WATERMARK,
            fontsize=40,
            color="#000000",
            alpha=0.09,
            rotation=30,
            ha="center",
            va="center",
        )


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}\u2026"


def _svg(figure: "Figure", prefix: str) -> str:
    buffer = io.StringIO()
    with warnings.catch_warnings():
        # Text is stored as text; a script that matplotlib's own font lacks is drawn by the browser.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.savefig(
            buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None}
        )
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    # Several figures share one page: their ids must not.
    text = re.sub(r'\bid="', f'id="{prefix}-', text)
    text = re.sub(r"url\(#", f"url(#{prefix}-", text)
    return re.sub(r'href="#', f'href="#{prefix}-', text)
