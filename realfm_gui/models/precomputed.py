"""Anyone's predictions, from a CSV file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.images import CaseFrames, Frame
from realfm_gui.domain.prediction import GridGeometry, Prediction, SaliencyMap
from realfm_gui.domain.progress import Progress
from realfm_gui.domain.protocol import OperatingPoint
from realfm_gui.models.adapter import NO_SALIENCY, Example, ModelInfo

METHOD = "precomputed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrecomputedRow:
    """One prediction of the file, resolved to the study's case id.

    `threshold` is the score at and above which the model calls the finding present; without one the model has
    no operating point, so no call. `map_path` names a NumPy file (see `PrecomputedPredictions`).
    """

    case_id: str
    finding: str
    score: float
    probability: float | None = None
    prevalence: float | None = None
    threshold: float | None = None
    map_path: Path | None = None


class PrecomputedPredictions:
    """A model that already ran elsewhere: it only looks its answers up.

    A map is a ``.npy`` file with a two-dimensional array of finite numbers that covers the whole image
    (of a case of several frames, the first one); it is shown at the scale it was written. Probabilities
    without a prevalence are shown as the model states them and never moved to another one.
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

    def __init__(self, rows: Mapping[str, tuple[PrecomputedRow, ...]], *, source: str = "a CSV file") -> None:
        self._rows = rows
        self._source = source

    @classmethod
    def from_rows(cls, rows: Sequence[PrecomputedRow], *, source: str = "a CSV file") -> Self:
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
        return cls(by_case, source=source)

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

    def predict(self, case: CaseFrames, *, saliency: str) -> list[Prediction]:
        """Return the file's predictions of this case, with their maps unless `saliency` is ``none``."""
        rows = self._rows.get(case.case_id)
        if rows is None:
            raise UserFacingError(
                "There is no prediction for this case in the file.", hint="Add a row for it and import again."
            )
        return [
            Prediction(
                case_id=case.case_id,
                finding=row.finding,
                score=row.score,
                probability=row.probability,
                prevalence=row.prevalence,
                operating_point=row.threshold,
                saliency=(
                    None
                    if saliency == NO_SALIENCY or row.map_path is None
                    else _read_map(row.map_path, case.frames[0])
                ),
            )
            for row in rows
        ]

    def preprocessing(self) -> str:
        """Return, in one line, where the predictions come from."""
        return f"unknown (predictions read from {self._source})"


def _read_map(path: Path, frame: Frame) -> SaliencyMap:
    hint = "Write it with numpy.save as a two-dimensional array of numbers that covers the whole image."
    try:
        values = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise UserFacingError(f"The map {path.name} cannot be read.", hint=hint) from error
    if (
        not isinstance(values, np.ndarray)
        or values.ndim != 2
        or not values.size
        or values.dtype.kind not in "fiub"
    ):
        raise UserFacingError(f"The map {path.name} is not a two-dimensional array of numbers.", hint=hint)
    numbers: NDArray[np.float32] = values.astype(np.float32)
    if not np.isfinite(numbers).all():
        raise UserFacingError(f"The map {path.name} has values that are not finite.", hint=hint)
    row_step, column_step = frame.rows / values.shape[0], frame.columns / values.shape[1]
    geometry = GridGeometry(
        row_offset=row_step / 2 - 0.5,
        row_step=row_step,
        column_offset=column_step / 2 - 0.5,
        column_step=column_step,
    )
    return SaliencyMap(values=numbers, geometry=geometry, method=METHOD)
