import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

import numpy as np

from realfm_gui.reporting.figures import AIDED, MODEL, UNAIDED, forest_figure, roc_figure

Analyse = Callable[..., dict[str, Any]]


def test_that_arms_have_their_fixed_colours_in_the_roc_plot(analyse: Analyse) -> None:
    svg = roc_figure(analyse()).lower()
    for colour in (UNAIDED, AIDED, MODEL):
        assert colour.lower() in svg


def test_that_figures_are_well_formed_and_deterministic(analyse: Analyse) -> None:
    results = analyse(is_simulated=True)
    for figure in (roc_figure, forest_figure):
        svg = figure(results)
        ET.fromstring(svg)
        assert svg == figure(results)
        assert "SIMULATED" in svg


def test_that_a_name_is_never_read_as_a_formula_or_as_markup(analyse: Analyse) -> None:
    names = ("$\\frac{$", "<b>bold</b>", "a & b", "$x$ -- y", "Zoë 李")
    root = ET.fromstring(forest_figure(analyse(reader_names=names)))
    drawn = " ".join(root.itertext())
    for name in names:
        assert name in drawn


def test_that_the_forest_has_a_row_per_reader_and_names_who_got_worse(analyse: Analyse) -> None:
    drawn = " ".join(ET.fromstring(forest_figure(analyse())).itertext())
    assert all(f"Reader {j}" in drawn for j in range(1, 6))
    assert drawn.count("▼ worse") == 1
    assert "All readers, mean" in drawn


def test_that_forty_readers_fit(analyse: Analyse) -> None:
    few, many = analyse(), analyse(reader_names=tuple(f"Reader {j}" for j in range(40)))
    heights = [float(ET.fromstring(forest_figure(r)).attrib["height"][:-2]) for r in (few, many)]
    assert heights[1] > 3 * heights[0]


def test_that_the_window_does_not_wait_for_matplotlib() -> None:
    import subprocess
    import sys

    code = (
        "import sys, realfm_gui.reporting.html_report, realfm_gui.reporting.tables, "
        "realfm_gui.analysis.study_analysis; "
        "sys.exit(any(m in sys.modules for m in ('matplotlib', 'pandas', 'scipy', 'torch', 'jinja2')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_that_a_control_models_name_is_not_read_as_a_formula(analyse: Analyse) -> None:
    results = analyse(control_scores={"$\\frac{$": np.arange(80.0)})
    assert "$\\frac{$" in " ".join(ET.fromstring(roc_figure(results)).itertext())
