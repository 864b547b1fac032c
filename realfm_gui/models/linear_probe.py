"""A frozen encoder with one logistic regression per finding on top: what the built-in models share."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.images import CaseFrames, Frame
from realfm_gui.domain.prediction import Prediction, SaliencyMap
from realfm_gui.domain.progress import Progress
from realfm_gui.domain.protocol import OperatingPoint
from realfm_gui.models.adapter import NO_SALIENCY, Example, ModelInfo
from realfm_gui.models.head import FindingHead, Head, fit_finding, read_head

MAX_FRAMES = 32
"""Of a longer stack, this many evenly spaced frames are encoded."""

CASES_PER_BATCH = 4
"""Fast on two cores, and progress is still reported twice a second."""


class LinearProbe(ABC):
    """An adapter made of `encode` and logistic heads.

    A case of several frames (a stack) is represented by the mean of its frames' features (at most
    `MAX_FRAMES` of them, evenly spaced), in fitting as in predicting, so that calibration and threshold hold
    for both; its map is drawn on the frame whose own score is highest.

    Subclasses set `info`, `saliency_methods`, `device` and `input_size`, and implement `encode`,
    `preprocessing` and, if they draw maps, `saliency_map`.
    """

    info: ModelInfo
    saliency_methods: tuple[str, ...] = ()
    device: str = "cpu"
    input_size: int

    _head: Head | None = None

    @abstractmethod
    def encode(self, frames: Sequence[Frame]) -> NDArray[np.float64]:
        """Return the frames' features, shape (frames, features)."""

    @abstractmethod
    def preprocessing(self) -> str:
        """Return, in one line, what is done to the pixels before they are encoded."""

    def saliency_map(
        self,
        frame: Frame,  # noqa: ARG002 - for subclasses that draw maps
        index: int,
        head: FindingHead,
        method: str,
    ) -> SaliencyMap:
        """Return a map of frame `index` of its case, by one of `saliency_methods`."""
        raise ValueError(f"{self.info.name} draws no {method} map of frame {index} for {head.finding}")

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
        """Encode the development cases once and fit one head per finding (see `ModelAdapter`)."""
        features: list[NDArray[np.float64]] = []
        patients: list[str] = []
        labels: list[dict[str, bool]] = []
        for batch in _batches(examples, CASES_PER_BATCH):
            encoded = self._case_features([example.frames for example in batch])
            for example, vector in zip(batch, encoded, strict=True):
                if not np.isfinite(vector).all():
                    raise UserFacingError(
                        f"The features of development case {example.case_id} are not finite numbers.",
                        hint="Look for invalid pixel values in its image, or leave the case out.",
                    )
            features += encoded
            patients += [example.patient_id for example in batch]
            labels += [dict(example.labels) for example in batch]
            progress(len(features), total, "Reading development cases")
        parts = []
        for number, finding in enumerate(findings):
            progress(number, len(findings), "Fitting the head")
            known = [i for i, label in enumerate(labels) if finding in label]
            parts.append(
                fit_finding(
                    np.stack([features[i] for i in known]) if known else np.empty((0, 0)),
                    [labels[i][finding] for i in known],
                    [patients[i] for i in known],
                    finding=finding,
                    rule=operating_point,
                    seed=seed,
                )
            )
        head = Head(
            model=self.info.name,
            model_version=self.info.version,
            weights_sha256=self.info.weights_sha256,
            input_size=self.input_size,
            preprocessing=self.preprocessing(),
            features=len(parts[0].weights),
            seed=seed,
            findings=tuple(parts),
        )
        progress(len(findings), len(findings), "Fitting the head")
        self._head = head
        return head.to_bytes()

    def load_head(self, content: bytes) -> None:
        """Use a head that was fitted on this very encoder and set-up; refuse any other."""
        head = read_head(content)
        ours = {
            "model": self.info.name,
            "model version": self.info.version,
            "weights (SHA-256)": self.info.weights_sha256,
            "input size": self.input_size,
            "preprocessing": self.preprocessing(),
        }
        theirs = (
            head.model, head.model_version, head.weights_sha256, head.input_size, head.preprocessing
        )  # fmt: skip
        for (what, wanted), found in zip(ours.items(), theirs, strict=True):
            if wanted != found:
                raise UserFacingError(
                    f"The fitted head belongs to another model: its {what} is {found!r}, here {wanted!r}.",
                    hint=f"Fit {self.info.name} again on this study (realfm fit).",
                )
        self._head = head

    def predict(self, case: CaseFrames, *, saliency: str) -> list[Prediction]:
        """Return one prediction per finding of the head (see `ModelAdapter`)."""
        if self._head is None:
            raise UserFacingError(
                f"{self.info.title} has no fitted head yet.",
                hint="Fit it on the development split first (realfm fit).",
            )
        if saliency not in (NO_SALIENCY, *self.saliency_methods):
            can = ", ".join((*self.saliency_methods, NO_SALIENCY))
            raise UserFacingError(f"{self.info.title} draws no {saliency!r} map.", hint=f"It can do: {can}.")
        chosen = _chosen_frames(len(case.frames))
        frames = [case.frames[i] for i in chosen]
        features = self.encode(frames)
        predictions = []
        for head in self._head.findings:
            score = float(head.logits(features.mean(axis=0, keepdims=True))[0])
            if not np.isfinite(score):
                raise UserFacingError(
                    f"{self.info.title} gave no finite score for case {case.case_id}.",
                    hint="Look for invalid pixel values in its image.",
                )
            where = None
            if saliency != NO_SALIENCY:
                index = chosen[int(np.argmax(head.logits(features)))]
                where = self.saliency_map(case.frames[index], index, head, saliency)
            predictions.append(
                Prediction(
                    case_id=case.case_id,
                    finding=head.finding,
                    score=score,
                    probability=head.probability(score),
                    prevalence=head.prevalence,
                    operating_point=head.threshold,
                    interval=head.interval(score),
                    saliency=where,
                )
            )
        return predictions

    def _case_features(self, cases: Sequence[CaseFrames]) -> list[NDArray[np.float64]]:
        """Return one feature vector per case, encoding the frames of all of them together."""
        frames = [[case.frames[i] for i in _chosen_frames(len(case.frames))] for case in cases]
        encoded = self.encode([frame for group in frames for frame in group])
        ends = np.cumsum([len(group) for group in frames])[:-1]
        return [group.mean(axis=0) for group in np.split(encoded, ends)]


def _chosen_frames(count: int) -> list[int]:
    """Return the indices of at most `MAX_FRAMES` evenly spaced frames."""
    if count <= MAX_FRAMES:
        return list(range(count))
    return [int(i) for i in np.unique(np.rint(np.linspace(0, count - 1, MAX_FRAMES)).astype(int))]


def _batches(examples: Iterable[Example], size: int) -> Iterator[list[Example]]:
    iterator = iter(examples)
    while batch := list(islice(iterator, size)):
        yield batch
