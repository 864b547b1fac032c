"""The header of a slice by way of pydicom, for files that `slice_header` does not read itself."""

from pathlib import Path

from realfm_gui.imaging.dataset import number, numbers, open_dataset, reading_values, text, whole
from realfm_gui.imaging.errors import UnreadableImage
from realfm_gui.imaging.geometry import geometry_of
from realfm_gui.imaging.grey import GreyIndices, modality_of
from realfm_gui.imaging.pixel_decoding import is_lossy, number_of_frames
from realfm_gui.imaging.slice_header import SliceHeader
from realfm_gui.imaging.windows import windows_of


def slice_header_of(path: Path) -> SliceHeader:
    """Return a slice's header; its pixels will have to be decoded.

    Raises
    ------
    UnreadableImage
        If the file is no single grey plane.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableImage(f"The file cannot be read ({error.strerror or 'input/output'}).") from error
    dataset = open_dataset(content)
    with reading_values():
        photometric = text(dataset, "PhotometricInterpretation")
        is_grey = photometric in ("MONOCHROME1", "MONOCHROME2") and whole(dataset, "SamplesPerPixel", 1) == 1
        if not is_grey or number_of_frames(dataset) != 1 or "ModalityLUTSequence" in dataset:
            raise UnreadableImage("A volume is made of single grey planes with a linear scale.")
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
        )


def _as_stored(value: float, *, is_signed: bool) -> int:
    # Often written with the other sign: the same 16 bits are meant.
    bits = int(value) & 0xFFFF
    return bits - 0x10000 if is_signed and bits >= 0x8000 else bits
