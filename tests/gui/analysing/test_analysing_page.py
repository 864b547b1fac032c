import itertools
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from realfm_gui.analysis.study_analysis import analyse_study
from realfm_gui.gui.analysing.analysing_page import AnalysingPage
from realfm_gui.gui.analysing.confirm import ConfirmEarlyLook
from realfm_gui.gui.analysing.methods import method_of
from realfm_gui.gui.analysing.result_tables import arm_rows, change_rows, reader_rows
from realfm_gui.gui.analysing.roc_plot import RocPlot, spread
from realfm_gui.gui.analysing.tiles import Tile, common_span, short_name
from realfm_gui.gui.theme import AI_ALONE, AIDED, UNAIDED
from realfm_gui.gui.widgets.status import State
from tests.gui.analysing import example_results as example


@pytest.fixture
def page(qtbot: QtBot) -> AnalysingPage:
    made = AnalysingPage()
    qtbot.addWidget(made)
    made.resize(1280, 720)
    made.show()
    return made


@pytest.mark.parametrize("name", ["helping", "harming", "insufficient"])
def test_that_the_verdict_and_every_tile_stand_above_the_fold(
    page: AnalysingPage, qtbot: QtBot, name: str
) -> None:
    results = json.loads(json.dumps(getattr(example, name)()))
    page.show_results(results)
    qtbot.waitUntil(lambda: page._board.height() > 100)
    assert page._verdict.sentence.text() == results["verdict"]["sentence"]
    tiles = page._board.tiles
    assert len(tiles) == len(results["verdict"]["tiles"])
    viewport = page._results.viewport()
    for tile in tiles:
        bottom = tile.mapTo(viewport, tile.rect().bottomRight())
        assert viewport.rect().contains(bottom), tile.accessibleName()


def test_that_a_click_on_a_tile_shows_how_it_was_computed(page: AnalysingPage, qtbot: QtBot) -> None:
    page.show_results(example.helping())
    tile = page._board.tiles[0]
    tile.click()
    assert page.details.isVisible()
    assert tile.isChecked()
    page.details.closed.emit()
    assert not page.details.isVisible()
    assert not tile.isChecked()


def test_that_a_method_names_its_source_and_shows_a_row_per_reader() -> None:
    results = example.helping()
    for tile in results["verdict"]["tiles"]:
        method = method_of(tile, results)
        assert method.method
        assert method.references
        assert len(method.rows) == 1 + results["n"]["readers"]


def test_that_the_details_are_those_of_the_tile_where_the_model_failed() -> None:
    data = example.study_data()
    ai_scores = np.where(np.arange(160) % 16 == 0, np.nan, data.ai_scores)
    results = analyse_study(replace(data, ai_scores=ai_scores)).to_json()
    tile = next(t for t in results["verdict"]["tiles"] if t["id"] == "ai-unaided")
    facts = dict(method_of(tile, results).facts)
    assert facts["Standard error"] == f"{tile['se']:.4f}"
    assert facts["Standard error"] != f"{results['ai_minus_readers']['se']:.4f}"
    assert "p (two-sided)" not in facts
    assert any("one-sided" in label for label in facts)


def _tile(**changes: Any) -> dict[str, Any]:
    return {**example.helping()["verdict"]["tiles"][1], **changes}


@pytest.mark.parametrize("width", [236, 300])
def test_that_a_loss_within_the_margin_never_looks_like_a_pass(qtbot: QtBot, width: int) -> None:
    words = "below 0, within the margin"
    shown = Tile(_tile(ci=[-0.04, -0.01], estimate=-0.025, label=words, is_below_zero=True), span=0.2)
    qtbot.addWidget(shown)
    shown.resize(width, 100)
    assert shown.word() == words
    assert shown.state() is State.WARNING
    assert shown.accessibleName().endswith(words)
    assert shown.grab().width() > 0


def test_that_a_contradicted_margin_stays_a_problem(qtbot: QtBot) -> None:
    shown = Tile(_tile(word="contradicted", label="contradicted", is_below_zero=True), span=0.2)
    qtbot.addWidget(shown)
    assert shown.state() is State.PROBLEM


def test_that_badges_say_not_settled_and_exploratory(page: AnalysingPage) -> None:
    results = example.helping()
    results["verdict"]["replacement"] = "not settled"
    results["early_looks"], results["is_primary"] = 1, False
    page._verdict.show_verdict(results)
    badges = [label.text() for label in page._verdict.findChildren(QLabel)]
    for badge in ("Replacement: not settled", "Opened early: exploratory", "Secondary finding"):
        assert badge in badges


def test_that_results_of_real_data_bear_no_watermark(page: AnalysingPage) -> None:
    page.show_results(example.results_of(simulated=False))
    assert not page._watermark.isVisible()
    page.show_results(example.results_of(simulated=True))
    assert page._watermark.isVisible()


def test_that_readers_who_got_worse_are_marked_by_a_word() -> None:
    results = example.harming()
    marked = [row[-1].text for row in reader_rows(results)]  # type: ignore[union-attr]
    assert marked == [
        "worse" if row["got_worse"] else "fell" if row["fell"] else "" for row in results["per_reader"]
    ]
    assert {"worse", "fell"} <= set(marked)


def test_that_changes_are_split_by_whether_the_model_was_right() -> None:
    rows = change_rows(example.helping())
    right, wrong = rows[0], rows[1]
    assert right[1] == str(example.helping()["changes"]["ai_right"]["cases"])
    assert wrong[1] == str(example.helping()["changes"]["ai_wrong"]["cases"])


def test_that_every_arm_and_control_has_a_row() -> None:
    names = [row[0].text for row in arm_rows(example.helping())]  # type: ignore[union-attr]
    assert names == ["Readers, unaided", "Readers, aided", "AI alone", "Control pixels-16x16"]


def test_that_the_model_alone_names_its_own_cases_where_they_are_not_the_readers() -> None:
    data = example.study_data()
    scores = data.scores.copy()
    scores[1, 0, :4] = np.nan
    rows = arm_rows(analyse_study(replace(data, scores=scores)).to_json())
    assert rows[2][0].text == "AI alone, n = 160"  # type: ignore[union-attr]


def test_that_a_tile_without_an_interval_says_why(qtbot: QtBot) -> None:
    tile = next(t for t in example.insufficient()["verdict"]["tiles"] if t["ci"] is None)
    shown = Tile(tile, span=0.2)
    qtbot.addWidget(shown)
    assert shown.interval_text() == tile["note"]
    assert shown.grab().width() > 0


def test_that_all_tiles_share_one_axis_that_holds_every_margin() -> None:
    tiles: list[dict[str, Any]] = [{"ci": [-0.02, 0.11], "bound": -0.05}, {"ci": None, "bound": 0.0}]
    assert common_span(tiles) == pytest.approx(0.121)
    assert common_span([{"ci": [-3, 3], "bound": -0.05}]) == 0.4


def test_that_tile_names_leave_out_what_their_group_says() -> None:
    assert short_name("Sensitivity, aided minus unaided") == "Sensitivity"
    assert short_name("AUC, model minus aided readers") == "AUC against aided readers"
    assert short_name("Accuracy where the model missed") == "Where the model missed"


def test_that_labels_are_moved_apart_and_keep_their_order() -> None:
    moved = spread([0.5, 0.5, 0.51, 0.9], gap=0.04)
    assert moved[3] == 0.9
    lower = sorted(moved[:3])
    assert [round(b - a, 6) for a, b in itertools.pairwise(lower)] == [0.04, 0.04]
    assert sum(lower) / 3 == pytest.approx(0.503333, abs=1e-5)


def test_that_points_are_painted_where_they_belong(qtbot: QtBot) -> None:
    plot = RocPlot()
    qtbot.addWidget(plot)
    plot.resize(400, 400)
    results = example.helping()
    plot.show_results(results)
    picture = plot.grab().toImage()

    def color_at(point: dict[str, float]) -> str:
        place = plot.place(point["fpr"], point["tpr"])
        return picture.pixelColor(round(place.x()), round(place.y())).name().upper()

    assert color_at(results["roc"]["ai_point"]) == AI_ALONE
    starts = [color_at(reader["unaided"]) for reader in results["roc"]["readers"]]
    ends = [color_at(reader["aided"]) for reader in results["roc"]["readers"]]
    assert starts.count(UNAIDED) >= len(starts) - 1  # one may lie under another reader's arrow
    assert ends.count(AIDED) >= len(ends) - 1
    assert plot.place(0, 0).y() > plot.place(0, 1).y()
    assert plot.place(1, 0).x() - plot.place(0, 0).x() == plot.place(0, 0).y() - plot.place(0, 1).y()


def test_that_busy_work_cannot_be_started_twice(page: AnalysingPage, qtbot: QtBot) -> None:
    page.show_results(example.helping())
    page.set_busy(True)
    with qtbot.assertNotEmitted(page.report_requested):
        page._report.click()


def test_that_an_early_look_needs_an_explicit_yes(qtbot: QtBot) -> None:
    dialog = ConfirmEarlyLook("3 of 8 readers have not finished.")
    qtbot.addWidget(dialog)
    dialog.open()
    with qtbot.assertNotEmitted(dialog.confirmed), qtbot.waitSignal(dialog.rejected):
        dialog.wait_button.click()
