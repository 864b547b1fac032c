"""Where pixels are in millimetres, and how far that can be believed."""

from dataclasses import dataclass

import numpy as np
from pydicom.dataset import Dataset, FileDataset

from realfm_gui.imaging.dataset import functional_group, numbers, text

_CROSS_SECTIONAL = frozenset({"CT", "MR", "PT", "NM", "SM", "OPT"})
_PROJECTION = frozenset({"CR", "DX", "MG", "XA", "RF", "IO", "PX", "RG", "XC", "RTIMAGE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaneGeometry:
    """Geometry of one frame; see `domain.images.Frame` for the meaning of the fields."""

    spacing_mm: tuple[float, float] | None
    spacing_kind: str
    aspect: float
    position_mm: tuple[float, float, float] | None
    orientation: tuple[float, ...] | None


def geometry_of(dataset: FileDataset, frame: int) -> PlaneGeometry:
    """Return the geometry of one frame.

    A pixel spacing counts as "patient" for cross-sectional images and for projections that say they were
    calibrated (PS3.3 10.7.1); as "detector" for other projections, magnification unknown; as unknown
    everywhere else (ultrasound has it per region, captures have none): pixels are better than wrong
    millimetres.
    """
    spacing, kind = _spacing(dataset, frame)
    position_item = functional_group(dataset, frame, "PlanePositionSequence") or dataset
    orientation_item = functional_group(dataset, frame, "PlaneOrientationSequence") or dataset
    position = numbers(position_item, "ImagePositionPatient", 3)
    orientation = numbers(orientation_item, "ImageOrientationPatient", 6)
    if orientation is not None and not _is_orthonormal(orientation):
        orientation = None
    return PlaneGeometry(
        spacing_mm=spacing if kind != "none" else None,
        spacing_kind=kind if spacing is not None else "none",
        aspect=_aspect(dataset, spacing),
        position_mm=(position[0], position[1], position[2]) if position else None,
        orientation=orientation,
    )


def _spacing(dataset: FileDataset, frame: int) -> tuple[tuple[float, float] | None, str]:
    measures = functional_group(dataset, frame, "PixelMeasuresSequence")
    pixel = _positive_pair(measures or dataset, "PixelSpacing")
    imager = _positive_pair(dataset, "ImagerPixelSpacing") or _positive_pair(
        dataset, "NominalScannedPixelSpacing"
    )
    modality = text(dataset, "Modality")
    is_calibrated = text(dataset, "PixelSpacingCalibrationType") in ("GEOMETRY", "FIDUCIAL")
    is_localizer = modality == "CT" and "LOCALIZER" in str(dataset.get("ImageType", ""))
    if modality in _PROJECTION or is_localizer:
        if pixel and (is_calibrated or (imager and not np.allclose(pixel, imager, rtol=1e-3))):
            return pixel, "patient"
        return (pixel or imager), "detector"
    if pixel and (modality in _CROSS_SECTIONAL or is_calibrated):
        return pixel, "patient"
    if imager:
        return imager, "detector"
    return pixel, "none"


def _positive_pair(dataset: Dataset, keyword: str) -> tuple[float, float] | None:
    pair = numbers(dataset, keyword, 2)
    return (pair[0], pair[1]) if pair and min(pair) > 0 else None


def _aspect(dataset: Dataset, spacing: tuple[float, float] | None) -> float:
    if spacing is not None:
        aspect = spacing[0] / spacing[1]
    else:
        ratio = _positive_pair(dataset, "PixelAspectRatio")  # vertical, horizontal
        aspect = ratio[0] / ratio[1] if ratio else 1.0
    return aspect if 0.05 <= aspect <= 20 else 1.0  # beyond that it is a typing error


def _is_orthonormal(orientation: tuple[float, ...]) -> bool:
    row, column = np.array(orientation[:3]), np.array(orientation[3:])
    lengths = (float(row @ row), float(column @ column))
    return bool(np.allclose(lengths, 1.0, atol=1e-2) and abs(float(row @ column)) < 1e-2)
