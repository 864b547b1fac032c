"""What lies where in a study folder, and on which disks a study may lie."""

import re
import sys
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from realfm_gui.domain.case import Split
from realfm_gui.domain.errors import UserFacingError

_PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")

NETWORK_FILE_SYSTEMS = frozenset(
    {
        "9p",
        "afpfs",
        "afs",
        "ceph",
        "cifs",
        "coda",
        "davfs",
        "davfs2",
        "fuse.ceph",
        "fuse.cifs",
        "fuse.davfs2",
        "fuse.glusterfs",
        "fuse.rclone",
        "fuse.s3fs",
        "fuse.smbnetfs",
        "fuse.sshfs",
        "glusterfs",
        "gpfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
        "smb",
        "smb2",
        "smb3",
        "smbfs",
    }
)


def refuse_unsafe_name(name: str) -> str:
    """Return `name` if it can be one file name inside the study folder.

    Raises
    ------
    ValueError
        If it holds a separator, begins with a dot, or could otherwise leave its folder.
    """
    if not _PLAIN_NAME.fullmatch(name):
        raise ValueError(f"{name!r} cannot be the name of a file in a study")
    return name


def staged(path: Path) -> Path:
    """Return where what is to replace a file waits for the event that records it."""
    return path.with_name(path.name + ".staged")


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyPaths:
    """The files of one study folder."""

    root: Path

    @property
    def database(self) -> Path:
        """The event log, its projections and the drafts."""
        return self.root / "study.sqlite"

    @property
    def protocol(self) -> Path:
        """The protocol as authored."""
        return self.root / "protocol.toml"

    @property
    def images(self) -> Path:
        """De-identified images under random ids."""
        return self.root / "images"

    @property
    def predictions(self) -> Path:
        """Fitted heads and prediction runs."""
        return self.root / "predictions"

    @property
    def telemetry(self) -> Path:
        """What was displayed, one file per reading."""
        return self.root / "telemetry"

    @property
    def hanging(self) -> Path:
        """The study's own hanging protocols, every version."""
        return self.root / "hanging"

    @property
    def sealed(self) -> Path:
        """Truth, sources and the salt: nothing a reader's program ever opens."""
        return self.root / "sealed"

    @property
    def salt(self) -> Path:
        """The random bytes that go before every file's content when it is hashed for the log."""
        return self.sealed / "salt.bin"

    @property
    def sources(self) -> Path:
        """Where each case came from."""
        return self.sealed / "sources.json"

    def truth(self, split: Split) -> Path:
        """Return where the reference standard of one split lies."""
        return self.sealed / f"truth-{Split(split).value}.json"

    def lesions(self, split: Split) -> Path:
        """Return where the places of the lesions of one split lie."""
        return self.sealed / f"lesions-{Split(split).value}.json"

    @property
    def replaced_by_staging(self) -> frozenset[Path]:
        """The files of which a recorded version may lie beside their place (see `staged`)."""
        return frozenset(path for split in Split for path in (self.truth(split), self.lesions(split)))

    def image(self, file: str) -> Path:
        """Return where an image lies, by its name relative to ``images/`` (``/`` separates folders)."""
        for part in PurePosixPath(file).parts or ("",):
            refuse_unsafe_name(part)
        return self.images / file

    def head(self, model: str) -> Path:
        """Return where the fitted head of one model lies."""
        return self.predictions / refuse_unsafe_name(model) / "head.bin"

    def run(self, run_id: str) -> Path:
        """Return where the record of one prediction run lies."""
        return self.predictions / refuse_unsafe_name(run_id) / "run.json"

    def prediction(self, run_id: str, case_id: str) -> Path:
        """Return where the output of one run for one case lies."""
        return self.predictions / refuse_unsafe_name(run_id) / f"{refuse_unsafe_name(case_id)}.npz"

    def display_record(self, reader: str, case_id: str, phase: str) -> Path:
        """Return where the record of what was displayed in one reading lies."""
        name = f"{refuse_unsafe_name(case_id)}.{refuse_unsafe_name(phase)}.display"
        return self.telemetry / refuse_unsafe_name(reader) / name

    def relative(self, path: Path) -> str:
        """Return how the log names a file: relative to the study folder, with ``/``."""
        return path.relative_to(self.root).as_posix()


def file_system_type(path: Path, mounts: str) -> str:
    r"""Return the type of the file system that holds `path`, or "" if the table does not say.

    Parameters
    ----------
    path : Path
        An absolute path; it need not exist.
    mounts : str
        The text of ``/proc/mounts``: device, mount point (blanks as ``\040``), type, ...; later lines
        cover earlier ones.
    """
    best_point, best_type = Path(), ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = Path(re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), fields[1]))
        if path.is_relative_to(point) and len(point.parts) >= len(best_point.parts):
            best_point, best_type = point, fields[2]
    # Containers and virtual machines may be served their whole root over 9p; that is still this machine.
    return "" if best_point == Path("/") else best_type


def refuse_network_drive(root: Path) -> None:
    """Raise `UserFacingError` if `root` lies on a network drive; silent where the system does not say.

    SQLite's write-ahead log needs memory shared by every process that has the file open, which no network
    file system offers: two workstations would damage the study without noticing.
    """
    if not sys.platform.startswith("linux"):
        return
    try:
        mounts = Path("/proc/mounts").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return
    kind = file_system_type(root.resolve(), mounts)
    if kind in NETWORK_FILE_SYSTEMS:
        raise UserFacingError(
            f"{root} lies on a network drive ({kind}), where a study could be damaged unnoticed.",
            hint="Keep the study on a disk of this computer; copy it to the network drive when it is closed.",
        )
