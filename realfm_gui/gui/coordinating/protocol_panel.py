"""What the protocol fixed, always on the right."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from realfm_gui.domain.protocol import Protocol
from realfm_gui.gui.widgets.labels import clear, text_label
from realfm_gui.workflows.overview import StudyOverview

_RULES = {"youden": "Youden's index", "sensitivity": "sensitivity", "specificity": "specificity"}
_DESIGNS = {"sequential": "Sequential: without, then with the model"}
_SALIENCY = {"grad-cam": "Grad-CAM", "occlusion": "Occlusion", "none": "None"}


class ProtocolPanel(QWidget):
    """The frozen facts of the study as a list of label and value; holds no outcome."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sha256 = ""
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(20, 24, 20, 24)
        self._layout.setSpacing(4)

    def show_protocol(self, protocol: Protocol, view: StudyOverview) -> None:
        """Show what was fixed."""
        self._sha256 = view.protocol_sha256
        clear(self._layout)
        self._layout.addWidget(text_label("Fixed by the protocol", "heading"))
        self._layout.addSpacing(8)
        for label, value in facts(protocol, view):
            self._layout.addWidget(text_label(label, "caption"))
            shown = text_label(value, wraps=True)
            shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._layout.addWidget(shown)
            self._layout.addSpacing(6)
        self._layout.addWidget(text_label("Fingerprint (SHA-256)", "caption"))
        short = text_label(f"{self._sha256[:16]}…")
        short.setToolTip(self._sha256)
        self._layout.addWidget(short)
        copy = QPushButton("Copy fingerprint")
        copy.setProperty("role", "small")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._sha256))
        self._layout.addWidget(copy, 0, Qt.AlignmentFlag.AlignLeft)
        self._layout.addStretch(1)


def facts(protocol: Protocol, view: StudyOverview) -> list[tuple[str, str]]:
    """Return (label, value) of everything the panel shows."""
    model, analysis = protocol.model, protocol.analysis
    point = model.operating_point
    rule = _RULES[point.rule] + (f" {100 * point.target:g} %" if point.target is not None else "")
    rows = [
        ("Finding" if len(view.findings) == 1 else "Findings", ", ".join(view.findings)),
        ("Design", _DESIGNS[protocol.design]),
        ("Prevalence where the model would be used", f"{100 * view.prevalence:g} %"),
        ("Model shown to the readers", model.name),
        ("Heat map", _SALIENCY[model.saliency]),
        ("Operating point, on the development cases", rule),
        ("Confidence level", f"{100 * (1 - analysis.alpha):g} %"),
        (
            "Margins (AUC, sensitivity, specificity)",
            f"{analysis.margin_auc:g}, {analysis.margin_sensitivity:g}, {analysis.margin_specificity:g}",
        ),
        ("Idle after", f"{protocol.reading.idle_after_s:g} s without input"),
    ]
    if view.outcomes_opened_utc:
        times = "\n".join(f"{time[:16].replace('T', ' ')} UTC" for time in view.outcomes_opened_utc[-3:])
        rows.append((f"Outcomes opened, {len(view.outcomes_opened_utc)} times", times))
    else:
        rows.append(("Outcomes opened", "Never"))
    return rows
