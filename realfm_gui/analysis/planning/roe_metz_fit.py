"""A Roe-Metz model whose simulated studies look like a given pilot."""

import math
from collections.abc import Callable
from dataclasses import replace

from realfm_gui.analysis.planning.bivariate_normal import bivariate_normal_cdf, normal_quantile
from realfm_gui.analysis.planning.components import PilotComponents
from realfm_gui.analysis.planning.roe_metz import RoeMetz
from realfm_gui.domain.errors import UserFacingError


def roe_metz_like(
    components: PilotComponents,
    aucs: tuple[float, float],
    *,
    n_positive: int,
    n_negative: int,
    b: float = 1.0,
) -> RoeMetz:
    """Return the Roe-Metz model with the pilot's AUCs, reader variances and error correlations.

    The error variance itself follows from AUCs, reader variances and case counts. Negative reader
    variances and correlations, and Cov2 below Cov3, count as nil differences: simulated readers cannot
    have them.

    Parameters
    ----------
    components : PilotComponents
        Of empirical AUCs, with `var_r`.
    aucs : tuple of two floats
        Expected AUC of a random reader in the first and second modality.
    n_positive, n_negative : int
        Cases that the components belong to.
    b : float
        See `RoeMetz`.

    Raises
    ------
    UserFacingError
        If no model of this kind has such components; the message names the one.

    References
    ----------
    .. [1] Hillis SL, Smith BJ, Chen W. J Med Imaging 2022;9(4):045501.
    """
    if components.var_r is None:
        raise UserFacingError(
            "The variance of readers is not given.", hint="Give var_r, or take components from a pilot."
        )
    if not all(0 < auc < 1 for auc in aucs):
        raise UserFacingError(f"AUCs of {aucs} cannot be simulated.", hint="Give AUCs between 0 and 1.")
    base = _readers_only(components.var_r, components.interaction, aucs, b)
    error = base.components(n_positive, n_negative).error
    goals = {name: getattr(components, name) / components.error * error for name in ("cov1", "cov2", "cov3")}

    def at(var_c: float, var_tc: float, var_rc: float) -> PilotComponents:
        rest = max(1 - var_c - var_tc - var_rc, 0.0)
        model = replace(base, var_c=var_c, var_tc=var_tc, var_rc=var_rc, var_error=rest)
        return model.components(n_positive, n_negative)

    var_c = _solved(lambda share: at(share, 0, 0).cov3 - goals["cov3"], 1.0, "Cov3")
    var_tc = _solved(lambda share: at(var_c, share, 0).cov2 - goals["cov2"], 1 - var_c, "Cov2")
    var_rc = _solved(lambda share: at(var_c, var_tc, share).cov1 - goals["cov1"], 1 - var_c - var_tc, "Cov1")
    return replace(
        base, var_c=var_c, var_tc=var_tc, var_rc=var_rc, var_error=max(1 - var_c - var_tc - var_rc, 0.0)
    )


def _readers_only(var_r: float, var_tr: float, aucs: tuple[float, float], b: float) -> RoeMetz:
    """Return separations and reader variances; they do not depend on how case variance is split."""
    first, second = (normal_quantile(auc) for auc in aucs)

    def of_readers(share: float) -> float:
        return bivariate_normal_cdf(first, second, share) - math.prod(aucs)

    def of_both(share: float) -> float:
        own = bivariate_normal_cdf(first, first, share) + bivariate_normal_cdf(second, second, share)
        return (own - aucs[0] ** 2 - aucs[1] ** 2) / 2

    most = 1 - 1e-6
    shared = _solved(lambda share: of_readers(share) - max(var_r, 0.0), most, "the reader variance")
    both = _solved(lambda share: of_both(share) - max(var_r, 0.0) - var_tr, most, "the interaction")
    both = max(both, shared)
    total = (1 + b**-2) / (1 - both)
    return RoeMetz(
        separations=(first * math.sqrt(total), second * math.sqrt(total)),
        var_r=shared * total / 2,
        var_tr=(both - shared) * total / 2,
        var_c=0.0,
        var_tc=0.0,
        var_rc=0.0,
        var_error=1.0,
        b=b,
    )


def _solved(excess: Callable[[float], float], most: float, what: str) -> float:
    """Return the share from 0 to `most` where a growing function passes 0; 0 where it starts above."""
    from scipy import optimize

    if excess(0.0) >= 0 or most <= 0:
        return 0.0
    if excess(most) < 0:
        raise UserFacingError(
            f"No simulated study has {what} so large beside the other components.",
            hint="Check the numbers; Cov1 and Cov2 together leave the error variance too little.",
        )
    return float(optimize.brentq(excess, 0.0, most, xtol=1e-14, rtol=1e-13))
