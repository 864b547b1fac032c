"""What the models say of a case, in a reader's terms; `reading.reveal_ai` is the door to it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from realfm_gui.domain.ai_finding import AiFinding, ScoreInterval, by_score
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.measurement import Point
from realfm_gui.domain.prediction import (
    DomainAspect,
    FailureKind,
    OutOfDomain,
    Prediction,
    RunRecord,
    SaliencyMap,
)
from realfm_gui.domain.probability import at_prevalence
from realfm_gui.domain.protocol import Reader
from realfm_gui.imaging.mask_outline import region_outlines
from realfm_gui.storage import StudyStore

FAILURE_WORDS = {
    FailureKind.ERROR: "The model stopped with an error on this case.",
    FailureKind.MEMORY: "The computer had too little memory to run the model on this case.",
    FailureKind.IMAGE: "The model could not read the images of this case.",
    FailureKind.NO_ANSWER: "The model gave no answer for this case.",
}
"""What a reader is told: the exact reason may say something about the case, and is the coordinator's."""

OWN_JUDGEMENT_WORDS = "The model itself says that it was not made for such images."


@dataclass(frozen=True, slots=True, kw_only=True)
class LocatedAdvice:
    """What a model found at a place; `outlines` is its border, closed lines of image positions.

    The border is traced where the file is read: of a fine mask it costs more than a paint may.
    """

    found: AiFinding
    name: str
    """The model's own word for it, or the finding's name."""
    outlines: tuple[tuple[Point, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingAdvice:
    """What a model says of one finding, in the reader's terms.

    `percent` is the calibrated chance in percent at `prevalence` (as the model states it where nobody knows
    the prevalence it was calibrated at), or None where the model gives scores without a calibrated meaning;
    then `score` alone is shown, as such. `interval` is in the unit of what is shown. `located` are what the
    model found where, the highest score first.
    """

    finding: str
    name: str
    score: float
    percent: float | None
    prevalence: float
    calls_for_recall: bool | None
    meaning: str
    saliency: SaliencyMap | None
    map_range: tuple[float, float] | None = None
    """Range of the maps over the whole run: the same colour means the same in every case."""
    interval: ScoreInterval | None = None
    located: tuple[LocatedAdvice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelAdvice:
    """One model's output for one case: an answer, or why there is none in a reader's words.

    Three things that look alike and are not: `failure` (the model was asked and broke), `out_of_domain` (it
    was not made for such a case), and an answer that finds nothing (`finds_nothing`).
    """

    model: str
    findings: tuple[FindingAdvice, ...] = ()
    failure: str = ""
    out_of_domain: str = ""
    locates: tuple[str, ...] = ()
    """The findings that this model says the place of, in other cases if not in this one."""

    def __post_init__(self) -> None:
        if sum(map(bool, (self.findings, self.failure, self.out_of_domain))) != 1:
            raise ValueError(f"{self.model} either answers, or fails, or was not made for the case")

    @property
    def has_answer(self) -> bool:
        """Whether the model answered."""
        return bool(self.findings)

    def finds_nothing(self, finding: FindingAdvice) -> bool:
        """Whether the model looked and has nothing to show: no place, and no recall if it makes calls."""
        call = finding.calls_for_recall
        says_no = finding.finding in self.locates if call is None else not call
        return says_no and not finding.located


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What the models say of one case, in the order in which this reader is shown them.

    `main` names the model the study is about.
    """

    models: tuple[ModelAdvice, ...]
    main: str

    def __post_init__(self) -> None:
        if self.main not in [said.model for said in self.models]:
            raise ValueError(f"the advice lacks the model {self.main} that the study is about")

    @property
    def of_main(self) -> ModelAdvice:
        """What the model says that the study is about."""
        return next(said for said in self.models if said.model == self.main)

    @property
    def findings(self) -> tuple[FindingAdvice, ...]:
        """The answer of the model that the study is about."""
        return self.of_main.findings

    @property
    def failure(self) -> str:
        """Why the model that the study is about has none, empty where it has."""
        return self.of_main.failure or self.of_main.out_of_domain


def shown_runs(store: StudyStore, reader: Reader) -> tuple[RunRecord, ...]:
    """Return the newest run of each model this reader is shown, in the reader's order.

    Raises
    ------
    UserFacingError
        If a model has not been run at all.
    """
    runs = []
    for model in store.protocol.shown_to(reader):
        run = store.latest_run(model)
        if run is None:
            raise _not_run(store, model, "any")
        runs.append(run)
    return tuple(runs)


def check_predictions(store: StudyStore, reader: Reader, case_ids: Sequence[str]) -> None:
    """Raise `UserFacingError` unless every model this reader is shown has been run on all these cases."""
    for model in store.protocol.shown_to(reader):
        run = store.latest_run(model)
        missing = set(case_ids) - (frozenset() if run is None else run.asked)
        if missing:
            raise _not_run(store, model, str(len(missing)))


def advice_for(store: StudyStore, runs: Sequence[RunRecord], case_id: str) -> Advice:
    """Load what these runs say of a case; for `reading.reveal_ai` alone, after the lock is on record."""
    models = tuple(_said_by(store, run, case_id) for run in runs)
    return Advice(models=models, main=store.protocol.model.name)


def _said_by(store: StudyStore, run: RunRecord, case_id: str) -> ModelAdvice:
    for failure in run.failures:
        if failure.case_id == case_id:
            return ModelAdvice(model=run.model, failure=FAILURE_WORDS[failure.kind])
    for other in run.out_of_domain:
        if other.case_id == case_id:
            return ModelAdvice(model=run.model, out_of_domain=_domain_words(other))
    prevalence = store.protocol.population.prevalence
    names = {finding.id: finding.name for finding in store.protocol.findings}
    said = [
        _finding_advice(prediction, name=names[prediction.finding], prevalence=prevalence, run=run)
        for prediction in store.read_prediction(run.run_id, case_id)
    ]
    return ModelAdvice(model=run.model, findings=tuple(said), locates=run.locates)


def _finding_advice(prediction: Prediction, *, name: str, prevalence: float, run: RunRecord) -> FindingAdvice:
    percent = _percent(prediction, prediction.probability, prevalence)
    return FindingAdvice(
        finding=prediction.finding,
        name=name,
        score=prediction.score,
        percent=percent,
        prevalence=prevalence,
        calls_for_recall=prediction.call,
        meaning=_meaning(prediction, percent, prevalence),
        saliency=prediction.saliency,
        map_range=run.map_range,
        interval=_interval(prediction, prevalence),
        located=tuple(located_advice(found, name) for found in by_score(prediction.located)),
    )


def located_advice(found: AiFinding, name: str) -> LocatedAdvice:
    """Return a located finding as it is shown; `name` is that of the protocol's finding."""
    outlines = () if found.region is None else region_outlines(found.region)
    return LocatedAdvice(found=found, name=found.label or name, outlines=outlines)


def _domain_words(other: OutOfDomain) -> str:
    # The model's own words are anyone's: they may name the case's file or its diagnosis.
    return OWN_JUDGEMENT_WORDS if other.aspect is DomainAspect.OWN_JUDGEMENT else other.reason


def _interval(prediction: Prediction, prevalence: float) -> ScoreInterval | None:
    """Return the interval in the unit of what is shown: its ends move with the prevalence as it does."""
    interval = prediction.interval
    if interval is None or prediction.probability is None:
        return interval
    low, high = (_percent(prediction, end, prevalence) for end in (interval.low, interval.high))
    assert low is not None  # a probability has a percent
    assert high is not None
    return replace(interval, low=low, high=high)


def _percent(prediction: Prediction, probability: float | None, prevalence: float) -> float | None:
    if probability is None:
        return None
    if prediction.prevalence is None:
        return 100 * probability
    return 100 * at_prevalence(probability, calibrated_at=prediction.prevalence, target=prevalence)


def _meaning(prediction: Prediction, percent: float | None, prevalence: float) -> str:
    if percent is None:
        return "This model gives a score without a calibrated meaning."
    if prediction.prevalence is None:
        return f"The model says {percent:.0f} %; at which prevalence is not known."
    if percent < 1:
        count = "fewer than 1 has it"
    elif percent > 99:
        count = "more than 99 have it"
    else:
        count = f"about {percent:.0f} {'has' if round(percent) == 1 else 'have'} it"
    return f"Of 100 such cases at {100 * prevalence:.3g} % prevalence {count}."


def _not_run(store: StudyStore, model: str, how_many: str) -> UserFacingError:
    return UserFacingError(
        f"The model {model} has not been run on {how_many} of the cases.",
        hint=f"Run it before reading starts: realfm predict {store.root.name} --model {model}.",
    )
