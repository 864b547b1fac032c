"""Where the program keeps what belongs to this user: recent studies, preferences, its own log."""

import os
from pathlib import Path

import platformdirs


def user_folder() -> Path:
    """Return the folder, made if needed; ``REALFM_SETTINGS`` moves it."""
    chosen = os.environ.get("REALFM_SETTINGS")
    folder = Path(chosen) if chosen else Path(platformdirs.user_config_dir("realfm", appauthor=False))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
