"""What of a DICOM object may enter a study: what is needed to show and to measure it, and nothing else.

An allow-list, because nobody can list all places in which a name may hide. No free text, no date, no
identifier, no private attribute is on it. What hanging needs and a source says elsewhere, in dates, codes
with free-text meanings or the timing of a sequence, is written anew (see `deidentify`).
"""

import re

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

_OBJECT = """
    SOPClassUID SOPInstanceUID Modality ImageType ConversionType PresentationIntentType
    StudyInstanceUID SeriesInstanceUID FrameOfReferenceUID SeriesNumber InstanceNumber
    AcquisitionNumber BodyPartExamined Laterality ImageLaterality ViewPosition PatientPosition
    PatientOrientation AcquisitionContrast BurnedInAnnotation RecognizableVisualFeatures LossyImageCompression
    LossyImageCompressionRatio LossyImageCompressionMethod
"""
_PIXELS = """
    SamplesPerPixel PhotometricInterpretation PlanarConfiguration NumberOfFrames Rows Columns
    BitsAllocated BitsStored HighBit PixelRepresentation PixelPaddingValue PixelPaddingRangeLimit
    FloatPixelPaddingValue DoubleFloatPixelPaddingValue SmallestImagePixelValue
    LargestImagePixelValue PixelData FloatPixelData DoubleFloatPixelData ExtendedOffsetTable
    ExtendedOffsetTableLengths
"""
_GEOMETRY = """
    PixelSpacing ImagerPixelSpacing NominalScannedPixelSpacing PixelSpacingCalibrationType
    PixelAspectRatio EstimatedRadiographicMagnificationFactor DistanceSourceToDetector
    DistanceSourceToPatient ImagePositionPatient ImageOrientationPatient SliceThickness
    SliceLocation SpacingBetweenSlices GantryDetectorTilt
"""
_GREY_AND_COLOUR = """
    RescaleSlope RescaleIntercept RescaleType ModalityLUTSequence ModalityLUTType VOILUTSequence
    LUTDescriptor LUTExplanation LUTData WindowCenter WindowWidth WindowCenterWidthExplanation VOILUTFunction
    PresentationLUTShape Units RedPaletteColorLookupTableDescriptor
    GreenPaletteColorLookupTableDescriptor BluePaletteColorLookupTableDescriptor
    AlphaPaletteColorLookupTableDescriptor RedPaletteColorLookupTableData
    GreenPaletteColorLookupTableData BluePaletteColorLookupTableData
    AlphaPaletteColorLookupTableData SegmentedRedPaletteColorLookupTableData
    SegmentedGreenPaletteColorLookupTableData SegmentedBluePaletteColorLookupTableData PixelPresentation
"""
_SHUTTER = """
    ShutterShape ShutterLeftVerticalEdge ShutterRightVerticalEdge ShutterUpperHorizontalEdge
    ShutterLowerHorizontalEdge CenterOfCircularShutter RadiusOfCircularShutter
    VerticesOfThePolygonalShutter ShutterPresentationValue
"""
_CINE = """
    FrameTime FrameTimeVector CineRate RecommendedDisplayFrameRate
"""
_ENHANCED_FRAMES = """
    SharedFunctionalGroupsSequence PerFrameFunctionalGroupsSequence PixelMeasuresSequence
    PlanePositionSequence PlaneOrientationSequence FrameVOILUTSequence
    PixelValueTransformationSequence FrameContentSequence InStackPositionNumber
    TemporalPositionIndex DimensionIndexValues
"""
_ULTRASOUND_REGIONS = """
    SequenceOfUltrasoundRegions RegionSpatialFormat RegionDataType RegionFlags RegionLocationMinX0
    RegionLocationMinY0 RegionLocationMaxX1 RegionLocationMaxY1 ReferencePixelX0 ReferencePixelY0
    PhysicalUnitsXDirection PhysicalUnitsYDirection ReferencePixelPhysicalValueX
    ReferencePixelPhysicalValueY PhysicalDeltaX PhysicalDeltaY
"""
KEPT = frozenset(
    word
    for group in (
        _OBJECT,
        _PIXELS,
        _GEOMETRY,
        _GREY_AND_COLOUR,
        _SHUTTER,
        _CINE,
        _ENHANCED_FRAMES,
        _ULTRASOUND_REGIONS,
    )
    for word in group.split()
)
"""Keywords of the attributes that stay, at any depth."""

_TEXT = frozenset({"AE", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"})
_CODE = re.compile(r"[A-Z0-9 _]{0,16}")
_WINDOW_WORDS = """
    NORMAL HARDER SOFTER WINDOW WINDOW1 WINDOW2 WINDOW3 WINDOW4 BRAIN BONE BONES LUNG LUNGS SOFT TISSUE
    ABDOMEN LIVER MEDIASTINUM SPINE ANGIO STROKE SUBDURAL DEFAULT STANDARD ALGO1 ALGO2 USER LINEAR SIGMOID LUT
"""
_WINDOW_NAMES = frozenset(_WINDOW_WORDS.split())
_MAX_DEPTH = 8


def keep_allowed(dataset: Dataset, depth: int = 0) -> Dataset:
    """Return a new dataset with the allowed attributes only, in sequences too."""
    kept = Dataset()
    for tag in list(dataset.keys()):
        try:
            element = dataset[tag]
        except Exception:  # noqa: S112 - a value that cannot be read cannot be needed
            continue
        if element.tag.is_private or element.keyword not in KEPT or element.VR == "UN":
            continue
        cleaned = _cleaned(element, depth)
        if cleaned is not None:
            kept.add(cleaned)
    return kept


def _cleaned(element: DataElement, depth: int) -> DataElement | None:
    if element.VR == "SQ":
        if depth >= _MAX_DEPTH:
            return None
        items = [keep_allowed(item, depth + 1) for item in element.value]
        return DataElement(element.tag, "SQ", items)
    if element.keyword in ("WindowCenterWidthExplanation", "LUTExplanation"):
        return DataElement(element.tag, element.VR, _window_names(element))
    if element.VR in _TEXT and element.keyword not in ("RescaleType", "ModalityLUTType"):
        return None
    if element.VR in ("CS", *_TEXT):
        values = [str(value).strip().upper() for value in _listed(element)]
        # A code string of the standard is in capitals and short; anything else is somebody's own words.
        if not all(_CODE.fullmatch(value) for value in values):
            return None
        return DataElement(element.tag, element.VR, _first_values(element.keyword, values))
    return element


def _first_values(keyword: str, values: list[str]) -> list[str]:
    return values[:3] if keyword == "ImageType" else values


def _window_names(element: DataElement) -> list[str]:
    names = [str(value).strip() for value in _listed(element)]
    return [
        name if all(word in _WINDOW_NAMES for word in name.upper().split()) else f"WINDOW {number}"
        for number, name in enumerate(names, start=1)
    ]


def _listed(element: DataElement) -> list[object]:
    value = element.value
    if value is None:
        return []
    return list(value) if element.VM > 1 else [value]
