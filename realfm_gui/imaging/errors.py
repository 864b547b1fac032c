"""What imaging refuses."""

from realfm_gui.domain.errors import UserFacingError


class UnreadableImage(UserFacingError):  # noqa: N818 - the domain's UserFacingError carries the suffix
    """A file that is not an image this program can show rightly.

    `message` is a one-line reason. It names neither the file nor anything read from it, so that it may be
    logged; whoever lists refusals knows the file.
    """
