from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from realfm_gui.gui.coordinating.coordinating_page import NO_MORE_IMPORTS, CoordinatingPage
from realfm_gui.gui.coordinating.failures_dialog import FailuresDialog
from realfm_gui.gui.coordinating.import_dialog import ImportDialog
from realfm_gui.gui.coordinating.protocol_panel import facts
from realfm_gui.gui.coordinating.refusals import is_no_image
from realfm_gui.gui.coordinating.steps import Action, StepState, next_step, steps_of
from realfm_gui.gui.coordinating.tables import reader_rows
from realfm_gui.gui.shell.desk import state_in_words
from realfm_gui.gui.theme import LIGHT, style_sheet
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
    assert steps["Cases"].note == "468 cases, 2 files refused"
    assert steps["Models"].state is StepState.ATTENTION
    assert steps["Truth"].state is StepState.DONE


def test_that_who_only_practises_keeps_nobody_waiting() -> None:
    view = example.overview_of(readers=3, submitted=1)
    assert "Every reader has finished" in next_step(view).sentence
    for submitted, said in ((0, "Practice readers: 0 of 8 cases."), (8, "Every reader has finished.")):
        practised = example.with_practice(view, submitted=submitted)
        assert said in next_step(practised).sentence
        assert {step.title: step for step in steps_of(practised)}["Progress"].state is StepState.DONE


def test_that_every_reader_is_not_said_to_have_finished_while_one_practises() -> None:
    view = example.with_practice(example.overview_of(readers=3, submitted=1))
    assert next_step(view).sentence == "All readings that count are in. Practice readers: 0 of 8 cases."
    notes = {step.title: step.note for step in steps_of(view)}
    assert notes["Readers"] == "1 person, 2 simulated, 1 for practice"
    assert notes["Progress"] == "3 of 3 readers done"
    assert reader_rows(view.readers)[0][0].text == "You (practice)"  # type: ignore[union-attr]
    assert state_in_words(view) == "Reading finished"


def test_that_practice_alone_is_never_a_finished_study() -> None:
    view = example.overview_of(readers=0)
    done = example.with_practice(view, submitted=8)
    assert "finished." not in next_step(example.with_practice(view, submitted=3)).sentence
    assert "Every reader" not in next_step(done).sentence
    assert state_in_words(done) == "Practice has begun"
    no_test_set = example.overview_of(cases=(300, 8, 0), submitted=0)
    assert next_step(no_test_set).action is Action.IMPORT


def test_that_a_file_that_is_no_image_is_information_and_a_damaged_one_a_warning(
    page: CoordinatingPage,
) -> None:
    licence = ("incoming/LICENSE.txt", "This is a text file.")
    quiet = example.overview_of(refused=(licence,))
    assert steps_of(quiet)[0].state is StepState.DONE
    assert steps_of(quiet)[0].note == "468 cases, 1 other file left out"
    page.show_study(quiet, example.protocol())
    assert "no images" in page._no_refusals.text()
    assert page._no_refusals.isVisible()
    page.show_study(example.overview_of(refused=(licence, *example.REFUSED)), example.protocol())
    assert page._refused.item(0, 0).text() == example.REFUSED[0][0], "what is missing comes first"
    assert not page._no_refusals.isVisible()


@pytest.mark.parametrize(
    ("file", "reason", "is_harmless"),
    [
        ("notes.txt", "This is a text file.", True),
        ("DICOMDIR", "It is a DICOM directory (DICOMDIR), not an image.", True),
        ("notes.docx", "This is not a DICOM file.", True),
        ("IM-0001.dcm", "This is a text file.", False),
        ("IM0001", "This is not a DICOM file.", False),
        ("scan.tif", "This is a TIFF image.", False),
        ("all.zip", "This is a zip archive.", False),
        ("IM-1.dcm", "The pixel data are missing or cut short.", False),
        ("IM-2.dcm", "is the same file as IM-1.dcm", False),
        ("IM-3.dcm", "has no row in the truth table", False),
        ("truth.csv, line 7", "This row has no file.", False),
    ],
)
def test_that_only_what_never_was_an_image_is_harmless(file: str, reason: str, is_harmless: bool) -> None:
    assert is_no_image(file, reason) is is_harmless


def test_that_the_coordinator_sees_which_cases_the_model_failed_on_and_why(page: CoordinatingPage) -> None:
    view = example.overview_of(failed=2, submitted=0.2)
    shown_model = replace(view.models[0], declined=(("case-7", "Made for CR; this image is CT."),))
    page.show_study(replace(view, models=(shown_model, *view.models[1:])), example.protocol())
    door = _failure_doors(page)[0]
    assert door.isEnabled(), "looking is possible after reading has begun"
    assert door.text() == "2 + 1…"
    assert door.toolTip().startswith("2 failed, 1 it was not made for")
    door.click()
    dialog = page.findChildren(FailuresDialog)[0]
    shown = [tuple(dialog.table.item(at, column).text() for column in range(3)) for at in range(3)]
    assert shown == [
        ("case-0", "failed", example.CUT_SHORT),
        ("case-1", "failed", example.CUT_SHORT),
        ("case-7", "not made for it", "Made for CR; this image is CT."),
    ]
    dialog.copy_button.click()
    assert f"case-1\tfailed\t{example.CUT_SHORT}" in QGuiApplication.clipboard().text()
    dialog.close()
    page.show_study(example.overview_of(), example.protocol())
    assert not [door for door in _failure_doors(page) if door.isVisible()], "a later run took them away"


def _failure_doors(page: CoordinatingPage) -> list[QPushButton]:
    return [b for b in page.findChildren(QPushButton) if b.accessibleName().startswith("Failed cases")]


def test_that_asking_for_an_import_after_reading_began_says_why_not(page: CoordinatingPage) -> None:
    page.show_study(example.overview_of(submitted=0.2), example.protocol())
    page.ask_for_import()
    assert page._notice.isVisible()
    assert page._notice.text() == NO_MORE_IMPORTS
    assert not page.findChildren(ImportDialog)


def test_that_the_tables_follow_the_palette(page: CoordinatingPage, qtbot: QtBot) -> None:
    page.show_study(example.overview_of(), example.protocol())
    page.setProperty("surface", "light")
    page.setStyleSheet(style_sheet(LIGHT))
    qtbot.waitUntil(lambda: page._models.item(0, 3).data(Qt.ItemDataRole.UserRole).bar[2] == LIGHT.ink_quiet)


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
    assert page._models.buttons
    assert not any(button.isEnabled() for button in page._models.buttons)
    assert {button.toolTip() for button in page._models.buttons} == {"Fixed: reading has begun"}
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
