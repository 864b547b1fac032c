"""Everything the keyboard can do in the reading room: one table for shortcuts, tooltips and the key sheet.

The digits give the confidence, and the likelihood only while its scale has the keyboard focus (Tab or L):
confidence has few levels and is answered on every case with one press, while a likelihood needs up to three.
"""

from dataclasses import dataclass

from realfm_gui.domain.measurement import MeasurementKind
from realfm_gui.gui.viewer.measuring_tools import KINDS

CONFIDENCE_KEYS = 9
PRESET_KEYS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Something the reader can do.

    `keys` are in Qt's portable notation, the first one shown; `action` is the method of the reading page
    (or, with a dot, of a part of it) that does it, called with `argument` where there is one. A command that
    `is_held` lasts as long as its key is down and is no shortcut.
    """

    id: str
    title: str
    keys: tuple[str, ...]
    action: str
    group: str
    argument: int | None = None
    is_held: bool = False
    repeats: bool = False
    """Whether a held key repeats it: scrolling and nudging do, answers never."""
    icon: str = ""
    """Of the tool bar, a name of Material Design Icons; empty for what has no button there."""
    shown_as: str = ""
    """How the key sheet writes the keys where it is not simply their names."""
    is_listed: bool = True
    """False for the siblings of a listed command (digits 2 to 9)."""


ANSWER, MEASURE, PICTURE, STACK = "Answer", "Measure", "Picture", "Slices"
VIEWS, AI, ROOM = "Viewports", "AI", "Room"
GROUPS = (ANSWER, MEASURE, PICTURE, STACK, VIEWS, AI, ROOM)


def _digits(what: str, title: str, *, prefix: str, action: str, group: str, count: int) -> list[Command]:
    return [
        Command(
            id=f"{what}-{n}",
            title=title,
            keys=(f"{prefix}{n}",),
            action=action,
            argument=n,
            group=group,
            shown_as=f"{prefix}1 … {prefix}{count}",
            is_listed=n == 1,
        )
        for n in range(1, count + 1)
    ]


_TOOLS = (
    (MeasurementKind.LENGTH, "Length", "D", "ruler"),
    (MeasurementKind.ANGLE, "Angle", "A", "angle-acute"),
    (MeasurementKind.COBB, "Cobb angle", "C", "angle-obtuse"),
    (MeasurementKind.RECTANGLE, "Rectangle: area and values", "B", "rectangle-outline"),
    (MeasurementKind.ELLIPSE, "Ellipse: area and values", "E", "ellipse-outline"),
    (MeasurementKind.FREEHAND, "Outline by hand: area and values", "G", "lasso"),
    (MeasurementKind.PROBE, "Value of a pixel", "Q", "eyedropper"),
)


def _tools() -> list[Command]:
    return [
        Command(
            id=f"tool-{kind}",
            title=title,
            keys=(key,),
            action="box.tools.choose",
            argument=KINDS.index(kind),
            group=MEASURE,
            icon=icon,
        )
        for kind, title, key, icon in _TOOLS
    ]


COMMANDS: tuple[Command, ...] = (
    Command(id="primary", title="Lock or submit the answer", keys=("Return", "Enter"),
            action="request_primary", group=ANSWER),
    Command(id="likelihood-up", title="Likelihood +1", keys=("Right",), action="nudge_likelihood",
            argument=1, group=ANSWER),
    Command(id="likelihood-down", title="Likelihood −1", keys=("Left",), action="nudge_likelihood",
            argument=-1, group=ANSWER),
    Command(id="likelihood-up-10", title="Likelihood +10", keys=("Shift+Right",), action="nudge_likelihood",
            argument=10, group=ANSWER),
    Command(id="likelihood-down-10", title="Likelihood −10", keys=("Shift+Left",), action="nudge_likelihood",
            argument=-10, group=ANSWER),
    Command(id="likelihood-up-25", title="Likelihood to the next of 0, 25, 50, 75, 100", keys=("Ctrl+Right",),
            action="step_likelihood", argument=1, group=ANSWER, shown_as="Ctrl+→ or Ctrl+←"),
    Command(id="likelihood-down-25", title="Likelihood to the one before of 0, 25, 50, 75, 100",
            keys=("Ctrl+Left",), action="step_likelihood", argument=-1, group=ANSWER, is_listed=False),
    Command(id="likelihood-type", title="Type the likelihood; again: digits are confidence", keys=("L",),
            action="type_likelihood", group=ANSWER),
    Command(id="recall-yes", title="Recall: yes", keys=("Y",), action="choose_recall", argument=1,
            group=ANSWER),
    Command(id="recall-no", title="Recall: no", keys=("N",), action="choose_recall", argument=0,
            group=ANSWER),
    *_digits("confidence", "Confidence", prefix="", action="choose_confidence", group=ANSWER,
             count=CONFIDENCE_KEYS),
    Command(id="next-finding", title="Next finding", keys=("J",), action="select_finding", argument=1,
            group=ANSWER),
    Command(id="previous-finding", title="Previous finding", keys=("K",), action="select_finding",
            argument=-1, group=ANSWER),
    Command(id="non-diagnostic", title="Non-diagnostic", keys=("Alt+1",), action="toggle_flag", argument=0,
            group=ANSWER),
    Command(id="technical-fault", title="Technical fault", keys=("Alt+2",), action="toggle_flag", argument=1,
            group=ANSWER),
    Command(id="remembered", title="I remember this case", keys=("Alt+3",), action="toggle_flag", argument=2,
            group=ANSWER),
    Command(id="tool-none", title="No tool: window, zoom and pan", keys=("Escape",),
            action="marks.leave", group=MEASURE, icon="cursor-default-outline"),
    Command(id="tool-mark", title="Mark a lesion and rate it", keys=("T",), action="marks.toggle_tool",
            group=MEASURE, icon="target"),
    Command(id="mark-next", title="Next mark", keys=("Shift+T",), action="marks.go_to_next", group=MEASURE),
    *_tools(),
    Command(id="undo", title="Undo", keys=("Ctrl+Z",), action="marks.undo", group=MEASURE,
            icon="undo"),
    Command(id="redo", title="Redo", keys=("Ctrl+Shift+Z", "Ctrl+Y"), action="marks.redo",
            group=MEASURE, icon="redo"),
    Command(id="delete", title="Delete the selected mark or measurement", keys=("Delete", "Backspace"),
            action="marks.delete", group=MEASURE, icon="trash-can-outline"),
    Command(id="invert", title="Invert", keys=("I",), action="viewport.invert", group=PICTURE),
    Command(id="window-entry", title="Type the window", keys=("W",), action="type_window", group=PICTURE,
            icon="contrast-circle"),
    Command(id="fit", title="Fit (or double-click)", keys=("F",), action="viewport.fit", group=PICTURE),
    Command(id="one-to-one", title="One to one", keys=("O",), action="viewport.one_to_one", group=PICTURE),
    Command(id="exact", title="Pixels as they are, or smooth", keys=("Shift+O",),
            action="viewport.toggle_exact", group=PICTURE),
    Command(id="zoom-in", title="Zoom in", keys=("+", "="), action="viewport.zoom_in", group=PICTURE),
    Command(id="zoom-out", title="Zoom out", keys=("-",), action="viewport.zoom_out", group=PICTURE),
    Command(id="reset", title="Reset window, zoom and turn", keys=("R",), action="viewport.reset",
            group=PICTURE),
    *_digits("preset", "Window preset", prefix="Ctrl+", action="viewport.choose_preset", group=PICTURE,
             count=PRESET_KEYS),
    Command(id="rotate-right", title="Turn right", keys=(".",), action="viewport.rotate", argument=1,
            group=PICTURE, icon="rotate-right"),
    Command(id="rotate-left", title="Turn left", keys=(",",), action="viewport.rotate", argument=-1,
            group=PICTURE),
    Command(id="flip-across", title="Flip left and right", keys=("X",), action="viewport.flip_across",
            group=PICTURE, icon="flip-horizontal"),
    Command(id="flip-down", title="Flip top and bottom", keys=("Shift+X",), action="viewport.flip_down",
            group=PICTURE, icon="flip-vertical"),
    Command(id="magnify", title="Hold to magnify", keys=("M",), action="box.magnify", group=PICTURE,
            is_held=True),
    Command(id="annotations", title="The picture alone, or all that is on it", keys=("U",),
            action="box.toggle_annotations", group=PICTURE, icon="eye-off-outline"),
    Command(id="text", title="Show or hide the corner text", keys=("H",), action="box.toggle_text",
            group=PICTURE),
    Command(id="slice-up", title="Previous slice", keys=("Up", "PgUp"), action="viewport.step", argument=-1,
            group=STACK),
    Command(id="slice-down", title="Next slice", keys=("Down", "PgDown"), action="viewport.step", argument=1,
            group=STACK),
    Command(id="slice-first", title="First slice", keys=("Home",), action="viewport.go_to_end", argument=-1,
            group=STACK),
    Command(id="slice-last", title="Last slice", keys=("End",), action="viewport.go_to_end", argument=1,
            group=STACK),
    Command(id="series-next", title="Next series", keys=("S",), action="step_series", argument=1,
            group=STACK),
    Command(id="series-previous", title="Previous series", keys=("Shift+S",), action="step_series",
            argument=-1, group=STACK),
    Command(id="cine", title="Play the slices or stop", keys=("Z",), action="box.toggle_cine",
            group=STACK, icon="play"),
    Command(id="cine-faster", title="Play faster", keys=("Shift+PgUp",), action="viewport.cine.change_speed",
            argument=1, group=STACK),
    Command(id="cine-slower", title="Play slower", keys=("Shift+PgDown",),
            action="viewport.cine.change_speed", argument=-1, group=STACK),
    Command(id="layouts", title="Choose a layout", keys=("Ctrl+G",), action="show_layouts", group=VIEWS,
            icon="view-grid-outline"),
    Command(id="layout-1", title="One viewport", keys=("F5",), action="box.choose_layout", argument=0,
            group=VIEWS),
    Command(id="layout-2", title="Two side by side", keys=("F6",), action="box.choose_layout", argument=1,
            group=VIEWS),
    Command(id="layout-4", title="Two by two", keys=("F7",), action="box.choose_layout", argument=2,
            group=VIEWS),
    Command(id="mpr", title="The series and three cuts (MPR)", keys=("F8",), action="box.show_mpr",
            group=VIEWS, icon="axis-arrow"),
    Command(id="hang", title="As the case opened", keys=("F9",), action="hang_again", group=VIEWS),
    Command(id="maximise", title="Maximise, or back (or double-click)", keys=("Shift+F",),
            action="box.toggle_maximised", group=VIEWS),
    Command(id="pane-next", title="Next viewport", keys=("Alt+Right", "Alt+Down"),
            action="box.activate_next", argument=1, group=VIEWS),
    Command(id="pane-previous", title="Previous viewport", keys=("Alt+Left", "Alt+Up"),
            action="box.activate_next", argument=-1, group=VIEWS),
    Command(id="linked", title="Scroll viewports together or alone", keys=("Ctrl+L",),
            action="box.toggle_linked", group=VIEWS, icon="link-variant"),
    Command(id="match", title="Link at these slices (for a prior)", keys=("Ctrl+Shift+L",),
            action="box.match_slices", group=VIEWS),
    Command(id="lines", title="Reference lines", keys=("Shift+L",), action="box.toggle_lines", group=VIEWS),
    Command(id="cursor", title="3-D cursor", keys=("Shift+C",), action="box.toggle_cursor", group=VIEWS,
            icon="cube-scan"),
    Command(id="cut-axial", title="Axial cut", keys=("Alt+A",), action="box.show_plane", argument=0,
            group=VIEWS),
    Command(id="cut-coronal", title="Coronal cut", keys=("Alt+C",), action="box.show_plane", argument=1,
            group=VIEWS),
    Command(id="cut-sagittal", title="Sagittal cut", keys=("Alt+S",), action="box.show_plane", argument=2,
            group=VIEWS),
    Command(id="cut-none", title="The series as acquired", keys=("Alt+O",), action="box.show_plane",
            argument=-1, group=VIEWS),
    Command(id="cut-straight", title="Straighten turned cuts", keys=("Alt+R",),
            action="box.cuts.straighten", group=VIEWS),
    Command(id="slab-thicker", title="Thicker slab", keys=("Ctrl+Up",), action="box.cuts.step_slab",
            argument=1, group=VIEWS),
    Command(id="slab-thinner", title="Thinner slab", keys=("Ctrl+Down",), action="box.cuts.step_slab",
            argument=-1, group=VIEWS),
    Command(id="slab-shows", title="Slab: mean, maximum or minimum", keys=("Alt+M",),
            action="box.cuts.next_projection", group=VIEWS),
    Command(id="own-window", title="Images in a window of their own, or back", keys=("Ctrl+Shift+M",),
            action="toggle_image_window", group=VIEWS),
    Command(id="ai-next", title="Next place that the AI marks", keys=("]", "Ctrl+Space"), action="ai.step",
            argument=1, group=AI),
    Command(id="ai-previous", title="Previous place that the AI marks", keys=("[", "Ctrl+Shift+Space"),
            action="ai.step", argument=-1, group=AI),
    Command(id="map", title="AI on the image: on or off", keys=("Space",), action="box.toggle_overlay",
            group=AI),
    Command(id="peek", title="Hold to show or hide the AI", keys=("V",), action="box.peek",
            group=AI, is_held=True),
    Command(id="pause", title="Pause or go on", keys=("P", "Pause"), action="request_pause", group=ROOM),
    Command(id="palette", title="Find a command", keys=("Ctrl+K",), action="show_palette", group=ROOM),
    Command(id="keys", title="List of keys", keys=("F1", "?"), action="show_keys", group=ROOM),
    Command(id="leave", title="Stop for now", keys=("Ctrl+W",), action="request_leave", group=ROOM),
)  # fmt: skip


def command(command_id: str) -> Command:
    """Return a command by its id."""
    return next(c for c in COMMANDS if c.id == command_id)


def key_name(key: str) -> str:
    """Return a key as it is written on a keyboard."""
    named = {
        "Escape": "Esc",
        "Delete": "Del",
        "Return": "⏎",
        "Left": "←",
        "Right": "→",
        "Up": "↑",
        "Down": "↓",
        "Space": "Space",
    }
    modifiers, plus, start = key[:-1].rpartition("+")  # the last character may itself be a plus
    last = start + key[-1]
    return f"{modifiers}{plus}{named.get(last, last)}"
