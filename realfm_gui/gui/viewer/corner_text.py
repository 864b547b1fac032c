"""What stands in the corners of the picture."""

from collections.abc import Sequence
from dataclasses import dataclass

from realfm_gui.domain.images import Frame
from realfm_gui.gui.viewer.orientation import EdgeLetters, edge_letters
from realfm_gui.gui.viewer.view_state import ViewState

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
    status = []
    if not frame.is_colour:
        units = f" {frame.units}" if frame.units else ""
        name = f" ({view.window.name})" if view.window.name else ""
        status.append(
            f"W {number(view.window.width)}  L {number(view.window.center)}{units}{name}"
            + ("  inverted" if view.is_inverted else "")
        )
    status.append(f"×{state.scale:.2g}" if state.scale < 10 else f"×{state.scale:.0f}")
    if span.count > 1:
        kind = "image" if frame.position_mm is None else "slice"
        status.append(f"{kind} {view.frame - span.first + 1}/{span.count}")
    status.extend(doing)
    found = tuple(warning.text for warning in state.warnings if warning.series == state.series)
    notices = (*(("lossy compression",) if frame.is_lossy else ()), *found, *notices)
    return CornerText(
        status=tuple(status),
        notices=notices,
        letters=view.turn.letters(edge_letters(frame)),
        bar=scale_bar(
            frame, scale=state.scale, longest_px=longest_bar_px, is_along_rows=bool(view.turn.quarters % 2)
        ),
    )


def scale_bar(
    frame: Frame, *, scale: float, longest_px: float, is_along_rows: bool = False
) -> ScaleBar | None:
    """Return the longest round length that fits; None where the spacing is not honest.

    The bar lies across the screen: along the columns, or along the rows (`is_along_rows`) of a picture that
    is turned on its side.

    A detector's spacing is longer than the patient's by the unknown magnification, and the label says so.
    """
    if frame.spacing_mm is None or frame.spacing_kind not in ("patient", "detector"):
        return None
    row_mm, column_mm = frame.spacing_mm
    px_per_mm = scale * frame.aspect / row_mm if is_along_rows else scale / column_mm
    fitting = [mm for mm in _NICE_LENGTHS_MM if mm * px_per_mm <= longest_px]
    if not fitting:
        return None
    mm = fitting[-1]
    length = f"{mm / 10:g} cm" if mm >= 10 else f"{mm:g} mm"
    return ScaleBar(
        length_px=mm * px_per_mm, label=f"{length} (detector)" if frame.spacing_kind == "detector" else length
    )


def number(value: float) -> str:
    """Return a window's number as it is applied, with a true minus sign."""
    return f"{value:.10g}".replace("-", "−")
