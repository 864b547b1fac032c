"""The header of a slice by way of pydicom, for files that `slice_header` does not read itself."""

from contextlib import suppress
from pathlib import Path

import pydicom
from pydicom.dataset import FileDataset
from pydicom.uid import DeflatedExplicitVRLittleEndian

from realfm_gui.imaging.bit_planes import overlay_groups
from realfm_gui.imaging.dataset import (
    items,
    number,
    numbers,
    open_dataset,
    quiet,
    reading_values,
    text,
    whole,
)
from realfm_gui.imaging.decoding import tags_of
from realfm_gui.imaging.errors import UnreadableImage
from realfm_gui.imaging.geometry import geometry_of
from realfm_gui.imaging.grey import GreyIndices, modality_of
from realfm_gui.imaging.palette import has_supplemental_palette
from realfm_gui.imaging.pixel_decoding import is_lossy, number_of_frames
from realfm_gui.imaging.slice_header import OWN_TAGS, SliceHeader
from realfm_gui.imaging.windows import windows_of


def slice_header_of(path: Path) -> SliceHeader:
    """Return a slice's header; its pixels will have to be decoded.

    Raises
    ------
    UnreadableImage
        If the file is no single grey plane.
    """
    dataset = _header_only(path)
    with reading_values():
        photometric = text(dataset, "PhotometricInterpretation")
        is_grey = photometric in ("MONOCHROME1", "MONOCHROME2") and whole(dataset, "SamplesPerPixel", 1) == 1
        if not is_grey or number_of_frames(dataset) != 1 or "ModalityLUTSequence" in dataset:
            raise UnreadableImage("A volume is made of single grey planes with a linear scale.")
        if _has_extras(dataset):
            raise UnreadableImage("A volume has no room for what the file lays over its image.")
        geometry = geometry_of(dataset, 0)
        modality = modality_of(dataset, 0, GreyIndices(arrays=[]))
        stored = whole(dataset, "BitsStored")
        is_signed = whole(dataset, "PixelRepresentation", 0) == 1
        spacing = numbers(dataset, "PixelSpacing", 2)
        ends = [number(dataset, name) for name in ("PixelPaddingValue", "PixelPaddingRangeLimit")]
        padding = [_as_stored(end, is_signed=is_signed) for end in ends if end is not None]
        return SliceHeader(
            path=path,
            rows=whole(dataset, "Rows"),
            columns=whole(dataset, "Columns"),
            bits_stored=stored,
            high_bit=whole(dataset, "HighBit", stored - 1),
            is_signed=is_signed,
            shows_low_as_white=photometric == "MONOCHROME1"
            or text(dataset, "PresentationLUTShape") == "INVERSE",
            is_lossy=is_lossy(dataset),
            pixel_offset=None,
            slope=modality.slope,
            intercept=modality.intercept,
            units=modality.units,
            modality=text(dataset, "Modality"),
            series_uid=text(dataset, "SeriesInstanceUID"),
            frame_of_reference_uid=text(dataset, "FrameOfReferenceUID"),
            instance_number=int(number(dataset, "InstanceNumber") or 0),
            position_mm=geometry.position_mm,
            orientation=geometry.orientation,
            spacing_mm=(spacing[0], spacing[1]) if spacing and min(spacing) > 0 else None,
            padding=(min(padding), max(padding)) if ends[0] is not None else None,
            windows=windows_of(dataset, 0),
            tags={name: value for name, value in tags_of(dataset, 0).items() if name in OWN_TAGS},
        )


def series_tags_of(path: Path) -> dict[str, str]:
    """Return the tags (see `Frame`) of a slice that hold for all of its series.

    Raises
    ------
    UnreadableImage
        If its pixels are not in millimetres of the patient: a projection, or no spacing to be believed.
    """
    dataset = _header_only(path)
    with reading_values():
        geometry = geometry_of(dataset, 0)
        if geometry.spacing_kind != "patient" or geometry.orientation is None:
            raise UnreadableImage("A volume is made of planes in the patient.")
        of_one = {"InstanceNumber", "note", *OWN_TAGS}
        return {key: value for key, value in tags_of(dataset, 0).items() if key not in of_one}


def series_uid_of(path: Path) -> str:
    """Return the series a file says it belongs to, "" where it says none or cannot be read."""
    try:
        dataset = _header_only(path)
        with reading_values():
            return text(dataset, "SeriesInstanceUID")
    except UnreadableImage:
        return ""


def _header_only(path: Path) -> FileDataset:
    """Return what lies before the pixels: behind them a file may have anything, in any amount."""
    # What is of unusual upbringing or damaged is looked at whole, which says what is wrong with it; what is
    # deflated as well, because only there it is watched how large it becomes.
    with suppress(Exception), quiet(), path.open("rb") as file:
        if DeflatedExplicitVRLittleEndian.encode() not in file.read(1024):
            file.seek(0)
            return pydicom.dcmread(file, stop_before_pixels=True)
    return _opened(path)


def _opened(path: Path) -> FileDataset:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableImage(f"The file cannot be read ({error.strerror or 'input/output'}).") from error
    return open_dataset(content)


def _has_extras(dataset: FileDataset) -> bool:
    has_regions = bool(items(dataset, "SequenceOfUltrasoundRegions"))
    has_tables = bool(items(dataset, "VOILUTSequence"))
    is_covered = bool(overlay_groups(dataset)) or "ShutterShape" in dataset
    return has_regions or has_tables or is_covered or has_supplemental_palette(dataset)


def _as_stored(value: float, *, is_signed: bool) -> int:
    # Often written with the other sign: the same 16 bits are meant.
    bits = int(value) & 0xFFFF
    return bits - 0x10000 if is_signed and bits >= 0x8000 else bits
