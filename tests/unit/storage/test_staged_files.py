"""Truth and lesions are replaced whole: killed at any moment, what the log recorded is what is read."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from realfm_gui.domain.case import Split
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.events import EventKind
from realfm_gui.domain.lesion import Lesion, LesionRegion
from realfm_gui.domain.mark import MarkShape
from realfm_gui.storage import StudyStore, verify_study

from .scenario import CASES, PROTOCOL, add_case, labels

SPLIT = Split.READING

Write = Callable[[StudyStore, bool], str]
Read = Callable[[StudyStore, Split], Sequence[object]]


class KilledError(BaseException):
    """What stands for a kill."""


def truth(store: StudyStore, is_second: bool) -> str:
    return store.write_truth(SPLIT, [replace(label, is_present=is_second) for label in labels()])


def lesions(store: StudyStore, is_second: bool) -> str:
    region = LesionRegion(
        frame=0, shape=MarkShape.BOX, points=((1.0, 2.0), (3.0, 5.0 + is_second)), stack=(0, 0),
        spacing_mm=None, aspect=1.0,
    )  # fmt: skip
    return store.write_lesions(
        SPLIT, [Lesion(lesion_id="1", case_id=CASES[0], finding="pneumonia", regions=(region,))]
    )


KINDS: dict[str, tuple[Write, EventKind, Read]] = {
    "truth": (truth, EventKind.TRUTH_SEALED, StudyStore.read_truth),
    "lesions": (lesions, EventKind.LESIONS_SEALED, StudyStore.read_lesions),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    with StudyStore.create(tmp_path / "a.study", PROTOCOL) as store:
        add_case(store, CASES[0])
    return tmp_path / "a.study"


def seal(store: StudyStore, kind: str, *, is_second: bool) -> None:
    write, event, _ = KINDS[kind]
    store.append(event, {"split": SPLIT, "salted_sha256": write(store, is_second)}, actor="c")


@pytest.mark.parametrize("kind", KINDS)
def test_that_an_import_killed_before_its_event_leaves_what_was(root: Path, kind: str) -> None:
    write, _, read = KINDS[kind]
    with StudyStore.open(root) as store:
        seal(store, kind, is_second=False)
        before = read(store, SPLIT)
        write(store, True)
    with StudyStore.open(root) as again:
        assert read(again, SPLIT) == before
        assert verify_study(root).is_ok
        seal(again, kind, is_second=True)
        assert read(again, SPLIT) != before
    assert verify_study(root).is_ok
    assert not list((root / "sealed").glob("*.staged"))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("is_first", [True, False])
def test_that_an_import_killed_after_its_event_lost_nothing(
    root: Path, monkeypatch: pytest.MonkeyPatch, kind: str, is_first: bool
) -> None:
    read = KINDS[kind][2]

    def killed(store: StudyStore, path: Path) -> None:
        raise KilledError

    with StudyStore.open(root) as store:
        if not is_first:
            seal(store, kind, is_second=False)
        with monkeypatch.context() as patch:
            patch.setattr(StudyStore, "_put_in_place", killed)
            with pytest.raises(KilledError):
                seal(store, kind, is_second=True)
    with StudyStore.open(root, read_only=True) as again:
        found = read(again, SPLIT)
        assert verify_study(root).is_ok
    with StudyStore.open(root) as again:
        seal(again, kind, is_second=True)  # what is sealed next is of the same content
        assert read(again, SPLIT) == found
    assert not list((root / "sealed").glob("*.staged"))


@pytest.mark.parametrize("kind", KINDS)
def test_that_what_no_event_knows_counts_for_nothing_wherever_it_lies(root: Path, kind: str) -> None:
    write, _, read = KINDS[kind]
    with StudyStore.open(root) as store:
        write(store, True)
        [waiting] = (root / "sealed").glob("*.staged")
        forged = waiting.rename(waiting.with_suffix(""))
        assert forged.name == f"{kind}-reading.json"
        if kind == "truth":
            assert not store.has_truth(SPLIT)
        else:
            assert read(store, SPLIT) == []
        seal(store, kind, is_second=False)
        forged.with_name(forged.name + ".staged").write_bytes(forged.read_bytes() + b"\n")
        before = read(store, SPLIT)
        forged.write_bytes(forged.read_bytes() + b" ")
        with pytest.raises(UserFacingError, match="has changed since the log recorded it"):
            read(store, SPLIT)
    assert before
    assert [problem.file for problem in verify_study(root).problems] == [f"sealed/{kind}-reading.json"]


def test_that_only_what_is_read_from_beside_a_file_makes_up_for_it(root: Path) -> None:
    [image, _] = sorted((root / "images").iterdir())
    image.with_name(image.name + ".staged").write_bytes(image.read_bytes())
    image.write_bytes(b"another picture")
    assert f"images/{image.name}" in {problem.file for problem in verify_study(root).problems}
