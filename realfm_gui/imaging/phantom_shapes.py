"""What made-up anatomy is made of: tubes along a path, and noise of a size.

Every array of places is in millimetres; every function is deterministic for a given generator.
"""

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

Grid = NDArray[np.float32]


def along(points: ArrayLike, *, step: float) -> NDArray[np.float64]:
    """Return places along a broken line, at most `step` apart, both ends included.

    Parameters
    ----------
    points : array-like of shape (corners, dimensions)
    step : float
        In the unit of the points.
    """
    corners = np.asarray(points, dtype=np.float64)
    lengths = np.hypot.reduce(np.diff(corners, axis=0), axis=1)
    at = np.concatenate([[0.0], np.cumsum(lengths)])
    wanted = np.linspace(0.0, at[-1], max(2, int(np.ceil(at[-1] / step)) + 1))
    return np.stack([np.interp(wanted, at, corners[:, axis]) for axis in range(corners.shape[1])], axis=1)


def stamp_tube(
    depth: Grid, path: ArrayLike, radius: ArrayLike, axes: Sequence[NDArray[np.floating[Any]]]
) -> None:
    """Write into `depth` how deep each place lies inside a tube, where that is deeper than before.

    Parameters
    ----------
    depth : float32 array of shape (len(axes[0]), ...)
        In mm; outside of every tube it keeps what it had.
    path : array-like of shape (places, dimensions)
        The tube's axis, closer together than its radius.
    radius : float or array-like of shape (places,)
        In mm.
    axes : sequence of arrays
        The places of the grid along each axis, ascending and evenly spaced, in mm.
    """
    places = np.asarray(path, dtype=np.float64)
    radii = np.broadcast_to(np.asarray(radius, dtype=np.float64), len(places))
    starts = [np.searchsorted(axis, places[:, n] - radii) for n, axis in enumerate(axes)]
    stops = [np.searchsorted(axis, places[:, n] + radii) for n, axis in enumerate(axes)]
    dimensions = len(axes)
    for number, reach in enumerate(radii):
        window = tuple(slice(starts[n][number], stops[n][number]) for n in range(dimensions))
        squared: NDArray[np.float64] | float = 0.0
        for n, axis in enumerate(axes):
            offset = axis[window[n]] - places[number, n]
            squared = squared + (offset * offset).reshape((-1,) + (1,) * (dimensions - 1 - n))
        np.maximum(depth[window], reach - np.sqrt(squared), out=depth[window], casting="same_kind")


def chord(depth: Grid, radius: float) -> Grid:
    """Return how much of a tube a ray crosses, in mm, that passes at this depth inside its outline."""
    inside = np.clip(depth, 0.0, radius)
    return cast("Grid", 2.0 * np.sqrt(inside * (2.0 * radius - inside)))


def cloud(rng: np.random.Generator, shape: tuple[int, ...], *, size: float | Sequence[float]) -> Grid:
    """Return smooth noise, float32, of mean 0 and standard deviation 1, its blobs about `size` cells wide."""
    from scipy import ndimage

    noise = ndimage.gaussian_filter(rng.standard_normal(shape, dtype=np.float32), size, mode="wrap")
    return cast("Grid", (noise - noise.mean()) / noise.std())


def tissue_texture(rng: np.random.Generator, shape: tuple[int, int], *, slope: float) -> Grid:
    """Return noise, float32, of mean 0 and standard deviation 1, whose power falls with frequency ** -slope.

    Mammograms have a slope of about 3 [1]_.

    References
    ----------
    .. [1] Burgess AE, Jacobson FL, Judy PF. Human observer detection experiments with mammograms and
       power-law noise. Medical Physics 2001;28(4):419-437.
    """
    from scipy import fft

    down, across = fft.fftfreq(shape[0])[:, None], fft.rfftfreq(shape[1])[None, :]
    frequency = np.hypot(down, across)
    frequency[0, 0] = np.inf  # no constant part
    spectrum = fft.rfft2(rng.standard_normal(shape, dtype=np.float32)) * frequency ** (-slope / 2)
    noise = fft.irfft2(spectrum, s=shape).astype(np.float32)
    return cast("Grid", noise / noise.std())


def soft_step(distance: ArrayLike, width: float) -> Grid:
    """Return 0 well below zero, 1 well above, and a ramp of this width between."""
    return cast("Grid", np.clip(np.asarray(distance, dtype=np.float32) / width + 0.5, 0.0, 1.0))
