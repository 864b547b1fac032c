"""What stands under the tiles: ROC plane, arms, readers, changes, times, notes."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from realfm_gui.gui.analysing import result_tables as tables
from realfm_gui.gui.analysing.roc_plot import RocPlot
from realfm_gui.gui.widgets.labels import clear, column, row, text_label
from realfm_gui.gui.widgets.plain_table import PlainTable

PLOT_SIDE = 360


class ResultSections(QWidget):
    """Tables and the plot of one finding."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plot = RocPlot()
        self.plot.setFixedSize(PLOT_SIDE, PLOT_SIDE)
        self._arms = PlainTable(tables.ARMS, "Arms")
        self._readers = PlainTable(tables.READERS, "Readers")
        self._changes = PlainTable(tables.CHANGES, "Changes of calls")
        self._times = PlainTable(tables.TIMES, "Reading times")
        self._no_changes = text_label("The model made no call, so changes cannot be split by it.", "caption")
        self._time_note = text_label("", "caption", wraps=True)
        self._notes = QVBoxLayout()
        self._notes.setSpacing(4)
        left = column(
            text_label("Readers and model in the ROC plane", "heading"),
            self.plot,
            text_label("Blue dot: unaided. Orange triangle: aided; a cross where AUC got worse.", "caption"),
            -1,
        )
        right = column(
            text_label("Arms", "heading"), self._arms, 16, text_label("Readers", "heading"), self._readers, -1
        )
        upper = row(spacing=32)
        upper.addLayout(left)
        upper.addLayout(right, 1)
        layout = column(spacing=8)
        layout.addLayout(upper)
        for title, parts in (
            (
                "Calls changed after the model was shown, by whether it was right",
                (self._changes, self._no_changes),
            ),
            ("Reading time per case, median of active time", (self._time_note, self._times)),
        ):
            layout.addSpacing(16)
            layout.addWidget(text_label(title, "heading"))
            for part in parts:
                layout.addWidget(part)
        layout.addSpacing(16)
        layout.addWidget(text_label("Notes", "heading"))
        layout.addLayout(self._notes)
        self.setLayout(layout)

    def show_results(self, results: Mapping[str, Any]) -> None:
        """Show the results of one finding."""
        self.plot.show_results(results)
        self._arms.show_rows(tables.arm_rows(results))
        self._readers.show_rows(tables.reader_rows(results))
        changes = tables.change_rows(results)
        self._changes.show_rows(changes)
        self._changes.setVisible(bool(changes))
        self._no_changes.setVisible(not changes)
        self._times.show_rows(tables.time_rows(results))
        self._time_note.setText(results["time"]["note"])
        self._show_notes([*results["warnings"], *results["missing"], *results["verdict"]["notes"]])

    def _show_notes(self, notes: Sequence[str]) -> None:
        clear(self._notes)
        for note in notes or ["None."]:
            self._notes.addWidget(text_label(f"–  {note}", wraps=True))
