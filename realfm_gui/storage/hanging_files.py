"""The study's own hanging protocols: every version kept, the newest that the log knows in force."""

import re

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.storage.open_study import OpenStudy

_VERSION = re.compile(r"hanging/version-(\d{4})\.toml")


class HangingFiles(OpenStudy):
    """The part of a study that says how its images hang.

    A version is written under a new name and then recorded, so that a crash in between leaves the one before
    in force, and what was in force at any time can be looked up.
    """

    def write_hanging(self, text: str) -> tuple[str, str]:
        """Write the next version (TOML); return its file, relative to the study, and its salted hash.

        It is in force once an event of kind `HANGING_STORED` names both.
        """
        version = 1 + max((number for number, _ in self._hanging_versions()), default=0)
        path = self._paths.hanging / f"version-{version:04d}.toml"
        return self._paths.relative(path), self._write(path, text.encode("utf-8"))

    def discard_hanging(self, file: str) -> None:
        """Delete a version that was written and not recorded."""
        if file not in {known for _, known in self._hanging_versions()}:
            (self.root / file).unlink(missing_ok=True)

    def read_hanging(self) -> str:
        """Return the version in force, "" where the study has none of its own.

        Raises
        ------
        UserFacingError
            If it is missing or not what the log recorded.
        """
        versions = self._hanging_versions()
        if not versions:
            return ""
        _, file = max(versions)
        try:
            return self._read_recorded(self.root / file).decode("utf-8")
        except FileNotFoundError as error:
            raise UserFacingError(
                f"The study {self.root} is incomplete: {file} is missing.",
                hint=f"Restore {file} from your last backup.",
            ) from error

    def _hanging_versions(self) -> list[tuple[int, str]]:
        """Return (number, file) of every version the log knows."""
        files = [str(file) for (file,) in self._rows("SELECT file FROM files WHERE file LIKE 'hanging/%'")]
        return [(int(match[1]), file) for file in files if (match := _VERSION.fullmatch(file))]
