"""VOI windows: those of the file, or one derived from its pixels."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset

from realfm_gui.domain.images import Window
from realfm_gui.imaging.dataset import functional_group, items, numbers, text

DERIVED = "from the pixels"
"""Name of a window that no file gave."""
_FUNCTIONS = {"": "linear", "LINEAR": "linear", "LINEAR_EXACT": "linear_exact", "SIGMOID": "sigmoid"}
_SAMPLES = 200_000


def windows_of(dataset: FileDataset, frame: int, *, is_continuous: bool = False) -> tuple[Window, ...]:
    """Return the windows that apply to a frame, in the file's order; empty where it gives none.

    The linear function counts in whole steps (a width of 1 is a threshold); where values are continuous
    (floating point) the exact one is meant.
    """
    source: Dataset = functional_group(dataset, frame, "FrameVOILUTSequence") or dataset
    centers, widths = numbers(source, "WindowCenter"), numbers(source, "WindowWidth")
    if not centers or not widths:
        return ()
    function = _FUNCTIONS.get(text(source, "VOILUTFunction"), "linear")
    if is_continuous and function == "linear":
        function = "linear_exact"
    names = source.get("WindowCenterWidthExplanation") or []
    names = [names] if isinstance(names, str) else list(names)
    return tuple(
        Window(
            center=center,
            width=width,
            name=str(names[i]).strip() if i < len(names) else "",
            function=function,
        )
        for i, (center, width) in enumerate(zip(centers, widths, strict=False))
        # A linear window narrower than 1 is not allowed (PS3.3 C.11.2.1.2); 0 means "none" in the wild.
        if width >= 1 or (width > 0 and function != "linear")
    )


def window_of_voi_table(dataset: FileDataset) -> Window | None:
    """Return a window over the input range of the first VOI LUT, None where there is no LUT."""
    for item in items(dataset, "VOILUTSequence"):
        descriptor = numbers(item, "LUTDescriptor", 3)
        if descriptor:
            count, first = descriptor[0] or 65536, descriptor[1]
            if count > 1:
                return Window(center=first + count / 2, width=count, name="input range of the VOI LUT")
    return None


def misses_above(windows: Sequence[Window], lowest_value: float) -> bool:
    """Whether every window ends below the lowest value of an image, so that all of it would be one white."""
    return bool(windows) and all(window.center + window.width < lowest_value for window in windows)


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
