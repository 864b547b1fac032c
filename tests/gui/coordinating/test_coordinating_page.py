from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from realfm_gui.gui.coordinating.coordinating_page import CoordinatingPage
from realfm_gui.gui.coordinating.import_dialog import ImportDialog
from realfm_gui.gui.coordinating.protocol_panel import facts
from realfm_gui.gui.coordinating.steps import Action, StepState, next_step, steps_of
from realfm_gui.gui.coordinating.tables import reader_rows
from realfm_gui.gui.widgets.plain_table import PlainTable
from tests.gui.coordinating import example_overviews as example


@pytest.fixture
def page(qtbot: QtBot) -> CoordinatingPage:
    made = CoordinatingPage()
    qtbot.addWidget(made)
    made.resize(1280, 720)
    made.show()
    return made


@pytest.mark.parametrize(
    ("options", "action"),
    [
        ({"cases": (0, 0, 0), "fitted": False, "answered": False, "submitted": 0}, Action.IMPORT),
        ({"fitted": False, "answered": False, "submitted": 0}, Action.FIT),
        ({"cases": (0, 8, 160), "fitted": False, "answered": False, "submitted": 0}, Action.IMPORT),
        ({"answered": False, "submitted": 0}, Action.PREDICT),
        ({"submitted": 0}, Action.NOTHING),
        ({"submitted": 1}, Action.NOTHING),
    ],
)
def test_that_the_next_step_follows_the_order_of_the_set_up(
    options: dict[str, object], action: Action
) -> None:
    assert next_step(example.overview_of(**options)).action is action  # type: ignore[arg-type]


def test_that_refused_files_and_failed_cases_ask_for_attention() -> None:
    steps = {step.title: step for step in steps_of(example.overview_of(refused=example.REFUSED, failed=2))}
    assert steps["Cases"].state is StepState.ATTENTION
    assert steps["Cases"].note == "468 cases, 3 files refused"
    assert steps["Models"].state is StepState.ATTENTION
    assert steps["Truth"].state is StepState.DONE


def test_that_who_only_practises_keeps_nobody_waiting() -> None:
    view = example.overview_of(readers=3, submitted=1)
    assert "Every reader has finished" in next_step(view).sentence


def test_that_nothing_on_the_page_tells_an_outcome(page: CoordinatingPage) -> None:
    page.show_study(example.overview_of(), example.protocol())
    words = " ".join(
        widget.text().casefold() for kind in (QLabel, QPushButton) for widget in page.findChildren(kind)
    )
    cells = " ".join(
        (table.item(row, column).text().casefold() if table.item(row, column) else "")
        for table in page.findChildren(PlainTable)
        for row in range(table.rowCount())
        for column in range(table.columnCount())
    )
    for word in ("positive", "diseased", "correct", "accuracy", "unaided auc", "%)"):
        assert word not in words + cells


def test_that_forty_readers_and_long_names_fit_without_a_scroll_bar_of_their_own(
    page: CoordinatingPage, qtbot: QtBot
) -> None:
    page.show_study(example.overview_of(readers=40, simulated=False), example.protocol())
    table = page._readers
    qtbot.waitUntil(lambda: table.rowCount() == 40)
    assert table.sizeHint().height() >= 40 * 36
    assert example.LONG_NAME in table.item(3, 0).toolTip()
    assert table.horizontalHeader().length() <= table.viewport().width()


def test_that_a_simulated_reader_is_labelled_once() -> None:
    names = [row[0].text for row in reader_rows(example.overview_of().readers)]  # type: ignore[union-attr]
    assert names[1] == "Simulated reader 2"
    assert names[3].endswith("(simulated)")


def test_that_a_second_click_while_work_runs_does_nothing(page: CoordinatingPage, qtbot: QtBot) -> None:
    page.show_study(example.overview_of(fitted=False, answered=False, submitted=0), example.protocol())
    with qtbot.waitSignal(page.fit_requested) as wish:
        page._primary.click()
    assert wish.args == ["efficientnet-lite0"]
    page.set_busy(True)
    with qtbot.assertNotEmitted(page.fit_requested):
        page._primary.click()


def test_that_models_are_fixed_once_reading_has_begun(page: CoordinatingPage) -> None:
    page.show_study(example.overview_of(submitted=0.2), example.protocol())
    assert page._model_buttons
    assert not any(button.isEnabled() for button in page._model_buttons)
    assert {button.toolTip() for button in page._model_buttons} == {"Fixed: reading has begun"}
    assert not page._import.isEnabled()


def test_that_an_import_of_a_folder_that_is_not_there_is_refused_in_the_dialog(
    qtbot: QtBot, tmp_path: Path
) -> None:
    dialog = ImportDialog()
    qtbot.addWidget(dialog)
    dialog.open()
    dialog.images.setText(str(tmp_path / "gone"))
    with qtbot.assertNotEmitted(dialog.import_requested):
        dialog.go.click()
    assert "There is no folder of images" in dialog.problem.text()
    dialog.images.setText(str(tmp_path))
    with qtbot.waitSignal(dialog.import_requested) as wish:
        dialog.go.click()
    assert wish.args == [[tmp_path], None]


def test_that_the_protocols_facts_name_prevalence_design_and_fingerprint() -> None:
    shown = dict(facts(example.protocol(), example.overview_of()))
    assert shown["Prevalence where the model would be used"] == "20 %"
    assert shown["Design"].startswith("Sequential")
    assert shown["Outcomes opened"] == "Never"
