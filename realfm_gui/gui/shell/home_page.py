"""Home: three doors, the recent studies, the demo."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from realfm_gui.gui.shell.recent_studies import RecentStudy
from realfm_gui.gui.theme import palette_of
from realfm_gui.gui.widgets.empty_state import EmptyState
from realfm_gui.gui.widgets.icons import pixmap
from realfm_gui.gui.widgets.labels import ElidedLabel, column, row, text_label
from realfm_gui.gui.widgets.progress_strip import ProgressStrip
from realfm_gui.gui.widgets.study_list import ListRow, RowList

WIDTH = 1040

DOORS = (
    ("read", "eye-outline", "Read", "Read cases without and then with the model"),
    ("set-up", "tune-variant", "Set up", "Cases, models, readers and their progress"),
    ("analyse", "chart-bell-curve", "Analyse", "What changed with the model"),
)


class Door(QPushButton):
    """A large button: icon, name, one line, and which study it leads into."""

    def __init__(self, icon_name: str, title: str, line: str) -> None:
        super().__init__()
        self.setProperty("role", "door")
        self.setAccessibleName(f"{title}: {line}")
        self._icon_name = icon_name
        self._icon = QLabel()
        self._where = ElidedLabel(role="caption")
        layout = column(
            self._icon,
            text_label(title, "title"),
            text_label(line, wraps=True),
            -1,
            self._where,
            margins=(20, 16, 20, 12),
            spacing=6,
        )
        self.setLayout(layout)
        for child in self.findChildren(QWidget):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def changeEvent(self, event: QEvent) -> None:
        """Draw the icon in the colours of another palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.lead_into(self._where.text())

    def lead_into(self, study: str) -> None:
        """Say which study the door opens."""
        self._icon.setPixmap(pixmap(self._icon_name, palette_of(self).ink, 24))
        self._where.setText(study)


class HomePage(QWidget):
    """Where the program starts.

    Signals
    -------
    workspace_requested(str workspace, str path)
        A door was opened; `path` is empty while there is no study to lead into.
    demo_requested()
    open_requested()
        Choose another study folder.
    creation_requested()
        Make a study from a protocol file.
    removal_requested(str path)
        Take a study that is gone off the list.
    cancel_requested()
        Stop the work that is shown in the page.
    """

    workspace_requested = Signal(str, str)
    demo_requested = Signal()
    open_requested = Signal()
    creation_requested = Signal()
    removal_requested = Signal(str)
    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._studies: dict[str, RecentStudy] = {}
        self._doors = {key: Door(icon, title, line) for key, icon, title, line in DOORS}
        for key, door in self._doors.items():
            door.clicked.connect(lambda _checked=False, where=key: self._enter(where))
        self._list = RowList()
        self._list.row_opened.connect(lambda path: self._open(path))
        self._list.row_selected.connect(self._point_doors)
        self._empty = EmptyState(
            "No study has been opened on this machine yet.",
            "Try the demo study",
            is_primary=True,
            note="A small simulated study, built here in a few minutes; nothing leaves this machine.",
        )
        self._empty.action_requested.connect(self.demo_requested)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._list)
        self.progress = ProgressStrip()
        self.progress.cancel_requested.connect(self.cancel_requested)
        self._buttons = self._make_buttons()
        self._lay_out()
        self.show_recent(())

    def show_recent(self, studies: Sequence[RecentStudy]) -> None:
        """Show the recent studies, the newest first."""
        self._studies = {study.path: study for study in studies}
        self._stack.setCurrentWidget(self._list if studies else self._empty)
        self._buttons["demo"].setVisible(bool(studies))
        self._remove.setVisible(False)
        self._list.show_rows([_as_row(study) for study in studies])
        if studies:
            self.setFocusProxy(self._list)
        else:
            self._point_doors("")
            self.setFocusProxy(self._empty.button)

    def set_busy(self, is_busy: bool) -> None:
        """Lock what would start a second piece of work."""
        for button in (*self._buttons.values(), *self._doors.values(), self._empty.button, self._list):
            button.setEnabled(not is_busy)

    def _enter(self, workspace: str) -> None:
        self.workspace_requested.emit(workspace, self._list.selected_key())

    def _open(self, path: str) -> None:
        if self._studies[path].is_there:
            self.workspace_requested.emit("set-up", path)

    def _point_doors(self, path: str) -> None:
        study = self._studies.get(path)
        is_gone = study is not None and not study.is_there
        self._remove.setVisible(is_gone)
        for door in self._doors.values():
            door.lead_into(study.title if study is not None else "Choose a study folder")
            door.setEnabled(not is_gone)

    def _make_buttons(self) -> dict[str, QPushButton]:
        self._remove = QPushButton("Remove from the list")
        self._remove.setProperty("role", "quiet")
        self._remove.clicked.connect(lambda: self.removal_requested.emit(self._list.selected_key()))
        buttons = {}
        for key, title, signal in (
            ("demo", "Try the demo study", self.demo_requested),
            ("new", "New study from a protocol…", self.creation_requested),
            ("open", "Open study…", self.open_requested),
        ):
            buttons[key] = QPushButton(title)
            buttons[key].clicked.connect(signal)
        return buttons

    def _lay_out(self) -> None:
        doors = QHBoxLayout()
        doors.setSpacing(16)
        for door in self._doors.values():
            doors.addWidget(door, 1)
        head = row(text_label("Recent studies", "heading"), -1, self._remove, *self._buttons.values())
        body = QWidget()
        body.setMaximumWidth(WIDTH)
        inner = column(
            text_label("RealFM", "display"),
            text_label("Reader studies of medical-imaging foundation models, on this workstation.", "lead"),
            16,
            spacing=8,
            margins=(0, 40, 0, 24),
        )
        inner.addLayout(doors)
        inner.addSpacing(24)
        inner.addLayout(head)
        inner.addWidget(self.progress)
        inner.addWidget(self._stack, 1)
        body.setLayout(inner)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        across = QHBoxLayout()
        across.setContentsMargins(32, 0, 32, 0)
        across.addStretch(1)
        across.addWidget(body, 1000)
        across.addStretch(1)
        outer.addLayout(across, 1)


def _as_row(study: RecentStudy) -> ListRow:
    state = study.state if study.is_there else "Folder not found"
    note = f"opened {study.opened_utc[:10]}" if study.opened_utc else ""
    return ListRow(
        key=study.path,
        title=study.title + ("  (simulated)" if study.is_simulated else ""),
        caption=study.path,
        state=state,
        note=note,
    )
