"""Build the demonstration study: our own images, a real model, simulated readers."""

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from realfm_gui.domain.case import Split
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.progress import Progress, silent
from realfm_gui.resource_files import example_study
from realfm_gui.storage import StudyStore, verify_study
from realfm_gui.workflows.create_study import create_study
from realfm_gui.workflows.fit_model import fit_model
from realfm_gui.workflows.import_images import import_images
from realfm_gui.workflows.run_model import run_model
from realfm_gui.workflows.simulated_readers import SimulatedBehaviour, simulate_readings

NAME = "demo.study"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """One generated image file and what is in it."""

    name: str
    split: Split
    has_cluster: bool
    visibility: float


def build_demo(out: Path, *, recipe: Mapping[str, Any] | None = None, progress: Progress = silent) -> Path:
    """Build ``out/demo.study``, or return it where a whole one already stands.

    Everything is built beside it and moved into place at the end, so that an interrupted build leaves nothing
    that looks finished.

    Parameters
    ----------
    out : Path
        Where.
    recipe : mapping, optional
        What to make; ``studies/demo/recipe.toml`` where left out (`demo_recipe`).

    Raises
    ------
    UserFacingError
        If something else stands there.
    """
    root = out / NAME
    if root.exists():
        return _existing(root)
    recipe = demo_recipe() if recipe is None else recipe
    out.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".demo-build-", dir=out) as work:
        _build(Path(work), recipe, progress)
        if root.exists():  # another program was faster: its study is as good
            return _existing(root)
        Path(work, NAME).rename(root)
    return root


def demo_recipe() -> dict[str, Any]:
    """Return how the demonstration's images and readers are made."""
    return tomllib.loads((example_study("demo") / "recipe.toml").read_text(encoding="utf-8"))


def _existing(root: Path) -> Path:
    try:
        report = verify_study(root)
    except UserFacingError:
        report = None
    if report is None or not report.is_ok:
        raise UserFacingError(
            f"{root} is there already but is not a sound demonstration study.",
            hint="Move it away or choose another folder with --out.",
        )
    return root


def _build(work: Path, recipe: Mapping[str, Any], progress: Progress) -> None:
    images = work / "source-images"
    sources = _write_images(images, recipe, progress)
    truth = images / "truth.csv"
    _write_truth(truth, sources)
    protocol = (example_study("demo") / "protocol.toml").read_text(encoding="utf-8")
    with create_study(work / NAME, protocol) as store:
        report = import_images(store, [images], truth_csv=truth, progress=progress)
        if report.cases != len(sources):
            raise RuntimeError(f"the demonstration's own images were refused: {report.refused[:3]}")
        model = store.protocol.model
        for name in (model.name, *model.controls):
            fit_model(store, name, progress=progress)
            run_model(store, name, progress=progress)
        _simulate(store, sources, recipe["readers"], progress)


def _write_images(folder: Path, recipe: Mapping[str, Any], progress: Progress) -> list[_Source]:
    from realfm_gui.imaging.phantom import PhantomRecipe, generate_case
    from realfm_gui.imaging.phantom_dicom import phantom_file

    folder.mkdir()
    phantom = PhantomRecipe(**recipe["phantom"])
    counts = [(split, int(recipe["cases"][split])) for split in Split]
    total = sum(count for _, count in counts)
    sources: list[_Source] = []
    for split, count in counts:
        for index in range(count):
            has_cluster = index % 2 == 1
            seed = int(recipe["cases"]["seed"]) + len(sources)
            made = generate_case(seed, has_cluster=has_cluster, recipe=phantom)
            name = f"{split}-{index:04d}.dcm"
            content = phantom_file(made.pixels, name=name, pixel_spacing_mm=phantom.pixel_spacing_mm)
            (folder / name).write_bytes(content)
            visibility = made.amplitude / phantom.amplitude_high if has_cluster else 0.0
            sources.append(_Source(name=name, split=split, has_cluster=has_cluster, visibility=visibility))
            progress(len(sources), total, "Making images")
    return sources


def _write_truth(path: Path, sources: list[_Source]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "truth", "split"])
        writer.writerows([source.name, int(source.has_cluster), source.split.value] for source in sources)


def _simulate(
    store: StudyStore, sources: list[_Source], recipe: Mapping[str, Any], progress: Progress
) -> None:
    case_of = {Path(record.path).name: record.case_id for record in store.read_sources()}
    read = [source for source in sources if source.split is Split.READING]
    simulate_readings(
        store,
        {case_of[source.name]: source.visibility for source in read},
        [SimulatedBehaviour(**behaviour) for behaviour in recipe["behaviour"]],
        order=[case_of[source.name] for source in read],
        seed=int(recipe["seed"]),
        progress=progress,
    )
