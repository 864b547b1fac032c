"""What readers are told of several models: three states apart, in their order, and nothing too early."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from realfm_gui.domain.ai_finding import AiFinding, AiRegion, ScoreInterval
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.events import EventKind
from realfm_gui.domain.prediction import (
    DomainAspect,
    FailureKind,
    OutOfDomain,
    Prediction,
    PredictionFailure,
    RunRecord,
)
from realfm_gui.domain.reading import PhaseTimes
from realfm_gui.storage import StudyStore, verify_study
from realfm_gui.workflows.advice import OWN_JUDGEMENT_WORDS, Advice, ModelAdvice, advice_for, shown_runs
from realfm_gui.workflows.export_study import _rows
from realfm_gui.workflows.fit_model import refuse_late_model
from realfm_gui.workflows.overview import overview
from realfm_gui.workflows.reading import lock_unaided, open_next, reveal_ai, start_session
from realfm_gui.workflows.study_arrays import study_arrays
from tests.small_study import PROTOCOL, make_study
from tests.unit.workflows.test_reading import answer

SIDE_BY_SIDE = PROTOCOL.replace(
    'name = "efficientnet-lite0"', 'name = "alpha"\nshown = ["alpha", "beta"]\nshown_order = "by_reader"'
)
ALONE = PROTOCOL.replace('name = "efficientnet-lite0"', 'name = "alpha"')
CT_WORDS = "Made for CR; this image is CT."
BOX = AiFinding(finding="nodule", score=0.9, frame=0, region=AiRegion.box(x=1, y=1, width=2, height=2))


def store_run(store: StudyStore, model: str, **given: object) -> None:
    """Store a run of a model: `said` are its predictions by case number, the rest is of its record."""
    said: dict[int, Prediction] = given.pop("said", {})  # type: ignore[assignment]
    files = {}
    for number, prediction in said.items():
        case_id = f"c-{number:016x}"
        whole = replace(prediction, case_id=case_id)
        files[case_id] = store.write_prediction(f"r-{model}", case_id, [whole])
    record = RunRecord(
        run_id=f"r-{model}",
        model=model,
        version="1",
        weights_sha256="",
        head_sha256="",
        preprocessing="none",
        saliency_method="none",
        device="cpu",
        case_ids=tuple(files),
        **given,  # type: ignore[arg-type]
    )
    payload = {
        "run_id": record.run_id,
        "model": model,
        "run_salted_sha256": store.write_run(record),
        "files": files,
    }
    store.append(EventKind.PREDICTIONS_STORED, payload, actor="coordinator")


def says(**changes: object) -> Prediction:
    plain = Prediction(case_id="", finding="nodule", score=0.9, operating_point=0.5)
    return replace(plain, **changes)  # type: ignore[arg-type]


def reveal_first(store: StudyStore, reader: str) -> Advice:
    session = start_session(store, reader)
    case = open_next(store, session)
    assert case is not None
    lock_unaided(store, session, case.case.case_id, answer(), PhaseTimes())
    return reveal_ai(store, session, case.case.case_id)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[StudyStore]:
    with make_study(tmp_path / "s.study", predicted=False, protocol=SIDE_BY_SIDE) as store:
        for model in ("alpha", "beta"):
            store_run(store, model, said=dict.fromkeys(range(5), says()))
        yield store


def test_that_each_reader_sees_the_models_in_one_order_readers_differ_and_the_log_says_so(
    store: StudyStore,
) -> None:
    orders = {
        reader: tuple(said.model for said in reveal_first(store, reader).models) for reader in ("anna", "ben")
    }
    assert set(orders.values()) == {("alpha", "beta"), ("beta", "alpha")}
    for reader in ("anna", "ben"):
        [case_id] = store.locked_phases(reader)
        again = reveal_ai(store, start_session(store, reader), case_id)
        assert tuple(said.model for said in again.models) == orders[reader]
    for event in store.events():
        if event.kind is EventKind.AI_REVEALED:
            assert event.payload["run_id"] == "r-alpha"  # the study's own model, as ever
            shown = [{"model": model, "run_id": f"r-{model}"} for model in orders[event.actor]]
            assert event.payload["shown"] == shown
    assert verify_study(store.root).problems == ()


def test_that_no_models_output_is_shown_before_the_lock_and_none_changes_after_it(store: StudyStore) -> None:
    session = start_session(store, "anna")
    case = open_next(store, session)
    assert case is not None
    with pytest.raises(ValueError, match="lock"):
        reveal_ai(store, session, case.case.case_id)
    assert not [event for event in store.events() if event.kind is EventKind.AI_REVEALED]
    lock_unaided(store, session, case.case.case_id, answer(), PhaseTimes())
    for model in ("alpha", "beta"):
        with pytest.raises(UserFacingError, match="Reading has begun"):
            refuse_late_model(store, model)
    refuse_late_model(store, "pixels-16x16")


def test_that_reading_waits_for_every_model_that_is_shown(tmp_path: Path) -> None:
    with make_study(tmp_path / "s.study", predicted=False, protocol=SIDE_BY_SIDE) as store:
        store_run(store, "alpha", said=dict.fromkeys(range(5), says()))
        with pytest.raises(UserFacingError, match="beta has not been run on 5"):
            start_session(store, "anna")
        store_run(store, "beta", said=dict.fromkeys(range(4), says()))
        with pytest.raises(UserFacingError, match="beta has not been run on 1"):
            start_session(store, "anna")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ModelAdvice]:
    """What readers are told of one case each, by what the model said of it."""
    interval = ScoreInterval(low=0.2, high=0.8, level=0.95)
    said = {
        "below": says(score=0.1),
        "above": says(),
        "marked": says(score=0.1, located=(BOX,)),
        "no call": says(operating_point=None),
        "chance": says(probability=0.5, prevalence=0.5, interval=interval),
        "bare": says(score=7.0, interval=ScoreInterval(low=5, high=9)),
    }
    names = [*said, "failed", "outside", "own words"]
    case_of = {name: f"c-{number:016x}" for number, name in enumerate(names)}
    failed = PredictionFailure(
        case_id=case_of["failed"], reason="CUDA error in DOE^JANE.dcm", kind=FailureKind.MEMORY
    )
    outside = OutOfDomain(case_id=case_of["outside"], reason=CT_WORDS, aspect=DomainAspect.MODALITY)
    own_words = OutOfDomain(case_id=case_of["own words"], reason="DOE^JANE, known cancer")
    root = tmp_path_factory.mktemp("told") / "s.study"
    with make_study(root, reading=len(names) - 1, predicted=False, protocol=SIDE_BY_SIDE) as store:
        answers = dict(enumerate(said.values()))
        apart = {"failures": (failed,), "out_of_domain": (outside, own_words)}
        store_run(store, "alpha", said=answers, locates=("nodule",), **apart)
        store_run(store, "beta", said=answers, locates=("mass",), **apart)
        runs = shown_runs(store, store.protocol.reader("anna"))
        advice = {name: advice_for(store, runs, case_id) for name, case_id in case_of.items()}
    by_model = {name: {said.model: said for said in told.models} for name, told in advice.items()}
    mute = {f"{name}, mute": models["beta"] for name, models in by_model.items()}
    return {name: models["alpha"] for name, models in by_model.items()} | mute


def test_that_failed_and_not_made_for_and_nothing_found_are_three_things(
    told: dict[str, ModelAdvice],
) -> None:
    assert (bool(told["failed"].failure), told["failed"].out_of_domain) == (True, "")
    assert (told["outside"].failure, told["outside"].out_of_domain) == ("", CT_WORDS)
    assert not told["failed"].has_answer
    assert not told["outside"].has_answer
    nothing = {
        name: told[name].finds_nothing(told[name].findings[0]) for name in ("below", "above", "marked")
    }
    assert nothing == {"below": True, "above": False, "marked": False}


def test_that_reasons_in_a_models_own_words_are_not_passed_on_to_readers(
    told: dict[str, ModelAdvice],
) -> None:
    assert told["failed"].failure == "The computer had too little memory to run the model on this case."
    assert told["own words"].out_of_domain == OWN_JUDGEMENT_WORDS


def test_that_no_place_means_nothing_found_only_where_the_model_says_places(
    told: dict[str, ModelAdvice],
) -> None:
    quiet, mute = told["no call"], told["no call, mute"]
    assert quiet.finds_nothing(quiet.findings[0])
    assert not mute.finds_nothing(mute.findings[0])


def test_that_an_interval_moves_to_the_protocols_prevalence_with_its_number(
    told: dict[str, ModelAdvice],
) -> None:
    [chance], [bare] = told["chance"].findings, told["bare"].findings
    assert chance.interval is not None
    # Odds of .25 and 4 at one to one become .0625 and 1 at one to four: 1/17 and 1/2.
    assert chance.interval.low == pytest.approx(100 / 17)
    assert chance.interval.high == pytest.approx(50.0)
    assert chance.interval.level == 0.95
    assert bare.interval == ScoreInterval(low=5, high=9)


def test_that_a_case_outside_the_domain_counts_as_no_advice_and_is_listed_apart(tmp_path: Path) -> None:
    from realfm_gui.analysis.missing_data import complete_cases

    with make_study(tmp_path / "s.study", predicted=False, protocol=ALONE) as store:
        outside = OutOfDomain(case_id=f"c-{4:016x}", reason="CT", aspect=DomainAspect.MODALITY)
        failed = PredictionFailure(case_id=f"c-{3:016x}", reason="x")
        store_run(
            store,
            "alpha",
            said=dict.fromkeys(range(3), says()),
            out_of_domain=(outside,),
            failures=(failed,),
        )
        reveal_first(store, "ben")
        data = study_arrays(store, store.protocol.findings[0])
        [model, *_] = overview(store).models
        told = {row["case"]: row["ai_outcome"] for row in _rows(store)}
        outcomes = [run.outcome_of(f"c-{n:016x}") for run in [store.run_record("r-alpha")] for n in range(6)]
    assert outcomes == ["answered", "answered", "answered", "failed", "out_of_domain", ""]
    assert set(told.items()) < {(f"c-{n:016x}", outcome) for n, outcome in enumerate(outcomes)}
    assert (model.cases_failed, model.declined) == (1, ((outside.case_id, "CT"),))
    assert data.ai_out_of_domain is not None
    is_outside = [case_id == outside.case_id for case_id in data.case_ids]
    assert data.ai_out_of_domain.tolist() == is_outside
    assert sorted(data.ai_scores[data.ai_scores == data.ai_scores]) == [0.9, 0.9]
    whole = replace(data, scores=data.scores * 0 + 50, calls=data.calls * 0 + 1)
    whole.scores[:], whole.calls[:] = 50, 1
    sentences = " ".join(complete_cases(whole).sentences)
    assert "no answer for 2 of 4 analysed cases (1 failed, 1 it was not made for)" in sentences
