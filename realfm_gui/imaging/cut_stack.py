"""A volume cut again and again along one direction: a stack that is made while it is looked at. numpy only.

Every cut is a `Frame` with a place in the patient, so that scrolling, windows, letters, the scale bar, linked
scroll, reference lines and measurements work on it as on the slices of a scanner.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from threading import Lock
from typing import Any, Self, overload

import numpy as np
from numpy.typing import ArrayLike

from realfm_gui.domain.image_stack import Stack
from realfm_gui.domain.images import Frame
from realfm_gui.domain.patient_geometry import MainPlane, Plane, Vector, vector
from realfm_gui.imaging.crosshair import Crosshair, cut_plane, scroll_step_mm
from realfm_gui.imaging.planes import Reformattable
from realfm_gui.imaging.slab import Projection, slab

CUT_TAG = "cut"
"""Key of `Frame.tags` under which a reformation says what it is."""

KEPT_CUTS = 16
"""Cuts that stay in memory: 0.5 MB each for 512 x 512."""

MOST_CUTS = 10_000
"""More of them are no stack to look through but a mistake in a step."""

_VERSION = 1
_STRAIGHT = 1e-6
_NAMES = {Projection.MAXIMUM: "MIP", Projection.MINIMUM: "MinIP", Projection.MEAN: "mean"}


class CutStack(Sequence[Frame]):
    """All cuts through a volume in one direction: axial ones from the head down, others away from the looker.

    The first and the last cut are the outermost ones through the volume, whose rectangle and places depend on
    the volume and the directions only: moving the cross does not change the stack. Cuts are made on demand
    and the latest kept. Any thread may ask for one.

    Parameters
    ----------
    source : Reformattable
        The volume; all its slices are there.
    crosshair : Crosshair
        How the cuts are turned. Its place says only where to begin (`index_of`).
    cut : MainPlane
        Which of the cross' three cuts.
    slab_mm : float
        Thickness of each cut, 0 for a plane.
    projection : Projection, optional
        What a slab shows; mean where it is not said.
    step_mm : float, optional
        From one cut to the next; by default from one layer of voxels to the next.
    spacing_mm : float, optional
        Of the square pixels; by default the smallest distance of voxels.

    Raises
    ------
    ValueError
        If slab or step are no lengths, or the step makes more than `MOST_CUTS` cuts.
    """

    def __init__(
        self,
        source: Reformattable,
        crosshair: Crosshair,
        cut: MainPlane,
        *,
        slab_mm: float = 0.0,
        projection: Projection | None = None,
        step_mm: float | None = None,
        spacing_mm: float | None = None,
    ) -> None:
        self.source, self.crosshair, self.cut = source, crosshair, cut
        self.slab_mm = slab_mm
        self.projection = (projection or Projection.MEAN) if slab_mm else None
        self.step_mm = scroll_step_mm(source, crosshair, cut) if step_mm is None else step_mm
        if not (slab_mm >= 0 and np.isfinite(slab_mm)):
            raise ValueError(f"a slab cannot be {slab_mm} mm thick")
        if not (self.step_mm > 0 and np.isfinite(self.step_mm)):
            raise ValueError(f"cuts cannot be {self.step_mm} mm apart")
        normal = crosshair.normal(cut)
        depths = source.corners_mm() @ normal
        low, high = float(depths.min()), float(depths.max())
        self._count = max(1, int(np.ceil((high - low) / self.step_mm - _STRAIGHT)))
        if self._count > MOST_CUTS:
            raise ValueError(f"a step of {self.step_mm} mm makes {self._count} cuts")
        # Radiologists go through axial images from the head to the feet, and look at them from the feet.
        self._way_mm = -self.step_mm if cut is MainPlane.AXIAL else self.step_mm
        first = (low + high - (self._count - 1) * self._way_mm) / 2
        self._first = cut_plane(source, crosshair.moved(first * normal), cut, spacing_mm=spacing_mm)
        self._kept: OrderedDict[int, Frame] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Frame: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Frame]: ...
    def __getitem__(self, index: int | slice) -> Frame | Sequence[Frame]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(self._count))]
        index = range(self._count)[index]
        with self._lock:
            if index in self._kept:
                self._kept.move_to_end(index)
                return self._kept[index]
        # Outside the lock: a cut made ahead must not keep the window waiting.
        frame = self._cut(index, smooth=True)
        with self._lock:
            self._kept[index] = frame
            if len(self._kept) > KEPT_CUTS:
                self._kept.popitem(last=False)
        return frame

    def __iter__(self) -> Iterator[Frame]:
        return (self[index] for index in range(self._count))

    # What it is

    @property
    def title(self) -> str:
        """What kind of cut it is, as radiologists call it: "Coronal", "Oblique sagittal, MIP of 10 mm"."""
        right, down = (np.abs(direction) for direction in self.crosshair.directions(self.cut))
        is_straight = min(right.max(), down.max()) > 1.0 - _STRAIGHT
        name = str(self.cut).capitalize() if is_straight else f"Oblique {self.cut}"
        if self.projection is None:
            return name
        return f"{name}, {_NAMES[self.projection]} of {self.slab_mm:g} mm"

    def describe(self) -> dict[str, Any]:
        """Return what makes the same cuts of the same volume again, JSON-ready; see `from_description`."""
        return {
            "version": _VERSION,
            "cut": str(self.cut),
            "position_mm": list(self.crosshair.position_mm),
            "axes": [list(axis) for axis in self.crosshair.axes],
            "slab_mm": self.slab_mm,
            "projection": None if self.projection is None else str(self.projection),
            "step_mm": self.step_mm,
            "spacing_mm": self._first.spacing_mm[0],
        }

    @classmethod
    def from_description(cls, source: Reformattable, description: Mapping[str, Any]) -> Self:
        """Return the stack that `describe` wrote down: the same pixels, given the same volume.

        Raises
        ------
        ValueError
            If that is not what it wrote, or a later version did.
        """
        if description.get("version") != _VERSION:
            raise ValueError(f"cuts of version {description.get('version')} are not known here")
        try:
            first, second, third = (vector(axis) for axis in description["axes"])
            position = vector(description["position_mm"])
            projection = description["projection"]
            return cls(
                source,
                Crosshair(position_mm=position, axes=(first, second, third)),
                MainPlane(description["cut"]),
                slab_mm=float(description["slab_mm"]),
                projection=None if projection is None else Projection(projection),
                step_mm=float(description["step_mm"]),
                spacing_mm=float(description["spacing_mm"]),
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"the description of the cuts is damaged: {error}") from error

    # Where it is

    def plane(self, index: int) -> Plane:
        """Return where a cut lies in the patient."""
        return self._first.moved(range(self._count)[index] * self._way_mm * self._first.normal)

    @property
    def stack(self) -> Stack:
        """The places of all cuts, for linked scroll and reference lines."""
        return self.stack_at(0, self._count)

    def stack_at(self, first: int, count: int) -> Stack:
        """Return the places of `count` cuts from `first` on, without making them."""
        places = np.arange(self._count)[first : first + count, None]
        return Stack(
            first=self.plane(first),
            origins_mm=np.array(self._first.origin_mm) + places * (self._way_mm * self._first.normal),
            thickness_mm=self.slab_mm or self.step_mm,
        )

    def index_of(self, position_mm: ArrayLike) -> int:
        """Return the cut nearest to a place in the patient, shape (3,); beyond the ends the outermost one."""
        depth = float(self._first.pixel_of(position_mm)[2])
        return int(np.clip(np.floor(depth / self._way_mm + 0.5), 0, self._count - 1))

    def depth_mm(self, index: int) -> float:
        """Return how far a cut lies from the first one."""
        return range(self._count)[index] * self.step_mm

    def position_on(self, index: int, position_mm: ArrayLike) -> Vector:
        """Return a place in the patient moved straight onto a cut: where the cross goes when it is shown."""
        position = np.asarray(position_mm, np.float64)
        beside = float(self._first.pixel_of(position)[2]) - range(self._count)[index] * self._way_mm
        return vector(position - beside * self._first.normal)

    # Ahead and in between

    def is_ready(self, index: int) -> bool:
        """Whether a cut is in memory: `self[index]` costs nothing."""
        with self._lock:
            return range(self._count)[index] in self._kept

    def prepare(self, index: int) -> None:
        """Make a cut ahead, in a thread beside the window's; nothing happens beyond the ends."""
        if 0 <= index < self._count:
            self[index]

    def draft(self, index: int) -> Frame:
        """Return a cut quickly made, to be shown while the cross is turned: nearest voxels, not kept.

        It has the size and the place of the final one. A cut that is in memory is returned itself.
        """
        index = range(self._count)[index]
        with self._lock:
            if index in self._kept:
                return self._kept[index]
        return self._cut(index, smooth=False)

    def _cut(self, index: int, *, smooth: bool) -> Frame:
        projection = self.projection or Projection.MEAN
        frame = slab(self.source, self.plane(index), self.slab_mm, projection, smooth=smooth)
        return replace(frame, tags={**frame.tags, CUT_TAG: self.title})
