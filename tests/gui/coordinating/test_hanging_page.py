"""The hanging editor as the coordinator uses it."""

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from realfm_gui.app import Program
from realfm_gui.domain.case import Split
from realfm_gui.domain.events import EventKind
from realfm_gui.gui.coordinating.hanging_cases import NO_RULE
from realfm_gui.gui.coordinating.hanging_page import BUILT_IN, FIXED, HangingPage
from realfm_gui.imaging.hanging_preview import HungPicture
from realfm_gui.imaging.hanging_rules import CellRule, HangingProtocol, ImageConditions, ImageTags
from realfm_gui.imaging.hung_panes import HangingRules
from realfm_gui.imaging.phantom_dicom import phantom_file
from realfm_gui.imaging.presets import DisplayPreset
from realfm_gui.storage import StudyStore
from realfm_gui.workflows.hanging import CaseFiles, StudyHanging, own_hanging
from tests.small_study import PROTOCOL

CT = ImageConditions(modality=("CT",))
PAIR = HangingProtocol(
    id="pair",
    name="Pair",
    rows=1,
    columns=2,
    conditions=CT,
    cells=(CellRule(row=1, column=1), CellRule(row=1, column=2)),
)
ONE = HangingProtocol(
    id="one", name="One film", rows=1, columns=1, conditions=ImageConditions(modality=("CR",)),
    cells=(CellRule(row=1, column=1),),
)  # fmt: skip
LUNG = DisplayPreset(id="ct-lung", name="Lung", modality="CT", key="1")
CASES = tuple(CaseFiles(case_id=f"c-{n}", split=Split.READING, paths=()) for n in range(3))
WAIT_MS = 20_000


def opened(*own: HangingProtocol, is_fixed: bool = False) -> StudyHanging:
    rules = HangingRules(protocols=(PAIR, ONE), own=own, presets=(LUNG,))
    return StudyHanging(rules=rules, cases=CASES, is_fixed=is_fixed)


@pytest.fixture
def page_of(qtbot: QtBot) -> Callable[..., HangingPage]:
    def make(*own: HangingProtocol, is_fixed: bool = False) -> HangingPage:
        page = HangingPage(opened(*own, is_fixed=is_fixed))
        qtbot.addWidget(page)
        page.resize(1280, 650)
        page.show()
        for case, modality in zip(CASES, ("CR", "CT", "MR"), strict=True):
            page.show_images(case.case_id, (ImageTags(image_id="0/0", modality=modality),))
        return page

    return make


def rows(page: HangingPage) -> list[str]:
    return [page.cases.item(at, 2).text() for at in range(page.cases.rowCount())]


def test_that_every_case_says_which_rule_it_takes_and_one_without_says_so(page_of) -> None:
    page = page_of()
    assert rows(page) == ["One film", "Pair", NO_RULE]
    page.show_problem("c-1", "The header of a stored image cannot be read.")
    assert rows(page)[1] == "The header of a stored image cannot be read."


def test_that_a_case_is_named_by_its_place_and_what_it_is_of(page_of) -> None:
    page = page_of()
    page.cases.selectRow(2)
    said = [label.text() for label in page.findChildren(QLabel)]
    assert "Case 3 of 3 · MR" in said
    assert "c-2 · No rule holds · not the one being edited" in said
    assert [page.cases.item(at, 0).text() for at in range(3)] == ["1 · c-0", "2 · c-1", "3 · c-2"]


def test_that_the_chosen_protocol_is_in_sight_however_low_the_list_is(qtbot: QtBot, page_of) -> None:
    many = [replace(ONE, id=f"own-{number}", name=f"Own {number}") for number in range(30)]
    page = page_of(*many)
    page.list.setCurrentRow(20)
    for height in (400, 900, 500):
        page.resize(1280, height)
        QApplication.processEvents()
        row = page.list.visualItemRect(page.list.currentItem())
        assert page.list.viewport().rect().contains(row.center())
        assert row.bottom() <= page.list.viewport().height()


def test_that_a_case_that_takes_the_rule_is_looked_at(qtbot: QtBot, page_of) -> None:
    page = page_of()
    with qtbot.waitSignal(page.preview_requested, timeout=WAIT_MS) as asked:
        page.list.setCurrentRow(1)
    case_id, rules, width, height = asked.args
    assert (case_id, rules) == ("c-0", page.state.rules)
    assert width > height > 100
    picture = HungPicture(row=1, column=1, picture=np.zeros((9, 9), np.uint8), caption="CR PA")
    page.show_pictures("c-1", 1, 1, [picture])  # of a case that is not looked at any more
    assert page.pictures.captions == {}
    page.show_pictures("c-0", 1, 1, [picture])
    assert page.pictures.captions == {(1, 1): "CR PA"}


def test_that_a_built_in_rule_is_read_only_until_it_is_the_studys_own(page_of) -> None:
    page = page_of()
    assert not page.form.isEnabled()
    assert page._notice.text() == BUILT_IN
    page.adopt.click()
    assert page.form.isEnabled()
    assert not page._notice.isVisible()
    assert page.save.isEnabled()
    assert rows(page) == ["One film", "Pair", NO_RULE]


def test_that_a_rule_is_written_by_form_and_board_and_saved(qtbot: QtBot, page_of) -> None:
    page = page_of()
    page.add.click()
    page.form.name.setText("Magnetic resonance")
    page.form.name.editingFinished.emit()
    modality = page.form.conditions.texts["modality"]
    modality.setText("MR, CT")
    modality.editingFinished.emit()
    page.form.choices["columns"].setCurrentIndex(1)
    page.form.choices["columns"].activated.emit(1)
    qtbot.mouseClick(page.rules, Qt.MouseButton.LeftButton, pos=page.rules.room_of((1, 2)).center())
    choice = page.cell_form.choices["preset"]
    choice.activated.emit(1)
    assert rows(page) == ["One film", "Magnetic resonance", "Magnetic resonance"]
    with qtbot.waitSignal(page.save_requested) as saving:
        page.save.click()
    (written,) = saving.args[0]
    assert written.conditions == ImageConditions(modality=("MR", "CT"))
    assert written.cells == (CellRule(row=1, column=1), CellRule(row=1, column=2, preset="ct-lung"))
    page.note_saved(saving.args[0])
    assert not page.save.isEnabled()
    qtbot.keyClick(page.rules, Qt.Key.Key_Left)
    assert page.state.place == (1, 1)


def test_that_what_cannot_be_is_said_at_once_and_the_form_shows_what_holds(page_of) -> None:
    page = page_of(PAIR)
    right, bottom = (page.cell_form.choices[name] for name in ("right_edge", "bottom_edge"))
    right.activated.emit(right.findText("L, patient's left"))
    bottom.activated.emit(bottom.findText("R, patient's right"))
    assert page._notice.text() == "Right edge and lower edge lie across each other."
    assert (right.value, bottom.value) == ("L", "")
    page.form.checks["needs_prior"].click()
    assert "asks for a prior but has no place for one" in page._notice.text()


def test_that_changes_are_undone_made_again_and_taken_back(page_of) -> None:
    page = page_of(PAIR)
    page.form.checks["is_linked"].click()
    page.undo.click()
    assert not page.form.checks["is_linked"].isChecked()
    page.redo.click()
    assert page.form.checks["is_linked"].isChecked()
    page.revert.click()
    assert page.state.own == (PAIR,)


def test_that_nothing_can_be_changed_once_reading_has_begun(page_of) -> None:
    page = page_of(PAIR, is_fixed=True)
    assert page._notice.text() == FIXED
    buttons = (page.add, page.copy, page.remove, page.adopt, page.save, page.undo)
    assert not any(button.isEnabled() for button in buttons)
    assert not page.form.isEnabled()


def test_that_nothing_is_clipped_on_a_small_screen(page_of) -> None:
    page = page_of(PAIR)
    bar = page._scroll.horizontalScrollBar()
    assert bar.maximum() == 0
    assert page._scroll.widget().width() <= page._scroll.viewport().width()
    assert page.pictures.width() >= 480


# From the menu to the log


@pytest.fixture
def study(tmp_path: Path) -> Path:
    root = tmp_path / "s.study"
    images = []
    for view in ("PA", "LL"):
        content = phantom_file(np.eye(32, dtype=np.uint16) * 999, name=view, pixel_spacing_mm=0.2)
        dataset = pydicom.dcmread(io.BytesIO(content))
        dataset.BodyPartExamined, dataset.ViewPosition = "CHEST", view
        dataset.StudyInstanceUID, dataset.PatientID = "1.2.3", "P1"
        file = io.BytesIO()
        dataset.save_as(file)
        images.append(file.getvalue())
    with StudyStore.create(root, PROTOCOL) as store:
        added = [
            {
                "image_id": f"i-{number}",
                "file": f"i-{number}.dcm",
                "series": number,
                "position": number,
                "salted_sha256": store.add_image(f"i-{number}.dcm", content),
            }
            for number, content in enumerate(images)
        ]
        case = {"case_id": "c-1", "patient_id": "p-1", "split": "reading", "indication": "", "images": added}
        store.append(EventKind.CASE_ADDED, case, actor="coordinator")
    return root


@pytest.fixture
def program(qtbot: QtBot, tmp_path: Path) -> Iterator[Program]:
    made = Program(tmp_path / "settings", demo_folder=tmp_path / "demo")
    made.window.show()
    yield made
    made.close()
    qtbot.waitUntil(lambda: not made.window.isVisible(), timeout=WAIT_MS)
    made.window.deleteLater()


def test_that_the_coordinator_changes_a_rule_and_sees_a_case_hang_by_it(
    qtbot: QtBot, program: Program, study: Path
) -> None:
    program.open(study)
    qtbot.waitUntil(lambda: program.window.page == "coordinating", timeout=WAIT_MS)
    program.do("hanging")
    qtbot.waitUntil(lambda: program.window.page == "hanging", timeout=WAIT_MS)
    page = program.coordinating.hanging.page
    assert page is not None
    qtbot.waitUntil(lambda: rows(page) == ["Chest radiograph: frontal and lateral"], timeout=WAIT_MS)
    captions = {(1, 1): "DX PA", (1, 2): "DX LL"}
    qtbot.waitUntil(lambda: page.pictures.captions == captions, timeout=WAIT_MS)
    page.state.choose("chest-two-views")
    page.adopt.click()
    page.form.changed.emit({"rows": 2, "columns": 1, "cells": page.state.own[0].cells[:1]})
    qtbot.waitUntil(lambda: page.pictures.captions == {(1, 1): "DX PA", (2, 1): ""}, timeout=WAIT_MS)
    page.save.click()
    qtbot.waitUntil(lambda: not page.state.is_changed, timeout=WAIT_MS)
    page.back.click()
    qtbot.waitUntil(lambda: program.window.page == "coordinating", timeout=WAIT_MS)
    with StudyStore.open(study, read_only=True) as store:
        (own,) = own_hanging(store)
    assert (own.id, own.rows, own.columns) == ("chest-two-views", 2, 1)
