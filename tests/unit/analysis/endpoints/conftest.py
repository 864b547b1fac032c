"""Small random studies with everything that complicates them: ties, missing reads, clusters, weights."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from realfm_gui.analysis.mrmc.observer_data import NO_LESION, Marks, ObserverData, observer_data

Study = Callable[..., ObserverData]


def rated_study(
    *,
    seed: int = 1,
    n_cases: int = 24,
    levels: int | None = 5,
    missing: float = 0.0,
    patients: int | None = None,
    is_weighted: bool = False,
) -> ObserverData:
    """Two modalities, two readers; `levels` None for ratings without ties."""
    rng = np.random.default_rng(seed)
    truth = np.arange(n_cases) % 2 == 0
    ratings = rng.normal(size=(2, 2, n_cases)) + 1.2 * truth
    if levels is not None:
        ratings = np.clip(np.round(ratings + levels / 2), 1, levels)
    ratings[rng.random(ratings.shape) < missing] = np.nan
    return observer_data(
        ratings,
        truth,
        clusters=None if patients is None else rng.permutation(np.arange(n_cases) % patients),
        weights=rng.uniform(0.5, 3.0, n_cases) if is_weighted else None,
    )


def marked_study(
    *,
    seed: int = 1,
    n_cases: int = 20,
    most_lesions: int = 3,
    missing: float = 0.0,
    patients: int | None = None,
    is_weighted: bool = False,
    one_mark: bool = False,
) -> ObserverData:
    """Two modalities, two readers; `one_mark` for location ROC data: exactly one mark on every case read."""
    rng = np.random.default_rng(seed)
    truth = np.arange(n_cases) % 2 == 0
    n_lesions = np.where(truth, rng.integers(1, most_lesions + 1, n_cases), 0)
    weights = np.where(
        np.arange(most_lesions) < n_lesions[:, None], rng.uniform(0.2, 1, (n_cases, 1)), np.nan
    )
    weights *= rng.uniform(0.5, 1.0, weights.shape)
    weights[truth] /= np.nansum(weights[truth], axis=1, keepdims=True)
    was_read = rng.random((2, 2, n_cases)) >= missing
    rows = []
    for modality, reader, case in zip(*np.nonzero(was_read), strict=True):
        if one_mark:
            hits = truth[case] and rng.random() < 0.7
            lesion = rng.integers(n_lesions[case]) if hits else NO_LESION
            rows.append((modality, reader, case, lesion, rng.integers(1, 6) + hits))
            continue
        rows += [
            (modality, reader, case, lesion, rng.integers(2, 7))
            for lesion in range(n_lesions[case])
            if rng.random() < 0.7
        ]
        rows += [(modality, reader, case, NO_LESION, rng.integers(1, 6)) for _ in range(rng.poisson(0.8))]
    columns = np.array(rows).T
    ratings = np.where(was_read, -np.inf, np.nan)
    np.maximum.at(ratings, tuple(columns[:3]), columns[4].astype(float))
    return observer_data(
        ratings,
        truth,
        clusters=None if patients is None else rng.permutation(np.arange(n_cases) % patients),
        weights=rng.uniform(0.5, 3.0, n_cases) if is_weighted else None,
        marks=Marks(
            modality=columns[0],
            reader=columns[1],
            case=columns[2],
            lesion=columns[3],
            rating=columns[4].astype(float),
            lesion_weights=weights,
        ),
    )


def repeated_cases(data: ObserverData, counts: np.ndarray) -> ObserverData:
    """The study with every case as often as `counts` says; every copy is a patient of its own."""
    case = np.repeat(np.arange(len(data.cases)), counts)
    marks = data.marks
    if marks is not None:
        copies = [np.flatnonzero(case == original) for original in marks.case]
        times = [len(places) for places in copies]
        marks = Marks(
            modality=np.repeat(marks.modality, times),
            reader=np.repeat(marks.reader, times),
            case=np.concatenate(copies),
            lesion=np.repeat(marks.lesion, times),
            rating=np.repeat(marks.rating, times),
            lesion_weights=marks.lesion_weights[case],
        )
    return replace(
        data,
        cases=tuple(str(place) for place in range(len(case))),
        is_positive=data.is_positive[case],
        ratings=data.ratings[:, :, case],
        clusters=np.arange(len(case)),
        weights=data.weights[case],
        marks=marks,
    )


@pytest.fixture(scope="session")
def rated() -> Study:
    return rated_study


@pytest.fixture(scope="session")
def marked() -> Study:
    return marked_study


@pytest.fixture(scope="session")
def repeated() -> Study:
    return repeated_cases
