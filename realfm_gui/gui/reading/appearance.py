"""How the reading room looks beyond the application's style sheet: always dark, marked in arm colours."""

from functools import lru_cache

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QWidget

from realfm_gui.domain.reading import Phase
from realfm_gui.gui.theme import AI_ALONE, AIDED, DARK, SIZE_BODY, SIZE_SMALL, UNAIDED, style_sheet

ARM_COLOUR = {Phase.UNAIDED: UNAIDED, Phase.AIDED: AIDED}

PANEL_WIDTH = 344
"""Of the right column, in logical pixels."""


@lru_cache(maxsize=1)
def room_sheet() -> str:
    """Return the style sheet of the reading room: the dark theme whatever the rest of the window wears."""
    segment = 'QPushButton[segment="true"]'
    return style_sheet(DARK) + (
        f"{segment} {{ padding: 0 2px; min-height: 26px; border-radius: 3px; font-size: {SIZE_BODY}px; }}"
        f'{segment}[compact="true"] {{ font-size: {SIZE_SMALL}px; min-height: 22px; padding: 0 4px; }}'
        f"{segment}:focus {{ border-color: {DARK.ink}; }}"
        f'{segment}[arm="unaided"]:checked {{ background: {UNAIDED}; border-color: {UNAIDED}; '
        f"color: {DARK.on_accent}; }}"
        f'{segment}[arm="aided"]:checked {{ background: {AIDED}; border-color: {AIDED}; '
        f"color: {DARK.on_accent}; }}"
        f'{segment}[arm="ai"]:checked {{ background: {DARK.raised}; border-color: {AI_ALONE}; '
        f"color: {AI_ALONE}; }}"
        f"{segment}:checked:focus {{ border-color: {DARK.ink}; }}"
        f'{segment}[missing="true"] {{ border-color: {DARK.warn}; }}'
        f'QFrame[role="card"][chosen="true"] {{ border-color: {DARK.ink_quiet}; }}'
        f'QPushButton[role="waiting"] {{ min-height: 24px; font-weight: 500; }}'
        f'QFrame[role="card"] {{ border-radius: 4px; }}'
    )


def set_look(widget: QWidget, name: str, value: object) -> None:
    """Set a dynamic property that the style sheet reads, and restyle where it changed."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def icon(name: str, colour: str = DARK.ink) -> QIcon:
    """Return an icon of the Phosphor set; its font is loaded with the first one."""
    import qtawesome

    found: QIcon = qtawesome.icon(f"ph.{name}", color=colour)
    return found
