"""Which examinations are priors of which case: earlier ones of the same patient, as the truth table asks.

A row may ask for so many `priors`: the latest earlier examinations of its patient that are no cases
themselves. Or the rows of the priors say whose they are (`prior_of`), as tables of pictures without dates
must.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from realfm_gui.workflows.truth_table import TruthRow

if TYPE_CHECKING:
    from realfm_gui.imaging.sources import SourceImage

Examination = tuple[str, str]
"""(patient, study UID or the file's own hash)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedSource:
    """A source with its row of the truth table.

    `prior_of` is the current examination that it is a prior of, None where it is current itself;
    `offset_days` is where it lies from that one (negative), 0 for the current one.
    """

    path: Path
    source: "SourceImage"
    row: TruthRow | None
    prior_of: Examination | None = None
    offset_days: float = 0.0

    @property
    def patient(self) -> str:
        """The patient as the table, else as the source names them."""
        return (self.row.patient if self.row is not None else "") or self.source.patient

    @property
    def examination(self) -> Examination:
        """The examination it belongs to; a picture is one of its own."""
        return self.patient, self.source.study_uid or self.source.sha256


@dataclass(slots=True, kw_only=True)
class _Group:
    """All images of one examination."""

    examination: Examination
    images: list[MatchedSource] = field(default_factory=list)

    @property
    def row(self) -> TruthRow | None:
        return self.images[0].row

    @property
    def at(self) -> datetime | None:
        return next((image.source.examined_at for image in self.images if image.source.examined_at), None)

    @property
    def day(self) -> date | None:
        return None if self.at is None else self.at.date()


def mark_priors(
    matched: Sequence[MatchedSource], refused: list[tuple[str, str]], *, needs_row: bool
) -> list[MatchedSource]:
    """Say which images are priors of which examination; those that are neither case nor prior are refused.

    Parameters
    ----------
    matched : sequence of MatchedSource
        All readable sources; `row` is None where the table has none for it.
    refused : list of (str, str)
        (file, reason); what cannot be used is added.
    needs_row : bool
        Whether there is a truth table, so that an image without a row is no case.

    Returns
    -------
    list of MatchedSource
        The cases' own images first, then those of their priors.
    """
    groups = _groups(matched)
    waiting: list[_Group] = []
    current: list[_Group] = []
    for group in groups:
        is_own = group.row is not None and not group.row.prior_of
        (current if is_own or not needs_row else waiting).append(group)
    current, surplus = _one_per_row(current)
    taken = _asked_for(current, [g for g in [*waiting, *surplus] if g.row is None or not g.row.prior_of])
    named, wrong = _named(current, [g for g in waiting if g.row is not None and g.row.prior_of])
    refused += wrong
    used = {id(group) for priors in [*taken.values(), *named.values()] for group in priors}
    for group in [*waiting, *surplus]:
        if id(group) not in used and not (group.row is not None and group.row.prior_of):
            refused += [(str(image.path), _why_not(group, surplus)) for image in group.images]
    by_examination = {group.examination: group for group in current}
    priors = [
        image
        for examination in by_examination
        for image in _placed(
            by_examination[examination], [*taken.get(examination, ()), *named.get(examination, ())]
        )
    ]
    return [image for group in current for image in group.images] + priors


def _groups(matched: Iterable[MatchedSource]) -> list[_Group]:
    groups: dict[tuple[Examination, str | None], _Group] = {}
    for image in matched:
        # Of a study of which only some images have a row, those are the case and the others nothing.
        key = image.examination, None if image.row is None else image.row.prior_of
        groups.setdefault(key, _Group(examination=image.examination)).images.append(image)
    return list(groups.values())


def _one_per_row(current: Sequence[_Group]) -> tuple[list[_Group], list[_Group]]:
    """Of examinations that share a row asking for priors (tables by patient), only the latest is the case."""
    by_row: dict[int, list[_Group]] = {}
    for group in current:
        by_row.setdefault(id(group.row), []).append(group)
    kept: list[_Group] = []
    surplus: list[_Group] = []
    for groups in by_row.values():
        dated = [group for group in groups if group.at is not None]
        row = groups[0].row
        if row is None or not row.priors or len({group.examination for group in groups}) < 2 or not dated:
            kept += groups
            continue
        latest = max(dated, key=_when)
        kept.append(latest)
        surplus += [group for group in groups if group is not latest]
    return kept, surplus


def _asked_for(current: Sequence[_Group], free: Sequence[_Group]) -> dict[Examination, list[_Group]]:
    """Give every examination the earlier ones its row asks for, the latest first; each goes to one only."""
    taken: dict[Examination, list[_Group]] = {}
    used: set[int] = set()
    dated = [group for group in free if group.at is not None]
    # The earliest case first: a prior belongs to the case that followed it.
    for case in sorted((group for group in current if group.at is not None), key=_when):
        wanted = 0 if case.row is None else case.row.priors
        earlier = [g for g in dated if id(g) not in used and _is_earlier(g, case)]
        chosen = sorted(earlier, key=_when, reverse=True)[:wanted]
        used |= {id(group) for group in chosen}
        if chosen:
            taken[case.examination] = chosen
    return taken


def _is_earlier(prior: _Group, case: _Group) -> bool:
    is_same_patient = prior.images[0].source.patient == case.images[0].source.patient
    return is_same_patient and prior.examination != case.examination and _when(prior) < _when(case)


def _when(group: _Group) -> datetime:
    assert group.at is not None  # callers leave out what has no date
    return group.at


def _named(
    current: Sequence[_Group], priors: Sequence[_Group]
) -> tuple[dict[Examination, list[_Group]], list[tuple[str, str]]]:
    """Give examinations to the row they say they are a prior of, the latest (or first listed) first."""
    by_key: dict[str, list[_Group]] = {}
    for group in current:
        if group.row is not None:
            by_key.setdefault(group.row.key, []).append(group)
    named: dict[Examination, list[_Group]] = {}
    wrong: list[tuple[str, str]] = []
    for group in priors:
        assert group.row is not None  # so they were chosen
        cases = by_key.get(group.row.prior_of, [])
        problem = _problem(group, cases)
        if problem:
            wrong += [(str(image.path), problem) for image in group.images]
        else:
            named.setdefault(cases[0].examination, []).append(group)
    for groups in named.values():
        if all(group.at is not None for group in groups):
            groups.sort(key=_when, reverse=True)
    return named, wrong


def _problem(prior: _Group, cases: Sequence[_Group]) -> str:
    assert prior.row is not None
    whose = f"is a prior of {prior.row.prior_of} by line {prior.row.line}"
    if not cases:
        return f"{whose}, which is no case of this import"
    if len({case.examination for case in cases}) > 1:
        return f"{whose}, which is more than one examination"
    patient, other = prior.images[0].patient, cases[0].images[0].patient
    if patient != other and not patient.startswith("file:"):
        return f"{whose}, which is another patient's"
    if prior.at is not None and cases[0].at is not None and prior.at > cases[0].at:
        return f"{whose}, but it was made later"
    return ""


def _placed(case: _Group, priors: Sequence[_Group]) -> list[MatchedSource]:
    from realfm_gui.imaging.study_order import offsets_days

    offsets = offsets_days(case.day, [prior.day for prior in priors])
    return [
        replace(image, prior_of=case.examination, offset_days=offset)
        for prior, offset in zip(priors, offsets, strict=True)
        for image in prior.images
    ]


def _why_not(group: _Group, surplus: Sequence[_Group]) -> str:
    if not any(group is other for other in surplus):
        return "has no row in the truth table"
    if group.at is None:
        return "has no study date, so it cannot be a prior of the patient's latest examination"
    return "is an earlier examination than the priors that the truth table asks for"
