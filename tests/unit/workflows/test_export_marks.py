"""What was marked, exported: other programs read it, and the engine finds what a hand works out."""

import csv
from pathlib import Path

import numpy as np
import pytest

from realfm_gui.analysis.endpoints.free_response import FreeResponseArea
from realfm_gui.analysis.endpoints.lroc import LrocArea
from realfm_gui.domain.case import Split
from realfm_gui.domain.events import EventKind
from realfm_gui.domain.lesion import Lesion, LesionRegion
from realfm_gui.domain.mark import Mark, MarkShape, new_mark_id
from realfm_gui.domain.protocol import LocalisationPart
from realfm_gui.domain.reading import CaseAnswer, CaseFlag, FindingAnswer, Phase
from realfm_gui.formats.reading import read_ratings
from realfm_gui.storage import StudyStore
from realfm_gui.workflows.export_marks import export_marks, rule_words, truth_of
from realfm_gui.workflows.export_study import export_study
from tests.small_study import PROTOCOL, make_study

MARKED = PROTOCOL.replace('name = "Nodule"', 'name = "Nodule"\nmarks = "point"')
# Of the four cases to read, the odd ones are positive (see make_study): P1 has two lesions, P2 one.
P1, N1, P2, N2 = (f"c-{number:016x}" for number in (1, 2, 3, 4))
LESIONS = {P1: [(10.0, 10.0), (30.0, 10.0)], P2: [(20.0, 20.0)]}
AWAY = (50.0, 50.0)

Marked = dict[str, list[tuple[tuple[float, float], int]]]
ANNA: dict[Phase, Marked] = {
    Phase.UNAIDED: {
        P1: [(LESIONS[P1][0], 80), (AWAY, 90)],
        P2: [(LESIONS[P2][0], 60)],
        N1: [(AWAY, 70)],
        N2: [],
    },
    Phase.AIDED: {
        P1: [(LESIONS[P1][0], 80), (LESIONS[P1][1], 40)],
        P2: [(LESIONS[P2][0], 30)],
        N1: [],
        N2: [(AWAY, 40)],
    },
}
BEN: dict[Phase, Marked] = {
    Phase.UNAIDED: {P1: [], P2: [(LESIONS[P2][0], 50)], N1: [(AWAY, 50)], N2: [(AWAY, 20)]},
    Phase.AIDED: {
        P1: [(LESIONS[P1][0], 90), (LESIONS[P1][1], 90)],
        P2: [(LESIONS[P2][0], 90)],
        N1: [],
        N2: [],
    },
}
WAFROC = [[2.75 / 4, 1.0], [2.25 / 4, 1.5 / 4]]
"""Aided and unaided, of anna and ben. Of anna unaided: against the 70 on N1 one of P1's two lesions (half a
case) is above it and P2's is not, .5; against N2, unmarked, .5 and, for the tie of P1's unmarked lesion with
it, .25, and P2's, 1: together 2.25 of 2 x 2 pairs. The mark of 90 beside P1's lesions takes no part."""
ALROC = [[(1 + 1 + 1 + 0) / 4, 1.0], [1 / 4, 1.5 / 4]]
"""Likewise. Anna's highest mark on P1 unaided is beside the lesions: wrong, whatever its rating."""


def answer(marks: list[tuple[tuple[float, float], int]], **more: object) -> CaseAnswer:
    made = tuple(
        Mark(
            mark_id=new_mark_id(),
            finding="nodule",
            frame=0,
            shape=MarkShape.POINT,
            points=(place,),
            rating=rating,
        )
        for place, rating in marks
    )
    said = FindingAnswer(finding="nodule", likelihood=50, recall=bool(marks), confidence=3)
    return CaseAnswer(findings=(said,), marks=made, **more)


def read(store: StudyStore, reader: str, readings: dict[Phase, Marked], **more: object) -> None:
    for phase in Phase:
        kind = EventKind.ANSWER_LOCKED if phase is Phase.UNAIDED else EventKind.ANSWER_SUBMITTED
        for case_id, marks in readings[phase].items():
            payload = answer(marks, **more).to_payload()
            times = {"active_ms": 1, "idle_ms": 0, "paused_ms": 0}
            store.append(kind, {"case_id": case_id, "answer": payload, "times": times}, actor=reader)


def seal_lesions(store: StudyStore) -> None:
    lesions = [
        Lesion(
            lesion_id=str(number),
            case_id=case_id,
            finding="nodule",
            regions=(LesionRegion(frame=0, shape=MarkShape.BOX, points=((x - 2, y - 2), (x + 2, y + 2))),),
        )
        for case_id, centres in LESIONS.items()
        for number, (x, y) in enumerate(centres, start=1)
    ]
    salted = store.write_lesions(Split.READING, lesions)
    store.append(EventKind.LESIONS_SEALED, {"split": Split.READING, "salted_sha256": salted}, actor="c")


@pytest.fixture
def store(tmp_path: Path):
    with make_study(tmp_path / "s.study", protocol=MARKED) as store:
        seal_lesions(store)
        yield store


@pytest.mark.parametrize("name", ["froc_nodule.xlsx", "froc_nodule_marks.csv"])
def test_that_the_engine_finds_in_the_export_what_a_hand_works_out(
    store: StudyStore, tmp_path: Path, name: str
) -> None:
    read(store, "anna", ANNA)
    read(store, "ben", BEN)
    export_marks(store, tmp_path)
    data = read_ratings(tmp_path / name).data
    assert (data.modalities, data.readers) == (("aided", "unaided"), ("anna", "ben"))
    wafroc = FreeResponseArea(weighs_lesions=True, uses_all_cases=False)
    np.testing.assert_allclose(wafroc.prepare(data).figures, WAFROC, rtol=0, atol=1e-12)


def test_that_the_location_study_keeps_one_mark_per_case_wherever_it_lies(
    store: StudyStore, tmp_path: Path
) -> None:
    read(store, "anna", ANNA)
    read(store, "ben", BEN)
    export_marks(store, tmp_path)
    data = read_ratings(tmp_path / "lroc_nodule_marks.csv").data
    figures = LrocArea().prepare(data).figures  # which refuses a case with two marks
    np.testing.assert_allclose(figures, ALROC, rtol=0, atol=1e-12)


def test_that_every_mark_is_a_row_that_says_what_it_counts_as(store: StudyStore, tmp_path: Path) -> None:
    read(store, "anna", ANNA)
    export_marks(store, tmp_path)
    with (tmp_path / "marks.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["phase"] == "unaided" and row["case"] == P1]
    assert [(row["number"], row["rating"], row["counts_as"], row["lesion"]) for row in rows] == [
        ("1", "80", "lesion", "1"),
        ("2", "90", "non_lesion", ""),
    ]
    assert (rows[0]["frame"], rows[0]["column"], rows[0]["row"]) == ("1", "10.000", "10.000")


def test_that_what_takes_no_part_is_left_out_and_said(store: StudyStore, tmp_path: Path) -> None:
    read(store, "anna", ANNA)
    blind = {phase: {case_id: [] for case_id in BEN[phase]} for phase in Phase}
    read(store, "ben", blind, flags=frozenset({CaseFlag.NON_DIAGNOSTIC}))
    salted = store.write_lesions(
        Split.READING, [lesion for lesion in store.read_lesions(Split.READING) if lesion.case_id == P1]
    )
    store.append(EventKind.LESIONS_SEALED, {"split": Split.READING, "salted_sha256": salted}, actor="c")
    written = export_marks(store, tmp_path)
    data = read_ratings(tmp_path / "froc_nodule.xlsx").data
    assert data.readers == ("anna",)
    assert len(data.cases) == 3
    notes = (tmp_path / "marks_notes.txt").read_text(encoding="utf-8")
    assert "Nodule: left out: positive cases without a lesion's place (1)." in notes
    assert (
        "Nodule: left out: readings that were non-diagnostic or met a technical fault, as if not read (6)"
        in notes
    )
    assert written[0].name == "marks.csv"
    assert written[-1].name == "marks_notes.txt"


def test_that_a_study_that_asks_for_no_marks_exports_none_and_clears_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "marks.csv").write_text("of another study", encoding="utf-8")
    with make_study(tmp_path / "plain.study") as store:
        assert export_marks(store, tmp_path) == []
    assert not (tmp_path / "marks.csv").exists()


def test_that_without_lesions_the_marks_themselves_are_still_exported(tmp_path: Path) -> None:
    (tmp_path / "froc_nodule.xlsx").write_bytes(b"of an earlier export")
    with make_study(tmp_path / "s.study", protocol=MARKED) as store:
        read(store, "anna", ANNA)
        written = export_marks(store, tmp_path)
    assert [path.name for path in written] == ["marks.csv", "marks_notes.txt"]
    assert not (tmp_path / "froc_nodule.xlsx").exists()


def test_that_the_export_of_a_study_brings_its_marks(store: StudyStore, tmp_path: Path) -> None:
    read(store, "anna", ANNA)
    read(store, "ben", BEN)
    names = {path.name for path in export_study(store.root, tmp_path / "out")}
    assert {"readings.csv", "marks.csv", "froc_nodule.xlsx", "lroc_nodule_truth.csv"} <= names
    assert names <= {path.name for path in (tmp_path / "out").iterdir()}


def test_that_the_rule_is_said_in_words() -> None:
    assert rule_words(LocalisationPart()).startswith("its centre lies inside the lesion;")
    by_distance = LocalisationPart(rule="distance", radius_mm=5, slices=1, repeats="ignored")
    assert rule_words(by_distance).startswith("its centre lies within 5 mm of the lesion's, on the lesion's")
    assert rule_words(by_distance).endswith("is left out")
    assert "0.25 or more" in rule_words(LocalisationPart(rule="overlap", overlap=0.25))
    assert truth_of(Path("froc_a_marks.csv")).name == "froc_a_truth.csv"
