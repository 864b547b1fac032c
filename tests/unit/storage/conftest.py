"""A small study to store into."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from realfm_gui.storage import StudyStore

from .scenario import PROTOCOL


@pytest.fixture
def store(tmp_path: Path) -> Iterator[StudyStore]:
    with StudyStore.create(tmp_path / "a.study", PROTOCOL) as store:
        yield store
