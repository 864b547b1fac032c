"""What the output of a rescale is measured in, as far as a header can be believed."""

_KNOWN = frozenset({"HU", "OD", "MGML", "HU_MOD", "PCT"})


def rescale_units(modality: str, declared: str, image_type: str, *, has_rescale: bool) -> str:
    """Return the units of a modality LUT's output, empty where they are not known.

    Parameters
    ----------
    modality : str
        CT means Hounsfield units, except in a localizer.
    declared : str
        The header's rescale type.
    image_type : str
        All values of the image type in one text.
    has_rescale : bool
        Whether the header gives a rescale at all.
    """
    is_localizer = "LOCALIZER" in image_type
    if declared in ("", "HU") and modality == "CT" and has_rescale and not is_localizer:
        return "HU"
    return declared if declared in _KNOWN else ""
