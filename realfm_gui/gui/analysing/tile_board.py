"""The tiles in their groups; all tiles are equally wide, so that their lines compare."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QRect, QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from realfm_gui.gui.analysing.tiles import HEIGHT, Tile, common_span
from realfm_gui.gui.widgets.labels import ElidedLabel

GROUPS = (
    ("augment", "As an aid", "aided minus unaided"),
    ("safety", "Where the model is wrong", "change of accuracy"),
    ("replace", "In place of readers", "model minus readers"),
)
WIDE = 1100
"""From this width on, the first two groups stand side by side."""
_GAP, _HEAD, _BETWEEN = 8, 24, 12


class TileBoard(QWidget):
    """Groups of tiles that reflow with the width.

    Signals
    -------
    tile_opened(object Tile)
        The user wants to know how it was computed.
    """

    tile_opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tiles: list[Tile] = []
        self._groups: list[tuple[ElidedLabel, list[Tile]]] = []
        self._needed = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_tiles(self, results: Mapping[str, Any]) -> None:
        """Show ``verdict.tiles`` of one finding."""
        for head, tiles in self._groups:
            for old in (head, *tiles):
                old.setParent(None)
                old.deleteLater()
        shown = results["verdict"]["tiles"]
        span = common_span(shown)
        level = f"{100 * (1 - results['alpha']):g} % intervals"
        self._groups = []
        for family, title, sign in GROUPS:
            tiles = [Tile(tile, span=span, parent=self) for tile in shown if tile["family"] == family]
            head = ElidedLabel(f"{title}:  {sign}, {level}; tick: margin", "caption", self)
            self._groups.append((head, tiles))
        self.tiles = [tile for _, tiles in self._groups for tile in tiles]
        for tile in self.tiles:
            tile.clicked.connect(lambda _checked=False, opened=tile: self.tile_opened.emit(opened))
        for child in self.findChildren(QWidget):
            child.show()
        self._arrange()

    def sizeHint(self) -> QSize:
        """Return the height of the present arrangement."""
        return QSize(800, self._needed)

    def minimumSizeHint(self) -> QSize:
        """Return the same height at the least width."""
        return QSize(600, self._needed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Arrange the tiles for the new width."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        columns = 5 if self.width() >= WIDE else 4
        width = (self.width() - (columns - 1) * _GAP) // columns
        x = y = used = 0
        for at, (head, tiles) in enumerate(self._groups):
            if at and used + len(tiles) > columns:
                x, used = 0, 0
                y += _HEAD + HEIGHT + _BETWEEN
            head.setGeometry(QRect(x, y, len(tiles) * (width + _GAP) - _GAP, _HEAD))
            for tile in tiles:
                tile.setGeometry(QRect(x, y + _HEAD, width, HEIGHT))
                x += width + _GAP
            used += len(tiles)
        needed = y + _HEAD + HEIGHT
        if needed != self._needed:
            self._needed = needed
            self.updateGeometry()
