"""Export the marks of a study: one row per mark, and FROC and LROC files for the statistics programs."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.protocol import Finding, LocalisationPart
from realfm_gui.formats.atomic_output import write_together
from realfm_gui.formats.write_marks import write_marks_csv
from realfm_gui.formats.write_rjafroc import write_rjafroc_xlsx
from realfm_gui.storage import StudyStore
from realfm_gui.workflows.export_marks_data import MarkedStudy, froc_data, lroc_data, marked_study
from realfm_gui.workflows.export_marks_table import mark_rows, write_mark_rows
from realfm_gui.workflows.written_results import write_whole_text

MARKS, NOTES = "marks.csv", "marks_notes.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Files:
    """What belongs to one finding."""

    workbook: Path
    froc: Path
    lroc: Path

    @classmethod
    def of(cls, finding: Finding, folder: Path) -> "_Files":
        return cls(
            workbook=folder / f"froc_{finding.id}.xlsx",
            froc=folder / f"froc_{finding.id}_marks.csv",
            lroc=folder / f"lroc_{finding.id}_marks.csv",
        )

    @property
    def all(self) -> tuple[Path, ...]:
        """Every file, tables of the truth included."""
        return (self.workbook, self.froc, truth_of(self.froc), self.lroc, truth_of(self.lroc))


def truth_of(marks: Path) -> Path:
    """Return where the truth of a table of marks lies: readers of the table find it by its name."""
    return marks.with_name(marks.name.replace("_marks.csv", "_truth.csv"))


def export_marks(store: StudyStore, folder: Path) -> list[Path]:
    """Write what was marked, and return the files written; none for a study that asks for no marks.

    ``marks.csv`` has one row per mark, practice included. For every marked finding there are
    ``froc_FINDING.xlsx`` (RJafroc), ``froc_FINDING_marks.csv`` with ``..._truth.csv``, and the same for LROC,
    where the mark rated highest stands for its case. ``marks_notes.txt`` says by which rule marks were
    matched and what was left out.

    Raises
    ------
    UserFacingError
        If a file cannot be written; each is there whole or as it was before.
    """
    findings = [finding for finding in store.protocol.findings if finding.mark_shape is not None]
    if not findings:
        _remove([folder / MARKS, folder / NOTES])  # of an earlier export into the same folder
        return []
    rule = store.protocol.analysis.localisation
    notes = [f"A mark counts as a lesion localisation where {rule_words(rule)}."]
    written: list[Path] = []
    studies: list[MarkedStudy] = []
    for finding in findings:
        study = marked_study(store, finding, rule)
        studies.append(study)
        notes += [f"{finding.name}: {note}" for note in study.notes]
        files = _Files.of(finding, folder)
        if not study.is_analysable:
            _remove(files.all)
            continue
        notes += [f"{finding.name}: {note}" for note in _write(study, files)]
        written += files.all
    rows = mark_rows(store, studies)
    write_together({folder / MARKS: partial(write_mark_rows, rows)})
    write_whole_text(folder / NOTES, "\n".join(dict.fromkeys(notes)) + "\n")
    return [folder / MARKS, *written, folder / NOTES]


def rule_words(rule: LocalisationPart) -> str:
    """Return when a mark is accepted, as part of a sentence."""
    if rule.rule == "inside":
        words = "its centre lies inside the lesion"
    elif rule.rule == "overlap":
        words = f"its overlap with the lesion (intersection over union) is {rule.overlap:g} or more"
    else:
        radius = f"{rule.radius_px:g} px" if rule.radius_mm is None else f"{rule.radius_mm:g} mm"
        words = f"its centre lies within {radius} of the lesion's"
    if rule.slices:
        words += f", on the lesion's slice or up to {rule.slices} beside it"
    repeats = "is left out" if rule.repeats == "ignored" else "is a non-lesion localisation"
    return f"{words}; the mark rated highest chooses first, and a further mark on the same lesion {repeats}"


def _write(study: MarkedStudy, files: _Files) -> Sequence[str]:
    froc, lroc = froc_data(study), lroc_data(study)
    try:
        notes = [*write_rjafroc_xlsx(froc, files.workbook)]
        notes += write_marks_csv(froc, files.froc, truth_of(files.froc))
        notes += write_marks_csv(lroc, files.lroc, truth_of(files.lroc))
    except UserFacingError:
        _remove(files.all)  # what an earlier export left would not belong to these marks
        raise
    return notes


def _remove(paths: Sequence[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
