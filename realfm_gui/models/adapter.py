"""What every model must offer: the contract of the entry-point group ``realfm_gui.models``."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from realfm_gui.domain.images import CaseFrames
from realfm_gui.domain.prediction import OutOfDomain, Prediction, PredictionFailure
from realfm_gui.domain.progress import Progress
from realfm_gui.domain.protocol import OperatingPoint
from realfm_gui.models.intended_images import ANY_IMAGES, IntendedImages

NO_SALIENCY = "none"
"""Every adapter understands it: scores only."""

CaseAnswer = list[Prediction] | OutOfDomain | PredictionFailure
"""What a model can say of a case: an answer, that it was not made for such a case, or that it failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo:
    """What a model is, without loading it.

    `weights_sha256` is empty where there are no weights. `needs_fit` is True where a head has to be fitted on
    the development split before it can predict; `needs_file` where predictions come from a file instead of a
    network. `images` are what the model was made for: a case of other images is told as such and never run.
    """

    name: str
    title: str
    version: str
    licence: str
    description: str
    weights_sha256: str = ""
    needs_fit: bool = True
    needs_file: bool = False
    images: IntendedImages = ANY_IMAGES


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One development case with its truth: finding -> present. A finding without a label is left out."""

    case_id: str
    patient_id: str
    frames: CaseFrames
    labels: Mapping[str, bool]


@runtime_checkable
class ModelAdapter(Protocol):
    """A model that scores cases.

    `saliency_methods` are the maps it can draw, of ``grad-cam``, ``occlusion``; ``none`` is always allowed.
    `device` is where it runs. A class registered as an entry point is called with the keywords
    ``input_size`` (pixels) and ``device`` (``auto``, ``cpu``, ``cuda``, ``mps``), and may offer a class
    method ``missing_requirements() -> str``: what has to be installed before it can load, empty when nothing.
    """

    info: ModelInfo
    saliency_methods: tuple[str, ...]
    device: str

    def fit(
        self,
        examples: Iterable[Example],
        *,
        findings: Sequence[str],
        operating_point: OperatingPoint,
        seed: int,
        total: int,
        progress: Progress,
    ) -> bytes:
        """Fit the head on the development split, use it from now on, and return it as bytes.

        `examples` are read once, one after another; `total` is how many come. The same examples, findings and
        seed give the same bytes on the same machine.

        Raises
        ------
        UserFacingError
            If the examples cannot carry a fit (one class, too few patients, unusable pixels).
        Cancelled
            If `progress` raises it; nothing is kept.
        """

    def load_head(self, content: bytes) -> None:
        """Use a head that `fit` returned; raise `UserFacingError` for one of another model or set-up."""

    def predict(self, case: CaseFrames, *, saliency: str) -> CaseAnswer:
        """Return one prediction per finding, or that the case is outside what the model was made for.

        Raises
        ------
        UserFacingError
            If this case cannot be answered, or the adapter has no such map, or no head yet.
        """

    def preprocessing(self) -> str:
        """Return, in one line, what is done to the pixels before the network sees them."""
