"""What a file lays over its picture: overlays, shutters, and parts with a scale of their own."""

import io

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import RLELossless

from realfm_gui.domain.images import CalibratedRegion, Frame, OverlayPlane
from realfm_gui.imaging.decoding import decode_content
from realfm_gui.imaging.deidentify import Deidentifier
from realfm_gui.imaging.plane_painting import edged, outlined, painted_plane
from realfm_gui.imaging.rendering import apply, build_pyramid, fit, lookup_table, resample
from realfm_gui.imaging.sources import read_source

from .conftest import dataset_of, frames_of
from .made_objects import made, written

# -- overlays


def drawing(rows: int = 5, columns: int = 7) -> np.ndarray:
    return np.random.default_rng(5).random((rows, columns)) < 0.4


def with_overlay(dataset: pydicom.FileDataset, mask: np.ndarray, *, group: int = 0x6000, **changes) -> None:
    bits = np.packbits(mask.ravel(), bitorder="little").tobytes()
    dataset.add_new((group, 0x0010), "US", mask.shape[-2])
    dataset.add_new((group, 0x0011), "US", mask.shape[-1])
    dataset.add_new((group, 0x0040), "CS", changes.get("kind", "G"))
    dataset.add_new((group, 0x0050), "SS", changes.get("origin", [1, 1]))
    dataset.add_new((group, 0x0100), "US", 1)
    dataset.add_new((group, 0x0102), "US", 0)
    if mask.ndim == 3:
        dataset.add_new((group, 0x0015), "IS", len(mask))
        dataset.add_new((group, 0x0051), "US", changes.get("first_frame", 1))
    dataset.add_new((group, 0x3000), "OW", changes.get("data", bits + b"\0" * (len(bits) % 2)))


def test_that_a_packed_overlay_is_unpacked_and_placed_from_zero() -> None:
    dataset = made(np.zeros((10, 10), np.uint8))
    with_overlay(dataset, drawing(), origin=[-1, 4], kind="R")
    (plane,) = decode_content(written(dataset))[0].overlays
    assert np.array_equal(plane.mask, drawing())
    assert (plane.row, plane.column, plane.kind) == (-2, 3, "roi")


@pytest.mark.parametrize(
    "name", ["pydicom_data__MR-SIEMENS-DICOM-WithOverlays.dcm", "fodicom__OutOfBoundsOverlay.dcm"]
)
def test_that_the_overlays_of_real_files_are_those_of_pydicom(dicom, name: str) -> None:
    planes = frames_of(dicom / name)[0].overlays
    dataset = dataset_of(dicom / name)
    groups = [group for group in (0x6000, 0x6002) if (group, 0x3000) in dataset]
    assert len(planes) == len(groups)
    for plane, group in zip(planes, groups, strict=True):
        assert np.array_equal(plane.mask, dataset.overlay_array(group).astype(bool))
        assert [plane.row + 1, plane.column + 1] == list(dataset[group, 0x0050].value)


@pytest.mark.parametrize("is_rle", [False, True], ids=["plain", "rle"])
def test_that_an_overlay_in_unused_bits_is_found_and_no_part_of_the_values(is_rle: bool) -> None:
    values = np.arange(35).reshape(5, 7).astype(np.uint16)
    dataset = embedded(values, is_rle=is_rle)
    (frame,) = decode_content(written(dataset))
    assert np.array_equal(frame.pixels, values)
    assert np.array_equal(frame.overlays[0].mask, drawing())


def embedded(values: np.ndarray, *, is_rle: bool) -> pydicom.FileDataset:
    cells = values | (drawing().astype(np.uint16) << 14)
    dataset = made(cells)
    if is_rle:
        dataset.compress(RLELossless, cells, generate_instance_uid=False)
    dataset.BitsStored, dataset.HighBit = 12, 11
    dataset.add_new(0x60000010, "US", 5)
    dataset.add_new(0x60000011, "US", 7)
    dataset.add_new(0x60000040, "CS", "G")
    dataset.add_new(0x60000100, "US", 16)
    dataset.add_new(0x60000102, "US", 14)
    return dataset


def test_that_frames_of_an_overlay_go_to_the_frames_of_the_image_they_name() -> None:
    dataset = made(np.zeros((30, 10), np.uint8), Rows=10, NumberOfFrames=3)
    masks = np.stack([drawing(), ~drawing()])
    with_overlay(dataset, masks, first_frame=2)
    first, second, third = decode_content(written(dataset))
    assert first.overlays == ()
    assert np.array_equal(second.overlays[0].mask, masks[0])
    assert np.array_equal(third.overlays[0].mask, masks[1])


def test_that_a_damaged_overlay_leaves_the_picture_and_says_so() -> None:
    dataset = made(np.zeros((10, 10), np.uint8))
    with_overlay(dataset, drawing(50, 50), data=b"\1\2")
    (frame,) = decode_content(written(dataset))
    assert frame.overlays == ()
    assert "overlay" in frame.tags["note"]


@pytest.mark.parametrize("is_rle", [False, True], ids=["plain", "rle"])
def test_that_no_copy_for_a_study_keeps_an_overlay_not_even_in_unused_bits(tmp_path, is_rle: bool) -> None:
    values = np.arange(35).reshape(5, 7).astype(np.uint16)
    source = tmp_path / "source.dcm"
    dataset = embedded(values, is_rle=is_rle)
    with_overlay(dataset, drawing(), group=0x6002)
    source.write_bytes(written(dataset))
    prepared = Deidentifier().prepare(read_source(source))
    copy = pydicom.dcmread(io.BytesIO(prepared.content))
    assert not any(0x6000 <= tag.group <= 0x60FF for tag in copy.keys())  # noqa: SIM118 - a Dataset is no dict
    cells = np.frombuffer(copy.PixelData, "<u2")[: values.size].reshape(values.shape)
    assert np.array_equal(cells, values)
    assert "An overlay was removed." in prepared.notes


def test_that_an_overlay_is_painted_on_the_pixels_it_covers() -> None:
    plane = OverlayPlane(mask=np.array([[True, False], [False, True]]), row=1, column=2)
    painted = painted_plane(plane, fit(4, 4, 1.0, 8, 8), 8, 8)
    expected = np.zeros((4, 4), bool)
    expected[1, 2] = expected[2, 3] = True
    assert np.array_equal(painted, expected.repeat(2, 0).repeat(2, 1))


def test_that_a_thin_line_does_not_vanish_in_a_reduced_view() -> None:
    mask = np.zeros((1000, 1000), bool)
    mask[:, 333] = True
    painted = painted_plane(OverlayPlane(mask=mask), fit(1000, 1000, 1.0, 100, 100), 100, 100)
    assert painted.any(axis=1).all()
    assert painted.sum() == 100


def test_that_a_region_of_the_file_is_outlined_and_a_drawing_gets_an_edge_around_it() -> None:
    covered = np.zeros((8, 9), bool)
    covered[2:7, 3:9] = True  # goes on beyond the right edge of the view
    outline = outlined(covered)
    assert outline.sum() == 6 + 6 + 3  # top, bottom, left: nothing is known beyond the right edge
    assert not outline[3:6, 4:].any()
    around = edged(covered)
    assert around.sum() == 6 + 6 + 5
    assert not (around & covered).any()


# -- shutters


def opening_of(**attributes: object) -> np.ndarray:
    dataset = made(np.zeros((20, 30), np.uint8), **attributes)
    (frame,) = decode_content(written(dataset))
    assert frame.shutter is not None
    return ~frame.shutter


EDGES = {
    "ShutterUpperHorizontalEdge": 3,
    "ShutterLowerHorizontalEdge": 10,
    "ShutterLeftVerticalEdge": 5,
    "ShutterRightVerticalEdge": 25,
}


def test_that_a_rectangular_shutter_opens_from_edge_to_edge_both_included() -> None:
    opening = opening_of(ShutterShape="RECTANGULAR", **EDGES)
    rows, columns = np.nonzero(opening)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (2, 9, 4, 24)
    assert opening.sum() == 8 * 21


@pytest.mark.parametrize("ratio", [[1, 1], [2, 1]])
def test_that_a_circular_shutter_is_round_on_screen(ratio: list[int]) -> None:
    opening = opening_of(
        ShutterShape="CIRCULAR",
        CenterOfCircularShutter=[10, 15],
        RadiusOfCircularShutter=8,
        PixelAspectRatio=ratio,
    )
    r, c = np.mgrid[1:21, 1:31]
    assert np.array_equal(opening, ((r - 10) * ratio[0]) ** 2 + (c - 15) ** 2 <= 64)


@pytest.mark.parametrize("is_reversed", [False, True])
def test_that_a_polygonal_shutter_opens_inside_whichever_way_it_is_drawn(is_reversed: bool) -> None:
    corners = [(2, 2), (2, 20), (12, 20), (7, 11), (12, 2)]
    flat = [number for corner in (corners[::-1] if is_reversed else corners) for number in corner]
    opening = opening_of(ShutterShape="POLYGONAL", VerticesOfThePolygonalShutter=flat)
    # by hand: from row 2 down to the notch that rises from both lower corners to (7, 11)
    for row, column, expected in (
        (2, 2, 1),
        (7, 11, 1),
        (8, 11, 0),
        (12, 2, 1),
        (11, 11, 0),
        (11, 3, 1),
        (13, 5, 0),
    ):
        assert opening[row - 1, column - 1] == bool(expected), (row, column)


def test_that_several_shutters_open_only_where_all_of_them_do() -> None:
    circle = {"CenterOfCircularShutter": [10, 15], "RadiusOfCircularShutter": 8}
    both = opening_of(ShutterShape=["RECTANGULAR", "CIRCULAR"], **EDGES, **circle)
    one, other = (
        opening_of(ShutterShape="RECTANGULAR", **EDGES),
        opening_of(ShutterShape="CIRCULAR", **circle),
    )
    assert np.array_equal(both, one & other)


@pytest.mark.parametrize(
    "attributes",
    [
        {"ShutterShape": "RECTANGULAR"},
        {"ShutterShape": "RECTANGULAR", **dict.fromkeys(EDGES, 40)},
        {"ShutterShape": "HEPTAGONAL", **EDGES},
        {"ShutterShape": "POLYGONAL", "VerticesOfThePolygonalShutter": [1, 2, 3]},
        {"ShutterShape": "POLYGONAL", "VerticesOfThePolygonalShutter": [2, 2, 2, 9, 9, 9, 9, 2] * 1000},
    ],
)
def test_that_a_shutter_that_cannot_be_meant_hides_nothing(attributes: dict[str, object]) -> None:
    dataset = made(np.zeros((20, 30), np.uint8), **attributes)
    assert decode_content(written(dataset))[0].shutter is None


def test_that_a_shutter_is_painted_in_its_grey_over_a_picture_that_keeps_its_values() -> None:
    dataset = made(
        np.full((20, 30), 200, np.uint8), ShutterShape="RECTANGULAR", ShutterPresentationValue=32896, **EDGES
    )
    (frame,) = decode_content(written(dataset))
    assert (frame.values() == 200).all()
    for smooth in (False, True):
        view = resample(build_pyramid(frame), fit(20, 30, 1.0, 20, 30), 20, 30, smooth=smooth)
        painted = apply(view, lookup_table(frame, frame.windows[0], invert=True))
        assert (painted[frame.shutter] == 128).all()
        assert (painted[~frame.shutter] == 55).all()


def test_that_a_colour_picture_has_a_shutter_too() -> None:
    dataset = made(np.full((20, 30, 3), 200, np.uint8), ShutterShape="RECTANGULAR", **EDGES)
    (frame,) = decode_content(written(dataset))
    painted = apply(resample(build_pyramid(frame), fit(20, 30, 1.0, 20, 30), 20, 30), None)
    assert (painted[frame.shutter] == 0).all()
    assert (painted[~frame.shutter] == 200).all()


def test_that_a_shutter_comes_along_into_a_study(tmp_path) -> None:
    source = tmp_path / "source.dcm"
    source.write_bytes(written(made(np.zeros((20, 30), np.uint8), ShutterShape="RECTANGULAR", **EDGES)))
    (copy,) = decode_content(Deidentifier().prepare(read_source(source)).content)
    assert copy.shutter is not None
    assert (~copy.shutter).sum() == 8 * 21


# -- regions of ultrasound


def region(top: int, left: int, bottom: int, right: int, **attributes: object) -> Dataset:
    item = Dataset()
    item.RegionSpatialFormat, item.RegionDataType, item.RegionFlags = 1, 1, attributes.get("flags", 0)
    item.RegionLocationMinX0, item.RegionLocationMinY0 = left, top
    item.RegionLocationMaxX1, item.RegionLocationMaxY1 = right, bottom
    item.PhysicalUnitsXDirection = item.PhysicalUnitsYDirection = attributes.get("units", 3)
    item.PhysicalDeltaX, item.PhysicalDeltaY = attributes.get("delta", (0.02, 0.01))
    return item


def with_regions(*found: Dataset) -> Frame:
    dataset = made(np.zeros((20, 30), np.uint8), Modality="US", SequenceOfUltrasoundRegions=Sequence(found))
    return decode_content(written(dataset))[0]


def test_that_millimetres_hold_inside_their_region_only() -> None:
    frame = with_regions(region(0, 0, 9, 29), region(10, 0, 99, 29, units=4))
    assert frame.spacing_mm is None
    assert frame.region_at(9.4, 29).spacing_mm == pytest.approx((0.1, 0.2))
    time = frame.region_at(15, 3)
    assert (time.row_units, time.spacing_mm, time.bottom) == ("s", None, 19)
    assert frame.region_at(25, 3) is None


def test_that_of_overlapping_regions_the_one_with_priority_counts_and_without_it_none() -> None:
    low = region(0, 0, 19, 29, flags=1, delta=(0.5, 0.5))
    frame = with_regions(low, region(5, 5, 10, 10))
    assert frame.region_at(7, 7).spacing_mm == pytest.approx((0.1, 0.2))
    assert frame.region_at(1, 1).spacing_mm == pytest.approx((5.0, 5.0))
    assert with_regions(region(0, 0, 19, 29), region(5, 5, 10, 10, delta=(1, 1))).region_at(7, 7) is None


@pytest.mark.parametrize("name", ["pydicom_data__OBXXXX1A.dcm", "pydicom_data__gdcm-US-ALOKA-16.dcm"])
def test_that_real_ultrasound_is_measured_by_region(dicom, name: str) -> None:
    frame = frames_of(dicom / name)[0]
    item = dataset_of(dicom / name).SequenceOfUltrasoundRegions[0]
    found = frame.region_at(item.RegionLocationMinY0 + 5, item.RegionLocationMinX0 + 5)
    assert isinstance(found, CalibratedRegion)
    assert found.spacing_mm == pytest.approx((10 * item.PhysicalDeltaY, 10 * item.PhysicalDeltaX))
    assert frame.spacing_mm is None
