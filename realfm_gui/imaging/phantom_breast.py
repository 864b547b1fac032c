"""Made-up mammograms: a breast's outline, glandular tissue as power-law noise, a mass and calcifications."""

import math
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from realfm_gui.imaging.phantom_shapes import Grid, soft_step, tissue_texture

BREAST_ROWS, BREAST_COLUMNS = 1200, 900
BREAST_SPACING_MM = 0.2
MAX_VALUE = 4095


@dataclass(frozen=True, slots=True, kw_only=True)
class BreastFinding:
    """What is to be found, in fractions of the image: down from its top, out from the chest wall.

    `mass_px` is the radius of a spiculated mass, 0 for none; `specks` counts calcifications around the place.
    """

    down: float
    out: float
    mass_px: float = 0.0
    specks: int = 0


def mammogram(
    rng: np.random.Generator, *, is_right: bool, is_oblique: bool, finding: BreastFinding | None = None
) -> NDArray[np.uint16]:
    """Return a mammogram for presentation, uint16 of shape (1200, 900), twelve bits, background black.

    The chest wall of a right breast is at the right edge of the image, that of a left one at the left edge;
    the head is at the top of an oblique view.
    """
    shape = BREAST_ROWS, BREAST_COLUMNS
    rows, out = np.ogrid[0:BREAST_ROWS:1.0, 0:BREAST_COLUMNS:1.0]
    depth = _depth(rows, out, is_oblique=is_oblique)
    inside = soft_step(depth, 4.0)
    # Compressed to one thickness, which falls off towards the skin.
    thickness = np.sqrt(np.clip(1.0 - (1.0 - np.clip(depth / 150.0, 0.0, 1.0)) ** 2, 0.0, 1.0))
    values = 620.0 + 780.0 * thickness
    lumps, strands = tissue_texture(rng, shape, slope=3.0), tissue_texture(rng, shape, slope=2.4)
    values += 1400.0 * _gland(lumps, strands, rows, out, depth) + 90.0 * strands
    values += 420.0 * np.exp(-(((depth - 5.0) / 5.0) ** 2))  # skin
    if is_oblique:
        edge = 345.0 + 14.0 * np.sin(rows / 90.0) - 0.6 * rows - out
        values += soft_step(edge, 16.0) * (1500.0 + 70.0 * strands - 0.6 * (values - 1400.0))
    if finding is not None:
        _add(values, finding, rng)
    values = values * inside + 12.0 * rng.standard_normal(shape, dtype=np.float32) * inside
    pixels = np.clip(np.rint(values), 0, MAX_VALUE).astype(np.uint16)
    return np.ascontiguousarray(pixels[:, ::-1] if is_right else pixels)


def place_px(finding: BreastFinding, *, is_right: bool) -> tuple[float, float]:
    """Return where a finding lies in its image, (column, row) in pixels."""
    out = finding.out * BREAST_COLUMNS
    return (BREAST_COLUMNS - 1 - out if is_right else out), finding.down * BREAST_ROWS


def _depth(rows: NDArray[np.float64], out: NDArray[np.float64], *, is_oblique: bool) -> Grid:
    """Return about how deep, in pixels, places lie under the skin; `out` counts from the chest wall."""
    middle = 680.0 if is_oblique else 600.0
    half_height, reach = (470.0, 720.0) if is_oblique else (480.0, 690.0)
    sag = 1.0 + (0.25 * soft_step(rows - middle, 500.0) if is_oblique else 0.0)
    ratio = (np.abs((rows - middle) / (half_height / sag)) ** 2.1 + np.abs(out / reach) ** 2.0) ** 0.5
    breast = (1.0 - ratio) * min(half_height, reach)
    nipple = 26.0 - np.hypot(rows - middle, 1.2 * (out - reach - 2.0))
    whole = np.maximum(breast, nipple)
    if is_oblique:
        axilla = np.minimum(430.0 - out - 0.25 * rows, 900.0 - rows)
        both = np.clip(0.5 + 0.5 * (whole - axilla) / 120.0, 0.0, 1.0)  # the fold between them is round
        whole = axilla + (whole - axilla) * both + 120.0 * both * (1.0 - both)
    return cast("Grid", whole.astype(np.float32))


def _gland(
    lumps: Grid, strands: Grid, rows: NDArray[np.float64], out: NDArray[np.float64], depth: Grid
) -> Grid:
    """Return the share of glandular tissue, densest behind the nipple, with ligaments towards the skin."""
    where = np.exp(-((((rows - 610.0) / 300.0) ** 2 + ((out - 330.0) / 250.0) ** 2) ** 1.3))
    amount = where * (0.55 + 0.24 * lumps + 0.14 * np.abs(strands))
    ligaments = np.clip(0.9 - np.abs(lumps - 0.4) * 9.0, 0.0, 1.0)
    amount += 0.09 * ligaments * soft_step(depth - 40.0, 60.0)
    return cast("Grid", np.clip(amount, 0.0, 1.2) * soft_step(depth - 25.0, 60.0))


def _add(values: Grid, finding: BreastFinding, rng: np.random.Generator) -> None:
    """Add the mass with its spicules, and the calcifications, to `values`."""
    row, column = round(finding.down * BREAST_ROWS), round(finding.out * BREAST_COLUMNS)
    reach = round(4.0 * max(finding.mass_px, 25.0))
    top, left = max(0, row - reach), max(0, column - reach)
    near = values[top : row + reach, left : column + reach]
    down, across = np.ogrid[0 : near.shape[0] : 1.0, 0 : near.shape[1] : 1.0]
    down, across = down - (row - top), across - (column - left)
    if finding.mass_px:
        distance, angle = np.hypot(down, across), np.arctan2(down, across)
        lobes = 1.0 + 0.13 * np.sin(3 * angle + 0.7) + 0.09 * np.sin(5 * angle)
        near += 560.0 * soft_step(finding.mass_px * lobes - distance, 0.5 * finding.mass_px)
        for turn in rng.uniform(-math.pi, math.pi, 17):
            off = np.abs(np.sin(angle - turn)) * distance
            ray = np.exp(-((off / 3.0) ** 2)) * (np.cos(angle - turn) > 0)
            near += 210.0 * ray * np.exp(-((distance / (1.9 * finding.mass_px)) ** 2))
    for _ in range(finding.specks):
        y, x = rng.normal(0.0, 22.0, size=2)
        size = rng.uniform(1.3, 2.6)
        near += rng.uniform(700.0, 1300.0) * np.exp(-((down - y) ** 2 + (across - x) ** 2) / size**2)
