"""A stored slice number means one slice: studies begun with another order of slices are told so."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from realfm_gui.domain.display_record import ReadingKey
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.frame_order import FRAME_ORDER
from realfm_gui.domain.reading import Phase
from realfm_gui.imaging.series import holds_stack
from realfm_gui.storage import StudyStore, study_store
from realfm_gui.workflows.frame_order import refuse_other_order
from realfm_gui.workflows.lesion_table_import import import_lesions
from realfm_gui.workflows.reading import start_session
from realfm_gui.workflows.replay import ReplayChoice, open_replay
from realfm_gui.workflows.run_model import run_model
from tests.marked_study import CT, MARKED, POSITIVE, add_case, make_marked_study, wrapped
from tests.unit.imaging.made_series import ct_slice

PROTOCOL = MARKED.replace('name = "efficientnet-lite0"', 'name = "precomputed"')


def read(store: StudyStore, folder: Path) -> None:
    start_session(store, "anna")


def predict(store: StudyStore, folder: Path) -> None:
    scores = folder / "scores.csv"
    scores.write_text("file,score\none.dcm,1\n")
    run_model(store, "precomputed", scores=scores)


def locate(store: StudyStore, folder: Path) -> None:
    table = folder / "lesions.csv"
    table.write_text("file,x,y,width,height\none.dcm,4,6,10,5\n")
    assert import_lesions(store, table).refused == ()


def replay(store: StudyStore, folder: Path) -> None:
    key = ReadingKey(reader="anna", case_id=CT, phase=Phase.UNAIDED)
    open_replay(
        store,
        ReplayChoice(reading=key, reader_name="Anna", position=1, is_practice=False, active_ms=1),
    )


DOORS = [read, predict, locate, replay]


@pytest.mark.parametrize("order", [FRAME_ORDER - 1, None])
def test_that_what_names_slices_is_refused_where_they_were_numbered_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, order: int | None
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(study_store, "FRAME_ORDER", order)
        store = make_marked_study(tmp_path, PROTOCOL)
    with store:
        for enter in DOORS:
            with pytest.raises(UserFacingError, match="slices of a stack in another order") as caught:
                enter(store, tmp_path)
            assert "a new study" in caught.value.hint
        assert store.runs() == []


@pytest.mark.parametrize("enter", [predict, locate])
def test_that_a_study_of_this_order_is_open_to_all(
    tmp_path: Path, enter: Callable[[StudyStore, Path], None]
) -> None:
    with make_marked_study(tmp_path, PROTOCOL) as store:
        assert store.creation["frame_order"] == FRAME_ORDER
        enter(store, tmp_path)


def test_that_single_images_have_one_order_in_every_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.new("L", (32, 24)).save(tmp_path / "one.png")
    with monkeypatch.context() as patch:
        patch.setattr(study_store, "FRAME_ORDER", FRAME_ORDER - 1)
        store = StudyStore.create(tmp_path / "old.study", PROTOCOL)
    with store:
        add_case(store, POSITIVE, [wrapped(tmp_path / "one.png")], ["one.png"])
        add_case(store, CT, [ct_file(tmp_path, "1.2.3", 0)], ["0.dcm"])
        refuse_other_order(store)


def test_that_a_stack_is_two_slices_of_one_series_that_have_a_place(tmp_path: Path) -> None:
    for number, series in enumerate(("1.2.3", "1.2.4", "1.2.3")):
        ct_file(tmp_path, series, number)
    paths = [tmp_path / f"{number}.dcm" for number in range(3)]
    (tmp_path / "damaged.dcm").write_bytes(b"no picture any more")
    assert holds_stack(paths)
    assert not holds_stack(paths[:2])
    assert not holds_stack([tmp_path / "damaged.dcm", tmp_path / "absent.dcm", paths[0]])


def ct_file(folder: Path, series: str, number: int) -> bytes:
    path = folder / f"{number}.dcm"
    pixels = np.zeros((24, 32), np.int16)
    dataset = ct_slice(pixels, uid=series, number=number, position=(0.0, 0.0, -2.0 * number))
    dataset.save_as(path, enforce_file_format=True)
    return path.read_bytes()
