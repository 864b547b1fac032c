"""Agreement as reported: one modality, the change between two, the change by the algorithm's correctness."""

from dataclasses import dataclass
from typing import Any

from realfm_gui.analysis.agreement.coefficients import Coefficient, definition
from realfm_gui.analysis.agreement.leave_one_reader_out import LeaveOneReaderOut
from realfm_gui.analysis.estimate import Estimate

CAUTION = (
    "More agreement is no benefit by itself: readers can come to agree on a wrong answer. Look at the change "
    "on the cases where the algorithm is right and on those where it is wrong, each by itself."
)
WITHIN_NOT_BETWEEN = (
    "Read each change by itself: cases where the algorithm is wrong differ from the others in more than that."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementResult:
    """One coefficient of one modality.

    `n_cases` counts the cases read by at least two readers, `n_patients` whom they come from,
    `n_undefined_replicates` the resamples without a value. `percent_agreement` stands beside every
    coefficient for categories, None for measurements and where no case has two reads.
    """

    coefficient: Coefficient
    estimate: Estimate
    percent_agreement: float | None
    without_reader: LeaveOneReaderOut
    n_readers: int
    n_cases: int
    n_patients: int
    n_replicates: int
    n_undefined_replicates: int
    seed: int
    warnings: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON types; absent numbers are null."""
        return {
            "coefficient": str(self.coefficient),
            "title": definition(self.coefficient).title,
            "estimate": self.estimate.to_json(),
            "percent_agreement": self.percent_agreement,
            "without_reader": self.without_reader.to_json(),
            "n_readers": self.n_readers,
            "n_cases": self.n_cases,
            "n_patients": self.n_patients,
            "n_replicates": self.n_replicates,
            "n_undefined_replicates": self.n_undefined_replicates,
            "seed": self.seed,
            "warnings": list(self.warnings),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementChange:
    """A coefficient in two modalities; `difference` is second minus first, from the same resamples.

    `caution` belongs wherever the difference is shown.
    """

    first: AgreementResult
    second: AgreementResult
    difference: Estimate
    without_reader: LeaveOneReaderOut
    caution: str = CAUTION

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON types; absent numbers are null."""
        return {
            "first": self.first.to_json(),
            "second": self.second.to_json(),
            "difference": self.difference.to_json(),
            "without_reader": self.without_reader.to_json(),
            "caution": self.caution,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeByCorrectness:
    """The change of agreement where the algorithm is right and where it is wrong."""

    where_right: AgreementChange
    where_wrong: AgreementChange
    caution: str = WITHIN_NOT_BETWEEN

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON types; absent numbers are null."""
        return {
            "where_right": self.where_right.to_json(),
            "where_wrong": self.where_wrong.to_json(),
            "caution": self.caution,
        }
