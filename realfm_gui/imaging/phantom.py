r"""Images whose truth is known: clustered lumpy backgrounds, with and without a cluster of small specks.

The background is the clustered lumpy background of Bochud, Abbey and Eckstein [1]_, a texture whose first and
second order statistics match those of mammograms and which observer-performance studies use for that reason.
Clusters of lumps fall on the plane like rain; all lumps of one cluster point the same way:

.. math:: g(r) = \sum_{k=1}^{K} \sum_{n=1}^{N_k} b(R_{\theta_k}(r - r_k - r_{kn})), \quad
          b(u) = \exp(-\alpha |u|^\beta / L(u))

with :math:`K` and :math:`N_k` Poisson, :math:`r_k` uniform, :math:`r_{kn}` Gaussian, and :math:`L(u)` the
radius, in the direction of `u`, of an ellipse with half-axes `long_axis` and `short_axis`.

Nothing here is an image of a person, and every object made from it says so.

References
----------
.. [1] Bochud FO, Abbey CK, Eckstein MP. Statistical texture synthesis of mammographic images with clustered
   lumpy backgrounds. Optics Express 1999;4(1):33-43.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

ORIENTATIONS = 8
"""Directions a cluster of lumps can point in: 180° in steps of 22.5°; more are not told apart by eye."""

TILE = 128
"""Side of the square, in texture units, in which the paper counts its clusters."""

MASK_RADIUS_SIGMAS = 2.0
"""A speck's mask reaches to where its profile has fallen to exp(-2) of its peak."""

MAX_VALUE = 4095
"""Twelve bits stored in sixteen, as detectors write them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhantomRecipe:
    """Everything that decides what the images look like; the defaults are the demo study's.

    The texture's numbers are the paper's; one texture unit is `texture_scale` image pixels. Grey levels are
    stored values, 0 to 4095. A case's `amplitude` is drawn uniformly between `amplitude_low` and
    `amplitude_high` (grey levels at the centre of a speck); single specks vary around it by the share
    `amplitude_jitter`.
    """

    rows: int = 384
    columns: int = 384
    pixel_spacing_mm: float = 0.1

    clusters_per_tile: float = 150.0
    lumps_per_cluster: float = 20.0
    long_axis: float = 5.0
    short_axis: float = 2.0
    alpha: float = 2.1
    beta: float = 0.5
    cluster_spread: float = 12.0
    texture_scale: float = 2.0

    mean_level: float = 1900.0
    background_sd: float = 380.0
    noise_sd: float = 30.0

    specks_low: int = 10
    specks_high: int = 14
    speck_sigma_px: float = 1.5
    speck_spread_px: float = 22.0
    speck_distance_px: float = 5.0
    amplitude_low: float = 60.0
    amplitude_high: float = 400.0
    amplitude_jitter: float = 0.25
    margin_px: float = 64.0

    def __post_init__(self) -> None:
        positive = (
            "rows", "columns", "pixel_spacing_mm", "clusters_per_tile", "lumps_per_cluster", "long_axis",
            "short_axis", "alpha", "beta", "cluster_spread", "texture_scale", "background_sd",
            "speck_sigma_px", "speck_spread_px", "amplitude_low",
        )  # fmt: skip
        for name in positive:
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} must be positive, not {getattr(self, name)}")
        if not 1 <= self.specks_low <= self.specks_high:
            raise ValueError("a cluster needs 1 <= specks_low <= specks_high")
        if self.amplitude_high < self.amplitude_low:
            raise ValueError("amplitude_high must not be below amplitude_low")
        if min(self.noise_sd, self.speck_distance_px, self.amplitude_jitter, self.margin_px) < 0:
            raise ValueError("noise_sd, speck_distance_px, amplitude_jitter and margin_px are not negative")
        if 2 * self.margin_px >= min(self.rows, self.columns):
            raise ValueError("the margin leaves no room for a cluster")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PhantomCase:
    """One image and its truth.

    `pixels` is uint16 and `speck_mask` bool, both of shape (rows, columns); `speck_positions` is float64 of
    shape (specks, 2), (row, column) of each centre in pixels (pixel centres at whole numbers);
    `amplitude` is in grey levels. A case without a cluster has amplitude 0, an empty mask and no position.
    """

    seed: int
    pixels: NDArray[np.uint16]
    speck_mask: NDArray[np.bool_]
    amplitude: float
    speck_positions: NDArray[np.float64]

    @property
    def has_cluster(self) -> bool:
        """Whether there is anything to find."""
        return bool(len(self.speck_positions))


def generate_case(seed: int, *, has_cluster: bool, recipe: PhantomRecipe) -> PhantomCase:
    """Return the case of this seed; the same seed has the same background with and without a cluster.

    Background, noise and specks draw from separate PCG64 streams of the seed, and the transforms run in
    double precision so that rounding to grey levels gives the same image on every machine.

    Parameters
    ----------
    seed : int
        Not negative.
    has_cluster : bool
        Whether a cluster of specks is added.
    recipe : PhantomRecipe
        Size, texture, noise and specks.
    """
    texture_rng, noise_rng, speck_rng = (
        np.random.Generator(np.random.PCG64(stream)) for stream in np.random.SeedSequence(seed).spawn(3)
    )
    image = recipe.mean_level + _background(texture_rng, recipe)
    image += recipe.noise_sd * noise_rng.standard_normal(image.shape)
    amplitude, positions = 0.0, np.empty((0, 2))
    mask = np.zeros(image.shape, dtype=np.bool_)
    if has_cluster:
        amplitude = float(speck_rng.uniform(recipe.amplitude_low, recipe.amplitude_high))
        positions = _speck_positions(speck_rng, recipe)
        _add_specks(image, mask, positions, amplitude, speck_rng, recipe)
    pixels = np.clip(np.rint(image), 0, MAX_VALUE).astype(np.uint16)
    return PhantomCase(
        seed=seed, pixels=pixels, speck_mask=mask, amplitude=amplitude, speck_positions=positions
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Texture:
    """What all images of a recipe share; `spectra` has shape (orientations, rows, columns // 2 + 1)."""

    shape: tuple[int, int]
    spectra: NDArray[np.complex128]
    mean: float
    sd: float
    clusters: float


@lru_cache(maxsize=4)
def _texture(recipe: PhantomRecipe) -> _Texture:
    """Return the lumps' spectra, and the mean and standard deviation that theory gives the background.

    With clusters at rate ρ per pixel, N̄ lumps each (Poisson), lump spectrum B and Gaussian spread Φ, the mean
    is ρ N̄ B(0) and the power spectrum ρ N̄ |B|² (1 + N̄ |Φ|²), averaged over the orientations.
    """
    from scipy import fft

    scale, spread_px = recipe.texture_scale, recipe.cluster_spread * recipe.texture_scale
    # The plane is a torus; a border of two spreads keeps opposite edges of the image from being alike.
    border = math.ceil(2 * spread_px)
    rows, columns = (fft.next_fast_len(n + border, real=True) for n in (recipe.rows, recipe.columns))
    y, x = np.meshgrid(
        fft.fftfreq(rows) * rows / scale, fft.fftfreq(columns) * columns / scale, indexing="ij"
    )
    radius, direction = np.hypot(x, y), np.arctan2(y, x)
    spectra = []
    for angle in np.pi * np.arange(ORIENTATIONS) / ORIENTATIONS:
        along, across = np.cos(direction - angle), np.sin(direction - angle)
        reach = 1 / np.hypot(along / recipe.long_axis, across / recipe.short_axis)
        spectra.append(fft.rfft2(np.exp(-recipe.alpha * radius**recipe.beta / reach)))
    lumps = np.stack(spectra)

    rate = recipe.clusters_per_tile / (TILE * scale) ** 2
    fy, fx = np.meshgrid(fft.fftfreq(rows), fft.rfftfreq(columns), indexing="ij")
    clustering = np.exp(-((2 * np.pi * spread_px) ** 2) * (fx**2 + fy**2))
    lump_power = np.mean(np.abs(lumps) ** 2, axis=0)
    power = rate * recipe.lumps_per_cluster * lump_power * (1 + recipe.lumps_per_cluster * clustering)
    # rfft2 keeps half the plane: every column but the first (and the last of an even width) counts twice.
    twice = np.full(power.shape[1], 2.0)
    twice[0] = 1.0
    if columns % 2 == 0:
        twice[-1] = 1.0
    # The term at frequency 0 stays: the number of clusters varies from image to image.
    variance = float((power * twice).sum()) / (rows * columns)
    mean = rate * recipe.lumps_per_cluster * float(lumps[:, 0, 0].real.mean())
    return _Texture(
        shape=(rows, columns),
        spectra=lumps,
        mean=mean,
        sd=math.sqrt(variance),
        clusters=rate * rows * columns,
    )


def _background(rng: np.random.Generator, recipe: PhantomRecipe) -> NDArray[np.float64]:
    """Return a background of expected mean 0 and standard deviation `background_sd`, (rows, columns)."""
    from scipy import fft

    texture = _texture(recipe)
    size = np.array(texture.shape)
    clusters = int(rng.poisson(texture.clusters))
    centres = rng.random((clusters, 2)) * size
    orientation = rng.integers(ORIENTATIONS, size=clusters)
    lumps = rng.poisson(recipe.lumps_per_cluster, size=clusters)
    parent = np.repeat(np.arange(clusters), lumps)
    spread_px = recipe.cluster_spread * recipe.texture_scale
    places = (
        np.rint(centres[parent] + spread_px * rng.standard_normal((len(parent), 2))).astype(np.int64) % size
    )
    flat = (orientation[parent] * size[0] + places[:, 0]) * size[1] + places[:, 1]
    counts = np.bincount(flat, minlength=ORIENTATIONS * int(size.prod())).reshape(
        ORIENTATIONS, *texture.shape
    )
    spectrum = np.zeros(texture.spectra.shape[1:], dtype=np.complex128)
    for count, lump in zip(counts, texture.spectra, strict=True):
        spectrum += fft.rfft2(count.astype(np.float64)) * lump
    plane = fft.irfft2(spectrum, s=texture.shape)[: recipe.rows, : recipe.columns]
    scaled: NDArray[np.float64] = (plane - texture.mean) * (recipe.background_sd / texture.sd)
    return scaled


def _speck_positions(rng: np.random.Generator, recipe: PhantomRecipe) -> NDArray[np.float64]:
    """Return the specks' centres, (specks, 2): Gaussian around a centre inside the margin, kept apart."""
    count = int(rng.integers(recipe.specks_low, recipe.specks_high + 1))
    size = np.array([recipe.rows, recipe.columns], dtype=np.float64)
    centre = recipe.margin_px + rng.random(2) * (size - 1 - 2 * recipe.margin_px)
    edge = MASK_RADIUS_SIGMAS * recipe.speck_sigma_px
    placed: list[NDArray[np.float64]] = []
    distance = recipe.speck_distance_px
    while len(placed) < count:
        place = centre + recipe.speck_spread_px * rng.standard_normal(2)
        is_inside = bool(np.all(place >= edge) and np.all(place <= size - 1 - edge))
        if is_inside and all(np.hypot(*(place - other)) >= distance for other in placed):
            placed.append(place)
        else:
            distance *= 0.99  # a crowded cluster gives way instead of searching for ever
    return np.array(placed)


def _add_specks(
    image: NDArray[np.float64],
    mask: NDArray[np.bool_],
    positions: NDArray[np.float64],
    amplitude: float,
    rng: np.random.Generator,
    recipe: PhantomRecipe,
) -> None:
    """Add a Gaussian profile at every position to `image` and mark its core in `mask`."""
    sigma = recipe.speck_sigma_px
    y, x = np.ogrid[: image.shape[0], : image.shape[1]]
    reach = math.ceil(5 * sigma)
    for row, column in positions:
        peak = amplitude * max(0.0, 1 + recipe.amplitude_jitter * rng.standard_normal())
        top, left = max(0, int(row) - reach), max(0, int(column) - reach)
        window = (slice(top, int(row) + reach + 1), slice(left, int(column) + reach + 1))
        squared = (y[window[0]] - row) ** 2 + (x[:, window[1]] - column) ** 2
        image[window] += peak * np.exp(-squared / (2 * sigma**2))
        mask[window] |= squared <= (MASK_RADIUS_SIGMAS * sigma) ** 2
