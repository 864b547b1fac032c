"""Power cuts in the reading room: nothing confirmed is lost, and the reader is back where they were."""

import subprocess
import sys
from pathlib import Path

import pytest

from realfm_gui.domain.reading import Phase
from realfm_gui.imaging.phantom import PhantomRecipe, generate_case
from realfm_gui.imaging.phantom_dicom import phantom_file
from realfm_gui.storage import StudyStore, verify_study
from realfm_gui.workflows.import_images import import_images
from tests.small_study import PROTOCOL, store_predictions

CASES = 25
KILLED_AFTER = (3, 8, 15, 1, 10, 4, 9)
"""Confirmed steps after which each sitting is killed; the last one reads to the end of 50 submissions."""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    images = tmp_path / "images"
    images.mkdir()
    recipe = PhantomRecipe(rows=96, columns=96, margin_px=24.0, speck_spread_px=8.0)
    for number in range(CASES):
        made = generate_case(number, has_cluster=False, recipe=recipe)
        content = phantom_file(made.pixels, name=f"p{number}", pixel_spacing_mm=0.1)
        (images / f"p{number}.dcm").write_bytes(content)
    with StudyStore.create(tmp_path / "s.study", PROTOCOL) as store:
        import_images(store, [images])
        store_predictions(store, [case.case_id for case in store.cases()], failed=[])
    return tmp_path / "s.study"


def sit_down(study: Path, repository: Path, *, steps: int) -> list[list[str]]:
    """Let the reader read at the window; kill the process once `steps` steps are confirmed."""
    command = [
        sys.executable,
        "-m",
        "tests.journeys.reader_process",
        str(study),
        "ben",
        str(study.parent / "me"),
    ]
    told: list[list[str]] = []
    confirmed = 0
    with subprocess.Popen(command, cwd=repository, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            told.append(line.split())
            confirmed += told[-1][0] != "at"
            if confirmed >= steps:
                process.kill()  # SIGKILL: no warning, no farewell
                break
        told += [line.split() for line in process.stdout if line.endswith("\n")]
    return told


def recorded(study: Path) -> dict[tuple[str, Phase], int]:
    with StudyStore.open(study, read_only=True) as store:
        return {
            (reading.case_id, reading.phase): reading.answer.findings[0].likelihood
            for reading in store.readings(reader="ben")
        }


def test_that_fifty_submissions_survive_being_killed_again_and_again(study: Path, repository: Path) -> None:
    phase_of = {"locked": Phase.UNAIDED, "submitted": Phase.AIDED}
    confirmed: set[tuple[str, Phase]] = set()
    for steps in KILLED_AFTER:
        before = recorded(study)
        confirmable = 2 * CASES - 1 - len(before)  # nothing comes after the last submission to confirm it
        if not confirmable:
            break
        told = sit_down(study, repository, steps=min(steps, confirmable))
        case_id, phase = told[0][1], Phase(told[0][2])
        assert (case_id, phase) not in before, "the reader was given a finished phase again"
        assert phase is (Phase.AIDED if (case_id, Phase.UNAIDED) in before else Phase.UNAIDED)
        confirmed |= {(words[1], phase_of[words[0]]) for words in told if words[0] in phase_of}
        now = recorded(study)
        assert confirmed <= set(now), "a confirmed answer is lost"
        assert all(now[key] == int(key[0][-2:], 16) % 101 for key in now), "another answer than the one given"
        report = verify_study(study)
        assert report.is_ok, report.problems
    assert len(recorded(study)) >= 2 * CASES - 1
