"""From encoded pixel data to arrays, each transfer syntax on its fastest decoder."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import FileDataset
from pydicom.encaps import generate_frames
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import (
    HTJ2K,
    JPEG2000,
    UID,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

from realfm_gui.imaging.dataset import MAX_SAMPLES, PIXEL_KEYWORDS, whole
from realfm_gui.imaging.errors import UnreadableImage
from realfm_gui.imaging.lossy import is_lossy_syntax

FASTEST = {
    RLELossless: "pylibjpeg",
    JPEGLSLossless: "pyjpegls",
    JPEGLSNearLossless: "pyjpegls",
    JPEGBaseline8Bit: "gdcm",
    JPEGExtended12Bit: "gdcm",
    JPEGLossless: "gdcm",
    JPEGLosslessSV1: "gdcm",
    JPEG2000Lossless: "pylibjpeg",
    JPEG2000: "pylibjpeg",
    HTJ2K: "pylibjpeg",
    HTJ2KLossless: "pylibjpeg",
    HTJ2KLosslessRPCL: "pylibjpeg",
}
"""The decoder tried first; the others that pydicom knows are tried when it fails."""

PARTIAL_RANGE = ("YBR_PARTIAL_422", "YBR_PARTIAL_420")
"""Retired colour models, with luma from 16 to 235. In a JPEG they are full range whatever the header says."""
_END_OF_IMAGE = b"\xff\xd9"


def number_of_frames(dataset: FileDataset) -> int:
    """Return the number of frames, 1 where the header gives none.

    Raises
    ------
    UnreadableImage
        If the header's number is not a positive whole number.
    """
    frames = whole(dataset, "NumberOfFrames", 1)
    if frames == 0:
        return 1  # seen in the wild on single-frame objects
    if frames < 0:
        raise UnreadableImage("The header's NumberOfFrames is negative.")
    return frames


def check_size(dataset: FileDataset) -> None:
    """Refuse absurd dimensions before memory is asked for."""
    rows, columns = whole(dataset, "Rows"), whole(dataset, "Columns")
    samples = whole(dataset, "SamplesPerPixel", 1)
    frames = number_of_frames(dataset)
    if rows < 1 or columns < 1 or samples < 1:
        raise UnreadableImage("The header gives the image no rows or no columns.")
    if rows * columns * samples * frames > MAX_SAMPLES:
        raise UnreadableImage(f"The header claims {frames} frames of {rows} x {columns}: too large to open.")


def is_lossy(dataset: FileDataset) -> bool:
    """Whether the pixels went through irreversible compression, as declared or by their syntax."""
    declared = str(dataset.get("LossyImageCompression", "") or "").strip()
    return is_lossy_syntax(str(dataset.file_meta.TransferSyntaxUID), declared)


def decode_arrays(dataset: FileDataset) -> tuple[list[NDArray[Any]], str]:
    """Decode all frames.

    Returns
    -------
    arrays : list of ndarray
        One per frame, (rows, columns) or (rows, columns, 3), in the stored type, without the bits of a
        cell that are no part of the value; YBR already as RGB.
    photometric : str
        The photometric interpretation of the arrays.

    Raises
    ------
    UnreadableImage
        If the pixel data are damaged, cut short, or in a syntax without decoder.
    """
    check_size(dataset)
    syntax = dataset.file_meta.TransferSyntaxUID
    expected = number_of_frames(dataset)
    if syntax.is_encapsulated and "PixelData" in dataset:
        _refuse_cut_streams(dataset, syntax, expected)
    if syntax == JPEGExtended12Bit and whole(dataset, "BitsStored") > 8:
        arrays, photometric = _decode_extended_jpeg(dataset), str(dataset.PhotometricInterpretation)
    else:
        arrays, photometric = _decode_with_pydicom(dataset, syntax)
        if _has_own_cells(dataset, syntax):
            arrays = [_value_bits(dataset, array) for array in arrays]
    if len(arrays) < expected:
        raise UnreadableImage(f"The pixel data hold {len(arrays)} of {expected} frames.")
    return arrays[:expected], photometric


def stored_cells(dataset: FileDataset) -> list[NDArray[Any]]:
    """Return the whole cells of the pixel data, bits that are no part of the value included.

    Empty where the encoding does not keep them (every JPEG).
    """
    syntax = dataset.file_meta.TransferSyntaxUID
    if not _has_own_cells(dataset, syntax):
        return []
    check_size(dataset)
    return _decode_with_pydicom(dataset, syntax)[0]


def _has_own_cells(dataset: FileDataset, syntax: UID) -> bool:
    # Only these encodings keep the bits of a cell beside the value: there overlays were put once.
    if syntax.is_encapsulated and syntax != RLELossless:
        return False
    is_grey = whole(dataset, "SamplesPerPixel", 1) == 1 and "PixelData" in dataset
    return is_grey and 0 < whole(dataset, "BitsStored") < whole(dataset, "BitsAllocated")


def _value_bits(dataset: FileDataset, cells: NDArray[Any]) -> NDArray[Any]:
    """Return the value of each cell: its bits from `HighBit` down, `BitsStored` of them, with their sign."""
    allocated, stored = whole(dataset, "BitsAllocated"), whole(dataset, "BitsStored")
    high = whole(dataset, "HighBit", stored - 1)
    high = high if stored - 1 <= high < allocated else stored - 1
    # To the left end of the cell and back: an arithmetic shift brings the sign along.
    values: NDArray[Any] = np.left_shift(cells, allocated - 1 - high)
    np.right_shift(values, allocated - stored, out=values)
    return values


def _refuse_cut_streams(dataset: FileDataset, syntax: UID, expected: int) -> None:
    # Some decoders fill what is missing with grey and say nothing. Every JPEG, JPEG-LS and JPEG 2000
    # stream ends with the marker FFD9, which cannot occur inside coded data; encoders pad behind it.
    if syntax == RLELossless:
        return
    try:
        for stream in _streams(dataset, expected):
            if _END_OF_IMAGE not in stream[len(stream) // 2 :]:
                raise UnreadableImage("The compressed pixel data are cut short.")
    except UnreadableImage:
        raise
    except Exception as error:
        raise UnreadableImage("The compressed pixel data are damaged.") from error


def _streams(dataset: FileDataset, expected: int) -> Iterator[bytes]:
    offsets = None
    if "ExtendedOffsetTable" in dataset and "ExtendedOffsetTableLengths" in dataset:
        offsets = (dataset.ExtendedOffsetTable, dataset.ExtendedOffsetTableLengths)
    return generate_frames(dataset.PixelData, number_of_frames=expected, extended_offsets=offsets)


def _decode_with_pydicom(dataset: FileDataset, syntax: UID) -> tuple[list[NDArray[Any]], str]:
    try:
        decoder = get_decoder(syntax)
    except NotImplementedError as error:
        raise UnreadableImage(f"The transfer syntax {syntax.name} cannot be decoded.") from error
    first = FASTEST.get(syntax, "")
    attempts = ((first, "") if first in decoder.available_plugins else ("",)) if first else ("",)
    photometric = str(dataset.get("PhotometricInterpretation", ""))
    options: dict[str, Any] = {}
    if _has_own_cells(dataset, syntax):
        options["correct_unused_bits"] = False  # pydicom's correction does not know HighBit
    if photometric in PARTIAL_RANGE:
        # Halved in width like YBR_FULL_422, which is what pydicom can be told to take it for.
        options["photometric_interpretation"] = "YBR_FULL_422"
        options["raw"] = not syntax.is_encapsulated
    failure: Exception | None = None
    for plugin in attempts:
        try:
            arrays = []
            for array, properties in decoder.iter_array(dataset, decoding_plugin=plugin, **options):
                arrays.append(array)
                if not options.get("raw"):
                    photometric = str(properties["photometric_interpretation"])
        except Exception as error:  # decoders raise whatever the damaged bytes happen to hit
            failure = error
        else:
            return arrays, photometric
    raise UnreadableImage(_reason(dataset, failure)) from failure


def _reason(dataset: FileDataset, failure: Exception | None) -> str:
    said = str(failure)
    if "less than expected" in said:
        held = max((len(dataset[key].value) for key in PIXEL_KEYWORDS if key in dataset), default=0)
        return f"The pixel data are cut short ({held} bytes)."
    if "Missing required element" in said:
        return f"The header lacks what the pixels need: {said.splitlines()[0].split(':')[-1].strip()}."
    return "The pixel data are damaged, or the header describes them wrongly."


def _decode_extended_jpeg(dataset: FileDataset) -> list[NDArray[Any]]:
    # pydicom keeps GDCM away from more than 8 bits in this syntax; GDCM 3 does decode them (checked against
    # an independent decoder, differing by at most 1 from rounding in the cosine transform).
    import gdcm

    rows, columns = whole(dataset, "Rows"), whole(dataset, "Columns")
    stored = whole(dataset, "BitsStored")
    if whole(dataset, "SamplesPerPixel", 1) != 1 or whole(dataset, "BitsAllocated") != 16:
        raise UnreadableImage("12-bit JPEG is decoded for grey images in 16-bit cells only.")
    kind = gdcm.PhotometricInterpretation.GetPIType(str(dataset.PhotometricInterpretation))
    arrays: list[NDArray[Any]] = []
    try:
        for stream in _streams(dataset, number_of_frames(dataset)):
            fragment = gdcm.Fragment()
            fragment.SetByteStringValue(bytes(stream))
            fragments = gdcm.SequenceOfFragments.New()
            fragments.AddFragment(fragment)
            element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
            element.SetValue(fragments.__ref__())
            image = gdcm.Image()
            image.SetNumberOfDimensions(2)
            image.SetDimensions((columns, rows, 1))
            image.SetDataElement(element)
            image.SetPhotometricInterpretation(gdcm.PhotometricInterpretation(kind))
            image.SetTransferSyntax(
                gdcm.TransferSyntax(gdcm.TransferSyntax.GetTSType(str(dataset.file_meta.TransferSyntaxUID)))
            )
            image.SetPixelFormat(gdcm.PixelFormat(1, 16, stored, stored - 1, 0))
            # GDCM hands bytes out as text; None where it could not decode.
            decoded = image.GetBuffer().encode("utf-8", "surrogateescape")
            arrays.append(np.frombuffer(decoded, "<u2").reshape(rows, columns))
    except Exception as error:
        raise UnreadableImage("The pixel data are damaged, or the header describes them wrongly.") from error
    return arrays
