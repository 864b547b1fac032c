"""How the AI's numbers, places and states are written. Without Qt."""

import math

from realfm_gui.domain.ai_finding import ScoreInterval
from realfm_gui.domain.images import Frame
from realfm_gui.domain.prediction import SaliencyMap
from realfm_gui.workflows.advice import FindingAdvice, ModelAdvice

FAILED_TITLE = "⚠ The AI failed on this case"
FAILED_REST = "There is no result: this does not mean that nothing was found."
OUTSIDE_TITLE = "⊘ Outside what the AI was made for"
OUTSIDE_REST = "It was not asked: this is neither a yes nor a no."
NOTHING = "○ Nothing found"

METHOD_NAMES = {"grad-cam": "Grad-CAM", "occlusion": "occlusion", "precomputed": "as delivered"}


def percent_text(percent: float) -> str:
    """Return a chance without claiming certainty."""
    if percent < 1:
        return "<1"
    return ">99" if percent > 99 else f"{percent:.0f}"


def number_words(percent: float | None, score: float) -> str:
    """Return a chance with its unit, or where there is none the bare score."""
    return f"{score:.3g}".replace("-", "−") if percent is None else f"{percent_text(percent)} %"


def interval_words(interval: ScoreInterval | None, *, is_percent: bool) -> str:
    """Return an interval's ends, such as "41–78"; empty where there is none."""
    if interval is None:
        return ""
    ends = [
        percent_text(end) if is_percent else f"{end:.3g}".replace("-", "−")
        for end in (interval.low, interval.high)
    ]
    return "–".join(ends)


def interval_meaning(interval: ScoreInterval | None) -> str:
    """Return what the interval is said to be, or that the model gives none."""
    if interval is None:
        return "The model gives no interval for its number."
    if interval.level is None:
        return "The interval is the model's own; it does not say at which level."
    return f"The {100 * interval.level:g} % interval, as the model gives it."


def call_words(call: bool | None) -> str:
    """Return the model's call in words."""
    if call is None:
        return "The AI makes no yes or no call"
    return f"The AI would recall: {'yes' if call else 'no'}"


def answer_words(said: ModelAdvice, finding: FindingAdvice) -> str:
    """Return the call; a model that looked and has nothing to show says that first."""
    words = call_words(finding.calls_for_recall)
    if said.finds_nothing(finding):
        return NOTHING if finding.calls_for_recall is None else f"{NOTHING} · no recall"
    return words


def short_answer_words(said: ModelAdvice, finding: FindingAdvice) -> str:
    """Return `answer_words` where models stand side by side."""
    if said.finds_nothing(finding):
        return NOTHING
    if finding.calls_for_recall is None:
        return "no yes or no"
    return f"recall: {'yes' if finding.calls_for_recall else 'no'}"


def no_answer_words(said: ModelAdvice) -> tuple[str, str]:
    """Return title and sentence for a model without an answer; empty for one that has."""
    if said.out_of_domain:
        return OUTSIDE_TITLE, f"{said.out_of_domain} {OUTSIDE_REST}"
    if said.failure:
        return FAILED_TITLE, f"{said.failure} {FAILED_REST}"
    return "", ""


def short_no_answer_words(said: ModelAdvice) -> tuple[str, str]:
    """Return `no_answer_words` where models stand side by side."""
    if said.out_of_domain:
        return "⊘ Outside what it was made for", said.out_of_domain
    if said.failure:
        return "⚠ Failed", f"{said.failure} Not the same as nothing found."
    return "", ""


def no_places_words(models: tuple[ModelAdvice, ...]) -> str:
    """Return why the list of places is empty."""
    answered = [said for said in models if said.has_answer]
    if not answered:
        return ""
    whose = "The AI" if len(models) == 1 else "No model"
    if any(said.locates for said in answered):
        return f"{whose} marks no place in this case" if len(models) == 1 else f"{whose} marks a place here"
    return f"{whose} gives no places, only scores" if len(models) == 1 else f"{whose} gives places"


def resolution_words(saliency: SaliencyMap, frame: Frame | None) -> str:
    """Return how fine a map is: its cells, and how large one of them is on the image; across × down, both."""
    rows, columns = saliency.values.shape
    words = f"{columns} × {rows} cells"
    if frame is None:
        return words
    down, across = saliency.geometry.row_step, saliency.geometry.column_step
    if frame.spacing_mm is None or frame.spacing_kind not in ("patient", "detector"):
        return f"{words} of {across:.0f} × {down:.0f} pixels"
    row_mm, column_mm = frame.spacing_mm
    on_detector = " (detector)" if frame.spacing_kind == "detector" else ""
    return f"{words} of {_length(across * column_mm)} × {_length(down * row_mm)} mm{on_detector}"


def _length(mm: float) -> str:
    """Return a length with two digits that count."""
    digits = max(0, 1 - math.floor(math.log10(mm))) if mm > 0 else 0
    return f"{mm:.{digits}f}"
