"""Pictures of a made-up chest: computed tomography slice by slice, and radiographs as projections."""

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from realfm_gui.imaging.phantom_chest import (
    AIR,
    HARD_BONE,
    MUSCLE,
    RIB_RADIUS_MM,
    RIB_WALL_MM,
    SPONGY_BONE,
    Thorax,
    ribs,
)
from realfm_gui.imaging.phantom_shapes import Grid, along, chord, cloud, soft_step, stamp_tube

RIB_CONTRAST = 2.4
"""Bone takes more of the soft part of a spectrum than water of the same density."""

_FINEST_SHADOW_MM = 1.1


def tomogram(
    thorax: Thorax,
    *,
    x: NDArray[np.floating[Any]],
    y: NDArray[np.floating[Any]],
    z: NDArray[np.floating[Any]],
    rng: np.random.Generator,
    noise: float = 14.0,
) -> NDArray[np.int16]:
    """Return Hounsfield units, int16 of shape (len(z), len(y), len(x)), at places in mm.

    `x`, `y` and `z` ascend evenly; `noise` is the standard deviation in Hounsfield units.
    """
    volume = np.stack([thorax.slice_at(x, y, float(height)) for height in z])
    axes, pixel = (z, y, x), float(x[1] - x[0])
    bones = np.full(volume.shape, -1e3, dtype=np.float32)
    for path in ribs():
        stamp_tube(bones, along(path, step=2.0)[:, ::-1], RIB_RADIUS_MM, axes)
    rim = soft_step(bones, pixel) - soft_step(bones - RIB_WALL_MM, pixel)
    volume += (SPONGY_BONE - volume) * soft_step(bones, pixel)
    volume += (HARD_BONE - SPONGY_BONE) * rim
    vessels = np.full(volume.shape, -1e3, dtype=np.float32)
    # A slice shows what lies anywhere in its thickness: across slices distances count less.
    flatter = np.array([pixel / float(z[1] - z[0]), 1.0, 1.0])
    for start, end, radius in thorax.vessels:
        path = along([start, end], step=1.5)[:, ::-1] * flatter
        stamp_tube(vessels, path, max(radius, 0.75 * pixel), (z * flatter[0], y, x))
    in_lung = volume < -500
    volume += (MUSCLE - volume) * soft_step(vessels, 2.0 * pixel) * in_lung
    for plane in volume:
        plane += noise * cloud(rng, (len(y), len(x)), size=0.8)
    return cast("NDArray[np.int16]", np.clip(np.rint(volume), -1024, 3071).astype(np.int16))


def radiographs(thorax: Thorax, *, shape: tuple[int, int], spacing_mm: float) -> tuple[Grid, Grid]:
    """Return how much water the rays of a frontal and of a lateral view cross, in mm; parallel beam.

    Parameters
    ----------
    thorax : Thorax
    shape : (int, int)
        Rows and columns of both.
    spacing_mm : float
        Of both.

    Returns
    -------
    (array, array)
        Frontal view: rows from head to feet, columns to the patient's left. Lateral view: columns from front
        to back.
    """
    from scipy import ndimage

    coarse_mm = 2.0
    half_height, half_width = shape[0] * spacing_mm / 2, shape[1] * spacing_mm / 2
    z = np.arange(half_height, -half_height, -coarse_mm)
    side = np.arange(-half_width, half_width, coarse_mm)
    frontal, lateral = np.empty((2, len(z), len(side)), dtype=np.float32)
    for row, height in enumerate(z):
        water = (thorax.slice_at(side, side, float(height)) - AIR) / -float(AIR)
        frontal[row], lateral[row] = water.sum(axis=0) * coarse_mm, water.sum(axis=1) * coarse_mm
    rows = (half_height - (np.arange(shape[0]) + 0.5) * spacing_mm - z[0]) / -coarse_mm
    columns = ((np.arange(shape[1]) + 0.5) * spacing_mm - half_width - side[0]) / coarse_mm
    places = np.meshgrid(rows, columns, indexing="ij")
    views = []
    for coarse, axis in ((frontal, 0), (lateral, 1)):
        fine = ndimage.map_coordinates(coarse, places, order=1, mode="nearest").astype(np.float32)
        fine = ndimage.gaussian_filter(fine, 1.2)
        views.append(fine + _shadows(thorax, axis, shape, spacing_mm))
    return views[0], views[1]


def _shadows(thorax: Thorax, axis: int, shape: tuple[int, int], spacing_mm: float) -> Grid:
    """Return what ribs and vessels add to a view along y (`axis` 0) or x (1), in mm of water."""
    down = (np.arange(shape[0]) + 0.5 - shape[0] / 2) * spacing_mm
    across = (np.arange(shape[1]) + 0.5 - shape[1] / 2) * spacing_mm
    added = np.zeros(shape, dtype=np.float32)
    for path in ribs():
        fine = along(path, step=1.5)
        flat = np.stack([-fine[:, 2], fine[:, axis]], axis=1)
        low, high = flat.min(axis=0) - RIB_RADIUS_MM, flat.max(axis=0) + RIB_RADIUS_MM
        rows = slice(*np.searchsorted(down, (low[0], high[0])))
        columns = slice(*np.searchsorted(across, (low[1], high[1])))
        depth = np.full((len(down[rows]), len(across[columns])), -1.0, dtype=np.float32)
        stamp_tube(depth, flat, RIB_RADIUS_MM, (down[rows], across[columns]))
        inner = chord(depth - RIB_WALL_MM, RIB_RADIUS_MM - RIB_WALL_MM)
        bone = HARD_BONE * (chord(depth, RIB_RADIUS_MM) - inner) + SPONGY_BONE * inner
        added[rows, columns] += RIB_CONTRAST * bone / 1000.0
    depth = np.full(shape, -1.0, dtype=np.float32)
    for start, end, radius in thorax.vessels:
        if radius >= _FINEST_SHADOW_MM:
            piece = along([start, end], step=0.7 * radius)
            flat = np.stack([-piece[:, 2], piece[:, axis]], axis=1)
            stamp_tube(depth, flat, radius, (down, across))
    return cast("Grid", added + 3.2 * np.clip(depth, 0.0, None))
