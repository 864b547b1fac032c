"""Frames of a volume and the volume of frames: the same slices, in memory once. numpy only."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from threading import Lock
from typing import overload

import numpy as np
from numpy.typing import NDArray

from realfm_gui.domain.image_stack import Stack
from realfm_gui.domain.images import Frame
from realfm_gui.domain.patient_geometry import Plane
from realfm_gui.imaging.errors import UnreadableImage
from realfm_gui.imaging.stacked_headers import check_planes, no_volume, own_windows
from realfm_gui.imaging.stacking import display_order, stack_warnings
from realfm_gui.imaging.volume import Volume, with_window

LOADING_TAG = "loading"
"""Key of `Frame.tags` that only a frame has whose pixels are not there yet."""

KEPT_FRAMES = 8
"""Slices that stay in memory as frames beside the volume: 0.5 MB each for 512 x 512."""

_LOWEST, _HIGHEST = -(1 << 15), (1 << 15) - 1


class VolumeFrames(Sequence[Frame]):
    """The slices of a volume as frames, made when they are asked for; any thread may ask.

    Parameters
    ----------
    volume : Volume
        It may still be loading.
    is_loaded : ndarray of bool, shape (slices,), optional
        Which slices are there; the array goes on changing while it loads. All are there without it. A frame
        whose slice is not there has the tag `LOADING_TAG` and nothing in it to look at.
    """

    def __init__(self, volume: Volume, is_loaded: NDArray[np.bool_] | None = None) -> None:
        self.volume = volume
        self._is_loaded = np.ones(len(volume.voxels), np.bool_) if is_loaded is None else is_loaded
        self._kept: OrderedDict[int, Frame] = OrderedDict()
        self._lock = Lock()
        x, y, z = (float(number) for number in volume.positions_mm[0])
        shape = (volume.voxels.shape[1], volume.voxels.shape[2])
        self._first = Plane.placed((x, y, z), volume.orientation, volume.spacing_mm, shape)

    def __len__(self) -> int:
        return len(self.volume.voxels)

    @overload
    def __getitem__(self, index: int) -> Frame: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Frame]: ...
    def __getitem__(self, index: int | slice) -> Frame | Sequence[Frame]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        index = range(len(self))[index]
        if not self._is_loaded[index]:
            return _not_yet(self.volume, index)
        with self._lock:
            if index not in self._kept:
                self._kept[index] = self.volume.frame(index)
                if len(self._kept) > KEPT_FRAMES:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(index)
            return self._kept[index]

    def __iter__(self) -> Iterator[Frame]:
        return (self[index] for index in range(len(self)))

    @property
    def loaded_count(self) -> int:
        """How many slices are there."""
        return int(np.count_nonzero(self._is_loaded))

    def is_loaded(self, index: int) -> bool:
        """Whether a slice is there."""
        return bool(self._is_loaded[index])

    def complete(self, volume: Volume) -> None:
        """Take over the volume as it is when all of it is there: the same voxels, perhaps other windows."""
        with self._lock:
            self.volume = volume
            self._kept.clear()

    @property
    def nbytes(self) -> int:
        """Memory in bytes: that of the volume."""
        return self.volume.nbytes

    def stack_at(self, first: int, count: int) -> Stack:
        """Return where `count` slices from `first` on lie, without making them."""
        origins = self.volume.positions_mm[first : first + count]
        start = self._first.moved(origins[0] - self.volume.positions_mm[0])
        return Stack(first=start, origins_mm=origins)


def _not_yet(volume: Volume, index: int) -> Frame:
    """Return a frame in the place of a slice that is not there yet: all of it is padding."""
    empty = np.zeros((1, 1), np.uint16)
    x, y, z = (float(number) for number in volume.positions_mm[index])
    return Frame(
        pixels=np.broadcast_to(empty, volume.voxels.shape[1:]),
        windows=volume.windows_of(index),
        units=volume.units,
        modality=volume.modality,
        shows_low_as_white=volume.shows_low_as_white,
        is_lossy=volume.is_lossy,
        spacing_mm=volume.spacing_mm,
        spacing_kind="patient",
        aspect=volume.spacing_mm[0] / volume.spacing_mm[1],
        padding=(0, 0),
        position_mm=(x, y, z),
        orientation=volume.orientation,
        tags={**volume.tags_of(index), LOADING_TAG: "yes"},
    )


def volume_of_frames(frames: Sequence[Frame]) -> Volume:
    """Return decoded slices as one volume, for cutting it.

    Parameters
    ----------
    frames : sequence of Frame
        Grey planes of one series, in any order; those of a volume give that volume.

    Returns
    -------
    Volume
        Its slices, in the order of display, have exactly the values and tags of the frames. Takes the memory
        of one copy; not for the thread of the window: 0.1 s for 500 slices.

    Raises
    ------
    UnreadableImage
        With the reason in one line, if the frames are no volume: a single one, colour, sizes, orientations
        or spacings that differ, no place in the patient, values that are no line of the stored ones.
    """
    if isinstance(frames, VolumeFrames) and frames.loaded_count == len(frames) > 1:
        return frames.volume
    if len(frames) < 2:
        raise UnreadableImage("A single image is no volume.")
    frames = list(frames)
    for frame in frames:
        misfit = _misfit(frame, frames[0])
        if misfit:
            raise no_volume(misfit)
    check_planes(frames)
    orientation = frames[0].orientation or ()
    order = display_order(orientation, np.array([frame.position_mm for frame in frames], float))
    frames = [frames[i] for i in order]
    first = frames[0]
    assert first.spacing_mm is not None  # checked
    bias = _bias(frames)
    slopes = np.array([frame.slope for frame in frames], np.float64)
    positions = np.array([frame.position_mm for frame in frames], np.float64)
    shared = set.intersection(*(set(frame.tags.items()) for frame in frames))
    volume = Volume(
        voxels=_voxels(frames, bias),
        slopes=slopes,
        intercepts=np.array([frame.intercept for frame in frames], np.float64) + bias * slopes,
        positions_mm=positions,
        orientation=orientation,
        spacing_mm=first.spacing_mm,
        windows=first.windows,
        units=first.units,
        modality=first.modality,
        shows_low_as_white=first.shows_low_as_white,
        is_lossy=any(frame.is_lossy for frame in frames),
        padding=_padding(first, bias),
        frame_of_reference_uid=first.tags.get("FrameOfReferenceUID", ""),
        series_uid=first.tags.get("SeriesInstanceUID", ""),
        warnings=tuple(stack_warnings(orientation, positions)),
        tags=dict(shared),
        slice_tags=tuple(dict(set(frame.tags.items()) - shared) for frame in frames),
        slice_windows=own_windows([frame.windows for frame in frames]),
    )
    return with_window(volume)


def _misfit(frame: Frame, first: Frame) -> str:
    if LOADING_TAG in frame.tags:
        return "are still loading"
    if frame.is_colour:
        return "are in colour"
    if frame.spacing_mm is None or frame.spacing_kind != "patient":
        return "have no pixel spacing in the patient"
    if frame.modality_table is not None:
        return "have values by a table"
    if frame.shutter is not None:
        return "are hidden in part"
    stored, as_first = (
        (each.stored_offset, each.shows_low_as_white, each.padding) for each in (frame, first)
    )
    return "" if stored == as_first else "are stored in different ways"


def _voxels(frames: Sequence[Frame], bias: int) -> NDArray[np.int16]:
    first = frames[0]
    voxels = np.empty((len(frames), first.rows, first.columns), np.int16)
    taken_off = np.uint16((first.stored_offset + bias) % (1 << 16))
    for place, frame in enumerate(frames):
        # Modulo 65536; by the choice of the bias the result fits.
        np.subtract(frame.pixels, taken_off, out=voxels[place].view(np.uint16))
    return voxels


def _bias(frames: Sequence[Frame]) -> int:
    """Return what to take off stored values so that they fit into int16."""
    offset = frames[0].stored_offset
    lowest = min(int(frame.pixels.min()) for frame in frames) - offset
    highest = max(int(frame.pixels.max()) for frame in frames) - offset
    return 0 if lowest >= _LOWEST and highest <= _HIGHEST else -_LOWEST - offset


def _padding(frame: Frame, bias: int) -> tuple[int, int] | None:
    if frame.padding is None:
        return None
    first, last = (end - frame.stored_offset - bias for end in frame.padding)
    return first, last
