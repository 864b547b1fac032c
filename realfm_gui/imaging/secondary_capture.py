"""PNG and JPEG pictures as DICOM Secondary Capture: marked as derived, nothing invented, nothing left."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage

from realfm_gui.imaging.errors import UnreadableImage

_FORMATS = ("PNG", "JPEG")


def check_picture(content: bytes) -> None:
    """Refuse what is not a PNG or JPEG of bearable size; only the header is read.

    Raises
    ------
    UnreadableImage
    """
    with _refusing(), Image.open(io.BytesIO(content), formats=_FORMATS):
        pass


def wrap_picture(content: bytes) -> FileDataset:
    """Return a picture as an uncompressed Secondary Capture object, without identity.

    EXIF orientation is applied and EXIF dropped; transparency is laid over black; a picture whose channels
    are equal becomes grey. 8-bit grey and colour and 16-bit grey keep their values. JPEG sources carry the
    lossy mark. There is no pixel spacing: a picture's "dots per inch" say nothing about a patient.

    Parameters
    ----------
    content : bytes
        A PNG or JPEG file.

    Raises
    ------
    UnreadableImage
        If it is damaged, cut short or too large.
    """
    with _refusing(), Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
        is_jpeg = picture.format != "PNG"
        picture.load()
        pixels = _pixels(ImageOps.exif_transpose(picture))
    dataset = _described(pixels)
    if is_jpeg:
        dataset.LossyImageCompression = "01"
        dataset.LossyImageCompressionMethod = "ISO_10918_1"
        dataset.LossyImageCompressionRatio = f"{max(1.0, pixels.nbytes / len(content)):.2f}"
    return dataset


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise UnreadableImage("The picture claims more pixels than this program opens.") from error
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, MemoryError) as error:
        is_cut = "truncated" in str(error).lower()
        raise UnreadableImage(f"The picture is {'cut short' if is_cut else 'damaged'}.") from error


def _pixels(picture: Image.Image) -> NDArray[np.uint8] | NDArray[np.uint16]:
    if picture.mode.startswith("I"):  # 16-bit grey; Pillow may hold it in 32 bits
        wide = np.asarray(picture)
        if wide.min() < 0 or wide.max() > 65535:
            raise UnreadableImage("The picture has more than 16 bits per pixel.")
        return wide.astype(np.uint16)
    if picture.has_transparency_data:
        opaque = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", opaque.size, (0, 0, 0, 255)), opaque)
    if picture.mode in ("1", "L"):
        return np.asarray(picture.convert("L"), np.uint8)
    rgb = np.asarray(picture.convert("RGB"), np.uint8)
    is_grey = bool((rgb[..., 0] == rgb[..., 1]).all() and (rgb[..., 0] == rgb[..., 2]).all())
    return np.ascontiguousarray(rgb[..., 0]) if is_grey else rgb


def _described(pixels: NDArray[np.uint8] | NDArray[np.uint16]) -> FileDataset:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    bits = 8 * pixels.itemsize
    dataset.SOPClassUID = SecondaryCaptureImageStorage
    dataset.Modality = "OT"
    dataset.ConversionType = "WSD"
    dataset.ImageType = ["DERIVED", "SECONDARY"]
    dataset.Rows, dataset.Columns = pixels.shape[:2]
    dataset.SamplesPerPixel = 3 if pixels.ndim == 3 else 1
    dataset.PhotometricInterpretation = "RGB" if pixels.ndim == 3 else "MONOCHROME2"
    if pixels.ndim == 3:
        dataset.PlanarConfiguration = 0
    dataset.BitsAllocated = dataset.BitsStored = bits
    dataset.HighBit = bits - 1
    dataset.PixelRepresentation = 0
    raw = pixels.tobytes()
    dataset.PixelData = raw + b"\0" * (len(raw) % 2)
    dataset["PixelData"].VR = "OW" if bits == 16 else "OB"
    return dataset
