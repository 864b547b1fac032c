"""Bootstrap over cases and readers at once, with the correction the plain two-way bootstrap needs.

Every replicate weighs the same cases and readers for every modality and the algorithm, so any contrast comes
from the same replicates. Resampling readers and cases together counts the reader-by-case variance three times
(Owen 2007), so the plain two-way interval is too wide. Three sets of replicates (readers, cases, both) give a
variance without that excess.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from realfm_gui.analysis.estimate import Estimate, quantile, two_sided_p
from realfm_gui.analysis.mrmc.endpoint import Sample
from realfm_gui.analysis.mrmc.replicates import reader_weights, weight_blocks
from realfm_gui.domain.errors import Cancelled

Floats = NDArray[np.float64]

Contrast = Callable[[Floats], Floats]
"""From the readers' means per modality (replicates, modalities) to one number each (replicates,)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replicates:
    """Readers' means per modality in every replicate, shape (replicates, modalities).

    `estimate` has shape (modalities,). `n_degenerate` replicates gave no figure for some reader; they are NaN
    and counted, never dropped in silence.
    """

    estimate: Floats
    of_readers: Floats
    of_cases: Floats
    of_both: Floats
    n_readers: int
    n_units: int
    seed: int

    @property
    def n_degenerate(self) -> int:
        """Number of replicates without a figure for some modality."""
        return int(np.isnan(self.of_both).any(axis=1).sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class BootstrapResult:
    """A contrast with its corrected interval, and the plain two-way one beside it.

    `naive_se` is the standard error of the plain two-way bootstrap (too large), `naive_ci` its percentile
    interval.
    """

    estimate: Estimate
    naive_se: float
    naive_ci: tuple[float, float]
    scale: str


def draw_replicates(
    sample: Sample,
    *,
    n_replicates: int = 2000,
    seed: int = 1,
    device: str = "cpu",
    progress: Callable[[float], None] = lambda _share: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Replicates:
    """Resample cases (within truth, patients whole) and readers.

    Parameters
    ----------
    sample : Sample
        The endpoint on the study.
    n_replicates : int
        Number of replicates of each set.
    seed : int
        Stored with the result; the same seed gives the same weights on every device.
    device : str
        Where to compute, as torch names it.
    progress, should_stop : callable
        Called between chunks with the share done, and asked whether to stop (then `Cancelled`).
    """
    figures = sample.figures
    n_readers = figures.shape[1]
    present = ~np.isnan(figures)
    readers = reader_weights(n_readers, n_replicates=n_replicates, seed=seed + 1)
    of_cases, of_both = [], []
    everyone = np.ones((1, n_readers))
    done = 0
    for weights in weight_blocks(sample.unit_strata, n_replicates=n_replicates, seed=seed):
        if should_stop():
            raise Cancelled
        drawn = sample.weighted(weights, device=device)
        of_cases.append(_mean_over_readers(drawn, everyone, present))
        of_both.append(_mean_over_readers(drawn, readers[done : done + len(weights)], present))
        done += len(weights)
        progress(done / n_replicates)
    return Replicates(
        estimate=_mean_over_readers(figures[np.newaxis], everyone, present)[0],
        of_readers=_mean_over_readers(figures[np.newaxis], readers, present),
        of_cases=np.concatenate(of_cases),
        of_both=np.concatenate(of_both),
        n_readers=n_readers,
        n_units=int(sample.takes_part.sum()),
        seed=seed,
    )


def bootstrap_contrast(
    replicates: Replicates, contrast: Contrast, *, alpha: float, scale: str = "plain"
) -> BootstrapResult:
    """Return a contrast of modality means with the corrected t interval.

    Parameters
    ----------
    replicates : Replicates
        From `draw_replicates`.
    contrast : callable
        From the means (replicates, modalities) to one number each, e.g. ``lambda m: m[:, 0] - m[:, 1]``.
    alpha : float
        One minus the confidence level.
    scale : str
        ``plain``, ``logit`` for shares, ``log`` for ratios: where the interval is symmetric.

    Notes
    -----
    Corrected variance: V_R R/(R-1) + V_C C/(C-1) - (V_RC - V_R - V_C) RC/((R-1)(C-1)), which is unbiased for
    means over readers and cases; each one-way bootstrap counts their interaction once, the two-way three
    times. Where it falls below the larger one-way variance, that is taken. With one reader only cases are
    resampled. The degrees of freedom are those of the readers' part (Satterthwaite with R - 1).

    References
    ----------
    .. [1] Owen AB. Ann Appl Stat 2007;1(2):386-411 (the pigeonhole bootstrap).
    """
    forward, backward = _SCALES[scale]
    value = float(contrast(replicates.estimate[np.newaxis])[0])
    drawn = [contrast(part) for part in (replicates.of_readers, replicates.of_cases, replicates.of_both)]
    v_r, v_c, v_rc = (float(np.nanvar(_usable(forward(part)), ddof=1)) for part in drawn)
    n_r, n_c = replicates.n_readers, replicates.n_units
    df: float | None = None
    if n_r == 1:
        variance = v_c * n_c / (n_c - 1)
    else:
        interaction = v_rc - v_r - v_c
        variance = v_r * n_r / (n_r - 1) + v_c * n_c / (n_c - 1)
        variance -= interaction * n_r * n_c / ((n_r - 1) * (n_c - 1))
        variance = max(variance, v_r, v_c)
        of_readers = v_r * n_r / (n_r - 1)
        df = variance**2 / (of_readers**2 / (n_r - 1)) if of_readers > 1e-12 * variance else None
    degenerate = replicates.n_degenerate
    note = f"{degenerate} of {len(drawn[2])} replicates gave no figure." if degenerate else ""
    tail = _usable(drawn[2])
    low, high = (float(np.quantile(tail, q)) for q in (alpha / 2, 1 - alpha / 2))
    estimate = Estimate(value=value, note=note or sentence_without_spread())
    if variance > 0:
        center = float(forward(np.array([value]))[0])
        half = quantile(1 - alpha / 2, df) * math.sqrt(variance)
        ends = backward(np.array([center - half, center + half]))
        null = float(forward(np.array([1.0 if scale == "log" else 0.0]))[0]) if scale != "logit" else None
        statistic = None if null is None else (center - null) / math.sqrt(variance)
        estimate = Estimate(
            value=value,
            se=math.sqrt(variance) if scale == "plain" else None,
            df=df,
            statistic=statistic,
            p=None if statistic is None else two_sided_p(statistic, df),
            ci=(float(ends[0]), float(ends[1])),
            note=note,
        )
    return BootstrapResult(
        estimate=estimate, naive_se=float(np.nanstd(tail, ddof=1)), naive_ci=(low, high), scale=scale
    )


def sentence_without_spread() -> str:
    """Return why there is no interval."""
    return "All replicates gave the same number: no interval can be given."


def _usable(values: Floats) -> Floats:
    return values[np.isfinite(values)]


def _logit(p: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        result: Floats = np.log(p) - np.log1p(-p)
    return result


def _expit(x: Floats) -> Floats:
    result: Floats = 1 / (1 + np.exp(-x))
    return result


def _log(x: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        result: Floats = np.log(x)
    return result


def _same(x: Floats) -> Floats:
    return x


_SCALES: dict[str, tuple[Callable[[Floats], Floats], Callable[[Floats], Floats]]] = {
    "plain": (_same, _same),
    "logit": (_logit, _expit),
    "log": (_log, np.exp),
}


def _mean_over_readers(figures: Floats, weights: Floats, present: NDArray[np.bool_]) -> Floats:
    """Return weighted means over the readers present in each modality, shape (replicates, modalities)."""
    counted = weights[:, np.newaxis, :] * present
    total = np.where(present, figures, 0.0)
    sums, sizes = (counted * total).sum(axis=2), counted.sum(axis=2)
    means = np.full(sums.shape, np.nan)
    np.divide(sums, sizes, out=means, where=sizes > 0)
    return means
