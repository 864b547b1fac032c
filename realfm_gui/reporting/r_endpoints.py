"""Endpoints as MRMCaov and iMRMC know them, in R."""

from realfm_gui.analysis.endpoints.curve_endpoints import (
    AreaScale,
    CurveAxis,
    ExpectedUtility,
    PartialAuc,
    SensitivityAtSpecificity,
    SpecificityAtSensitivity,
)
from realfm_gui.analysis.mrmc.endpoint import Endpoint
from realfm_gui.analysis.mrmc.roc_endpoints import ShareOfCalls


def threshold_of_calls(endpoint: Endpoint) -> float | None:
    """Return the threshold of a sensitivity or specificity, None for other endpoints."""
    if isinstance(endpoint, ShareOfCalls) and endpoint.of_positives != endpoint.of_negatives:
        return endpoint.threshold
    return None


def mrmcaov_metric(endpoint: Endpoint) -> str | None:
    """Return the endpoint as a call of MRMCaov, None where it has none."""
    if threshold_of_calls(endpoint) is not None:
        kind = "sens" if endpoint.name == "sensitivity" else "spec"
        return f"binary_{kind}(truth, is_called)"
    if isinstance(endpoint, SensitivityAtSpecificity) and endpoint.interpolates:
        return f"empirical_sens(truth, rating, spec = {endpoint.specificity!r})"
    if isinstance(endpoint, SpecificityAtSensitivity) and endpoint.interpolates:
        return f"empirical_spec(truth, rating, sens = {endpoint.sensitivity!r})"
    if isinstance(endpoint, ExpectedUtility):
        return f"empirical_eu(truth, rating, slope = {endpoint.slope!r})"
    if isinstance(endpoint, PartialAuc):
        return _partial_metric(endpoint)
    return {
        "auc": "empirical_auc(truth, rating)",
        "hr-auc": "empirical_auc(truth, rating)",
        "binormal-auc": "binormal_auc(truth, rating)",
        "proper-auc": "binormalLR_auc(truth, rating)",
    }.get(endpoint.name)


def _partial_metric(endpoint: PartialAuc) -> str | None:
    if endpoint.scale is AreaScale.MCCLISH:
        return None
    is_fpf = endpoint.axis is CurveAxis.FALSE_POSITIVE_FRACTION
    # 1 - .3 is not .7 in binary: what the user wrote is meant.
    low, high = (
        (round(1 - endpoint.high, 12), round(1 - endpoint.low, 12))
        if is_fpf
        else (
            endpoint.low,
            endpoint.high,
        )
    )
    axis = "specificity" if is_fpf else "sensitivity"
    scaled = ", normalize = TRUE" if endpoint.scale is AreaScale.WIDTH else ""
    return f'empirical_auc(truth, rating, partial = "{axis}", min = {low!r}, max = {high!r}{scaled})'


def imrmc_score(endpoint: Endpoint) -> str | None:
    """Return R code for iMRMC's score; shares of calls become AUCs against a tie (iMRMC's own advice)."""
    if threshold_of_calls(endpoint) is not None:
        truth = 1 if endpoint.name == "sensitivity" else 0
        return f"ifelse(ratings$truth == {truth}, as.numeric(ratings$is_called), 0.5)"
    return "ratings$rating" if endpoint.name in ("auc", "hr-auc") else None
