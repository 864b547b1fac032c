"""Images under random ids, and what stays apart from them: truth and sources."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from realfm_gui.domain.case import Split
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.truth import TruthLabel
from realfm_gui.storage.event_log import canonical_json
from realfm_gui.storage.open_study import OpenStudy


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRecord:
    """Where one image came from. Written to ``sealed/sources.json`` and nowhere else.

    `path` is as given on import; the UIDs and `source_patient` are the source's own; `sha256` is over the
    bytes of the source file, to recognise it when it is imported again. `is_prior` says that it is of an
    examination before the case's current one, which neither truth nor predictions are about.
    """

    case_id: str
    patient_id: str
    image_id: str
    path: str
    source_patient: str
    study_uid: str
    series_uid: str
    sop_uid: str
    sha256: str
    split: Split
    is_prior: bool = False


class SealedFiles(OpenStudy):
    """The part of a study that keeps images, truth and sources in files of their own."""

    def add_image(self, file: str, content: bytes) -> str:
        """Store a de-identified image and return its salted hash.

        Raises
        ------
        ValueError
            If there already is an image of this name, or the name is unsafe.
        UserFacingError
            If the disk is full; nothing of the image stays.
        """
        path = self._paths.image(file)
        if path.exists():
            raise ValueError(f"the study already has an image {file}")
        return self._write(path, content)

    def image_path(self, file: str) -> Path:
        """Return where an image lies, by its name relative to ``images/``."""
        return self._paths.image(file)

    def discard_image(self, file: str) -> None:
        """Delete an image whose case was never added (a cancelled import); ValueError if it was."""
        self._refuse_writing()
        path = self._paths.image(file)
        if self._recorded_hash(path) is not None:
            raise ValueError(f"image {file} belongs to a case")
        path.unlink(missing_ok=True)

    def write_truth(self, split: Split, labels: Sequence[TruthLabel]) -> str:
        """Write the reference standard that is to replace that of one split and return its salted hash.

        Append TRUTH_SEALED with that hash next: until then the one before it stands.
        """
        rows = [
            {
                "case_id": label.case_id,
                "finding": label.finding,
                "is_present": label.is_present,
                "subgroups": dict(label.subgroups),
            }
            for label in labels
        ]
        return self._stage(self._paths.truth(split), canonical_json(rows).encode())

    def read_truth(self, split: Split) -> list[TruthLabel]:
        """Return the reference standard of one split; `UserFacingError` if there is none."""
        path = self._paths.truth(split)
        content = self._read_staged(path)
        if content is None:
            raise UserFacingError(
                f"The study {self.root} has no truth for its {Split(split).value} cases.",
                hint="Import it: realfm import STUDY PATH... --truth TRUTH.csv",
            )
        return [TruthLabel(**row) for row in _parsed(path, content)]

    def has_truth(self, split: Split) -> bool:
        """Return whether there is a reference standard for this split."""
        path = self._paths.truth(split)
        return self._recorded_hash(path) is not None and self._as_recorded(path).is_file()

    def write_sources(self, sources: Sequence[SourceRecord]) -> str:
        """Replace the list of sources and return its salted hash (it goes into IMPORT_FINISHED)."""
        rows = [asdict(source) for source in sources]
        return self._write(self._paths.sources, canonical_json(rows).encode())

    def read_sources(self) -> list[SourceRecord]:
        """Return where every image came from; empty before the first import.

        An import that was killed may have left sources whose case no event knows: look cases up in the log.
        """
        if not self._paths.sources.is_file():
            return []
        rows = _parsed(self._paths.sources, self._paths.sources.read_bytes())
        return [SourceRecord(**{**row, "split": Split(row["split"])}) for row in rows]


def _parsed(path: Path, content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError as error:
        raise UserFacingError(
            f"{path} is damaged and cannot be read.",
            hint="Run 'realfm verify' on the study and restore the file from your last backup.",
        ) from error
