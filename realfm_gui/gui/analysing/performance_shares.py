"""Where the width of the interval comes from: one bar of shares, and the sentences beside it."""

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from realfm_gui.gui.analysing.performance_painting import LEFT_MIDDLE, elided, faded, set_font
from realfm_gui.gui.theme import SIZE_BODY, SIZE_SMALL, palette_of
from realfm_gui.gui.widgets.labels import clear, column, text_label
from realfm_gui.workflows.performance_components import Uncertainty

_BAR, _ROW = 14, 36
_ALPHAS = (230, 140, 70)
"""Greys, not hues: every hue of the program is an arm's or a state's."""


def flowing_label(text: str, role: str = "") -> QLabel:
    """Return a label that is as tall as its text at the width it has, and asks for no more beforehand.

    Beside fixed pictures a guess of the height at another width would leave the page's end blank.
    """
    label = text_label(text, role, wraps=True)
    policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
    policy.setHeightForWidth(True)
    label.setSizePolicy(policy)
    return label


class SharesBar(QWidget):
    """Shares of a variance as parts of one bar, each named below with its percentage and meaning."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shares: tuple[tuple[str, float, str], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_shares(self, shares: tuple[tuple[str, float, str], ...]) -> None:
        """Draw shares that add up to 1."""
        self._shares = shares
        self.setAccessibleName("; ".join(f"{name} {100 * share:.0f} %" for name, share, _ in shares))
        self.setVisible(bool(shares))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the height of the bar and its rows."""
        return QSize(320, _BAR + 8 + _ROW * len(self._shares))

    def minimumSizeHint(self) -> QSize:
        """Return the same."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the bar, then one row per part."""
        palette = palette_of(self)
        with QPainter(self) as painter:
            left = 0.0
            top = float(_BAR + 8)
            for (name, share, meaning), alpha in zip(self._shares, _ALPHAS, strict=False):
                color = faded(palette.ink, alpha)
                painter.fillRect(QRectF(left, 0, max(0.0, self.width() * share - 1), _BAR), color)
                left += self.width() * share
                painter.fillRect(QRectF(0, top + 4, 10, 10), color)
                set_font(painter, SIZE_BODY)
                painter.setPen(QColor(palette.ink))
                room = QRectF(18, top, self.width() - 18, 18)
                painter.drawText(room, int(LEFT_MIDDLE.value), f"{name} {100 * share:.0f} %")
                set_font(painter, SIZE_SMALL)
                painter.setPen(QColor(palette.ink_quiet))
                elided(painter, room.translated(0, 16), meaning)
                top += _ROW


class SharesPanel(QWidget):
    """The bar, what it says, and how far to trust it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar = SharesBar()
        self._texts = QVBoxLayout()
        self._texts.setSpacing(6)
        layout = column(text_label("Where the uncertainty comes from", "heading"), 4, self.bar, spacing=8)
        layout.addLayout(self._texts)
        layout.addStretch(1)
        self.setLayout(layout)

    def show_uncertainty(self, uncertainty: Uncertainty) -> None:
        """Show the parts of one interval."""
        self.bar.show_shares(uncertainty.shares)
        clear(self._texts)
        for sentence in uncertainty.sentences:
            self._texts.addWidget(flowing_label(sentence))
        for caveat in uncertainty.caveats:
            self._texts.addWidget(flowing_label(caveat, "caption"))
