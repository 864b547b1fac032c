"""Import where the lesions are: checked against images and reference standard, then sealed beside it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from realfm_gui.domain.case import Split
from realfm_gui.domain.events import EventKind
from realfm_gui.domain.lesion import Lesion, LesionRegion
from realfm_gui.domain.mark import MarkShape
from realfm_gui.domain.measurement import Point
from realfm_gui.domain.progress import Progress, silent
from realfm_gui.domain.protocol import LocalisationPart
from realfm_gui.domain.truth import TruthLabel
from realfm_gui.storage import StudyStore
from realfm_gui.workflows.frame_order import refuse_other_order
from realfm_gui.workflows.image_names import ImageNames, Named, PlaceError
from realfm_gui.workflows.lesion_table import LesionRow, read_lesion_table
from realfm_gui.workflows.lesion_table_places import FramePlace, case_places, frame_named, stack_around

ACTOR = "coordinator"
_EDGE_PX = 1.0
"""Published boxes overshoot the image by rounding; what lies further outside belongs to another image."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LesionReport:
    """What an import of lesions did.

    `refused` lists (row, reason); `without_lesion` counts cases of the test set with a finding that is to be
    marked, and no lesion: free-response analysis leaves them out.
    """

    lesions: int
    cases: int
    refused: tuple[tuple[str, str], ...]
    without_place: int
    without_lesion: int

    def summary(self) -> str:
        """Return what happened in a sentence or two."""
        said = f"Sealed {_counted(self.lesions, 'lesion')} of {_counted(self.cases, 'case')}."
        if self.without_place:
            said += f" Without a place: {_counted(self.without_place, 'row')}."
        if self.refused:
            said += f" {_counted(len(self.refused), 'row')} refused, each with its reason."
        if self.without_lesion:
            have = "has" if self.without_lesion == 1 else "have"
            cases = _counted(self.without_lesion, "positive case")
            said += f" In the test set {cases} {have} no lesion yet."
        return said


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def import_lesions(store: StudyStore, table: Path, *, progress: Progress = silent) -> LesionReport:
    """Import a CSV of lesions (see `read_lesion_table`) into the sealed part of a study.

    What the table says of a case and finding replaces what was known of it; other cases keep their lesions.
    Once somebody has read, lesions may still come where there are none, as labels may; none is replaced.

    Raises
    ------
    UserFacingError
        If the table as a whole cannot be used, lesions imported before are not what was stored, the
        study's slices are in another order, or another import, fit or prediction is under way.
    """
    findings = {finding.id: finding.name for finding in store.protocol.findings}
    read = read_lesion_table(table, findings=findings)
    refuse_other_order(store)
    with store.exclusive_work():
        known = {split: store.read_lesions(split) for split in Split}
        building = _Building(store, table.name, list(read.refused), _fixed(store, known))
        building.place(read.rows, ImageNames(store, read.key_kind), progress)
        lesions = building.lesions()
        _seal(store, known, lesions)
        store.write_refused_lesions(building.refused)
        return LesionReport(
            lesions=len(lesions),
            cases=len({lesion.case_id for lesion in lesions}),
            refused=tuple(building.refused),
            without_place=read.without_place,
            without_lesion=_without_lesion(store),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _PlacedRow:
    case_id: str
    row: LesionRow
    region: LesionRegion


@dataclass(slots=True)
class _Building:
    """Turns rows into lesions and keeps the reasons of those that are none."""

    store: StudyStore
    table_name: str
    refused: list[tuple[str, str]]
    fixed: frozenset[tuple[str, str]]
    """Case and finding whose lesions can no longer be changed."""
    _placed: list[_PlacedRow] = field(default_factory=list)

    def place(self, rows: Sequence[LesionRow], names: ImageNames, progress: Progress) -> None:
        """Find every row's frame, one case in memory at a time."""
        labels = _labels(self.store)
        named: list[tuple[Named, LesionRow]] = []
        for row in rows:
            try:
                meant = names.named(row.key)
                _refuse_against_truth(labels, meant.case_id, row.finding)
                if (meant.case_id, row.finding) in self.fixed:
                    raise PlaceError("reading has begun, so the lesions of its case cannot be changed")
                named.append((meant, row))
            except PlaceError as error:
                self._refuse(row, error)
        named.sort(key=lambda item: item[0].case_id)
        done = 0
        for case_id, members in groupby(named, key=lambda item: item[0].case_id):
            progress(done, len(named), "Placing lesions")
            done += self._place_case(case_id, list(members))
        progress(len(named), len(named), "Placing lesions")

    def _place_case(self, case_id: str, members: Sequence[tuple[Named, LesionRow]]) -> int:
        rule = self.store.protocol.analysis.localisation
        seen: dict[tuple[str, int, tuple[Point, ...]], int] = {}
        try:
            places = case_places(self.store, self.store.case(case_id))
        except PlaceError as error:
            for _, row in members:
                self._refuse(row, error)
            return len(members)
        for meant, row in members:
            try:
                region = _region(places, meant, row, rule)
                before = seen.setdefault((row.finding, region.frame, region.points), row.line)
                if before != row.line:
                    raise PlaceError(f"it is the same lesion as line {before}")
                self._placed.append(_PlacedRow(case_id=case_id, row=row, region=region))
            except PlaceError as error:
                self._refuse(row, error)
        return len(members)

    def lesions(self) -> list[Lesion]:
        """Return the lesions: rows of one name belong together, a row without a name stands alone."""
        made: list[Lesion] = []
        ordered = sorted(
            self._placed, key=lambda placed: (placed.case_id, placed.row.finding, placed.row.line)
        )
        for (case_id, finding), members in groupby(ordered, key=lambda p: (p.case_id, p.row.finding)):
            named: dict[str, list[_PlacedRow]] = {}
            for placed in members:
                named.setdefault(placed.row.lesion or f"line {placed.row.line}", []).append(placed)
            made += self._lesions_of(case_id, finding, list(named.values()))
        return made

    def _lesions_of(self, case_id: str, finding: str, groups: Sequence[Sequence[_PlacedRow]]) -> list[Lesion]:
        weights = [{placed.row.weight for placed in group} for group in groups]
        for group, given in zip(groups, weights, strict=True):
            if len(given) > 1:
                self._refuse(group[-1].row, "its lesion has two weights: both are left out")
        known = [given.copy().pop() if len(given) == 1 else None for given in weights]
        if None in known and any(weight is not None for weight in known):
            first = groups[known.index(None)][0].row
            self._refuse(first, "it has no weight and other lesions of its case have: all count alike there")
            known = [None] * len(known)
        return [
            Lesion(
                lesion_id=str(number),
                case_id=case_id,
                finding=finding,
                regions=tuple(placed.region for placed in group),
                weight=weight,
            )
            for number, (group, weight) in enumerate(zip(groups, known, strict=True), start=1)
        ]

    def _refuse(self, row: LesionRow, reason: object) -> None:
        self.refused.append((f"{self.table_name}, line {row.line}", str(reason)))


def _region(
    places: Sequence[FramePlace], meant: Named, row: LesionRow, rule: LocalisationPart
) -> LesionRegion:
    frame = frame_named(places, meant, slice_number=row.slice_number, series=row.series)
    place = places[frame]
    if row.shape is MarkShape.POINT and rule.rule != "distance":
        raise PlaceError(f"a point has no inside, and the protocol's rule is {rule.rule!r}: give its box")
    if rule.radius_mm is not None and place.spacing_mm is None:
        raise PlaceError(
            "the protocol's radius is in millimetres, and the image does not say its pixels' size"
        )
    return LesionRegion(
        frame=frame,
        shape=row.shape,
        points=_on_image(row.points, place),
        stack=stack_around(places, frame),
        spacing_mm=place.spacing_mm,
        aspect=place.aspect,
    )


def _on_image(points: Iterable[Point], place: FramePlace) -> tuple[Point, ...]:
    last_column, last_row = place.columns - 0.5, place.rows - 0.5
    moved = []
    for column, row in points:
        inside = min(max(column, -0.5), last_column), min(max(row, -0.5), last_row)
        if max(abs(inside[0] - column), abs(inside[1] - row)) > _EDGE_PX:
            raise PlaceError(
                f"it reaches to column {column:g}, row {row:g}; the image has {place.columns} columns and "
                f"{place.rows} rows"
            )
        moved.append(inside)
    return tuple(moved)


def _labels(store: StudyStore) -> dict[tuple[str, str], TruthLabel]:
    return {
        (label.case_id, label.finding): label
        for split in Split
        if store.has_truth(split)
        for label in store.read_truth(split)
    }


def _refuse_against_truth(labels: dict[tuple[str, str], TruthLabel], case_id: str, finding: str) -> None:
    label = labels.get((case_id, finding))
    if label is None:
        raise PlaceError(f"its case has no reference standard for {finding}: import that first")
    if not label.is_present:
        raise PlaceError(f"the reference standard says that {finding} is absent from its case")


def _fixed(store: StudyStore, known: Mapping[Split, Sequence[Lesion]]) -> frozenset[tuple[str, str]]:
    if not store.readings():
        return frozenset()
    return frozenset((lesion.case_id, lesion.finding) for of_split in known.values() for lesion in of_split)


def _seal(store: StudyStore, known: Mapping[Split, Sequence[Lesion]], lesions: Sequence[Lesion]) -> None:
    for split in Split:
        members = {case.case_id for case in store.cases(split)}
        new = [lesion for lesion in lesions if lesion.case_id in members]
        if not new:
            continue
        replaced = {(lesion.case_id, lesion.finding) for lesion in new}
        kept = [
            lesion
            for lesion in known[split]
            if (lesion.case_id, lesion.finding) not in replaced and lesion.case_id in members
        ]
        salted = store.write_lesions(split, [*kept, *new])
        store.append(EventKind.LESIONS_SEALED, {"split": split, "salted_sha256": salted}, actor=ACTOR)


def _without_lesion(store: StudyStore) -> int:
    if not store.has_truth(Split.READING):
        return 0
    marked = {finding.id for finding in store.protocol.findings if finding.mark_shape is not None}
    located = {(lesion.case_id, lesion.finding) for lesion in store.read_lesions(Split.READING)}
    return len(
        {
            label.case_id
            for label in store.read_truth(Split.READING)
            if label.is_present and label.finding in marked and (label.case_id, label.finding) not in located
        }
    )
