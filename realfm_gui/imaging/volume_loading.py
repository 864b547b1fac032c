"""From the files of a series to one volume: the first slice at once, the rest into its place.

First the first file is read whole, to have something to paint; then all headers, which say where every slice
belongs; then the pixels, each straight into its place in the one array. Raw pixels are read by the kernel
into the array (`readinto`), compressed ones decoded in child processes that share it. Nothing is copied, so
that the memory is that of the voxels.
"""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from realfm_gui.domain.images import Frame
from realfm_gui.imaging.errors import UnreadableImage
from realfm_gui.imaging.shared_array import new_shared_array
from realfm_gui.imaging.slice_header import SliceHeader, read_slice_header
from realfm_gui.imaging.stacked_headers import check_volume, in_order, volume_of
from realfm_gui.imaging.volume import Volume, with_window

if TYPE_CHECKING:
    from realfm_gui.imaging.decoding_service import DecodingService

_SLICES_PER_TASK = 8
"""Decoded by a child in one go: enough to hide the way there and back, few enough to keep both busy."""
_BIAS = 1 << 15


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LoadingStep:
    """How far a volume is.

    `preview` is the first file's slice, sorted or not, in the first step only; `volume` is None there.
    `is_loaded`, boolean of shape (slices,), says which slices of `volume.voxels` hold their pixels already;
    it is one array that goes on changing.
    """

    preview: Frame | None = None
    volume: Volume | None = None
    is_loaded: NDArray[np.bool_]

    @property
    def is_complete(self) -> bool:
        """Whether every slice is there."""
        return self.volume is not None and bool(self.is_loaded.all())


def load_volume(
    paths: Sequence[Path],
    *,
    decoding: "DecodingService | None" = None,
    on_step: Callable[[LoadingStep], None] | None = None,
) -> Volume:
    """Load a series of single-frame files as one volume; see `loading_volume`.

    Parameters
    ----------
    paths : sequence of Path
        In any order.
    decoding : DecodingService, optional
        Whose child processes decode compressed pixels; without one they are decoded here.
    on_step : callable, optional
        Called after every step, in this thread.
    """
    step = None
    for step in loading_volume(paths, decoding=decoding):
        if on_step is not None:
            on_step(step)
    assert step is not None and step.volume is not None  # noqa: PT018 - the last step has the volume
    return step.volume


def loading_volume(
    paths: Sequence[Path], *, decoding: "DecodingService | None" = None
) -> Iterator[LoadingStep]:
    """Load a series of single-frame files as one volume, step by step.

    Yields
    ------
    LoadingStep
        The first with the first file's slice to paint; the second with the sorted volume, still empty; then
        one after every slice (or few slices) read. Leaving early stops the loading.

    Raises
    ------
    UnreadableImage
        If a file cannot be read, or the files are no volume: not grey planes of one size, orientation and
        spacing, each at a place of its own.
    """
    if not paths:
        raise UnreadableImage("A series without files is no volume.")
    first = header_of(paths[0])
    yield LoadingStep(preview=_preview(first, decoding), is_loaded=np.zeros(len(paths), np.bool_))
    headers = in_order([first, *(header_of(path) for path in paths[1:])])
    check_volume(headers)
    yield from loading_slices(headers, decoding=decoding)


def loading_slices(
    headers: Sequence[SliceHeader],
    *,
    decoding: "DecodingService | None" = None,
    tags: Mapping[str, str] | None = None,
) -> Generator[LoadingStep]:
    """Load the slices whose headers have been read, in order, and checked.

    Parameters
    ----------
    headers : sequence of SliceHeader
        From `in_order`; `check_volume` had nothing against them.
    decoding : DecodingService, optional
        Whose child processes decode compressed pixels; without one they are decoded here.
    tags : mapping, optional
        What all slices share (see `Volume`).

    Yields
    ------
    LoadingStep
        As in `loading_volume`, without the preview.
    """
    is_raw = all(header.pixel_offset is not None for header in headers)
    if not is_raw and decoding is not None:
        yield from _decoded_in_children(headers, tags or {}, decoding)
        return
    try:
        voxels = np.empty((len(headers), headers[0].rows, headers[0].columns), np.int16)
    except MemoryError as error:
        raise UnreadableImage("The series is too large for this computer's memory.") from error
    pixels = _read_raw(headers, voxels) if is_raw else _decode_here(headers, voxels)
    yield from _steps(headers, tags or {}, voxels, pixels)


def _steps(
    headers: Sequence[SliceHeader],
    tags: Mapping[str, str],
    voxels: NDArray[np.int16],
    loading: Iterator[Sequence[int]],
) -> Iterator[LoadingStep]:
    volume = replace(volume_of(headers, voxels), tags=dict(tags))
    is_loaded = np.zeros(len(headers), np.bool_)
    yield LoadingStep(volume=volume, is_loaded=is_loaded)
    for places in loading:
        is_loaded[list(places)] = True
        if is_loaded.all():
            volume = with_window(volume)
        yield LoadingStep(volume=volume, is_loaded=is_loaded)


def _decoded_in_children(
    headers: Sequence[SliceHeader], tags: Mapping[str, str], decoding: "DecodingService"
) -> Iterator[LoadingStep]:
    try:
        shared, voxels = new_shared_array((len(headers), headers[0].rows, headers[0].columns))
    except OSError as error:
        raise UnreadableImage("There is not enough shared memory for this series.") from error
    places = [
        range(at, min(at + _SLICES_PER_TASK, len(headers))) for at in range(0, len(headers), _SLICES_PER_TASK)
    ]
    futures = {decoding.decode_slices([headers[i].path for i in some], some, shared): some for some in places}

    def decoded() -> Iterator[Sequence[int]]:
        for future in as_completed(futures):
            future.result()
            yield futures[future]

    try:
        yield from _steps(headers, tags, voxels, decoded())
    finally:
        for future in futures:
            future.cancel()
        shared.forget_name()


def _read_raw(headers: Sequence[SliceHeader], voxels: NDArray[np.int16]) -> Iterator[Sequence[int]]:
    for place, header in enumerate(headers):
        _read_slice(header, voxels[place])
        yield (place,)


def _decode_here(headers: Sequence[SliceHeader], voxels: NDArray[np.int16]) -> Iterator[Sequence[int]]:
    from realfm_gui.imaging.slice_decoding import decode_slices

    for place, header in enumerate(headers):
        decode_slices([str(header.path)], [place], voxels)
        yield (place,)


def _read_slice(header: SliceHeader, plane: NDArray[np.int16]) -> None:
    """Read a raw slice's pixels into its place, shape (rows, columns), contiguous."""
    assert header.pixel_offset is not None  # the caller looked
    try:
        with header.path.open("rb", buffering=0) as file:
            file.seek(header.pixel_offset)
            target = plane.data.cast("B")
            got = file.readinto(target)
            while got is not None and 0 < got < len(target):
                more = file.readinto(target[got:])
                if not more:
                    break
                got += more
    except OSError as error:
        raise UnreadableImage(f"The file cannot be read ({error.strerror or 'input/output'}).") from error
    if got != plane.nbytes:
        raise UnreadableImage(f"The pixel data are cut short ({got} bytes).")
    _to_values(header, plane)


def _to_values(header: SliceHeader, plane: NDArray[np.int16]) -> None:
    """Turn cells into stored values in place: the bits of the value, their sign, 32768 less where needed."""
    if header.bits_stored < 16:
        # To the left end of the cell and back; the sign comes along where there is one.
        cells = plane if header.is_signed else plane.view(np.uint16)
        np.left_shift(cells, 15 - header.high_bit, out=cells)
        np.right_shift(cells, 16 - header.bits_stored, out=cells)
    elif not header.is_signed:
        unsigned = plane.view(np.uint16)
        np.bitwise_xor(unsigned, np.uint16(_BIAS), out=unsigned)


def header_of(path: Path) -> SliceHeader:
    """Return the header of a slice.

    Raises
    ------
    UnreadableImage
        If the file cannot be read, or is no single grey plane with a linear scale and nothing laid over it.
    """
    try:
        header = read_slice_header(path)
    except OSError as error:
        raise UnreadableImage(f"The file cannot be read ({error.strerror or 'input/output'}).") from error
    if header is not None:
        return header
    from realfm_gui.imaging.slice_dataset import slice_header_of

    return slice_header_of(path)


def _preview(header: SliceHeader, decoding: "DecodingService | None") -> Frame:
    if header.pixel_offset is None:
        if decoding is not None:
            return decoding.decode([header.path]).result()[0]
        from realfm_gui.imaging.decoding import decode_frames

        return decode_frames(header.path)[0]
    plane = np.empty((1, header.rows, header.columns), np.int16)
    _read_slice(header, plane[0])
    # One slice has a place even where a series of its kind would have none.
    placed = replace(
        header,
        position_mm=header.position_mm or (0.0, 0.0, 0.0),
        orientation=header.orientation or (1.0, 0.0, 0.0, 0.0, 1.0, 0.0),
        spacing_mm=header.spacing_mm or (1.0, 1.0),
    )
    volume = volume_of([placed], plane)
    frame = with_window(volume).frame(0)
    if header.spacing_mm is None:
        frame = replace(frame, spacing_mm=None, spacing_kind="none")
    return replace(frame, position_mm=header.position_mm, orientation=header.orientation)
