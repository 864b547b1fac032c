"""Hands what the light box paints to the record of what was displayed, at no cost worth mentioning."""

import time
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, Signal

from realfm_gui.domain.display_record import (
    MOST_PLACES,
    Absence,
    Arranged,
    Hidden,
    OverlayShown,
    PaneView,
    Place,
    ReadingKey,
)
from realfm_gui.gui.viewer.ai_layer import AiLayer
from realfm_gui.gui.viewer.light_box import LightBox
from realfm_gui.gui.viewer.painted_frame import Content, PaintedFrame
from realfm_gui.gui.viewer.pane import Pane
from realfm_gui.workflows.display_record import DisplayRecorder, Finishing


def view_of(painted: PaintedFrame, *, ai_places: int = 0) -> PaneView:
    """Return the form in which a paint is recorded; `ai_places` of the AI's places were drawn in it."""
    transform = painted.transform
    return PaneView(
        pane=painted.pane,
        frame=painted.frame,
        window=painted.window,
        is_inverted=painted.is_inverted,
        place=Place(
            width_px=painted.width,
            height_px=painted.height,
            scale=transform.scale,
            center_row=transform.center_row,
            center_column=transform.center_column,
            aspect=transform.aspect,
            rows=painted.rows,
            columns=painted.columns,
            device_ratio=painted.ratio,
            quarters=painted.turn.quarters,
            is_mirrored=painted.turn.is_mirrored,
        ),
        has_words=painted.has_words,
        has_annotations=painted.has_annotations,
        is_exact=painted.is_exact,
        overlay=None
        if painted.map is None
        else OverlayShown(
            name=painted.map.name, opacity=painted.map.opacity, threshold=painted.map.threshold
        ),
        cut=painted.cut,
        lens=painted.lens,
        ai_places=min(ai_places, MOST_PLACES) if painted.has_annotations else 0,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    """What is being recorded."""

    root: Path
    reading: ReadingKey
    session: str
    idle_after_s: float


class BoxRecorder(QObject):
    """Records one reading after the other; see `DisplayRecorder` for what happens in its thread.

    Parameters
    ----------
    box : LightBox
        Whose paints are recorded. A viewport that paints words in place of a picture, or is put away, hides
        its picture.
    parent : QObject, optional

    Signals
    -------
    recording_failed(str)
        Nothing more of this reading is recorded, for this reason; the reading itself goes on.
    """

    recording_failed = Signal(str)
    _failed = Signal(str)

    def __init__(self, box: LightBox, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._box = box
        self._open: _Open | None = None
        self._panes: dict[int, Pane] = {}
        self._hidden: set[int] = set()
        self._arranged: tuple[int, int, int | None] | None = None
        self._recorder: DisplayRecorder | None = None
        self._failed.connect(self._tell, Qt.ConnectionType.QueuedConnection)
        box.frame_painted.connect(self._painted)
        box.layout_changed.connect(self._note_arranged)
        box.furnish(self._watch)

    def begin(self, root: Path, reading: ReadingKey, *, session: str, idle_after_s: float) -> None:
        """Record a reading from now on; what is on the screen is its first entry.

        Parameters
        ----------
        root : Path
            The study folder.
        reading : ReadingKey
        session : str
        idle_after_s : float
            The protocol's limit: longer without a touch is idle time.
        """
        self._begin(_Open(root=root, reading=reading, session=session, idle_after_s=idle_after_s))

    def go_on(self) -> None:
        """Go on with the reading that was finished last: its answer could not be stored."""
        if self._open is not None:
            self._begin(self._open, goes_on=True)

    def finish(self) -> Finishing:
        """Close the record of the reading; see `DisplayRecorder.finish`."""
        if self._recorder is None:
            return Finishing()
        self.note_input()
        return self._recorder.finish()

    def note_input(self) -> None:
        """Note that the reader touched something; a long time without is recorded."""
        if self._recorder is not None:
            self._recorder.note_touch(time.monotonic_ns())

    def close(self) -> None:
        """Close what is open and end the thread."""
        self._open = None
        self.note_input()  # nobody may have touched anything for long
        if self._recorder is not None:
            recorder, self._recorder = self._recorder, None
            recorder.close()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice that a viewport is put away."""
        if event.type() == QEvent.Type.Hide and isinstance(watched, Pane):
            self._note_hidden(watched.pane, Absence.CLOSED)
        return super().eventFilter(watched, event)

    def _watch(self, pane: Pane) -> None:
        self._panes[pane.pane] = pane
        pane.installEventFilter(self)
        pane.words_painted.connect(lambda: self._words_painted(pane))

    def _words_painted(self, pane: Pane) -> None:
        is_pause = pane.content is Content.PAUSED
        if self._recorder is not None:
            note = self._recorder.note_pause if is_pause else self._recorder.note_no_pause
            note(time.monotonic_ns())
        self._note_hidden(pane.pane, Absence.PAUSED if is_pause else Absence.WORDS)

    def _begin(self, opened: _Open, *, goes_on: bool = False) -> None:
        if self._recorder is None:
            # The thread is made when it is first needed: pages are also drawn without any reading.
            self._recorder = DisplayRecorder(self._failed.emit)
            self.destroyed.connect(self._recorder.close)
        case = self._box.case
        series = () if case is None else tuple(span.count for span in case.spans)
        self._open, self._hidden = opened, set()
        self.note_input()  # of what may still be open
        self._recorder.begin(
            opened.root,
            opened.reading,
            session=opened.session,
            series=series,
            idle_after_s=opened.idle_after_s,
            goes_on=goes_on,
        )
        self._arranged = None
        self._note_arranged()
        self._box.update_panes()

    def _painted(self, painted: PaintedFrame) -> None:
        if self._recorder is not None:
            self._recorder.note_no_pause(painted.monotonic_ns)
            self._hidden.discard(painted.pane)
            layers = self._panes[painted.pane].layers
            places = sum(layer.painted_count for layer in layers if isinstance(layer, AiLayer))
            view = view_of(painted, ai_places=places)
            self._recorder.note(view, painted.picture, painted.overlay, painted.monotonic_ns)

    def _note_hidden(self, pane: int, reason: Absence) -> None:
        if self._recorder is not None and pane not in self._hidden:
            self._hidden.add(pane)
            self._recorder.note_entry(Hidden(time_ns=time.monotonic_ns(), pane=pane, reason=reason))

    def _note_arranged(self) -> None:
        if self._recorder is None:
            return
        rows, columns = self._box.layout_size
        now = (rows, columns, self._box.active.pane if self._box.is_maximised else None)
        if now != self._arranged:
            self._arranged = now
            self._recorder.note_entry(
                Arranged(time_ns=time.monotonic_ns(), rows=rows, columns=columns, alone=now[2])
            )

    def _tell(self, why: str) -> None:
        if self._open is not None:
            self.recording_failed.emit(why)
