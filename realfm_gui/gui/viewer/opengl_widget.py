"""The widget that a viewport paints on when OpenGL is in use; imported only then."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter
from PySide6.QtOpenGLWidgets import QOpenGLWidget
from PySide6.QtWidgets import QWidget


class OpenGLWidget(QOpenGLWidget):
    """Covers a viewport and is painted as that would be; the mouse goes through to the viewport.

    Parameters
    ----------
    paint : callable
        Called with a painter in logical pixels, which it ends.
    parent : QWidget
        The viewport.
    """

    def __init__(self, paint: Callable[[QPainter], None], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._paint = paint

    def paintGL(self) -> None:
        """Paint everything anew."""
        self._paint(QPainter(self))
