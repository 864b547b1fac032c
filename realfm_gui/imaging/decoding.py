"""From one DICOM file to frames: the pixel chain up to the modality LUT."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import FileDataset

from realfm_gui.domain.images import Frame, Window
from realfm_gui.imaging.bit_planes import overlays_of
from realfm_gui.imaging.colour import rgb_frames
from realfm_gui.imaging.dataset import open_dataset, reading_values, text, whole
from realfm_gui.imaging.derived_window import FULL_RANGE, window_sample
from realfm_gui.imaging.errors import UnreadableImage
from realfm_gui.imaging.geometry import PlaneGeometry, geometry_of
from realfm_gui.imaging.grey import GreyIndices, Modality, index_grey, modality_of
from realfm_gui.imaging.palette import first_palette_value, has_supplemental_palette, palette_to_rgb
from realfm_gui.imaging.pixel_decoding import decode_arrays, is_lossy
from realfm_gui.imaging.regions import regions_of
from realfm_gui.imaging.rendering import lookup_table
from realfm_gui.imaging.shutters import shutter_grey_of, shutter_of
from realfm_gui.imaging.windows import derived_window, misses_above, windows_of, with_signed_tables

__all__ = ["UnreadableImage", "decode_content", "decode_frames", "tags_of"]

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
    "ImageType",
    "AcquisitionContrast",
    "LongitudinalTemporalOffsetFromEvent",
    "SliceThickness",
    "BurnedInAnnotation",
    "FrameOfReferenceUID",
    "FrameTime",
    "CineRate",
    "RecommendedDisplayFrameRate",
)
_WINDOW_SAMPLE_FRAMES = 5
_BAKED = "Part of the picture is colour-coded, so its window is fixed."
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
    with reading_values():
        return _frames(dataset)


def _frames(dataset: FileDataset) -> tuple[Frame, ...]:
    arrays, photometric = decode_arrays(dataset)
    if whole(dataset, "SamplesPerPixel", 1) == 3:
        frames = _colour_frames(dataset, rgb_frames(dataset, arrays, photometric))
    elif any(array.ndim != 2 for array in arrays):
        raise UnreadableImage("The pixels are neither grey nor three colours.")
    elif photometric == "PALETTE COLOR":
        frames = _colour_frames(dataset, palette_to_rgb(dataset, arrays))
    elif photometric in ("MONOCHROME1", "MONOCHROME2"):
        # Both say "low is white"; where both do, it is said twice and done once.
        is_inverse = photometric == "MONOCHROME1" or text(dataset, "PresentationLUTShape") == "INVERSE"
        frames = _grey_frames(dataset, index_grey(dataset, arrays), is_inverse=is_inverse)
        if has_supplemental_palette(dataset):
            frames = _with_colours(dataset, arrays, frames)
    else:
        raise UnreadableImage(f"The colour model {photometric or 'of this file'} is not supported.")
    return _with_extras(dataset, frames)


def _with_extras(dataset: FileDataset, frames: Sequence[Frame]) -> tuple[Frame, ...]:
    """Return the frames with what the file lays over them: overlays, shutter, scales of their parts."""
    rows, columns = frames[0].rows, frames[0].columns
    overlays, note = overlays_of(dataset, len(frames))
    shutter, grey = shutter_of(dataset, rows, columns, frames[0].aspect), shutter_grey_of(dataset)
    regions = regions_of(dataset, rows, columns)
    return tuple(
        replace(
            frame,
            overlays=planes,
            shutter=shutter,
            shutter_grey=grey,
            regions=regions,
            tags={**frame.tags, "note": " ".join(filter(None, (frame.tags.get("note", ""), note)))},
        )
        for frame, planes in zip(frames, overlays, strict=True)
    )


def _colour_frames(
    dataset: FileDataset, arrays: Sequence[NDArray[np.uint8]], note: str = ""
) -> tuple[Frame, ...]:
    lossy = is_lossy(dataset)
    return tuple(
        Frame(
            pixels=array,
            modality=text(dataset, "Modality"),
            is_lossy=lossy,
            tags=tags_of(dataset, i, (note,)),
            **placed(geometry_of(dataset, i)),
        )
        for i, array in enumerate(arrays)
    )


def _with_colours(
    dataset: FileDataset, arrays: Sequence[NDArray[Any]], frames: Sequence[Frame]
) -> tuple[Frame, ...]:
    """Return grey frames as colour, the values from the palette's first one on in its colours.

    Grey and colour cannot be told apart once pixels are averaged, so both are looked up here and the window
    is that of the file.
    """
    first = first_palette_value(dataset)
    mixed = []
    for array, colours, frame in zip(arrays, palette_to_rgb(dataset, arrays), frames, strict=True):
        grey = lookup_table(frame, frame.windows[0])[frame.pixels]
        mixed.append(np.where((array >= first)[..., None], colours, grey[..., None]))
    return _colour_frames(dataset, mixed, _BAKED)


def _grey_frames(dataset: FileDataset, indices: GreyIndices, *, is_inverse: bool) -> tuple[Frame, ...]:
    lossy = is_lossy(dataset)
    count = len(indices.arrays)
    modalities = _shared([modality_of(dataset, i, indices) for i in range(count)])
    given = [windows_of(dataset, i, is_continuous=not indices.is_exact) for i in range(count)]
    inside = _sampled_values(indices, modalities)
    lowest = min((float(values.min()) for values in inside if values.size), default=0.0)
    given = [with_signed_tables(windows, lowest) for windows in given]
    fallback, why = _fallback_window(dataset, modalities[0], inside)
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
                tags=tags_of(dataset, i, (indices.note, note)),
                **placed(geometry_of(dataset, i)),
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
        frame = Frame(
            pixels=window_sample(indices.arrays[i]),
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
    if _is_plain_8_bit(dataset, modality):
        return FULL_RANGE, "The file gives no window."
    return derived_window(inside), "The file gives no window; it was derived from the pixels."


def _is_plain_8_bit(dataset: FileDataset, modality: Modality) -> bool:
    # Eight bits without rescale were rendered by whoever wrote them: shown as they are.
    is_identity = modality.table is None and modality.slope == 1.0 and modality.intercept == 0.0
    is_unsigned = whole(dataset, "PixelRepresentation", 0) == 0
    return is_identity and is_unsigned and whole(dataset, "BitsStored", 0) == 8


def placed(geometry: PlaneGeometry) -> dict[str, Any]:
    """Return the fields of a `Frame` that say where it lies."""
    return {
        "spacing_mm": geometry.spacing_mm,
        "spacing_kind": geometry.spacing_kind,
        "aspect": geometry.aspect,
        "position_mm": geometry.position_mm,
        "orientation": geometry.orientation,
    }


def tags_of(dataset: FileDataset, frame: int, notes: Sequence[str] = ()) -> dict[str, str]:
    """Return the tags of a frame, counted from 0: harmless attributes, and what was decided (see `Frame`)."""
    tags = {}
    for keyword in _TAGS:
        value = dataset.get(keyword)
        if value not in (None, "", []):
            tags[keyword] = str(value) if isinstance(value, str) else "\\".join(map(str, _listed(value)))
    tags["FrameNumber"] = str(frame + 1)
    tags["note"] = " ".join(note for note in notes if note)
    return tags


def _listed(value: Any) -> list[Any]:
    return list(value) if hasattr(value, "__iter__") else [value]
