"""Which hanging rules a study is read by: its own ones before the built-in ones; and how they are changed.

The display is part of what was asked of the readers, so the study's own protocols lie in the study folder,
every version of them, recorded in the log by their hash; once somebody has read they stay as they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from realfm_gui.domain.case import Split
from realfm_gui.domain.changes import Changes
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.events import EventKind
from realfm_gui.imaging.hanging_files import load_hanging, parse_hanging
from realfm_gui.imaging.hanging_rules import HangingProtocol, ImageTags
from realfm_gui.imaging.hanging_writing import written_hanging
from realfm_gui.imaging.hung_panes import HangingRules
from realfm_gui.imaging.presets import load_presets
from realfm_gui.resource_files import resource
from realfm_gui.storage import StudyStore

ACTOR = "coordinator"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFiles:
    """The stored images of a case."""

    case_id: str
    split: Split
    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyHanging:
    """What the editor opens with: the rules in force, the cases they are for, and whether they are fixed."""

    rules: HangingRules
    cases: tuple[CaseFiles, ...]
    is_fixed: bool


def hanging_rules(store: StudyStore | None = None) -> HangingRules:
    """Return the rules in force; files are read, so not on the window's thread.

    Parameters
    ----------
    store : StudyStore, optional
        The study; only the built-in rules without it.

    Raises
    ------
    UserFacingError
        Naming the file that cannot be used and what is wrong in it.
    """
    return HangingRules(
        protocols=load_hanging(resource("hanging")),
        own=() if store is None else own_hanging(store),
        presets=load_presets(resource("presets")),
    )


def own_hanging(store: StudyStore) -> tuple[HangingProtocol, ...]:
    """Return the study's own protocols, none where it has none."""
    text = store.read_hanging()
    return parse_hanging(text, "the study's hanging protocols") if text else ()


def study_hanging(store: StudyStore) -> StudyHanging:
    """Collect what the editor opens with."""
    cases = tuple(
        CaseFiles(
            case_id=case.case_id,
            split=case.split,
            paths=tuple(store.image_path(image.file) for image in case.images),
        )
        for case in store.cases(Split.READING, Split.TRAINING)
    )
    return StudyHanging(rules=hanging_rules(store), cases=cases, is_fixed=bool(store.readings()))


def store_hanging(store: StudyStore, protocols: Sequence[HangingProtocol]) -> Changes:
    """Make these the study's own protocols: a new version, recorded in the log.

    Raises
    ------
    UserFacingError
        If somebody has read already, or what is written could not be read again.
    """
    text = written_hanging(protocols)
    parse_hanging(text, "the study's hanging protocols")
    file, salted = store.write_hanging(text)
    try:
        store.append(EventKind.HANGING_STORED, {"file": file, "salted_sha256": salted}, actor=ACTOR)
    except UserFacingError:
        store.discard_hanging(file)
        raise
    return Changes(study=True)


def images_of(files: CaseFiles) -> tuple[ImageTags, ...]:
    """Return what hanging rules are told of a case; its headers are read, its pixels are not.

    Raises
    ------
    UnreadableImage
        If a stored file cannot be read.
    """
    from realfm_gui.imaging.header_frames import header_frames
    from realfm_gui.imaging.series import arrange
    from realfm_gui.imaging.series_tags import image_tags, series_numbers

    frames = arrange([frame for path in files.paths for frame in header_frames(path)]).frames
    return tuple(image_tags(frames, series_numbers(frames)))
