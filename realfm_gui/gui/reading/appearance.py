"""How the reading room looks beyond the application's style sheet: always dark, marked in arm colours."""

from functools import lru_cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics, QIcon
from PySide6.QtWidgets import QLabel, QWidget

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
        f'{segment}[missing="true"] {{ border: 1px dashed {DARK.ink}; }}'
        f'QToolButton[role="tool"] {{ padding: 0; background: transparent; border-color: transparent; }}'
        f'QToolButton[role="tool"]:disabled {{ border-color: transparent; background: transparent; }}'
        f'QToolButton[role="tool"]:hover:enabled {{ background: {DARK.hover}; }}'
        f'QToolButton[role="tool"]:focus {{ border-color: {DARK.accent}; }}'
        f'QToolButton[role="tool"]:checked {{ background: {DARK.selected}; border-color: {DARK.accent}; }}'
        f'QPushButton[role="waiting"] {{ min-height: 24px; font-weight: 500; }}'
        f'QFrame[role="card"] {{ border-radius: 4px; }}'
        # Both have the border, so that nothing moves when another finding is chosen.
        f'QFrame[role="card"][chosen="false"] {{ border: 2px solid {DARK.panel}; }}'
        f'QFrame[role="card"][chosen="true"] {{ border: 2px solid {DARK.ink}; background: #1E1E1E; }}'
        f'QLabel[role="missing"] {{ color: {DARK.ink}; font-size: {SIZE_SMALL}px; font-weight: 500; }}'
        f'QLabel[role="advice"] {{ font-size: {SIZE_BODY}px; }}'
    )


def set_look(widget: QWidget, name: str, value: object) -> None:
    """Set a dynamic property that the style sheet reads, and restyle where it changed."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def keep_room(widget: QWidget) -> None:
    """Let a widget keep its room while it is hidden: controls must not jump from case to case."""
    policy = widget.sizePolicy()
    policy.setRetainSizeWhenHidden(True)
    widget.setSizePolicy(policy)


def reserve_lines(label: QLabel, count: int, size_px: int) -> None:
    """Give a wrapping label the room of so many lines, whatever it says."""
    font = QFont(label.font())
    font.setPixelSize(size_px)
    label.setWordWrap(True)
    label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
    label.setFixedHeight(count * QFontMetrics(font).lineSpacing() + 2)


def icon(name: str, colour: str = DARK.ink) -> QIcon:
    """Return an icon of the Phosphor set; its font is loaded with the first one."""
    import qtawesome

    found: QIcon = qtawesome.icon(f"ph.{name}", color=colour)
    return found
