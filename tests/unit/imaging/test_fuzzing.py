"""Damaged files by the thousand: the program goes on, and every one of them is frames or a one-line reason.

``.venv/bin/pytest -m slow -s tests/unit/imaging/test_fuzzing.py`` runs 20,000; REALFM_FUZZ_FILES and
REALFM_FUZZ_SEED choose how many and which. A file that fails is named by its seed and number and kept in
the test's temporary folder.
"""

import os
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from pydicom.uid import JPEGLSLossless, RLELossless

from realfm_gui.imaging.decoding_service import DecodingService
from realfm_gui.imaging.deidentify import Deidentifier
from realfm_gui.imaging.errors import UnreadableImage
from realfm_gui.imaging.slice_dataset import slice_header_of
from realfm_gui.imaging.slice_header import read_slice_header
from realfm_gui.imaging.sources import read_source

from .made_objects import made, quietly, written
from .mutation import mutated

SMALL_RUN = 150
LARGE_RUN = int(os.environ.get("REALFM_FUZZ_FILES", "20000"))
SEED = int(os.environ.get("REALFM_FUZZ_SEED", "20260101"))
LARGEST_SEED_BYTES = 150_000
"""Larger good files are damaged no differently, but take ten times as long each."""
TIME_LIMIT_S = 60.0
MEMORY_LIMIT_BYTES = 4 << 30
CHILD_PEAK_BYTES = 3 << 30
OWN_GROWTH_BYTES = 512 << 20
IN_FLIGHT = 4


def made_seeds() -> Iterator[bytes]:
    grey = np.random.default_rng(0).integers(0, 4096, (40, 30)).astype(np.uint16)
    yield written(made(grey, WindowCenter=100, WindowWidth=50, Modality="CT"))
    yield written(made(grey.astype(np.float32)))
    yield written(made(np.random.default_rng(1).integers(0, 256, (20, 30, 3)).astype(np.uint8)))
    for syntax in (RLELossless, JPEGLSLossless):
        dataset = made(grey)
        quietly(lambda d=dataset, s=syntax: d.compress(s, generate_instance_uid=False))
        yield written(dataset)


@pytest.fixture(scope="module")
def seeds(request: pytest.FixtureRequest) -> list[bytes]:
    """Good files: those made here, and the real ones where they are at hand."""
    found = list(made_seeds())
    try:
        data = request.getfixturevalue("shared") / "data"
    except pytest.skip.Exception:
        return found
    for folder in (data / "dicom", data / "dicom_bad"):
        files = sorted(folder.rglob("*.dcm"))
        found += [path.read_bytes() for path in files if path.stat().st_size <= LARGEST_SEED_BYTES]
    return found


def peak_bytes(process_id: int | str) -> int:
    """Return the largest resident memory a process ever had; 0 where the system does not tell."""
    try:
        lines = Path(f"/proc/{process_id}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)


def outcome_of(future: "Future[tuple[object, ...]]") -> str:
    try:
        frames = future.result(4 * TIME_LIMIT_S)
    except UnreadableImage as error:
        if "\n" in error.message or not error.message.endswith("."):
            raise ValueError(f"no reason in one line: {error.message!r}") from error
        if "longer than" in error.message:
            return "hung"
        return "died" if "decoder stopped" in error.message else "refused"
    assert frames
    return "opened"


def header_outcome(path: Path, number: int) -> None:
    """Read the header in the ways the program itself does, outside the child."""
    read_slice_header(path)
    with suppress(UnreadableImage):
        slice_header_of(path)
    try:
        source = read_source(path)
        if number % 4 == 0:
            Deidentifier(decode=lambda _: ()).prepare(source)
    except UnreadableImage:
        return


def fuzz(seeds: list[bytes], folder: Path, count: int) -> Counter[str]:
    """Send `count` damaged files through the decoding child and return how they came out."""
    outcomes: Counter[str] = Counter()
    failed: list[str] = []
    waiting: deque[tuple[int, Path, Future[tuple[object, ...]]]] = deque()
    own_before, child_peak = peak_bytes("self"), 0
    service = DecodingService(processes=2, time_limit_s=TIME_LIMIT_S, memory_limit_bytes=MEMORY_LIMIT_BYTES)

    def take_one() -> None:
        number, path, future = waiting.popleft()
        try:
            outcomes[outcome_of(future)] += 1
        except Exception as error:  # everything else is a bug: listed with how to make the file again
            failed.append(f"seed {SEED}, number {number}: {type(error).__name__}: {error}")
        else:
            path.unlink()

    try:
        for number in range(count):
            path = folder / f"{number}.dcm"
            path.write_bytes(mutated(seeds, SEED, number))
            waiting.append((number, path, service.decode([path])))
            try:
                header_outcome(path, number)
            except Exception as error:  # see above
                failed.append(f"seed {SEED}, number {number}, header: {type(error).__name__}: {error}")
            if len(waiting) >= IN_FLIGHT:
                take_one()
            child_peak = max([child_peak, *map(peak_bytes, service.process_ids)])
        while waiting:
            take_one()
    finally:
        service.close()
    assert not failed, "\n".join(failed[:20])
    assert sum(outcomes.values()) == count
    assert outcomes["hung"] == 0
    assert child_peak < CHILD_PEAK_BYTES
    assert peak_bytes("self") - own_before < OWN_GROWTH_BYTES
    outcomes["peak of a child, MB"] = child_peak // 1_000_000
    return outcomes


def test_that_a_hundred_damaged_files_are_opened_or_refused_in_one_line(seeds, tmp_path: Path) -> None:
    outcomes = fuzz(seeds, tmp_path, SMALL_RUN)
    assert outcomes["refused"] > SMALL_RUN / 10
    assert outcomes["opened"] > SMALL_RUN / 10


@pytest.mark.slow
def test_that_twenty_thousand_damaged_files_are_opened_or_refused_in_one_line(
    seeds, tmp_path, capsys
) -> None:
    outcomes = fuzz(seeds, tmp_path, LARGE_RUN)
    with capsys.disabled():
        print(f"\n{LARGE_RUN} damaged files, seed {SEED}: {dict(outcomes)}")
