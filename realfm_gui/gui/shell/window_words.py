"""What a command line is in the window: hints are written for both, and the window has no shell."""

import re

from realfm_gui.domain.errors import UserFacingError

_PLACES = {
    "import": "Set up > Import images…",
    "fit": "Set up > Models",
    "predict": "Set up > Models",
    "models": "Set up > Models",
    "create": "Home > New study",
    "open": "Study > Read",
    "analyze": "Study > Analyse",
    "demo": "Home > Try the demo study",
}
"""Where the window does what a verb of the command line does; `verify` has no counterpart there."""

_COMMAND = re.compile(
    r"(?P<quote>['`]?)realfm (?P<verb>" + "|".join(_PLACES) + r")\b"
    # Its arguments: up to the end of the sentence, the bracket, the quotation; "PATH..." ends no sentence.
    r"(?:(?!(?<!\.\.)\.(?:\s|$)|[)'`,;]|\s(?:to|and|or)\s).)*(?P=quote)",
    re.DOTALL,
)
_OPTION = re.compile(r"\s*\(--[a-z-]+\)|\s+with --out\b")


def in_the_window(text: str) -> str:
    """Return `text` with every command line replaced by the place in the window that does the same.

    Examples
    --------
    >>> in_the_window("Import it: realfm import STUDY PATH... --truth CSV.")
    'Import it: Set up > Import images…'
    """
    said = _COMMAND.sub(lambda found: _PLACES[found["verb"]], text)
    return _OPTION.sub("", said).replace("….", "…")


def sentence_in_the_window(error: UserFacingError) -> str:
    """Return an error's message and hint in the window's words, for an empty state."""
    return f"{in_the_window(error.message)} {in_the_window(error.hint)}".strip()
