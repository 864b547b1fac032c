"""Made-up ultrasound: speckle of scatterers through a sector or linear probe, grey or with colour flow."""

import math
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from realfm_gui.imaging.phantom_shapes import Grid, soft_step

ROWS, COLUMNS = 480, 640
RANGE_DB = 52.0
"""Echoes this much weaker than the strongest are black."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sector:
    """Where a curved probe's picture lies: apex, first and last depth and half the angle; pixels."""

    apex_row: float = -70.0
    apex_column: float = 320.0
    near: float = 96.0
    far: float = 540.0
    half_angle: float = math.radians(36.0)
    mm_per_px: float = 0.34

    @property
    def bounds(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom of the picture, inclusive, as ultrasound regions count."""
        reach = self.far * math.sin(self.half_angle)
        top = self.apex_row + self.near * math.cos(self.half_angle)
        return (
            math.floor(self.apex_column - reach),
            math.floor(top),
            math.ceil(self.apex_column + reach),
            min(ROWS - 1, math.ceil(self.apex_row + self.far)),
        )


SECTOR = Sector()
CYST = (0.08, 0.52, 0.055)
"""Across (-1 to 1 over the angle), down (0 to 1 over the depth) and radius in depths."""

LINEAR_BOX = (120, 30, 519, 449)
LINEAR_MM_PER_PX = 0.095


def sector_loop(rng: np.random.Generator, *, frames: int) -> NDArray[np.uint8]:
    """Return a breathing upper abdomen: uint8 of shape (frames, 480, 640), black around the sector."""
    from scipy import ndimage

    depths, beams = 700, 260
    field = _scatterers(rng, (depths + 60, beams))
    down, across = np.ogrid[0 : 1 : depths * 1j, -1 : 1 : beams * 1j]
    rows, columns = np.mgrid[0:ROWS, 0:COLUMNS].astype(np.float32)
    radius = np.hypot(rows - SECTOR.apex_row, columns - SECTOR.apex_column)
    angle = np.arctan2(columns - SECTOR.apex_column, rows - SECTOR.apex_row)
    is_seen = (np.abs(angle) <= SECTOR.half_angle) & (radius >= SECTOR.near) & (radius <= SECTOR.far)
    at_depth = (radius - SECTOR.near) / (SECTOR.far - SECTOR.near) * (depths - 1)
    at_beam = (angle / SECTOR.half_angle + 1.0) / 2.0 * (beams - 1)
    loop = np.zeros((frames, ROWS, COLUMNS), dtype=np.uint8)
    for number in range(frames):
        shift = 0.022 * math.sin(2.0 * math.pi * number / frames)
        moved = 24 + round(shift * depths)
        echoes = _echogenicity(down - shift, across) * np.exp(-0.35 * down)
        picture = _compressed(_blurred(field[moved : moved + depths] * echoes, (1.1, 1.3)))
        shown = ndimage.map_coordinates(picture, [at_depth, at_beam], order=1, mode="nearest")
        loop[number] = np.where(is_seen, shown, 0.0).astype(np.uint8)
    return loop


def colour_flow(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return a vessel under a linear probe with its flow in colour: uint8 of shape (480, 640, 3)."""
    left, top, right, bottom = LINEAR_BOX
    shape = bottom - top + 1, right - left + 1
    down, across = np.ogrid[0 : 1 : shape[0] * 1j, 0 : 1 : shape[1] * 1j]
    middle = 0.44 + 0.10 * (across - 0.5)
    artery = 0.085 - np.abs(down - middle)
    vein = 0.065 - np.abs(down - 0.68 + 0.05 * np.cos(5.0 * across))
    wall = np.exp(-((artery / 0.010) ** 2)) + 0.6 * np.exp(-((vein / 0.008) ** 2))
    plaque = 0.05 - np.hypot(down - middle - 0.085, 0.32 * (across - 0.62))
    layers = 0.30 + 0.16 * np.sin(40.0 * down + 3.0 * across) * (down < 0.33)
    echoes = np.where((artery > 0) | (vein > 0), 0.004, layers) + 0.9 * wall
    echoes = np.where(plaque > 0, 0.75, echoes) * np.exp(-0.5 * down)
    grey = _compressed(_blurred(_scatterers(rng, shape) * echoes, (1.0, 1.6)))
    picture = np.zeros((ROWS, COLUMNS, 3), dtype=np.uint8)
    inside = picture[top : bottom + 1, left : right + 1]
    inside[:] = grey.astype(np.uint8)[..., None]
    speed = np.clip(1.0 - ((down - middle) / 0.085) ** 2, 0.0, 1.0) * (plaque <= 0)
    speed = speed * (1.0 + 0.9 * np.exp(-(((across - 0.64) / 0.07) ** 2))) / 1.9
    back = np.clip(1.0 - ((down - 0.68 + 0.05 * np.cos(5.0 * across)) / 0.065) ** 2, 0.0, 1.0) * 0.45
    flow = speed - back + 0.05 * rng.standard_normal(shape)
    lean = 0.16 * (down - 0.5)  # the colour box is steered
    is_box = (np.abs(across - 0.5 - lean) < 0.33) & (down > 0.22) & (down < 0.83)
    is_flow = is_box & ((artery > 0.004) & (plaque <= 0) | (vein > 0.004)) & (np.abs(flow) > 0.1)
    inside[is_flow] = flow_colours(flow)[is_flow]
    edge = is_box & ~(np.roll(is_box, 2, 0) & np.roll(is_box, -2, 0)
                      & np.roll(is_box, 2, 1) & np.roll(is_box, -2, 1))  # fmt: skip
    inside[edge] = (170, 170, 170)
    scale = np.linspace(1.0, -1.0, 160)[:, None].repeat(16, axis=1)
    picture[60:220, 56:72] = flow_colours(scale)
    return picture


def flow_colours(speed: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return red to yellow for flow towards the probe (0 to 1), blue to cyan away (0 to -1), black for none.

    `speed` may have any shape; the colours have three more channels, uint8.
    """
    strength = np.clip(np.abs(speed), 0.0, 1.0)
    strong, second = 255.0 * np.sqrt(strength), 255.0 * np.clip(2.0 * strength - 1.0, 0.0, 1.0)
    none = np.zeros_like(strong)
    is_towards = speed > 0
    channels = [np.where(is_towards, strong, none), second, np.where(is_towards, none, strong)]
    return np.stack(channels, axis=-1).astype(np.uint8)


def _scatterers(rng: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.complex64]:
    real, imaginary = rng.standard_normal((2, *shape), dtype=np.float32)
    return cast("NDArray[np.complex64]", real + 1j * imaginary)


def _blurred(field: NDArray[np.complex64], size: tuple[float, float]) -> Grid:
    """Return how strong the echoes are after the probe's point spread."""
    from scipy import ndimage

    real = ndimage.gaussian_filter(field.real, size)
    return cast("Grid", np.hypot(real, ndimage.gaussian_filter(field.imag, size)))


def _compressed(envelope: Grid) -> Grid:
    """Return grey levels 0 to 255 of the logarithm of the echoes' strength."""
    strongest = 1.6 * float(np.percentile(envelope, 99.7))
    level = 20.0 * np.log10(np.clip(envelope / strongest, 1e-6, 1.0))
    return cast("Grid", 255.0 * np.clip(1.0 + level / RANGE_DB, 0.0, 1.0))


def _echogenicity(down: NDArray[np.float64], across: NDArray[np.float64]) -> Grid:
    """Return how strongly tissue scatters at a depth (0 to 1) and an angle (-1 to 1)."""
    wall = down < 0.10
    tissue = np.where(wall, 0.22 + 0.2 * (np.sin(90.0 * down) > 0.3), 0.26 + 0.0 * across)
    tissue = tissue + 0.0 * (down + across)

    def disc(at_across: float, at_down: float, reach: float, stretch: float = 1.0) -> Grid:
        aside = (across - at_across) * (0.35 + 0.5 * down) / stretch
        return soft_step(reach - np.hypot(down - at_down, aside), 0.012)

    def put(share: Grid, value: float) -> None:
        tissue[...] += (value - tissue) * share

    cyst_across, cyst_down, cyst_radius = CYST
    behind = soft_step(0.09 - np.abs(across - cyst_across), 0.05) * soft_step(down - cyst_down, 0.02)
    tissue *= 1.0 + 0.9 * behind  # sound passes the fluid unweakened
    put(disc(cyst_across, cyst_down, cyst_radius), 0.004)
    put(disc(-0.45, 0.40, 0.028, 2.2), 0.006)
    put(disc(-0.20, 0.66, 0.022, 2.8), 0.006)
    put(disc(0.55, 0.36, 0.045), 0.62)
    bow = 0.86 - 0.10 * (across - 0.1) ** 2
    put(soft_step(0.010 - np.abs(down - bow), 0.008), 2.4)
    put(soft_step(down - bow - 0.012, 0.01), 0.07)
    return cast("Grid", tissue)
