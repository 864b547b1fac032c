"""The tour of the reading room: one case of every kind, read from the first picture to the receipt."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from realfm_gui.domain.image_stack import nearest_slice
from realfm_gui.domain.reading import Phase
from realfm_gui.gui.reading.state import ARMING_MS
from realfm_gui.gui.shell.tour_guide import Guide, TouredProgram
from realfm_gui.gui.shell.tour_models import draw_two_models
from realfm_gui.gui.shell.tour_replay import draw_replay
from realfm_gui.workflows.tour_cases import READER, Kind
from realfm_gui.workflows.tour_study import build_tour_study

if TYPE_CHECKING:
    from realfm_gui.domain.patient_geometry import Vector
    from realfm_gui.gui.reading.reading_page import ReadingPage
    from realfm_gui.gui.shell.reading_workspace import Room
    from realfm_gui.gui.viewer.pane import Pane
    from realfm_gui.workflows.tour_study import TourStudy

SIZES = ((1600, 1000), (1280, 800))
SURE, UNLIKELY = 84, 12
CALLED = (Kind.CHEST, Kind.BREAST, Kind.CT)
"""Where the reader of the tour sees something; the lesion in the MR is missed, for the replay to tell."""

CONFIDENCE = 4
HANGING = "mammography"
MOST_PRESSES = 3
"""What is asked of an answer is asked once; a third time is for good measure."""


def draw_rooms(
    out: Path, *, make_program: Callable[[Path], TouredProgram], kinds: Sequence[Kind] = tuple(Kind)
) -> Sequence[Path]:
    """Draw the reading room with every kind of image, before and with the AI, in both sizes.

    A study of simulated images is built for it and thrown away.

    Parameters
    ----------
    out : Path
        Folder of the pictures; those of each size have a folder in it, such as ``1600x1000``.
    make_program : callable
        Makes the program with its settings in the folder it is given.
    kinds : sequence of Kind, optional
        The cases; all by default.

    Raises
    ------
    UserFacingError
        Whatever the program would have told its user, or that a step of the tour never came.
    """
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="realfm-tour-") as folder:
        study = build_tour_study(Path(folder), kinds=kinds)
        guide = Guide(make_program(Path(folder)), out, sizes=SIZES)
        try:
            _arrive(guide, study)
            room = guide.program.reading.room
            assert room is not None  # the reader has arrived
            _Visit(guide, room, study).read_everything()
            guide.program.reading.leave()
            draw_replay(guide, study)
        finally:
            guide.close()
    if Kind.CHEST not in kinds:
        return guide.pictures
    return [*guide.pictures, *draw_two_models(out, make_program=make_program, sizes=SIZES)]


def _arrive(guide: Guide, study: "TourStudy") -> None:
    """Go from the readers' names past the display check into the room."""
    program = guide.program
    guide.start()
    program.open(study.root, workspace="read")
    guide.wait("opening the study", lambda: program.window.page == "readers")
    guide.draw("readers")
    if Kind.BREAST in study.kind_of.values():
        _draw_hanging(guide)
    reading = program.reading
    reading.check_display_as(READER)
    guide.wait("the display check", lambda: reading.is_at_the_check)
    guide.draw("display-check")
    reading.display.answer_all()
    guide.wait("recording the check", lambda: program.window.page == "readers")
    reading.read_as(READER)
    guide.wait("the reader", lambda: reading.room is not None)


def _draw_hanging(guide: Guide) -> None:
    """Draw the editor of hanging protocols with the mammograms of the study as its preview."""
    program = guide.program
    hanging = program.coordinating.hanging
    hanging.enter()
    guide.wait("the hanging protocols", lambda: program.window.page == "hanging")
    page = hanging.page
    assert page is not None  # it is on screen
    page.list.protocol_chosen.emit(HANGING)
    guide.wait("its preview", lambda: len(page.pictures.captions) == 4)
    guide.draw("hanging-protocols")
    program.reading.enter()
    guide.wait("the readers", lambda: program.window.page == "readers")


class _Visit:
    """Reads the cases, whatever their order, and draws what is special about each."""

    def __init__(self, guide: Guide, room: "Room", study: "TourStudy") -> None:
        self._guide = guide
        self._room = room
        self._study = study
        self._page: ReadingPage = room.page

    def read_everything(self) -> None:
        """Answer case after case in both phases."""
        before: dict[Kind, Callable[[], None]] = {
            Kind.CHEST: self._chest,
            Kind.BREAST: self._breast,
            Kind.CT: self._tomography,
            Kind.MR: self._resonance,
            Kind.LOOP: self._loop,
            Kind.FLOW: lambda: self._guide.draw("colour-flow"),
        }
        for _ in self._study.kind_of:
            self._guide.wait("the images", lambda: self._room.is_ready_in(Phase.UNAIDED))
            self._wait_for_pictures()
            kind = self._study.kind_of[self._case_id()]
            before[kind]()
            self._room.fill_in(SURE if kind in CALLED else UNLIKELY, CONFIDENCE)
            self._lock(Phase.UNAIDED)
            self._guide.wait("the model's answer", lambda: self._room.is_ready_in(Phase.AIDED))
            self._with_ai(kind)
            self._lock(Phase.AIDED)
        self._guide.wait("the receipt", self._page.end.isVisible)
        self._guide.draw("receipt")

    # Before the lock

    def _chest(self) -> None:
        self._guide.draw("radiograph")
        pane, lesion = self._page.viewport, self._study.lesion_px[Kind.CHEST]
        self._do("tool-length")
        top, right = lesion.row - 8.5 * lesion.radius_px, lesion.column + 4.0 * lesion.radius_px
        self._drag(pane, (lesion.column, top), (right, top))
        self._do("tool-none", "tool-mark")
        self._guide.drag(*self._around(pane, lesion.column, lesion.row, 1.3 * lesion.radius_px))
        self._guide.settle()
        self._guide.draw("mark-being-rated")
        slider = self._page.marks.rater.panel.slider
        for key, text in ((Qt.Key.Key_8, "8"), (Qt.Key.Key_5, "5"), (Qt.Key.Key_Return, "\r")):
            self._guide.press_key(slider, key, text)
        self._do("tool-none")
        self._room.fill_in(SURE, CONFIDENCE)
        self._guide.draw("mark-rated")
        for command, name in (
            ("keys", "keys"),
            ("palette", "command-palette"),
            ("layouts", "layout-picker"),
            ("window-entry", "window-entry"),
        ):
            self._do(command)
            self._guide.draw(name)
            self._guide.close_dialogs()

    def _breast(self) -> None:
        self._guide.draw("mammography")
        self._do("maximise")
        self._guide.draw("mammography-one-view")
        self._do("maximise")

    def _tomography(self) -> None:
        current, prior = self._page.box.shown[:2]
        self._go_to(current, self._study.lesion_mm[Kind.CT])
        self._guide.draw("ct-prior-as-hung")
        self._go_to(prior, self._study.prior_lesion_mm)
        self._page.box.activate(current.pane)
        self._do("match", "slice-up", "slice-down")
        self._guide.draw("ct-prior-linked")
        self._do("mpr")
        self._wait_for_pictures()
        self._page.box.cuts.move_cross(0, self._study.lesion_mm[Kind.CT])
        self._guide.draw("ct-planes")
        self._do("pane-next", "pane-next", "slab-thicker", "slab-thicker", "slab-shows")
        self._guide.draw("ct-planes-slab")
        self._do("own-window")
        window = self._page.image_window
        assert window is not None  # the pictures have just moved there
        self._guide.draw_beside("images-in-their-own-window", window)
        self._guide.draw("room-without-its-images")
        self._do("own-window", "hang")
        self._wait_for_pictures()

    def _resonance(self) -> None:
        self._guide.draw("mr-as-hung")
        tilted = self._page.box.shown[1]
        place = self._go_to(tilted, self._study.lesion_mm[Kind.MR])
        self._do("cursor")
        self._guide.click(tilted, place)
        self._guide.draw("mr-cursor")
        self._do("cursor")

    def _loop(self) -> None:
        pane = self._page.viewport
        self._do("tool-length")
        self._drag(pane, (318.0, 257.0), (355.0, 257.0))
        self._do("tool-none")
        self._guide.draw("ultrasound-loop")

    # After the lock

    def _with_ai(self, kind: Kind) -> None:
        self._wait_for_pictures()
        names = {
            Kind.LOOP: "ai-not-its-domain",
            Kind.FLOW: "ai-failed",
            Kind.MR: "ai-nothing-found",
        }
        if kind in names:
            self._guide.draw(names[kind])
            return
        self._guide.draw(f"ai-{kind.name.lower()}")
        self._do("ai-next")
        self._guide.draw(f"ai-{kind.name.lower()}-chosen")

    # Hands

    def _lock(self, phase: Phase) -> None:
        """Lock or submit; a question whether the answer is meant so is answered by doing it again."""
        case_id = self._case_id()
        for _ in range(MOST_PRESSES):
            self._guide.settle(ARMING_MS)  # a press right after a question or a reveal counts as a slip
            if not (self._room.is_ready_in(phase) and self._case_id() == case_id):
                return
            self._room.lock()

    def _do(self, *commands: str) -> None:
        for command in commands:
            self._page.run_command(command)
        self._guide.settle()

    def _case_id(self) -> str:
        state = self._room.controller.state
        assert state is not None  # the room is open
        assert state.step is not None  # there is a case
        return state.step.case_id

    def _wait_for_pictures(self) -> None:
        self._guide.wait("the pictures", lambda: not any(map(_is_waiting, self._page.box.shown)))
        self._guide.settle()

    def _go_to(self, pane: "Pane", position_mm: "Vector | Sequence[float]") -> QPointF:
        """Show the slice that a place in the patient lies on; return where it is in the viewport."""
        state = pane.state
        assert state is not None  # it shows the case
        stack = self._page.box.links.stack(state)
        assert stack is not None  # slices of a patient
        place = nearest_slice(stack, position_mm)
        assert place is not None  # it lies in them
        self._page.box.activate(pane.pane)
        pane.go_to_frame(state.span.first + place.index)
        self._wait_for_pictures()
        return self._screen(pane, place.column, place.row)

    def _drag(self, pane: "Pane", start: tuple[float, float], end: tuple[float, float]) -> None:
        """Drag on the picture; (column, row) of the image."""
        self._guide.drag(pane, self._screen(pane, *start), self._screen(pane, *end))
        self._guide.settle()

    def _around(
        self, pane: "Pane", column: float, row: float, reach: float
    ) -> "tuple[Pane, QPointF, QPointF]":
        corners = ((column - reach, row - reach), (column + reach, row + reach))
        return pane, self._screen(pane, *corners[0]), self._screen(pane, *corners[1])

    def _screen(self, pane: "Pane", column: float, row: float) -> QPointF:
        assert pane.state is not None  # it shows the case
        x, y = pane.state.screen_at((column, row))
        ratio = pane.devicePixelRatioF()
        return QPointF(x / ratio, y / ratio)


def _is_waiting(pane: "Pane") -> bool:
    """Whether a viewport is still to show what it was asked for."""
    from realfm_gui.gui.viewer.painted_frame import Content

    return pane.content is Content.LOADING or (pane.state is not None and pane.state.is_loading)
