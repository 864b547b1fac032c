import numpy as np
import pytest

from realfm_gui.models.folds import patient_folds


@pytest.mark.parametrize("seed", range(20))
def test_that_no_patient_is_in_two_folds_and_every_fold_has_both_classes(seed: int) -> None:
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 5, size=rng.integers(20, 41))
    patients = [f"p{i}" for i, size in enumerate(sizes) for _ in range(size)]
    positive = np.array([int(patient[1:]) % 3 == 0 for patient in patients])
    folds = patient_folds(patients, positive, folds=5, seed=seed)
    by_patient = {(patient, int(fold)) for patient, fold in zip(patients, folds, strict=True)}
    assert len(by_patient) == len(set(patients))
    for fold in range(5):
        assert set(positive[folds == fold]) == {True, False}


def test_that_positives_are_spread_evenly() -> None:
    positive = np.arange(103) < 23
    folds = patient_folds([str(i) for i in range(103)], positive, folds=5, seed=1)
    assert sorted(np.bincount(folds[positive])) == [4, 4, 5, 5, 5]
    assert sorted(np.bincount(folds)) == [20, 20, 21, 21, 21]


def test_that_a_patient_goes_to_the_same_fold_whatever_the_order_of_the_cases() -> None:
    patients = [f"p{i // 2}" for i in range(60)]
    positive = np.array([i // 2 % 2 == 0 for i in range(60)])
    folds = patient_folds(patients, positive, folds=5, seed=7)
    order = np.random.default_rng(0).permutation(60)
    shuffled = patient_folds([patients[i] for i in order], positive[order], folds=5, seed=7)
    np.testing.assert_array_equal(shuffled, folds[order])


def test_that_another_seed_deals_another_hand() -> None:
    patients = [str(i) for i in range(50)]
    positive = np.arange(50) % 2 == 0
    one, two = (patient_folds(patients, positive, folds=5, seed=seed) for seed in (1, 2))
    assert (one != two).any()


def test_that_more_folds_than_patients_of_a_class_are_refused() -> None:
    with pytest.raises(ValueError, match="patients with the finding"):
        patient_folds(["a", "a", "b", "c"], [True, True, False, False], folds=2, seed=1)
