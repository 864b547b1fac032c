"""The value every analysis starts from."""

import numpy as np
import pytest

from realfm_gui.analysis.mrmc.observer_data import NO_LESION, Marks, ObserverData, observer_data

from .conftest import MakeStudy


def _marks(**changes: object) -> Marks:
    values: dict[str, object] = {
        "modality": np.array([0, 0, 1]),
        "reader": np.array([0, 1, 1]),
        "case": np.array([0, 0, 2]),
        "lesion": np.array([0, 1, NO_LESION]),
        "rating": np.array([3.0, 2.0, 1.0]),
        "lesion_weights": np.array([[0.25, 0.75], [1.0, np.nan], [np.nan, np.nan]]),
    }
    return Marks(**(values | changes))  # type: ignore[arg-type]


def test_that_names_are_counted_where_none_are_given() -> None:
    data = observer_data(np.zeros((1, 2, 3)), np.array([True, False, False]))
    assert (data.modalities, data.readers, data.cases) == (("1",), ("1", "2"), ("1", "2", "3"))
    assert (data.n_positive, data.n_negative, data.is_complete) == (1, 2, True)


def test_that_patients_are_numbered_without_gaps() -> None:
    data = observer_data(np.zeros((1, 1, 4)), np.zeros(4, dtype=bool), clusters=["b", "a", "b", "z"])
    assert data.clusters.tolist() == [1, 0, 1, 2]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"readers": ("a", "a")}, "named twice"),
        ({"ratings": np.zeros((1, 2, 4))}, "expected ratings"),
        ({"weights": np.array([1.0, 0.0, 1.0])}, "greater than 0"),
        ({"weights": np.array([1.0, np.nan, 1.0])}, "finite"),
        ({"is_positive": np.array([True])}, "one entry per case"),
        ({"findings": ("nodule",)}, "findings"),
    ],
)
def test_that_values_that_contradict_each_other_are_refused(changes: dict[str, object], reason: str) -> None:
    values: dict[str, object] = {
        "modalities": ("m",),
        "readers": ("a", "b"),
        "cases": ("1", "2", "3"),
        "is_positive": np.array([True, False, False]),
        "ratings": np.zeros((1, 2, 3)),
        "clusters": np.arange(3),
        "weights": np.ones(3),
    }
    with pytest.raises(ValueError, match=reason):
        ObserverData(**(values | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"lesion": np.array([0, 2, NO_LESION])}, "does not have"),
        ({"lesion": np.array([0, 1, 0])}, "does not have"),
        ({"rating": np.array([3.0, np.inf, 1.0])}, "finite rating"),
        ({"case": np.array([0])}, "every mark"),
        ({"lesion_weights": np.array([[0.3, 0.3], [1.0, np.nan], [np.nan, np.nan]])}, "add up to 1"),
    ],
)
def test_that_marks_on_lesions_that_are_not_there_are_refused(
    changes: dict[str, object], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        _marks(**changes)


def test_that_a_part_of_a_study_keeps_what_belongs_together() -> None:
    data = observer_data(
        np.arange(12.0).reshape(2, 2, 3),
        np.array([True, True, False]),
        clusters=["p", "q", "q"],
        weights=np.array([1.0, 2.0, 3.0]),
        marks=_marks(),
    )
    part = data.with_only(modalities=[1], readers=[1, 0], cases=np.array([True, False, True]))
    assert part.ratings.tolist() == [[[9.0, 11.0], [6.0, 8.0]]]
    assert (part.modalities, part.readers, part.cases) == (("2",), ("2", "1"), ("1", "3"))
    assert (part.weights.tolist(), part.clusters.tolist()) == ([1.0, 3.0], [0, 1])
    assert part.marks is not None
    assert part.marks.case.tolist() == [1]
    assert part.marks.reader.tolist() == [0]
    assert part.marks.n_lesions.tolist() == [2, 0]


def test_that_a_missing_read_is_known_as_missing(make_study: MakeStudy) -> None:
    data = make_study(share_missing=0.3)
    assert not data.is_complete
    assert np.array_equal(data.was_read, ~np.isnan(data.ratings))
