"""The head: what turns an encoder's features into a calibrated score per finding, and its file."""

import json
import math
from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from realfm_gui.domain.ai_finding import ScoreInterval
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.protocol import OperatingPoint
from realfm_gui.models.calibration import LEVEL, calibration_covariance, probability_interval
from realfm_gui.models.folds import patient_folds
from realfm_gui.models.logistic import LogisticFit, Standardiser, fit_logistic, sigmoid
from realfm_gui.models.operating_point import choose_threshold

FOLDS = 5
PENALTIES = 10.0 ** np.arange(-1.0, 5.5)
"""L2 strengths tried, on standardised features (1/C of scikit-learn)."""

MIN_PATIENTS = FOLDS
"""Patients needed with, and without, the finding: one of each in every fold."""

Finite = Annotated[float, Field(allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FindingHead(_Part):
    """One finding's logistic regression, on the encoder's raw features, and how it did out of fold."""

    finding: str
    weights: tuple[Finite, ...]
    bias: Finite
    penalty: Finite
    calibration_slope: Annotated[Finite, Field(ge=0)]
    calibration_offset: Finite
    prevalence: Annotated[Finite, Field(gt=0, lt=1)]
    """Share of positives among the cases it was fitted and calibrated on."""
    threshold: Finite
    rule: OperatingPoint
    oof_auc: Share
    oof_sensitivity: Share
    oof_specificity: Share
    cases: int
    positives: int
    patients: int
    calibration_covariance: tuple[Finite, Finite, Finite] | None = None
    """Of slope and offset (see `calibration_covariance`); None where nothing can be said, or nobody asked."""

    def logits(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the scores of `features`, shape (cases, features), as shape (cases,)."""
        result: NDArray[np.float64] = features @ np.asarray(self.weights) + self.bias
        return result

    def probability(self, score: float) -> float:
        """Return the calibrated probability of a score, at `prevalence`."""
        logit = self.calibration_slope * score + self.calibration_offset
        return float(sigmoid(np.array([logit]))[0])

    def interval(self, score: float) -> ScoreInterval | None:
        """Return how well the calibration knows that probability; None where nothing can be said."""
        if self.calibration_covariance is None:
            return None
        low, high = probability_interval(
            score,
            slope=self.calibration_slope,
            offset=self.calibration_offset,
            covariance=self.calibration_covariance,
        )
        middle = self.probability(score)  # rounding at the ends of the scale must not leave it outside
        return ScoreInterval(low=min(low, middle), high=max(high, middle), level=LEVEL)


class Head(_Part):
    """Everything needed to score again, and to know what with: no pickle, readable as JSON."""

    format: Literal["realfm-head"] = "realfm-head"
    version: Literal[1, 2] = 2
    """2 has `FindingHead.calibration_covariance`."""
    model: str
    model_version: str
    weights_sha256: str
    input_size: int
    preprocessing: str
    features: int
    seed: int
    folds: int = FOLDS
    findings: tuple[FindingHead, ...] = Field(min_length=1)

    def to_bytes(self) -> bytes:
        """Return the file's content; the same head gives the same bytes."""
        return json.dumps(self.model_dump(mode="json"), sort_keys=True, indent=1).encode()


def read_head(content: bytes) -> Head:
    """Read what `Head.to_bytes` wrote.

    Raises
    ------
    UserFacingError
        If the content is no head, is damaged, or comes from a newer version.
    """
    hint = "Fit the model again (realfm fit)."
    try:
        table = json.loads(content)
    except ValueError as error:
        raise UserFacingError("The fitted head cannot be read: it is damaged.", hint=hint) from error
    if not isinstance(table, dict) or table.get("format") != "realfm-head":
        raise UserFacingError("This file is not a fitted head.", hint=hint)
    if isinstance(table.get("version"), int) and table["version"] > 2:
        raise UserFacingError(
            f"The fitted head is of version {table['version']}, newer than this program reads (2).",
            hint="Update the program, or fit the model again (realfm fit).",
        )
    try:
        head = Head.model_validate_json(content)
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise UserFacingError(f"The fitted head is damaged at {place!r}.", hint=hint) from error
    if any(len(part.weights) != head.features for part in head.findings):
        raise UserFacingError("The fitted head is damaged: weights are missing.", hint=hint)
    return head


def fit_finding(
    features: ArrayLike,
    is_positive: ArrayLike,
    patients: Sequence[str],
    *,
    finding: str,
    rule: OperatingPoint,
    seed: int,
) -> FindingHead:
    """Fit, calibrate and choose the operating point of one finding on the development cases.

    The penalty is the one with the smallest out-of-fold log loss in patient-grouped, label-stratified
    cross-validation (standardisation is learnt inside each fold). The out-of-fold logits at that penalty give
    Platt's calibration, the threshold and the AUC; the final weights are fitted on all cases.

    Parameters
    ----------
    features : array-like of shape (n_cases, n_features)
    is_positive : array-like of bool, shape (n_cases,)
    patients : sequence of str
        Patient of each case.
    finding : str
        Named in errors and in the result.
    rule : OperatingPoint
        How the threshold is chosen.
    seed : int
        Of the folds.

    Raises
    ------
    UserFacingError
        If only one class occurs, patients are too few, or a feature is not a finite number.

    References
    ----------
    .. [1] Platt J. Probabilistic outputs for support vector machines. In: Advances in Large Margin
       Classifiers. MIT Press; 1999:61-74 (targets smoothed by one case of each class).
    """
    x = np.asarray(features, dtype=np.float64)
    y = np.asarray(is_positive, dtype=np.bool_)
    _refuse_unfit(x, y, patients, finding)
    fold = patient_folds(patients, y, folds=FOLDS, seed=seed)
    out_of_fold = np.empty((len(PENALTIES), len(y)))
    for number in range(FOLDS):
        rest, held_out = fold != number, fold == number
        scaling = Standardiser.of(x[rest])
        fits = fit_logistic(scaling.apply(x[rest]), y[rest].astype(np.float64), PENALTIES)
        test = scaling.apply(x[held_out])
        out_of_fold[:, held_out] = [fit.logits(test) for fit in fits]
    losses = (np.logaddexp(0.0, out_of_fold) - y * out_of_fold).mean(axis=1)
    # Of equal losses the strongest penalty: the simplest head.
    best = len(losses) - 1 - int(np.argmin(losses[::-1]))
    scores = out_of_fold[best]

    scaling = Standardiser.of(x)
    final = fit_logistic(scaling.apply(x), y.astype(np.float64), PENALTIES[best : best + 1])[0]
    weights = final.weights / scaling.scale
    slope, offset = platt_calibration(scores, y)
    point = choose_threshold(scores, y, rule)
    spread = calibration_covariance(scores, y, patients, slope=slope, offset=offset)
    return FindingHead(
        finding=finding,
        weights=tuple(float(w) for w in weights),
        bias=float(final.bias - weights @ scaling.mean),
        penalty=float(PENALTIES[best]),
        calibration_slope=slope,
        calibration_offset=offset,
        prevalence=float(y.mean()),
        threshold=point.threshold,
        rule=rule,
        oof_auc=rank_auc(scores, y),
        oof_sensitivity=point.sensitivity,
        oof_specificity=point.specificity,
        cases=len(y),
        positives=int(y.sum()),
        patients=len(set(patients)),
        calibration_covariance=spread,
    )


def platt_calibration(scores: NDArray[np.float64], is_positive: NDArray[np.bool_]) -> tuple[float, float]:
    """Return slope and offset of the calibrated logit, slope * score + offset.

    Scores that rank worse than chance give slope 0 (every case at the prevalence): a calibration never
    turns the order round.
    """
    positives, negatives = int(is_positive.sum()), int((~is_positive).sum())
    targets = np.where(is_positive, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    # The solver works near 1; logits of a weak penalty may be far from it.
    spread = float(scores.std()) or 1.0
    fit: LogisticFit = fit_logistic((scores / spread)[:, None], targets, np.array([0.0]))[0]
    if fit.weights[0] > 0:
        return float(fit.weights[0] / spread), fit.bias
    share = float(targets.mean())
    return 0.0, math.log(share / (1 - share))


def rank_auc(scores: NDArray[np.float64], is_positive: NDArray[np.bool_]) -> float:
    """Return the chance that a positive case outscores a negative one, ties counting half."""
    positive, negative = scores[is_positive], np.sort(scores[~is_positive])
    wins = np.searchsorted(negative, positive, side="left")
    wins_or_ties = np.searchsorted(negative, positive, side="right")
    return float((wins + wins_or_ties).sum() / (2 * len(positive) * len(negative)))


def _refuse_unfit(
    x: NDArray[np.float64], y: NDArray[np.bool_], patients: Sequence[str], finding: str
) -> None:
    if x.ndim != 2 or len(x) != len(y) or len(y) != len(patients):
        raise ValueError("features, truth and patients must describe the same cases")
    if not len(y):
        raise UserFacingError(
            f"No development case has a truth label for {finding!r}.",
            hint="Give cases the split 'development' and their truth in the truth file.",
        )
    if y.all() or not y.any():
        only = "with" if y.all() else "without"
        raise UserFacingError(
            f"All {len(y)} development cases are {only} {finding!r}: a head cannot be fitted on one class.",
            hint="Add development cases of the other class to the truth file.",
        )
    with_finding = {p for p, positive in zip(patients, y, strict=True) if positive}
    without = set(patients) - with_finding
    if min(len(with_finding), len(without)) < MIN_PATIENTS:
        raise UserFacingError(
            f"{finding!r} has {len(with_finding)} development patients with and {len(without)} without it; "
            f"cross-validation needs at least {MIN_PATIENTS} of each.",
            hint="Add development cases to the truth file.",
        )
    if not np.isfinite(x).all():
        cases = int((~np.isfinite(x).all(axis=1)).sum())
        raise UserFacingError(
            f"The encoder gave no finite features for {cases} of {len(y)} development cases.",
            hint="Look for images with invalid pixel values, or run on another device.",
        )
