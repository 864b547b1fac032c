"""How far readers agree, and how that changes from one modality to the other.

Cases are resampled by patient with the readers fixed; what single readers do to the result is shown apart,
by leaving each out.
"""

from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from realfm_gui.analysis.agreement.agreement_results import (
    AgreementChange,
    AgreementResult,
    ChangeByCorrectness,
)
from realfm_gui.analysis.agreement.case_resampling import (
    Replicates,
    Resampling,
    bootstrap_estimate,
    patient_numbers,
    resample,
)
from realfm_gui.analysis.agreement.coefficients import (
    Coefficient,
    check_fits,
    definition,
    values_on,
    why_undefined,
)
from realfm_gui.analysis.agreement.leave_one_reader_out import (
    difference_without_readers,
    leave_one_reader_out,
)
from realfm_gui.analysis.agreement.ratings import ReaderRatings, reader_ratings, two_modalities
from realfm_gui.analysis.estimate import Estimate, unseen_share_bound

PARADOX = (
    "The readers agree on {share:.0%} of the pairs, yet {title} is low: one category is so common that "
    "chance alone explains most of it. Gwet's AC1 does not have this weakness."
)


def reader_agreement(
    ratings: ArrayLike,
    coefficient: Coefficient | str,
    *,
    scale: ArrayLike | None = None,
    patients: ArrayLike | None = None,
    how: Resampling | None = None,
) -> AgreementResult:
    """Return how far readers agree, with a case-bootstrap interval and without each reader in turn.

    Parameters
    ----------
    ratings : array-like of shape (readers, cases)
        Finite numbers; NaN where a reader did not read the case.
    coefficient : Coefficient or str
        Which coefficient.
    scale : array-like of shape (categories,), optional
        Every value a rating can take; the values seen where it is not given. AC1 and AC2 depend on it.
    patients : array-like of shape (cases,), optional
        Whose case it is; cases of one patient are resampled together.
    how : Resampling, optional
        Replicates, seed, confidence level, kind of interval; 2,000 and 95 % percentile by default.

    Raises
    ------
    UserFacingError
        If a rating is infinite or off the scale, or the coefficient is for calls and these are not.

    Examples
    --------
    >>> result = reader_agreement([[0, 0, 1, 1], [0, 0, 1, 0]], "cohen-kappa")
    >>> result.estimate.value
    0.5
    """
    table, how = reader_ratings(ratings, scale=scale), how or Resampling()
    which = Coefficient(coefficient)
    check_fits(which, table)
    patient_of_case = patient_numbers(patients, table.n_cases)
    (replicates,) = resample([partial(values_on, which, table)], patient_of_case, how)
    return _result(which, table, patient_of_case, replicates, how)


def agreement_change(
    ratings: ArrayLike,
    coefficient: Coefficient | str,
    *,
    scale: ArrayLike | None = None,
    patients: ArrayLike | None = None,
    how: Resampling | None = None,
) -> AgreementChange:
    """Return how agreement changes from the first modality to the second (aided minus unaided).

    Parameters
    ----------
    ratings : array-like of shape (2, readers, cases)
        Finite numbers; NaN where a reader did not read the case in that modality.
    coefficient, scale, patients, how
        As in `reader_agreement`; both modalities share the scale and every resample.
    """
    tables, how = two_modalities(ratings, scale=scale), how or Resampling()
    which = Coefficient(coefficient)
    for table in tables:
        check_fits(which, table)
    patient_of_case = patient_numbers(patients, tables[0].n_cases)
    both = resample([partial(values_on, which, table) for table in tables], patient_of_case, how)
    first, second = (_result(which, tables[i], patient_of_case, both[i], how) for i in range(2))
    undefined = first.estimate.note if first.estimate.value is None else second.estimate.note
    difference = bootstrap_estimate(
        both[1].minus(both[0]), how, n_patients=_n_patients(patient_of_case), undefined=undefined
    )
    return AgreementChange(
        first=first,
        second=second,
        difference=difference,
        without_reader=difference_without_readers(second.without_reader, first.without_reader),
    )


def change_by_algorithm_correctness(
    ratings: ArrayLike,
    algorithm_is_right: ArrayLike,
    coefficient: Coefficient | str,
    *,
    scale: ArrayLike | None = None,
    patients: ArrayLike | None = None,
    how: Resampling | None = None,
) -> ChangeByCorrectness:
    """Return the change of agreement where the algorithm is right and, apart, where it is wrong.

    Growing agreement where the algorithm is wrong means that readers share its error.

    Parameters
    ----------
    ratings : array-like of shape (2, readers, cases)
        As in `agreement_change`.
    algorithm_is_right : array-like of bool of shape (cases,)
        Whether the algorithm's call equals the reference standard.
    coefficient, scale, patients, how
        As in `reader_agreement`; both parts use the scale of all cases.
    """
    values, is_right = np.asarray(ratings, dtype=np.float64), np.asarray(algorithm_is_right, dtype=np.bool_)
    shared = two_modalities(values, scale=scale)[0].scale
    if is_right.shape != values.shape[2:]:
        raise ValueError(f"{is_right.shape} verdicts on the algorithm for {values.shape[2]} cases")
    names = patient_numbers(patients, values.shape[2])
    where_right, where_wrong = (
        agreement_change(values[..., part], coefficient, scale=shared, patients=names[part], how=how)
        for part in (is_right, ~is_right)
    )
    return ChangeByCorrectness(where_right=where_right, where_wrong=where_wrong)


def _on_all(which: Coefficient, table: ReaderRatings) -> float:
    return float(values_on(which, table, np.ones((1, table.n_cases)))[0])


def _result(
    which: Coefficient,
    table: ReaderRatings,
    patient_of_case: NDArray[np.int64],
    replicates: Replicates,
    how: Resampling,
) -> AgreementResult:
    is_paired = table.reads_per_case >= 2
    n_patients = _n_patients(patient_of_case[is_paired])
    estimate = bootstrap_estimate(
        replicates, how, n_patients=n_patients, undefined=why_undefined(which, table)
    )
    if which is Coefficient.PERCENT:
        estimate = _bounded(estimate, n_patients, how.alpha)
    shared = None
    if definition(which).counts_categories:
        of_pairs = _on_all(Coefficient.PERCENT, table)
        shared = None if np.isnan(of_pairs) else of_pairs
    return AgreementResult(
        coefficient=which,
        estimate=estimate,
        percent_agreement=shared,
        without_reader=leave_one_reader_out(
            lambda reader: _on_all(which, table.without_reader(reader)), table.n_readers
        ),
        n_readers=table.n_readers,
        n_cases=int(is_paired.sum()),
        n_patients=n_patients,
        n_replicates=len(replicates.values),
        n_undefined_replicates=replicates.n_undefined,
        seed=how.seed,
        warnings=_warnings(which, table, estimate, shared),
    )


def _n_patients(patient_of_case: NDArray[np.int64]) -> int:
    return len(np.unique(patient_of_case))


def _bounded(estimate: Estimate, n_patients: int, alpha: float) -> Estimate:
    """Give unanimous readers the exact bound on what the cases could still hide, instead of no interval."""
    if estimate.value not in (0.0, 1.0) or estimate.ci is not None or n_patients == 0:
        return estimate
    unseen = unseen_share_bound(n_patients, alpha=alpha)
    ci = (1 - unseen, 1.0) if estimate.value else (0.0, unseen)
    note = (
        f"The readers {'always' if estimate.value else 'never'} agree; exact bound of {n_patients} patients."
    )
    return replace(estimate, ci=ci, note=note)


def _warnings(
    which: Coefficient, table: ReaderRatings, estimate: Estimate, shared: float | None
) -> tuple[str, ...]:
    found, what = [], definition(which)
    n_incomplete = int(((table.reads_per_case >= 1) & (table.reads_per_case < table.n_readers)).sum())
    if what.needs_complete_cases and n_incomplete:
        found.append(f"{n_incomplete} cases without a read of every reader are left out.")
    value = estimate.value
    if what.is_chance_corrected and value is not None and shared is not None and shared >= 0.8 > 0.4 > value:
        found.append(PARADOX.format(share=shared, title=what.title))
    if value is not None and which in _COHEN and table.n_readers > 2:
        found.append("Mean of Cohen's kappa over all pairs of readers (Light).")
    return tuple(found)


_COHEN = (Coefficient.COHEN, Coefficient.COHEN_LINEAR, Coefficient.COHEN_QUADRATIC)
