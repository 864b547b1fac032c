"""Icons: Material Design Icons (Apache-2.0) through QtAwesome, one stroke weight, coloured by the palette."""

from functools import lru_cache

from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon, QPixmap


@lru_cache(maxsize=256)
def icon(name: str, color: str) -> QIcon:
    """Return an icon of Material Design Icons 6, e.g. ``icon("home-outline", palette.ink)``."""
    import qtawesome

    found = qtawesome.icon(f"mdi6.{name}", color=color, color_disabled=color)
    assert isinstance(found, QIcon)
    return found


def pixmap(name: str, color: str, size: int) -> QPixmap:
    """Return the icon as a picture `size` logical pixels wide."""
    return icon(name, color).pixmap(QSize(size, size))
