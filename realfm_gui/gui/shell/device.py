"""Which device models run on, without loading torch into the window's process."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject

from realfm_gui.domain.progress import Progress
from realfm_gui.gui.shell.background_job import BackgroundJob

CPU = "CPU"


def may_have_gpu() -> bool:
    """Whether this machine shows any sign of a GPU torch could use; the driver is looked for, not loaded."""
    return (
        Path("/proc/driver/nvidia/version").exists()
        or shutil.which("nvidia-smi") is not None
        or sys.platform == "darwin"
    )


def device_name(*, progress: Progress) -> str:  # noqa: ARG001 - the signature of background work
    """Ask torch; runs in a child process."""
    from realfm_gui.models.device import choose_device, describe_device

    return describe_device(choose_device())


def find_device(parent: QObject, show: Callable[[str], None]) -> BackgroundJob | None:
    """Show the device's name, at once where there is only the CPU, else when a child process has answered."""
    if not may_have_gpu():
        show(CPU)
        return None
    job = BackgroundJob(device_name, parent=parent, what="Looking for a GPU")
    job.finished.connect(show)
    job.failed.connect(lambda _error: show(CPU))
    job.start()
    return job
