"""Fitted heads and prediction runs: one file per case, so that showing one never loads another."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.prediction import (
    DomainAspect,
    FailureKind,
    OutOfDomain,
    Prediction,
    PredictionFailure,
    RunRecord,
)
from realfm_gui.storage.event_log import canonical_json
from realfm_gui.storage.open_study import OpenStudy
from realfm_gui.storage.prediction_codec import decode, encode


class PredictionFiles(OpenStudy):
    """The part of a study that keeps what models said, in files of their own."""

    def write_head(self, model: str, content: bytes) -> str:
        """Store the fitted head of a model, replacing an earlier one, and return its salted hash."""
        return self._write(self._paths.head(model), content)

    def read_head(self, model: str) -> bytes:
        """Return the fitted head of a model; `UserFacingError` if it was not fitted or has changed."""
        path = self._paths.head(model)
        if not (self.has_head(model) and path.is_file()):
            raise UserFacingError(
                f"The model {model} has not been fitted in this study.",
                hint=f"Fit it first: realfm fit STUDY --model {model}",
            )
        return self._read_recorded(path)

    def has_head(self, model: str) -> bool:
        """Return whether a model has been fitted; a head that a killed fit left behind does not count."""
        return self._recorded_hash(self._paths.head(model)) is not None

    def write_prediction(self, run_id: str, case_id: str, predictions: Sequence[Prediction]) -> str:
        """Store what a run says of one case, one `Prediction` per finding, and return the salted hash.

        Raises
        ------
        ValueError
            If a prediction is of another case, or the run is already on record.
        """
        if any(prediction.case_id != case_id for prediction in predictions):
            raise ValueError(f"a prediction of another case was given for case {case_id}")
        self._refuse_recorded(run_id)
        return self._write(self._paths.prediction(run_id, case_id), encode(predictions))

    def read_prediction(self, run_id: str, case_id: str) -> list[Prediction]:
        """Return what a run says of one case; opens that case's file and no other.

        Raises
        ------
        UserFacingError
            If the run has none for this case, or the file is not what was stored.
        """
        path = self._paths.prediction(run_id, case_id)
        try:
            content = self._read_recorded(path)
        except FileNotFoundError as error:
            raise UserFacingError(
                f"The prediction run {run_id} has nothing for case {case_id}.",
                hint="Look at its list of failures, or run it again: realfm predict STUDY --model NAME",
            ) from error
        return decode(case_id, content)

    def write_run(self, record: RunRecord) -> str:
        """Store the record of a run and return its salted hash (it goes into PREDICTIONS_STORED)."""
        self._refuse_recorded(record.run_id)
        return self._write(self._paths.run(record.run_id), canonical_json(asdict(record)).encode())

    def run_record(self, run_id: str) -> RunRecord:
        """Return the record of a run; `UserFacingError` if there is none."""
        path = self._paths.run(run_id)
        try:
            content = json.loads(self._read_recorded(path))
        except (FileNotFoundError, ValueError) as error:
            raise UserFacingError(
                f"The record of prediction run {run_id} ({path}) is missing or damaged.",
                hint="Run 'realfm verify' on the study and restore the file from your last backup.",
            ) from error
        return _run_record(content)

    def runs(self) -> list[str]:
        """Return the ids of the runs on record, oldest first."""
        return [str(run_id) for (run_id,) in self._rows("SELECT run_id FROM runs ORDER BY sequence")]

    def latest_run(self, model: str) -> RunRecord | None:
        """Return the newest run of a model on record, or None."""
        rows = self._rows("SELECT run_id FROM runs WHERE model = ? ORDER BY sequence DESC LIMIT 1", (model,))
        return self.run_record(rows[0][0]) if rows else None

    def discard_unrecorded_runs(self) -> None:
        """Delete the runs that never went on record: the program was killed while it made them."""
        for folder in sorted(self._paths.predictions.glob("r-*")):
            if folder.is_dir() and not self._rows("SELECT 1 FROM runs WHERE run_id = ?", (folder.name,)):
                self.discard_run(folder.name)

    def discard_run(self, run_id: str) -> None:
        """Delete the files of a run that never went on record (cancelled); ValueError if it did."""
        self._refuse_writing()
        self._refuse_recorded(run_id)
        folder = self._paths.run(run_id).parent
        for file in sorted(folder.glob("*")) if folder.is_dir() else []:
            file.unlink()
        if folder.is_dir():
            folder.rmdir()

    def _refuse_recorded(self, run_id: str) -> None:
        if self._rows("SELECT 1 FROM runs WHERE run_id = ?", (run_id,)):
            raise ValueError(f"prediction run {run_id} is on record and cannot be changed")


def _run_record(content: Mapping[str, Any]) -> RunRecord:
    """Return a run's record from its JSON form; forms of earlier versions lack the later fields."""
    unknown = sorted(set(content) - {field.name for field in fields(RunRecord)})
    if unknown:
        raise UserFacingError(
            f"The record of a prediction run was written by a newer program (it has {unknown[0]!r}).",
            hint="Open the study with the newer program.",
        )
    values = dict(content)
    values["case_ids"] = tuple(content["case_ids"])
    values["locates"] = tuple(content.get("locates", ()))
    values["failures"] = tuple(
        PredictionFailure(
            case_id=failure["case_id"],
            reason=failure["reason"],
            kind=FailureKind(failure.get("kind", FailureKind.ERROR)),
        )
        for failure in content["failures"]
    )
    values["out_of_domain"] = tuple(
        OutOfDomain(case_id=other["case_id"], reason=other["reason"], aspect=DomainAspect(other["aspect"]))
        for other in content.get("out_of_domain", ())
    )
    if content.get("map_range") is not None:
        values["map_range"] = tuple(content["map_range"])
    return RunRecord(**values)
