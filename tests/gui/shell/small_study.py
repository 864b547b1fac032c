"""A real study of a few small pictures and precomputed predictions: everything but a network."""

from pathlib import Path

import numpy as np
from PIL import Image

from realfm_gui.domain.progress import silent
from realfm_gui.workflows import jobs
from realfm_gui.workflows.create_study import create_study

PROTOCOL = """
version = 1
design = "sequential"
[study]
title = "Bright squares"
simulated = true
[population]
prevalence = 0.2
[[findings]]
id = "square"
name = "Square"
[[readers]]
id = "ada"
name = "Ada Byron"
reads = ["training", "reading"]
[[readers]]
id = "ben"
name = "Ben Okri"
reads = ["training", "reading"]
[model]
name = "precomputed"
saliency = "none"
controls = []
"""


def write_sources(folder: Path, *, cases: int = 6) -> tuple[Path, Path, Path]:
    """Write pictures, truth and predictions; return (pictures, truth.csv, scores.csv)."""
    pictures = folder / "incoming"
    pictures.mkdir(parents=True)
    rng = np.random.default_rng(7)
    truth, scores = ["file,truth,split"], ["file,score,probability,threshold"]
    for number in range(cases):
        is_present = number % 2
        pixels = rng.integers(40, 80, (64, 64), dtype=np.uint8)
        pixels[20:30, 20:30] += np.uint8(100 * is_present)
        name = f"picture-{number}.png"
        Image.fromarray(pixels).save(pictures / name)
        truth.append(f"{name},{is_present},{'training' if number < 2 else 'reading'}")
        scores.append(f"{name},{0.2 + 0.6 * is_present},{0.2 + 0.6 * is_present},0.5")
    (pictures / "notes.txt").write_text("not a picture", encoding="utf-8")
    truth_csv, scores_csv = folder / "truth.csv", folder / "scores.csv"
    truth_csv.write_text("\n".join(truth) + "\n", encoding="utf-8")
    scores_csv.write_text("\n".join(scores) + "\n", encoding="utf-8")
    return pictures, truth_csv, scores_csv


def make_study(folder: Path, *, is_ready: bool = True) -> Path:
    """Create the study; with its cases and predictions where it `is_ready`."""
    root = folder / "squares.study"
    create_study(root, PROTOCOL).close()
    if is_ready:
        pictures, truth, scores = write_sources(folder)
        jobs.import_into(root, [pictures], truth, progress=silent)
        jobs.predict(root, "precomputed", None, scores, progress=silent)
    return root
