"""What the AI found, as a layer of every viewport: painted anew only when it, or its place, changes."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter

from realfm_gui.domain.measurement import Point
from realfm_gui.gui.theme import AI_ALONE, SIZE_SMALL
from realfm_gui.gui.viewer.ai_painter import PaintedFinding, paint_findings
from realfm_gui.gui.viewer.painted_layer import Canvas

_CORNERS: tuple[Point, ...] = ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0))
"""Where these lie on the screen says where everything lies."""


_CAPTION_PX = 46
"""From the upper edge to the middle of the caption."""


class AiLayer:
    """Paints the places of the frame on screen, and whose map it is where several models have one.

    One per viewport: each keeps its own last picture.

    Parameters
    ----------
    shown_on : callable
        Frame of the case -> what is painted on it.
    caption : callable
        Whose map this viewport shows; "" for nothing to say.
    is_wanted : callable
        Whether the AI is to be seen on this viewport at all.
    """

    def __init__(
        self,
        shown_on: Callable[[int], Sequence[PaintedFinding]],
        caption: Callable[[], str],
        is_wanted: Callable[[], bool],
    ) -> None:
        self._shown_on = shown_on
        self._caption = caption
        self._is_wanted = is_wanted
        self._key: tuple[object, ...] = ()
        self._image = QImage()
        self.painted_count = 0
        """Places in the last paint, for the record of what was displayed."""

    def paint(self, painter: QPainter, canvas: Canvas) -> None:
        """Paint on a frame of the case; cuts through it lie elsewhere."""
        self.painted_count = 0
        if canvas.state.cut is not None or not self._is_wanted():
            return
        shown = tuple(self._shown_on(canvas.state.view.frame))
        self.painted_count = len(shown)
        if shown:
            place = tuple(canvas.state.screen_at(corner) for corner in _CORNERS)
            key = (shown, place, canvas.width, canvas.height, canvas.ratio)
            if key != self._key:
                self._image, self._key = _painted(canvas, shown), key
            painter.drawImage(QPointF(0, 0), self._image)
        caption = self._caption()
        if caption:
            _paint_caption(painter, caption, canvas.room)


def _painted(canvas: Canvas, shown: Sequence[PaintedFinding]) -> QImage:
    image = QImage(canvas.width, canvas.height, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(canvas.ratio)
    image.fill(Qt.GlobalColor.transparent)
    placed = canvas.state.screen_map()

    def place(point: Point) -> QPointF:
        x, y = placed(point)
        return QPointF(x / canvas.ratio, y / canvas.ratio)

    painter = QPainter(image)
    paint_findings(painter, shown, place, canvas.room)
    painter.end()
    return image


def _paint_caption(painter: QPainter, words: str, room: QRectF) -> None:
    """Write whose map it is below the letter at the middle of the upper edge, where no corner text is."""
    painter.save()
    font = QFont(painter.font())
    font.setPixelSize(SIZE_SMALL)
    painter.setFont(font)
    metrics = QFontMetricsF(font)
    words = metrics.elidedText(words, Qt.TextElideMode.ElideMiddle, room.width() / 2)
    plate = QRectF(0, 0, metrics.horizontalAdvance(words) + 12, metrics.height() + 4)
    plate.moveCenter(QPointF(room.center().x(), room.top() + _CAPTION_PX))
    painter.fillRect(plate, QColor(0, 0, 0, 190))
    painter.setPen(QColor(AI_ALONE))
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, words)
    painter.restore()
