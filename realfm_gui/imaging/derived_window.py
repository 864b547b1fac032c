"""A window for images whose file gives none. numpy only."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from realfm_gui.domain.images import Window

DERIVED = "from the pixels"
"""Name of a window that no file gave."""
_SAMPLES = 200_000


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
