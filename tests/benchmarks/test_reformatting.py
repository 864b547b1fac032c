"""Cuts and slabs through a 512 x 512 x 300 volume at the resolution of a view, beside SciPy.

One core each. The peer is `scipy.ndimage.map_coordinates`, linear, on the same voxels and the same places;
its coordinates are made outside the clock. Each round times every side once, in turn.
"""

import statistics
import time
from collections.abc import Callable

import numpy as np
import pytest

from realfm_gui.domain.patient_geometry import MainPlane
from realfm_gui.imaging.crosshair import centred, cut_plane
from realfm_gui.imaging.planes import reformat, reformattable, view_plane
from realfm_gui.imaging.slab import Projection, slab
from realfm_gui.imaging.view_transform import fit
from realfm_gui.imaging.volume import Volume

pytestmark = pytest.mark.benchmark

SLICES, SIZE, VIEW = 300, 512, 800
ROUNDS = 9


def volume() -> Volume:
    rng = np.random.default_rng(0)
    one = rng.normal(0, 40, (SIZE, SIZE))
    y, x = np.ogrid[:SIZE, :SIZE]
    body = ((y / SIZE - 0.5) ** 2 + (x / SIZE - 0.5) ** 2 < 0.16) * 1000.0 - 1000.0
    voxels = np.stack([(body + np.roll(one, 7 * k, axis=1)).astype(np.int16) for k in range(SLICES)])
    return Volume(
        voxels=voxels,
        slopes=np.ones(SLICES),
        intercepts=np.zeros(SLICES),
        positions_mm=np.column_stack([np.full((SLICES, 2), -200.0), np.arange(SLICES)]),
        orientation=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0),
        spacing_mm=(0.78, 0.78),
    )


def in_turn(sides: dict[str, Callable[[], object]]) -> dict[str, list[float]]:
    """Return the times of every side in ms, one per round; the first round is for warming up."""
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(ROUNDS + 1):
        for name, side in sides.items():
            start = time.perf_counter()
            side()
            if number:
                taken[name].append(1000 * (time.perf_counter() - start))
    return taken


def told(title: str, taken: dict[str, list[float]]) -> str:
    peer = statistics.median(taken["scipy"])
    lines = [
        f"  {name}: median {statistics.median(times):.1f} ms, p95 {np.percentile(times, 95):.1f} ms, "
        f"{statistics.median(times) / peer:.2f} of scipy"
        for name, times in taken.items()
    ]
    return "\n".join([f"\n{title}", *lines])


@pytest.mark.parametrize("kind", [*MainPlane, "oblique"])
def test_cuts_at_view_resolution(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    from scipy.ndimage import map_coordinates

    source = reformattable(volume())
    cross = centred(source)
    if kind == "oblique":
        cross = cross.turned(MainPlane.AXIAL, 27).turned(MainPlane.SAGITTAL, 18)
    plane = cut_plane(source, cross, MainPlane.CORONAL if kind == "oblique" else MainPlane(kind))
    view = view_plane(plane, fit(*plane.shape, 1.0, VIEW, VIEW), VIEW, VIEW)
    rows, columns = np.mgrid[:VIEW, :VIEW]
    places = view.position_mm(rows, columns).reshape(-1, 3)
    voxels = (source.per_mm(places.T) + source.to_voxels[:3, 3:]).reshape(3, VIEW, VIEW)
    by_scipy = map_coordinates(source.volume.voxels, voxels, np.float32, order=1, mode="nearest")
    mine = reformat(source, view)
    # The same pixels, before the same clock: whatever is shown, to one half and what float32 rounds.
    is_shown = np.ones((VIEW, VIEW), bool) if mine.shutter is None else ~mine.shutter
    assert np.abs(mine.values() - by_scipy)[is_shown].max() < 1.0
    taken = in_turn(
        {
            "this, smooth": lambda: reformat(source, view),
            "this, nearest": lambda: reformat(source, view, smooth=False),
            "scipy": lambda: map_coordinates(
                source.volume.voxels, voxels, np.float32, order=1, mode="nearest"
            ),
        }
    )
    with capsys.disabled():
        print(told(f"{kind} cut of {SIZE} x {SIZE} x {SLICES} in a view of {VIEW} x {VIEW}", taken))


def test_slabs_at_view_resolution(capsys: pytest.CaptureFixture[str]) -> None:
    source = reformattable(volume())
    straight, turned = centred(source), centred(source).turned(MainPlane.AXIAL, 27)
    lines = [f"\n10 mm slabs in a view of {VIEW} x {VIEW}"]
    for name, cross, cut, smooth in (
        ("axial", straight, MainPlane.AXIAL, True),
        ("coronal", straight, MainPlane.CORONAL, True),
        ("sagittal", straight, MainPlane.SAGITTAL, True),
        ("oblique", turned, MainPlane.CORONAL, True),
        ("oblique, nearest (while dragging)", turned, MainPlane.CORONAL, False),
    ):
        plane = cut_plane(source, cross, cut)
        view = view_plane(plane, fit(*plane.shape, 1.0, VIEW, VIEW), VIEW, VIEW)
        times = []
        for _ in range(4):
            start = time.perf_counter()
            slab(source, view, 10.0, Projection.MAXIMUM, smooth=smooth)
            times.append(1000 * (time.perf_counter() - start))
        lines.append(f"  {name}: median {statistics.median(times[1:]):.0f} ms")
    with capsys.disabled():
        print("\n".join(lines))
