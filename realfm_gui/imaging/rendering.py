"""From pixels at the resolution of the view to what the viewport paints: window, photometric sense, padding.

numpy only, so that the window can import it at start. Pixels stay 16-bit until this last step; a new window
costs one look-up at the resolution of the view, a new place one resampling (see `resampling`).
"""

import numpy as np
from numpy.typing import NDArray

from realfm_gui.domain.images import Frame, Window
from realfm_gui.imaging.resampling import Pyramid, ViewPixels, build_pyramid, resample
from realfm_gui.imaging.view_transform import ViewTransform, fit

__all__ = [
    "Pyramid",
    "ViewPixels",
    "ViewTransform",
    "apply",
    "build_pyramid",
    "default_window",
    "fit",
    "lookup_table",
    "resample",
]

TABLE_SIZE = 1 << 16


def default_window(frame: Frame) -> Window:
    """Return the frame's first window; for colour and frames without one, the range of the values."""
    if frame.windows:
        return frame.windows[0]
    if frame.is_colour:
        return Window(center=128.0, width=256.0)
    values = frame.values()
    low, high = float(values.min()), float(values.max())
    return Window(center=(low + high) / 2, width=max(high - low, 1e-6), function="linear_exact")


def lookup_table(frame: Frame, window: Window, *, invert: bool = False) -> NDArray[np.uint8]:
    """Return the grey level of every index: modality LUT, VOI function, photometric sense, padding.

    Parameters
    ----------
    frame : Frame
        A grey frame.
    window : Window
        In units of the modality LUT's output.
    invert : bool
        Swap black and white. MONOCHROME1 is inverted by itself, once; padding stays black either way.

    Returns
    -------
    ndarray of uint8, shape (65536,)

    References
    ----------
    DICOM PS3.3 C.11.2.1.1 (table), C.11.2.1.2 (linear and linear exact), C.11.2.1.3 (sigmoid).
    """
    if frame.modality_table is not None:
        values = frame.modality_table.astype(np.float64)
    else:
        values = (
            np.arange(TABLE_SIZE, dtype=np.float64) - frame.stored_offset
        ) * frame.slope + frame.intercept
    shown = voi(values, window)
    # The presentation LUT shape INVERSE and MONOCHROME1 are one inversion, not two.
    if frame.shows_low_as_white != invert:
        shown = 1.0 - shown
    table = np.rint(shown * 255.0).astype(np.uint8)
    if frame.padding is not None:
        table[frame.padding[0] : frame.padding[1] + 1] = 0
    return table


def voi(values: NDArray[np.float64], window: Window) -> NDArray[np.float64]:
    """Return a window's output for modality values, from 0 (lowest) to 1; see `lookup_table`.

    A table's entries are joined by straight lines, so that a table spread over another range (or values
    between whole numbers) do not go in steps; at its own whole values they are the entries themselves.
    """
    center, width = window.center, window.width
    if window.table is not None:
        levels = window.table.levels()
        at = (values - (center - width / 2)) * (len(levels) / width)
        return np.interp(at, np.arange(len(levels)), levels)
    if window.function == "sigmoid":
        exponent = np.clip(-4.0 * (values - center) / width, -700.0, 700.0)
        return 1.0 / (1.0 + np.exp(exponent))
    if window.function == "linear" and width >= 1.0:
        center, width = center - 0.5, width - 1.0
        if width == 0.0:
            return (values > center).astype(np.float64)
    return np.clip((values - center) / width + 0.5, 0.0, 1.0)


def apply(
    view: ViewPixels, table: NDArray[np.uint8] | None, out: NDArray[np.uint8] | None = None
) -> NDArray[np.uint8]:
    """Look a view up.

    Parameters
    ----------
    view : ViewPixels
        From `resample`.
    table : ndarray of uint8, shape (65536,), or None
        From `lookup_table`; colour takes none.
    out : ndarray of uint8, optional
        Where to write, shape (height, width) or (height, width, 3); last axis contiguous. Everything of it
        is written.

    Returns
    -------
    ndarray of uint8
        `out`, black outside the image.
    """
    top, left, bottom, right = view.rectangle
    if out is None:
        out = np.empty((view.height, view.width, *view.pixels.shape[2:]), np.uint8)
    out[:top] = 0
    out[bottom:] = 0
    out[top:bottom, :left] = 0
    out[top:bottom, right:] = 0
    target = out[top:bottom, left:right]
    if table is None or view.pixels.ndim == 3:
        target[...] = view.pixels
    elif target.flags.c_contiguous:
        np.take(table, view.pixels, out=target, mode="clip")  # "clip" writes without a buffer in between
    else:
        target[...] = table[view.pixels]
    if view.hidden is not None:
        target[view.hidden] = view.hidden_grey
    return out
