"""Studies whose cases have many images: stacks, and four large views."""

import io
from collections.abc import Iterable
from pathlib import Path

from realfm_gui.domain.case import Split
from realfm_gui.domain.events import EventKind
from realfm_gui.storage import StudyStore
from tests.gui.reading.conftest import ONE, PROTOCOL, _predict
from tests.unit.imaging.made_objects import quietly
from tests.unit.imaging.made_series import anatomy, ct_slice

SLICES = 6


def make_study_of(root: Path, cases: Iterable[Iterable[bytes]]) -> None:
    """Make a study of cases given by the contents of their files."""
    with StudyStore.create(root, PROTOCOL.format(findings=ONE)) as store:
        ids = []
        for number, contents in enumerate(cases):
            ids.append(f"c-{number:016x}")
            images = []
            for place, content in enumerate(contents):
                image_id = f"i-{number:08x}{place:08x}"
                digest = store.add_image(f"{image_id}.dcm", content)
                images.append(
                    {
                        "image_id": image_id,
                        "file": f"{image_id}.dcm",
                        "series": 0,
                        "position": place,
                        "salted_sha256": digest,
                    }
                )
            store.append(
                EventKind.CASE_ADDED,
                {
                    "case_id": ids[-1],
                    "patient_id": f"p-{number:016x}",
                    "split": Split.READING,
                    "indication": "cough",
                    "images": images,
                },
                actor="coordinator",
            )
        _predict(store, ids, 0, None)


def make_stacks(root: Path, cases: int = 2, series: int = 1) -> None:
    """Make a study of CT series of a few slices."""
    make_study_of(
        root,
        (
            [content for stack in range(series) for content in _stack(f"1.2.{number + 1}.{stack + 1}")]
            for number in range(cases)
        ),
    )


def _stack(uid: str) -> list[bytes]:
    contents = []
    for number, pixels in enumerate(anatomy(SLICES)):
        file = io.BytesIO()
        dataset = ct_slice(pixels, uid=uid, number=number, position=(0.0, 0.0, 2.0 * number))
        quietly(lambda d=dataset, f=file: d.save_as(f, enforce_file_format=True))
        contents.append(file.getvalue())
    return contents
