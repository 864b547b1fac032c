import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest

from realfm_gui.domain.errors import Cancelled, UserFacingError
from realfm_gui.domain.images import CaseFrames, Frame
from realfm_gui.domain.prediction import FailureKind, OutOfDomain, Prediction, PredictionFailure
from realfm_gui.domain.progress import Progress, silent
from realfm_gui.domain.protocol import OperatingPoint
from realfm_gui.models.adapter import CaseAnswer, Example, ModelAdapter, ModelInfo
from realfm_gui.models.intended_images import IntendedImages
from realfm_gui.models.runs import predict_cases


class Moody:
    """A model whose mood is the case's id."""

    info = ModelInfo(name="moody", title="Moody", version="1", licence="", description="")
    saliency_methods: tuple[str, ...] = ()
    device = "cpu"

    def fit(
        self,
        examples: Iterable[Example],
        *,
        findings: Sequence[str],
        operating_point: OperatingPoint,
        seed: int,
        total: int,
        progress: Progress,
    ) -> bytes:
        return b""

    def load_head(self, content: bytes) -> None:
        return None

    def predict(self, case: CaseFrames, *, saliency: str) -> CaseAnswer:
        name = case.case_id
        if name == "told":
            raise UserFacingError("This one has no pixels.", hint="Import it again.")
        if name == "memory":
            raise RuntimeError("CUDA out of memory. Tried to allocate 20.00 MiB")
        if name == "shape":
            raise RuntimeError("mat1 and mat2 shapes cannot be multiplied\nmore text")
        if name == "declined":
            return OutOfDomain(case_id=name, reason="A lateral view.")
        if name == "silent":
            return []
        if name == "bug":
            raise KeyError("layer")
        score = float("nan") if name == "nan" else 1.0
        return [Prediction(case_id="another" if name == "mixed-up" else name, finding="f", score=score)]

    def preprocessing(self) -> str:
        return "none"


def cases(*names: str) -> Iterator[CaseFrames]:
    for name in names:
        yield CaseFrames(case_id=name, frames=(Frame(pixels=np.zeros((2, 2), np.uint16)),))


def outcomes(*names: str) -> dict[str, CaseAnswer]:
    return dict(predict_cases(Moody(), cases(*names), saliency="none", total=len(names), progress=silent))


def test_that_the_stand_in_satisfies_the_contract() -> None:
    assert isinstance(Moody(), ModelAdapter)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("told", "no pixels. Import it again."),
        ("memory", "ran out of memory"),
        ("shape", "mat1 and mat2 shapes cannot be multiplied"),
        ("nan", "not a finite number"),
        ("silent", "no prediction"),
    ],
)
def test_that_a_case_the_model_fails_on_is_listed_and_the_run_goes_on(
    name: str, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.CRITICAL):
        result = outcomes("a", name, "z")
    failure = result[name]
    assert isinstance(failure, PredictionFailure)
    assert words in failure.reason
    assert "\n" not in failure.reason
    assert isinstance(result["z"], list)
    assert list(result) == ["a", name, "z"]


def test_that_the_models_own_refusal_is_no_failure_and_memory_no_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.CRITICAL):
        result = outcomes("declined", "memory", "shape")
    assert result["declined"] == OutOfDomain(case_id="declined", reason="A lateral view.")
    kinds = [said.kind for said in result.values() if isinstance(said, PredictionFailure)]
    assert kinds == [FailureKind.MEMORY, FailureKind.ERROR]


def test_that_a_model_is_not_asked_about_images_its_card_does_not_declare(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Moody, "info", replace(Moody.info, images=IntendedImages(least_side_px=3)))
    said = outcomes("bug")["bug"]  # a call would raise KeyError
    assert isinstance(said, OutOfDomain)
    assert said.reason == "Made for images of at least 3 × 3 pixels; this one has 2 × 2."


def test_that_a_programming_error_propagates() -> None:
    with pytest.raises(KeyError):
        outcomes("bug")


def test_that_an_answer_for_another_case_is_never_passed_on() -> None:
    with pytest.raises(AssertionError, match="another case"):
        outcomes("mixed-up")


def test_that_a_cancelled_run_has_handed_over_everything_it_finished() -> None:
    def stop_after_two(done: int, total: int, what: str) -> None:
        if done == 2:
            raise Cancelled

    received: list[str] = []

    def receive() -> None:
        run = predict_cases(Moody(), cases("a", "b", "c"), saliency="none", total=3, progress=stop_after_two)
        received.extend(case_id for case_id, _ in run)

    with pytest.raises(Cancelled):
        receive()
    assert received == ["a", "b"]
