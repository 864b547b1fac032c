"""The verdict in words: one sentence, two short lists, and notes.

The lists name the first reason with its numbers and the others by name only: the tiles and the panel beside
them hold the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from realfm_gui.analysis.conditions import Condition, Evidence, Family, Outcome, Status
from realfm_gui.analysis.wording import count, difference, plain

LABORATORY_NOTE = (
    "Retrospective laboratory study: readers behave differently in the clinic, so a prospective confirmation "
    "is needed."
)
SECOND_LOOK_NOTE = (
    "Every answer given after the model was shown is also a second look, and a first answer may be read lax "
    "because a second follows. This design cannot separate either from the effect of the model."
)
NOT_YET_ASSESSED = (
    "overlap of these cases with the data the model was pre-trained on, truth that rests on the model or on "
    "the same readers (circularity), the intended use, agreement with the model in place of a reader, sites, "
    "subgroups, calibration, what only readers catch"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The conditions by question, what stands against the study as such, and the outcome."""

    evidence: Evidence
    outcome: Outcome
    aid: tuple[Condition, ...]
    harmed: tuple[Condition, ...]
    replace: tuple[Condition, ...]
    problems: tuple[str, ...]

    @property
    def fell_within_margin(self) -> tuple[Condition, ...]:
        """What clearly fell where the model is wrong, though not beyond the margin."""
        return tuple(
            c for c in self.aid if c.family is Family.SAFETY and c.is_harm and c.status is Status.PASSES
        )


def sentence_of(judgement: Judgement) -> str:
    """Return the verdict in one sentence."""
    e = judgement.evidence
    start = "Simulated data: for" if e.is_simulated else "For"
    if not e.is_primary:
        start = f"Secondary, exploratory; {start[0].lower()}{start[1:]}"
    if not e.n_readers or not e.n_cases:
        return f"{start} {e.finding}, no case has been read completely yet, so nothing can be said."
    frame = (
        f"{start} {e.finding}, in {count(e.n_readers, 'reader')} and "
        f"{count(e.n_cases, 'case')} ({e.n_positive} with the finding):"
    )
    if judgement.outcome is Outcome.HARM:
        losses = "; ".join(f"{c.subject} {difference(c.estimate, e.alpha)}" for c in judgement.harmed)
        return f"{frame} the readers did worse with the model ({losses}): do not deploy it as an aid."
    return f"{frame} {_finding(judgement)}{_losses(judgement)}."


def _finding(judgement: Judgement) -> str:
    e = judgement.evidence
    gain = f"AUC {difference(e.auc, e.alpha)}"
    if judgement.outcome is Outcome.HELPS:
        whom = "readers like these" if e.speaks_for_readers else "these readers, though perhaps not others,"
        return (
            f"the evidence supports that the model helps {whom} ({gain}), with no loss beyond the margins "
            "in sensitivity, specificity or where the model is wrong"
        )
    if judgement.problems:
        return f"nothing is settled yet: {judgement.problems[0]}"
    ranked_better = judgement.aid[0].status is Status.PASSES
    before = f"readers told cases apart better with the model ({gain}), but " if ranked_better else ""
    if judgement.outcome is Outcome.NOT_SUPPORTED:
        worst = next(c for c in judgement.aid if c.status is Status.CONTRADICTED)
        reason = _reason(worst, e.alpha, is_brief=ranked_better)
        return f"{before}the evidence does not support it as an aid: {reason}"
    first = next(c for c in judgement.aid if c.status is not Status.PASSES)
    open_question = _reason(first, e.alpha, is_brief=ranked_better)
    what = "whether it is safe" if ranked_better else "whether the model helps readers"
    return f"{before}the evidence does not settle {what}: {open_question}"


def _losses(judgement: Judgement) -> str:
    fell = judgement.fell_within_margin
    if not fell:
        return ""
    return f"; {' and '.join(c.subject for c in fell)} fell, within the margin"


def _reason(condition: Condition, alpha: float, *, is_brief: bool = False) -> str:
    """Say in a clause why a condition does not pass; `is_brief` leaves the numbers to the tile."""
    what = condition.subject
    value = f" ({difference(condition.estimate, alpha)})"
    if condition.status is Status.NOT_ASSESSABLE:
        why = condition.estimate.note.split(";")[0].rstrip(".")
        return f"{what} cannot be assessed ({why[:1].lower()}{why[1:]})"
    is_clear = condition.status is Status.CONTRADICTED
    if condition.bound == 0:
        return f"{what} {'fell' if is_clear else 'may not have risen'}{value}"
    margin = plain(abs(condition.bound), 2)
    if is_brief:
        return f"{what} {'fell' if is_clear else 'may fall'} beyond the margin of {margin}"
    if condition.is_harm and not is_clear:
        return f"{what} fell, perhaps by more than the margin of {margin}{value}"
    return f"{what} {'is' if is_clear else 'may be'} lower by more than the margin of {margin}{value}"


def support_lists(judgement: Judgement, why_not_replace: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return what is supported and what is not, a short line each."""
    evidence, alpha = judgement.evidence, judgement.evidence.alpha
    supports, does_not = [], []
    if judgement.outcome is Outcome.HELPS:
        whom = "readers like these" if evidence.speaks_for_readers else "these readers only"
        supports.append(f"The model as an aid, for {whom}: AUC {difference(evidence.auc, alpha)}.")
    else:
        does_not.append(f"The model as an aid: {_against_aid(judgement)}.")
        if judgement.aid[0].status is Status.PASSES and not (judgement.harmed or judgement.problems):
            gain = difference(evidence.auc, alpha)
            supports.append(
                f"Cases told apart better after the model was shown: AUC {gain}. Nothing more yet."
            )
    if judgement.harmed:
        losses = "; ".join(f"{c.subject} {difference(c.estimate, alpha)}" for c in judgement.harmed)
        supports.append(f"Harm: {losses}.")
    if why_not_replace:
        more = _and_more(len(why_not_replace) - 1)
        does_not.append(f"Replacing readers: {why_not_replace[0]}{more}.")
    else:
        supports.append(
            "Replacing readers, as a candidate only: the model alone is not worse than unaided and aided "
            f"readers by {plain(evidence.margin_auc, 2)} AUC or more. Not assessed: pre-training overlap, "
            "truth circularity, intended use and more (see the notes)."
        )
    if evidence.design == "sequential":
        does_not.append("Saving time: every case was first read without the model.")
    return supports, does_not


def _against_aid(judgement: Judgement) -> str:
    if judgement.harmed:
        return f"the readers did worse with it in {', '.join(c.subject for c in judgement.harmed)}"
    if judgement.problems:
        return judgement.problems[0] + _and_more(len(judgement.problems) - 1)
    failing = [c for c in judgement.aid if c.status is not Status.PASSES]
    failing.sort(key=lambda c: c.status is not Status.CONTRADICTED)
    others = ", ".join(c.subject for c in failing[1:])
    return _reason(failing[0], judgement.evidence.alpha) + (f"; open too: {others}" if others else "")


def _and_more(n: int) -> str:
    return f"; and {count(n, 'further reason')}" if n > 0 else ""


def against_replacement(judgement: Judgement) -> list[str]:
    """Return why the model is not even a candidate to replace readers; empty where it is."""
    evidence = judgement.evidence
    failing = [c for c in judgement.replace if c.status is not Status.PASSES]
    failing.sort(key=lambda c: c.status is not Status.CONTRADICTED)
    found = list(judgement.problems)
    if not evidence.speaks_for_readers:
        found.append("fewer than four readers do not stand for readers in general")
    if evidence.unaided_auc is None:
        found.append("there is no unaided AUC to compare with")
    elif evidence.margin_auc > (evidence.unaided_auc - 0.5) / 2:
        found.append(
            f"the margin of {plain(evidence.margin_auc, 2)} is more than half of what unaided readers know "
            f"beyond chance (AUC {plain(evidence.unaided_auc)}), so a useless model could pass"
        )
    return found + [_reason(c, evidence.alpha) for c in failing]


def _population(evidence: Evidence) -> str:
    share = 100 * evidence.n_positive / evidence.n_cases if evidence.n_cases else 0.0
    return (
        f"Intended for {100 * evidence.prevalence:g} % prevalence; {share:.0f} % of the analysed cases have "
        "the finding."
    )


def notes_of(judgement: Judgement, *, is_candidate: bool) -> list[str]:
    """Return what has to be kept in mind."""
    evidence = judgement.evidence
    conditions = (*judgement.aid, *judgement.replace)
    notes = [f"No favourable verdict: {problem}." for problem in judgement.problems]
    notes += [LABORATORY_NOTE, _population(evidence)]
    if evidence.design == "sequential":
        notes.append(SECOND_LOOK_NOTE)
    if not evidence.is_primary:
        notes.append("Secondary finding, not adjusted for multiplicity: exploratory.")
    if evidence.is_simulated:
        notes.append(
            "Images or readers are simulated: nothing here is evidence about a real model or reader."
        )
    if not evidence.speaks_for_readers:
        notes.append(f"{count(evidence.n_readers, 'reader')}: the intervals hold for this panel only.")
    notes += [
        f"After a wrong model was shown, {c.subject} fell: {difference(c.estimate, evidence.alpha)}."
        for c in judgement.aid
        if c.family is Family.SAFETY and c.is_harm
    ]
    if any(c.estimate.ci is not None and c.estimate.ci[0] <= 0 <= c.estimate.ci[1] for c in conditions):
        notes.append("An interval that includes 0 shows neither a difference nor equivalence.")
    if evidence.ai_failures:
        notes.append(
            f"The model did not answer {count(evidence.ai_failures, 'analysed case')}; these count as wrong "
            "where replacing readers is judged."
        )
    if evidence.remembered:
        notes.append(
            f"In {count(evidence.remembered, 'reading')} the reader remarked that the case was known."
        )
    if is_candidate:
        notes.append(f"Not assessed for replacing readers: {NOT_YET_ASSESSED}.")
    notes.append(
        f"The margin for cases on which the model is wrong ({plain(evidence.margin_harm, 2)} accuracy) is a "
        "default of this program, without a published source."
    )
    return notes
