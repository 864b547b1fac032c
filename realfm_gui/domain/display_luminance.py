"""Luminances of a monitor as somebody measured them, beside what is published as a recommendation.

A program cannot measure light. It can only put numbers side by side; whether a monitor is calibrated (DICOM
PS3.14) is known to whoever measures all its grey levels with a photometer.

References
----------
.. [1] ACR-AAPM-SIIM Technical Standard for Electronic Practice of Medical Imaging, American College of
   Radiology: interpretation at 350 cd/m2 or more (mammography 420), darkest grey 1.0 cd/m2 or more (1.2),
   ratio near 350, reflected light under a quarter of the darkest luminance, 20 to 40 lux in the room.
.. [2] Bevins NB, Flynn MJ, Silosky MS, et al. Display quality assurance: the report of AAPM Task Group 270.
   AAPM Report 270, 2019: the luminance ratio counts the light the screen reflects.
.. [3] European guidelines for quality assurance in breast cancer screening and diagnosis, 4th ed. European
   Commission, 2006: a ratio of 250 or more, under 10 lux where mammograms are read.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any, Self

BRIGHTEST_CD_M2, BRIGHTEST_MAMMOGRAPHY_CD_M2 = 350.0, 420.0
DARKEST_CD_M2 = 1.0
RATIO, EUROPEAN_RATIO = 350.0, 250.0
REFLECTED_SHARE = 0.25
"""Of the darkest luminance, the most that reflected light may add."""
ROOM_LUX = (20.0, 40.0)
OLD_AFTER_DAYS = 366
"""Annual measurement by a physicist is what the standards have in common."""

_BRIGHTEST_POSSIBLE_CD_M2 = 20_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Luminances:
    """What was measured of one monitor, and when and with what.

    `brightest_cd_m2` and `darkest_cd_m2` are of full white and full black in the dark; `reflected_cd_m2` is
    the luminance of the switched-off screen in the light of the room, `room_lux` that light itself; None
    where it was not measured.
    """

    brightest_cd_m2: float
    darkest_cd_m2: float
    reflected_cd_m2: float | None = None
    room_lux: float | None = None
    measured_on: str
    """ISO date."""
    instrument: str = ""

    def __post_init__(self) -> None:
        given = (self.brightest_cd_m2, self.darkest_cd_m2, self.reflected_cd_m2, self.room_lux)
        if not all(math.isfinite(value) and value >= 0 for value in given if value is not None):
            raise ValueError("a luminance is a number of 0 or more")
        if not self.darkest_cd_m2 < self.brightest_cd_m2 <= _BRIGHTEST_POSSIBLE_CD_M2:
            raise ValueError("white is brighter than black, and no monitor reaches 20 000 cd/m²")
        if not self.darkest_cd_m2 + (self.reflected_cd_m2 or 0):
            raise ValueError("a black of 0 cd/m² is beyond the instrument: enter the least it shows")
        date.fromisoformat(self.measured_on)

    @property
    def ratio(self) -> float:
        """(Lmax + Lamb) / (Lmin + Lamb): the reflected light counts where it is known."""
        reflected = self.reflected_cd_m2 or 0.0
        return (self.brightest_cd_m2 + reflected) / (self.darkest_cd_m2 + reflected)

    def age_days(self, today: date) -> int:
        """Return how long ago it was measured."""
        return (today - date.fromisoformat(self.measured_on)).days

    def to_payload(self) -> dict[str, Any]:
        """Return a JSON-ready form (inverse: `from_payload`)."""
        return asdict(self)

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        """Read what `to_payload` wrote; ValueError, KeyError or TypeError where it is something else."""
        return cls(**{part.name: payload[part.name] for part in fields(cls)})


class Weight(StrEnum):
    """How much a remark asks for: there is no "passed", because a program cannot know it."""

    FACT = "fact"
    CAUTION = "caution"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One line about the entered luminances."""

    weight: Weight
    words: str


def remarks(measured: Luminances, *, today: date) -> list[Remark]:
    """Return what the entered numbers are beside the published recommendations [1]_ [2]_ [3]_."""
    return [
        _ratio_remark(measured),
        _brightest_remark(measured.brightest_cd_m2),
        *_dark_remarks(measured),
        *_room_remarks(measured.room_lux),
        *_age_remarks(measured.age_days(today)),
    ]


def _ratio_remark(measured: Luminances) -> Remark:
    ratio = measured.ratio
    light = "with reflected light" if measured.reflected_cd_m2 is not None else "without reflected light"
    words = f"Ratio {ratio:.0f} {light}"
    if ratio < EUROPEAN_RATIO:
        return _caution(f"{words}: below 250 (European guidelines) and 350 (ACR-AAPM-SIIM).")
    if ratio < RATIO:
        return _caution(f"{words}: below 350 (ACR-AAPM-SIIM), not below 250 (European guidelines).")
    return _fact(f"{words}: not below the 350 of ACR-AAPM-SIIM.")


def _brightest_remark(brightest_cd_m2: float) -> Remark:
    words = f"White {brightest_cd_m2:.0f} cd/m²"
    if brightest_cd_m2 < BRIGHTEST_CD_M2:
        return _caution(f"{words}: below 350 for interpretation (ACR-AAPM-SIIM).")
    if brightest_cd_m2 < BRIGHTEST_MAMMOGRAPHY_CD_M2:
        return _fact(f"{words}: not below 350 for interpretation, below 420 for mammography (ACR-AAPM-SIIM).")
    return _fact(f"{words}: not below 420 for mammography (ACR-AAPM-SIIM).")


def _dark_remarks(measured: Luminances) -> list[Remark]:
    found = []
    if measured.darkest_cd_m2 < DARKEST_CD_M2:
        found.append(_caution(f"Black {measured.darkest_cd_m2:.2g} cd/m²: below 1.0 (ACR-AAPM-SIIM)."))
    if measured.reflected_cd_m2 is None:
        found.append(_fact("Reflected light was not measured; it lowers the ratio."))
    elif measured.reflected_cd_m2 > REFLECTED_SHARE * measured.darkest_cd_m2:
        found.append(
            _caution(
                f"Reflected light {measured.reflected_cd_m2:.2g} cd/m²: above a quarter of black "
                "(ACR-AAPM-SIIM). Darken the room."
            )
        )
    return found


def _room_remarks(room_lux: float | None) -> list[Remark]:
    if room_lux is None or ROOM_LUX[0] <= room_lux <= ROOM_LUX[1]:
        return []
    if room_lux > ROOM_LUX[1]:
        return [_caution(f"Room {room_lux:.0f} lux: above 20 to 40 (ACR-AAPM-SIIM).")]
    return [
        _fact(f"Room {room_lux:.0f} lux: below 20 to 40 (ACR-AAPM-SIIM); under 10 for mammograms in Europe.")
    ]


def _age_remarks(age_days: int) -> list[Remark]:
    if age_days < 0:
        return [_caution("The date of measurement lies in the future.")]
    if age_days > OLD_AFTER_DAYS:
        return [_caution(f"Measured {age_days} days ago: more than a year.")]
    return []


def _fact(words: str) -> Remark:
    return Remark(weight=Weight.FACT, words=words)


def _caution(words: str) -> Remark:
    return Remark(weight=Weight.CAUTION, words=words)
