"""From one DICOM file to frames: the pixel chain up to the modality LUT."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import FileDataset

from realfm_gui.domain.images import Frame, Window
from realfm_gui.imaging.colour import palette_to_rgb, rgb_frames
from realfm_gui.imaging.dataset import functional_group, items, open_dataset, quiet, text, whole
from realfm_gui.imaging.errors import UnreadableImage
from realfm_gui.imaging.geometry import PlaneGeometry, geometry_of
from realfm_gui.imaging.grey import GreyIndices, Modality, index_grey, modality_of
from realfm_gui.imaging.pixel_decoding import decode_arrays, is_lossy
from realfm_gui.imaging.windows import derived_window, misses_above, window_of_voi_table, windows_of

__all__ = ["UnreadableImage", "decode_content", "decode_frames"]

_TAGS = (
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "SeriesNumber",
    "InstanceNumber",
    "BodyPartExamined",
    "Laterality",
    "ImageLaterality",
    "ViewPosition",
    "PatientOrientation",
    "SliceThickness",
    "BurnedInAnnotation",
)
_WINDOW_SAMPLE_FRAMES = 5
_WINDOW_SAMPLE_STEP = 3
_ENOUGH_PIXELS = 20_000
_MISSES = "The file's window lies below every pixel value; one was derived from the pixels."


def decode_frames(path: Path) -> tuple[Frame, ...]:
    """Decode a DICOM file.

    Parameters
    ----------
    path : Path
        A DICOM file, with or without its meta header. PNG and JPEG are wrapped at import, not read here.

    Returns
    -------
    tuple of Frame
        In the order of the file. `Frame.tags` holds a few harmless attributes and, under "note", what was
        decided where the file left it open.

    Raises
    ------
    UnreadableImage
        With a one-line reason, for everything that cannot be shown rightly.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableImage(f"The file cannot be read ({error.strerror or 'input/output'}).") from error
    return decode_content(content)


def decode_content(content: bytes) -> tuple[Frame, ...]:
    """Decode a DICOM file that is in memory; see `decode_frames`."""
    dataset = open_dataset(content)
    with quiet():
        try:
            return _frames(dataset)
        except UnreadableImage:
            raise
        except MemoryError as error:
            raise UnreadableImage("The image is too large for this computer's memory.") from error
        except (AttributeError, KeyError, IndexError, TypeError, ValueError, OverflowError) as error:
            # Header values of the wrong kind surface wherever they are first used.
            raise UnreadableImage("The header describes the pixels inconsistently.") from error


def _frames(dataset: FileDataset) -> tuple[Frame, ...]:
    arrays, photometric = decode_arrays(dataset)
    if whole(dataset, "SamplesPerPixel", 1) == 3:
        return _colour_frames(dataset, rgb_frames(dataset, arrays, photometric))
    if any(array.ndim != 2 for array in arrays):
        raise UnreadableImage("The pixels are neither grey nor three colours.")
    if photometric == "PALETTE COLOR":
        return _colour_frames(dataset, palette_to_rgb(dataset, arrays))
    if photometric not in ("MONOCHROME1", "MONOCHROME2"):
        raise UnreadableImage(f"The colour model {photometric or 'of this file'} is not supported.")
    return _grey_frames(dataset, index_grey(dataset, arrays), is_inverse=photometric == "MONOCHROME1")


def _colour_frames(dataset: FileDataset, arrays: Sequence[NDArray[np.uint8]]) -> tuple[Frame, ...]:
    lossy = is_lossy(dataset)
    return tuple(
        Frame(
            pixels=array,
            modality=text(dataset, "Modality"),
            is_lossy=lossy,
            tags=_tags(dataset, i, ()),
            **_placed(geometry_of(dataset, i)),
        )
        for i, array in enumerate(arrays)
    )


def _grey_frames(dataset: FileDataset, indices: GreyIndices, *, is_inverse: bool) -> tuple[Frame, ...]:
    lossy = is_lossy(dataset)
    count = len(indices.arrays)
    modalities = _shared([modality_of(dataset, i, indices) for i in range(count)])
    given = [windows_of(dataset, i, is_continuous=not indices.is_exact) for i in range(count)]
    inside = _sampled_values(indices, modalities)
    fallback, why = _fallback_window(dataset, modalities[0], inside)
    lowest = min((float(values.min()) for values in inside if values.size), default=0.0)
    frames = []
    for i, (array, modality) in enumerate(zip(indices.arrays, modalities, strict=True)):
        windows, note = given[i] or (fallback,), "" if given[i] else why
        if misses_above(given[i], lowest):
            windows, note = (derived_window(inside), *given[i]), _MISSES
        frames.append(
            Frame(
                pixels=array,
                stored_offset=indices.offset,
                slope=modality.slope,
                intercept=modality.intercept,
                modality_table=modality.table,
                windows=windows,
                units=modality.units,
                modality=text(dataset, "Modality"),
                shows_low_as_white=is_inverse,
                is_lossy=lossy,
                padding=indices.padding,
                tags=_tags(dataset, i, (indices.note, note)),
                **_placed(geometry_of(dataset, i)),
            )
        )
    return tuple(frames)


def _shared(modalities: list[Modality]) -> list[Modality]:
    # A table of 65,536 entries per frame would weigh as much as the pixels.
    first = modalities[0]
    return [first if modality.table is not None else modality for modality in modalities]


def _sampled_values(indices: GreyIndices, modalities: Sequence[Modality]) -> list[NDArray[np.float32]]:
    """Return modality values inside the image, of a few frames spread over the object."""
    count = len(modalities)
    result = []
    for i in range(0, count, -(-count // _WINDOW_SAMPLE_FRAMES)):
        pixels = indices.arrays[i][::_WINDOW_SAMPLE_STEP, ::_WINDOW_SAMPLE_STEP]
        frame = Frame(
            pixels=pixels if pixels.size >= _ENOUGH_PIXELS else indices.arrays[i],
            stored_offset=indices.offset,
            slope=modalities[i].slope,
            intercept=modalities[i].intercept,
            modality_table=modalities[i].table,
        )
        values = frame.values()
        if indices.padding is not None:
            first, last = indices.padding
            values = values[(frame.pixels < first) | (frame.pixels > last)]
        result.append(values)
    return result


def _fallback_window(
    dataset: FileDataset, modality: Modality, inside: Sequence[NDArray[np.float32]]
) -> tuple[Window, str]:
    window = window_of_voi_table(dataset)
    if window is not None:
        return window, "The VOI LUT is shown as a window over its input range."
    if _is_plain_8_bit(dataset, modality):
        return Window(center=128.0, width=256.0, name="full range"), "The file gives no window."
    return derived_window(inside), "The file gives no window; it was derived from the pixels."


def _is_plain_8_bit(dataset: FileDataset, modality: Modality) -> bool:
    # Eight bits without rescale were rendered by whoever wrote them: shown as they are.
    is_identity = modality.table is None and modality.slope == 1.0 and modality.intercept == 0.0
    is_unsigned = whole(dataset, "PixelRepresentation", 0) == 0
    return is_identity and is_unsigned and whole(dataset, "BitsStored", 0) == 8


def _placed(geometry: PlaneGeometry) -> dict[str, Any]:
    return {
        "spacing_mm": geometry.spacing_mm,
        "spacing_kind": geometry.spacing_kind,
        "aspect": geometry.aspect,
        "position_mm": geometry.position_mm,
        "orientation": geometry.orientation,
    }


def _tags(dataset: FileDataset, frame: int, notes: Sequence[str]) -> dict[str, str]:
    tags = {}
    for keyword in _TAGS:
        value = dataset.get(keyword)
        if value not in (None, "", []):
            tags[keyword] = str(value) if isinstance(value, str) else "\\".join(map(str, _listed(value)))
    tags["FrameNumber"] = str(frame + 1)
    tags["note"] = " ".join(note for note in (*notes, _left_out(dataset, frame)) if note)
    return tags


def _listed(value: Any) -> list[Any]:
    return list(value) if hasattr(value, "__iter__") else [value]


def _left_out(dataset: FileDataset, frame: int) -> str:
    has_overlay = any(0x6000 <= element.group <= 0x60FF for element in dataset.keys())  # noqa: SIM118
    has_table = bool(items(dataset, "VOILUTSequence")) or bool(
        items(functional_group(dataset, frame, "FrameVOILUTSequence") or dataset, "VOILUTSequence")
    )
    said = ["The file's overlays are not painted."] if has_overlay else []
    if has_table and windows_of(dataset, frame):
        said.append("The file's VOI LUT is not used; its window is.")
    return " ".join(said)
