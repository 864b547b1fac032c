import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest

from realfm_gui.reporting.html_report import Provenance, render_report

Analyse = Callable[..., dict[str, Any]]
HOSTILE = '<script>alert("x")</script>&{{ 7 * 7 }}$\\frac{'
VOID = {"meta", "br", "img", "link", "input", "hr"}


class _Page(HTMLParser):
    """Collects tags, ids, references and text, and whether every element is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.references: list[str] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in {"src", "href", "xlink:href", "action", "data", "poster", "srcset"}:
                self.references.append(value or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def test_that_the_page_is_well_formed_and_loads_nothing(analyse: Analyse, provenance: Provenance) -> None:
    html = render_report(analyse(), provenance)
    page = _Page(html)
    assert page.open == []
    assert all(reference.startswith("#") for reference in page.references)
    assert not {"script", "link", "iframe", "img", "object", "embed"} & set(page.tags)
    assert "@import" not in html
    assert re.findall(r"url\((?!#)", html) == []


def test_that_ids_of_several_findings_do_not_clash(analyse: Analyse, provenance: Provenance) -> None:
    html = render_report([analyse(), analyse(finding_name="mass")], provenance)
    page = _Page(html)
    assert len(page.ids) == len(set(page.ids))
    used = set(re.findall(r"url\(#([^)]+)\)", html)) | {r[1:] for r in page.references}
    assert used <= set(page.ids)
    assert "mass" in page.text


def test_that_the_verdict_comes_before_every_number(analyse: Analyse, provenance: Provenance) -> None:
    results = analyse()
    text = _Page(render_report(results, provenance)).text
    sentence = " ".join(results["verdict"]["sentence"].split())
    assert sentence in text
    assert text.index(sentence) < text.index("Estimate")


def test_that_hostile_names_are_text_and_nothing_else(analyse: Analyse, provenance: Provenance) -> None:
    names = (HOSTILE, HOSTILE + "2", "=cmd()", "李", "x" * 60)
    results = analyse(reader_names=names, finding_name=HOSTILE, control_scores={HOSTILE: np.arange(80.0)})
    html = render_report(results, replace(provenance, study_title=HOSTILE, model=HOSTILE))
    assert "<script" not in html
    assert "49$" not in html
    page = _Page(html)
    assert page.open == []
    assert 'alert("x")' in page.text


def test_that_simulated_results_carry_a_watermark_that_prints(
    analyse: Analyse, provenance: Provenance
) -> None:
    simulated = render_report(analyse(is_simulated=True), provenance)
    assert 'class="watermark"' in simulated
    assert "print-color-adjust: exact" in simulated
    assert _Page(simulated).text.count("SIMULATED") == 3  # the page and both figures
    real = render_report(analyse(), provenance)
    assert "SIMULATED" not in real
    assert 'class="watermark"' not in real


def test_that_a_loss_within_the_margin_is_told_on_its_tile(analyse: Analyse, provenance: Provenance) -> None:
    results = analyse()
    results["verdict"]["tiles"][1] |= {
        "ci": [-0.04, -0.01],
        "label": "below 0, within the margin",
        "is_below_zero": True,
    }
    html = render_report(results, provenance)
    assert html.count('<div class="word loss">') == 1
    assert "below 0, within the margin" in html


def test_that_rows_of_answered_cases_say_so_where_the_model_failed(
    analyse: Analyse, provenance: Provenance
) -> None:
    ai_scores = np.where(np.arange(80) % 20 == 0, np.nan, np.random.default_rng(0).normal(size=80))
    failing = _Page(render_report(analyse(ai_scores=ai_scores), provenance)).text
    assert "Model minus unaided readers, answered cases only, n = 76" in failing
    assert "answered cases only" not in _Page(render_report(analyse(), provenance)).text


def test_that_only_the_gain_has_a_two_sided_p(analyse: Analyse, provenance: Provenance) -> None:
    text = _Page(render_report(analyse(), provenance)).text
    assert text.count("(two-sided)") == 2  # its tile and its row
    assert "(one-sided, level 0.025)" in text


def test_that_the_methods_say_what_the_numbers_cannot(analyse: Analyse, provenance: Provenance) -> None:
    text = _Page(render_report(analyse(early_looks=2, is_primary=False), provenance)).text
    for part in (
        "intervals are two-sided at 95 %.",
        "where the model is wrong, 0.10, is a default of the program",
        "Agresti and Min 2005",
        "also a second look",
        "opened 2 times before reading was complete: exploratory",
        "not adjusted for multiplicity",
    ):
        assert part in text
    assert "at 95 % CI" not in text


def test_that_one_reader_is_singular(analyse: Analyse, provenance: Provenance) -> None:
    text = _Page(render_report(analyse(reader_names=("Only one",)), provenance)).text
    assert "1 readers" not in text


def test_that_readers_who_got_worse_are_named(analyse: Analyse, provenance: Provenance) -> None:
    results = analyse()
    assert [row["reader"] for row in results["per_reader"] if row["got_worse"]] == ["r1"]
    html = render_report(results, provenance)
    rows = [row for row in re.findall(r"<tr>.*?</tr>", html, re.DOTALL) if "▼ worse" in row]
    assert len(rows) == 1
    assert "Reader 2" in rows[0]


def test_that_provenance_is_printed_and_gaps_in_it_are_named(
    analyse: Analyse, provenance: Provenance
) -> None:
    text = _Page(render_report(analyse(), replace(provenance, weights_sha256=""))).text
    for part in ("ab" * 32, "ef" * 32, "2034 events", "r-0123456789abcdef", "not recorded"):
        assert part in text


@pytest.mark.parametrize(
    "changes",
    [
        {"scores": np.full((2, 5, 80), np.nan)},
        {"ai_scores": np.full(80, np.nan), "ai_calls": np.full(80, np.nan)},
        {"active_ms": np.full((2, 5, 80), np.nan)},
        {"reader_names": ("Only one",)},
        {"reader_names": ("A", "B")},
        {"control_scores": {}},
    ],
    ids=["nothing read", "silent model", "no times", "one reader", "two readers", "no control"],
)
def test_that_thin_studies_still_make_a_page(
    analyse: Analyse, provenance: Provenance, changes: dict[str, Any]
) -> None:
    page = _Page(render_report(analyse(**changes), provenance))
    assert page.open == []
    assert not re.search(r"\b(nan|None|inf)\b", page.text)


def test_that_the_same_results_make_the_same_bytes(analyse: Analyse, provenance: Provenance) -> None:
    assert render_report(analyse(), provenance) == render_report(analyse(), provenance)
