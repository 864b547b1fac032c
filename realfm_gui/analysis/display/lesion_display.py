"""Whether a lesion was displayed: long enough, large enough, and most of it.

The three ways to miss a lesion are those of eye tracking [1]_: it is never fixated (search), fixated too
briefly to be recognised, or fixated and rejected (decision). The border of the last two has been drawn at
a total dwell of some tenths of a second to a second; about one decision is made per second of scanning [2]_.
Half a second is taken here and can be changed. It is no more than an analogy: what was displayed was not
necessarily looked at, so that "displayed and rejected" holds misses that an eye tracker would call errors of
search or recognition. "Never displayed" is the one class that needs no eye tracker.

References
----------
.. [1] Kundel HL, Nodine CF, Carmody D. Visual scanning, pattern recognition and decision-making in pulmonary
   nodule detection. Invest Radiol 1978;13(3):175-181.
.. [2] Kundel HL, Nodine CF, Krupinski EA. Searching for lung nodules. Visual dwell indicates locations of
   false-positive and false-negative decisions. Invest Radiol 1989;24(6):472-478.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from realfm_gui.analysis.display.dwell import pictures_of
from realfm_gui.analysis.display.regions import Region
from realfm_gui.domain.display_record import DisplayRecord
from realfm_gui.domain.display_spans import Shown, Span, duration_s, idle_spans, shown, total_s, without


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplayThreshold:
    """From when on a lesion counts as displayed.

    Its smaller side must measure `size_px` device pixels (8 of 0.25 mm at 60 cm are 11 minutes of arc, some
    ten times what normal sight resolves), `share` of it must be visible, `seconds` in all.
    """

    seconds: float = 0.5
    size_px: float = 8.0
    share: float = 0.5

    def __post_init__(self) -> None:
        if not (self.seconds >= 0 and self.size_px >= 0 and 0 < self.share <= 1):
            raise ValueError("a threshold has seconds and pixels from 0 on, and a share of the lesion")


class Displayed(StrEnum):
    """How a lesion was displayed."""

    NEVER = "never displayed"
    TOO_BRIEFLY = "displayed too briefly"
    LONG_ENOUGH = "displayed"


@dataclass(frozen=True, slots=True, kw_only=True)
class LesionDisplay:
    """A lesion's time on the screen.

    `displayed_s` is the time at which it was large enough and visible enough; `any_s` the time with any of it
    visible at any size; `cuts_s` the time with a reformation of the case on the screen, in which it may have
    been shown. `first_s` is when it first was on the reading's time axis, None if never.
    """

    displayed_s: float
    any_s: float
    cuts_s: float
    first_s: float | None
    threshold: DisplayThreshold

    @property
    def displayed(self) -> Displayed:
        """How it was displayed, reformations left aside."""
        if self.displayed_s >= self.threshold.seconds and self.displayed_s > 0:
            return Displayed.LONG_ENOUGH
        return Displayed.TOO_BRIEFLY if self.any_s > 0 else Displayed.NEVER


def lesion_display(
    records: Sequence[DisplayRecord], regions: Iterable[Region], threshold: DisplayThreshold | None = None
) -> LesionDisplay:
    """Return how a lesion was displayed.

    Parameters
    ----------
    records : sequence of DisplayRecord
        Of one reader and case: an aided answer follows from what was displayed unaided, too.
    regions : iterable of Region
        Where the lesion lies, frame by frame.
    threshold : DisplayThreshold, optional
    """
    limit = threshold or DisplayThreshold()
    places = list(regions)
    displayed_s = any_s = cuts_s = before_s = 0.0
    first_s: float | None = None
    for record in records:
        pictures, idle = shown(record), idle_spans(record)
        enough: list[Span] = []
        partly: list[Span] = []
        for region in places:
            for picture in pictures_of(pictures, region):
                share = region.share_within(picture.view.place.visible)
                if share > 0:
                    partly.append(picture.span)
                if share >= limit.share and smaller_side_px(picture, region) >= limit.size_px:
                    enough.append(picture.span)
        displayed_s += total_s(without(enough, idle))
        any_s += total_s(without(partly, idle))
        cuts_s += total_s(without([p.span for p in pictures if p.view.cut is not None], idle))
        if partly and first_s is None:
            first_s = before_s + min(partly)[0]
        before_s += duration_s(record)
    return LesionDisplay(
        displayed_s=displayed_s, any_s=any_s, cuts_s=cuts_s, first_s=first_s, threshold=limit
    )


def smaller_side_px(picture: Shown, region: Region) -> float:
    """Return how large a region was on the screen: the smaller side of its box in device pixels.

    Infinite for a mere point.
    """
    place = picture.view.place
    if not region.has_size:
        return math.inf
    rows, columns = region.extent
    return min(rows * place.scale * place.aspect, columns * place.scale)
