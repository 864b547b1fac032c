"""The screen of a replayed moment: every pane where it stood, pixel by pixel where there is room."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from realfm_gui.analysis.display.dwell import DwellMap
from realfm_gui.domain.display_record import Absence, Displayed, Place
from realfm_gui.domain.lesion import Lesion
from realfm_gui.domain.mark import MarkShape
from realfm_gui.domain.measurement import Point
from realfm_gui.gui.replay.replay_painter import PaintedScreen
from realfm_gui.gui.replay.replay_state import Screen
from realfm_gui.gui.theme import DARK, SIZE_BODY, TRUTH_ON_IMAGE
from realfm_gui.gui.viewer.turn import Turn

GAP_PX = 2
"""Device pixels between panes."""

POINT_RADIUS_PX = 12.0
"""Logical pixels of the circle around a lesion that is a mere point."""

LINE_PX, RIM_PX = 2.0, 5.0
"""Logical pixels of a lesion's outline, and of the dark line under it, for where the tissue is bright."""

DARKEST = 190
"""Of 255: what was never displayed can still be made out."""

ABSENCE_WORDS = {
    Absence.PAUSED: "Paused",
    Absence.WORDS: "No picture",
    Absence.CLOSED: "",
}


class ScreenView(QWidget):
    """Shows painted pictures; on pure black, as they were shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(320, 240)
        self.setAccessibleName("What was displayed")
        self.lesions: Sequence[Lesion] = ()
        self.shows_lesions = False
        self.dwell: Mapping[int, DwellMap] = {}
        """Of the displayed frames; what was displayed for a shorter time is darkened by it."""
        self.shows_dwell = False
        self._screen = Screen()
        self._painted = PaintedScreen(number=0)

    def sizeHint(self) -> QSize:
        """Return the size of a viewport in an ordinary window."""
        return QSize(960, 640)

    def show_screen(self, screen: Screen, painted: PaintedScreen) -> None:
        """Show a moment."""
        self._screen, self._painted = screen, painted
        self.update()

    @property
    def scale(self) -> float:
        """Device pixels of this screen per device pixel of the reader's; 1 where all of it fits."""
        width, height = self._extent()
        ratio = self.devicePixelRatioF()
        return min(1.0, self.width() * ratio / width, self.height() * ratio / height)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint every pane at its place."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), Qt.GlobalColor.black)
        for pane in self._screen.visible:
            self._paint_pane(painter, pane)
        painter.end()

    def _paint_pane(self, painter: QPainter, pane: int) -> None:
        shown = self._screen.panes.get(pane)
        room = self._room_of(pane)
        image = self._painted.images.get(pane)
        if isinstance(shown, Displayed) and image is not None:
            painter.save()
            painter.setClipRect(room)
            self._paint_image(painter, image, room)
            if self.shows_dwell and shown.view.cut is None and shown.view.frame in self.dwell:
                self._paint_dwell(painter, self.dwell[shown.view.frame], shown.view.place, room)
            if self.shows_lesions and shown.view.cut is None:
                self._paint_lesions(painter, shown, room)
            painter.restore()
            return
        words = self._painted.missing.get(pane, "")
        if not words and isinstance(shown, Absence):
            words = ABSENCE_WORDS[shown]
        if words:
            font = painter.font()
            font.setPixelSize(SIZE_BODY)
            painter.setFont(font)
            painter.setPen(QColor(DARK.ink_quiet))
            painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), words)

    def _paint_image(self, painter: QPainter, image: QImage, room: QRectF) -> None:
        size = QSize(image.width(), image.height()) * (self.scale / self.devicePixelRatioF())
        if self.scale == 1.0:
            image.setDevicePixelRatio(self.devicePixelRatioF())
            painter.drawImage(room.topLeft(), image)
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(QRectF(room.topLeft(), size.toSizeF()), image)

    def _paint_dwell(self, painter: QPainter, dwell: DwellMap, place: Place, room: QRectF) -> None:
        """Darken what was displayed for a shorter time: no hue, so that no map of the AI is imitated."""
        turn = Turn(quarters=place.quarters, is_mirrored=place.is_mirrored)
        shade = np.zeros((*dwell.visible_s.shape, 4), np.uint8)
        shade[..., 3] = _darkness(dwell)
        shade = turn.applied(shade)
        image = QImage(
            shade.data, shade.shape[1], shade.shape[0], QImage.Format.Format_RGBA8888_Premultiplied
        )
        factor = self.scale / self.devicePixelRatioF()
        corners = ((-0.5, -0.5), (place.columns - 0.5, place.rows - 0.5))
        first, last = (room.topLeft() + at * factor for at in on_screen(corners, place))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(first, last).normalized(), image)

    def _paint_lesions(self, painter: QPainter, shown: Displayed, room: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        factor = self.scale / self.devicePixelRatioF()
        for lesion in self.lesions:
            for region in lesion.regions:
                if region.frame != shown.view.frame:
                    continue
                places = [room.topLeft() + at * factor for at in on_screen(region.points, shown.view.place)]
                for color, width in ((DARK.ground, RIM_PX), (TRUTH_ON_IMAGE, LINE_PX)):
                    painter.setPen(QPen(QColor(color), width))
                    _draw(painter, region.shape, places)

    def _extent(self) -> tuple[float, float]:
        """Return the size of the whole screen in the reader's device pixels."""
        width, height = self._cell()
        rows, columns = (
            (1, 1) if self._screen.alone is not None else (self._screen.rows, self._screen.columns)
        )
        return columns * (width + GAP_PX) - GAP_PX, rows * (height + GAP_PX) - GAP_PX

    def _cell(self) -> tuple[int, int]:
        places = [e.view.place for e in self._screen.panes.values() if isinstance(e, Displayed)]
        if not places:
            return 640, 480
        return max(place.width_px for place in places), max(place.height_px for place in places)

    def _room_of(self, pane: int) -> QRectF:
        """Return where a pane is drawn, in logical pixels; the whole screen stands in the middle."""
        factor = self.scale / self.devicePixelRatioF()
        all_width, all_height = self._extent()
        cell_width, cell_height = self._cell()
        row, column = (0, 0) if self._screen.alone is not None else divmod(pane, self._screen.columns)
        left = round((self.width() - all_width * factor) / 2)
        top = round((self.height() - all_height * factor) / 2)
        return QRectF(
            left + column * (cell_width + GAP_PX) * factor,
            top + row * (cell_height + GAP_PX) * factor,
            cell_width * factor,
            cell_height * factor,
        )


def is_even(dwell: DwellMap) -> bool:
    """Return whether shading by it darkens nothing: all of the image was displayed equally long."""
    return not _darkness(dwell).any()


def _darkness(dwell: DwellMap) -> NDArray[np.uint8]:
    """Return how much each cell is darkened, of 255; shape of the map."""
    share = dwell.visible_s / max(dwell.visible_s.max(), 1e-9)
    darkness: NDArray[np.uint8] = np.rint(DARKEST * (1.0 - share)).astype(np.uint8)
    return darkness


def on_screen(points: Iterable[Point], place: Place) -> list[QPointF]:
    """Return where image positions, (column, row), lie in a pane, in its device pixels."""
    turn = Turn(quarters=place.quarters, is_mirrored=place.is_mirrored)
    width, height = turn.upright_size(place.width_px, place.height_px)
    found = []
    for column, row in points:
        x = (column - place.center_column) * place.scale + width / 2
        y = (row - place.center_row) * place.scale * place.aspect + height / 2
        found.append(QPointF(*turn.to_screen(x, y, place.width_px, place.height_px)))
    return found


def _draw(painter: QPainter, shape: MarkShape, places: list[QPointF]) -> None:
    if shape is MarkShape.POINT:
        painter.drawEllipse(places[0], POINT_RADIUS_PX, POINT_RADIUS_PX)
    elif shape is MarkShape.CONTOUR:
        painter.drawPolygon(QPolygonF(places))
    elif shape is MarkShape.ELLIPSE:
        painter.drawEllipse(QRectF(places[0], places[1]).normalized())
    else:
        painter.drawRect(QRectF(places[0], places[1]).normalized())
