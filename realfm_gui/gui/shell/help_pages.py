"""Help: the pages under resources/help, to be read beside the work."""

from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QTextBlock,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFrameFormat,
    QTextTable,
)
from PySide6.QtWidgets import QDialog, QListWidget, QListWidgetItem, QPushButton, QTextBrowser, QWidget

from realfm_gui.gui.theme import GRID, Palette, palette_of
from realfm_gui.gui.widgets.labels import column, row
from realfm_gui.resource_files import resource

_FIRST = "index.md"


class HelpDialog(QDialog):
    """A list of pages on the left, the page on the right; it leaves the window free for work.

    Parameters
    ----------
    folder : Path, optional
        Folder of Markdown files.
    """

    def __init__(self, parent: QWidget | None = None, *, folder: Path | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Help · RealFM")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(960, 680)
        self._pages = help_pages(folder or resource("help"))
        self.contents = QListWidget()
        self.contents.setProperty("role", "contents")
        self.contents.setAccessibleName("Help pages")
        self.contents.setFixedWidth(216)
        self.contents.setWordWrap(True)
        self.contents.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for path in self._pages:
            item = QListWidgetItem(title_of(path))
            item.setToolTip(title_of(path))
            self.contents.addItem(item)
        self.text = QTextBrowser()
        self.text.setProperty("role", "help")
        # Links are followed here alone: a study's machine may have no network, and needs none.
        self.text.setOpenLinks(False)
        self.text.setOpenExternalLinks(False)
        self.text.anchorClicked.connect(self.follow)
        self.contents.currentRowChanged.connect(self._show)
        close = QPushButton("Close")
        close.clicked.connect(self.accept)
        across = row(self.contents, self.text, spacing=16)
        across.setStretch(1, 1)
        layout = column(spacing=16, margins=(16, 16, 16, 16))
        layout.addLayout(across, 1)
        layout.addLayout(row(-1, close))
        self.setLayout(layout)
        self.contents.setCurrentRow(0)

    @property
    def page(self) -> str:
        """Name of the file that is shown, or nothing."""
        at = self.contents.currentRow()
        return self._pages[at].name if 0 <= at < len(self._pages) else ""

    def follow(self, link: QUrl) -> None:
        """Go to another help page or to a heading; a link that leads elsewhere opens nothing."""
        if link.scheme() or link.host():
            return
        names = [path.name for path in self._pages]
        name = Path(link.path()).name
        if name in names:
            self.contents.setCurrentRow(names.index(name))
        if link.fragment() and (not name or name in names):
            self.text.scrollToAnchor(link.fragment())

    def _show(self, at: int) -> None:
        if 0 <= at < len(self._pages):
            self.text.setMarkdown(self._pages[at].read_text(encoding="utf-8"))
            _set_apart(self.text.document(), palette_of(self))


def show_help(window: QWidget) -> HelpDialog:
    """Open the help beside the window's work."""
    dialog = HelpDialog(window)
    dialog.setWindowModality(Qt.WindowModality.NonModal)
    dialog.show()
    return dialog


def _set_apart(document: QTextDocument, palette: Palette) -> None:
    """Give paragraphs, headings and tables the room Qt's Markdown leaves out."""
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            look = frame.format()
            look.setCellPadding(6)
            look.setCellSpacing(0)
            look.setBorder(1)
            look.setBorderCollapse(True)
            look.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
            look.setBorderBrush(QColor(palette.hairline))
            look.setTopMargin(GRID)
            look.setBottomMargin(2 * GRID)
            frame.setFormat(look)
    block = document.begin()
    while block.isValid():
        cursor = QTextCursor(block)
        if cursor.currentTable() is None and block.text():
            form = block.blockFormat()
            form.setTopMargin(2 * GRID if form.headingLevel() else 0)
            form.setBottomMargin(_room_below(block))
            cursor.setBlockFormat(form)
        block = block.next()


def _room_below(block: QTextBlock) -> float:
    """Return the room under a paragraph; lines of a list or of code stand close together."""
    code = QTextFormat.Property.BlockCodeFence
    following = block.next()
    if block.blockFormat().hasProperty(code):
        return 0 if following.isValid() and following.blockFormat().hasProperty(code) else 1.5 * GRID
    if block.textList() is not None:
        return GRID / 2 if following.isValid() and following.textList() is not None else 1.5 * GRID
    return 1.5 * GRID


def help_pages(folder: Path) -> list[Path]:
    """Return the Markdown files of a folder, an index first, then by title."""
    return sorted(folder.glob("*.md"), key=lambda path: (path.name != _FIRST, title_of(path).casefold()))


def title_of(path: Path) -> str:
    """Return a page's first heading, or its file's name."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            return line[2:].strip()
    return path.stem.replace("-", " ").capitalize()
