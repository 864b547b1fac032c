"""A result as plain JSON types: what `realfm mrmc --json` writes."""

from typing import Any

from realfm_gui.analysis.estimate import Estimate
from realfm_gui.analysis.mrmc.algorithm import AlgorithmComparison
from realfm_gui.analysis.mrmc.analysis import Method, Result
from realfm_gui.analysis.mrmc.covariance import CovarianceMethod
from realfm_gui.analysis.mrmc.results import Comparison, MarginTest


def result_json(result: Result, *, version: str) -> dict[str, Any]:
    """Return the result with absent numbers as null.

    Differences are first minus second in the order of the file; under ``ai`` it is the readers' mean minus
    the algorithm. ``noninferiority`` tests that the second modality (or the algorithm) is not worse than the
    first (the readers) by the margin or more; ``noninferiority_of_first`` is the reverse.
    """
    request, data = result.request, result.data
    is_u = request.method is Method.USTAT
    covariance = CovarianceMethod.UNBIASED if is_u else request.covariance
    parts, test = result.analysis.components, result.analysis.global_test
    return {
        "tool": "realfm",
        "version": version,
        "endpoint": request.endpoint.name,
        "endpoint_label": request.endpoint.label,
        "design": result.reads.design.value,
        "method": request.method.value,
        "covariance": covariance.value,
        "inference": result.inference.value,
        "alpha": request.options.alpha,
        "n": {
            "readers": len(data.readers),
            "modalities": len(data.modalities),
            "cases": len(data.cases),
            "positive": data.n_positive,
            "negative": data.n_negative,
            "patients": len(set(data.clusters.tolist())),
        },
        "figures_of_merit": [
            {"modality": each.modality, "reader": each.reader, **_level(each.estimate)}
            for each in result.reader_figures
        ],
        "means": [{"modality": each.modality, **_level(each.estimate)} for each in result.analysis.means],
        "comparisons": [_comparison(each) for each in result.analysis.comparisons],
        "reader_comparisons": [
            {"reader": reader, **_comparison(each)} for reader, each in result.reader_comparisons
        ],
        "global_test": None
        if test is None
        else {"statistic": test.statistic, "df1": test.df1, "df2": test.df2, "p": test.p},
        "variance_components": {
            "var_r": parts.var_r,
            "var_tr": parts.var_tr,
            "cov1": parts.cov1,
            "cov2": parts.cov2,
            "cov3": parts.cov3,
            "error": parts.error,
        },
        "ai": _algorithm(result.algorithms[0]) if result.algorithms else None,
        "ai_by_modality": [_algorithm(each) for each in result.algorithms],
        "seed": request.seed if covariance is CovarianceMethod.BOOTSTRAP else None,
        "warnings": list(result.warnings),
    }


def _level(estimate: Estimate) -> dict[str, Any]:
    return {
        "value": estimate.value,
        "se": estimate.se,
        "df": estimate.df,
        "ci": None if estimate.ci is None else list(estimate.ci),
        **_note(estimate),
    }


def _difference(estimate: Estimate) -> dict[str, Any]:
    return {
        "difference": estimate.value,
        "se": estimate.se,
        "df": estimate.df,
        "statistic": estimate.statistic,
        "p": estimate.p,
        "ci": None if estimate.ci is None else list(estimate.ci),
        **_note(estimate),
    }


def _comparison(comparison: Comparison) -> dict[str, Any]:
    found = {
        "first": comparison.first,
        "second": comparison.second,
        **_difference(comparison.difference),
        "p_holm": comparison.p_holm,
    }
    if comparison.second_not_inferior is not None:
        found["noninferiority"] = _margin(comparison.second_not_inferior)
        found["noninferiority_of_first"] = _margin(comparison.first_not_inferior)
        found["equivalence_p"] = comparison.equivalence_p
    return found


def _algorithm(comparison: AlgorithmComparison) -> dict[str, Any]:
    found = {
        "modality": comparison.modality,
        "value": comparison.algorithm.value,
        "value_se": comparison.algorithm.se,
        "value_ci": None if comparison.algorithm.ci is None else list(comparison.algorithm.ci),
        **_difference(comparison.difference),
        "outperformed": comparison.outperformed,
        "outperformed_true": comparison.outperformed_true,
        "warnings": list(comparison.warnings),
    }
    if comparison.not_inferior is not None:
        found["noninferiority"] = _margin(comparison.not_inferior)
    return found


def _margin(test: MarginTest | None) -> dict[str, Any] | None:
    return None if test is None else {"margin": test.margin, "statistic": test.statistic, "p": test.p}


def _note(estimate: Estimate) -> dict[str, str]:
    return {"note": estimate.note} if estimate.note else {}
