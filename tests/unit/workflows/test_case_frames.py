"""The frames of stored cases, for work without a screen."""

from pathlib import Path

from realfm_gui.domain.case import Case, CaseImage, Split
from realfm_gui.domain.images import WarningKind
from realfm_gui.workflows.case_frames import frames_of
from tests.small_study import make_study
from tests.unit.imaging.made_series import anatomy, write_series


def test_that_what_is_unusual_about_a_series_comes_with_its_frames(tmp_path: Path) -> None:
    paths = write_series(tmp_path, anatomy(6))
    with make_study(tmp_path / "s.study") as store:
        images = []
        for number, path in enumerate(paths):
            if number == 3:
                continue  # a slice that was lost
            name = f"i-a{number:015x}"
            digest = store.add_image(f"{name}.dcm", path.read_bytes())
            image = CaseImage(
                image_id=name, file=f"{name}.dcm", series=0, position=number, salted_sha256=digest
            )
            images.append(image)
        case = Case(case_id="c-000000000000000a", patient_id="p-1", split=Split.READING, images=tuple(images))
        (loaded,) = frames_of(store, [case])
    assert len(loaded.frames) == 5
    assert [warning.kind for warning in loaded.warnings] == [WarningKind.GAP]
