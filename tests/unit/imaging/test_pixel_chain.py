"""The steps of the pixel chain that few real objects take, each on an object made for it."""

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_voi, convert_color_space
from pydicom.sequence import Sequence
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    RLELossless,
)

from realfm_gui.domain.images import Frame, VoiTable, Window
from realfm_gui.imaging.dataset import open_dataset
from realfm_gui.imaging.decoding import UnreadableImage, decode_content
from realfm_gui.imaging.palette import expanded
from realfm_gui.imaging.rendering import lookup_table

from .made_objects import made, quietly, written


def frame_of(dataset: pydicom.FileDataset) -> Frame:
    (frame,) = decode_content(written(dataset))
    return frame


def shown(frame: Frame, window: Window | None = None) -> np.ndarray:
    return lookup_table(frame, window or frame.windows[0])[frame.pixels]


def ramp(rows: int = 16, columns: int = 16, dtype: type = np.uint16) -> np.ndarray:
    return np.arange(rows * columns).reshape(rows, columns).astype(dtype)


# -- bits of the cell


@pytest.mark.parametrize("is_signed", [False, True])
@pytest.mark.parametrize("high_bit", [11, 13, 15])
def test_that_only_the_bits_of_the_value_count_wherever_they_lie_in_the_cell(high_bit, is_signed) -> None:
    values = np.array([[0, 1], [2047, 4095]]) - (2048 if is_signed else 0)
    low_bit = high_bit - 11
    others = 0xFFFF & ~(0xFFF << low_bit)
    cells = (((values & 0xFFF) << low_bit) | others).astype(np.uint16)
    dataset = made(cells, BitsStored=12, HighBit=high_bit, PixelRepresentation=int(is_signed))
    assert frame_of(dataset).values().tolist() == values.tolist()


# -- VOI


def voi_item(entries: np.ndarray, first: int = 0, bits: int = 16, name: str = "") -> Dataset:
    item = Dataset()
    item.add_new(0x00283002, "US", [len(entries) % 65536, first, bits])
    item.LUTExplanation = name
    item.add_new(0x00283006, "OW", entries.astype("<u2").tobytes())
    return item


def test_that_a_voi_table_is_applied_entry_by_entry_as_pydicom_does() -> None:
    entries = np.random.default_rng(3).integers(0, 4096, 200)
    dataset = made(ramp(), VOILUTSequence=Sequence([voi_item(entries, 20, 12, "Curve")]))
    frame = frame_of(dataset)
    assert [window.name for window in frame.windows] == ["Curve"]
    expected = quietly(apply_voi, ramp(), dataset, 0) / 4095 * 255
    assert np.abs(shown(frame) - expected).max() <= 0.5 + 1e-9


def test_that_tables_and_windows_are_offered_together_with_their_names() -> None:
    tables = [voi_item(np.arange(16), name="One", bits=4), voi_item(np.arange(16)[::-1], name="", bits=4)]
    dataset = made(ramp(), VOILUTSequence=Sequence(tables), WindowCenter=[40, 50], WindowWidth=[80, 90])
    dataset.WindowCenterWidthExplanation = ["SOFT", "HARD"]
    windows = frame_of(dataset).windows
    assert [window.name for window in windows] == ["One", "VOI LUT", "SOFT", "HARD"]
    assert [window.table is None for window in windows] == [False, False, True, True]


def test_that_a_damaged_voi_table_leaves_the_window_beside_it() -> None:
    broken = voi_item(np.arange(16))
    broken.LUTDescriptor = [500, 0, 16]
    dataset = made(ramp(), VOILUTSequence=Sequence([broken]), WindowCenter=40, WindowWidth=80)
    assert [(w.center, w.table) for w in frame_of(dataset).windows] == [(40, None)]


def test_that_a_table_beginning_below_zero_is_read_as_signed_where_values_are() -> None:
    entries = np.linspace(0, 65535, 256).astype(np.uint16)
    dataset = made(ramp(), RescaleSlope="1", RescaleIntercept="-128")
    dataset.VOILUTSequence = Sequence([voi_item(entries, 65536 - 128)])
    assert shown(frame_of(dataset)).ravel().tolist() == list(range(256))


def test_that_a_table_spread_over_another_range_keeps_its_shape() -> None:
    table = VoiTable(first_value=0, bits=8, entries=np.array([0, 255, 0, 255], "<u2").tobytes())
    frame = Frame(pixels=np.array([[100, 110, 120, 130]], np.uint16))
    window = Window(center=120, width=40, table=table)
    assert shown(frame, window).tolist() == [[0, 255, 0, 255]]


@pytest.mark.parametrize("function", ["LINEAR_EXACT", "SIGMOID"])
def test_that_the_voi_functions_follow_their_formulas(function: str) -> None:
    frame = frame_of(made(ramp(), WindowCenter=100, WindowWidth=60, VOILUTFunction=function))
    x = ramp().astype(float)
    if function == "SIGMOID":
        expected = 255 / (1 + np.exp(-4 * (x - 100) / 60))
    else:
        expected = np.clip((x - 100) / 60 + 0.5, 0, 1) * 255
    assert np.abs(shown(frame) - expected).max() <= 0.5 + 1e-6


# -- presentation


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize("shape", [None, "IDENTITY", "INVERSE"])
def test_that_low_is_white_exactly_once(photometric: str, shape: str | None) -> None:
    dataset = made(ramp(), PhotometricInterpretation=photometric, WindowCenter=128, WindowWidth=256)
    if shape:
        dataset.PresentationLUTShape = shape
    is_white = photometric == "MONOCHROME1" or shape == "INVERSE"
    assert shown(frame_of(dataset))[0, 0] == (255 if is_white else 0)


def test_that_the_aspect_ratio_of_pixels_without_spacing_is_kept() -> None:
    assert frame_of(made(ramp(), PixelAspectRatio=[2, 1])).aspect == 2.0


# -- colour


def ybr_and_rgb() -> tuple[np.ndarray, np.ndarray]:
    ybr = np.random.default_rng(1).integers(0, 256, (6, 8, 3)).astype(np.uint8)
    return ybr, convert_color_space(ybr, "YBR_FULL", "RGB")


@pytest.mark.parametrize("planar", [0, 1])
def test_that_ybr_full_becomes_rgb_in_either_arrangement(planar: int) -> None:
    ybr, rgb = ybr_and_rgb()
    dataset = made(ybr, PhotometricInterpretation="YBR_FULL", PlanarConfiguration=planar)
    dataset.PixelData = (ybr if planar == 0 else ybr.transpose(2, 0, 1)).tobytes()
    assert np.array_equal(frame_of(dataset).pixels, rgb)


def test_that_ybr_full_in_rle_becomes_rgb() -> None:
    ybr, rgb = ybr_and_rgb()
    dataset = made(ybr, PhotometricInterpretation="YBR_FULL")
    dataset.compress(RLELossless, ybr, generate_instance_uid=False)
    assert np.array_equal(frame_of(dataset).pixels, rgb)


def halved(ybr: np.ndarray) -> tuple[np.ndarray, bytes]:
    """YBR with the colour of every even column repeated, and its packed form Y1 Y2 B R."""
    repeated = ybr.copy()
    repeated[:, 1::2, 1:] = ybr[:, 0::2, 1:]
    packed = np.stack([ybr[:, 0::2, 0], ybr[:, 1::2, 0], ybr[:, 0::2, 1], ybr[:, 0::2, 2]], axis=-1)
    return repeated, packed.tobytes()


def test_that_ybr_full_422_becomes_rgb() -> None:
    repeated, packed = halved(ybr_and_rgb()[0])
    dataset = made(repeated, PhotometricInterpretation="YBR_FULL_422", PixelData=packed)
    expected = convert_color_space(repeated, "YBR_FULL", "RGB")
    assert np.array_equal(frame_of(dataset).pixels, expected)


def test_that_ybr_partial_422_becomes_the_rgb_it_was_made_of() -> None:
    rgb = np.repeat(np.random.default_rng(1).integers(0, 256, (6, 4, 3)), 2, axis=1)
    # PS3.3 C.7.6.3.1.2, forwards
    to_ybr = np.array([[0.2568, 0.5041, 0.0979], [-0.1482, -0.2910, 0.4392], [0.4392, -0.3678, -0.0714]])
    ybr = np.rint(rgb @ to_ybr.T + (16, 128, 128)).astype(np.uint8)
    dataset = made(ybr, PhotometricInterpretation="YBR_PARTIAL_422", PixelData=halved(ybr)[1])
    assert np.abs(frame_of(dataset).pixels - rgb).max() <= 2  # 8 bits there and back


def test_that_colour_of_16_bits_keeps_its_upper_8() -> None:
    rgb = np.random.default_rng(1).integers(0, 65536, (4, 4, 3)).astype(np.uint16)
    assert np.array_equal(frame_of(made(rgb)).pixels, rgb >> 8)


def with_palette(
    stored: np.ndarray, tables: list[np.ndarray], *, first: int = 0, bits: int = 16
) -> pydicom.FileDataset:
    dataset = made(stored, PhotometricInterpretation="PALETTE COLOR")
    for name, table in zip(("Red", "Green", "Blue"), tables, strict=True):
        descriptor = [len(table) % 65536, first, bits]
        setattr(dataset, f"{name}PaletteColorLookupTableDescriptor", descriptor)
        data = table.astype("u1" if bits == 8 else "<u2").tobytes()
        setattr(dataset, f"{name}PaletteColorLookupTableData", data)
    return dataset


def test_that_a_palette_of_more_than_256_entries_of_8_bits_is_indexed_to_its_end() -> None:
    tables = [np.random.default_rng(i).integers(0, 256, 1000) for i in range(3)]
    stored = np.array([[0, 10], [700, 1500]], np.uint16)
    frame = frame_of(with_palette(stored, tables, first=10, bits=8))
    at = np.clip(stored.astype(int) - 10, 0, 999)
    assert np.array_equal(frame.pixels, np.stack([table[at] for table in tables], axis=-1))


def test_that_a_segmented_palette_is_expanded_as_the_standard_says() -> None:
    # two entries, a line of four up to 100, both again
    words = [0, 2, 7, 20, 1, 4, 100, 2, 2, 0, 0]
    assert expanded(words).tolist() == [7, 20, 40, 60, 80, 100, 7, 20, 40, 60, 80, 100]


@pytest.mark.parametrize("words", [[1, 2, 50], [0, 5, 1], [3, 1, 1], [0, 1, 9, 2, 1, 6, 0], [0, 0, 0, 0]])
def test_that_damaged_segments_are_refused(words: list[int]) -> None:
    with pytest.raises(ValueError):
        expanded(words)


def test_that_segmented_palette_data_colour_the_image() -> None:
    dataset = with_palette(np.array([[0, 1], [2, 3]], np.uint8), [np.zeros(4)] * 3)
    for name, end in (("Red", 0), ("Green", 30000), ("Blue", 65535)):
        delattr(dataset, f"{name}PaletteColorLookupTableData")
        data = np.array([0, 1, 0, 1, 3, end], "<u2").tobytes()
        setattr(dataset, f"Segmented{name}PaletteColorLookupTableData", data)
    expected = [[[0, 0, 0], [0, 39, 85]], [[0, 78, 170], [0, 117, 255]]]
    assert frame_of(dataset).pixels.tolist() == expected


def test_that_a_supplemental_palette_colours_its_values_and_leaves_the_rest_grey() -> None:
    dataset = with_palette(
        np.array([[0, 128], [256, 257]], np.uint16), [np.array([65535, 0])] * 2 + [np.zeros(2)], first=256
    )
    dataset.PhotometricInterpretation, dataset.PixelPresentation = "MONOCHROME2", "MIXED"
    dataset.WindowCenter, dataset.WindowWidth = 128, 256
    frame = frame_of(dataset)
    assert frame.pixels.tolist() == [[[0, 0, 0], [128, 128, 128]], [[255, 255, 0], [0, 0, 0]]]
    assert "window is fixed" in frame.tags["note"]


# -- enhanced multi-frame


def test_that_every_frame_of_an_enhanced_object_has_its_own_place_window_and_rescale() -> None:
    dataset = made(np.stack([ramp(), ramp()]).reshape(32, 16), Rows=16, NumberOfFrames=2, Modality="MR")
    groups = []
    for i in range(2):
        group, voi, rescale, place = Dataset(), Dataset(), Dataset(), Dataset()
        voi.WindowCenter, voi.WindowWidth = 100 + i, 50
        rescale.RescaleSlope, rescale.RescaleIntercept, rescale.RescaleType = 2 + i, -i, "US"
        place.ImagePositionPatient = [0, 0, 5 * i]
        group.FrameVOILUTSequence = Sequence([voi])
        group.PixelValueTransformationSequence = Sequence([rescale])
        group.PlanePositionSequence = Sequence([place])
        groups.append(group)
    measures, orientation, shared = Dataset(), Dataset(), Dataset()
    measures.PixelSpacing = [0.5, 0.25]
    orientation.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    shared.PixelMeasuresSequence = Sequence([measures])
    shared.PlaneOrientationSequence = Sequence([orientation])
    dataset.PerFrameFunctionalGroupsSequence = Sequence(groups)
    dataset.SharedFunctionalGroupsSequence = Sequence([shared])
    first, second = decode_content(written(dataset))
    assert [f.windows[0].center for f in (first, second)] == [100, 101]
    assert [f.values()[0, 10] for f in (first, second)] == [20, 29]
    assert [f.position_mm for f in (first, second)] == [(0, 0, 0), (0, 0, 5)]
    assert first.spacing_mm == second.spacing_mm == (0.5, 0.25)
    assert first.aspect == 2.0


def test_that_each_frame_of_an_enhanced_object_has_its_own_voi_table() -> None:
    dataset = made(np.stack([ramp(), ramp()]).reshape(32, 16), Rows=16, NumberOfFrames=2)
    groups = []
    for entries in (np.arange(256), np.arange(256)[::-1]):
        group, voi = Dataset(), Dataset()
        voi.VOILUTSequence = Sequence([voi_item(entries, bits=8)])
        group.FrameVOILUTSequence = Sequence([voi])
        groups.append(group)
    dataset.PerFrameFunctionalGroupsSequence = Sequence(groups)
    first, second = decode_content(written(dataset))
    assert np.array_equal(shown(first), ramp())
    assert np.array_equal(shown(second), 255 - ramp())


# -- files without meta header


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian])
@pytest.mark.parametrize("has_meta", [False, True], ids=["bare", "meta without preamble"])
def test_that_a_file_without_preamble_opens_as_it_is_encoded(syntax, has_meta) -> None:
    dataset = made(ramp(), Modality="OT", WindowCenter=128, WindowWidth=256)
    if syntax == ExplicitVRBigEndian:
        dataset.PixelData = ramp().byteswap().tobytes()
    dataset.file_meta.TransferSyntaxUID = syntax
    content = quietly(lambda: written(dataset))
    start = 132 if has_meta else 144 + int.from_bytes(content[140:144], "little")
    frame, whole = decode_content(content[start:])[0], decode_content(content)[0]
    assert np.array_equal(frame.pixels, ramp())
    assert np.array_equal(whole.pixels, ramp())


def test_that_a_deflated_file_that_swells_beyond_reason_is_refused() -> None:
    dataset = made(np.zeros((4096, 4096), np.uint16))
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    content = written(dataset)
    assert decode_content(content)[0].rows == 4096
    with pytest.raises(UnreadableImage, match="too large"):
        open_dataset(content, most_bytes=1 << 20)
