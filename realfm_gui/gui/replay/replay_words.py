"""What a replay says in words: which reading, what stands on the screen, how far the check is."""

from collections.abc import Mapping

from realfm_gui.analysis.display.dwell import DwellMap
from realfm_gui.domain.display_record import Absence, Displayed
from realfm_gui.gui.replay.case_places import CasePlaces
from realfm_gui.gui.replay.replay_painter import Checked
from realfm_gui.gui.replay.replay_state import Screen
from realfm_gui.gui.replay.screen_view import is_even
from realfm_gui.gui.widgets.status import State
from realfm_gui.workflows.replay import ReplayChoice, ReplaySource

ERROR_WORDS = {
    "never_displayed": "missed: never displayed",
    "displayed_too_briefly": "missed: displayed too briefly",
    "displayed_and_rejected": "missed: displayed and rejected",
    "changed_after_ai": "wrong after the AI, right before",
    "false_positive": "called where there is nothing",
    "only_reformations_displayed": "missed: only reformations displayed",
    "place_unknown": "missed: place not known",
    "not_recorded": "wrong: display not on record",
}
"""By the values of `ErrorClass`."""


def title_of(choice: ReplayChoice) -> str:
    """Return which reading it is."""
    practice = ", practice" if choice.is_practice else ""
    return f"Case {choice.position}, {choice.reading.phase.value}{practice}, {choice.reader_name}"


def errors_of(choice: ReplayChoice, names: dict[str, str]) -> str:
    """Return what was wrong with its calls, by finding; empty where nothing was, or it is not known."""
    words = "; ".join(
        (f"{names.get(finding, finding)} " if len(names) > 1 else "") + ERROR_WORDS.get(found, found)
        for finding, found in (choice.errors or {}).items()
    )
    return words[:1].upper() + words[1:]


def picture_words(screen: Screen, places: CasePlaces) -> str:
    """Return what stands on the screen: slice, window, zoom, map of the picture that came last."""
    pictures = [shown for shown in screen.panes.values() if isinstance(shown, Displayed)]
    if not pictures:
        paused = Absence.PAUSED in screen.panes.values()
        return "Paused: nothing displayed" if paused else "Nothing displayed"
    last = max(pictures, key=lambda shown: shown.time_ns)
    view = last.view
    parts = []
    if len(screen.visible) > 1:
        parts.append(f"viewport {view.pane + 1} of {len(screen.visible)}")
    if view.cut is not None:
        parts.append(f"{view.cut.get('cut', 'reformation')} cut {view.frame + 1}")
    elif place := places.words(view.frame):
        parts.append(place)
    center = f"{view.window.center:g}".replace("-", "−")
    parts += [f"W {view.window.width:g} L {center}", f"zoom ×{view.place.scale:.2g}"]
    if view.is_inverted:
        parts.append("inverted")
    if view.overlay is not None:
        parts.append(f"heat map at {100 * view.overlay.opacity:.0f} %")
    if view.ai_places:
        parts.append(f"{view.ai_places} place{'s' if view.ai_places > 1 else ''} of the AI")
    if view.lens is not None:
        parts.append("magnifier")
    words = " · ".join(parts)
    return words[:1].upper() + words[1:]


def shading_words(screen: Screen, dwell: Mapping[int, DwellMap]) -> str:
    """Return what the brightest and the darkest parts of a shaded picture mean, or why none is shaded.

    Empty where nothing stands on the screen.
    """
    views = [shown.view for pane in screen.visible if isinstance(shown := screen.panes.get(pane), Displayed)]
    maps = [dwell[view.frame] for view in views if view.cut is None and view.frame in dwell]
    if views and not maps:
        return " · reformations are not shaded"
    if maps and all(is_even(made) for made in maps):
        return " · no shading: all of the image was displayed equally long"
    return f" · brightest {max(made.visible_s.max() for made in maps):.1f} s, darkest 0 s" if maps else ""


def check_words(count: Checked) -> tuple[State, str]:
    """Return how far the check is, with its state."""
    if count.differing or count.missing:
        wrong = count.differing + count.missing
        return State.WARNING, f"{wrong:,} of {count.done:,} pictures are not what was painted"
    if not count.is_over:
        return State.UNDER_WAY, f"Checking: {count.done:,} of {count.total:,} pictures"
    known = count.total - count.unhashed
    return State.DONE, f"Identical to what was painted: {count.identical:,} of {known:,}"


def version_words(source: ReplaySource, program: str) -> str:
    """Return why a replay may differ, or what is missing of it; empty where nothing is."""
    remarks = []
    if not source.is_same_program:
        remarks.append(f"painted by version {', '.join(source.programs)}, this is {program}: it may differ")
    if source.record.is_torn:
        remarks.append("the end of the record was lost in a crash")
    elif not source.record.is_complete:
        remarks.append("the record is not complete")
    words = "; ".join(remarks)
    return words[:1].upper() + words[1:]
