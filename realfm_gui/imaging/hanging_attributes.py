"""What hanging needs to know of an image, written in plain codes before the words that said so are dropped.

A source may say its view, body part or side only in coded sequences with free-text meanings, and the contrast
of an MR series only in its (free-text) description and its timing. Of all that, the copy for the study gets
one code string each, from a closed list: nothing that could name anybody, no parameter that would tell one
scanner from another.
"""

from pydicom.dataset import Dataset, FileDataset

from realfm_gui.imaging.dataset import functional_group, items, number, numbers, text

VIEW_OF_CODE = {
    "R-10242": "CC",
    "399162004": "CC",
    "R-10226": "MLO",
    "399368009": "MLO",
    "R-10224": "ML",
    "399260004": "ML",
    "R-10228": "LM",
    "399352003": "LM",
    "R-10230": "LMO",
    "399099002": "LMO",
    "R-102D0": "SIO",
    "399188001": "SIO",
    "R-1024A": "XCCL",
    "399192008": "XCCL",
    "R-1024B": "XCCM",
    "399101009": "XCCM",
    "R-10244": "FB",
    "399196006": "FB",
    "R-10206": "AP",
    "399348003": "AP",
    "R-10214": "PA",
    "272479007": "PA",
    "R-10236": "LL",
    "399173006": "LL",
    "R-10232": "RL",
    "399198007": "RL",
    "R-102CD": "LATERAL",
    "399067008": "LATERAL",
}
"""Codes of the view to view positions (PS3.16 CID 4010, CID 4014; SNOMED RT before, SNOMED CT now)."""

PART_OF_CODE = {
    "T-D3000": "CHEST",
    "51185008": "CHEST",
    "816094009": "CHEST",
    "T-28000": "LUNG",
    "39607008": "LUNG",
    "T-04000": "BREAST",
    "76752008": "BREAST",
    "T-D4000": "ABDOMEN",
    "113345001": "ABDOMEN",
    "818981001": "ABDOMEN",
    "T-D6000": "PELVIS",
    "12921003": "PELVIS",
    "816092008": "PELVIS",
    "T-D1100": "HEAD",
    "69536005": "HEAD",
    "T-A0100": "BRAIN",
    "12738006": "BRAIN",
    "T-D1600": "NECK",
    "45048000": "NECK",
    "T-11501": "CSPINE",
    "122494005": "CSPINE",
    "T-11502": "TSPINE",
    "122495006": "TSPINE",
    "T-11503": "LSPINE",
    "122496007": "LSPINE",
    "T-15710": "HIP",
    "24136001": "HIP",
    "T-D9200": "KNEE",
    "72696002": "KNEE",
    "T-D2220": "SHOULDER",
    "16982005": "SHOULDER",
    "T-D8700": "HAND",
    "85562004": "HAND",
    "T-D9700": "FOOT",
    "56459004": "FOOT",
}
"""Codes of the anatomic region to body parts (PS3.16 Annex L; SNOMED RT before, SNOMED CT now)."""

_SIDES = {"R": "R", "L": "L", "B": "B", "U": "U"}
_CONTRASTS = {"T1", "T2", "T2_STAR", "PROTON_DENSITY", "FLUID_ATTENUATED", "STIR", "DIFFUSION", "TOF"}


def complete_for_hanging(copy: Dataset, original: FileDataset) -> None:
    """Write into a copy what its source says of view, body part, side and MR contrast in other places.

    An attribute that the copy has is left as it is.
    """
    anatomy = functional_group(original, 0, "FrameAnatomySequence")
    _fill(copy, "ViewPosition", _coded(original, "ViewCodeSequence", VIEW_OF_CODE))
    _fill(
        copy,
        "BodyPartExamined",
        _coded(original, "AnatomicRegionSequence", PART_OF_CODE)
        or (_coded(anatomy, "AnatomicRegionSequence", PART_OF_CODE) if anatomy is not None else ""),
    )
    if not text(copy, "Laterality") and anatomy is not None:
        _fill(copy, "ImageLaterality", _SIDES.get(text(anatomy, "FrameLaterality").upper(), ""))
    if text(original, "Modality") == "MR":
        _fill(copy, "AcquisitionContrast", acquisition_contrast(original))


def _fill(copy: Dataset, keyword: str, value: str) -> None:
    if value and not text(copy, keyword):
        setattr(copy, keyword, value)


def _coded(dataset: Dataset, keyword: str, known: dict[str, str]) -> str:
    return next(
        (known[code] for item in items(dataset, keyword) if (code := text(item, "CodeValue")) in known), ""
    )


def acquisition_contrast(dataset: Dataset) -> str:
    """Return the contrast of a classic MR image, from its timing; "" where that does not tell.

    Returns
    -------
    str
        A defined term of Acquisition Contrast (0008,9209): "T1", "T2", "PROTON_DENSITY", "FLUID_ATTENUATED",
        "STIR", "DIFFUSION", "T2_STAR" or "TOF"; "" else, for parameter maps too.

    References
    ----------
    DICOM PS3.3 C.8.3.1 (scanning sequence, times in ms), C.8.13.3.3 (the terms). Ranges after Bitar R,
    Leung G, Perng R, et al. MR pulse sequences: what every radiologist wants to know but is afraid to ask.
    RadioGraphics 2006;26(2):513-537.
    """
    said = text(dataset, "AcquisitionContrast").upper()
    if said:
        return said if said in _CONTRASTS else ""
    kind = {str(value).upper() for value in _values(dataset, "ImageType")}
    if kind & {"ADC", "FA", "EADC"}:
        return ""
    sequence = {str(value).upper() for value in _values(dataset, "ScanningSequence")}
    if "DIFFUSION" in kind or numbers(dataset, "DiffusionBValue"):
        return "DIFFUSION"
    repetition_ms, echo_ms = number(dataset, "RepetitionTime"), number(dataset, "EchoTime")
    if repetition_ms is None or echo_ms is None:
        return ""
    if "IR" in sequence:
        return _inverted(number(dataset, "InversionTime"), echo_ms)
    if "GR" in sequence:
        return _gradient_echo(dataset, echo_ms)
    if "SE" in sequence:
        return _spin_echo(repetition_ms, echo_ms)
    return ""


def _inverted(inversion_ms: float | None, echo_ms: float) -> str:
    if inversion_ms is None:
        return ""
    if inversion_ms >= 1500 and echo_ms >= 60:
        return "FLUID_ATTENUATED"
    if 80 <= inversion_ms <= 260:
        return "STIR"
    return "T1" if inversion_ms >= 300 and echo_ms <= 35 else ""


def _gradient_echo(dataset: Dataset, echo_ms: float) -> str:
    if text(dataset, "AngioFlag").upper() == "Y":
        return "TOF"
    if echo_ms >= 15:
        return "T2_STAR"
    variant = {str(value).upper() for value in _values(dataset, "SequenceVariant")}
    return "T1" if echo_ms < 10 and variant & {"SP", "MP"} else ""


def _spin_echo(repetition_ms: float, echo_ms: float) -> str:
    if repetition_ms <= 1000:
        return "T1" if echo_ms <= 35 else ""
    if repetition_ms < 1500 or 45 < echo_ms < 60:
        return ""
    return "T2" if echo_ms >= 60 else "PROTON_DENSITY"


def _values(dataset: Dataset, keyword: str) -> list[object]:
    try:
        value = dataset.get(keyword)
    except Exception:  # a value that cannot be converted is as good as absent
        return []
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)
