"""Fit a model's head on the development split."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from realfm_gui.domain.case import Split
from realfm_gui.domain.changes import Changes
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.events import EventKind
from realfm_gui.domain.progress import Progress, silent
from realfm_gui.storage import StudyStore
from realfm_gui.workflows.case_frames import frames_of

if TYPE_CHECKING:
    from realfm_gui.models.adapter import Example

SEED = 20261122
"""Seed of the cross-validation folds: stored with the head, the same for every study."""


def fit_model(store: StudyStore, model: str, *, progress: Progress = silent) -> Changes:
    """Fit the model's head; only the development split's images and truth are touched.

    Raises
    ------
    UserFacingError
        If reading has begun, the model needs no fit, or the development split is missing or unusable.
    """
    refuse_late_model(store, model)
    with store.exclusive_work():
        return _fit(store, model, progress)


def _fit(store: StudyStore, model: str, progress: Progress) -> Changes:
    from realfm_gui.models.registry import create_model

    protocol = store.protocol
    adapter = create_model(model, input_size=protocol.model.input_size)
    if not adapter.info.needs_fit:
        raise UserFacingError(
            f"The model {model} has nothing to fit.", hint="Run it: realfm predict STUDY --model " + model
        )
    cases = store.cases(Split.DEVELOPMENT)
    if not cases:
        raise UserFacingError(
            "The study has no development cases to fit the model on.",
            hint="Import images whose truth table says split = development.",
        )
    head = adapter.fit(
        _examples(store),
        findings=[finding.id for finding in protocol.findings],
        operating_point=protocol.model.operating_point,
        seed=SEED,
        total=len(cases),
        progress=progress,
    )
    salted = store.write_head(model, head)
    store.append(
        EventKind.MODEL_FITTED,
        {
            "model": model,
            "version": adapter.info.version,
            "weights_sha256": adapter.info.weights_sha256,
            "head_salted_sha256": salted,
        },
        actor="coordinator",
    )
    return Changes(models=True)


def refuse_late_model(store: StudyStore, model: str) -> None:
    """Refuse to change a model that readers are shown once somebody has read with it."""
    if model in store.protocol.model.shown_models and store.readings():
        raise UserFacingError(
            f"Reading has begun, so the readers' model {model} can no longer be changed.",
            hint="Create a new study to try another fit or another run.",
        )


def _examples(store: StudyStore) -> "Iterator[Example]":
    from realfm_gui.models.adapter import Example

    labels: dict[str, dict[str, bool]] = {}
    for label in store.read_truth(Split.DEVELOPMENT):
        labels.setdefault(label.case_id, {})[label.finding] = label.is_present
    cases = store.cases(Split.DEVELOPMENT)
    # Patients are numbered as they came: with their random ids, every study folder would cut other folds.
    number = {patient: index for index, patient in enumerate(dict.fromkeys(c.patient_id for c in cases))}
    for case, frames in zip(cases, frames_of(store, cases), strict=True):
        yield Example(
            case_id=case.case_id,
            patient_id=f"{number[case.patient_id]:08d}",
            frames=frames,
            labels=labels.get(case.case_id, {}),
        )
