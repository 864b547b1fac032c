"""VOI windows: those of the file, or one derived from its pixels."""

from collections.abc import Sequence
from dataclasses import replace

from pydicom.dataset import Dataset, FileDataset

from realfm_gui.domain.images import VoiTable, Window
from realfm_gui.imaging.dataset import functional_group, items, numbers, text
from realfm_gui.imaging.derived_window import DERIVED, derived_window, misses_above
from realfm_gui.imaging.grey import lut_entries

__all__ = ["DERIVED", "derived_window", "misses_above", "windows_of", "with_signed_tables"]

VOI_LUT = "VOI LUT"
"""Name of a table that the file does not name."""
_FUNCTIONS = {"": "linear", "LINEAR": "linear", "LINEAR_EXACT": "linear_exact", "SIGMOID": "sigmoid"}


def windows_of(dataset: FileDataset, frame: int, *, is_continuous: bool = False) -> tuple[Window, ...]:
    """Return the windows that apply to a frame; empty where the file gives none.

    In the file's order, but tables of the VOI LUT sequence before linear windows: a line beside a table
    stands in for it where tables cannot be applied. Windows with a curve (sigmoid) come before both.

    The linear function counts in whole steps (a width of 1 is a threshold); where values are continuous
    (floating point) the exact one is meant.
    """
    source: Dataset = functional_group(dataset, frame, "FrameVOILUTSequence") or dataset
    lines = _lines(source, is_continuous=is_continuous)
    curves = tuple(window for window in lines if window.function == "sigmoid")
    rest = tuple(window for window in lines if window.function != "sigmoid")
    return curves + _tables(source, is_little_endian=dataset.original_encoding[1] is not False) + rest


def _lines(source: Dataset, *, is_continuous: bool) -> tuple[Window, ...]:
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


def _tables(source: Dataset, *, is_little_endian: bool) -> tuple[Window, ...]:
    windows = []
    for item in items(source, "VOILUTSequence"):
        descriptor = numbers(item, "LUTDescriptor", 3)
        try:
            entries = lut_entries(item["LUTData"].value, descriptor, is_little_endian=is_little_endian)
        except Exception:  # noqa: S112 - a damaged alternative does not take the picture along
            continue
        assert descriptor is not None  # lut_entries refuses None
        if len(entries) < 2:
            continue
        bits = int(descriptor[2])
        # Some writers state fewer bits than their entries have (or none): then the entries tell.
        bits = max(bits if 1 <= bits <= 16 else 1, int(entries.max()).bit_length())
        table = VoiTable(first_value=descriptor[1], bits=bits, entries=entries.astype("<u2").tobytes())
        windows.append(Window.of_table(table, text(item, "LUTExplanation") or VOI_LUT))
    return tuple(windows)


def with_signed_tables(windows: Sequence[Window], lowest_value: float) -> tuple[Window, ...]:
    """Return windows whose tables begin at a negative value where that is what was meant.

    The first value of a table is written in 16 bits without saying whether they are signed; where the
    modality LUT gives negative values and the table would begin beyond 32767, they are.
    """
    result = []
    for window in windows:
        table = window.table
        if table is not None and lowest_value < 0 and table.first_value >= 1 << 15:
            table = replace(table, first_value=table.first_value - (1 << 16))
            window = Window.of_table(table, window.name)
        result.append(window)
    return tuple(result)
