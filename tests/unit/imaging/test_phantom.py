import hashlib

import numpy as np
import pytest
from scipy import fft

from realfm_gui.imaging import phantom
from realfm_gui.imaging.phantom import PhantomRecipe, generate_case

RECIPE = PhantomRecipe()
SMALL = PhantomRecipe(
    rows=96, columns=128, margin_px=24, speck_spread_px=8, amplitude_low=60, amplitude_high=400
)


def test_that_a_seed_gives_the_same_image_again() -> None:
    one, two = (generate_case(7, has_cluster=True, recipe=RECIPE) for _ in range(2))
    np.testing.assert_array_equal(one.pixels, two.pixels)
    np.testing.assert_array_equal(one.speck_positions, two.speck_positions)


def test_that_the_image_of_a_seed_never_changes() -> None:
    # Studies name their images by recipe and seed: another image under the same name would be another study.
    case = generate_case(20260101, has_cluster=True, recipe=SMALL)
    assert hashlib.sha256(case.pixels.tobytes()).hexdigest() == (
        "fad86e362e217bc10619681ab4f28c3e8e28ec7ac6cffd5162a217be325c1968"
    )


def test_that_other_seeds_give_other_backgrounds() -> None:
    one, two = (generate_case(seed, has_cluster=False, recipe=SMALL) for seed in (1, 2))
    assert abs(np.corrcoef(one.pixels.ravel(), two.pixels.ravel())[0, 1]) < 0.9


def test_that_a_cluster_adds_light_on_its_mask_and_nothing_far_away() -> None:
    with_cluster, without = (generate_case(3, has_cluster=value, recipe=RECIPE) for value in (True, False))
    gain = with_cluster.pixels.astype(int) - without.pixels
    rows, columns = np.nonzero(gain)
    distance = np.hypot(
        rows[:, None] - with_cluster.speck_positions[:, 0],
        columns[:, None] - with_cluster.speck_positions[:, 1],
    ).min(axis=1)
    assert gain.min() >= 0
    assert distance.max() <= 6 * RECIPE.speck_sigma_px
    assert gain[with_cluster.speck_mask].sum() > 0.8 * gain.sum()


def test_that_a_case_without_a_cluster_has_no_truth_to_find() -> None:
    case = generate_case(3, has_cluster=False, recipe=SMALL)
    assert not case.has_cluster
    assert not case.speck_mask.any()
    assert case.amplitude == 0
    assert case.speck_positions.shape == (0, 2)


@pytest.mark.parametrize("seed", range(12))
def test_that_specks_are_within_the_recipe(seed: int) -> None:
    case = generate_case(seed, has_cluster=True, recipe=RECIPE)
    assert RECIPE.specks_low <= len(case.speck_positions) <= RECIPE.specks_high
    assert RECIPE.amplitude_low <= case.amplitude <= RECIPE.amplitude_high
    assert (case.speck_positions >= 0).all()
    assert (case.speck_positions < [RECIPE.rows, RECIPE.columns]).all()
    inside = np.rint(case.speck_positions).astype(int)
    assert case.speck_mask[inside[:, 0], inside[:, 1]].all()


def test_that_pixels_are_twelve_bit_grey_levels() -> None:
    case = generate_case(1, has_cluster=True, recipe=PhantomRecipe(background_sd=3000))
    assert case.pixels.dtype == np.uint16
    assert case.pixels.shape == (384, 384)
    assert case.pixels.max() <= 4095


def test_that_mean_and_spread_of_the_background_agree_against_theory() -> None:
    recipe = PhantomRecipe(
        rows=64,
        columns=64,
        margin_px=10,
        cluster_spread=4.0,
        texture_scale=1.0,
        noise_sd=0.0,
        background_sd=200,
    )
    images = np.stack(
        [generate_case(seed, has_cluster=False, recipe=recipe).pixels for seed in range(300)]
    ).astype(float)
    # The mean over an image varies from image to image: its own standard error decides what is near.
    standard_error = images.mean(axis=(1, 2)).std() / np.sqrt(len(images))
    assert images.mean() == pytest.approx(recipe.mean_level, abs=4 * standard_error)
    sd = np.sqrt(((images - recipe.mean_level) ** 2).mean())
    assert sd == pytest.approx(recipe.background_sd, rel=0.06)


def test_that_the_lump_is_the_published_one_against_theory() -> None:
    # exp(-alpha r^beta / L), with L the ellipse's half-axis along and across the lump's direction.
    texture = phantom._texture(SMALL)
    lump = fft.irfft2(texture.spectra[0], s=texture.shape)
    for distance in (1, 5, 20):
        r = distance / SMALL.texture_scale
        along = np.exp(-SMALL.alpha * r**SMALL.beta / SMALL.long_axis)
        across = np.exp(-SMALL.alpha * r**SMALL.beta / SMALL.short_axis)
        assert lump[0, distance] == pytest.approx(along)
        assert lump[distance, 0] == pytest.approx(across)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("rows", 0),
        ("alpha", -1.0),
        ("specks_low", 20),
        ("amplitude_high", 10.0),
        ("noise_sd", -1.0),
        ("margin_px", 200.0),
    ],
)
def test_that_an_impossible_recipe_is_refused(field: str, value: float) -> None:
    with pytest.raises(ValueError, match=field.split("_")[0]):
        PhantomRecipe(**{field: value})
