"""How it looks: colours, sizes and the style sheet.

A reading room at night: the image is the only bright thing. The colours of the arms are Okabe and Ito's
colour-blind-safe set (Okabe M, Ito K. Color Universal Design, jfly.uni-koeln.de/color, 2008); greys are
neutral so that nothing tints the image beside them.
"""

from dataclasses import dataclass, fields

from PySide6.QtWidgets import QWidget

from realfm_gui.resource_files import resource

GRID = 8
"""Every distance is a multiple of this many logical pixels."""

SIZE_SMALL, SIZE_BODY, SIZE_LEAD, SIZE_TITLE, SIZE_DISPLAY = 11, 13, 15, 20, 28
"""The five type sizes, in logical pixels."""

UNAIDED = "#56B4E9"
AIDED = "#E69F00"
AI_ALONE = "#CC79A7"
TRUTH = "#009E73"
"""The arms, everywhere the same."""

TRUTH_ON_IMAGE = "#5FE3BC"
"""The truth's bluish green, lighter: it has to stand out from mid grey, which the other is as dark as."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """Named surfaces and inks; text on any surface keeps a contrast of at least 4.5:1."""

    ground: str
    """Behind the panels."""
    panel: str
    raised: str
    """Fields and buttons on a panel."""
    hover: str
    hairline: str
    ink: str
    ink_quiet: str
    selected: str
    """The chosen row of a list."""
    ink_off: str
    """What cannot be pressed now; meant to recede, so it keeps no contrast."""
    accent: str
    """What can be pressed, and the focus: a neutral, because every hue here is an arm's or a state's."""
    on_accent: str
    good: str
    warn: str
    bad: str


DARK = Palette(
    ground="#0E0E0E",
    panel="#161616",
    raised="#232323",
    hover="#2E2E2E",
    hairline="#333333",
    ink="#E4E4E4",
    ink_quiet="#A0A0A0",
    selected="#2A2A2A",
    ink_off="#6A6A6A",
    accent="#D2D2D2",
    on_accent="#0E0E0E",
    good="#3CB371",
    warn="#E0B040",
    bad="#FF7A6B",
)

LIGHT = Palette(
    ground="#F2F2F2",
    panel="#FFFFFF",
    raised="#F6F6F6",
    hover="#E9E9E9",
    hairline="#D6D6D6",
    ink="#1A1A1A",
    ink_quiet="#5C5C5C",
    selected="#DADADA",
    ink_off="#9A9A9A",
    accent="#333333",
    on_accent="#FFFFFF",
    good="#1E7B48",
    warn="#8A6100",
    bad="#B3261E",
)


def palette_of(widget: QWidget) -> Palette:
    """Return the palette of the page a widget stands on, for what is painted by hand.

    A page is light where it (or an ancestor) has the dynamic property ``surface="light"``.
    """
    here: QWidget | None = widget
    while here is not None:
        surface = here.property("surface")
        if surface is not None:
            return LIGHT if surface == "light" else DARK
        here = here.parentWidget()
    return DARK


def style_sheet(palette: Palette) -> str:
    """Return the application's Qt style sheet for a palette.

    Widgets choose their role by object name or by the dynamic property `role`:
    ``role="primary"`` (the one main button of a screen), ``"quiet"`` (a flat button), ``"panel"``,
    ``"card"``, ``"title"``, ``"display"``, ``"lead"``, ``"caption"`` (quiet small text), ``"heading"``
    (of a section), ``"notice"``, ``"remark"`` (why not), ``"warning"``, ``"bad"``, ``"badge"``,
    ``"door"`` (a large button of the home page), ``"switch"`` (one of the workspaces), ``"step"`` (a
    step of the set-up), ``"tile"``, ``"small"`` (a button in a table), ``"rows"`` (a list of large
    rows), ``"contents"`` (of the help), ``"help"``, ``"hairline"``.
    """
    named = {field.name: getattr(palette, field.name) for field in fields(palette)}
    sheet = resource("themes", "realfm.qss").read_text(encoding="utf-8")
    for name, value in named.items():
        sheet = sheet.replace(f"@{name};", f"{value};")
    for name, size in _SIZES.items():
        sheet = sheet.replace(f"@{name};", f"{size}px;")
    shade = "light" if palette == LIGHT else "dark"
    for name in ("tick", "arrow"):
        for token, suffix in ((f"@{name};", ""), (f"@{name}_off;", "-off")):
            picture = resource("themes", f"{name}-{shade}{suffix}.svg").as_posix()
            sheet = sheet.replace(token, f'url("{picture}");')
    return sheet


_SIZES = {
    "small": SIZE_SMALL,
    "body": SIZE_BODY,
    "lead": SIZE_LEAD,
    "titlesize": SIZE_TITLE,
    "display": SIZE_DISPLAY,
}
