"""What the performance page draws, and what it asks for."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from pytestqt.qtbot import QtBot

from realfm_gui.analysis.mrmc.analysis import Method
from realfm_gui.analysis.mrmc.results import Inference
from realfm_gui.analysis.wording import signed
from realfm_gui.gui.analysing.analysing_page import AnalysingPage
from realfm_gui.gui.analysing.performance_forest import ForestPlot, forest_rows
from realfm_gui.gui.analysing.performance_margin_plot import SMALLEST_P, MarginPlot
from realfm_gui.gui.analysing.performance_page import PerformancePage
from realfm_gui.gui.analysing.performance_painting import round_ticks
from realfm_gui.gui.analysing.performance_reads import ReadsPlot, reads_map, runs
from realfm_gui.gui.analysing.performance_roc import PerformanceRoc, roc_results
from realfm_gui.gui.analysing.performance_tables import comparison_rows, mean_rows
from realfm_gui.gui.theme import AI_ALONE, AIDED, UNAIDED
from realfm_gui.workflows.performance import Measure, analyse_choice
from tests.gui.analysing import example_results
from tests.gui.analysing import performed_examples as example
from tests.gui.analysing.example_results import study_data


@pytest.fixture
def page(qtbot: QtBot) -> PerformancePage:
    made = PerformancePage()
    qtbot.addWidget(made)
    made.resize(1280, 720)
    made.open(example.protocol())
    made.show()
    return made


def _text(cell: object) -> str:
    return cell if isinstance(cell, str) else cell.text  # type: ignore[attr-defined]


def _choose(page: PerformancePage, name: str, value: str) -> None:
    box = page.choices.box(name)
    box.setCurrentIndex(box.findData(value))


def test_that_results_are_asked_for_when_the_page_is_looked_at_and_not_before(
    page: PerformancePage, qtbot: QtBot
) -> None:
    assert page.wanted is None
    with qtbot.waitSignal(page.computation_requested) as asked:
        page.show_choice()
    assert asked.args == [example.PLANNED]
    assert page.wanted == example.PLANNED
    page.take(example.helping())
    assert page.has_results
    assert page.wanted is None


def test_that_another_choice_is_asked_for_at_once_and_hides_the_numbers_before(
    page: PerformancePage, qtbot: QtBot
) -> None:
    page.take(example.helping())
    with qtbot.waitSignal(page.computation_requested) as asked:
        _choose(page, "measure", "sensitivity")
    assert asked.args[0].measure is Measure.SENSITIVITY
    assert asked.args[0].margin == page.choices.margin.value() == 0.04
    assert not page.has_results, "numbers of the AUC must not stand under the word sensitivity"
    page.take(example.helping())
    assert not page.has_results, "the answer to a question asked before is not the answer to this one"
    page.take(example.of_sensitivity())
    assert page.has_results
    assert "sensitivity" in page.sections.sentence.text()


def test_that_going_back_to_a_choice_is_instant(page: PerformancePage, qtbot: QtBot) -> None:
    page.take(example.helping())
    _choose(page, "measure", "sensitivity")
    with qtbot.assertNotEmitted(page.computation_requested):
        _choose(page, "measure", "auc")
    assert page.has_results


def test_that_a_deviation_is_named_beside_a_way_back(page: PerformancePage) -> None:
    page.take(example.helping())
    assert not page.choices._back.isVisible()
    page.choices.margin.setValue(0.1)
    assert page.choices._standing.accessibleName() == "Exploratory"
    assert "0.100 instead of 0.050" in page.choices._sentence.text()
    page.choices._back.click()
    assert page.choices._standing.accessibleName() == "As planned"
    assert page.has_results


def test_that_every_choice_says_what_it_means(page: PerformancePage) -> None:
    page.show_choice()
    for name in ("measure", "method", "covariance", "inference", "curves"):
        box = page.choices.box(name)
        assert box.toolTip() == box.itemData(box.currentIndex(), Qt.ItemDataRole.ToolTipRole)
        tips = [box.itemData(at, Qt.ItemDataRole.ToolTipRole) for at in range(box.count())]
        assert all(len(tip) > 20 for tip in tips)
    assert page.choices.margin.toolTip()


def test_that_what_u_statistics_cannot_have_cannot_be_chosen(page: PerformancePage) -> None:
    _choose(page, "method", "ustat")
    covariance, inference = page.choices.box("covariance"), page.choices.box("inference")
    assert page.state.choice.method is Method.USTAT
    assert not covariance.isEnabled()
    at = inference.findData(Inference.RRFC.value)
    assert not inference.model().flags(inference.model().index(at, 0)) & Qt.ItemFlag.ItemIsEnabled
    _choose(page, "method", "or")
    assert covariance.isEnabled()
    assert inference.model().flags(inference.model().index(at, 0)) & Qt.ItemFlag.ItemIsEnabled


def test_that_scrolling_over_a_choice_does_not_change_the_analysis(page: PerformancePage) -> None:
    page.show_choice()
    for field in (page.choices.box("method"), page.choices.margin):
        turn = QWheelEvent(
            QPointF(5, 5),
            QPointF(field.mapToGlobal(QPoint(5, 5))),
            QPoint(),
            QPoint(0, -120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QGuiApplication.sendEvent(field, turn)
    assert page.state.choice == example.PLANNED


def test_that_a_failure_is_told_for_the_choice_it_belongs_to(page: PerformancePage, qtbot: QtBot) -> None:
    page.show_choice()
    page.show_failure(replace(example.PLANNED, margin=0.2), "Not this one.")
    assert page.failure() == ""
    page.show_failure(example.PLANNED, "Too few cases.")
    assert page.failure() == "Too few cases."
    assert page.wanted is None
    with qtbot.waitSignal(page.computation_requested):
        page._failed.button.click()
    assert page.failure() == ""


def test_that_the_method_section_goes_to_the_clipboard(page: PerformancePage) -> None:
    page.show_choice()
    assert not page._copy.isEnabled()
    page.take(example.helping())
    page._copy.click()
    assert QGuiApplication.clipboard().text() == example.helping().method_text
    assert page._copied.text() == "Copied"


def test_that_nothing_is_shown_or_computed_before_the_outcomes_are_open(qtbot: QtBot) -> None:
    page = AnalysingPage()
    qtbot.addWidget(page)
    page.resize(1280, 720)
    page.show()
    with qtbot.assertNotEmitted(page.performance.computation_requested):
        page.show_performance()
    assert not page._tabs.isVisible()
    assert not page.performance.isVisible()
    page.performance.open(example.protocol())
    page.show_results(example_results.helping())
    assert page._tabs.isVisible()
    assert not page.performance.isVisible(), "the verdict comes first"
    page._performance_tab.click()
    page.performance.take(example.helping())
    assert page.performance.isVisible()
    page.show_closed()
    assert not page._tabs.isVisible()
    assert not page.performance.isVisible()
    assert page.performance.state.known() is None
    page.performance.take(example.helping())
    assert not page.performance.has_results


@pytest.mark.parametrize("width", [1024, 1280, 1600])
def test_that_no_part_of_the_page_is_wider_than_the_window(page: PerformancePage, width: int) -> None:
    page.resize(width, 700)
    page.take(example.gappy())
    QGuiApplication.processEvents()
    viewport = page._results.viewport()
    assert page._results.widget().width() <= viewport.width()
    for part in (page.sections.forest, page.sections.comparisons, page.sections.reads):
        assert viewport.rect().right() >= part.mapTo(viewport, part.rect().topRight()).x()


@pytest.mark.parametrize("width", [1024, 1280])
def test_that_what_is_compared_can_be_read_at_every_width(page: PerformancePage, width: int) -> None:
    page.resize(width, 700)
    page.take(example.helping())
    QGuiApplication.processEvents()
    for table in (page.sections.means, page.sections.comparisons):
        metrics = table.fontMetrics()
        for row in range(table.rowCount()):
            name = table.item(row, 0)
            assert name is not None
            assert table.columnWidth(0) >= metrics.horizontalAdvance(name.text()) + 34, name.text()
    assert page.sections.forest._plot().width() > 250
    shares = page.sections.shares
    assert shares.height() >= shares.heightForWidth(shares.width()), "no line of it is cut off"
    assert shares.bar.height() >= shares.bar.sizeHint().height()
    caption = page.sections._roc_caption
    assert caption.geometry().top() >= page.sections.roc.geometry().bottom()


def test_that_the_gaps_are_told_only_where_there_are_some(page: PerformancePage) -> None:
    page.take(example.helping())
    assert not page.sections._missing.isVisible()
    page.state.close()
    page.open(example.protocol())
    page.take(example.gappy())
    assert page.sections._missing.isVisible()


def test_that_simulated_results_bear_a_watermark_and_real_ones_do_not(page: PerformancePage) -> None:
    page.take(example.helping())
    assert page._watermark.isVisible()
    page.take(replace(example.helping(), is_simulated=False))
    assert not page._watermark.isVisible()


def test_that_the_forest_ranks_readers_and_ends_with_the_pooled_and_the_model() -> None:
    readers, pooled, model = forest_rows(example.helping())
    values = [row.estimate.value for row in readers]
    assert values == sorted(values, reverse=True)
    assert [row.name for row in pooled] == ["All readers"]
    assert {row.color for row in model} == {AI_ALONE}
    assert not any(row.is_worse for row in readers)
    assert any(row.is_worse for row in forest_rows(example.harming())[0])


def test_that_the_forest_is_painted_where_its_numbers_say(qtbot: QtBot) -> None:
    plot = ForestPlot()
    qtbot.addWidget(plot)
    plot.show_performance(example.helping())
    plot.resize(800, plot.sizeHint().height())
    picture = plot.grab().toImage()
    pair = example.helping().result.analysis.comparisons[0].difference
    middle = plot.row_rect("All readers").center().y()
    at_estimate = picture.pixelColor(round(plot.place(pair.value)), round(middle))
    assert at_estimate.name().upper() == AIDED
    inside = picture.pixelColor(round(plot.place((pair.value + pair.ci[1]) / 2)), round(middle))
    assert inside.name().upper() == AIDED
    beyond = picture.pixelColor(round(plot.place(pair.ci[1]) + 6), round(middle))
    assert beyond.name().upper() != AIDED
    assert plot.place(-0.05) < plot.place(0) < plot.place(0.05)
    assert signed(pair.value) in plot.accessibleName()


def test_that_an_interval_beyond_the_axis_does_not_leave_the_plot(qtbot: QtBot) -> None:
    few = analyse_choice(study_data(readers=2, cases=8, gain=0.3), example.PLANNED)
    plot = ForestPlot()
    qtbot.addWidget(plot)
    plot.show_performance(few)
    plot.resize(700, plot.sizeHint().height())
    assert plot.place(-5) >= plot._plot().left()
    assert plot.place(5) <= plot._plot().right()
    assert plot.grab().width() == 700


def test_that_pointing_at_a_reader_points_it_out_in_the_roc_plane(
    qtbot: QtBot, page: PerformancePage
) -> None:
    page.take(example.helping())
    forest = page.sections.forest
    at = forest.row_rect("Simulated reader 2").center().toPoint()
    with qtbot.waitSignal(forest.reader_pointed) as pointed:
        qtbot.mouseMove(forest, at)
    assert pointed.args == ["Simulated reader 2"]
    assert page.sections.roc._pointed == "Simulated reader 2"


def test_that_the_curves_carry_their_arms_colours_and_areas() -> None:
    performed = example.helping()
    results = roc_results(performed)["roc"]
    assert [(mean["name"], mean["color"]) for mean in results["means"]] == [
        ("Unaided, mean", UNAIDED),
        ("Aided, mean", AIDED),
    ]
    means = {mean.modality: mean.estimate.value for mean in performed.result.analysis.means}
    assert results["means"][0]["auc"] == pytest.approx(means["Unaided"])
    assert results["means"][1]["auc"] == pytest.approx(means["Aided"])
    assert len(results["curves"]) == 8
    data = study_data(readers=4, cases=60, gain=1.0)
    first = results["readers"][0]
    assert first["aided"]["tpr"] == pytest.approx(data.calls[1, 0][data.truth].mean())
    assert first["unaided"]["fpr"] == pytest.approx(data.calls[0, 0][~data.truth].mean())


def test_that_mean_curves_are_painted_over_the_readers(qtbot: QtBot) -> None:
    plot = PerformanceRoc()
    qtbot.addWidget(plot)
    plot.resize(416, 416)
    plot.show_performance(example.helping())
    picture = plot.grab().toImage()
    found = {picture.pixelColor(x, y).name().upper() for x in range(60, 400, 2) for y in range(20, 360, 2)}
    assert {UNAIDED, AIDED, AI_ALONE} <= found


def test_that_the_margin_curve_falls_through_the_marked_margin(qtbot: QtBot) -> None:
    plot = MarginPlot()
    qtbot.addWidget(plot)
    plot.resize(400, 240)
    plot.show_performance(example.helping())
    test = example.helping().result.analysis.comparisons[0].first_not_inferior
    assert test is not None
    mark = plot.place(0.05, test.p)
    picture = plot.grab().toImage()
    assert picture.pixelColor(round(mark.x()), round(mark.y())).name().upper() == AIDED
    assert plot.place(0.05, 1e-12) == plot.place(0.05, SMALLEST_P)
    assert plot.place(0, 0.025).y() < plot.place(0, 0.01).y()


def test_that_tables_hold_every_arm_and_every_difference() -> None:
    performed = example.helping()
    assert [_text(row[0]) for row in mean_rows(performed)] == [
        "Readers, unaided",
        "Readers, aided",
        "AI alone",
    ]
    rows = comparison_rows(performed)
    assert [_text(row[0]) for row in rows] == [
        "Aided − unaided",
        "AI − readers unaided",
        "AI − readers aided",
    ]
    pair = performed.result.analysis.comparisons[0]
    assert _text(rows[0][1]) == signed(pair.difference.value)
    assert _text(rows[0][4]) == f"{pair.difference.df:.1f}"
    assert _text(mean_rows(performed)[2][5]) == "60 cases"


def test_that_gaps_of_one_reader_stand_side_by_side_within_each_truth_state() -> None:
    shown = reads_map(example.gappy())
    assert shown.readers[-1] == "Simulated reader 2", "who read least stands last"
    assert shown.n_left == 30
    aided = ~shown.was_read[1, -1]
    assert runs(aided) == [(0, 3), (30, 35)]
    assert (~shown.was_read).sum() == 11
    complete = reads_map(example.helping())
    assert complete.was_read.all()


def test_that_a_gap_is_painted_empty_and_a_reading_in_its_arms_colour(qtbot: QtBot) -> None:
    plot = ReadsPlot()
    qtbot.addWidget(plot)
    plot.show_performance(example.gappy())
    plot.resize(900, plot.sizeHint().height())
    picture = plot.grab().toImage()

    def color(arm: int, reader: int, case: int) -> str:
        centre = plot.cell(arm, reader, case).center().toPoint()
        return picture.pixelColor(centre).name()

    gap, read_unaided, read_aided = color(1, 3, 1), color(0, 3, 1), color(1, 3, 12)
    assert len({gap, read_unaided, read_aided}) == 3
    assert "missing" in plot.accessibleName()


def test_that_forty_readers_with_long_names_fit(qtbot: QtBot, page: PerformancePage) -> None:
    names = tuple(f"Professor {number} of an uncommonly long family name, MD, PhD" for number in range(40))
    performed = analyse_choice(
        study_data(readers=40, cases=24, gain=0.2, reader_names=names), example.PLANNED
    )
    page.take(performed)
    forest, reads = page.sections.forest, page.sections.reads
    rows = [forest.row_rect(name) for name in names]
    assert forest.height() >= max(room.bottom() for room in rows)
    assert len({round(room.top()) for room in rows}) == 40
    assert reads.height() >= reads.cell(1, 39, 0).bottom()


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (-0.07, 0.13, [-0.05, 0.0, 0.05, 0.1]),
        (0.0, 0.1, [0.0, 0.02, 0.04, 0.06, 0.08, 0.1]),
        (-0.5, 0.5, [-0.4, -0.2, 0.0, 0.2, 0.4]),
    ],
)
def test_that_ticks_are_round_and_few(low: float, high: float, expected: list[float]) -> None:
    assert round_ticks(low, high) == expected


def test_that_runs_are_found_at_both_ends() -> None:
    assert runs(np.array([True, True, False, True])) == [(0, 1), (3, 3)]
    assert runs(np.zeros(3, dtype=np.bool_)) == []
