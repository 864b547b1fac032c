"""What an answer with marks lacks, and where its parts contradict each other. Without Qt."""

from collections.abc import Mapping, Sequence

from realfm_gui.domain.mark import Mark
from realfm_gui.domain.mark_rules import contradictions, missing_marks
from realfm_gui.domain.protocol import Protocol
from realfm_gui.gui.reading.finding_draft import FindingDraft


def missing_parts(
    protocol: Protocol, answers: Mapping[str, FindingDraft], marks: Sequence[Mark], *, is_excused: bool
) -> dict[str, tuple[str, ...]]:
    """Return, per finding, what has to be answered before the case can be locked.

    A case that cannot be rated is excused from its answers, but an unrated mark is never locked.
    """
    missing = {}
    for finding in protocol.findings:
        draft = answers.get(finding.id, FindingDraft())
        own: tuple[str, ...] = () if is_excused else draft.missing()
        parts = (*own, *missing_marks(finding, marks, recall=None if is_excused else draft.recall))
        if parts:
            missing[finding.id] = parts
    return missing


def all_contradictions(
    protocol: Protocol, answers: Mapping[str, FindingDraft], marks: Sequence[Mark]
) -> list[tuple[str, str]]:
    """Return (finding id, what contradicts what) in the order of the findings; one each is enough to ask."""
    found = []
    for finding in protocol.findings:
        draft = answers.get(finding.id, FindingDraft())
        words = [draft.contradiction] if draft.contradiction else []
        words += contradictions(finding, marks, likelihood=draft.likelihood, recall=draft.recall)
        found += [(finding.id, words[0])] if words else []
    return found
