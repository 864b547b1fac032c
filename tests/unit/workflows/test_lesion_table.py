"""Where the lesions are: read row by row, placed on the right frame, sealed, and nowhere else."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from realfm_gui.cli import realfm
from realfm_gui.domain.case import Split
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.events import EventKind
from realfm_gui.domain.lesion import Lesion
from realfm_gui.domain.mark import MarkShape
from realfm_gui.domain.reading import CaseAnswer, PhaseTimes
from realfm_gui.storage import StudyStore, verify_study
from realfm_gui.workflows.lesion_table import read_lesion_table
from realfm_gui.workflows.lesion_table_import import LesionReport, import_lesions
from tests.marked_study import (
    CT,
    MARKED,
    NEGATIVE,
    POSITIVE,
    add_case,
    make_marked_study,
    seal_truth,
    wrapped,
)

Write = Callable[[str], Path]
RADIOGRAPHS = Path(__file__).parents[4] / "shared" / "data" / "cxr" / "nih24"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[StudyStore]:
    with make_marked_study(tmp_path / "s") as store:
        yield store


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(text: str) -> Path:
        path = tmp_path / "lesions.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return written


def lesions(store: StudyStore) -> list[Lesion]:
    return store.read_lesions(Split.READING)


def reasons(report: LesionReport) -> dict[str, str]:
    return {row.rpartition(" ")[2]: reason for row, reason in report.refused}


def test_that_a_box_of_published_form_covers_the_pixels_it_names(store: StudyStore, write: Write) -> None:
    report = import_lesions(store, write("file,finding,x,y,w,h\none.dcm,nodule,4,6,10,5\n"))
    (lesion,) = lesions(store)
    assert (lesion.case_id, lesion.finding, lesion.frames) == (POSITIVE, "nodule", (0,))
    (region,) = lesion.regions
    # Columns 4 to 13 and rows 6 to 10, from edge to edge; pixel centres are at whole numbers.
    assert region.points == ((3.5, 5.5), (13.5, 10.5))
    assert (region.shape, region.spacing_mm) == (MarkShape.BOX, (0.5, 0.5))
    assert report.summary() == (
        "Sealed 1 lesion of 1 case. In the test set 1 positive case has no lesion yet."
    )


@pytest.mark.parametrize(
    ("row", "frame"),
    [
        ("file,slice,x,y,width,height\nct/0.dcm,,1,1,3,3", 0),
        ("file,slice,x,y,width,height\nct/3.dcm,1,1,1,3,3", 3),
        (f"case,slice,x,y,width,height\n{CT},4,1,1,3,3", 3),
        ("uid,frame,x,y,width,height\n1.2.2.1,2,1,1,3,3", 1),
        ("uid,x,y,width,height\n1.2.2.1.0,1,1,3,3", 4),  # the file stored first is the last slice
        ("patient,frame,x,y,width,height\nMRN-2,5,1,1,3,3", 4),
        ("patient,frame,series,x,y,width,height\nhospital|MRN-2,5,1,1,1,3,3", 4),
    ],
)
def test_that_a_slice_counts_as_the_reader_sees_it(
    store: StudyStore, write: Write, row: str, frame: int
) -> None:
    report = import_lesions(store, write(row))
    assert report.refused == ()
    (lesion,) = lesions(store)
    assert (lesion.case_id, lesion.frames, lesion.regions[0].stack) == (CT, (frame,), (0, 4))
    assert lesion.regions[0].spacing_mm == (0.7, 0.5)


def test_that_every_shape_is_read(store: StudyStore, write: Write) -> None:
    text = (
        "file,shape,x,y,width,height,points\n"
        "one.dcm,ellipse,4,6,10,5,\n"
        'one.dcm,,,,,,"1 2; 5 2; 5 8.5"\n'
        "one.dcm,contour,,,,,1 2 9 2 9 8\n"
    )
    assert import_lesions(store, write(text)).refused == ()
    assert [(o.lesion_id, o.regions[0].shape, len(o.regions[0].points)) for o in lesions(store)] == [
        ("1", MarkShape.ELLIPSE, 2),
        ("2", MarkShape.CONTOUR, 3),
        ("3", MarkShape.CONTOUR, 3),
    ]


def test_that_slices_of_one_name_are_one_lesion(store: StudyStore, write: Write) -> None:
    rows = (f"{CT},2,a,.25,1,1,3,3", f"{CT},3,a,.25,2,1,3,3", f"{CT},3,b,.75,9,9,3,3")
    text = "\n".join(("case,slice,lesion,weight,x,y,width,height", *rows))
    assert import_lesions(store, write(text)).refused == ()
    first, second = lesions(store)
    assert (first.frames, second.frames) == ((1, 2), (2,))
    assert (first.weight, second.weight) == (0.25, 0.75)


def test_that_a_point_is_taken_where_the_protocol_accepts_by_distance(tmp_path: Path, write: Write) -> None:
    rule = '[analysis.localisation]\nrule = "distance"\nradius_mm = 5\n'
    with make_marked_study(tmp_path / "by-distance", MARKED + rule) as store:
        assert import_lesions(store, write("file,x,y\none.dcm,4,6.5\n")).refused == ()
        assert lesions(store)[0].regions[0].points == ((4.0, 6.5),)


def test_that_a_refused_row_is_listed_with_its_reason_and_the_others_are_kept(
    store: StudyStore, write: Write
) -> None:
    rows = {
        2: ("one.dcm,,nodule,1,1,3,3,,", None),
        3: ("three.dcm,,nodule,1,1,3,3,,", "no image of the file 'three.dcm'"),
        4: ("one.dcm,,mass,1,1,3,3,,", "'mass' is not in the protocol"),
        5: ("two.dcm,,nodule,1,1,3,3,,", "nodule is absent from its case"),
        6: ("one.dcm,2,nodule,1,1,3,3,,", "no slice 2: there are 1"),
        7: ("one.dcm,0,nodule,1,1,3,3,,", "counts from 1"),
        8: ("one.dcm,1.5,nodule,1,1,3,3,,", "counts from 1"),
        9: ("one.dcm,,nodule,30,1,6,3,,", "the image has 32 columns and 24 rows"),
        10: ("one.dcm,,nodule,1,1,0,3,,", "a width and a height above 0"),
        11: ("one.dcm,,nodule,one,1,3,3,,", "x must be a number, not 'one'"),
        12: ("one.dcm,,nodule,1,nan,3,3,,", "y must be a number, not 'nan'"),
        13: ("one.dcm,,nodule,1,,3,3,,", "the column y is empty"),
        14: ("one.dcm,,nodule,1,1,3,3,,circle", "one of point, box, ellipse, contour, not 'circle'"),
        15: ("one.dcm,,nodule,,,,,1 2 3 4,", "a contour has 3 to"),
        16: ("one.dcm,,nodule,1,1,,,,", "a point has no inside"),
        17: (",,nodule,1,1,3,3,,", "the column file is empty"),
        18: ("one.dcm,,nodule,1,1,3,3,,", "the same lesion as line 2"),
        19: ("one.dcm,,nodule,1,1,3,3,,,9", "more fields than the header"),
    }
    text = "file,frame,finding,x,y,width,height,points,shape\n" + "\n".join(row for row, _ in rows.values())
    report = import_lesions(store, write(text))
    assert report.lesions == len(lesions(store)) == 1
    found = reasons(report)
    assert set(found) == {str(line) for line, (_, said) in rows.items() if said is not None}
    for line, (_, said) in rows.items():
        assert said is None or said in found[str(line)], f"line {line}: {found.get(str(line))}"
    with store.refused_lesions_path.open(newline="", encoding="utf-8") as file:
        assert len(list(csv.reader(file))) == 1 + len(report.refused)


def test_that_a_stack_without_a_slice_and_a_radius_without_spacing_are_refused(
    tmp_path: Path, store: StudyStore, write: Write
) -> None:
    report = import_lesions(store, write(f"case,x,y,width,height\n{CT},1,1,3,3\nc-9,1,1,3,3\n"))
    assert "there are 5 slices" in reasons(report)["2"]
    assert "no case c-9" in reasons(report)["3"]
    with make_marked_study(
        tmp_path / "mm", MARKED + '[analysis.localisation]\nrule = "distance"\nradius_mm = 5\n'
    ) as other:
        grey = Image.fromarray(np.zeros((8, 8), np.uint8))
        grey.save(tmp_path / "plain.png")
        sources = add_case(other, "c-0f", [wrapped(tmp_path / "plain.png")], ["plain.png"])
        other.write_sources([*other.read_sources(), *sources])
        seal_truth(other, {POSITIVE: True, NEGATIVE: False, CT: True, "c-0f": True})
        refused = import_lesions(other, write("file,x,y\nplain.png,4,4\n"))
        assert "does not say its pixels' size" in reasons(refused)["2"]


def test_that_weights_that_do_not_belong_together_are_left_out_and_said(
    store: StudyStore, write: Write
) -> None:
    text = "file,lesion,weight,x,y,width,height\none.dcm,a,1,1,1,3,3\none.dcm,b,,9,9,3,3\n"
    report = import_lesions(store, write(text))
    assert "all count alike" in reasons(report)["3"]
    assert [lesion.weight for lesion in lesions(store)] == [None, None]


def test_that_a_later_table_replaces_what_it_names_and_keeps_the_rest(
    store: StudyStore, write: Write
) -> None:
    import_lesions(store, write(f"case,slice,x,y,width,height\n{CT},1,1,1,3,3\n{POSITIVE},,1,1,3,3\n"))
    import_lesions(store, write(f"case,slice,x,y,width,height\n{CT},2,1,1,3,3\n"))
    assert [(lesion.case_id, lesion.frames) for lesion in lesions(store)] == [(POSITIVE, (0,)), (CT, (1,))]
    assert verify_study(store.root).is_ok


def test_that_places_are_sealed_and_a_changed_file_is_told_of(store: StudyStore, write: Write) -> None:
    import_lesions(store, write("file,x,y,width,height\none.dcm,4.125,6,10,5\n"))
    places = {path.name for path in store.root.rglob("*") if path.is_file() and b"3.625" in path.read_bytes()}
    assert places == {"lesions-reading.json"}
    payloads = [event.payload for event in store.events() if event.kind == "lesions_sealed"]
    assert [sorted(payload) for payload in payloads] == [["salted_sha256", "split"]], "not even how many"
    path = store.root / "sealed" / "lesions-reading.json"
    path.write_text(path.read_text(encoding="utf-8").replace("3.625", "2.625"), encoding="utf-8")
    assert [problem.file for problem in verify_study(store.root).problems] == ["sealed/lesions-reading.json"]
    with pytest.raises(UserFacingError, match="has changed"):
        store.read_lesions(Split.READING)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,x,y\na,1,1\n", "no column that names the images"),
        ("file,finding\na,nodule\n", "no column that says where"),
        ("file,x,y,w,width\na,1,1,1,1\n", "two columns for 'width'"),
        ('file,x,y\n"a,1,1\n', "cannot be read beyond line"),
        ("", "no column that names the images"),
    ],
)
def test_that_a_table_that_cannot_be_used_is_refused_as_a_whole(write: Write, text: str, said: str) -> None:
    with pytest.raises(UserFacingError, match=said):
        read_lesion_table(write(text), findings={"nodule": "Nodule"})


def test_that_the_command_says_what_it_sealed_and_what_it_refused(store: StudyStore, write: Write) -> None:
    table = write("file,x,y,width,height\none.dcm,4,6,10,5\nnone.dcm,4,6,10,5\n")
    done = CliRunner().invoke(realfm, ["lesions", str(store.root), str(table)])
    assert done.exit_code == 0
    assert done.stdout.startswith("Sealed 1 lesion of 1 case. 1 row refused, each with its reason.")
    assert "lesions.csv, line 3: the study has no image of the file 'none.dcm'" in done.stderr
    table = write("file,x,y,width,height\nnone.dcm,4,6,10,5\n")
    assert CliRunner().invoke(realfm, ["lesions", str(store.root), str(table)]).exit_code == 1


def test_that_tables_of_published_sets_are_read_as_they_are(store: StudyStore, write: Write) -> None:
    chest_xray14 = "Image Index,Finding Label,Bbox [x,y,w,h],,,\none.dcm,Nodule,4.5,6.25,10.5,5,,,\n"
    assert import_lesions(store, write(chest_xray14)).refused == ()
    assert lesions(store)[0].regions[0].points == ((4.0, 5.75), (14.5, 10.75))
    rsna = "patientId,x,y,width,height,Target\nMRN-1,,,,,0\nMRN-0,5.0,7.0,10.0,5.0,1\n"
    report = import_lesions(store, write(rsna))
    assert (report.refused, report.without_place) == ((), 1)
    assert lesions(store)[0].regions[0].points == ((4.5, 6.5), (14.5, 11.5))


def test_that_a_table_of_several_findings_says_which(write: Write) -> None:
    with pytest.raises(UserFacingError, match="which finding"):
        read_lesion_table(write("file,x,y\na,1,1\n"), findings={"nodule": "Nodule", "mass": "Mass"})


def test_that_rows_without_a_place_are_counted_and_not_refused(store: StudyStore, write: Write) -> None:
    report = import_lesions(store, write("file;x;y;width;height\none.dcm;1;1;3;3\ntwo.dcm;;;;\n"))
    assert (report.lesions, report.refused, report.without_place) == (1, (), 1)


@pytest.mark.skipif(not RADIOGRAPHS.is_dir(), reason="the shared radiographs are not here")
def test_that_a_box_in_the_published_form_is_placed_on_a_real_radiograph(
    tmp_path: Path, write: Write
) -> None:
    """The columns of ChestX-ray14's list of boxes, on one of its images (1024 x 1024)."""
    name = "00000001_000.png"
    with make_marked_study(tmp_path / "real") as store:
        sources = add_case(store, "c-0f", [wrapped(RADIOGRAPHS / name)], [f"nih24/{name}"])
        store.write_sources([*store.read_sources(), *sources])
        seal_truth(store, {POSITIVE: True, NEGATIVE: False, CT: True, "c-0f": True})
        published = f"file,finding,x,y,w,h\n{name},nodule,220.53125,540.25,88.4375,79.1875\n"
        outside = f"{name},nodule,1000,540,88.4,79.2\n"
        report = import_lesions(store, write(published + outside))
        assert "the image has 1024 columns and 1024 rows" in reasons(report)["3"]
        (lesion,) = lesions(store)
        (left, top), (right, bottom) = lesion.regions[0].points
        assert (right - left, bottom - top) == (88.4375, 79.1875)
        assert (left, top) == (220.03125, 539.75)


def test_that_a_forged_place_is_not_taken_over_by_the_next_import(store: StudyStore, write: Write) -> None:
    import_lesions(store, write("file,x,y,width,height\none.dcm,4.125,6,10,5\n"))
    path = store.root / "sealed" / "lesions-reading.json"
    forged = path.read_text(encoding="utf-8").replace("3.625", "2.625")
    path.write_text(forged, encoding="utf-8")
    with pytest.raises(UserFacingError, match=r"lesions-reading\.json has changed since the log recorded it"):
        import_lesions(store, write(f"case,slice,x,y,width,height\n{CT},1,1,1,3,3\n"))
    assert path.read_text(encoding="utf-8") == forged
    assert [problem.file for problem in verify_study(store.root).problems] == ["sealed/lesions-reading.json"]


def test_that_after_the_first_reading_lesions_still_come_and_none_is_replaced(
    store: StudyStore, write: Write
) -> None:
    import_lesions(store, write("file,x,y,width,height\none.dcm,4,6,10,5\n"))
    before = lesions(store)
    answer = {"case_id": NEGATIVE, "answer": CaseAnswer().to_payload(), "times": PhaseTimes().to_payload()}
    store.append(EventKind.ANSWER_LOCKED, answer, actor="anna")
    report = import_lesions(
        store, write(f"case,slice,x,y,width,height\n{POSITIVE},,9,9,3,3\n{CT},1,1,1,3,3\n")
    )
    assert reasons(report) == {"2": "reading has begun, so the lesions of its case cannot be changed"}
    assert [lesion.case_id for lesion in lesions(store)] == [POSITIVE, CT]
    assert lesions(store)[:1] == before
