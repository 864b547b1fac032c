"""Which marks found which lesions: the rule of the protocol, applied to one case.

References
----------
.. [1] Petrick N, Sahiner B, Armato SG, et al. Evaluation of computer-aided detection and diagnosis systems.
   Med Phys 2013;40(8):087001 (mark-labelling rules, and that they must be fixed beforehand).
.. [2] Kallergi M, Carney GM, Gaviria J. Evaluating the performance of detection algorithms in digital
   mammography. Med Phys 1999;26(2):267-275 (how much the rule matters).
.. [3] Chakraborty DP. Observer Performance Methods for Diagnostic Imaging. CRC Press 2017 (acceptance radius,
   lesion and non-lesion localisations).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from realfm_gui.domain.lesion import Lesion, LesionRegion
from realfm_gui.domain.lesion_geometry import centre_of, contains, overlap
from realfm_gui.domain.mark import Mark
from realfm_gui.domain.protocol import LocalisationPart


class Hit(StrEnum):
    """What a mark counts as."""

    LESION = "lesion"
    """A lesion localisation (LL): the first mark on a lesion, in order of rating."""
    NON_LESION = "non_lesion"
    """A non-lesion localisation (NL)."""
    REPEAT = "repeat"
    """A further mark on a lesion that is found already, where the protocol ignores those."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredMark:
    """A mark and what it counts as; `lesion` is the index of the lesion it found, None otherwise."""

    mark: Mark
    hit: Hit
    lesion: int | None = None


def score_marks(marks: Sequence[Mark], lesions: Sequence[Lesion], rule: LocalisationPart) -> list[ScoredMark]:
    """Return what each mark of one (case, finding) counts as, in the order given.

    The mark rated highest chooses first (of equal ratings the one made first) and takes the lesion it fits
    best of those it is accepted for and nobody has taken. Every lesion is found once at most.

    Parameters
    ----------
    marks : sequence of Mark
        Rated, all of one reader, case, phase and finding.
    lesions : sequence of Lesion
        Those of that case and finding.
    rule : LocalisationPart
        When a mark is accepted.

    Raises
    ------
    ValueError
        If a mark is unrated, or the rule is in millimetres and a lesion's spacing is not known.
    """
    ratings = [mark.rating for mark in marks]
    order = sorted(range(len(marks)), key=lambda i: (-_given(ratings[i]), i))
    scored: dict[int, ScoredMark] = {}
    taken: set[int] = set()
    for i in order:
        fits = {
            n: fit for n, lesion in enumerate(lesions) if (fit := _fit(marks[i], lesion, rule)) is not None
        }
        free = [n for n in fits if n not in taken]
        if free:
            lesion = max(free, key=fits.__getitem__)
            taken.add(lesion)
            scored[i] = ScoredMark(mark=marks[i], hit=Hit.LESION, lesion=lesion)
        else:
            is_repeat = bool(fits) and rule.repeats == "ignored"
            scored[i] = ScoredMark(mark=marks[i], hit=Hit.REPEAT if is_repeat else Hit.NON_LESION)
    return [scored[i] for i in range(len(marks))]


def _given(rating: int | None) -> int:
    if rating is None:
        raise ValueError("an unrated mark cannot be scored")
    return rating


def _fit(mark: Mark, lesion: Lesion, rule: LocalisationPart) -> float | None:
    """Return how well a mark fits a lesion (more is better), None where it is not accepted."""
    fits = [_fit_on_frame(mark, region, rule) for region in lesion.regions if _is_near(mark, region, rule)]
    return max((fit for fit in fits if fit is not None), default=None)


def _is_near(mark: Mark, region: LesionRegion, rule: LocalisationPart) -> bool:
    first, last = region.stack or (region.frame, region.frame)
    return first <= mark.frame <= last and abs(mark.frame - region.frame) <= rule.slices


def _fit_on_frame(mark: Mark, region: LesionRegion, rule: LocalisationPart) -> float | None:
    if rule.rule == "overlap":
        shared = overlap(mark.shape, mark.points, region.shape, region.points)
        return shared if rule.overlap is not None and shared >= rule.overlap else None
    place = centre_of(mark.shape, mark.points)
    distance = _distance(
        place, centre_of(region.shape, region.points), region, in_mm=rule.radius_mm is not None
    )
    if rule.rule == "inside":
        return -distance if contains(region.shape, region.points, place) else None
    radius = rule.radius_px if rule.radius_mm is None else rule.radius_mm
    return -distance if radius is not None and distance <= radius else None


def _distance(
    one: tuple[float, float], other: tuple[float, float], region: LesionRegion, *, in_mm: bool
) -> float:
    """Return the distance of two (column, row) in millimetres, or in pixel widths."""
    if not in_mm:
        return math.hypot(one[0] - other[0], (one[1] - other[1]) * region.aspect)
    if region.spacing_mm is None:
        raise ValueError("a radius in millimetres needs the spacing of the lesion's image")
    row_mm, column_mm = region.spacing_mm
    return math.hypot((one[0] - other[0]) * column_mm, (one[1] - other[1]) * row_mm)
