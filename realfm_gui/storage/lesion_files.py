"""Where the lesions are: sealed beside the reference standard, one file per split."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

from realfm_gui.domain.case import Split
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.lesion import Lesion
from realfm_gui.storage.event_log import canonical_json
from realfm_gui.storage.open_study import OpenStudy


class LesionFiles(OpenStudy):
    """The part of a study that keeps lesion truth: nothing a reader's program ever opens."""

    def write_lesions(self, split: Split, lesions: Sequence[Lesion]) -> str:
        """Write the lesions that are to replace those of one split and return the file's salted hash.

        Append LESIONS_SEALED with that hash next: until then the lesions before it stand.
        """
        rows = [lesion.to_payload() for lesion in lesions]
        return self._stage(self._paths.lesions(split), canonical_json(rows).encode())

    def read_lesions(self, split: Split) -> list[Lesion]:
        """Return the lesions of one split; empty where none were imported.

        Raises
        ------
        UserFacingError
            If the file is damaged, or not what the log recorded.
        """
        path = self._paths.lesions(split)
        content = self._read_staged(path)
        return [] if content is None else _parsed(path, content)

    @property
    def refused_lesions_path(self) -> Path:
        """The CSV of rows the last import of lesions refused; it may hold source names."""
        return self._paths.sealed / "refused-lesions.csv"

    def write_refused_lesions(self, refused: Sequence[tuple[str, str]]) -> None:
        """Replace the list of refused rows: (row, reason)."""
        text = io.StringIO()
        csv.writer(text).writerows([("row", "reason"), *refused])
        self._write(self.refused_lesions_path, text.getvalue().encode())


def _parsed(path: Path, content: bytes) -> list[Lesion]:
    try:
        return [Lesion.from_payload(row) for row in json.loads(content)]
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise UserFacingError(
            f"{path} is damaged and cannot be read.",
            hint="Run 'realfm verify' on the study and restore the file from your last backup.",
        ) from error
