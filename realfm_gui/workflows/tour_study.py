"""Build the study that the tour of the reading room shows: one simulated case of every kind of image.

Everything goes the way of a real study: files are imported and de-identified, a table of another model's
predictions is read, lesions are sealed. Which case is which is known from the sealed sources only, and told
to nobody but the tour.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from realfm_gui.domain.progress import Progress, silent
from realfm_gui.imaging.phantom_files import Disc
from realfm_gui.storage import StudyStore
from realfm_gui.workflows.create_study import create_study
from realfm_gui.workflows.import_images import import_images
from realfm_gui.workflows.lesion_table_import import import_lesions
from realfm_gui.workflows.run_model import run_model
from realfm_gui.workflows.tour_cases import FINDING, MODEL, RECIPES, CaseRecipe, Kind, protocol_of

if TYPE_CHECKING:
    from realfm_gui.imaging.phantom_files import SimulatedFile

NAME = "tour.study"
_MAPPED = (Kind.CHEST, Kind.BREAST)
MAP_CELLS = (26, 24)
"""Rows and columns of the heat maps: the size of a network's last layer, not of the image."""


_DECOY = Disc(column=835.0, row=360.0, radius_px=68.0)
"""On the frontal radiograph: nothing is there, and one model says it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TourStudy:
    """The study, and what only its maker knows: which case is which, and where something is to be seen.

    `lesion_px` holds places on the best image of a case, `lesion_mm` places in the patient, and
    `prior_lesion_mm` the place in the examination before, whose frame of reference is another one.
    """

    root: Path
    kind_of: Mapping[str, Kind]
    lesion_px: "Mapping[Kind, Disc]"
    lesion_mm: Mapping[Kind, tuple[float, float, float]]
    prior_lesion_mm: tuple[float, float, float]


def build_tour_study(
    folder: Path,
    *,
    kinds: Sequence[Kind] = tuple(Kind),
    models: Sequence[str] = (MODEL,),
    progress: Progress = silent,
) -> TourStudy:
    """Build ``folder/tour.study`` with one case of each of some kinds, and one or both models.

    Raises
    ------
    UserFacingError
        If it cannot be written, or something stands there.
    """
    recipes = [recipe for recipe in RECIPES if recipe.kind in kinds]
    with TemporaryDirectory(prefix="realfm-tour-images-") as work:
        files = _write_images(Path(work), [recipe.kind for recipe in recipes], progress)
        with create_study(folder / NAME, protocol_of(models)) as store:
            truth = _write_truth(Path(work), recipes)
            report = import_images(store, [Path(work)], truth_csv=truth, progress=progress)
            if report.refused:
                raise RuntimeError(f"the tour's own images were refused: {report.refused[:3]}")
            _import_lesions(store, Path(work), files, progress)
            for model in models:
                tables = Path(work) / model
                scores, places = _write_answers(tables, recipes, files, is_second=model != MODEL)
                run_model(store, model, scores=scores, places=places, progress=progress)
            kind_of = _kind_of_cases(store)
    return _known_of(folder / NAME, kind_of, files)


def _known_of(
    root: Path, kinds: Mapping[str, Kind], files: "Mapping[Kind, Sequence[SimulatedFile]]"
) -> TourStudy:
    from realfm_gui.imaging.phantom_brain import LESION_MM
    from realfm_gui.imaging.phantom_examinations import NODULE_MM, PRIOR_SHIFT_MM

    best = {kind: next(file for file in made if file.is_best) for kind, made in files.items()}
    x, y, z = (place + shift for place, shift in zip(NODULE_MM, PRIOR_SHIFT_MM, strict=True))
    return TourStudy(
        root=root,
        kind_of=kinds,
        lesion_px={kind: file.lesion for kind, file in best.items() if file.lesion is not None},
        lesion_mm={Kind.CT: NODULE_MM, Kind.MR: LESION_MM},
        prior_lesion_mm=(x, y, z),
    )


def _kind_of_cases(store: StudyStore) -> dict[str, Kind]:
    patients = {recipe.patient: recipe.kind for recipe in RECIPES}
    return {
        record.case_id: patients[record.source_patient.rpartition("-")[2]] for record in store.read_sources()
    }


def _write_images(
    folder: Path, kinds: Sequence[Kind], progress: Progress
) -> "dict[Kind, list[SimulatedFile]]":
    from realfm_gui.imaging import phantom_examinations as made

    sources = {
        Kind.CHEST: made.chest_radiograph,
        Kind.BREAST: made.mammography,
        Kind.CT: made.chest_tomography,
        Kind.MR: made.brain_resonance,
        Kind.LOOP: made.abdomen_loop,
        Kind.FLOW: made.vessel_flow,
    }
    files: dict[Kind, list[SimulatedFile]] = {}
    for number, kind in enumerate(kinds):
        progress(number, len(kinds), "Making images")
        files[kind] = list(sources[kind]())
        for file in files[kind]:
            (folder / file.name).write_bytes(file.content)
    progress(len(kinds), len(kinds), "Making images")
    return files


def _write_truth(folder: Path, recipes: Sequence[CaseRecipe]) -> Path:
    return _write(
        folder / "truth.csv",
        [
            {
                "patient": f"SIMULATED-{recipe.patient}",
                "truth": int(recipe.is_present),
                "split": "reading",
                "indication": recipe.indication,
                "priors": recipe.priors,
            }
            for recipe in recipes
        ],
    )


def _import_lesions(
    store: StudyStore, folder: Path, files: "Mapping[Kind, Sequence[SimulatedFile]]", progress: Progress
) -> None:
    """Seal where the lesions are: of slices on the one that shows most of it, of views on each."""
    marked = [file for made in files.values() for file in _marked(made)]
    if not marked:
        return
    rows = [{"file": file.name, "finding": FINDING, **_box(file.lesion)} for file in marked]
    report = import_lesions(store, _write(folder / "lesions.csv", rows), progress=progress)
    if report.refused:
        raise RuntimeError(f"the tour's own lesions were refused: {report.refused[:3]}")


def _write_answers(
    folder: Path,
    recipes: Sequence[CaseRecipe],
    files: "Mapping[Kind, Sequence[SimulatedFile]]",
    *,
    is_second: bool,
) -> tuple[Path, Path | None]:
    """Write a model's table of predictions and that of places, if there are any, with maps beside them."""
    folder.mkdir()
    rows: list[dict[str, Any]] = []
    for recipe in recipes:
        best = next(file for file in files[recipe.kind] if file.is_best)
        answer = recipe.second if is_second else recipe.answer
        row = {"file": best.name, "finding": FINDING, "score": "", **answer}
        if "probability" in row:
            row |= {"threshold": 0.35, "prevalence": 0.5, "level": 0.95}
            if recipe.kind in _MAPPED:
                row["map"] = f"{best.name}.npy"
                np.save(folder / row["map"], _heat(best, _DECOY if is_second else best.lesion, len(rows)))
        rows.append(row)
    places = [row for kind, made in files.items() for row in _places(kind, made, is_second=is_second)]
    scores = _write(folder / "scores.csv", rows)
    return scores, _write(folder / "places.csv", places) if places else None


def _places(kind: Kind, files: "Sequence[SimulatedFile]", *, is_second: bool) -> Iterator[dict[str, Any]]:
    """Yield what a model found: the lesion, and in one case something that is none; the second only that."""
    labels = {Kind.CHEST: "Consolidation", Kind.BREAST: "Mass with calcifications", Kind.CT: "Nodule"}
    if kind not in labels:
        return
    for number, file in enumerate([] if is_second else _marked(files)):
        probability = round(0.88 - 0.12 * number, 2)
        chance = {"score": probability, "probability": probability, "finding": FINDING}
        yield {"file": file.name, "label": labels[kind], **chance, **_box(file.lesion, margin=1.25)}
    if kind is Kind.CHEST:
        best = next(file for file in files if file.is_best)
        chance = {"score": 0.31, "probability": 0.31, "finding": FINDING}
        yield {"file": best.name, "label": "Opacity", **chance, **_box(_DECOY), "shape": "ellipse"}


def _marked(files: "Sequence[SimulatedFile]") -> "list[SimulatedFile]":
    """Return the images that the lesion is marked on: of slices one, of views each."""
    with_lesion = [file for file in files if file.lesion is not None]
    best = [file for file in with_lesion if file.is_best]
    is_stack = len(files) > 8
    return [file for file in with_lesion if "prior" not in file.name and (not is_stack or file in best)]


def _box(disc: "Disc | None", *, margin: float = 1.0) -> dict[str, Any]:
    assert disc is not None  # only files with one are asked for
    reach = margin * disc.radius_px
    return {
        "shape": "box",
        "x": round(disc.column + 0.5 - reach, 1),
        "y": round(disc.row + 0.5 - reach, 1),
        "width": round(2 * reach, 1),
        "height": round(2 * reach, 1),
    }


def _heat(file: "SimulatedFile", disc: "Disc | None", seed: int) -> NDArray[np.float32]:
    """Return a heat map as coarse as a network's: high at a place, a little everywhere."""
    assert disc is not None  # only files with one are asked for
    rows, columns = file.shape
    down, across = np.mgrid[0 : MAP_CELLS[0], 0 : MAP_CELLS[1]] + 0.5
    off_row = down * rows / MAP_CELLS[0] - disc.row
    off_column = across * columns / MAP_CELLS[1] - disc.column
    peak = np.exp(-(off_row**2 + off_column**2) / (1.3 * disc.radius_px) ** 2)
    noise = np.random.default_rng(seed).random(MAP_CELLS)
    return cast("NDArray[np.float32]", (peak + 0.12 * noise).astype(np.float32))


def _write(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    columns = list(dict.fromkeys(key for row in rows for key in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    return path
