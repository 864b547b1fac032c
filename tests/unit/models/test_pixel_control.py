import numpy as np
import pytest

from realfm_gui.models.pixel_control import area_average


def test_that_area_averages_of_whole_blocks_are_their_means_against_theory() -> None:
    image = np.random.default_rng(1).random((48, 32)).astype(np.float32)
    expected = image.reshape(16, 3, 16, 2).mean(axis=(1, 3))
    np.testing.assert_allclose(area_average(image, 16), expected, rtol=1e-6)


@pytest.mark.parametrize("shape", [(17, 31), (5, 3), (1, 1), (16, 1000)])
def test_that_area_averaging_keeps_the_mean_of_any_shape(shape: tuple[int, int]) -> None:
    image = np.random.default_rng(1).random(shape).astype(np.float32)
    assert area_average(image, 16).mean() == pytest.approx(image.mean())
