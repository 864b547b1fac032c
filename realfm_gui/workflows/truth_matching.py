"""Find an image's row in the truth table."""

from collections.abc import Sequence
from pathlib import Path, PurePath, PurePosixPath

from realfm_gui.workflows.truth_table import TruthRow, TruthTable


class TruthMatcher:
    """Matches by file, by patient or by UID, as the table says.

    A file is matched by its name, or by the end of its path where the table gives folders.
    """

    def __init__(self, table: TruthTable) -> None:
        self._table = table
        self._by_name: dict[str, list[tuple[tuple[str, ...], TruthRow]]] = {}
        if table.key_kind == "file":
            for key, row in table.rows.items():
                parts = PurePosixPath(key.replace("\\", "/")).parts
                self._by_name.setdefault(parts[-1], []).append((parts, row))

    def row_for(self, path: Path, *, patient: str, uids: Sequence[str]) -> TruthRow | None:
        """Return the row of an image, or None.

        Parameters
        ----------
        path : Path
            The source file.
        patient : str
            The patient as the source names them.
        uids : sequence of str
            The UIDs that may name the image: instance, series, study.
        """
        match self._table.key_kind:
            case "file":
                return self._by_path(path)
            case "patient":
                # The identifier may come as "issuer|identifier"; tables usually hold the latter.
                return self._table.rows.get(patient) or self._table.rows.get(patient.rpartition("|")[2])
            case _:
                return next((self._table.rows[uid] for uid in uids if uid in self._table.rows), None)

    def _by_path(self, path: PurePath) -> TruthRow | None:
        # The longest match wins: "a/x.png" is meant more exactly than "x.png".
        rows = [
            (len(key), row) for key, row in self._by_name.get(path.name, ()) if path.parts[-len(key) :] == key
        ]
        return max(rows, key=lambda item: item[0])[1] if rows else None
