"""Which reader read which case in which modality: the design of a study, recognised from its reads."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from realfm_gui.analysis.mrmc.observer_data import ObserverData
from realfm_gui.domain.errors import UserFacingError

Bools = NDArray[np.bool_]


class Design(StrEnum):
    """How readers, modalities and cases meet."""

    CROSSED = "crossed"
    PARTIALLY_PAIRED = "partially-paired"
    SPLIT_PLOT = "split-plot"
    CASES_IN_READERS = "cases-in-readers"
    CASES_IN_MODALITIES = "cases-in-modalities"
    READERS_IN_MODALITIES = "readers-in-modalities"
    MIXED = "mixed"

    @property
    def words(self) -> str:
        """The design in a sentence."""
        return _WORDS[self]


_WORDS = {
    Design.CROSSED: "Fully crossed: every reader read every case in every modality.",
    Design.PARTIALLY_PAIRED: "Partially paired: every reader read in every modality, with gaps in the cases.",
    Design.SPLIT_PLOT: "Split-plot: groups of readers each read their own block of cases, in every modality.",
    Design.CASES_IN_READERS: "Cases nested in readers: no two readers read the same case.",
    Design.CASES_IN_MODALITIES: "Cases nested in modalities: no case was read in two modalities.",
    Design.READERS_IN_MODALITIES: "Readers nested in modalities: no reader read in two modalities.",
    Design.MIXED: "Mixed: some readers read in several modalities and some in one.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reads:
    """The design and what it is made of.

    Attributes
    ----------
    design : Design
        As recognised.
    has_reader : bool array of shape (modalities, readers)
        Whether the reader read anything in that modality.
    share_missing : float
        Share of (modality, reader, case) cells without a read, among readers of that modality.
    blocks : tuple of tuple of int
        Groups of readers that share cases, as indices of readers.
    """

    design: Design
    has_reader: Bools
    share_missing: float
    blocks: tuple[tuple[int, ...], ...]


def recognise_design(data: ObserverData) -> Reads:
    """Return the design of a study from who read what."""
    was_read = data.was_read
    has_reader: Bools = np.any(was_read, axis=2)
    cells = was_read[has_reader]
    reads_case: Bools = np.any(was_read, axis=0)
    blocks = _blocks(reads_case)
    return Reads(
        design=_design(was_read, has_reader, reads_case, blocks),
        has_reader=has_reader,
        share_missing=float(1 - cells.mean()) if cells.size else 1.0,
        blocks=blocks,
    )


def check_design(found: Design, asked: str) -> None:
    """Refuse data whose design is not the one that was asked for; ``auto`` takes any."""
    if asked in ("auto", found.value):
        return
    raise UserFacingError(
        f"The data are not of the design {asked!r}. {found.words}",
        hint=f"Check the data, or ask for {found.value!r} or 'auto'.",
    )


def _design(
    was_read: Bools, has_reader: Bools, reads_case: Bools, blocks: tuple[tuple[int, ...], ...]
) -> Design:
    n_modalities, n_readers, _ = was_read.shape
    if was_read.all():
        return Design.CROSSED
    if n_modalities > 1 and (has_reader.sum(axis=0) <= 1).all():
        return Design.READERS_IN_MODALITIES
    if not has_reader[:, has_reader.any(axis=0)].all():
        return Design.MIXED
    if n_readers > 1 and (reads_case.sum(axis=0) <= 1).all():
        return Design.CASES_IN_READERS
    if n_modalities > 1 and (was_read.any(axis=1).sum(axis=0) <= 1).all():
        return Design.CASES_IN_MODALITIES
    return Design.SPLIT_PLOT if len(blocks) > 1 else Design.PARTIALLY_PAIRED


def _blocks(reads_case: Bools) -> tuple[tuple[int, ...], ...]:
    """Return the groups of readers that are linked by common cases."""
    counts = reads_case.astype(np.float64)
    shares = (counts @ counts.T) > 0
    left, blocks = set(np.flatnonzero(reads_case.any(axis=1)).tolist()), []
    while left:
        block, frontier = set[int](), {min(left)}
        while frontier:
            block |= frontier
            linked = set(np.flatnonzero(shares[sorted(frontier)].any(axis=0)).tolist())
            frontier = linked - block
        left -= block
        blocks.append(tuple(sorted(block)))
    return tuple(blocks)
