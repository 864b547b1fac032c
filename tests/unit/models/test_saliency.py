import numpy as np
import torch

from realfm_gui.models.saliency import embedding_occlusion, grad_cam

WHOLE = (slice(0, 64), slice(0, 64))


def mean_colour(canvases: torch.Tensor) -> torch.Tensor:
    """Embed a canvas as the means of its quarters: a change in one quarter turns the vector."""
    return torch.nn.functional.avg_pool2d(canvases[:, None], 32).flatten(1)


def test_that_grad_cam_of_a_linear_head_is_the_weighted_sum_of_the_maps_against_theory() -> None:
    maps = torch.rand(5, 3, 4, generator=torch.Generator().manual_seed(1))
    weights = torch.tensor([1.0, -2.0, 0.5, 0.0, 3.0])
    cam = grad_cam(maps, lambda m: m.mean(dim=(1, 2)) @ weights)
    expected = (weights[:, None, None] / 12 * maps).sum(0).clamp(min=0)
    np.testing.assert_allclose(cam, expected.numpy(), rtol=1e-5, atol=1e-7)
    assert cam.dtype == np.float32


def test_that_grad_cam_of_a_head_that_sees_nothing_is_exactly_nil() -> None:
    cam = grad_cam(torch.rand(5, 3, 4), lambda m: (m * 0).sum())
    assert not cam.any()


def test_that_occlusion_peaks_on_the_patch_that_matters() -> None:
    canvas = torch.full((64, 64), 0.2)
    canvas[40:48, 8:16] = 1.0
    result = embedding_occlusion(canvas, mean_colour, content=WHOLE, patch=8, batch=5)
    assert result.shape == (8, 8)
    assert np.unravel_index(result.argmax(), result.shape) == (5, 1)


def test_that_occlusion_does_not_depend_on_the_batch() -> None:
    canvas = torch.rand(64, 64, generator=torch.Generator().manual_seed(2))
    one, many = (
        embedding_occlusion(canvas, mean_colour, content=WHOLE, patch=16, batch=batch) for batch in (1, 16)
    )
    np.testing.assert_allclose(one, many, atol=1e-7)


def test_that_occlusion_of_a_uniform_image_is_exactly_flat() -> None:
    result = embedding_occlusion(torch.full((64, 64), 0.7), mean_colour, content=WHOLE, patch=16, batch=4)
    assert not result.any()


def test_that_the_frame_around_the_image_is_never_greyed_out() -> None:
    canvas = torch.zeros(64, 64)
    content = (slice(16, 48), slice(0, 64))
    canvas[content] = torch.rand(32, 64, generator=torch.Generator().manual_seed(3))
    seen: list[torch.Tensor] = []

    def embed(canvases: torch.Tensor) -> torch.Tensor:
        seen.append(canvases)
        return mean_colour(canvases)

    result = embedding_occlusion(canvas, embed, content=content, patch=16, batch=16)
    assert all(not batch[:, :16].any() and not batch[:, 48:].any() for batch in seen)
    assert not result[0].any()
    assert not result[3].any()
    assert result[1:3].all()


def test_that_rounding_in_the_embedding_leaves_a_flat_map_flat() -> None:
    generator = torch.Generator().manual_seed(4)

    def rounded(canvases: torch.Tensor) -> torch.Tensor:
        return torch.ones(len(canvases), 50) * (
            1 + 1e-6 * torch.randn(len(canvases), 50, generator=generator)
        )

    result = embedding_occlusion(torch.rand(64, 64), rounded, content=WHOLE, patch=16, batch=4)
    assert not result.any()
