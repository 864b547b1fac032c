"""A window for images whose file gives none. numpy only."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from realfm_gui.domain.images import Window

DERIVED = "from the pixels"
"""Name of a window that no file gave."""
FULL_RANGE = Window(center=128.0, width=256.0, name="full range")
"""For values that are grey levels of eight bits already."""
_SAMPLES = 200_000
_SAMPLE_STEP = 3
_ENOUGH_PIXELS = 20_000


def derived_window(values: Sequence[NDArray[np.float32]]) -> Window:
    """Return a window from the 1st to the 99th percentile of values (or their range if that is nil).

    Parameters
    ----------
    values : sequence of ndarray
        Modality values inside the image, any shape; a regular sample of them is looked at.
    """
    total = sum(array.size for array in values)
    step = max(1, total // _SAMPLES)
    sample = np.concatenate([array.ravel()[::step] for array in values]) if total else np.zeros(1, np.float32)
    low, high = (float(bound) for bound in np.percentile(sample, (1, 99)))
    if high <= low:
        low, high = float(sample.min()), float(sample.max())
    if high <= low:
        return Window(center=low, width=1.0, name=DERIVED)
    return Window(center=(low + high) / 2, width=high - low, name=DERIVED, function="linear_exact")


def window_sample(pixels: NDArray[Any]) -> NDArray[Any]:
    """Return every third pixel of every third row, or all of a small image: enough to derive a window."""
    sample = pixels[::_SAMPLE_STEP, ::_SAMPLE_STEP]
    return sample if sample.size >= _ENOUGH_PIXELS else pixels


def spanning_window(windows: Sequence[Window]) -> Window:
    """Return the derived window of a series, from those of its images.

    Derived image by image it would flicker through a stack and hide real differences.
    """
    if len(windows) == 1:
        return windows[0]
    low = min(window.center - window.width / 2 for window in windows)
    high = max(window.center + window.width / 2 for window in windows)
    return Window(center=(low + high) / 2, width=high - low, name=DERIVED, function="linear_exact")


def misses_above(windows: Sequence[Window], lowest_value: float) -> bool:
    """Whether every window ends below the lowest value of an image, so that all of it would be one white."""
    return bool(windows) and all(window.center + window.width < lowest_value for window in windows)
