"""The images a model was made for, as its card declares them, and the cases that are not among them."""

from dataclasses import dataclass

from realfm_gui.domain.images import CaseFrames, Frame
from realfm_gui.domain.prediction import DomainAspect, OutOfDomain


@dataclass(frozen=True, slots=True, kw_only=True)
class IntendedImages:
    """What a model was made for; an empty tuple and 0 mean that nothing is declared.

    `modalities`, `body_parts` and `views` are DICOM's terms (Modality, Body Part Examined, View Position),
    upper case; `least_side_px` is the least number of rows and of columns.
    """

    modalities: tuple[str, ...] = ()
    body_parts: tuple[str, ...] = ()
    views: tuple[str, ...] = ()
    least_side_px: int = 0

    def refusal(self, case: CaseFrames) -> OutOfDomain | None:
        """Return why a case is none of these images, or None where at least one frame of it is.

        What an image does not say of itself (many have no body part) is no reason against it.
        """
        aspects = [self._misfit(frame) for frame in case.frames]
        if not all(aspects):
            return None
        aspect, reason = next(found for found in aspects if found is not None)
        return OutOfDomain(case_id=case.case_id, reason=reason, aspect=aspect)

    def _misfit(self, frame: Frame) -> tuple[DomainAspect, str] | None:
        said = (
            (DomainAspect.MODALITY, self.modalities, frame.modality),
            (DomainAspect.BODY_PART, self.body_parts, frame.tags.get("BodyPartExamined", "")),
            (DomainAspect.VIEW, self.views, frame.tags.get("ViewPosition", "")),
        )
        for aspect, declared, found in said:
            term = found.strip().upper()
            if declared and term and term not in declared:
                return aspect, f"Made for {_listed(declared)}; this image is {term}."
        side = min(frame.rows, frame.columns)
        if side < self.least_side_px:
            return DomainAspect.RESOLUTION, (
                f"Made for images of at least {self.least_side_px} × {self.least_side_px} pixels; "
                f"this one has {frame.columns} × {frame.rows}."
            )
        return None


ANY_IMAGES = IntendedImages()
"""Nothing is declared: the card leaves it to whoever designs the study."""


def _listed(terms: tuple[str, ...]) -> str:
    return terms[0] if len(terms) == 1 else f"{', '.join(terms[:-1])} and {terms[-1]}"
