"""Probabilities at the prevalence they are meant for."""

import math


def at_prevalence(probability: float, *, calibrated_at: float, target: float) -> float:
    """Move a calibrated probability from one prevalence to another (prior shift).

    logit p' = logit p + logit π − logit π_s, where π_s is the share of positives at calibration and π the
    target prevalence; it assumes that diseased and normal cases look alike in both populations.

    Parameters
    ----------
    probability : float
        Calibrated probability, 0 to 1.
    calibrated_at, target : float
        Prevalences, strictly between 0 and 1.

    References
    ----------
    .. [1] Saerens M, Latinne P, Decaestecker C. Neural Computation 2002;14(1):21-41.

    Examples
    --------
    >>> round(at_prevalence(0.5, calibrated_at=0.5, target=0.2), 3)
    0.2
    """
    for name, value in (("calibrated_at", calibrated_at), ("target", target)):
        if not 0.0 < value < 1.0:
            raise ValueError(f"{name} must lie strictly between 0 and 1, not {value}")
    if probability in (0.0, 1.0):
        return probability
    odds = probability / (1 - probability) * (target / (1 - target)) * ((1 - calibrated_at) / calibrated_at)
    return odds / (1 + odds) if math.isfinite(odds) else 1.0
