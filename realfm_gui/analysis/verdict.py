"""What the evidence supports and what it does not, in one plain sentence and its reasons.

First version of the decision logic: augment, harm, and replace as a candidate. An interval that includes 0 is
never read as "no difference", and a gain on average never outweighs harm where the model is wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from realfm_gui.analysis.conditions import (
    Condition,
    Evidence,
    Family,
    Status,
    conditions_of,
    validity_problems,
)
from realfm_gui.analysis.wording import count, difference, plain

LABORATORY_NOTE = (
    "Retrospective laboratory study: readers behave differently in the clinic, so a prospective confirmation "
    "is needed."
)
NOT_YET_ASSESSED = (
    "agreement with the model in place of a reader, sites, subgroups, calibration, what only readers catch"
)


class Outcome(StrEnum):
    """The answer to "does the model help the readers?"."""

    HARM = "harm"
    HELPS = "helps"
    NOT_SUPPORTED = "not supported"
    NOT_SETTLED = "not settled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One sentence, what stands behind it, and what does not follow."""

    outcome: Outcome
    is_replacement_candidate: bool
    sentence: str
    supports: tuple[str, ...]
    does_not_support: tuple[str, ...]
    notes: tuple[str, ...]
    conditions: tuple[Condition, ...]

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON types; `tiles` holds one entry per condition."""
        return {
            "outcome": self.outcome.value,
            "replacement_candidate": self.is_replacement_candidate,
            "sentence": self.sentence,
            "supports": list(self.supports),
            "does_not_support": list(self.does_not_support),
            "notes": list(self.notes),
            "tiles": [
                {
                    "id": condition.id,
                    "family": condition.family.value,
                    "name": condition.name,
                    "estimate": condition.estimate.value,
                    "ci": None if condition.estimate.ci is None else list(condition.estimate.ci),
                    "bound": condition.bound,
                    "n": condition.n,
                    "word": condition.status.value,
                    "note": condition.estimate.note,
                }
                for condition in self.conditions
            ],
        }


def judge(evidence: Evidence) -> Verdict:
    """Read the verdict from the evidence.

    Harm is looked for first and overrides everything: the whole interval of the AUC, sensitivity or
    specificity difference lies below 0. "Helps" needs an AUC gain, no loss of sensitivity or specificity
    beyond its margin, and none beyond its margin where the model missed or called in error.
    """
    conditions = conditions_of(evidence)
    problems = validity_problems(evidence)
    aid = [c for c in conditions if c.family in (Family.AUGMENT, Family.SAFETY)]
    harmed = [c for c in conditions if c.family is Family.AUGMENT and c.is_harm]
    outcome = _outcome(aid, harmed, problems)
    why_not_replace = _against_replacement(evidence, conditions, problems)
    sentence = _sentence(evidence, outcome, aid, harmed, problems)
    supports, does_not = _support_lists(evidence, outcome, aid, harmed, problems, why_not_replace)
    return Verdict(
        outcome=outcome,
        is_replacement_candidate=not why_not_replace,
        sentence=sentence,
        supports=tuple(supports),
        does_not_support=tuple(does_not),
        notes=tuple(_notes(evidence, conditions)),
        conditions=conditions,
    )


def _outcome(aid: Sequence[Condition], harmed: Sequence[Condition], problems: Sequence[str]) -> Outcome:
    if harmed:
        return Outcome.HARM
    if problems:
        return Outcome.NOT_SETTLED
    if any(c.status is Status.CONTRADICTED for c in aid):
        return Outcome.NOT_SUPPORTED
    if all(c.status is Status.PASSES for c in aid):
        return Outcome.HELPS
    return Outcome.NOT_SETTLED


def _sentence(
    evidence: Evidence,
    outcome: Outcome,
    aid: Sequence[Condition],
    harmed: Sequence[Condition],
    problems: Sequence[str],
) -> str:
    e = evidence
    start = "Simulated data: for" if e.is_simulated else "For"
    if not e.n_readers or not e.n_cases:
        return f"{start} {e.finding}, no case has been read completely yet, so nothing can be said."
    frame = (
        f"{start} {e.finding} (intended for {100 * e.prevalence:g} % prevalence), "
        f"{count(e.n_readers, 'reader')} and {count(e.n_cases, 'case')} ({e.n_positive} positive):"
    )
    gain = f"AUC {difference(e.auc, e.alpha)}"
    if outcome is Outcome.HARM:
        losses = "; ".join(f"{c.subject} {difference(c.estimate, e.alpha)}" for c in harmed)
        return f"{frame} the readers did worse with the model ({losses}): do not deploy it as an aid."
    if outcome is Outcome.HELPS:
        whom = "readers like these" if e.speaks_for_readers else "these readers, though perhaps not others,"
        return (
            f"{frame} the evidence supports that the model helps {whom} ({gain}), with no loss beyond the "
            "margins in sensitivity, in specificity, or where the model is wrong."
        )
    if problems:
        return f"{frame} nothing is settled yet: {problems[0]}."
    ranked_better = aid[0].status is Status.PASSES
    if ranked_better:
        frame += f" readers told cases apart better with the model ({gain}), but"
    if outcome is Outcome.NOT_SUPPORTED:
        worst = next(c for c in aid if c.status is Status.CONTRADICTED)
        return f"{frame} the evidence does not support it as an aid: {_reason(worst, e.alpha)}."
    open_question = _reason(next(c for c in aid if c.status is not Status.PASSES), e.alpha)
    what = "whether it is safe as an aid" if ranked_better else "whether the model helps readers"
    return f"{frame} the evidence does not settle {what}: {open_question}."


def _reason(condition: Condition, alpha: float) -> str:
    """Say in a clause why a condition does not pass."""
    value, what = difference(condition.estimate, alpha), condition.subject
    if condition.status is Status.NOT_ASSESSABLE:
        return f"{what} cannot be assessed ({condition.estimate.note.rstrip('.')})"
    is_clear = condition.status is Status.CONTRADICTED
    if condition.bound == 0:
        return f"{what} {'fell' if is_clear else 'may not have risen'} ({value})"
    margin = plain(abs(condition.bound), 2)
    if condition.is_harm and not is_clear:
        return f"{what} fell, perhaps by more than the margin of {margin} ({value})"
    return f"{what} {'is' if is_clear else 'may be'} lower by more than the margin of {margin} ({value})"


def _support_lists(
    evidence: Evidence,
    outcome: Outcome,
    aid: Sequence[Condition],
    harmed: Sequence[Condition],
    problems: Sequence[str],
    why_not_replace: Sequence[str],
) -> tuple[list[str], list[str]]:
    alpha = evidence.alpha
    supports, does_not = [], []
    if outcome is Outcome.HELPS:
        whom = "readers like these" if evidence.speaks_for_readers else "these readers only"
        supports.append(f"The model as an aid, for {whom}: AUC {difference(evidence.auc, alpha)}.")
    if harmed:
        supports.append(
            "Harm: " + "; ".join(f"{c.name} {difference(c.estimate, alpha)}" for c in harmed) + "."
        )
    if outcome is not Outcome.HELPS:
        reasons = [*problems, *(_reason(c, alpha) for c in aid if c.status is not Status.PASSES)]
        does_not.append("The model as an aid: " + "; ".join(reasons) + ".")
    if why_not_replace:
        does_not.append("Replacing readers: " + "; ".join(why_not_replace) + ".")
    else:
        supports.append(
            "Replacing readers, as a candidate only: the model alone is not worse than unaided and aided "
            f"readers by {plain(evidence.margin_auc, 2)} AUC or more. Not assessed: {NOT_YET_ASSESSED}."
        )
    if evidence.design == "sequential":
        does_not.append(
            "Saving time: every case was first read without the model, so a sequential design cannot show it."
        )
    return supports, does_not


def _against_replacement(
    evidence: Evidence, conditions: Sequence[Condition], problems: Sequence[str]
) -> list[str]:
    found = list(problems)
    if not evidence.speaks_for_readers:
        found.append("fewer than four readers do not stand for readers in general")
    if evidence.unaided_auc is None:
        found.append("there is no unaided AUC to compare with")
    elif evidence.margin_auc > (evidence.unaided_auc - 0.5) / 2:
        found.append(
            f"the margin of {plain(evidence.margin_auc, 2)} is more than half of what unaided readers know "
            f"beyond chance (AUC {plain(evidence.unaided_auc)}), so a useless model could pass"
        )
    replace = [c for c in conditions if c.family is Family.REPLACE]
    return found + [_reason(c, evidence.alpha) for c in replace if c.status is not Status.PASSES]


def _notes(evidence: Evidence, conditions: Sequence[Condition]) -> list[str]:
    notes = [LABORATORY_NOTE]
    if evidence.is_simulated:
        notes.append(
            "Images or readers are simulated: nothing here is evidence about a real model or reader."
        )
    if not evidence.speaks_for_readers:
        notes.append(f"{count(evidence.n_readers, 'reader')}: the intervals hold for this panel only.")
    notes += [
        f"A wrong model pulls readers along: {c.subject}, {difference(c.estimate, evidence.alpha)}."
        for c in conditions
        if c.family is Family.SAFETY and c.is_harm
    ]
    if any(c.estimate.ci is not None and c.estimate.ci[0] <= 0 <= c.estimate.ci[1] for c in conditions):
        notes.append("An interval that includes 0 shows neither a difference nor equivalence.")
    if evidence.ai_failures:
        notes.append(
            f"The model did not answer {count(evidence.ai_failures, 'analysed case')}; these count as wrong "
            "where replacing readers is judged."
        )
    notes.append(
        f"The margin for cases on which the model is wrong ({plain(evidence.margin_harm, 2)} accuracy) is a "
        "proposal of this program, without a published source."
    )
    return notes
