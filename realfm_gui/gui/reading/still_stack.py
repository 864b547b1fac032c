"""Pages in one place whose words never change how high it is."""

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QStackedWidget, QWidget


class StillStack(QStackedWidget):
    """As high as its highest page from the first paint on, whichever is shown and whatever it says."""

    def hasHeightForWidth(self) -> bool:
        """Return False: wrapped words on a page must not move what stands below."""
        return False

    def sizeHint(self) -> QSize:
        """Return the room that every page finds comfortable."""
        return self._largest([page.sizeHint() for page in self._pages()])

    def minimumSizeHint(self) -> QSize:
        """Return the least room for any page."""
        return self._largest([page.minimumSizeHint() for page in self._pages()])

    def showEvent(self, event: QShowEvent) -> None:
        """Give the pages that are not shown yet their fonts: their heights count."""
        super().showEvent(event)
        for part in self.findChildren(QWidget):
            part.ensurePolished()
            layout = part.layout()
            if layout is not None:
                layout.invalidate()
                layout.activate()  # rows within it forget what they measured, too
        self.updateGeometry()

    def _pages(self) -> list[QWidget]:
        return [page for number in range(self.count()) if (page := self.widget(number)) is not None]

    @staticmethod
    def _largest(sizes: Sequence[QSize]) -> QSize:
        largest = QSize(0, 0)
        for size in sizes:
            largest = largest.expandedTo(size)
        return largest
