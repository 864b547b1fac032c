"""Where the files beside the code are: in the wheel inside the package, in a checkout at its root."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def resource(*parts: str) -> Path:
    """Return the path of a file or folder under ``resources/``."""
    return _find("_resources", "resources").joinpath(*parts)


def example_study(name: str) -> Path:
    """Return the folder of an example study under ``studies/``."""
    return _find("_studies", "studies") / name


def _find(in_wheel: str, in_checkout: str) -> Path:
    packed = _PACKAGE / in_wheel
    return packed if packed.is_dir() else _PACKAGE.parent / in_checkout
