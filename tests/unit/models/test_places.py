"""Located findings from a table: shapes, slices, and what is refused with a reason."""

from pathlib import Path

import numpy as np
import pytest

from realfm_gui.domain.ai_finding import AiFinding, AiShape
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.images import CaseFrames, Frame
from realfm_gui.models.located import CasePlace, located_finding
from realfm_gui.models.places_csv import PlaceTable, read_places_csv

HEAD = "uid,score,shape,x,y,width,height,points,mask,slice,first_slice,last_slice,series\n"


def table(folder: Path, *lines: str) -> PlaceTable:
    path = folder / "places.csv"
    path.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    return read_places_csv(path)


def a_case(*slices: tuple[str, str]) -> CaseFrames:
    frames = [
        Frame(
            pixels=np.zeros((40, 60), np.uint16),
            tags={"SeriesInstanceUID": series, "ImageFile": file, "InstanceNumber": str(number)},
        )
        for number, (series, file) in enumerate(slices)
    ]
    return CaseFrames(case_id="c-1", frames=tuple(frames))


CT = a_case(*(("1", f"i-{n}.dcm") for n in range(4)), *(("2", f"i-{n}.dcm") for n in range(4, 6)))
ONE = a_case(("1", "i-0.dcm"))


def found(folder: Path, line: str, case: CaseFrames = ONE, *files: str) -> AiFinding:
    [row] = table(folder, line).rows
    return located_finding(CasePlace(case_id="c-1", finding="f", row=row, image_files=frozenset(files)), case)


def test_that_every_shape_lies_where_its_numbers_say(tmp_path: Path) -> None:
    np.save(tmp_path / "m.npy", np.array([[0, 1], [0, 0]], np.uint8))
    lines = {
        "box": "a,1,,10,20,5,6,,,,,,",
        "ellipse": "a,1,ellipse,10,20,5,6,,,,,,",
        "point": "a,1,point,10.5,20.5,,,,,,,,",
        "contour": "a,1,Contour,,,,,0.5 0.5; 10.5 0.5;10.5 5.5,,,,,",
        "mask": "a,1,mask,,,,,,m.npy,,,,",
    }
    bounds = {}
    for name, line in lines.items():
        region = found(tmp_path, line).region
        assert region is not None
        assert region.shape is AiShape(name)
        bounds[name] = region.bounds
    assert bounds == {
        "box": (9.5, 19.5, 14.5, 25.5),
        "ellipse": (9.5, 19.5, 14.5, 25.5),
        "point": (10.0, 20.0, 10.0, 20.0),
        "contour": (0.0, 0.0, 10.0, 5.0),
        "mask": (29.5, -0.5, 59.5, 19.5),  # the upper right quarter of 60 x 40 pixels
    }
    assert found(tmp_path, "a,1,none,,,,,,,,,,").region is None


def test_that_unusable_lines_are_listed_with_their_reasons(tmp_path: Path) -> None:
    refused = table(
        tmp_path,
        "a,,,1,1,2,2,,,,,,",
        "a,1,blob,,,,,,,,,,",
        "a,1,,1,1,2,,,,,,,",
        "a,1,,1,1,0,2,,,,,,",
        "a,1,contour,,,,,1 1;2 2,,,,,",
        "a,1,contour,,,,,1 1;2;3 3,,,,,",
        "a,1,mask,,,,,,absent.npy,,,,",
        "a,1,none,,,,,,,0,,,",
        "a,1,none,,,,,,,2,3,5,",
        "a,1,none,,,,,,,2,1,,",
        ",1,none,,,,,,,,,,",
    ).refused
    assert [(row.line, row.reason) for row in refused] == [
        (2, "score is missing"),
        (3, "the shape 'blob' is none of point, box, ellipse, contour, mask, none"),
        (4, "height is missing"),
        (5, "a box has a width and a height"),
        (6, "a contour has 3 to 4000 points, not 2"),
        (7, "'2' is not a point 'x y'"),
        (8, "mask 'absent.npy' is not there"),
        (9, "slice 0 is not a whole number from 1"),
        (10, "slice lies between first_slice and last_slice"),
        (11, "first_slice and last_slice come together"),
        (12, "uid is missing"),
    ]


def test_that_slices_count_as_the_reading_room_shows_them(tmp_path: Path) -> None:
    in_second = found(tmp_path, "a,1,none,,,,,,,2,1,2,2", CT)
    assert (in_second.frame, in_second.reach) == (5, (4, 5))
    assert found(tmp_path, "a,1,none,,,,,,,3,,,1", CT).frame == 2


def test_that_a_row_that_names_one_image_needs_no_slice(tmp_path: Path) -> None:
    assert found(tmp_path, "a,1,none,,,,,,,,,,", CT, "i-4.dcm").frame == 4


def test_that_a_slice_counts_among_the_images_that_the_row_names(tmp_path: Path) -> None:
    second = ("i-4.dcm", "i-5.dcm")
    place = found(tmp_path, "a,1,none,,,,,,,2,1,2,", CT, *second)
    assert (place.frame, place.reach) == (5, (4, 5))
    several = a_case(*(("1", "i-0.dcm") for _ in range(3)), *(("2", "i-1.dcm") for _ in range(3)))
    assert found(tmp_path, "a,1,none,,,,,,,2,,,", several, "i-1.dcm").frame == 4


@pytest.mark.parametrize(
    ("line", "files", "words"),
    [
        ("a,1,none,,,,,,,3,,,", ("i-4.dcm", "i-5.dcm"), "names slice 3 of 2"),
        ("a,1,none,,,,,,,2,,,", ("i-4.dcm",), "names slice 2 of 1"),
        ("a,1,none,,,,,,,1,,,1", ("i-4.dcm",), "an image that its case does not have in series 1"),
        ("a,1,none,,,,,,,1,,,", ("absent.dcm",), "an image that its case does not have"),
        ("a,1,none,,,,,,,5,,,", (), "names no series, and there are 2"),
        ("a,1,none,,,,,,,,,,", ("i-4.dcm", "i-5.dcm"), "names no slice, and there are 2"),
    ],
)
def test_that_no_image_is_guessed_beyond_those_that_the_row_names(
    tmp_path: Path, line: str, files: tuple[str, ...], words: str
) -> None:
    with pytest.raises(UserFacingError, match=words):
        found(tmp_path, line, CT, *files)


def test_that_of_four_views_none_is_guessed(tmp_path: Path) -> None:
    breasts = a_case(*((str(n), f"i-{n}.dcm") for n in range(4)))
    with pytest.raises(UserFacingError, match="names no series, and there are 4"):
        found(tmp_path, "a,1,,1,1,5,5,,,,,,", breasts)
    assert found(tmp_path, "a,1,,1,1,5,5,,,,,,4", breasts).frame == 3


@pytest.mark.parametrize(
    ("line", "case", "words"),
    [
        ("a,1,none,,,,,,,,,,", CT, "names no series"),
        ("a,1,none,,,,,,,,,,1", CT, "names no slice"),
        ("a,1,none,,,,,,,9,,,1", CT, "names slice 9 of 4"),
        ("a,1,none,,,,,,,1,,,3", CT, "names series 3 of 2"),
        ("a,1,,60,0,5,5,,,,,,", ONE, "outside the image of 60 × 40 pixels"),
    ],
)
def test_that_a_place_that_is_not_there_is_said_with_its_line(
    tmp_path: Path, line: str, case: CaseFrames, words: str
) -> None:
    with pytest.raises(UserFacingError, match=words) as caught:
        found(tmp_path, line, case)
    assert "Line 2" in caught.value.message


def test_that_an_empty_mask_is_no_place(tmp_path: Path) -> None:
    np.save(tmp_path / "m.npy", np.zeros((2, 2)))
    with pytest.raises(UserFacingError, match=r"Line 2: the mask m\.npy is empty"):
        found(tmp_path, "a,1,mask,,,,,,m.npy,,,,")
