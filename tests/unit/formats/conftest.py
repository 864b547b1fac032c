"""Small studies to write and read, and files made of them."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from realfm_gui.analysis.mrmc.observer_data import NO_LESION, Marks, ObserverData, observer_data

Writer = Callable[[str, str | bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Writer:
    """Write a file of this name and content and return its path."""

    def _write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    return _write


@pytest.fixture
def complete_study() -> ObserverData:
    """Two modalities, three readers, six cases, nothing missing; ratings that only 17 digits can hold."""
    ratings = np.random.default_rng(4).normal(size=(2, 3, 6))
    ratings[0, 0, 0] = 0.1 + 0.2
    return observer_data(
        ratings,
        np.array([False, False, False, True, True, True]),
        modalities=("unaided", "aided"),
        readers=("Ana Ruiz", "1.10", "1.1"),
        cases=("7", "8", "9", "10", "11", "12"),
    )


@pytest.fixture
def gappy_study(complete_study: ObserverData) -> ObserverData:
    """The same with missing reads, so that reader 1.1 is named before 1.10."""
    ratings = complete_study.ratings.copy()
    ratings[0, 1, :] = np.nan
    ratings[1, 2, 0] = np.nan
    return observer_data(
        ratings,
        complete_study.is_positive,
        modalities=complete_study.modalities,
        readers=complete_study.readers,
        cases=complete_study.cases,
    )


@pytest.fixture
def marks_study() -> ObserverData:
    """Two modalities, two readers, four cases with 0, 1, 2 and 0 lesions; a read without a mark."""
    weights = np.array([[np.nan, np.nan], [1.0, np.nan], [0.25, 0.75], [np.nan, np.nan]])
    marks = Marks(
        modality=np.array([0, 0, 0, 0, 1, 1, 1]),
        reader=np.array([0, 0, 0, 1, 0, 1, 1]),
        case=np.array([0, 1, 2, 2, 2, 1, 1]),
        lesion=np.array([NO_LESION, 0, 1, 0, 1, 0, NO_LESION]),
        rating=np.array([1.5, 3.0, 4.25, 2.0, 5.0, 0.5, 0.75]),
        lesion_weights=weights,
    )
    ratings = np.full((2, 2, 4), -np.inf)
    np.maximum.at(ratings, (marks.modality, marks.reader, marks.case), marks.rating)
    return observer_data(
        ratings,
        np.array([False, True, True, False]),
        modalities=("CT", "MR"),
        readers=("A", "B"),
        cases=("1", "2", "3", "4"),
        marks=marks,
    )


@pytest.fixture
def assert_same() -> Callable[[ObserverData, ObserverData], None]:
    """Compare two studies by names, whatever their order."""
    return _assert_same


def _assert_same(found: ObserverData, expected: ObserverData) -> None:
    order = [
        _order(names, wanted)
        for names, wanted in (
            (found.modalities, expected.modalities),
            (found.readers, expected.readers),
            (found.cases, expected.cases),
        )
    ]
    np.testing.assert_array_equal(found.ratings[np.ix_(*order)], expected.ratings)
    np.testing.assert_array_equal(found.is_positive[order[2]], expected.is_positive)
    np.testing.assert_array_equal(found.weights[order[2]], expected.weights)
    same_patient = found.clusters[order[2]][:, None] == found.clusters[order[2]]
    np.testing.assert_array_equal(same_patient, expected.clusters[:, None] == expected.clusters)
    assert (found.marks is None) == (expected.marks is None)
    if found.marks is not None and expected.marks is not None:
        np.testing.assert_array_equal(found.marks.lesion_weights[order[2]], expected.marks.lesion_weights)
        assert _mark_rows(found) == _mark_rows(expected)


def _order(names: Sequence[str], wanted: Sequence[str]) -> list[int]:
    assert sorted(names) == sorted(wanted)
    return [names.index(name) for name in wanted]


def _mark_rows(data: ObserverData) -> list[tuple[str, str, str, int, float]]:
    marks = data.marks
    assert marks is not None
    return sorted(
        (data.modalities[m], data.readers[r], data.cases[c], int(lesion), float(rating))
        for m, r, c, lesion, rating in zip(
            marks.modality, marks.reader, marks.case, marks.lesion, marks.rating, strict=True
        )
    )
