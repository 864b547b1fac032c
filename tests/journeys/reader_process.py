"""A reader at the window, as a process that a test can kill: reads on, says what the screen confirmed.

Run as ``python -m tests.journeys.reader_process STUDY READER SETTINGS``. Prints one line per confirmed step:
``at CASE PHASE`` when the screen offers a phase, ``locked CASE`` or ``submitted CASE`` when it has moved on.
"""

import os
import sys
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QTimer

from realfm_gui.app import Program, make_application
from realfm_gui.domain.reading import Phase


def main() -> None:
    root, reader, settings = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    application = make_application()
    program = Program(settings)
    program.start()
    program.open(root, reader=reader)
    offered: list[tuple[str, Phase]] = []

    def look() -> None:
        room = program.reading.room
        state = room.controller.state if room is not None else None
        if room is None or state is None or state.step is None:
            return
        now = (state.step.case_id, state.phase)
        if not room.is_ready_in(state.phase):
            return
        if not offered or offered[-1] != now:
            if offered:
                say("locked" if offered[-1][1] is Phase.UNAIDED else "submitted", offered[-1][0])
            offered.append(now)
            say("at", *now)
            room.fill_in(int(now[0][-2:], 16) % 101, 3)
        room.lock()  # refused while the advice is too new to have been read: so again at the next look

    timer = QTimer(interval=10)
    timer.timeout.connect(look)
    timer.start()
    application.exec()


def say(*words: str) -> None:
    print(*words, flush=True)


if __name__ == "__main__":
    main()
