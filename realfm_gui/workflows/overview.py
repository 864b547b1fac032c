"""What the coordinator sees of a study: cases, models, readers, progress; never an outcome."""

from dataclasses import dataclass

from realfm_gui.domain.case import Split
from realfm_gui.domain.events import EventKind
from realfm_gui.domain.reading import Phase
from realfm_gui.storage import StudyStore
from realfm_gui.workflows.reading import reader_worklist


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitOverview:
    """How many cases a split holds and whether their reference standard is sealed."""

    split: Split
    cases: int
    images: int
    patients: int
    has_truth: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelOverview:
    """How far a model is; `is_shown` tells the readers' model from a control."""

    name: str
    is_shown: bool
    is_fitted: bool
    needs_fit: bool
    cases_answered: int
    cases_failed: int
    cases_total: int
    failures: tuple[tuple[str, str], ...] = ()
    """(case id, reason) of every case the model could not answer."""
    declined: tuple[tuple[str, str], ...] = ()
    """(case id, reason) of every case the model was not made for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderOverview:
    """How far a reader is, in cases."""

    reader_id: str
    name: str
    is_simulated: bool
    unaided_locked: int
    submitted: int
    total: int
    reads: tuple[Split, ...]
    last_active_utc: str
    """Time of the reader's newest event, or empty."""
    median_active_s: float | None
    """Median active time of a finished case, both phases together, or None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyOverview:
    """Everything on the coordinator's page."""

    title: str
    description: str
    is_simulated: bool
    protocol_sha256: str
    prevalence: float
    findings: tuple[str, ...]
    splits: tuple[SplitOverview, ...]
    models: tuple[ModelOverview, ...]
    readers: tuple[ReaderOverview, ...]
    refused: tuple[tuple[str, str], ...]
    """(file, reason) of every file the last imports refused."""
    events: int
    outcomes_opened_utc: tuple[str, ...]
    """When outcomes were looked at."""


def overview(store: StudyStore) -> StudyOverview:
    """Collect what the coordinator sees."""
    protocol = store.protocol
    last_active: dict[str, str] = {}
    opened: list[str] = []
    for event in store.events():
        last_active[event.actor] = event.time_utc
        if event.kind is EventKind.OUTCOMES_OPENED:
            opened.append(event.time_utc)
    return StudyOverview(
        title=protocol.study.title,
        description=protocol.study.description,
        is_simulated=protocol.study.simulated,
        protocol_sha256=store.protocol_sha256,
        prevalence=protocol.population.prevalence,
        findings=tuple(finding.name for finding in protocol.findings),
        splits=tuple(_split(store, split) for split in Split),
        models=tuple(
            _model(store, name, is_shown=name in protocol.model.shown_models)
            for name in (*protocol.model.shown_models, *protocol.model.controls)
        ),
        readers=tuple(_reader(store, reader.id, last_active) for reader in protocol.readers),
        refused=tuple(store.read_refusals()),
        events=store.head().sequence,
        outcomes_opened_utc=tuple(opened),
    )


def _split(store: StudyStore, split: Split) -> SplitOverview:
    cases = store.cases(split)
    return SplitOverview(
        split=split,
        cases=len(cases),
        images=sum(len(case.images) for case in cases),
        patients=len({case.patient_id for case in cases}),
        has_truth=store.has_truth(split),
    )


def _model(store: StudyStore, name: str, *, is_shown: bool) -> ModelOverview:
    from realfm_gui.models.registry import comes_from_file

    run = store.latest_run(name)
    return ModelOverview(
        name=name,
        is_shown=is_shown,
        is_fitted=store.has_head(name),
        needs_fit=not comes_from_file(name),
        cases_answered=0 if run is None else len(run.case_ids),
        cases_failed=0 if run is None else len(run.failures),
        failures=() if run is None else tuple((f.case_id, f.reason) for f in run.failures),
        declined=() if run is None else tuple((o.case_id, o.reason) for o in run.out_of_domain),
        cases_total=len(store.cases(Split.TRAINING, Split.READING)),
    )


def _reader(store: StudyStore, reader_id: str, last_active: dict[str, str]) -> ReaderOverview:
    reader = store.protocol.reader(reader_id)
    readings = store.readings(reader=reader.id)
    per_case: dict[str, int] = {}
    finished: set[str] = set()
    for reading in readings:
        per_case[reading.case_id] = per_case.get(reading.case_id, 0) + reading.times.active_ms
        if reading.phase is Phase.AIDED:
            finished.add(reading.case_id)
    active_s = sorted(per_case[case_id] / 1000 for case_id in finished)
    return ReaderOverview(
        reader_id=reader.id,
        name=reader.name,
        is_simulated=reader.simulated,
        unaided_locked=sum(reading.phase is Phase.UNAIDED for reading in readings),
        submitted=len(finished),
        total=len(reader_worklist(store, reader)),
        reads=reader.reads,
        last_active_utc=last_active.get(reader.id, ""),
        median_active_s=active_s[len(active_s) // 2] if active_s else None,
    )
