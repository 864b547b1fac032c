"""Modalities that some readers read all of, and some only in part: compared pair by pair."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from realfm_gui.analysis.mrmc.obuchowski_rockette import (
    Options,
    analyse_crossed_readers,
    analyse_nested_readers,
    means_of,
    with_holm,
)
from realfm_gui.analysis.mrmc.results import Analysis, Comparison, Inference, VarianceComponents
from realfm_gui.analysis.mrmc.sentences import ONE_SHARED_READER

Floats = NDArray[np.float64]

PAIR_BY_PAIR = (
    "Not every reader read in every modality: each pair of modalities is compared in the readers who read in "
    "both (or, where there are none, as different readers). The U-statistic uses all readers."
)


def analyse_mixed_readers(
    figures: Floats, covariance: Floats, modalities: Sequence[str], options: Options
) -> Analysis:
    """Compare every pair of modalities in the readers they share.

    Parameters
    ----------
    figures : array of shape (modalities, readers)
        NaN where a reader did not read in the modality.
    covariance, modalities, options
        See `obuchowski_rockette.analyse_crossed_readers`.

    Notes
    -----
    Components are not pooled over pairs, because the pairs are read by different readers; there is no global
    test.
    """
    n_modalities, n_readers = figures.shape
    blocks = covariance.reshape(n_modalities, n_readers, n_modalities, n_readers)
    comparisons: list[Comparison] = []
    warnings = [PAIR_BY_PAIR]
    for pair in combinations(range(n_modalities), 2):
        part = figures[list(pair)]
        shared = ~np.isnan(part).any(axis=0)
        some = shared if shared.any() else ~np.isnan(part).all(axis=0)
        cut = blocks[list(pair)][:, some][:, :, list(pair)][..., some]
        size = 2 * int(some.sum())
        analyse = analyse_crossed_readers if shared.any() else analyse_nested_readers
        names = [modalities[index] for index in pair]
        has_one = min((~np.isnan(part[:, some])).sum(axis=1)) < 2
        of_pair = replace(options, inference=Inference.FRRC) if has_one else options
        found = analyse(part[:, some], cut.reshape(size, size), names, of_pair)
        comparisons.extend(_with_note(found.comparisons) if has_one else found.comparisons)
        warnings.extend(f"{names[0]} and {names[1]}: {text}" for text in found.warnings)
    return Analysis(
        means=means_of(figures, blocks, modalities, options),
        comparisons=with_holm(comparisons),
        global_test=None,
        components=VarianceComponents(),
        warnings=tuple(warnings),
    )


def _with_note(comparisons: Sequence[Comparison]) -> list[Comparison]:
    found = []
    for each in comparisons:
        note = f"{ONE_SHARED_READER} {each.difference.note}".strip()
        found.append(replace(each, difference=replace(each.difference, note=note)))
    return found
