import json
from collections.abc import Iterator

import numpy as np
import pytest

from realfm_gui.domain.errors import Cancelled, UserFacingError
from realfm_gui.domain.images import CaseFrames, Frame
from realfm_gui.domain.progress import silent
from realfm_gui.domain.protocol import OperatingPoint
from realfm_gui.models.adapter import Example
from realfm_gui.models.linear_probe import MAX_FRAMES
from realfm_gui.models.pixel_control import PixelControl


def picture(seed: int, *, is_bright_left: bool) -> Frame:
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 1000, size=(40, 50))
    pixels[:, :25] += 150 * is_bright_left
    return Frame(pixels=pixels.astype(np.uint16))


def examples(count: int = 40, start: int = 0) -> Iterator[Example]:
    for i in range(start, start + count):
        case = CaseFrames(case_id=f"c{i}", frames=(picture(i, is_bright_left=i % 2 == 0),))
        labels = {"left": i % 2 == 0} | ({"rare": i % 4 == 0} if i < 30 else {})
        yield Example(case_id=f"c{i}", patient_id=f"p{i}", frames=case, labels=labels)


def fitted() -> tuple[PixelControl, bytes]:
    model = PixelControl()
    content = model.fit(
        examples(),
        findings=["left"],
        operating_point=OperatingPoint(),
        seed=1,
        total=40,
        progress=silent,
    )
    return model, content


def test_that_a_fitted_head_travels_as_bytes() -> None:
    model, content = fitted()
    other = PixelControl()
    other.load_head(content)
    for example in examples(6, start=100):
        assert other.predict(example.frames, saliency="none") == model.predict(
            example.frames, saliency="none"
        )


def test_that_new_cases_are_told_apart_with_calibration_and_call() -> None:
    model, _ = fitted()
    right = 0
    for example in examples(20, start=200):
        (prediction,) = model.predict(example.frames, saliency="none")
        assert prediction.case_id == example.case_id
        assert prediction.prevalence == 0.5
        assert prediction.probability is not None
        assert (prediction.probability > 0.5) == (prediction.score > 0) or abs(prediction.score) < 1
        right += prediction.call == example.labels["left"]
    assert right >= 17


def test_that_a_head_records_what_it_was_fitted_with() -> None:
    _, content = fitted()
    head = json.loads(content)
    assert head["model"] == "pixels-16x16"
    assert head["preprocessing"] == PixelControl().preprocessing()
    assert head["findings"][0]["cases"] == 40
    assert 0.8 < head["findings"][0]["oof_auc"] <= 1


@pytest.mark.parametrize("field", ["model", "model_version", "weights_sha256", "preprocessing"])
def test_that_a_head_of_another_encoder_is_refused(field: str) -> None:
    model, content = fitted()
    foreign = json.dumps(json.loads(content) | {field: "another"}).encode()
    with pytest.raises(UserFacingError, match="'another'"):
        model.load_head(foreign)


def test_that_each_finding_is_fitted_on_the_cases_that_have_its_label() -> None:
    model = PixelControl()
    content = model.fit(
        examples(),
        findings=["left", "rare"],
        operating_point=OperatingPoint(rule="sensitivity", target=0.9),
        seed=1,
        total=40,
        progress=silent,
    )
    left, rare = json.loads(content)["findings"]
    assert (left["cases"], rare["cases"]) == (40, 30)
    assert left["oof_sensitivity"] >= 0.9
    case = next(examples()).frames
    assert [p.finding for p in model.predict(case, saliency="none")] == ["left", "rare"]


def test_that_a_finding_without_labels_is_refused_by_name() -> None:
    with pytest.raises(UserFacingError, match="'absent'"):
        PixelControl().fit(
            examples(),
            findings=["absent"],
            operating_point=OperatingPoint(),
            seed=1,
            total=40,
            progress=silent,
        )


def test_that_a_stack_scores_the_mean_of_its_frames() -> None:
    model, _ = fitted()
    frames = tuple(picture(i, is_bright_left=i % 3 == 0) for i in range(5))
    single = [
        model.predict(CaseFrames(case_id="c", frames=(frame,)), saliency="none")[0].score for frame in frames
    ]
    stack = model.predict(CaseFrames(case_id="c", frames=frames), saliency="none")[0].score
    assert stack == pytest.approx(np.mean(single))


def test_that_a_long_stack_is_sampled_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    model, _ = fitted()
    seen: list[int] = []
    encode = PixelControl.encode

    def counting(self: PixelControl, frames: list[Frame]) -> np.ndarray:
        seen.append(len(frames))
        return encode(self, frames)

    monkeypatch.setattr(PixelControl, "encode", counting)
    model.predict(CaseFrames(case_id="c", frames=(picture(1, is_bright_left=True),) * 200), saliency="none")
    assert seen == [MAX_FRAMES]


def test_that_predicting_without_a_head_says_to_fit_first() -> None:
    with pytest.raises(UserFacingError, match="Fit it on the development split"):
        PixelControl().predict(next(examples()).frames, saliency="none")


def test_that_a_map_the_model_cannot_draw_is_refused() -> None:
    model, _ = fitted()
    with pytest.raises(UserFacingError, match="draws no 'grad-cam'"):
        model.predict(next(examples()).frames, saliency="grad-cam")


def test_that_pixels_that_are_not_numbers_are_refused_by_case() -> None:
    table = np.arange(2000, dtype=np.float32)
    table[500] = np.nan
    bad = Frame(pixels=np.arange(2000, dtype=np.uint16).reshape(40, 50), modality_table=table)
    model, _ = fitted()
    with pytest.raises(UserFacingError, match="case bad"):
        model.predict(CaseFrames(case_id="bad", frames=(bad,)), saliency="none")
    example = Example(
        case_id="bad", patient_id="p", frames=CaseFrames(case_id="bad", frames=(bad,)), labels={"left": True}
    )
    with pytest.raises(UserFacingError, match="case bad"):
        model.fit(
            [*examples(), example],
            findings=["left"],
            operating_point=OperatingPoint(),
            seed=1,
            total=41,
            progress=silent,
        )


def test_that_a_cancelled_fit_keeps_the_head_there_was() -> None:
    model, _ = fitted()
    before = model.predict(next(examples()).frames, saliency="none")

    def stop(done: int, total: int, what: str) -> None:
        if what == "Fitting the head":
            raise Cancelled

    with pytest.raises(Cancelled):
        model.fit(
            examples(20, start=50),
            findings=["left"],
            operating_point=OperatingPoint(),
            seed=1,
            total=20,
            progress=stop,
        )
    assert model.predict(next(examples()).frames, saliency="none") == before


def test_that_progress_counts_cases_up_to_the_total() -> None:
    steps: list[tuple[int, int, str]] = []
    PixelControl().fit(
        examples(),
        findings=["left"],
        operating_point=OperatingPoint(),
        seed=1,
        total=40,
        progress=lambda done, total, what: steps.append((done, total, what)),
    )
    reading = [done for done, total, what in steps if what.startswith("Reading")]
    assert reading == sorted(reading)
    assert reading[-1] == 40
    assert steps[-1][:2] == (1, 1)
