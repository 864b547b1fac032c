"""Opening DICOM files of any upbringing, and reading header values that may be nonsense."""

import io
import logging
import math
import warnings
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pydicom
from pydicom._uid_dict import UID_dictionary
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence as DicomSequence
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    MediaStorageDirectoryStorage,
)

from realfm_gui.imaging.errors import UnreadableImage

# pydicom's log messages quote header values, names among them: they must not get into ours.
logging.getLogger("pydicom").setLevel(logging.CRITICAL)

PIXEL_KEYWORDS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
MAX_SAMPLES = 1_000_000_000
"""More pixels than this (over all frames and channels) are refused before anything is allocated."""
MAX_INFLATED_BYTES = 2 * MAX_SAMPLES
"""A deflated file may become this large; deflation makes a thousandfold, and pydicom inflates all at once."""
_INFLATED_AT_ONCE = 1 << 22

_FOREIGN = (
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x89PNG\r\n\x1a\n", "a PNG image, not DICOM"),
    (b"\xff\xd8\xff", "a JPEG image, not DICOM"),
    (b"GIF8", "a GIF image"),
    (b"BM", "a bitmap image"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"<", "an XML or HTML text"),
    (b"{", "a JSON text"),
)


@contextmanager
def quiet() -> Iterator[list[warnings.WarningMessage]]:
    """Collect pydicom's warnings about odd headers instead of printing them.

    What matters of them is judged by the checks of this package; the rest is the file's own business.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield caught


@contextmanager
def reading_values() -> Iterator[None]:
    """Refuse an image whose header turns out to be nonsense while it is used.

    pydicom converts a value when it is first asked for, so that damage surfaces anywhere: values of the
    wrong kind, and representations that do not exist (NotImplementedError).

    Raises
    ------
    UnreadableImage
        In place of what the damage raised.
    """
    with quiet():
        try:
            yield
        except MemoryError as error:
            raise UnreadableImage("The image is too large for this computer's memory.") from error
        except (
            *(AttributeError, KeyError, IndexError, TypeError),
            *(ValueError, OverflowError, NotImplementedError),
        ) as error:
            raise UnreadableImage("The header describes the pixels inconsistently.") from error


def open_dataset(source: Path | bytes, *, most_bytes: int = MAX_INFLATED_BYTES) -> FileDataset:
    """Read a DICOM file, with or without its file meta header.

    Parameters
    ----------
    source : Path or bytes
        The file, or its content.
    most_bytes : int
        A deflated file that becomes larger than this is refused.

    Returns
    -------
    FileDataset
        With pixels, and always with a transfer syntax in its `file_meta`.

    Raises
    ------
    UnreadableImage
        If it cannot be read, is cut short, or holds no image.
    """
    content = source.read_bytes() if isinstance(source, Path) else source
    if not content:
        raise UnreadableImage("The file is empty.")
    has_preamble = content[128:132] == b"DICM"
    if not has_preamble:
        _refuse_foreign(content)
    elif DeflatedExplicitVRLittleEndian.encode() in content[:1024]:
        _refuse_swelling(content, most_bytes)
    with quiet() as caught:
        try:
            dataset = pydicom.dcmread(io.BytesIO(content), force=not has_preamble)
        except Exception as error:  # pydicom raises whatever the damaged bytes happen to hit
            what = "The DICOM header is damaged" if has_preamble else "This is not a DICOM file"
            raise UnreadableImage(f"{what}.") from error
        is_cut = any("end of file" in str(item.message).lower() for item in caught)
        try:
            _refuse_without_image(dataset, has_preamble=has_preamble, is_cut=is_cut)
            _complete_meta(dataset)
        except UnreadableImage:
            raise
        except Exception as error:
            raise UnreadableImage("The DICOM header is damaged.") from error
    return dataset


def _refuse_foreign(content: bytes) -> None:
    for signature, what in _FOREIGN:
        if content.startswith(signature):
            raise UnreadableImage(f"This is {what}.")
    head = content[:512]
    if all(byte in (9, 10, 13) or 32 <= byte < 127 for byte in head):
        raise UnreadableImage("This is a text file.")


def _refuse_swelling(content: bytes, most_bytes: int) -> None:
    # Behind the meta header, whose length is its first value (PS3.10 7.1), all is one deflated stream.
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    left, total = content[144 + int.from_bytes(content[140:144], "little") :], 0
    try:
        while left and not inflater.eof:
            total += len(inflater.decompress(left, _INFLATED_AT_ONCE))
            left = inflater.unconsumed_tail
            if total > most_bytes:
                raise UnreadableImage("The deflated file becomes too large to open.")
    except zlib.error as error:
        raise UnreadableImage("The deflated data are damaged.") from error


def _refuse_without_image(dataset: Dataset, *, has_preamble: bool, is_cut: bool) -> None:
    sop_class = str(dataset.get("SOPClassUID", "") or "")
    meta = getattr(dataset, "file_meta", None)
    if MediaStorageDirectoryStorage in (sop_class, str(getattr(meta, "MediaStorageSOPClassUID", ""))):
        raise UnreadableImage("This is a DICOM directory (DICOMDIR), not an image.")
    if any(keyword in dataset for keyword in PIXEL_KEYWORDS) and "Rows" in dataset and "Columns" in dataset:
        return
    if not has_preamble and "Rows" not in dataset:
        raise UnreadableImage("This is not a DICOM file.")
    if is_cut or ("Rows" in dataset and "Columns" in dataset):
        raise UnreadableImage("The pixel data are missing or cut short.")
    kind = UID(sop_class).name if sop_class in UID_dictionary else "no pixel data"
    raise UnreadableImage(f"This DICOM file holds no image ({kind}).")


def _complete_meta(dataset: FileDataset) -> None:
    # A file without meta header tells its encoding only by how it could be read.
    if getattr(dataset, "file_meta", None) is None:
        dataset.file_meta = FileMetaDataset()
    if "TransferSyntaxUID" in dataset.file_meta:
        return
    is_implicit, is_little = dataset.original_encoding
    if is_implicit:
        dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    else:
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian if is_little else ExplicitVRBigEndian


def text(dataset: Dataset, keyword: str, default: str = "") -> str:
    """Return an attribute as text (its first value), `default` if absent or unreadable."""
    try:
        value = dataset.get(keyword)
    except Exception:  # a value that cannot be converted is as good as absent
        return default
    if isinstance(value, (list, tuple, MultiValue)):
        value = value[0] if value else None
    return default if value is None else str(value).strip()


def numbers(dataset: Dataset, keyword: str, count: int | None = None) -> tuple[float, ...] | None:
    """Return a numeric attribute as finite floats; None if absent, not numeric, or not `count` of them."""
    try:
        value = dataset.get(keyword)
        listed = value if isinstance(value, (list, tuple, MultiValue)) else [value]
        result = tuple(float(item) for item in listed if item is not None)
    except Exception:  # see `text`
        return None
    if not result or not all(math.isfinite(item) for item in result):
        return None
    return result if count is None or len(result) == count else None


def number(dataset: Dataset, keyword: str) -> float | None:
    """Return the first value of a numeric attribute, None if there is none."""
    values = numbers(dataset, keyword)
    return values[0] if values else None


def whole(dataset: Dataset, keyword: str, default: int | None = None) -> int:
    """Return a whole number that the image needs.

    Raises
    ------
    UnreadableImage
        If it is absent (and there is no default), empty or not a whole number.
    """
    if keyword not in dataset and default is not None:
        return default
    value = number(dataset, keyword)
    if value is None and default is not None and text(dataset, keyword) in ("", "None"):
        return default
    if value is None or value != int(value):
        raise UnreadableImage(f"The header's {keyword} is missing or not a whole number.")
    return int(value)


def items(dataset: Dataset, keyword: str) -> Sequence[Dataset]:
    """Return the items of a sequence, empty if it is absent or damaged."""
    try:
        value = dataset.get(keyword)
    except Exception:  # see `text`
        return ()
    return value if isinstance(value, DicomSequence) else ()


def functional_group(dataset: Dataset, frame: int, macro: str) -> Dataset | None:
    """Return the item of a functional group macro that applies to one frame (own before shared)."""
    per_frame = items(dataset, "PerFrameFunctionalGroupsSequence")
    shared = items(dataset, "SharedFunctionalGroupsSequence")
    for groups in (per_frame[frame : frame + 1], shared[:1]):
        for group in groups:
            found = items(group, macro)
            if found:
                return found[0]
    return None
