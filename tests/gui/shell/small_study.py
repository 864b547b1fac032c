"""A real study of a few small pictures and precomputed predictions: everything but a network."""

from pathlib import Path

import numpy as np
from PIL import Image

from realfm_gui.domain.progress import silent
from realfm_gui.domain.reading import CaseAnswer, FindingAnswer, Phase, PhaseTimes
from realfm_gui.storage import StudyStore
from realfm_gui.workflows import jobs
from realfm_gui.workflows.create_study import create_study
from realfm_gui.workflows.reading import (
    end_session,
    lock_unaided,
    open_next,
    reveal_ai,
    start_session,
    submit_aided,
)

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


def read_everything(root: Path, reader: str, *, likelihoods: tuple[int, ...] = (20, 80, 35, 60)) -> None:
    """Let a reader answer every case, through the same door as the reading room."""
    with StudyStore.open(root) as store:
        session = start_session(store, reader)
        number = 0
        while (case := open_next(store, session)) is not None:
            likelihood = likelihoods[number % len(likelihoods)]
            number += 1
            finding = FindingAnswer(
                finding="square", likelihood=likelihood, recall=likelihood >= 50, confidence=3
            )
            answer, times = CaseAnswer(findings=(finding,)), PhaseTimes(active_ms=9000)
            if case.step.phase is Phase.UNAIDED:
                lock_unaided(store, session, case.case.case_id, answer, times)
                reveal_ai(store, session, case.case.case_id)
            else:
                submit_aided(store, session, case.case.case_id, answer, times)
        end_session(store, session)
