"""Which models there are: the built-in ones and whatever other packages register."""

from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.models.adapter import ModelAdapter

GROUP = "realfm_gui.models"

BUILT_IN = {
    "efficientnet-lite0": "realfm_gui.models.efficientnet_lite:EfficientNetLite0",
    "pixels-16x16": "realfm_gui.models.pixel_control:PixelControl",
    "precomputed": "realfm_gui.models.precomputed:PrecomputedPredictions",
}
"""The same table as in pyproject.toml (a test compares them), for a program that runs from its sources."""


FROM_FILE = "precomputed"


def comes_from_file(name: str) -> bool:
    """Whether a model's answers come from a table: ``precomputed``, or ``precomputed-NAME`` of several."""
    return name == FROM_FILE or name.startswith(f"{FROM_FILE}-")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelListing:
    """A model as a list shows it; `reason` says why it is not available, and is empty when it is."""

    name: str
    title: str
    is_available: bool
    reason: str = ""


def available_models() -> list[ModelListing]:
    """Return every registered model, sorted by name.

    No weights are loaded, and the built-in models do not import torch for it. A model that cannot load is
    listed with the reason instead of left out.
    """
    return [_listing(name, entry) for name, entry in sorted(_entries().items())]


def create_model(name: str, *, input_size: int, device: str = "auto") -> ModelAdapter:
    """Return the model called `name`, ready to be fitted or to load a head.

    Parameters
    ----------
    name : str
        As in `available_models`.
    input_size : int
        Side of the square the image is fitted into, in pixels.
    device : str
        ``auto``, ``cpu``, ``cuda`` or ``mps``.

    Raises
    ------
    UserFacingError
        If there is no such model, or it cannot load: with the reason and what to do.
    """
    entries = _entries()
    if name not in entries:
        raise UserFacingError(
            f"There is no model {name!r}.", hint=f"There are: {', '.join(sorted(entries))}."
        )
    try:
        factory = entries[name].load()
    except Exception as error:
        raise UserFacingError(
            f"Model {name!r} cannot load: {_words(error)}.",
            hint="Install what it needs, or choose another model.",
        ) from error
    if factory.info.needs_file:
        raise UserFacingError(
            f"{factory.info.title} come from a file, not from a network.",
            hint="Give the CSV file with the predictions.",
        )
    model: ModelAdapter = factory(input_size=input_size, device=device)
    return model


def _entries() -> dict[str, EntryPoint]:
    """Return name -> entry point; a package that registers a built-in name does not replace it."""
    entries = {entry.name: entry for entry in entry_points(group=GROUP)}
    return entries | {
        name: EntryPoint(name=name, value=value, group=GROUP) for name, value in BUILT_IN.items()
    }


def _listing(name: str, entry: EntryPoint) -> ModelListing:
    # Whatever another package's module does on import is its own affair: it must not take the list with it.
    try:
        factory = entry.load()
        title = str(factory.info.title)
        reason = factory.missing_requirements() if hasattr(factory, "missing_requirements") else ""
    except Exception as error:
        return ModelListing(name=name, title=name, is_available=False, reason=_words(error))
    return ModelListing(name=name, title=title, is_available=not reason, reason=str(reason))


def _words(error: Exception) -> str:
    if isinstance(error, ModuleNotFoundError) and error.name:
        return f"needs the Python package that provides {error.name!r}"
    return str(error).rstrip(".") or type(error).__name__
