"""Opens the rating panel beside a mark, keeps it there, and rates the mark when it closes."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, QPointF, QRect
from PySide6.QtWidgets import QWidget

from realfm_gui.domain.mark import Mark
from realfm_gui.domain.mark_rules import MarkScale
from realfm_gui.domain.reading import Phase
from realfm_gui.gui.reading.mark_rating import MarkRatingPanel
from realfm_gui.gui.viewer.light_box import LightBox
from realfm_gui.gui.viewer.mark_commands import CaseMarks
from realfm_gui.gui.viewer.mark_painter import label_size
from realfm_gui.gui.viewer.mark_places import ScreenBox, beside, bounds_of, label_place
from realfm_gui.gui.viewer.pane import Pane
from realfm_gui.gui.viewer.view_state import ViewState

EDGE_PX = 4
"""Logical pixels that the panel keeps from the edge of the pictures."""


class MarkRater(QObject):
    """The life of the rating panel.

    Parameters
    ----------
    box : LightBox
        The panel lies over it, as near to the mark as it can be without covering it.
    marks : CaseMarks
    parent : QObject, optional
    """

    def __init__(self, box: LightBox, marks: CaseMarks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._box = box
        self._marks = marks
        self._opened = ""
        self.panel = MarkRatingPanel(box)
        self.panel.rating_confirmed.connect(self._confirmed)
        self.panel.rating_abandoned.connect(self._abandoned)
        self.panel.removal_requested.connect(self._removed)
        self.panel.left.connect(self._left)
        marks.changing.connect(self.follow)
        box.view_changed.connect(self.follow)
        box.layout_changed.connect(self.follow)

    @property
    def is_open(self) -> bool:
        """Whether a rating is asked for."""
        return bool(self._opened)

    def open(self, mark: Mark, *, unaided: int | None, phase: Phase) -> None:
        """Ask for the rating of a mark; `unaided` is the one that was locked."""
        self._opened = mark.mark_id
        self._marks.select(mark.mark_id)
        scale = MarkScale.of(self._marks.findings[mark.finding])
        title = f"Mark {self._marks.title_of(mark, joint=' · ')}"
        self.panel.ask(title, scale, rating=mark.rating, unaided=unaided, phase=phase)
        self.follow()
        self.panel.take_keyboard()

    def commit(self) -> None:
        """Close the panel; a rating that was chosen counts, a mark without one stays unrated."""
        self._left(self.panel.rating)

    def close(self, *, takes_keyboard: bool) -> None:
        """Close the panel and change nothing."""
        if not self._opened:
            return
        self._opened = ""
        if takes_keyboard:
            self._box.active.setFocus()
        self.panel.hide()

    def follow(self) -> None:
        """Stay beside the mark; where its slice is on the screen no more, close as `commit` does."""
        if not self._opened:
            return
        mark = self._marks.board.mark(self._opened)
        pane = None if mark is None else pane_showing(self._box, mark)
        if mark is None or pane is None or pane.state is None:
            self.commit()
            return
        taken = _taken(mark, pane, pane.state, self._marks.words_of(mark))
        place = _panel_place(taken, self.panel, [pane.geometry(), self._box.rect()])
        self.panel.move(round(place.left), round(place.top))
        self.panel.show()
        self.panel.raise_()

    def _confirmed(self, rating: int) -> None:
        mark_id = self._opened
        self.close(takes_keyboard=True)
        self._marks.rate(mark_id, rating)
        self._marks.select("")

    def _abandoned(self) -> None:
        mark = self._marks.board.mark(self._opened)
        self.close(takes_keyboard=True)
        if mark is not None and mark.rating is None:
            self._marks.remove(mark.mark_id)
        self._marks.select("")

    def _removed(self) -> None:
        mark_id = self._opened
        self.close(takes_keyboard=True)
        self._marks.remove(mark_id)

    def _left(self, rating: int | None) -> None:
        mark_id = self._opened
        self.close(takes_keyboard=_has_keyboard(self.panel))
        if mark_id and rating is not None:
            self._marks.rate(mark_id, rating)


def pane_showing(box: LightBox, mark: Mark) -> Pane | None:
    """Return the viewport that shows a mark's frame, the active one where several do."""
    return next((pane for pane in (box.active, *box.shown) if _shows(pane, mark)), None)


def bring_into_view(pane: Pane, mark: Mark) -> None:
    """Move the picture so that a mark is seen; one that is seen already moves nothing."""
    state, ratio = pane.state, pane.devicePixelRatioF()
    if state is None:
        return
    bounds = _bounds(mark, state, ratio)
    middle = QPointF(bounds.left + bounds.width / 2, bounds.top + bounds.height / 2)
    if not pane.rect().contains(middle.toPoint()):
        way = (QPointF(pane.rect().center()) - middle) * ratio
        state.pan(way.x(), way.y())
        pane.update()
        pane.view_changed.emit()


def _shows(pane: Pane, mark: Mark) -> bool:
    state = pane.state
    return state is not None and state.cut is None and state.view.frame == mark.frame and pane.isVisible()


def _bounds(mark: Mark, state: ViewState, ratio: float) -> ScreenBox:
    placed = state.screen_map()
    return bounds_of(mark, lambda point: (placed(point)[0] / ratio, placed(point)[1] / ratio))


def _taken(mark: Mark, pane: Pane, state: ViewState, words: str) -> ScreenBox:
    """Return what a mark and its label take in the light box."""
    bounds = _bounds(mark, state, pane.devicePixelRatioF())
    room = ScreenBox(left=0, top=0, width=pane.width(), height=pane.height())
    label = label_place(bounds, *label_size(words), room)
    left, top = min(bounds.left, label.left), min(bounds.top, label.top)
    return ScreenBox(
        left=left + pane.x(),
        top=top + pane.y(),
        width=max(bounds.right, label.right) - left,
        height=max(bounds.bottom, label.bottom) - top,
    )


def _panel_place(taken: ScreenBox, panel: QWidget, rooms: Sequence[QRect]) -> ScreenBox:
    """Return where the panel stands: in the first room that has a free place for it, else in the last."""
    for around in rooms:
        inner = around.adjusted(EDGE_PX, EDGE_PX, -EDGE_PX, -EDGE_PX)
        room = ScreenBox(left=inner.x(), top=inner.y(), width=inner.width(), height=inner.height())
        place = beside(taken, panel.width(), panel.height(), room)
        is_within = place.right <= room.right and place.bottom <= room.bottom
        if is_within and not taken.covered_by(place):
            break
    return place


def _has_keyboard(panel: QWidget) -> bool:
    focus = panel.window().focusWidget()
    return focus is not None and (focus is panel or panel.isAncestorOf(focus))
