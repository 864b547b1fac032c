"""The anatomy of a made-up chest: which tissue is where, and how dense it is.

Places are in millimetres as DICOM has them: x to the patient's left, y to the back, z to the head. The body
is a handful of formulas; nothing in it was measured on a person.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from realfm_gui.imaging.phantom_shapes import Grid, soft_step

Place = tuple[float, float, float]

AIR, LUNG, FAT, MUSCLE, BLOOD, LIVER, SPONGY_BONE, HARD_BONE = -1000, -870, -100, 50, 165, 75, 210, 650
"""Hounsfield units; the blood holds contrast agent."""

RIBS = 11
RIB_RADIUS_MM = 5.0
RIB_WALL_MM = 1.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesion:
    """A round opacity in the lung: `added` Hounsfield units at its centre.

    With `is_solid` its edge is sharp and spiculated, as a nodule's; otherwise it fades like a consolidation.
    """

    center_mm: Place
    radius_mm: float
    added: float = 880.0
    is_solid: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Thorax:
    """A chest with what is wrong with it; the seed decides the course of its vessels."""

    seed: int
    lesion: Lesion | None = None
    vessels: tuple[tuple[Place, Place, float], ...] = field(default=(), init=False)
    """Straight pieces of the lung's vessels: from, to, radius in mm."""

    def __post_init__(self) -> None:
        rng = np.random.default_rng(self.seed)
        pieces = [piece for hilum in ((-38.0, 18.0, -8.0), (40.0, 20.0, 0.0)) for piece in _tree(rng, hilum)]
        object.__setattr__(self, "vessels", tuple(pieces))

    def slice_at(self, x: NDArray[np.floating[Any]], y: NDArray[np.floating[Any]], z: float) -> Grid:
        """Return Hounsfield units of a slice without ribs and vessels, float32 of shape (len(y), len(x))."""
        across, down = x[None, :].astype(np.float32), y[:, None].astype(np.float32)
        cage = _inside_cage(across, down, z)
        body = _body(across, down, z)
        inside = soft_step(body - 2.0, 2.0)
        values = AIR + (20 - AIR) * soft_step(body, 2.0)
        values += (FAT - values) * inside
        values += (MUSCLE - FAT) * soft_step(cage + 17.0, 3.0) * inside
        lung = _lung(across, down, z, cage)
        dependent = 55.0 * (down / 90.0)
        values += (LUNG + dependent - MUSCLE) * lung
        below = soft_step(cage, 2.0) * soft_step(_diaphragm(across, down) - z, 2.0)
        values += (LIVER - MUSCLE) * below * soft_step(30.0 - across, 20.0)
        for depth, target in _organs(across, down, z):
            share = soft_step(depth, 1.6)
            values += (target - values) * share
        if self.lesion is not None:
            values += self.lesion.added * lung * _lesion(self.lesion, across, down, z)
        return values


def ribs() -> Iterator[NDArray[np.float64]]:
    """Yield the axis of every rib, float64 of shape (places, 3), from the spine to the front."""
    for number in range(RIBS):
        height = 128.0 - 25.0 * number
        turn = np.linspace(0.12, 2.35 if number < 9 else 1.9, 60)
        for side in (-1.0, 1.0):
            z = height - (30.0 + 3.2 * number) * (1.0 - np.cos(turn)) / 2.0 * 1.15
            half_width, half_depth, middle = _cage(z)
            x = side * (half_width + 1.0) * np.sin(turn)
            y = middle + (half_depth + 1.0) * np.cos(turn)
            yield np.stack([x, y, z], axis=1)


def _tree(rng: np.random.Generator, hilum: Place) -> Iterator[tuple[Place, Place, float]]:
    """Yield the pieces of one lung's vessels, from the hilum to the edge."""
    side = math.copysign(1.0, hilum[0])
    growing = []
    for _ in range(8):
        way = np.array([side * rng.uniform(0.35, 1.0), rng.uniform(-0.9, 0.9), rng.uniform(-1.1, 1.1)])
        growing.append((np.array(hilum), way / np.linalg.norm(way), 3.6, 0))
    while growing:
        start, way, radius, order = growing.pop()
        end = start + way * rng.uniform(15.0, 24.0)
        yield cast("Place", tuple(start)), cast("Place", tuple(end)), radius
        if order == 4:
            continue
        for _ in range(3 if order < 2 else 2):
            turned = way + rng.normal(0.0, 0.45, size=3)
            growing.append((end, turned / np.linalg.norm(turned), radius * rng.uniform(0.62, 0.8), order + 1))


def _cage(z: "float | NDArray[np.float64]") -> "tuple[NDArray[np.float64], ...]":
    """Return the chest's inside at a height: half its width, half its depth, and where its middle is in y."""
    up = np.clip((np.asarray(z, dtype=np.float64) + 60.0) / 222.0, -0.6, 0.995)
    narrowing = np.sqrt(1.0 - np.clip(up, 0.0, None) ** 2.6)
    return (
        135.0 * narrowing - 6.0 * np.clip(-up, 0.0, None),
        92.0 * (0.25 + 0.75 * narrowing),
        26.0 * np.clip(up, 0, None) ** 2,
    )


def _inside_cage(x: Grid, y: Grid, z: float) -> Grid:
    """Return about how deep, in mm, places lie inside the rib cage."""
    half_width, half_depth, middle = (float(v) for v in _cage(z))
    ratio = (np.abs(x / half_width) ** 2.4 + np.abs((y - middle) / half_depth) ** 2.4) ** (1 / 2.4)
    return cast("Grid", (1.0 - ratio) * min(half_width, half_depth))


def _body(x: Grid, y: Grid, z: float) -> Grid:
    """Return about how deep, in mm, places lie under the skin: the trunk, higher up shoulders and neck."""
    shoulder = 1.0 / (1.0 + math.exp(-(z - 95.0) / 14.0))
    half_width, half_depth, middle = 168.0 + 22.0 * shoulder, 118.0 - 30.0 * shoulder, 6.0 + 14.0 * shoulder
    ratio = (np.abs(x / half_width) ** 2.6 + np.abs((y - middle) / half_depth) ** 2.6) ** (1 / 2.6)
    trunk = (1.0 - ratio) * half_depth
    # The shoulders slope from the neck outwards.
    under = 128.0 + 40.0 * np.exp(-((x / 75.0) ** 2)) - 0.004 * (y - 20.0) ** 2 - z
    neck = 58.0 - np.sqrt(x**2 + (y - 20.0) ** 2)
    return cast("Grid", np.maximum(np.minimum(trunk, under), neck if z > 100 else -1e3))


def _diaphragm(x: Grid, y: Grid) -> Grid:
    """Return how high the diaphragm reaches, in mm; the right half is the higher one."""
    right = -62.0 - 0.0085 * (x + 72.0) ** 2
    left = -76.0 - 0.0085 * (x - 76.0) ** 2
    return cast("Grid", np.maximum(right, left) - 0.0055 * (y + 20.0) ** 2)


def _lung(x: Grid, y: Grid, z: float, cage: Grid) -> Grid:
    """Return the share of lung, 0 to 1."""
    middle = 23.0 + 11.0 * math.exp(-(((z - 5.0) / 38.0) ** 2))
    beside = np.abs(x - 2.0) - middle * (0.3 + 0.7 * soft_step(52.0 - np.abs(y - 12.0), 50.0))
    heart = np.sqrt(((x - 22.0 - 0.12 * (z + 60)) / 62.0) ** 2 + ((y + 26.0) / 54.0) ** 2
                    + ((z + 52.0) / 62.0) ** 2) - 1.0  # fmt: skip
    spine = np.sqrt((x / 27.0) ** 2 + ((y - 78.0) / 30.0) ** 2) - 1.0
    depths = (cage - 7.0, beside, 55.0 * heart, 27.0 * spine, z - _diaphragm(x, y))
    return soft_step(np.minimum.reduce([np.broadcast_to(d, cage.shape) for d in depths]), 2.0)


def _organs(x: Grid, y: Grid, z: float) -> Iterator[tuple[Grid, float]]:
    """Yield depth in mm and Hounsfield units of what lies in front of everything drawn before."""
    yield from _heart_and_vessels(x, y, z)
    yield from _airways(x, y, z)
    yield from _bones(x, y, z)


def _oval(x: Grid, y: Grid, middle: tuple[float, float], radii: tuple[float, float]) -> Grid:
    """Return about how deep places lie inside an ellipse, in mm."""
    ratio = np.sqrt(((x - middle[0]) / radii[0]) ** 2 + ((y - middle[1]) / radii[1]) ** 2)
    return cast("Grid", (1.0 - ratio) * min(radii))


def _heart_and_vessels(x: Grid, y: Grid, z: float) -> Iterator[tuple[Grid, float]]:
    def oval(cx: float, cy: float, rx: float, ry: float) -> Grid:
        return _oval(x, y, (cx, cy), (rx, ry))

    reach = 1.0 - ((z + 52.0) / 56.0) ** 2
    if reach > 0:
        scale = math.sqrt(reach)
        yield oval(24 + 0.12 * (z + 60), -26, 56 * scale, 46 * scale), MUSCLE + 40
        yield oval(38, -16, 30 * scale, 26 * scale), BLOOD
        yield oval(-6, -30, 24 * scale, 26 * scale), BLOOD - 20
    if z < 45:
        yield oval(22, 50, 12, 12), BLOOD
    if -5 < z < 62:
        yield oval(-14, -16, 15, 15), BLOOD
    if 38 < z < 62:
        yield np.minimum(oval(6, 18, 32, 46), 12 - np.abs(y - 18 - 1.5 * (x - 6)) / 1.8), BLOOD
    if 15 < z < 40:
        yield oval(14, 2, 22, 12), BLOOD
    if z > 0:
        yield oval(-18, -2, 9, 9), BLOOD


def _airways(x: Grid, y: Grid, z: float) -> Iterator[tuple[Grid, float]]:
    def oval(cx: float, cy: float, rx: float, ry: float) -> Grid:
        return _oval(x, y, (cx, cy), (rx, ry))

    if z > 28:
        yield oval(1, 24, 10.5, 10.0), MUSCLE
        yield oval(1, 24, 8.5, 8.0), AIR
    elif z > -22:
        spread = (28 - z) * 0.62
        for side in (-1, 1):
            yield oval(1 + side * spread, 26, 8.0, 7.0), MUSCLE
            yield oval(1 + side * spread, 26, 6.0, 5.2), AIR


def _bones(x: Grid, y: Grid, z: float) -> Iterator[tuple[Grid, float]]:
    def oval(cx: float, cy: float, rx: float, ry: float) -> Grid:
        return _oval(x, y, (cx, cy), (rx, ry))

    disc = 12.0 < (z + 400.0) % 25.0 < 17.0  # between two vertebrae
    back = -0.45 * min(max(z - 95.0, 0.0), 45.0)  # the spine bends forward into the neck
    yield oval(0, 66 + back, 19, 16), (MUSCLE + 30 if disc else HARD_BONE - 150)
    yield oval(0, 66 + back, 17, 14), (MUSCLE + 30 if disc else SPONGY_BONE - 30)
    yield oval(0, 91 + 1.6 * back, 15, 12), HARD_BONE - 250
    yield oval(0, 90 + 1.6 * back, 10, 8.5), 25
    if not disc and z < 120:
        yield oval(0, 108 + back, 3.5, 10), SPONGY_BONE + 130
        for side in (-1, 1):
            yield oval(side * 24, 92 + back, 13, 4.5), SPONGY_BONE + 130
    half_depth, middle = (float(v) for v in _cage(z)[1:])
    if -70 < z < 92:
        yield oval(0, middle - half_depth - 3, 17, 5.5), SPONGY_BONE + 90
    if 40 < z < 128:
        for side in (-1, 1):
            yield oval(side * (128 + 0.1 * (z - 80)), 74 - 0.25 * (z - 40), 34, 3.5), SPONGY_BONE + 160
    if 105 < z < 122:
        for side in (-1, 1):
            yield oval(side * (62 + 4.5 * (z - 105)), -34 + 1.2 * (z - 105), 20, 6), SPONGY_BONE + 190


def _lesion(lesion: Lesion, x: Grid, y: Grid, z: float) -> Grid:
    dx, dy, dz = x - lesion.center_mm[0], y - lesion.center_mm[1], z - lesion.center_mm[2]
    distance = np.sqrt(dx**2 + dy**2 + dz**2)
    if not lesion.is_solid:
        return cast("Grid", np.exp(-((distance / lesion.radius_mm) ** 2)))
    rays = np.arctan2(dy, dx)
    lobes = 1.0 + 0.10 * np.sin(3 * rays + 1.0) + 0.07 * np.sin(7 * rays)
    spikes = 0.55 * np.exp(-(((distance / lesion.radius_mm - 1.2) / 0.6) ** 2)) * (np.cos(11 * rays) > 0.72)
    return np.maximum(soft_step(lesion.radius_mm * lobes - distance, 1.6), cast("Grid", spikes))
