"""A made-up brain for magnetic resonance: tissues as formulas of the place, weighted by T1 or T2.

Places are in millimetres as DICOM has them: x to the patient's left, y to the back, z to the head.
"""

from typing import cast

import numpy as np
from numpy.typing import NDArray

from realfm_gui.imaging.phantom_shapes import Grid, cloud, soft_step

T1, T2 = "T1", "T2"

SIGNAL = {
    # scalp, muscle, skull, fluid, grey, white, lesion
    T1: (900.0, 330.0, 40.0, 130.0, 430.0, 610.0, 330.0),
    T2: (560.0, 180.0, 25.0, 1050.0, 520.0, 360.0, 860.0),
}
"""Brightness of each tissue, in the order of the comment; no unit, as in any scanner."""

LATTICE_MM = 2.0
LESION_MM = (30.0, -12.0, 26.0)
LESION_RADIUS_MM = 8.0


def brain(
    places_mm: NDArray[np.float64], weighting: str, rng: np.random.Generator, *, noise: float = 14.0
) -> NDArray[np.uint16]:
    """Return the signal at places of the patient.

    Parameters
    ----------
    places_mm : array of shape (slices, rows, columns, 3)
        Anywhere and in any direction: tilted slices show the same head.
    weighting : str
        `T1` or `T2`.
    rng : numpy.random.Generator
        Of the noise; the anatomy is always the same.
    noise : float
        Standard deviation of each of the two channels whose length is the image's (Rician noise).

    Returns
    -------
    uint16 array of shape (slices, rows, columns)
    """
    folds = _folds()
    images = [_slice(plane, weighting, folds) for plane in places_mm]
    signal = np.stack(images)
    real = signal + noise * rng.standard_normal(signal.shape, dtype=np.float32)
    imaginary = noise * rng.standard_normal(signal.shape, dtype=np.float32)
    return cast("NDArray[np.uint16]", np.clip(np.rint(np.hypot(real, imaginary)), 0, 4095).astype(np.uint16))


def _folds() -> Grid:
    """Return smooth noise on a lattice of `LATTICE_MM` around the origin: its zero sheets are the sulci."""
    return cloud(np.random.default_rng(20), (90, 110, 90), size=3.1)


def _slice(places: NDArray[np.float64], weighting: str, folds: Grid) -> Grid:
    from scipy import ndimage

    scalp, muscle, skull, fluid, grey, white, lesion = SIGNAL[weighting]
    x, y, z = (places[..., axis].astype(np.float32) for axis in range(3))
    at = np.stack([z / LATTICE_MM + 45.0, y / LATTICE_MM + 55.0, x / LATTICE_MM + 45.0])
    fold = ndimage.map_coordinates(folds, at, order=1, mode="nearest")

    def oval(cx: float, cy: float, cz: float, rx: float, ry: float, rz: float) -> Grid:
        """Return about how deep places lie inside an ellipsoid, in mm."""
        ratio = np.sqrt(((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 + ((z - cz) / rz) ** 2)
        return cast("Grid", (1.0 - ratio) * min(rx, ry, rz))

    head = oval(0, 4, 2, 78, 98, 96)
    inner = oval(0, 4, 6, 68, 86, 80)
    signal = scalp * soft_step(head, 2.0)

    def lay(depth: Grid, value: float, width: float = 1.4) -> None:
        share = soft_step(depth, width)
        signal[...] += (value - signal) * share

    lay(oval(0, 4, 2, 73, 92, 90), skull)
    lay(np.minimum(oval(0, 4, 2, 70, 89, 87), 67.0 - np.abs(inner) * 40.0), scalp * 0.45)  # marrow
    lay(inner + 1.5, skull)
    lay(inner, fluid)
    depth = inner - 3.0
    # Sulci reach in from the surface along the sheets where the noise is zero.
    reach = np.clip(1.0 - depth / 38.0, 0.0, 1.0)
    sheet = 7.0 * np.abs(fold)
    lay(depth, white)
    lay(np.minimum(depth, np.maximum(4.0 - depth, 3.2 - sheet - 6.0 * (1.0 - reach))), grey)
    lay(np.minimum(depth, 0.9 * reach - sheet - 0.9 * (1.0 - reach)), fluid, 1.0)
    cleft = np.minimum(1.4 - np.abs(x), np.maximum(z - 20.0, 2.0 * (np.abs(y - 4.0) - 46.0)))
    lay(np.minimum(cleft, inner), fluid, 1.0)
    for side in (-1, 1):
        lay(oval(side * 12, 12, 12, 8, 14, 10), grey)  # thalamus
        lay(oval(side * 24, -4, 10, 6, 20, 13), grey)  # lentiform nucleus
        lay(oval(side * 15, -24, 18, 5, 12, 11), grey)  # head of the caudate nucleus
        lay(np.minimum(oval(side * 9, -8, 24, 7, 30, 9), np.abs(x) - 1.2), fluid, 1.0)
        lay(oval(side * 17, 24, 22, 7, 20, 8), fluid, 1.0)
        lay(oval(side * 26, 44, 8, 6, 20, 9), fluid, 1.0)
    lay(oval(0, 8, 6, 2.2, 14, 10), fluid, 1.0)
    lay(oval(0, 46, -34, 46, 30, 22), grey * 1.04)  # cerebellum
    lay(oval(0, 44, -34, 26, 16, 10), white)
    lay(oval(0, 20, -32, 13, 13, 34), white * 0.96)  # brain stem
    lay(oval(0, 34, -30, 7, 5, 9), fluid, 1.0)
    for side in (-1, 1):
        lay(oval(side * 31, -62, -30, 13, 14, 13), fluid * 0.9, 1.0)  # eye
    lay(np.minimum(oval(*LESION_MM, *(3 * (LESION_RADIUS_MM,))), depth), lesion, 3.0)
    lay(np.minimum(np.minimum(-inner - 8.0, head - 4.0), -30.0 - z), muscle, 3.0)
    shading = 1.0 + 0.10 * (y / 90.0) - 0.06 * (x / 80.0)
    return cast("Grid", np.clip(signal * shading, 0.0, None))
