"""Volumes whose values are known at every place of the patient."""

import math
from collections.abc import Callable, Sequence

import numpy as np

from realfm_gui.imaging.planes import Reformattable, reformattable
from realfm_gui.imaging.volume import Volume

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


def made_volume(
    values_at: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray],
    positions: Sequence[Sequence[float]],
    *,
    orientation: Sequence[float] = AXIAL,
    spacing: tuple[float, float] = (1.0, 1.0),
    shape: tuple[int, int] = (40, 50),
    slope: float = 1.0,
    intercept: float = 0.0,
    **more,
) -> Volume:
    """Return a volume of a function of patient x, y, z in mm, sampled at each voxel's centre."""
    origins = np.array(positions, float)
    right, down = np.array(orientation[:3]), np.array(orientation[3:])
    rows, columns = np.arange(shape[0]) * spacing[0], np.arange(shape[1]) * spacing[1]
    at = origins[:, None, None] + rows[:, None, None] * down + columns[:, None] * right
    stored = np.rint((values_at(at[..., 0], at[..., 1], at[..., 2]) - intercept) / slope)
    count = len(origins)
    return Volume(
        voxels=stored.astype(np.int16),
        slopes=np.full(count, slope),
        intercepts=np.full(count, intercept),
        positions_mm=origins,
        orientation=tuple(orientation),
        spacing_mm=spacing,
        **more,
    )


def ramp(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Return what every trilinear interpolation must give exactly, however the volume lies."""
    return 100 * x + 40 * y - 70 * z


def straight(count: int = 30, step: float = 2.0) -> list[tuple[float, float, float]]:
    return [(-25.0, -20.0, step * k) for k in range(count)]


def ramps() -> dict[str, Reformattable]:
    """The same ramp in volumes that lie differently."""
    t, c, s = math.radians(20), math.cos(math.radians(30)), 0.5
    leaning = (1.0, 0.0, 0.0, 0.0, math.cos(t), math.sin(t))
    oblique, normal = (c, s, 0.0, 0.0, 0.0, -1.0), np.array([-s, c, 0.0])
    uneven = [(-25.0, -20.0, z) for z in (0, 2, 4, 6.5, 9, 10, 12, 14, 15, 18, 20.0)]
    made = {
        "straight": made_volume(ramp, straight()),
        "head first": made_volume(ramp, straight()[::-1]),
        "anisotropic": made_volume(ramp, straight(12, 5.0), spacing=(0.5, 1.5)),
        "tilted gantry": made_volume(ramp, straight(), orientation=leaning),
        "flipped": made_volume(
            ramp, [(25.0, -20.0, 60 - 2.0 * k) for k in range(30)], orientation=(-1.0, 0, 0, 0, 1.0, 0)
        ),
        "oblique": made_volume(
            ramp,
            [tuple(np.array([-20.0, -30, 50]) + 1.5 * k * normal) for k in range(30)],
            orientation=oblique,
        ),
        "uneven": made_volume(ramp, uneven),
        "uneven, head first": made_volume(ramp, uneven[::-1]),
    }
    return {name: reformattable(volume) for name, volume in made.items()}


def sphere(radius_mm: float, inside: float = 1000.0, outside: float = -1000.0):
    """Return a ball around patient (0, 0, 30): `inside`, falling off evenly over a millimetre."""

    def values_at(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        distance = np.sqrt(x**2 + y**2 + (z - 30) ** 2)
        return np.interp(distance, [radius_mm - 0.5, radius_mm + 0.5], [inside, outside])

    return values_at
