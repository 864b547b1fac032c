#!/usr/bin/env python3
"""Set RealFM up and run it, with nothing but Python: ``python3 packaging/bootstrap.py demo``.

Creates ``.venv`` beside the sources, installs the versions that ``packaging/constraints.txt`` pins, and
runs one command. The second time it finds everything in place and starts at once. Uses the standard library
only.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

OLDEST_PYTHON = (3, 11)
ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
STAMP = VENV / "realfm-setup.json"
LOG = VENV / "realfm-setup.log"
CONSTRAINTS = ROOT / "packaging" / "constraints.txt"

# What Qt loads, and the Debian/Ubuntu package that brings it. Qt blames libxcb-cursor0 whatever is missing.
OFFSCREEN_LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
}
WINDOW_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}

# Which optional dependencies of pyproject.toml each command needs.
EXTRAS = {
    "demo": (),
    "run": (),
    "setup": (),
    "test": ("test",),
    "slow": ("test",),
    "bench": ("test",),
    "lint": ("lint",),
}


class SetupError(Exception):
    """Something the person at the keyboard has to do first."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    parser = argparse.ArgumentParser(
        prog="bootstrap.py",
        description=__doc__.splitlines()[0],
        epilog="Further words are passed on to the command.",
    )
    parser.add_argument(
        "command",
        choices=["demo", "test", "slow", "bench", "lint", "setup", "run", "system"],
        help="what to do after setting up; 'run' starts realfm itself, 'system' only checks system libraries",
    )
    parser.add_argument(
        "--cpu",
        nargs="?",
        const="",
        metavar="INDEX",
        help="insist on the CPU build of torch; INDEX is the package index that pytorch.org names for "
        "CPU builds, needed where pip's own sources hold no such build",
    )
    options, rest = parser.parse_known_args(arguments)
    if rest and options.command in ("setup", "system", "lint"):
        parser.error(f"{options.command} takes no further words: {' '.join(rest)}")
    try:
        check_python()
        if options.command == "system":
            return report_libraries()
        check_libraries()
        set_up(EXTRAS[options.command], options.cpu)
        check_qt_plugin()
        return run(options.command, rest)
    except SetupError as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again to go on.", file=sys.stderr)
        return 130


def check_python() -> None:
    """Refuse a Python that is too old or cannot create an environment."""
    if sys.version_info < OLDEST_PYTHON:
        wanted = ".".join(map(str, OLDEST_PYTHON))
        raise SetupError(
            f"RealFM needs Python {wanted} or newer; this is Python {platform.python_version()} "
            f"({sys.executable}).\nOn Debian 12 or Ubuntu 24.04: sudo apt install python3 python3-venv, "
            "then run this with that python3."
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError as error:
        minor = f"python3.{sys.version_info.minor}-venv"
        raise SetupError(
            f"This Python cannot create an environment (no module {error.name}).\n"
            f"  sudo apt install python3-venv {minor}\nThen run the same command again."
        ) from error


def has_display() -> bool:
    """Return whether a window can be shown; other systems than Linux always have one."""
    return platform.system() != "Linux" or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )


def missing_libraries() -> list[str]:
    """Return the Debian packages of the system libraries that Qt would not find."""
    if platform.system() != "Linux":
        return []
    wanted = {**OFFSCREEN_LIBRARIES, **(WINDOW_LIBRARIES if has_display() else {})}
    return [package for library, package in wanted.items() if not _loads(library)]


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def report_libraries() -> int:
    """Print the missing packages, one per line; exit status 1 if there are any."""
    missing = missing_libraries()
    print("\n".join(missing) if missing else "Every system library that RealFM needs is there.")
    return 1 if missing else 0


def check_libraries() -> None:
    """Stop with the apt line that brings the missing system libraries."""
    missing = missing_libraries()
    if missing:
        raise SetupError(
            "RealFM draws with Qt, and Qt needs system libraries that are not installed here:\n"
            f"  sudo apt update && sudo apt install {' '.join(missing)}\nThen run the same command again."
        )


def set_up(extras: Sequence[str], cpu_index: str | None) -> None:
    """Create the environment and install what is pinned, unless that is already done."""
    done = _read_stamp()
    fingerprint = _fingerprint()
    is_current = done.get("fingerprint") == fingerprint
    have = set(done.get("extras", [])) if is_current else set()
    if is_current and set(extras) <= have and environment_python().exists():
        return
    if not environment_python().exists():
        print(f"Setting up RealFM in {VENV.name} (once; a few minutes, about 2 GB) ...", flush=True)
        _step("creating the environment", [sys.executable, "-m", "venv", "--clear", str(VENV)])
    wanted = sorted(have | set(extras))
    target = f"{ROOT}[{','.join(wanted)}]" if wanted else str(ROOT)
    pip = [str(environment_python()), "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    if cpu_index is not None:
        version = _pinned("torch")
        source = ["--extra-index-url", cpu_index] if cpu_index else []
        _step("installing the CPU build of torch", [*pip, *source, f"torch=={version}+cpu"], hint=_CPU_HINT)
    _step("installing libraries", [*pip, "-c", str(CONSTRAINTS), "-e", target], hint=_INSTALL_HINT)
    STAMP.write_text(json.dumps({"fingerprint": fingerprint, "extras": wanted}), encoding="utf-8")
    print("Set up.", flush=True)


_INSTALL_HINT = (
    "If the network is the problem, run the same command again: what was downloaded is kept.\n"
    "If the download of torch is too large (it brings CUDA where no CPU build is at hand), use --cpu."
)
_CPU_HINT = "Name the package index that pytorch.org gives for CPU builds: --cpu INDEX."


def _pinned(name: str) -> str:
    for line in CONSTRAINTS.read_text(encoding="utf-8").splitlines():
        if line.startswith(f"{name}=="):
            return line.split("==", 1)[1].strip()
    raise SetupError(f"{CONSTRAINTS.name} pins no {name}.")


def environment_python() -> Path:
    """Return the Python inside the environment."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _fingerprint() -> str:
    digest = hashlib.sha256(platform.python_version().encode())
    for file in (ROOT / "pyproject.toml", CONSTRAINTS):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _read_stamp() -> dict[str, Any]:
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def _step(what: str, command: Sequence[str], *, hint: str = "") -> None:
    """Run one command, show that it lives, keep its output in the log."""
    started = time.monotonic()
    LOG.parent.mkdir(exist_ok=True)
    show = _Ticker(what, started)
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    lines: list[str] = []
    with subprocess.Popen(
        list(command),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=environment,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            show(line)
    show.close()
    with LOG.open("a", encoding="utf-8") as log:
        log.write(f"\n== {what}\n" + "".join(lines))
    if process.returncode != 0:
        tail = "".join(f"  {line}" for line in lines[-12:])
        raise SetupError(
            f"While {what}, this went wrong:\n{tail}\n{hint}\nThe whole output is in .venv/{LOG.name}."
        )


class _Ticker:
    """One line that says what pip is at; in a terminal it overwrites itself, in a log it is brief."""

    def __init__(self, what: str, started: float) -> None:
        self._what = what
        self._started = started
        self._is_terminal = sys.stdout.isatty()
        self._width = shutil.get_terminal_size((80, 24)).columns - 1
        self._last = 0.0
        self._count = 0
        if not self._is_terminal:
            print(f"  {what} ...", flush=True)

    def __call__(self, line: str) -> None:
        words = line.split()
        if words[:1] == ["Collecting"]:
            self._count += 1
        seconds = time.monotonic() - self._started
        if self._is_terminal and words:
            at = " ".join(words[:2])
            text = f"  {self._what}: {self._count} packages, {at} ({seconds:.0f} s)"
            print("\r" + text[: self._width].ljust(self._width), end="", flush=True)
        elif not self._is_terminal and seconds - self._last > 20:
            self._last = seconds
            print(f"  {self._what}: {self._count} packages, {seconds:.0f} s", flush=True)

    def close(self) -> None:
        seconds = time.monotonic() - self._started
        text = f"  {self._what}: done in {seconds:.0f} s"
        print(("\r" + text.ljust(self._width)) if self._is_terminal else text, flush=True)


def check_qt_plugin() -> None:
    """Ask the dynamic linker what Qt's platform plug-in still misses: only it tells the truth."""
    if platform.system() != "Linux" or shutil.which("ldd") is None:
        return
    name = "libqxcb.so" if has_display() else "libqoffscreen.so"
    for plugin in VENV.glob(f"lib/python*/site-packages/PySide6/Qt/plugins/platforms/{name}"):
        told = subprocess.run(["ldd", str(plugin)], capture_output=True, text=True).stdout
        missing = [line.split()[0] for line in told.splitlines() if "not found" in line]
        known = {**OFFSCREEN_LIBRARIES, **WINDOW_LIBRARIES}
        if missing:
            packages = " ".join(known.get(library, library) for library in missing)
            raise SetupError(
                f"Qt cannot draw: {', '.join(missing)} not found.\n"
                f"  sudo apt install {packages}\nThen run the same command again."
            )


def run(command: str, rest: Sequence[str]) -> int:
    """Run the command inside the environment and return its exit status."""
    python = str(environment_python())
    environment = dict(os.environ)
    if not has_display() and "QT_QPA_PLATFORM" not in environment:
        environment["QT_QPA_PLATFORM"] = "offscreen"
        if command in ("demo", "run"):
            print("No display found: RealFM draws off-screen and writes pictures instead.", flush=True)

    def call(*words: str) -> int:
        return subprocess.run([python, "-m", *words], cwd=ROOT, env=environment).returncode

    commands: dict[str, Callable[[], int]] = {
        "setup": lambda: 0,
        "run": lambda: subprocess.run([python, "-m", "realfm_gui", *rest], env=environment).returncode,
        "demo": lambda: call("realfm_gui", "demo", *([] if has_display() else ["--headless"]), *rest),
        "test": lambda: call("pytest", "-n", "auto", "--dist", "loadfile", *rest),
        "slow": lambda: call("pytest", "-m", "slow", *rest),
        "bench": lambda: call("pytest", "tests/benchmarks", "-m", "benchmark", "-s", "-p", "no:xdist", *rest),
        "lint": lambda: lint(call),
    }
    return commands[command]()


def lint(call: Callable[..., int]) -> int:
    """Run every check of style, types and layers; all of them even when one fails."""
    statuses = [
        call("ruff", "check", "."),
        call("ruff", "format", "--check", "."),
        call("mypy"),
        subprocess.run([str(environment_python().with_name("lint-imports"))], cwd=ROOT).returncode,
    ]
    return max(statuses)


if __name__ == "__main__":
    sys.exit(main())
