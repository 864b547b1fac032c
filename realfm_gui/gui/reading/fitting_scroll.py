"""A list of parts that scrolls only where they do not fit: several findings on a small screen."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget


class FittingScroll(QScrollArea):
    """Parts in a column, as high as they are together where there is room, and never higher.

    Parameters
    ----------
    parts : sequence of QWidget
        From above.
    least_parts : float
        How many of them are in sight on the smallest screen; half a part says that more follow.
    spacing : int
        Between them, in logical pixels.
    """

    def __init__(
        self, parts: Sequence[QWidget], *, least_parts: float, spacing: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._parts, self._least_parts, self._spacing = tuple(parts), least_parts, spacing
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the Tab key goes from part to part, which scrolls
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._content = content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing)
        for part in parts:
            column.addWidget(part)
        self.setWidget(content)
        content.installEventFilter(self)
        for surface in (self, content):
            surface.setStyleSheet(".QWidget, .FittingScroll { background: transparent; }")

    @property
    def whole_height(self) -> int:
        """Of all parts together, in logical pixels."""
        # A question may wrap: the layout alone knows the height for a width.
        return max(self._content.heightForWidth(self.width()), self._content.minimumSizeHint().height())

    @property
    def least_height(self) -> int:
        """What is in sight on the smallest screen, in logical pixels."""
        left, height = self._least_parts, 0.0
        for part in self._parts:
            height += min(1.0, left) * part.sizeHint().height() + self._spacing
            left -= 1.0
            if left <= 0:
                break
        return min(round(height) - self._spacing, self.whole_height)

    def sizeHint(self) -> QSize:
        """Return the room of all parts."""
        return QSize(self._content.sizeHint().width(), self.whole_height)

    def minimumSizeHint(self) -> QSize:
        """Return the room on the smallest screen."""
        return QSize(self._content.minimumSizeHint().width(), self.least_height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ask for another height when the parts do."""
        if event.type() == QEvent.Type.LayoutRequest and watched is self._content:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def bring_into_sight(self, part: QWidget) -> None:
        """Scroll until all of a part is in sight, where it is not."""
        self.ensureWidgetVisible(part, 0, 0)


class FittingColumn(QWidget):
    """A column in which one `FittingScroll` gets the room it needs before any other part grows."""

    _first: FittingScroll | None = None

    def give_room_first(self, scroll: FittingScroll) -> None:
        """Let this one scroll only when all other parts are as low as they can be."""
        self._first = scroll
        self._share()

    def event(self, event: QEvent) -> bool:
        """Share the height out again when it changes, or what the parts need of it."""
        is_done = super().event(event)
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self._share()
        return is_done

    def hasHeightForWidth(self) -> bool:
        """Return False: asked for a height, the layout answers with what was given to the scrolling part."""
        return False

    def minimumSizeHint(self) -> QSize:
        """Return the least room: what was given to the scrolling part can be taken back."""
        size, first, layout = super().minimumSizeHint(), self._first, self.layout()
        if first is None or layout is None:
            return size
        # With wrapped words as they are at this width.
        height = (
            layout.totalMinimumHeightForWidth(self.width()) if layout.hasHeightForWidth() else size.height()
        )
        given = max(first.minimumHeight(), first.least_height)
        return QSize(size.width(), height - given + first.least_height)

    def _share(self) -> None:
        first = self._first
        if first is None:
            return
        room = first.least_height + self.height() - self.minimumSizeHint().height()
        height = max(first.least_height, min(room, first.whole_height))
        if height != first.minimumHeight():
            first.setMinimumHeight(height)
