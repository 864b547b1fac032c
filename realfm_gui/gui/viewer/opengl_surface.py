"""OpenGL as an option: the same painting, put on the screen by the graphics card instead of the processor.

Chosen with the environment variable ``REALFM_OPENGL=1``. Where no OpenGL context can be had (a remote
desktop, no driver, off-screen), pictures are drawn as without it, and the user is told.
"""

import os
from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtGui import QOffscreenSurface, QOpenGLContext

from realfm_gui.domain.errors import UserFacingError

if TYPE_CHECKING:
    from realfm_gui.gui.viewer.viewport import Viewport

WISH = "REALFM_OPENGL"
"""The environment variable; 1, yes, true and on say yes."""


def is_wished() -> bool:
    """Return whether the user asked for OpenGL."""
    return os.environ.get(WISH, "").strip().lower() in ("1", "yes", "true", "on")


def trouble() -> UserFacingError | None:
    """Return why OpenGL, though asked for, is not used; None where it is, or nobody asked."""
    if not is_wished() or _has_context():
        return None
    return UserFacingError(
        "OpenGL cannot be used here; pictures are drawn without it and look the same.",
        hint=f"To be rid of this message, remove {WISH} from the environment, or start RealFM where a "
        "graphics driver with OpenGL is installed (often not over a remote connection).",
    )


@cache
def _has_context() -> bool:
    """Return whether a context can really be made and used, by trying."""
    context = QOpenGLContext()
    if not context.create():
        return False
    surface = QOffscreenSurface()
    surface.setFormat(context.format())
    surface.create()
    if not (surface.isValid() and context.makeCurrent(surface)):
        return False
    context.doneCurrent()
    return True


def draw_as_wished(viewport: "Viewport") -> None:
    """Let a viewport draw through OpenGL where that is wished for and possible."""
    if is_wished() and _has_context():
        from realfm_gui.gui.viewer.opengl_widget import OpenGLWidget

        viewport.draw_through(OpenGLWidget(viewport.paint_with, viewport))
