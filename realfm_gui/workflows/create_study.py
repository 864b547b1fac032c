"""Create a study from a protocol."""

from pathlib import Path

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.protocol import parse_protocol
from realfm_gui.storage import StudyStore

SUFFIX = ".study"


def create_study(root: Path, protocol_text: str, *, source: str = "protocol.toml") -> StudyStore:
    """Create the study folder, freeze the protocol into it and return the open study.

    Parameters
    ----------
    root : Path
        Where; ``.study`` is added where the name lacks it, so that the folder says what it is.
    protocol_text : str
        TOML.
    source : str
        The protocol file's name, for messages.
    """
    parse_protocol(protocol_text, source=source)
    if root.suffix != SUFFIX:
        root = root.with_name(root.name + SUFFIX)
    return StudyStore.create(root, protocol_text)


def read_protocol_file(path: Path) -> str:
    """Return a protocol file's text; raise `UserFacingError` where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserFacingError(
            f"The protocol {path.name} cannot be read: {error}.",
            hint="Give a TOML text file; studies/demo/protocol.toml is an example.",
        ) from error
