"""What an analysis starts from: one finding of one study as arrays."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

UNAIDED, AIDED = 0, 1
"""Index of the arm in every array whose first axis is 2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyData:
    """One finding of a study: who read what, and what is true.

    Parameters
    ----------
    finding_id, finding_name : str
        What was looked for.
    reader_ids, reader_names : tuple of str
        In the order of the reader axis.
    reader_years : tuple of float or None
        Years of experience; None where not known.
    case_ids : tuple of str
        In the order of the case axis.
    patient_ids : tuple of str, or None
        Whose case it is, in the order of the case axis; None says that every case is another patient's.
    truth : array of bool, shape (cases,)
        The reference standard.
    scores : array of float64, shape (2, readers, cases)
        Likelihood 0 to 100, unaided then aided; NaN where there is no rating.
    calls : array of float64, shape (2, readers, cases)
        1 recall, 0 no recall, NaN where there is none.
    active_ms : array of float64, shape (2, readers, cases)
        Active reading time of the phase in ms, NaN where there is none.
    ai_scores : array of float64, shape (cases,)
        The model's scores on any scale; NaN where it failed or was not made for the case.
    ai_calls : array of float64, shape (cases,)
        The model's call at its locked operating point: 1, 0, or NaN where it failed or has none.
    ai_out_of_domain : array of bool, shape (cases,), or None
        Whether the model was not made for the case: no advice, which is counted apart from failures.
        None where there is no such case.
    control_scores : mapping of str to array of shape (cases,)
        Scores of control models that no reader saw.
    non_diagnostic : array of int, shape (2, readers)
        How many readings were flagged as not assessable.
    technical_faults : array of int, shape (2, readers), or None
        How many were flagged as a technical fault; None where there was none.
    alpha : float
        One minus the confidence level of every interval.
    margin_auc, margin_sensitivity, margin_specificity : float
        Margins fixed before the first reading.
    margin_harm : float
        How much accuracy may fall where the model is wrong, per kind of error; a proposal of
        this program, without a source.
    prevalence : float
        Share of patients with the finding where the model would be used.
    is_simulated : bool
        Images or readers are made by a program.
    design : str
        "sequential".
    planned_readings : int
        Readings (reader, case, phase) that the protocol asks for.
    cases_without_truth : int
        Cases of the reading split that could not enter because they have no reference standard.
    early_looks : int
        How often outcomes were opened before reading was complete.
    remembered : int
        Readings in which the reader remarked that the case was known.
    is_primary : bool
        The finding the protocol names first; all others are secondary.
    """

    finding_id: str
    finding_name: str
    reader_ids: tuple[str, ...]
    reader_names: tuple[str, ...]
    reader_years: tuple[float | None, ...]
    case_ids: tuple[str, ...]
    patient_ids: tuple[str, ...] | None
    truth: Bools
    scores: Floats
    calls: Floats
    active_ms: Floats
    ai_scores: Floats
    ai_calls: Floats
    control_scores: Mapping[str, Floats] = field(default_factory=dict)
    non_diagnostic: NDArray[np.int64]
    technical_faults: NDArray[np.int64] | None = None
    ai_out_of_domain: Bools | None = None
    alpha: float = 0.05
    margin_auc: float = 0.05
    margin_sensitivity: float = 0.05
    margin_specificity: float = 0.05
    margin_harm: float = 0.10
    prevalence: float
    is_simulated: bool
    design: str = "sequential"
    planned_readings: int
    cases_without_truth: int = 0
    early_looks: int = 0
    remembered: int = 0
    is_primary: bool = True

    def __post_init__(self) -> None:
        readers, cases = len(self.reader_ids), len(self.case_ids)
        expected = {
            "truth": (self.truth, (cases,)),
            "scores": (self.scores, (2, readers, cases)),
            "calls": (self.calls, (2, readers, cases)),
            "active_ms": (self.active_ms, (2, readers, cases)),
            "ai_scores": (self.ai_scores, (cases,)),
            "ai_calls": (self.ai_calls, (cases,)),
            "non_diagnostic": (self.non_diagnostic, (2, readers)),
            **{f"control {name}": (values, (cases,)) for name, values in self.control_scores.items()},
        }
        if self.technical_faults is not None:
            expected["technical_faults"] = (self.technical_faults, (2, readers))
        if self.ai_out_of_domain is not None:
            expected["ai_out_of_domain"] = (self.ai_out_of_domain, (cases,))
            if np.isfinite(self.ai_scores[self.ai_out_of_domain]).any():
                raise ValueError("the model has no score for a case it was not made for")
        for name, (array, shape) in expected.items():
            if array.shape != shape:
                raise ValueError(f"{name} has shape {array.shape} instead of {shape}")
        if not len(self.reader_names) == len(self.reader_years) == readers:
            raise ValueError("every reader needs a name and an entry for the years of experience")
        if self.patient_ids is not None and len(self.patient_ids) != cases:
            raise ValueError("every case needs a patient, or patient_ids is None")
        if self.truth.dtype != np.bool_:
            raise ValueError("truth is true or false for every case: leave cases without truth out")
        for name, array in (("calls", self.calls), ("ai_calls", self.ai_calls)):
            if not np.isin(array[np.isfinite(array)], (0.0, 1.0)).all():
                raise ValueError(f"{name} are 0, 1 or NaN")
        if not 0 < self.alpha < 0.5:
            raise ValueError(f"alpha lies between 0 and 0.5, not at {self.alpha}")
        if not 0 < self.prevalence < 1:
            raise ValueError(f"a prevalence lies strictly between 0 and 1, not at {self.prevalence}")

    @property
    def patients_with_several_cases(self) -> int:
        """How many patients have more than one case: such cases are not independent."""
        return sum(n > 1 for n in Counter(self.patient_ids or ()).values())

    def restricted_to(self, readers: NDArray[np.int64], cases: NDArray[np.int64]) -> "StudyData":
        """Return the same study with only these readers and cases, given by index."""
        cells = (slice(None), readers[:, np.newaxis], cases[np.newaxis])
        return replace(
            self,
            reader_ids=tuple(self.reader_ids[j] for j in readers),
            reader_names=tuple(self.reader_names[j] for j in readers),
            reader_years=tuple(self.reader_years[j] for j in readers),
            case_ids=tuple(self.case_ids[c] for c in cases),
            patient_ids=None if self.patient_ids is None else tuple(self.patient_ids[c] for c in cases),
            truth=self.truth[cases],
            scores=self.scores[cells],
            calls=self.calls[cells],
            active_ms=self.active_ms[cells],
            ai_scores=self.ai_scores[cases],
            ai_calls=self.ai_calls[cases],
            ai_out_of_domain=None if self.ai_out_of_domain is None else self.ai_out_of_domain[cases],
            control_scores={name: values[cases] for name, values in self.control_scores.items()},
            non_diagnostic=self.non_diagnostic[:, readers],
            technical_faults=None if self.technical_faults is None else self.technical_faults[:, readers],
        )
