"""What stands in the corners of the picture."""

from collections.abc import Sequence
from dataclasses import dataclass

from realfm_gui.domain.images import Frame
from realfm_gui.gui.viewer.orientation import EdgeLetters, edge_letters
from realfm_gui.gui.viewer.view_state import ViewState
from realfm_gui.imaging.cut_stack import CUT_TAG
from realfm_gui.imaging.study_order import age_in_words, days_before, is_prior

_CONTRASTS = {"T1": "T1", "T2": "T2", "T2_STAR": "T2*", "FLUID_ATTENUATED": "FLAIR", "STIR": "STIR"}
"""Some of Acquisition Contrast's terms as they are said (DICOM PS3.3 C.8.13.3.1.1)."""

_SIDES = {"L": "Left", "R": "Right", "B": "Both sides"}

_NICE_LENGTHS_MM = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleBar:
    """A length on screen: `length_px` device pixels are what `label` says."""

    length_px: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CornerText:
    """All words on the picture, ready to be painted."""

    status: tuple[str, ...]
    """Bottom left, one item after the other: window, zoom, slice."""
    notices: tuple[str, ...]
    """Top left: what the reader must know of this picture."""
    letters: EdgeLetters
    bar: ScaleBar | None
    short: tuple[str, ...] = ()
    """What is left of the status where there is little room, the most important first."""
    view: str = ""
    """Above the notices: side and view of a projection, or which cut through a volume this is."""


def corner_text(
    state: ViewState, *, longest_bar_px: float, notices: tuple[str, ...] = (), doing: Sequence[str] = ()
) -> CornerText:
    """Return the words for the picture as it is shown.

    Parameters
    ----------
    state : ViewState
        What is on screen.
    longest_bar_px : float
        Room for the scale bar in device pixels.
    notices : tuple of str
        What else has to be said of the picture.
    doing : sequence of str
        What goes on: how fast the slices play, what the tool in hand waits for.
    """
    frame, view, span = state.frame, state.view, state.span
    zoom = f"×{state.scale:.2g}" if state.scale < 10 else f"×{state.scale:.0f}"
    if view.is_exact:
        zoom += "  pixels as they are"
    status, short = [zoom], [zoom]
    if not frame.is_colour:
        window = f"W {number(view.window.width)}  L {number(view.window.center)}"
        inverted = "  inverted" if view.is_inverted else ""
        units = f" {frame.units}" if frame.units else ""
        name = f" ({view.window.name})" if view.window.name else ""
        status.insert(0, f"{window}{units}{name}{inverted}")
        short.insert(0, window + inverted)
    if span.count > 1:
        kind = "image" if frame.position_mm is None else "slice"
        count = f"{view.frame - span.first + 1}/{span.count}"
        status.append(f"{kind} {count}")
        short.insert(0, count)
    status.extend(doing)
    found = tuple(warning.text for warning in state.warnings if warning.series == state.series)
    lossy = ("lossy compression",) if frame.is_lossy else ()
    drawn = ("drawn overlay of the file",) if frame.overlays else ()
    notices = (*lossy, *drawn, *found, *notices)
    return CornerText(
        status=tuple(status),
        short=tuple(short),
        view=view_words(frame),
        notices=notices,
        letters=view.turn.letters(edge_letters(frame)),
        bar=scale_bar(
            frame, scale=state.scale, longest_px=longest_bar_px, is_along_rows=bool(view.turn.quarters % 2)
        ),
    )


def view_words(frame: Frame) -> str:
    """Return what is looked at: "Left MLO", "PA", "Axial, MIP of 10 mm"; "" where nothing says so.

    A cut through a volume has its own words. Side and view of a projection are from Image Laterality or
    Laterality (DICOM PS3.3 C.7.3.1.1.1, C.7.6.1.1) and View Position (C.8.1.2).
    """
    prior = prior_words(frame)
    if CUT_TAG in frame.tags:
        return " · ".join(words for words in (prior, frame.tags[CUT_TAG]) if words)
    side = frame.tags.get("ImageLaterality") or frame.tags.get("Laterality", "")
    words = (_SIDES.get(side.strip().upper(), ""), frame.tags.get("ViewPosition", "").strip())
    contrast = frame.tags.get("AcquisitionContrast", "").strip()
    named = " ".join(word for word in words if word) or _CONTRASTS.get(
        contrast, contrast.replace("_", " ").capitalize()
    )
    return " · ".join(words for words in (prior, named) if words)


def prior_words(frame: Frame) -> str:
    """Return what a picture of an earlier examination is called: "Prior, 14 months before"; else ""."""
    if not is_prior(frame):
        return ""
    age = age_in_words(days_before(frame))
    return f"Prior, {age}" if age else "Prior"


def scale_bar(
    frame: Frame, *, scale: float, longest_px: float, is_along_rows: bool = False
) -> ScaleBar | None:
    """Return the longest round length that fits; None where the spacing is not honest.

    The bar lies across the screen: along the columns, or along the rows (`is_along_rows`) of a picture that
    is turned on its side.

    A detector's spacing is longer than the patient's by the unknown magnification, and the label says so.
    """
    spacing_mm = frame.spacing_mm if frame.spacing_kind in ("patient", "detector") else _of_regions(frame)
    if spacing_mm is None:
        return None
    row_mm, column_mm = spacing_mm
    px_per_mm = scale * frame.aspect / row_mm if is_along_rows else scale / column_mm
    fitting = [mm for mm in _NICE_LENGTHS_MM if mm * px_per_mm <= longest_px]
    if not fitting:
        return None
    mm = fitting[-1]
    length = f"{mm / 10:g} cm" if mm >= 10 else f"{mm:g} mm"
    return ScaleBar(
        length_px=mm * px_per_mm, label=f"{length} (detector)" if frame.spacing_kind == "detector" else length
    )


def _of_regions(frame: Frame) -> tuple[float, float] | None:
    """Return the spacing that all parts of an ultrasound image agree on; None where they differ."""
    spacings = {region.spacing_mm for region in frame.regions} - {None}
    return spacings.pop() if len(spacings) == 1 else None


def number(value: float) -> str:
    """Return a window's number as it is applied, with a true minus sign."""
    return f"{value:.10g}".replace("-", "−")
