"""``python -m realfm_gui`` is the same as ``realfm``."""

from realfm_gui.cli import main

if __name__ == "__main__":
    main()
