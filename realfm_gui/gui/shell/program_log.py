"""The program's own log, set up once: what went wrong in it, never what a reader did."""

import logging
import sys
import threading
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

_MEGABYTE = 1_000_000


def configure_logging(folder: Path) -> Path:
    """Write warnings and errors to ``realfm.log`` in `folder` (three files of 1 MB); return its path.

    Calling it again changes nothing.
    """
    path = folder / "realfm.log"
    root = logging.getLogger("realfm_gui")
    if not any(isinstance(handler, RotatingFileHandler) for handler in root.handlers):
        handler = RotatingFileHandler(path, maxBytes=_MEGABYTE, backupCount=2, encoding="utf-8", delay=True)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        root.addHandler(handler)
        root.setLevel(logging.INFO)
    return path


def report_uncaught(show: Callable[[BaseException], None]) -> None:
    """Log exceptions that nothing caught, and show them with `show` (called on the raising thread)."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        logging.getLogger("realfm_gui").error("uncaught", exc_info=(kind, error, trace))
        show(error)

    sys.excepthook = hook
    threading.excepthook = lambda args: hook(
        args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback
    )
