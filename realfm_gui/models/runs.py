"""Running a model over cases: every case ends as predictions or as a listed failure."""

import logging
from collections.abc import Iterable, Iterator

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.images import CaseFrames
from realfm_gui.domain.prediction import FailureKind, OutOfDomain, Prediction, PredictionFailure
from realfm_gui.domain.progress import Progress
from realfm_gui.models.adapter import CaseAnswer, ModelAdapter

logger = logging.getLogger(__name__)

CaseOutcome = tuple[str, CaseAnswer]


def predict_cases(
    adapter: ModelAdapter,
    cases: Iterable[CaseFrames],
    *,
    saliency: str,
    total: int,
    progress: Progress,
) -> Iterator[CaseOutcome]:
    """Yield (case id, answer, refusal or failure) for every case, in order; nothing touches the disk.

    A case of images that the model's card does not declare is not given to the model at all.

    What a model raises on one case (out of memory, a score that is not a number, a shape it cannot take)
    is that case's failure, with its reason, and the run goes on. `progress` is called after a case was
    handed over, so that a cancelled run keeps all it finished.

    Raises
    ------
    Cancelled
        From `progress`.
    """
    for done, case in enumerate(cases, start=1):
        yield case.case_id, _outcome(adapter, case, saliency)
        progress(done, total, "Running the model")


def _outcome(adapter: ModelAdapter, case: CaseFrames, saliency: str) -> CaseAnswer:
    if (refusal := adapter.info.images.refusal(case)) is not None:
        return refusal
    try:
        said = adapter.predict(case, saliency=saliency)
    except UserFacingError as error:
        return PredictionFailure(case_id=case.case_id, reason=str(error))
    except (RuntimeError, ValueError, ArithmeticError, MemoryError) as error:
        # torch raises RuntimeError for its own troubles, memory among them; a NaN score is a ValueError.
        logger.exception("%s failed on case %s", adapter.info.name, case.case_id)
        return _failure(case.case_id, error)
    if isinstance(said, OutOfDomain | PredictionFailure):
        answered_for = {said.case_id}
    elif said:
        answered_for = {prediction.case_id for prediction in said}
    else:
        return PredictionFailure(
            case_id=case.case_id, reason="The model returned no prediction.", kind=FailureKind.NO_ANSWER
        )
    if answered_for != {case.case_id}:
        raise AssertionError(f"{adapter.info.name} answered for another case than {case.case_id}")
    if not isinstance(said, OutOfDomain | PredictionFailure):
        last = max(map(_last_frame, said))
        if last >= len(case.frames):
            # Behind them lie the priors: it would be shown there, or nowhere.
            reason = f"The model speaks of image {last + 1}, and it was given {len(case.frames)}."
            return PredictionFailure(case_id=case.case_id, reason=reason)
    return said


def _last_frame(said: Prediction) -> int:
    located = max((found.reach[1] for found in said.located), default=0)
    return located if said.saliency is None else max(located, said.saliency.frame)


def _failure(case_id: str, error: Exception) -> PredictionFailure:
    is_memory = isinstance(error, MemoryError) or "out of memory" in str(error).lower()
    return PredictionFailure(
        case_id=case_id,
        reason="The model ran out of memory on this case; try a smaller input size or the CPU."
        if is_memory
        else f"The model failed on this case: {_first_line(error)}",
        kind=FailureKind.MEMORY if is_memory else FailureKind.ERROR,
    )


def _first_line(error: Exception) -> str:
    text = str(error).strip()
    return text.splitlines()[0] if text else type(error).__name__
