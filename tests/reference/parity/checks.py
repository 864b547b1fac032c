"""Our numbers beside those that the programs of the field print for published studies.

Every entry of the expected files is either compared, or left out with a reason; the test sees to that, and
the help page "validation" is written from the same comparisons.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from realfm_gui.analysis.mrmc.observer_data import ObserverData
from realfm_gui.formats.ratings_file import ColumnNames
from realfm_gui.formats.reading import read_ratings

TOLERANCE = 1e-8


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One number of ours beside a peer's.

    `tolerance` is absolute; degrees of freedom are compared relative to their size.
    """

    peer: str
    entry: str
    statistic: str
    ours: float | None
    theirs: float | None
    tolerance: float = TOLERANCE

    @property
    def difference(self) -> float:
        """Absolute difference, relative for degrees of freedom; infinite where only one has a number."""
        if self.ours is None or self.theirs is None:
            return 0.0 if self.ours is self.theirs else float("inf")
        size = max(1.0, abs(self.theirs)) if self.statistic.endswith("degrees of freedom") else 1.0
        return abs(self.ours - self.theirs) / size


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """An entry that is not compared, and why."""

    peer: str
    entry: str
    reason: str


def expected(folder: Path, name: str) -> dict[str, Any]:
    """Return the entries of one expected file."""
    results: dict[str, Any] = json.loads((folder / "expected" / f"{name}.json").read_text())["results"]
    return results


@cache
def study(path: Path, case_column: str = "") -> ObserverData:
    """Return a data file as the program reads it."""
    columns = ColumnNames(case=case_column) if case_column else ColumnNames()
    return read_ratings(path, columns=columns).data


def ordered(data: ObserverData) -> ObserverData:
    """Return the study with modalities in the order of their names, as the R programs sort them."""
    order = sorted(range(len(data.modalities)), key=lambda m: data.modalities[m])
    return data.with_only(modalities=order)
