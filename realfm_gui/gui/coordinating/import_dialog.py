"""Choose what to import: folders or files of images, and the table of their reference standard."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QGridLayout, QLabel, QLineEdit, QPushButton, QWidget

from realfm_gui.gui.widgets.labels import column, row, text_label

COLUMNS = (
    "The table (CSV) names each image by file, patient or uid and gives truth (0 or 1) and split "
    "(development, training or reading). With priors (a number, or all) earlier examinations of the patient "
    "come along with a case. Further columns are kept as subgroups."
)
PROMISE = (
    "Images are copied, de-identified and stored under random names. A file that cannot be used is listed "
    "with its reason; the others go in."
)


class ImportDialog(QDialog):
    """Images from a folder (at any depth), and optionally their truth.

    Signals
    -------
    import_requested(list paths, object truth_csv)
        `truth_csv` is a Path or None.
    """

    import_requested = Signal(list, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Import images")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(640)
        self.images = QLineEdit()
        self.images.setPlaceholderText("A folder of DICOM, PNG or JPEG files")
        self.truth = QLineEdit()
        self.truth.setPlaceholderText("Optional: truth.csv")
        choose_images, choose_truth = QPushButton("Choose…"), QPushButton("Choose…")
        choose_images.setAccessibleName("Choose the folder of images")
        choose_truth.setAccessibleName("Choose the table of the reference standard")
        choose_images.clicked.connect(self._choose_images)
        choose_truth.clicked.connect(self._choose_truth)
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        for at, (label, field, button) in enumerate(
            (("Images", self.images, choose_images), ("Reference standard", self.truth, choose_truth))
        ):
            name = QLabel(label)
            name.setBuddy(field)
            grid.addWidget(name, at, 0)
            grid.addWidget(field, at, 1)
            grid.addWidget(button, at, 2)
        self.problem = text_label("", "bad", wraps=True)
        self.problem.hide()
        cancel, self.go = QPushButton("Cancel"), QPushButton("Import")
        self.go.setProperty("role", "primary")
        self.go.setDefault(True)
        self.go.setEnabled(False)
        cancel.clicked.connect(self.reject)
        self.go.clicked.connect(self._ask)
        self.images.textChanged.connect(lambda text: self.go.setEnabled(bool(text.strip())))
        layout = column(text_label(PROMISE, wraps=True), 4, spacing=12, margins=(24, 24, 24, 16))
        layout.addLayout(grid)
        layout.addWidget(text_label(COLUMNS, "caption", wraps=True))
        layout.addWidget(self.problem)
        layout.addSpacing(8)
        layout.addLayout(row(-1, cancel, self.go))
        self.setLayout(layout)

    def _ask(self) -> None:
        images = Path(self.images.text().strip()).expanduser()
        truth = Path(self.truth.text().strip()).expanduser() if self.truth.text().strip() else None
        for path, what in ((images, "folder of images"), (truth, "table")):
            if path is not None and not path.exists():
                self.problem.setText(f"There is no {what} at {path}.")
                self.problem.show()
                return
        self.import_requested.emit([images], truth)
        self.accept()

    def _choose_images(self) -> None:
        dialog = QFileDialog(self, "Folder of images")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.images.setText)
        dialog.open()

    def _choose_truth(self) -> None:
        dialog = QFileDialog(self, "Reference standard", filter="Tables (*.csv)")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.truth.setText)
        dialog.open()
