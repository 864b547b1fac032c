"""The cases a model could not answer, with the reason of each."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QPushButton, QScrollArea, QWidget

from realfm_gui.gui.widgets.labels import column, row, text_label
from realfm_gui.gui.widgets.plain_table import Column, PlainTable
from realfm_gui.workflows.overview import ModelOverview

FAILURES = (Column(title="Case", width=208), Column(title="What", width=112), Column(title="Reason"))
FAILED, DECLINED = "failed", "not made for it"
EXPLANATION = (
    "Their readers are told that the model has no answer for this case and in general words why, never that "
    "nothing was found. The exact reason is shown to nobody but you."
)


class FailuresDialog(QDialog):
    """A list to look at and to copy."""

    def __init__(self, model: ModelOverview, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Failed cases")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(880, 480)
        self._failures = [(case_id, FAILED, reason) for case_id, reason in model.failures]
        self._failures += [(case_id, DECLINED, reason) for case_id, reason in model.declined]
        self.table = PlainTable(FAILURES, f"Cases {model.name} could not answer")
        self.table.show_rows([list(entry) for entry in self._failures])
        area = QScrollArea()
        area.setWidgetResizable(True)
        content = QWidget()
        content.setLayout(column(self.table, -1))
        area.setWidget(content)
        self.copy_button, close = QPushButton("Copy list"), QPushButton("Close")
        self.copy_button.clicked.connect(self._copy)
        close.setProperty("role", "primary")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        title = f"{model.name} could not answer {len(self._failures)} of {model.cases_total} cases"
        layout = column(
            text_label(title, "lead", wraps=True),
            text_label(EXPLANATION, "quiet", wraps=True),
            area,
            spacing=12,
            margins=(24, 24, 24, 16),
        )
        layout.setStretch(2, 1)
        layout.addLayout(row(self.copy_button, -1, close))
        self.setLayout(layout)

    def _copy(self) -> None:
        lines = ["case\twhat\treason", *("\t".join(entry) for entry in self._failures)]
        QGuiApplication.clipboard().setText("\n".join(lines))
        self.copy_button.setText("Copied")
