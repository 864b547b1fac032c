"""Where the set-up stands, and what comes next: read from the overview, without Qt."""

from dataclasses import dataclass
from enum import Enum

from realfm_gui.domain.case import Split
from realfm_gui.gui.coordinating.refusals import sort_refused
from realfm_gui.workflows.overview import ModelOverview, ReaderOverview, StudyOverview


class StepState(Enum):
    """State of a step of the set-up."""

    TO_DO = "to do"
    UNDER_WAY = "under way"
    DONE = "done"
    ATTENTION = "attention"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUpStep:
    """One step on the left of the page: `note` says where it stands in a few words."""

    key: str
    title: str
    state: StepState
    note: str


class Action(Enum):
    """What the one primary button of the page does."""

    IMPORT = "import"
    FIT = "fit"
    PREDICT = "predict"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """The one thing to do now."""

    sentence: str
    action: Action = Action.NOTHING
    button: str = ""
    model: str = ""


def steps_of(view: StudyOverview) -> tuple[SetUpStep, ...]:
    """Return the steps and their states."""
    return (_cases(view), _truth(view), _models(view), _readers(view), _progress(view))


def next_step(view: StudyOverview) -> NextStep:
    """Return what to do next, in the order in which a study is set up."""
    cases = {split.split: split.cases for split in view.splits}
    if not sum(cases.values()):
        return NextStep(
            sentence="Bring in the images and their reference standard.",
            action=Action.IMPORT,
            button="Import images…",
        )
    for model in view.models:
        if model.needs_fit and not model.is_fitted and not has_begun(view):
            if not cases[Split.DEVELOPMENT]:
                return NextStep(
                    sentence=f"{model.name} needs cases of the development split to be fitted.",
                    action=Action.IMPORT,
                    button="Import images…",
                )
            return NextStep(
                sentence=f"Fit {model.name} on the {cases[Split.DEVELOPMENT]} development cases.",
                action=Action.FIT,
                button="Fit model",
                model=model.name,
            )
    for model in view.models:
        if is_due(model) and not has_begun(view):
            return NextStep(
                sentence=f"Run {model.name} on the {model.cases_total} cases that are read.",
                action=Action.PREDICT,
                button="Run model",
                model=model.name,
            )
    return _reading(view, cases[Split.READING])


def _reading(view: StudyOverview, test_cases: int) -> NextStep:
    counted = readers_that_count(view)
    if counted and not test_cases:
        if has_begun(view):
            return NextStep(sentence="The test set has no case, so no reading will count.")
        return NextStep(
            sentence="The test set has no case yet.", action=Action.IMPORT, button="Import images…"
        )
    if is_read(view):
        practice = practice_in_words(view)
        if practice:
            return NextStep(sentence=f"All readings that count are in. {practice}.")
        return NextStep(sentence="Every reader has finished. The results can be opened in Analyse.")
    if not has_begun(view):
        return NextStep(sentence="Everything is ready. The readers can start in Read.")
    if not counted:
        return NextStep(sentence=f"Only practice is planned. {practice_in_words(view) or 'It is finished'}.")
    waiting = sum(reader.submitted < reader.total for reader in counted)
    return NextStep(sentence=f"Reading is under way: {_count(waiting, 'reader')} not finished.")


def only_practises(reader: ReaderOverview) -> bool:
    """Whether nothing this reader does is analysed: the test set is not among what is read."""
    return Split.READING not in reader.reads


def readers_that_count(view: StudyOverview) -> list[ReaderOverview]:
    """Return the readers of the test set."""
    return [reader for reader in view.readers if not only_practises(reader)]


def is_read(view: StudyOverview) -> bool:
    """Whether every reader of the test set has submitted every case; who practises keeps nobody waiting."""
    counted = readers_that_count(view)
    return bool(counted) and all(reader.submitted == reader.total > 0 for reader in counted)


def practice_in_words(view: StudyOverview) -> str:
    """Return how far unfinished practice is, e.g. "Practice readers: 0 of 8 cases", or nothing."""
    practice = [reader for reader in view.readers if only_practises(reader)]
    done, total = sum(r.submitted for r in practice), sum(r.total for r in practice)
    return f"Practice readers: {done} of {_count(total, 'case')}" if done < total else ""


def is_due(model: ModelOverview) -> bool:
    """Whether the model has not yet been run on every case."""
    asked = model.cases_answered + model.cases_failed + len(model.declined)
    return model.cases_total > 0 and asked < model.cases_total


def has_begun(view: StudyOverview) -> bool:
    """Whether somebody has locked an answer: what readers saw is fixed from then on."""
    return any(reader.unaided_locked for reader in view.readers)


def _cases(view: StudyOverview) -> SetUpStep:
    total = sum(split.cases for split in view.splits)
    if not total:
        return SetUpStep(key="cases", title="Cases", state=StepState.TO_DO, note="none yet")
    missing, others = sort_refused(view.refused)
    state = StepState.ATTENTION if missing else StepState.DONE
    note = _count(total, "case")
    if missing:
        note += f", {_count(len(missing), 'file')} refused"
    elif others:
        note += f", {_count(len(others), 'other file')} left out"
    return SetUpStep(key="cases", title="Cases", state=state, note=note)


def _truth(view: StudyOverview) -> SetUpStep:
    filled = [split for split in view.splits if split.cases]
    sealed = [split for split in filled if split.has_truth]
    if not filled:
        return SetUpStep(key="cases", title="Truth", state=StepState.TO_DO, note="comes with the cases")
    if len(sealed) == len(filled):
        return SetUpStep(key="cases", title="Truth", state=StepState.DONE, note="sealed")
    missing = ", ".join(split.split for split in filled if not split.has_truth)
    return SetUpStep(key="cases", title="Truth", state=StepState.TO_DO, note=f"missing: {missing}")


def _models(view: StudyOverview) -> SetUpStep:
    run = [model for model in view.models if model.cases_total and not is_due(model)]
    failed = sum(model.cases_failed for model in view.models)
    if failed:
        note = f"{_count(failed, 'case')} failed"
        return SetUpStep(key="models", title="Models", state=StepState.ATTENTION, note=note)
    if len(run) == len(view.models):
        return SetUpStep(key="models", title="Models", state=StepState.DONE, note=f"{len(run)} run")
    fitted = any(model.is_fitted for model in view.models)
    state = StepState.UNDER_WAY if fitted or run else StepState.TO_DO
    return SetUpStep(key="models", title="Models", state=state, note=f"{len(run)} of {len(view.models)} run")


def _readers(view: StudyOverview) -> SetUpStep:
    counted = readers_that_count(view)
    people = sum(not reader.is_simulated for reader in counted)
    simulated = len(counted) - people
    practice = len(view.readers) - len(counted)
    words = [_count(people, "person", "people")] * bool(people) + [f"{simulated} simulated"] * bool(simulated)
    words += [f"{practice} for practice"] * bool(practice)
    return SetUpStep(key="readers", title="Readers", state=StepState.DONE, note=", ".join(words))


def _progress(view: StudyOverview) -> SetUpStep:
    counted = readers_that_count(view)
    done = sum(reader.submitted == reader.total > 0 for reader in counted)
    note = f"{done} of {_count(len(counted), 'reader')} done" if counted else "practice only"
    begun = StepState.UNDER_WAY if has_begun(view) else StepState.TO_DO
    state = StepState.DONE if is_read(view) else begun
    return SetUpStep(key="readers", title="Progress", state=state, note=note)


def _count(n: int, one: str, many: str = "") -> str:
    return f"{n} {one if n == 1 else many or one + 's'}"
