"""Anyone's predictions, from a CSV file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from realfm_gui.domain.ai_finding import AiFinding, ScoreInterval, by_score
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.grid_geometry import grid_over
from realfm_gui.domain.images import CaseFrames, Frame
from realfm_gui.domain.prediction import (
    FailureKind,
    OutOfDomain,
    Prediction,
    PredictionFailure,
    SaliencyMap,
)
from realfm_gui.domain.progress import Progress
from realfm_gui.domain.protocol import OperatingPoint
from realfm_gui.models.adapter import NO_SALIENCY, CaseAnswer, Example, ModelInfo
from realfm_gui.models.located import CasePlace, located_finding, read_grid
from realfm_gui.models.predictions_csv import Status

METHOD = "precomputed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrecomputedRow:
    """One prediction of the file, resolved to the study's case id.

    `threshold` is the score at and above which the model calls the finding present; without one the model has
    no operating point, so no call. `map_path` names a NumPy file (see `PrecomputedPredictions`). Unless
    `status` is "answered" there is no score, and the model has no answer for the case, for this `reason`.
    """

    case_id: str
    finding: str
    score: float | None
    probability: float | None = None
    prevalence: float | None = None
    threshold: float | None = None
    map_path: Path | None = None
    interval: ScoreInterval | None = None
    status: Status = Status.ANSWERED
    reason: str = ""

    def __post_init__(self) -> None:
        if (self.status is Status.ANSWERED) != (self.score is not None):
            raise ValueError("an answer, and nothing else, has a score")


class PrecomputedPredictions:
    """A model that already ran elsewhere: it only looks its answers up.

    A map is a ``.npy`` file with a two-dimensional array of finite numbers that covers the whole image
    (of a case of several frames, the first one); it is shown at the scale it was written. Probabilities
    without a prevalence are shown as the model states them and never moved to another one. A case without a
    row is a failure: the file is silent about it.
    """

    info = ModelInfo(
        name="precomputed",
        title="Predictions from a file",
        version="1",
        licence="",
        description="Scores, and maps where given, that a model produced elsewhere, read from a CSV file.",
        needs_fit=False,
        needs_file=True,
    )
    saliency_methods: tuple[str, ...] = (METHOD,)
    device = "cpu"

    def __init__(
        self,
        rows: Mapping[str, tuple[PrecomputedRow, ...]],
        *,
        places: Sequence[CasePlace] = (),
        source: str = "a CSV file",
    ) -> None:
        self._rows = rows
        self._places = tuple(places)
        self._source = source

    @classmethod
    def from_rows(
        cls, rows: Sequence[PrecomputedRow], *, places: Sequence[CasePlace] = (), source: str = "a CSV file"
    ) -> Self:
        """Return the model that answers with these rows; `source` names the file in the record of the run.

        Raises
        ------
        UserFacingError
            If two rows answer for the same case and finding.
        """
        by_case: dict[str, tuple[PrecomputedRow, ...]] = {}
        seen: set[tuple[str, str]] = set()
        for row in rows:
            if (row.case_id, row.finding) in seen:
                raise UserFacingError(
                    f"Two rows of {source} answer for case {row.case_id}, finding {row.finding!r}.",
                    hint="Keep one row per case and finding; the images of a case share one prediction.",
                )
            seen.add((row.case_id, row.finding))
            by_case[row.case_id] = (*by_case.get(row.case_id, ()), row)
        return cls(by_case, places=places, source=source)

    def fit(
        self,
        examples: Iterable[Example],  # noqa: ARG002 - the contract's arguments
        *,
        findings: Sequence[str],  # noqa: ARG002
        operating_point: OperatingPoint,  # noqa: ARG002
        seed: int,  # noqa: ARG002
        total: int,  # noqa: ARG002
        progress: Progress,  # noqa: ARG002
    ) -> bytes:
        """Refuse: the predictions are made."""
        raise UserFacingError(
            "Predictions from a file are not fitted.", hint="Import them and run the predictions directly."
        )

    def load_head(self, content: bytes) -> None:  # noqa: ARG002 - the contract's argument
        """Refuse: there is no head."""
        raise UserFacingError("Predictions from a file have no head.", hint="Import them directly.")

    def predict(self, case: CaseFrames, *, saliency: str) -> CaseAnswer:
        """Return what the file says of this case, with its maps unless `saliency` is ``none``."""
        rows = self._rows.get(case.case_id)
        if rows is None:
            return PredictionFailure(
                case_id=case.case_id,
                reason="There is no prediction for this case in the file. Add a row for it and import again.",
                kind=FailureKind.NO_ANSWER,
            )
        for row in rows:
            if row.status is Status.OUT_OF_DOMAIN:
                reason = row.reason or "The file gives no reason."
                return OutOfDomain(case_id=case.case_id, reason=reason)
            if row.status is Status.FAILED:
                reason = row.reason or "The file says that the model failed, and no reason."
                return PredictionFailure(case_id=case.case_id, reason=reason)
        return [self._prediction(row, case, saliency) for row in rows]

    def _prediction(self, row: PrecomputedRow, case: CaseFrames, saliency: str) -> Prediction:
        assert row.score is not None  # it is an answer
        return Prediction(
            case_id=case.case_id,
            finding=row.finding,
            score=row.score,
            probability=row.probability,
            prevalence=row.prevalence,
            operating_point=row.threshold,
            interval=row.interval,
            saliency=_read_map(row.map_path, case.frames[0])
            if saliency != NO_SALIENCY and row.map_path is not None
            else None,
            located=self._located(case, row.finding),
        )

    def _located(self, case: CaseFrames, finding: str) -> tuple[AiFinding, ...]:
        places = [p for p in self._places if (p.case_id, p.finding) == (case.case_id, finding)]
        return by_score([located_finding(place, case) for place in places])

    def preprocessing(self) -> str:
        """Return, in one line, where the predictions come from."""
        return f"unknown (predictions read from {self._source})"


def _read_map(path: Path, frame: Frame) -> SaliencyMap:
    values = read_grid(path, "map")
    cells = values.shape[0], values.shape[1]
    return SaliencyMap(
        values=values,
        geometry=grid_over(rows=frame.rows, columns=frame.columns, cells=cells),
        method=METHOD,
    )
