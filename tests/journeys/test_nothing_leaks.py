"""Truth, AI scores, source names and identifiers stay in their own files: not in the database, nor a log."""

import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from realfm_gui.domain.case import Split
from realfm_gui.domain.reading import PhaseTimes
from realfm_gui.imaging.phantom_dicom import phantom_file
from realfm_gui.storage import StudyStore
from realfm_gui.workflows.analyse import analyse
from realfm_gui.workflows.import_images import import_images
from realfm_gui.workflows.outcomes import open_outcomes
from realfm_gui.workflows.reading import lock_unaided, open_next, reveal_ai, start_session, submit_aided
from realfm_gui.workflows.run_model import run_model
from tests.small_study import PROTOCOL
from tests.unit.workflows.test_reading import answer

SCORES = ("0.7319", "0.2187", "0.9045", "0.4402")
NAMES = ("Oyelaran_Tunde", "Mayr_Rosi", "Quist_Bo", "Ito_Aya")


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[Path]:
    """Everything any logger says, down to the last detail, as the program's log would hold it."""
    path = tmp_path / "program.log"
    handler = logging.FileHandler(path, encoding="utf-8")
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield path
    root.removeHandler(handler)
    root.setLevel(level)
    handler.close()


def live_through_a_study(folder: Path) -> Path:
    """Import (with a refused file), predict, read everything, look at the outcomes."""
    source = folder / "source"
    source.mkdir()
    truth, scores = ["file,truth,grade"], ["file,score,probability,threshold"]
    for number, (name, score) in enumerate(zip(NAMES, SCORES, strict=True)):
        pixels = np.random.default_rng(number).integers(0, 4096, (24, 32)).astype(np.uint16)
        file = f"{name}.dcm" if number % 2 else f"{name}.png"
        if number % 2:
            (source / file).write_bytes(phantom_file(pixels, name=name, pixel_spacing_mm=0.1))
        else:
            Image.fromarray((pixels >> 4).astype(np.uint8)).save(source / file)
        truth.append(f"{file},{number % 2},metastatic")
        scores.append(f"{file},{score},{score},0.5")
    (source / "Oyelaran_broken.dcm").write_bytes(b"\0" * 128 + b"DICM" + b"Oyelaran^Tunde" * 40)
    (folder / "truth.csv").write_text("\n".join(truth), encoding="utf-8")
    (folder / "scores.csv").write_text("\n".join(scores), encoding="utf-8")
    protocol = PROTOCOL.replace('name = "efficientnet-lite0"', 'name = "precomputed"\ncontrols = []')
    with StudyStore.create(folder / "s.study", protocol) as store:
        import_images(store, [source], truth_csv=folder / "truth.csv")
        run_model(store, "precomputed", scores=folder / "scores.csv")
        session = start_session(store, "ben")
        while (case := open_next(store, session)) is not None:
            lock_unaided(store, session, case.case.case_id, answer(), PhaseTimes(active_ms=1000))
            reveal_ai(store, session, case.case.case_id)
            submit_aided(store, session, case.case.case_id, answer(), PhaseTimes(active_ms=1000))
        assert len(store.cases(Split.READING)) == len(NAMES)
        open_outcomes(store, actor="analyst", confirmed=True)
    analyse(folder / "s.study")
    return folder / "s.study"


def test_that_neither_the_database_nor_a_log_holds_what_must_stay_sealed(
    tmp_path: Path, log_file: Path
) -> None:
    study = live_through_a_study(tmp_path)
    outside = [path for path in study.iterdir() if path.is_file() and path.name.startswith("study.sqlite")]
    assert outside
    secrets = ["metastatic", "grade", "is_present", "Oyelaran", "Mayr", "Rosi", "Quist", "PHANTOM", *SCORES]
    for path in (*outside, log_file):
        content = path.read_bytes()
        for secret in secrets:
            assert secret.encode() not in content, (path.name, secret)
    for image in (study / "images").iterdir():
        content = image.read_bytes()
        assert not [
            name for name in NAMES for part in name.split("_") if part.encode() in content and len(part) > 3
        ]
    sealed = (study / "sealed" / "sources.json").read_text(encoding="utf-8")
    assert all(name in sealed for name in NAMES), "the test looks for the right words"
