"""What a model's card declares, held against what the images say of themselves."""

import numpy as np
import pytest

from realfm_gui.domain.images import CaseFrames, Frame
from realfm_gui.domain.prediction import DomainAspect
from realfm_gui.models.intended_images import ANY_IMAGES, IntendedImages

CHEST = IntendedImages(
    modalities=("CR", "DX"), body_parts=("CHEST",), views=("PA", "AP"), least_side_px=32
)  # fmt: skip


def a_frame(modality: str = "DX", side: int = 64, **tags: str) -> Frame:
    return Frame(pixels=np.zeros((side, 64), np.uint16), modality=modality, tags=tags)


def a_case(*frames: Frame) -> CaseFrames:
    return CaseFrames(case_id="c-1", frames=frames)


@pytest.mark.parametrize(
    ("frame", "aspect", "reason"),
    [
        (a_frame("CT"), DomainAspect.MODALITY, "Made for CR and DX; this image is CT."),
        (a_frame(BodyPartExamined="hand"), DomainAspect.BODY_PART, "Made for CHEST; this image is HAND."),
        (a_frame(ViewPosition="LL"), DomainAspect.VIEW, "Made for PA and AP; this image is LL."),
        (
            a_frame(side=31),
            DomainAspect.RESOLUTION,
            "Made for images of at least 32 × 32 pixels; this one has 64 × 31.",
        ),
    ],
)
def test_that_an_image_of_another_kind_is_refused_with_the_reason(
    frame: Frame, aspect: DomainAspect, reason: str
) -> None:
    refusal = CHEST.refusal(a_case(frame))
    assert refusal is not None
    assert (refusal.case_id, refusal.aspect, refusal.reason) == ("c-1", aspect, reason)


def test_that_what_an_image_does_not_say_is_no_reason_against_it() -> None:
    assert CHEST.refusal(a_case(a_frame(""))) is None
    assert CHEST.refusal(a_case(a_frame(BodyPartExamined=" chest ", ViewPosition="PA"))) is None


def test_that_one_image_of_the_kind_is_enough_beside_others() -> None:
    assert CHEST.refusal(a_case(a_frame("CT"), a_frame())) is None


def test_that_a_card_without_declarations_refuses_nothing() -> None:
    assert ANY_IMAGES.refusal(a_case(a_frame("US", side=1))) is None
