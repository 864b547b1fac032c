"""Running a model over cases: every case ends as predictions or as a listed failure."""

import logging
from collections.abc import Iterable, Iterator

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.images import CaseFrames
from realfm_gui.domain.prediction import Prediction, PredictionFailure
from realfm_gui.domain.progress import Progress
from realfm_gui.models.adapter import ModelAdapter

logger = logging.getLogger(__name__)

CaseOutcome = tuple[str, list[Prediction] | PredictionFailure]


def predict_cases(
    adapter: ModelAdapter,
    cases: Iterable[CaseFrames],
    *,
    saliency: str,
    total: int,
    progress: Progress,
) -> Iterator[CaseOutcome]:
    """Yield (case id, predictions or the failure) for every case, in order; nothing touches the disk.

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


def _outcome(adapter: ModelAdapter, case: CaseFrames, saliency: str) -> list[Prediction] | PredictionFailure:
    try:
        predictions = adapter.predict(case, saliency=saliency)
    except UserFacingError as error:
        return PredictionFailure(case_id=case.case_id, reason=str(error))
    except (RuntimeError, ValueError, ArithmeticError, MemoryError) as error:
        # torch raises RuntimeError for its own troubles, memory among them; a NaN score is a ValueError.
        logger.exception("%s failed on case %s", adapter.info.name, case.case_id)
        return PredictionFailure(case_id=case.case_id, reason=_reason(error))
    if not predictions:
        return PredictionFailure(case_id=case.case_id, reason="The model returned no prediction.")
    if any(prediction.case_id != case.case_id for prediction in predictions):
        raise AssertionError(f"{adapter.info.name} answered for another case than {case.case_id}")
    return predictions


def _reason(error: Exception) -> str:
    is_memory = isinstance(error, MemoryError) or "out of memory" in str(error).lower()
    if is_memory:
        return "The model ran out of memory on this case; try a smaller input size or the CPU."
    first_line = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return f"The model failed on this case: {first_line}"
