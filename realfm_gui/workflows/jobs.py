"""Long work as functions of plain values, so that a child process can run them.

Each opens the study itself: a database connection belongs to the process and thread that opened it, and the
log takes appends from several processes.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from realfm_gui.domain.changes import Changes
from realfm_gui.domain.progress import Progress
from realfm_gui.storage import StudyStore
from realfm_gui.workflows.import_images import ImportReport


def import_into(
    root: Path, paths: Sequence[Path], truth_csv: Path | None, *, progress: Progress
) -> ImportReport:
    """Import images and, where given, their reference standard."""
    from realfm_gui.workflows.import_images import import_images

    with StudyStore.open(root) as store:
        return import_images(store, paths, truth_csv=truth_csv, progress=progress)


def fit(root: Path, model: str, *, progress: Progress) -> Changes:
    """Fit a model's head on the development split."""
    from realfm_gui.workflows.fit_model import fit_model

    with StudyStore.open(root) as store:
        return fit_model(store, model, progress=progress)


def predict(
    root: Path, model: str, saliency: str | None, scores: Path | None = None, *, progress: Progress
) -> Changes:
    """Run a model on every case the readers will see."""
    from realfm_gui.workflows.run_model import run_model

    with StudyStore.open(root) as store:
        return run_model(store, model, saliency=saliency, scores=scores, progress=progress)


def predict_from_tables(root: Path, model: str, tables: Sequence[Path], *, progress: Progress) -> Changes:
    """Take a model's answers from the tables somebody chose: scores and, if there are any, places."""
    from realfm_gui.workflows.precomputed_scores import scores_and_places
    from realfm_gui.workflows.run_model import run_model

    scores, places = scores_and_places(tables)
    with StudyStore.open(root) as store:
        return run_model(store, model, scores=scores, places=places, progress=progress)


def analyse(root: Path, *, progress: Progress) -> dict[str, Any]:
    """Return the results of a study as plain values."""
    from realfm_gui.workflows.analyse import analyse as run

    return run(root, progress=progress)


def export(root: Path, out: Path, *, progress: Progress) -> None:
    """Write the tidy tables, results and report into a folder."""
    from realfm_gui.workflows.export_study import export_study

    export_study(root, out, progress=progress)


def report(root: Path, path: Path, *, progress: Progress) -> None:
    """Write the self-contained HTML report."""
    from realfm_gui.workflows.report import write_report

    write_report(root, path, progress=progress)


def demo(out: Path, *, progress: Progress) -> Path:
    """Build the demonstration study under `out` (or find it there) and return its folder."""
    from realfm_gui.workflows.demo import build_demo

    return build_demo(out, progress=progress)
