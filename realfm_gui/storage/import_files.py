"""What an import leaves besides images: which source became which, and what was refused. Sealed, both."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from realfm_gui.storage.event_log import canonical_json
from realfm_gui.storage.open_study import OpenStudy


class ImportFiles(OpenStudy):
    """The part of a study that remembers how sources were renamed and which were refused."""

    @property
    def refusals_path(self) -> Path:
        """The CSV of files the last import refused; it holds source names."""
        return self._paths.sealed / "refused.csv"

    def write_refusals(self, refused: Sequence[tuple[str, str]]) -> None:
        """Replace the list of refused files: (file, reason)."""
        text = io.StringIO()
        csv.writer(text).writerows([("file", "reason"), *refused])
        self._write(self.refusals_path, text.getvalue().encode())

    def read_refusals(self) -> list[tuple[str, str]]:
        """Return what the last import refused: (file, reason)."""
        if not self.refusals_path.is_file():
            return []
        rows = csv.reader(io.StringIO(self.refusals_path.read_text(encoding="utf-8")))
        return [(row[0], row[1]) for row in list(rows)[1:]]

    def write_uid_map(self, new_of: Mapping[str, str]) -> None:
        """Replace the map from source identifiers (UIDs, patients) to those inside the stored images."""
        self._write(self._uid_map, canonical_json(dict(new_of)).encode())

    def read_uid_map(self) -> dict[str, str]:
        """Return that map; empty before the first import."""
        if not self._uid_map.is_file():
            return {}
        new_of: dict[str, str] = json.loads(self._uid_map.read_bytes())
        return new_of

    @property
    def _uid_map(self) -> Path:
        return self._paths.sealed / "uid-map.json"
