"""Priors: which earlier examination comes along with which case, and what of its date is left."""

import io
import warnings
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image

from realfm_gui.domain.case import Split
from realfm_gui.domain.images import Frame
from realfm_gui.imaging.phantom_dicom import phantom_file
from realfm_gui.imaging.series import load_case
from realfm_gui.imaging.sources import SourceImage, read_source
from realfm_gui.imaging.study_order import days_before
from realfm_gui.storage import StudyStore, verify_study
from realfm_gui.workflows.case_frames import frames_of
from realfm_gui.workflows.image_names import ImageNames, PlaceError
from realfm_gui.workflows.import_images import ImportReport, import_images
from realfm_gui.workflows.import_priors import MatchedSource, mark_priors
from realfm_gui.workflows.truth_table import TruthRow, read_truth_table
from tests.small_study import PROTOCOL


@pytest.fixture
def store(tmp_path: Path) -> Iterator[StudyStore]:
    with StudyStore.create(tmp_path / "s.study", PROTOCOL) as store:
        yield store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    return folder


def write(
    folder: Path, name: str, day: str, *, patient: str = "P1", time: str = "101500", images: int = 1
) -> None:
    """Write an examination; the brightness of its pixels tells it from the others."""
    for number in range(images):
        brightness = 10 * (1 + "abcdefgh".index(name[0])) + number
        content = phantom_file(
            np.full((16, 16), brightness, np.uint16) + np.eye(16, dtype=np.uint16),
            name=f"{name}{number}",
            pixel_spacing_mm=0.2,
        )
        dataset = pydicom.dcmread(io.BytesIO(content))
        dataset.StudyInstanceUID, dataset.PatientID = uid(name), patient
        dataset.SeriesInstanceUID, dataset.InstanceNumber = f"{uid(name)}.1", number + 1
        dataset.StudyDate, dataset.StudyTime = day, time
        dataset.save_as(folder / f"{name}{number}.dcm")


def uid(name: str) -> str:
    return f"1.2.3.{ord(name)}"


def bring_in(store: StudyStore, folder: Path, table: str) -> ImportReport:
    path = folder.parent / "truth.csv"
    path.write_text(table, encoding="utf-8")
    return import_images(store, [folder], truth_csv=path)


def reasons(refused: Sequence[tuple[str, str]]) -> dict[str, str]:
    return {Path(file).name: reason for file, reason in refused}


def frames_on_screen(store: StudyStore, case: int = 0) -> tuple[Frame, ...]:
    images = store.cases()[case].images
    return load_case([store.image_path(image.file) for image in images]).frames


def shown(store: StudyStore, case: int = 0) -> list[tuple[int, float]]:
    """Return (brightness, days before) of every frame of a case, in order."""
    return [(int(frame.pixels[0, 1]), days_before(frame)) for frame in frames_on_screen(store, case)]


# Which examination is a prior of which


def row(key: str, *, priors: int = 0, prior_of: str = "", patient: str = "", line: int = 2) -> TruthRow:
    return TruthRow(
        line=line,
        key=key,
        truth={} if prior_of else {"nodule": True},
        split=Split.READING,
        patient=patient,
        indication="",
        subgroups={},
        prior_of=prior_of,
        priors=priors,
    )


def found(name: str, when: str, table: TruthRow | None = None, *, patient: str = "P1") -> MatchedSource:
    source = SourceImage(
        path=Path(name),
        kind="dicom",
        patient=patient,
        study_uid=uid(name),
        series_uid="",
        sop_uid="",
        modality="CR",
        instance_number=1,
        sha256=name,
        examined_at=datetime.fromisoformat(when) if when else None,
    )
    return MatchedSource(path=Path(name), source=source, row=table)


def sorted_out(*images: MatchedSource) -> tuple[dict[str, tuple[str, float] | None], dict[str, str]]:
    """Return of each image kept whose prior it is and how many days before; and who is refused why."""
    refused: list[tuple[str, str]] = []
    marked = mark_priors(images, refused, needs_row=True)
    names = {image.examination: image.path.name for image in images}
    kept = {
        image.path.name: None if image.prior_of is None else (names[image.prior_of], image.offset_days)
        for image in marked
    }
    return kept, reasons(refused)


def test_that_a_case_gets_the_latest_earlier_examinations_it_asks_for() -> None:
    kept, refused = sorted_out(
        found("a", "2019-01-02"),
        found("b", "2021-03-01"),
        found("c", "2021-03-10", row("c", priors=1)),
        found("d", "2022-01-01"),
        found("e", "2021-03-09", patient="P2"),
        found("f", ""),
    )
    assert kept == {"c": None, "b": ("c", -9)}
    assert refused == dict.fromkeys("adef", "has no row in the truth table")


def test_that_no_prior_comes_along_where_the_table_does_not_ask() -> None:
    kept, refused = sorted_out(found("a", "2019-01-02"), found("b", "2021-03-01", row("b")))
    assert kept == {"b": None}
    assert refused["a"] == "has no row in the truth table"


def test_that_examinations_of_one_day_keep_their_order_without_their_times() -> None:
    kept, _ = sorted_out(
        found("b", "2021-03-10T14:00"),
        found("a", "2021-03-10T08:30"),
        found("c", "2021-03-10T15:00", row("c", priors=2)),
    )
    assert kept == {"c": None, "b": ("c", -0.01), "a": ("c", -0.02)}


def test_that_a_prior_belongs_to_the_next_case_of_its_patient_and_to_nobody_else() -> None:
    kept, _ = sorted_out(
        found("a", "2019-01-02"),
        found("c", "2021-01-01", row("c", priors=9)),
        found("b", "2020-01-01", row("b", priors=9, line=3)),
    )
    assert kept == {"c": None, "b": None, "a": ("b", -364)}


def test_that_in_a_table_by_patient_the_latest_examination_is_the_case() -> None:
    patient = row("P1", priors=1)
    days = {"a": "2019-01-02", "b": "2020-01-01", "c": "2021-01-01", "d": ""}
    kept, refused = sorted_out(*(found(name, day, patient) for name, day in days.items()))
    assert kept == {"c": None, "b": ("c", -366)}
    assert "earlier examination than the priors" in refused["a"]
    assert "has no study date" in refused["d"]
    # A table by patient that asks for none: each examination is a case, as ever.
    plain = row("P1")
    kept, _ = sorted_out(*(found(name, day, plain) for name, day in days.items()))
    assert kept == dict.fromkeys("abcd")


@pytest.mark.parametrize(
    ("prior", "said"),
    [
        (found("a", "2019-01-02", row("a", prior_of="x")), "is no case of this import"),
        (found("a", "2019-01-02", row("a", prior_of="z")), "another patient's"),
        (found("d", "2022-01-01", row("d", prior_of="b")), "it was made later"),
    ],
)
def test_that_a_prior_that_cannot_be_one_is_refused_with_its_reason(prior, said) -> None:
    current = found("b", "2020-01-01", row("b")), found("z", "2020-01-01", row("z", line=3), patient="P9")
    kept, refused = sorted_out(prior, *current)
    assert kept == {"b": None, "z": None}
    assert said in refused[prior.path.name]


def test_that_without_a_table_every_examination_is_a_case() -> None:
    images = found("a", "2019-01-02"), found("b", "2021-03-01")
    assert mark_priors(images, [], needs_row=False) == list(images)


# From files to the case on the screen


def test_that_priors_come_the_latest_first_and_no_date_is_left(store, folder) -> None:
    for name, day in (("b", "20200229"), ("a", "20190102"), ("c", "20210310")):
        write(folder, name, day, images=2 if name == "c" else 1)
    report = bring_in(store, folder, f"uid,truth,priors\n{uid('c')},1,all\n")
    assert (report.cases, report.images, report.refused) == (1, 4, ())
    assert shown(store) == [(30, 0), (31, 0), (20, 375), (10, 798)]  # by the calendar
    for path in (store.root / "images").iterdir():
        content = path.read_bytes()
        for trace in (b"20200229", b"20210310", b"101500"):
            assert trace not in content
    assert verify_study(store.root).problems == ()
    # A model never sees them; what it does see is numbered as on the screen.
    [case] = frames_of(store, store.cases())
    assert [int(frame.pixels[0, 1]) for frame in case.frames] == [30, 31]
    # Nor does a score or a lesion that is said of one belong to the case.
    assert ImageNames(store, "uid").knows(uid("c"))
    with pytest.raises(PlaceError, match="no image of the uid"):
        ImageNames(store, "uid").named(uid("a"))
    # Nor can one become a case of its own later.
    write(folder, "a", "20190102", images=2)
    again = bring_in(store, folder, f"uid,truth\n{uid('a')},1\n")
    assert again.cases == 0
    assert reasons(again.refused)["a1.dcm"] == "belongs to a case that is already imported"


def test_that_pictures_without_dates_say_whose_priors_they_are(store, folder) -> None:
    for name, grey in (("new", 9), ("old", 5), ("older", 2)):
        Image.fromarray(np.full((8, 8), grey, np.uint8)).save(folder / f"{name}.png")
    table = "file,truth,prior_of,split\nnew.png,1,,training\nold.png,,new.png,\nolder.png,,new.png,\n"
    report = bring_in(store, folder, table)
    assert report.refused == ()
    assert shown(store) == [(9, 0), (5, 0.01), (2, 0.02)]
    assert [label.is_present for label in store.read_truth(Split.TRAINING)] == [True]


def test_that_a_row_that_is_its_own_prior_or_asks_for_nonsense_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "truth.csv"
    path.write_text("file,truth,prior_of,priors\na.dcm,1,a.dcm,\nb.dcm,1,,some\nc.dcm,1,,ALL\n")
    table = read_truth_table(path, findings=["nodule"])
    assert list(table.rows) == ["c.dcm"]
    assert [reason for _, reason in table.refused] == [
        "'a.dcm' cannot be a prior of itself",
        "the column priors is a number or \"all\", not 'some'",
    ]


def test_that_a_prior_without_its_case_is_not_imported(store, folder) -> None:
    write(folder, "a", "20190102")
    write(folder, "b", "20200101")
    dataset = pydicom.dcmread(folder / "b0.dcm")
    dataset.PixelData = dataset.PixelData[:10]
    dataset.save_as(folder / "b0.dcm")
    report = bring_in(store, folder, f"uid,truth,priors\n{uid('b')},1,1\n")
    assert report.cases == 0
    assert "of which no image could be imported" in reasons(report.refused)["a0.dcm"]
    assert list((store.root / "images").iterdir()) == []


@pytest.mark.parametrize(
    ("day", "time", "expected"),
    [
        ("20210310", "140005.123456", datetime(2021, 3, 10, 14, 0, 5)),
        ("20210310", "1400", datetime(2021, 3, 10, 14)),
        ("1995.05.01", "", datetime(1995, 5, 1)),
        ("00000000", "", None),
        ("", "120000", None),
    ],
)
def test_that_dates_of_any_edition_of_the_standard_are_read(folder, day, time, expected) -> None:
    write(folder, "a", "20190102")
    content = (folder / "a0.dcm").read_bytes()
    dataset = pydicom.dcmread(io.BytesIO(content))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset.StudyDate, dataset.StudyTime = day, time
        dataset.save_as(folder / "a0.dcm")
    assert read_source(folder / "a0.dcm").examined_at == expected
