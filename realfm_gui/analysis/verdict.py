"""What the evidence supports and what it does not.

First version of the decision logic: augment, harm, and replace as a candidate. An interval that includes 0 is
never read as "no difference", and a gain on average never outweighs harm where the model is wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from realfm_gui.analysis.conditions import Condition, Evidence, Family, Outcome, Status, conditions_of
from realfm_gui.analysis.validity import validity_problems
from realfm_gui.analysis.verdict_texts import (
    Judgement,
    against_replacement,
    notes_of,
    sentence_of,
    support_lists,
)

__all__ = ["Outcome", "Verdict", "judge"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One sentence, what stands behind it, and what does not follow.

    `replacement` is "candidate", "not supported" (an interval contradicts a condition) or "not settled".
    """

    outcome: Outcome
    is_replacement_candidate: bool
    replacement: str
    sentence: str
    supports: tuple[str, ...]
    does_not_support: tuple[str, ...]
    notes: tuple[str, ...]
    conditions: tuple[Condition, ...]
    alpha: float

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON types; `tiles` holds one entry per condition."""
        return {
            "outcome": self.outcome.value,
            "replacement_candidate": self.is_replacement_candidate,
            "replacement": self.replacement,
            "sentence": self.sentence,
            "supports": list(self.supports),
            "does_not_support": list(self.does_not_support),
            "notes": list(self.notes),
            "tiles": [_tile(condition, self.alpha) for condition in self.conditions],
        }


def _tile(condition: Condition, alpha: float) -> dict[str, Any]:
    estimate = condition.estimate
    return {
        "id": condition.id,
        "family": condition.family.value,
        "name": condition.name,
        "estimate": estimate.value,
        "se": estimate.se,
        "df": estimate.df,
        # Only the gain is tested against 0; everything else is held against its margin.
        "p": estimate.p if condition.bound == 0 else None,
        "noninferiority_p": condition.noninferiority_p(alpha),
        "noninferiority_level": alpha / 2,
        "ci": None if estimate.ci is None else list(estimate.ci),
        "bound": condition.bound,
        "n": condition.n,
        "word": condition.status.value,
        "label": condition.label,
        "is_below_zero": condition.is_harm,
        "note": estimate.note,
    }


def judge(evidence: Evidence) -> Verdict:
    """Read the verdict from the evidence.

    Harm is looked for first and overrides everything: the whole interval of the AUC, sensitivity or
    specificity difference lies below 0. "Helps" needs an AUC gain, no loss of sensitivity or specificity
    beyond its margin, and none beyond its margin where the model missed or called in error.
    """
    conditions = conditions_of(evidence)
    problems = validity_problems(evidence)
    aid = tuple(c for c in conditions if c.family in (Family.AUGMENT, Family.SAFETY))
    harmed = tuple(c for c in conditions if c.family is Family.AUGMENT and c.is_harm)
    replace = tuple(c for c in conditions if c.family is Family.REPLACE)
    outcome = _outcome(aid, harmed, problems)
    judgement = Judgement(
        evidence=evidence, outcome=outcome, aid=aid, harmed=harmed, replace=replace, problems=problems
    )
    why_not_replace = against_replacement(judgement)
    supports, does_not = support_lists(judgement, why_not_replace)
    return Verdict(
        outcome=outcome,
        is_replacement_candidate=not why_not_replace,
        replacement=_replacement(replace, is_candidate=not why_not_replace),
        sentence=sentence_of(judgement),
        supports=tuple(supports),
        does_not_support=tuple(does_not),
        notes=tuple(notes_of(judgement, is_candidate=not why_not_replace)),
        conditions=conditions,
        alpha=evidence.alpha,
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


def _replacement(conditions: Sequence[Condition], *, is_candidate: bool) -> str:
    if is_candidate:
        return "candidate"
    is_contradicted = any(c.status is Status.CONTRADICTED for c in conditions)
    return "not supported" if is_contradicted else "not settled"
