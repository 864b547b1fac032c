"""What a measurement says on the picture, with as many decimals as it deserves."""

import math

from realfm_gui.domain.images import Frame
from realfm_gui.domain.measurement import Measurement, MeasurementKind
from realfm_gui.domain.measuring import Measured, Scale, measure

LARGE_COBB_DEG = 90.0
"""Beyond it the supplement is written too: of a spine the larger angle is meant, but the tool serves for
other bones as well, and of lines drawn along two bones, one behind the other, it is the smaller."""

MOST_DECIMALS = 9
"""Of a value: a diffusion map in mm²/s counts in steps of a millionth and less."""

_MINUS = "−"


def words_for(measurement: Measurement, frame: Frame, *, with_statistics: bool = True) -> tuple[str, ...]:
    """Return the lines of a measurement's label.

    Parameters
    ----------
    measurement : Measurement
    frame : Frame
        The frame it was drawn on.
    with_statistics : bool
        False while a large region is pulled at: its pixels are counted when the hand lets go.
    """
    found = measure(measurement, frame, with_statistics=with_statistics)
    if measurement.kind is MeasurementKind.PROBE:
        return (_probe(found, frame),)
    if found.length is not None:
        return (f"{_rounded(found.length, _decimals(found.scale))} {_unit(found.scale)}",)
    if measurement.kind in (MeasurementKind.ANGLE, MeasurementKind.COBB):
        return (_angle(found, measurement.kind),)
    return (*_area(found), *_statistics(found, frame))


def _unit(scale: Scale) -> str:
    return "mm (detector)" if scale.unit == "mm at the detector" else scale.unit


def _decimals(scale: Scale) -> int:
    """Return the decimals of a length: a tenth of a pixel is the last that a hand can mean, at least 0.1."""
    return min(4, max(1, math.ceil(-math.log10(min(scale.column, scale.row)))))


def _angle(found: Measured, kind: MeasurementKind) -> str:
    if found.angle_deg is None:
        return "no angle here"
    words = f"{found.angle_deg:.1f}°"
    if kind is MeasurementKind.COBB:
        words = f"Cobb {words}"
        if found.angle_deg > LARGE_COBB_DEG:
            words += f" or {180 - found.angle_deg:.1f}°"
    return words


def _area(found: Measured) -> tuple[str, ...]:
    if found.area is None:
        return ()
    decimals = _decimals(found.scale)
    unit, where = ("mm²", " (detector)") if found.scale.unit.startswith("mm") else ("px²", "")
    if found.scale.unit == "mm":
        where = ""
    area = f"{_rounded(found.area, decimals if found.area < 100 else 0)} {unit}{where}"
    if found.sides is None:
        return (area,)
    width, height = (_rounded(side, decimals) for side in found.sides)
    return (f"{area}   {width} × {height} {found.scale.unit.split()[0]}",)


def _statistics(found: Measured, frame: Frame) -> tuple[str, ...]:
    numbers = found.statistics
    if numbers is None:
        return ()
    whole, unit = value_decimals(frame), _value_unit(frame)
    mean, sd = (_rounded(number, whole + 1) for number in (numbers.mean, numbers.sd))
    low, high = (_rounded(number, whole) for number in (numbers.minimum, numbers.maximum))
    return (f"mean {mean}   SD {sd}{unit}", f"min {low}   max {high}{unit}   n {numbers.count}")


def _probe(found: Measured, frame: Frame) -> str:
    if found.rgb is not None:
        return "RGB {} {} {}".format(*found.rgb)
    if found.value is None:
        return "no value here"
    return _rounded(found.value, value_decimals(frame)) + _value_unit(frame)


def _value_unit(frame: Frame) -> str:
    if frame.is_colour:
        return " (luma)"
    return f" {frame.units}" if frame.units else ""


def value_decimals(frame: Frame) -> int:
    """Return the decimals that tell neighbouring values of a frame apart, 0 for whole numbers."""
    if frame.is_colour or frame.modality_table is not None or not frame.slope:
        return 0
    is_whole = float(frame.slope).is_integer() and float(frame.intercept).is_integer()
    return 0 if is_whole else min(MOST_DECIMALS, max(1, math.ceil(-math.log10(abs(frame.slope)))))


def _rounded(number: float, decimals: int) -> str:
    words = f"{number:.{decimals}f}"
    return words.replace("-", _MINUS) if float(words) else words.removeprefix("-")  # no minus before zero
