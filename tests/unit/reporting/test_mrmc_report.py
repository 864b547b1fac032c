"""The page of an analysis: self-contained, safe against any name, and its pictures true to the numbers."""

import re
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from realfm_gui.analysis.endpoints.by_name import endpoint_from_name
from realfm_gui.analysis.mrmc.analysis import Method, Request, Result, analyse_readers
from realfm_gui.analysis.mrmc.observer_data import Marks, ObserverData
from realfm_gui.analysis.mrmc.obuchowski_rockette import Options
from realfm_gui.analysis.mrmc.results import Inference
from realfm_gui.reporting.mrmc_curves import curves_figure, mean_curve, study_curves
from realfm_gui.reporting.mrmc_figures import design_figure, difference_forests
from realfm_gui.reporting.mrmc_report import Origin, render_mrmc_report
from realfm_gui.reporting.mrmc_text import p_text, p_told, result_text
from realfm_gui.reporting.mrmc_words import components_in_words, missing_reads
from realfm_gui.reporting.svg import nice_ticks
from tests.small_ratings import made_ratings

ORIGIN = Origin(
    file_name="study.csv",
    file_sha256="ab" * 32,
    file_format="table",
    truth_name=None,
    truth_sha256=None,
    notes=("A column that was not used: site.",),
    app_version="9.9",
    device="CPU",
    generated_utc="2026-01-01T00:00:00+00:00",
)


def analysed(data: ObserverData, endpoint: str = "auc", **choices: Any) -> Result:
    parameters = choices.pop("parameters", {})
    options = Options(
        inference=Inference(choices.pop("inference", "rrrc")), margin=choices.pop("margin", None)
    )
    request = Request(endpoint=endpoint_from_name(endpoint, **parameters), options=options, **choices)
    return analyse_readers(data, request)


def page(data: ObserverData, **choices: Any) -> str:
    return render_mrmc_report(analysed(data, **choices), data, ORIGIN)


def pictures(html: str) -> list[ElementTree.Element]:
    return [ElementTree.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", html, flags=re.DOTALL)]


@pytest.mark.parametrize(
    ("data", "choices"),
    [
        ({}, {"margin": 0.05}),
        ({}, {"algorithm": "r1", "margin": 0.05}),
        ({"n_modalities": 1}, {"algorithm": "r1"}),
        ({"n_modalities": 5}, {}),
        ({"n_readers": 1}, {}),
        ({"design": "partially-paired"}, {"method": Method.USTAT}),
        ({"design": "readers-in-modalities"}, {}),
        ({"design": "mixed", "n_modalities": 3}, {}),
        ({}, {"endpoint": "sensitivity", "parameters": {"threshold": 1.0}, "inference": "frrc"}),
        ({"n_readers": 40, "n_cases": 20}, {"inference": "rrfc"}),
    ],
)
def test_that_the_page_needs_nothing_else_and_leaves_nothing_open(
    data: dict[str, Any], choices: dict[str, Any]
) -> None:
    html = page(made_ratings(**data), **choices)
    assert "src=" not in html
    assert not re.search(r'href="(?!#)', html)
    assert "http" not in html.replace('xmlns="http://www.w3.org/2000/svg"', "").replace('http-equiv="', "")
    assert re.findall(r"\b(?:None|nan|inf|Undefined)\b|{{|{%", html) == []
    assert len(pictures(html)) >= 2
    assert "ab" * 32 in html
    assert "RealFM 9.9" in html


def test_that_a_hostile_name_stays_text() -> None:
    bad = '<script>alert("x")</script>&'
    data = made_ratings(readers=[bad, "r2", "r3", "r4"], modalities=[bad, "b"])
    html = page(data, algorithm="r2")
    assert "<script" not in html
    assert len(pictures(html)) >= 3  # each of them is well-formed XML


def test_that_the_page_answers_with_the_number_of_the_analysis() -> None:
    data = made_ratings()
    result = analysed(data)
    pair = result.analysis.comparisons[0].difference
    assert pair.value is not None
    assert f"AUC (empirical), m1 minus m2: {pair.value:+.4f}".replace("-", "\u2212") in page(data)


@pytest.mark.parametrize("weights", [None, 1.0 + np.arange(30) % 2])
def test_that_the_area_under_the_mean_curve_is_the_mean_of_the_readers(weights: Any) -> None:
    data = made_ratings(**({} if weights is None else {"weights": weights}))
    curves = study_curves(data, endpoint_from_name("auc"))
    for mean in analysed(data).analysis.means:
        mine = [curve for (modality, _), curve in curves.of_readers.items() if modality == mean.modality]
        areas = [np.trapezoid(curve.y, curve.x) for curve in mine]
        assert np.mean(areas) == pytest.approx(mean.estimate.value, abs=1e-12)
        drawn = mean_curve(mine)
        assert np.trapezoid(drawn.y, drawn.x) == pytest.approx(mean.estimate.value, abs=2e-3)


def marked(data: ObserverData) -> ObserverData:
    """Return a free-response study: every positive case has two lesions, half of them found."""
    rng = np.random.default_rng(3)
    weights = np.full((len(data.cases), 2), np.nan)
    weights[data.is_positive] = [0.7, 0.3]
    rows = []
    for m in range(len(data.modalities)):
        for r in range(len(data.readers)):
            for c, positive in enumerate(data.is_positive):
                if positive and rng.random() < 0.7:
                    rows.append((m, r, c, int(rng.random() < 0.5), rng.integers(2, 6)))
                if rng.random() < 0.4:
                    rows.append((m, r, c, -1, rng.integers(1, 4)))
    columns = np.array(rows)
    marks = Marks(
        modality=columns[:, 0],
        reader=columns[:, 1],
        case=columns[:, 2],
        lesion=columns[:, 3],
        rating=columns[:, 4].astype(float),
        lesion_weights=weights,
    )
    highest = np.full(data.ratings.shape, -np.inf)
    np.maximum.at(highest, (marks.modality, marks.reader, marks.case), marks.rating)
    return replace(data, ratings=highest, marks=marks)


@pytest.mark.parametrize("endpoint", ["afroc", "wafroc", "afroc1", "wafroc1"])
def test_that_a_free_response_study_is_shown_by_the_curve_of_its_endpoint(endpoint: str) -> None:
    data = marked(made_ratings())
    curves = study_curves(data, endpoint_from_name(endpoint))
    assert curves.kind.lower() == endpoint
    for figure in analysed(data, endpoint=endpoint).reader_figures:
        curve = curves.of_readers[figure.modality, figure.reader]
        assert np.trapezoid(curve.y, curve.x) == pytest.approx(figure.estimate.value, abs=1e-12)


def test_that_operating_points_lie_at_the_sensitivity_of_the_analysis() -> None:
    data = made_ratings()
    choices = {"endpoint": "sensitivity", "parameters": {"threshold": 1.0}}
    curves = study_curves(data, endpoint_from_name("sensitivity", threshold=1.0))
    for figure in analysed(data, **choices).reader_figures:
        assert curves.points[figure.modality, figure.reader][1] == pytest.approx(figure.estimate.value)


def test_that_a_study_of_one_class_has_no_curve_but_an_answer() -> None:
    data = made_ratings()
    positives = data.with_only(cases=data.is_positive)
    html = page(positives, endpoint="sensitivity", parameters={"threshold": 1.0})
    assert "No curve: it takes cases with and without the finding." in html


def test_that_many_readers_are_shown_in_part_and_said_so() -> None:
    html = page(made_ratings(n_readers=33, n_cases=15))
    assert "The first 30 of 33 readers are shown." in html


def test_that_the_design_picture_shows_every_read() -> None:
    data = made_ratings(design="partially-paired")
    picture = ElementTree.fromstring(design_figure(data))
    boxes = [box for box in picture.iter("{http://www.w3.org/2000/svg}rect") if box.get("fill") == "#56B4E9"]
    wide = max(float(box.get("width", 0)) for box in picture.iter("{http://www.w3.org/2000/svg}rect"))
    drawn = sum(float(box.get("width", 0)) for box in boxes) / wide * len(data.cases)
    assert drawn == pytest.approx(data.was_read[0].sum(), abs=0.1)


def test_that_many_pairs_share_one_forest_and_few_have_their_own() -> None:
    assert len(difference_forests(analysed(made_ratings(n_modalities=3)))) == 3
    assert len(difference_forests(analysed(made_ratings(n_modalities=4)))) == 1
    of_pair = difference_forests(analysed(made_ratings(), margin=0.05))[0]
    assert of_pair.count("<circle") == 4
    assert of_pair.count("<polygon") == 1
    assert "margin +0.05" in of_pair


def test_that_the_same_study_gives_the_same_bytes() -> None:
    data = made_ratings()
    assert page(data) == page(data)
    curves = study_curves(data, endpoint_from_name("auc"))
    assert curves_figure(curves, data, algorithm=None) == curves_figure(curves, data, algorithm=None)


def test_that_missing_reads_are_counted_by_truth() -> None:
    data = made_ratings(design="partially-paired")
    found = missing_reads(analysed(data))
    assert sum(row.positive + row.negative for row in found) == (~data.was_read).sum()
    for row in found:
        m, r = data.modalities.index(row.modality), data.readers.index(row.reader)
        assert row.positive == (~data.was_read[m, r] & data.is_positive).sum()
        assert row.of_positive + row.of_negative == len(data.cases)


@pytest.mark.parametrize(
    "design", ["crossed", "split-plot", "cases-in-readers", "cases-in-modalities", "readers-in-modalities"]
)
def test_that_what_the_design_leaves_out_is_not_called_missing(design: str) -> None:
    assert missing_reads(analysed(made_ratings(design=design, n_cases=60))) == ()


def test_that_the_shares_of_readers_and_cases_are_those_of_the_variance() -> None:
    # VanDyke's components as every program prints them; shares by hand from Hillis 2007.
    data = made_ratings(n_readers=5)
    result = analysed(data)
    parts = replace(
        result.analysis.components,
        var_tr=0.00020040252358,
        error=0.00080228826557,
        cov1=0.00034661370944,
        cov2=0.00034407482886,
        cov3=0.00023902837089,
        var_r=0.00153499934513,
    )
    told = components_in_words(replace(result, analysis=replace(result.analysis, components=parts)))
    # 2/5 (var_tr + error - cov1 + 4 (cov2 - cov3)) is the square of the published SE, .0207486184.
    of_cases = parts.error - parts.cov1 + 4 * (parts.cov2 - parts.cov3)
    assert 2 / 5 * (parts.var_tr + of_cases) == pytest.approx(0.0207486184**2, rel=1e-6)
    assert "19 % comes from the readers" in told[-1]
    assert "81 % from the cases" in told[-1]
    assert any("same reader in two modalities 0.43" in line for line in told)


def test_that_a_component_that_is_not_above_nil_is_not_called_a_spread() -> None:
    result = analysed(made_ratings())
    parts = replace(result.analysis.components, var_tr=-1e-4, var_r=-1e-4)
    told = " ".join(components_in_words(replace(result, analysis=replace(result.analysis, components=parts))))
    assert told.count("sampling error explains") == 2
    assert "comes from the readers" not in told


def test_that_the_terminal_says_why_a_number_is_missing() -> None:
    data = made_ratings()
    alike = replace(data, ratings=np.repeat(data.ratings[:1], 2, axis=0))
    text = result_text(analysed(alike), file_name="study.csv")
    assert "no interval can be given" in " ".join(text.split())
    assert "nan" not in text
    assert "None" not in text


def test_that_the_columns_of_the_terminal_are_aligned() -> None:
    text = result_text(analysed(made_ratings(n_modalities=3), margin=0.1), file_name="study.csv")
    block = text[text.index("  Difference") :].splitlines()[:4]
    assert len({len(line) for line in block}) == 1
    assert "p Holm" in block[0]
    assert "m3 not worse than m1 by 0.1" in text


def test_that_a_one_sided_p_says_what_it_is_compared_with() -> None:
    two = result_text(analysed(made_ratings(), margin=0.1), file_name="study.csv")
    assert two.count("(one-sided; compare with alpha/2 = .025)") == 2
    assert "(two one-sided tests; compare with alpha/2 = .025)" in two
    assert "not adjusted" not in two
    three = result_text(analysed(made_ratings(n_modalities=3), margin=0.1), file_name="study.csv")
    assert "p values of margins are not adjusted for 3 pairs" in three
    algorithm = result_text(analysed(made_ratings(), margin=0.1, algorithm="r1"), file_name="study.csv")
    assert "Algorithm not worse by 0.1: p" in algorithm
    assert algorithm.count("compare with alpha/2 = .025") == 5


@pytest.mark.parametrize(
    ("p", "cell", "sentence"),
    [(0.0516656, ".0517", "p = .0517"), (0.00003, "<.0001", "p < .0001"), (1.0, "1", "p = 1")],
)
def test_that_p_values_are_written_as_journals_do(p: float, cell: str, sentence: str) -> None:
    assert p_text(p) == cell
    assert p_told(p) == sentence


@pytest.mark.parametrize(
    ("low", "high"), [(-0.1, 0.05), (0, 1), (-3e-4, 2e-4), (0.71, 0.99), (-120.0, 80.0), (0.5, 0.5)]
)
def test_that_ticks_are_few_round_and_inside(low: float, high: float) -> None:
    ticks = nice_ticks(low, high)
    assert 1 <= len(ticks) <= 7
    assert all(low - 1e-9 <= tick <= high + 1e-9 for tick in ticks)
