"""Setting up: what is missing is named, with the line that brings it."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def bootstrap(repository: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap", repository / "packaging" / "bootstrap.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_that_an_old_python_is_refused_by_name(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 10, 4))
    monkeypatch.setattr(bootstrap.platform, "python_version", lambda: "3.10.4")
    with pytest.raises(bootstrap.SetupError, match=r"needs Python 3\.11 or newer; this is Python 3\.10\.4"):
        bootstrap.check_python()


def test_that_missing_system_libraries_are_named_with_the_apt_line(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap.platform, "system", lambda: "Linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(
        bootstrap, "_loads", lambda library: library not in {"libGL.so.1", "libxcb-icccm.so.4"}
    )
    with pytest.raises(bootstrap.SetupError, match=r"apt install libgl1\n"):
        bootstrap.check_libraries()
    monkeypatch.setenv("DISPLAY", ":0")
    with pytest.raises(bootstrap.SetupError, match=r"apt install libgl1 libxcb-icccm4\n"):
        bootstrap.check_libraries()


def test_that_a_library_that_does_not_exist_counts_as_missing(bootstrap: ModuleType) -> None:
    assert not bootstrap._loads("librealfm-no-such-thing.so.1")


def test_that_a_finished_set_up_starts_nothing(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    calls: list[str] = []
    monkeypatch.setattr(bootstrap, "_step", lambda what, command, hint="": calls.append(what))
    monkeypatch.setattr(bootstrap, "VENV", tmp_path)
    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / "stamp.json")
    monkeypatch.setattr(bootstrap, "environment_python", lambda: Path(sys.executable))
    bootstrap.set_up(("test",), None)
    assert calls == ["installing libraries"]
    bootstrap.set_up((), None)
    bootstrap.set_up(("test",), None)
    assert calls == ["installing libraries"]
    bootstrap.set_up(("lint",), None)
    assert calls == ["installing libraries"] * 2
    assert bootstrap._read_stamp()["extras"] == ["lint", "test"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["setup"], None),
        (["setup", "--cpu"], ""),
        (["setup", "--cpu", "https://example.org/cpu"], "https://example.org/cpu"),
        (["--cpu=https://example.org/cpu", "test", "-k", "clock"], "https://example.org/cpu"),
    ],
)
def test_that_the_wish_for_the_cpu_build_arrives_in_either_order(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, words: list[str], expected: str | None
) -> None:
    seen: list[object] = []
    monkeypatch.setattr(bootstrap, "check_libraries", lambda: None)
    monkeypatch.setattr(bootstrap, "check_qt_plugin", lambda: None)
    monkeypatch.setattr(bootstrap, "set_up", lambda extras, cpu: seen.append(cpu))
    monkeypatch.setattr(bootstrap, "run", lambda command, rest: seen.append(rest) or 0)
    assert bootstrap.main(words) == 0
    assert seen == [expected, ["-k", "clock"] if "-k" in words else []]


def test_that_it_needs_the_standard_library_only(repository: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-I", "-S", str(repository / "packaging" / "bootstrap.py"), "--help"],
        capture_output=True,
        text=True,
    )
    assert told.returncode == 0, told.stderr


def test_that_every_dependency_is_pinned(repository: Path) -> None:
    import tomllib

    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(d for extra in project["optional-dependencies"].values() for d in extra),
    ]
    names = {_normal(re.split(r"[<>=!~ \[;]", dependency)[0]) for dependency in wanted}
    pinned = {
        _normal(line.split("==")[0])
        for line in (repository / "packaging" / "constraints.txt").read_text(encoding="utf-8").splitlines()
        if "==" in line
    }
    assert names <= pinned, sorted(names - pinned)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
