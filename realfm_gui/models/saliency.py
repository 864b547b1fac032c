"""Where a model looks: Grad-CAM on a logit, and label-free occlusion of the embedding.

Both return the network's own grid at its raw scale; nothing is normalised, smoothed or resized.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch

GRAD_CAM, OCCLUSION = "grad-cam", "occlusion"

SMALLEST_DISTANCE = 1e-9
"""Cosine distances below this are single-precision rounding and count as no change: a flat map stays flat."""


def grad_cam(maps: "torch.Tensor", logit_of: "Callable[[torch.Tensor], torch.Tensor]") -> NDArray[np.float32]:
    """Return the Grad-CAM of one logit.

    The mean gradient of the logit with respect to each feature map weighs that map; the sum is cut at zero.
    Only the part behind the maps (pooling and head) is differentiated, so it costs no second pass.

    Parameters
    ----------
    maps : tensor of shape (channels, rows, columns)
        The last feature maps.
    logit_of : callable
        From the maps to the scalar logit.

    Returns
    -------
    ndarray of float32, shape (rows, columns)
        In units of the logit per cell, not negative.

    References
    ----------
    .. [1] Selvaraju RR et al. Grad-CAM: visual explanations from deep networks via gradient-based
       localization. ICCV 2017:618-626.
    """
    import torch

    with torch.enable_grad():
        leaf = maps.detach().clone().requires_grad_()
        (gradient,) = torch.autograd.grad(logit_of(leaf), leaf)
    weights = gradient.mean(dim=(1, 2))
    cam = torch.einsum("c,chw->hw", weights, leaf.detach()).relu()
    return cam.cpu().numpy().astype(np.float32)


def embedding_occlusion(
    canvas: "torch.Tensor",
    embed: "Callable[[torch.Tensor], torch.Tensor]",
    *,
    content: tuple[slice, slice],
    patch: int,
    batch: int,
) -> NDArray[np.float32]:
    """Return how far the embedding moves when a patch of the image is greyed out; no label, no head.

    Parameters
    ----------
    canvas : tensor of shape (size, size)
        The network's input, 0 to 1; `size` is a multiple of `patch`.
    embed : callable
        From canvases (n, size, size) to embeddings (n, features).
    content : (slice, slice)
        Rows and columns of the canvas that hold the image. Only they are greyed out, with their mean.
    patch : int
        Side of a patch; patches lie side by side.
    batch : int
        Canvases embedded at once.

    Returns
    -------
    ndarray of float32, shape (size // patch, size // patch)
        Cosine distance (0 to 2) of each patch.

    References
    ----------
    .. [1] Zeiler MD, Fergus R. Visualizing and understanding convolutional networks. ECCV 2014:818-833
       (occlusion), here on the embedding instead of a class score.
    """
    import torch

    cells = canvas.shape[0] // patch
    grey = canvas[content].mean()
    inside = torch.zeros_like(canvas, dtype=torch.bool)
    inside[content] = True
    reference = embed(canvas[None])[0].double()
    distances: list[float] = []
    for start in range(0, cells * cells, batch):
        numbers = range(start, min(start + batch, cells * cells))
        covered = canvas.expand(len(numbers), -1, -1).clone()
        for view, number in zip(covered, numbers, strict=True):
            row, column = divmod(number, cells)
            place = (slice(row * patch, (row + 1) * patch), slice(column * patch, (column + 1) * patch))
            view[place] = torch.where(inside[place], grey, view[place])
        embedded = embed(covered).double()
        cosine = torch.nn.functional.cosine_similarity(embedded, reference[None], dim=1)
        distances += (1 - cosine).tolist()
    result = np.array(distances).reshape(cells, cells)
    # NaN stays NaN: only what is known to be small is set to zero.
    return np.where(result < SMALLEST_DISTANCE, 0.0, result).astype(np.float32)
