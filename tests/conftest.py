"""Fixtures every test may use."""

import os
from pathlib import Path

import pytest

# Drawn off-screen unless the caller chose a platform: a test run must not need a display.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# Two workers with two threads each get in each other's way; must be set before torch is imported.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def repository() -> Path:
    return REPOSITORY


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data and reference numbers; tests that need it skip where it is absent."""
    folder = Path(os.environ.get("REALFM_SHARED", REPOSITORY.parent / "shared"))
    if not (folder / "README.md").is_file():
        pytest.skip(f"needs the shared data folder ({folder.name} beside the checkout, or $REALFM_SHARED)")
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the journeys: they take longest, and the last file is waited for by all other processes."""
    items.sort(key=lambda item: "journeys" not in item.path.parts)
