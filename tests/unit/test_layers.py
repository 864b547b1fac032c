"""The shape of the program is a test: imports point downwards only."""

import os
import subprocess
import sys
from pathlib import Path


def test_that_the_layers_hold(repository: Path) -> None:
    lint_imports = Path(sys.executable).with_name("lint-imports")
    told = subprocess.run(
        [str(lint_imports), "--no-cache"],
        cwd=repository,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    assert told.returncode == 0, told.stdout + told.stderr
