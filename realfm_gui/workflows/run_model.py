"""Run a model on every case the readers will see, and keep what it says sealed from them."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from realfm_gui.domain.case import Case, Split
from realfm_gui.domain.changes import Changes
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.events import EventKind
from realfm_gui.domain.identifiers import new_run_id
from realfm_gui.domain.prediction import (
    FailureKind,
    OutOfDomain,
    PredictionFailure,
    RunRecord,
    SaliencyMap,
)
from realfm_gui.domain.progress import Progress, silent
from realfm_gui.storage import StudyStore
from realfm_gui.workflows.case_frames import frames_of
from realfm_gui.workflows.fit_model import refuse_late_model
from realfm_gui.workflows.frame_order import refuse_other_order

if TYPE_CHECKING:
    from realfm_gui.models.adapter import CaseAnswer, ModelAdapter

PEAKS_PERCENTILE = 90
"""Of the cases' highest map values: what is painted as "high" in every case of a run."""


def run_model(
    store: StudyStore,
    model: str,
    *,
    saliency: str | None = None,
    scores: Path | None = None,
    places: Path | None = None,
    progress: Progress = silent,
) -> Changes:
    """Predict every training and reading case and store one sealed file per case.

    Parameters
    ----------
    model : str
        Registered name.
    saliency : str, optional
        "grad-cam", "occlusion" or "none"; the protocol's where left out, "none" for models without maps.
    scores : Path, optional
        The CSV of precomputed predictions, for the models "precomputed" and "precomputed-NAME" only.
    places : Path, optional
        The CSV of what such a model found where.

    Raises
    ------
    UserFacingError
        If reading has begun, the model is not fitted, there is no case, or the study's slices are in another
        order. A case the model fails on does not raise: it is recorded as a failure with its reason; so is,
        apart from those, one it was not made for.
    """
    refuse_late_model(store, model)
    refuse_other_order(store)
    with store.exclusive_work():
        store.discard_unrecorded_runs()
        cases = store.cases(Split.TRAINING, Split.READING)
        if not cases:
            raise UserFacingError(
                "The study has no case to predict.", hint="Import images first: realfm import."
            )
        adapter, head_sha256 = _adapter(store, model, scores, places, progress)
        return _run(store, model, adapter, head_sha256, cases, saliency, progress)


def _run(
    store: StudyStore,
    model: str,
    adapter: "ModelAdapter",
    head_sha256: str,
    cases: Sequence[Case],
    saliency: str | None,
    progress: Progress,
) -> Changes:
    method = _saliency_method(adapter, saliency, store.protocol.model.saliency)
    run_id = new_run_id()
    files: dict[str, str] = {}
    failures: list[PredictionFailure] = []
    out_of_domain: list[OutOfDomain] = []
    maps: list[SaliencyMap] = []
    locates: set[str] = set()
    try:
        for case_id, outcome in _outcomes(store, adapter, cases, method, progress):
            if isinstance(outcome, PredictionFailure):
                failures.append(outcome)
            elif isinstance(outcome, OutOfDomain):
                out_of_domain.append(outcome)
            else:
                files[case_id] = store.write_prediction(run_id, case_id, outcome)
                maps += [said.saliency for said in outcome if said.saliency is not None]
                locates |= {said.finding for said in outcome if said.located}
        record = RunRecord(
            run_id=run_id,
            model=model,
            version=adapter.info.version,
            weights_sha256=adapter.info.weights_sha256,
            head_sha256=head_sha256,
            preprocessing=adapter.preprocessing(),
            saliency_method=method,
            device=adapter.device,
            case_ids=tuple(files),
            failures=tuple(failures),
            map_range=_map_range(maps),
            out_of_domain=tuple(out_of_domain),
            locates=tuple(sorted(locates)),
        )
        run_hash = store.write_run(record)
        store.append(
            EventKind.PREDICTIONS_STORED,
            {"run_id": run_id, "model": model, "run_salted_sha256": run_hash, "files": files},
            actor="coordinator",
        )
    except BaseException:
        # A run is whole or it is not there: half of one would show some readers advice and others none.
        store.discard_run(run_id)
        raise
    return Changes(models=True)


def _map_range(maps: Sequence[SaliencyMap]) -> tuple[float, float] | None:
    usable = [saliency.values for saliency in maps if np.isfinite(saliency.values).all()]
    if not usable:
        return None
    low = min(float(values.min()) for values in usable)
    # Not the very highest: a few outliers would leave every other case dark.
    high = float(np.percentile([float(values.max()) for values in usable], PEAKS_PERCENTILE))
    return (low, high) if high > low else None


def _outcomes(
    store: StudyStore, adapter: "ModelAdapter", cases: Sequence[Case], saliency: str, progress: Progress
) -> "Iterator[tuple[str, CaseAnswer]]":
    from realfm_gui.models.runs import predict_cases

    for number, case in enumerate(cases, start=1):
        try:
            frames = list(frames_of(store, [case]))
        except UserFacingError as error:  # an image that was damaged after its import costs its case only
            failure = PredictionFailure(case_id=case.case_id, reason=str(error), kind=FailureKind.IMAGE)
            yield case.case_id, failure
        else:
            for case_id, outcome in predict_cases(
                adapter, frames, saliency=saliency, total=1, progress=silent
            ):
                yield case_id, _whole(store, case_id, outcome)
        progress(number, len(cases), f"Running {adapter.info.name}")


def _whole(store: StudyStore, case_id: str, outcome: "CaseAnswer") -> "CaseAnswer":
    """Turn an answer that lacks a finding into a failure: half an answer reads as "nothing found"."""
    if isinstance(outcome, PredictionFailure | OutOfDomain):
        return outcome
    answered = {prediction.finding for prediction in outcome}
    missing = [finding.name for finding in store.protocol.findings if finding.id not in answered]
    if missing:
        return PredictionFailure(
            case_id=case_id,
            reason=f"The model gave no answer for {', '.join(missing)}.",
            kind=FailureKind.NO_ANSWER,
        )
    return outcome


def _adapter(
    store: StudyStore, model: str, scores: Path | None, places: Path | None, progress: Progress
) -> "tuple[ModelAdapter, str]":
    from realfm_gui.models.registry import comes_from_file, create_model

    if comes_from_file(model):
        from realfm_gui.workflows.precomputed_scores import precomputed_adapter

        return precomputed_adapter(store, scores, places, progress=progress)
    if scores is not None or places is not None:
        what, option = ("score table", "--scores") if scores is not None else ("table of places", "--places")
        raise UserFacingError(
            f"A {what} goes with the model precomputed, not with {model}.",
            hint=f"Leave {option} out, or give --model precomputed.",
        )
    adapter = create_model(model, input_size=store.protocol.model.input_size)
    if not adapter.info.needs_fit:
        return adapter, ""
    head = store.read_head(model)
    adapter.load_head(head)
    return adapter, hashlib.sha256(head).hexdigest()


def _saliency_method(adapter: "ModelAdapter", asked: str | None, by_protocol: str) -> str:
    if asked is None:
        if by_protocol == "none" or by_protocol in adapter.saliency_methods:
            return by_protocol
        return next(iter(adapter.saliency_methods), "none")
    if asked != "none" and asked not in adapter.saliency_methods:
        known = ", ".join((*adapter.saliency_methods, "none"))
        raise UserFacingError(
            f"The model {adapter.info.name} has no saliency method {asked}.", hint=f"It knows: {known}."
        )
    return asked
