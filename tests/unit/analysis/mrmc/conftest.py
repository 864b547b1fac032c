"""Small studies with everything that makes one hard: ties, gaps, several cases per patient."""

from collections.abc import Callable

import numpy as np
import pytest

from realfm_gui.analysis.mrmc.observer_data import ObserverData, observer_data

MakeStudy = Callable[..., ObserverData]


def _study(
    *,
    n_modalities: int = 2,
    n_readers: int = 4,
    n_positive: int = 9,
    n_negative: int = 11,
    levels: int | None = 6,
    share_missing: float = 0.0,
    cases_per_patient: int = 1,
    seed: int = 0,
) -> ObserverData:
    rng = np.random.default_rng(seed)
    truth = np.arange(n_positive + n_negative) < n_positive
    shape = (n_modalities, n_readers, len(truth))
    ratings = rng.normal(size=shape) + 1.1 * truth + rng.normal(size=len(truth))
    ratings += 0.3 * rng.normal(size=(n_modalities, n_readers, 1))
    if levels is not None:
        ratings = np.clip(np.round(levels / 2 + 1.5 * ratings), 1, levels)
    ratings[rng.random(shape) < share_missing] = np.nan
    order = rng.permutation(len(truth))
    # the first cases of each class share a patient, so that patients are of one class
    patients = np.arange(len(truth))
    if cases_per_patient > 1:
        patients = np.where(
            truth,
            np.arange(len(truth)) // cases_per_patient,
            n_positive + (np.arange(len(truth)) - n_positive) // cases_per_patient,
        )
    return observer_data(ratings[:, :, order], truth[order], clusters=patients[order])


@pytest.fixture
def make_study() -> MakeStudy:
    return _study
