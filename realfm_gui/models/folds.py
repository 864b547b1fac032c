"""Folds that keep a patient's cases together and the share of positives alike."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray


def patient_folds(
    patients: Sequence[str], is_positive: ArrayLike, *, folds: int, seed: int
) -> NDArray[np.int64]:
    """Return the fold of every case, 0 to `folds` - 1: no patient in two folds, labels stratified.

    Patients are shuffled, then dealt, those with the finding first and the largest first, each to the fold
    that holds the fewest cases of its kind (ties: the fewest cases, then the lowest number).

    Parameters
    ----------
    patients : sequence of str
        Patient of each case.
    is_positive : array-like of bool, shape (n_cases,)
        Truth of each case; a patient with one positive case counts as having the finding.
    folds : int
        At most the number of patients with, and of patients without, the finding.
    seed : int
        Decides which patients go together; the order in which the cases come does not.
    """
    positive = np.asarray(is_positive, dtype=np.bool_)
    members: dict[str, list[int]] = {}
    for case, patient in enumerate(patients):
        members.setdefault(patient, []).append(case)
    has_finding = {patient: bool(positive[cases].any()) for patient, cases in members.items()}
    for kind, name in ((True, "with"), (False, "without")):
        available = sum(value is kind for value in has_finding.values())
        if available < folds:
            raise ValueError(f"{folds} folds need as many patients {name} the finding; there are {available}")

    rng = np.random.default_rng(seed)
    names = sorted(members)
    order = [names[i] for i in rng.permutation(len(names))]
    order.sort(key=lambda patient: (not has_finding[patient], -len(members[patient])))
    fold_of_case = np.empty(len(positive), dtype=np.int64)
    of_kind = {True: [0] * folds, False: [0] * folds}
    total = [0] * folds
    for patient in order:
        kind = has_finding[patient]
        fold = min(range(folds), key=lambda f: (of_kind[kind][f], total[f], f))
        fold_of_case[members[patient]] = fold
        of_kind[kind][fold] += len(members[patient])
        total[fold] += len(members[patient])
    return fold_of_case
