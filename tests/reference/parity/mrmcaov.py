"""MRMCaov 0.3.0: Obuchowski-Rockette in four designs, with three covariances and three inferences."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from realfm_gui.analysis.endpoints.by_name import endpoint_from_name
from realfm_gui.analysis.mrmc.analysis import Request, Result, analyse_readers
from realfm_gui.analysis.mrmc.covariance import CovarianceMethod
from realfm_gui.analysis.mrmc.endpoint import Endpoint
from realfm_gui.analysis.mrmc.observer_data import ObserverData
from realfm_gui.analysis.mrmc.obuchowski_rockette import Options
from realfm_gui.analysis.mrmc.results import Inference
from realfm_gui.analysis.mrmc.roc_endpoints import EmpiricalAuc, ShareOfCalls

from .checks import Check, LeftOut, expected, ordered, study

PEER = "MRMCaov 0.3.0"
FILES = (
    "mrmcaov_VanDyke",
    "mrmcaov_Franken",
    "mrmcaov_VanDyke_designs",
    "mrmcaov_single_reader",
    "mrmcaov_other_metrics",
)
ENDPOINTS: dict[str, Endpoint] = {
    "empirical_auc": EmpiricalAuc(),
    "binary_sens": ShareOfCalls(threshold=3, of_positives=True, of_negatives=False),
    "binary_spec": ShareOfCalls(threshold=3, of_positives=False, of_negatives=True),
}
OTHER_ENDPOINTS: dict[str, Endpoint] = {
    'empirical_auc(truth, rating, partial = "specificity", min = 0.7,     max = 1)': endpoint_from_name(
        "pauc", axis="fpf", low=0.0, high=0.3, scale="raw"
    ),
    'empirical_auc(truth, rating, partial = "specificity", min = 0.7,     max = 1, normalize = TRUE)': (
        endpoint_from_name("pauc", axis="fpf", low=0.0, high=0.3, scale="width")
    ),
    "empirical_sens(truth, rating, spec = 0.8)": endpoint_from_name("sens-at-spec", specificity=0.8),
    "empirical_spec(truth, rating, sens = 0.8)": endpoint_from_name("spec-at-sens", sensitivity=0.8),
    "empirical_eu(truth, rating, slope = 1)": endpoint_from_name("expected-utility", slope=1.0),
}
HORIZONTAL_STEP = (
    "looking up a false-positive fraction at a sensitivity, this version takes the far end of a horizontal "
    "step of the curve; its numbers are reproduced with that mistake in the tests of the endpoints"
)
FITTED = {
    "binormal_auc(truth, rating)": endpoint_from_name("binormal-auc"),
    "binormalLR_auc(truth, rating)": endpoint_from_name("proper-auc"),
}
OTHER_ENDPOINTS |= FITTED
FITTED_TOLERANCE = 1e-4
"""Two searches for the best likelihood stop at slightly different places."""
RATIO_TOLERANCE = 5e-3
"""Of ratios of small variances, which enlarge such differences."""
NOT_AN_ENDPOINT = "a point on a fitted curve is compared in the tests of the curve fits"
NESTED_READERS = (
    "readers nested in modalities: this version's standard error is too small (a square is missing); ours is "
    "compared with the U-statistic of iMRMC, .0322788492"
)


def run(folder: Path, file: str, entry: str) -> Iterator[Check | LeftOut]:
    """Compare one entry of one file."""
    values = expected(folder, file)[entry]
    if file == "mrmcaov_single_reader":
        yield from _single_reader(entry, values, study(folder / "data" / "mrmcaov_VanDyke.csv"))
        return
    if file == "mrmcaov_other_metrics":
        yield from _other_metric(entry, values, folder / "data")
        return
    endpoint, covariance, inference, *design = entry.split("|")
    if design == ["readers_in_tests"] and inference != "RRFC":
        yield LeftOut(peer=PEER, entry=entry, reason=NESTED_READERS)
        return
    request = Request(
        endpoint=ENDPOINTS[endpoint],
        covariance=CovarianceMethod(covariance.lower()),
        options=Options(inference=Inference(inference.lower())),
    )
    result = analyse_readers(ordered(_data(folder / "data", file, design)), request)
    yield from _compared(entry, values, result)


def _data(data: Path, file: str, design: list[str]) -> ObserverData:
    if design == ["partially_paired"]:
        return study(data / "derived_VanDyke_partial.csv")
    if design == ["readers_in_tests"]:
        return study(data / "derived_VanDyke_readers_in_tests.csv")
    if file == "mrmcaov_Franken":
        return study(data / "mrmcaov_Franken.csv")
    return study(data / "mrmcaov_VanDyke.csv", design[0] if design else "")


def _compared(entry: str, values: dict[str, Any], result: Result) -> Iterator[Check]:
    def check(statistic: str, ours: float | None, theirs: float | None) -> Check:
        return Check(peer=PEER, entry=entry, statistic=statistic, ours=ours, theirs=theirs)

    for ours, theirs in zip(result.analysis.comparisons, values["test_diffs"], strict=True):
        difference = ours.difference
        assert difference.ci is not None
        yield check("difference", difference.value, theirs["Estimate"])
        yield check("standard error", difference.se, theirs["StdErr"])
        yield check("degrees of freedom", difference.df, theirs.get("df"))
        yield check("p", difference.p, theirs["p-value"])
        yield check("confidence limit", difference.ci[0], theirs["CI.Lower"])
        yield check("confidence limit", difference.ci[1], theirs["CI.Upper"])
    for mean, theirs in zip(result.analysis.means, values.get("test_means") or [], strict=False):
        yield check("mean", mean.estimate.value, theirs["Estimate"])
        yield check("standard error of a mean", mean.estimate.se, theirs["StdErr"])
        yield check("degrees of freedom", mean.estimate.df, theirs.get("df"))
    test, theirs = result.analysis.global_test, (values.get("test_equality") or [None])[0]
    if theirs is not None:
        assert test is not None
        yield check("global statistic", test.statistic, theirs.get("F", theirs.get("X2")))
        yield check("global p", test.p, theirs["p-value"])
    parts = result.analysis.components
    names = {
        "reader": parts.var_r,
        "treatment:reader": parts.var_tr,
        "Error": parts.error,
        "Cov1": parts.cov1,
        "Cov2": parts.cov2,
        "Cov3": parts.cov3,
    }
    for row in values.get("vcov_comps") or []:
        if row["Estimate"] is not None and names[row["row"]] is not None:
            yield check("variance component", names[row["row"]], row["Estimate"])


def _single_reader(entry: str, values: dict[str, Any], data: ObserverData) -> Iterator[Check | LeftOut]:
    """Compare one reader in both modalities (srmc), or in one (stmc)."""
    kind, reader, *rest = entry.split("|")
    if "error" in values:
        yield LeftOut(peer=PEER, entry=entry, reason="the peer stops with an error")
        return
    covariance = rest[-1].lower()
    part = ordered(data).with_only(readers=[data.readers.index(reader)])
    if kind == "stmc":
        part = part.with_only(modalities=[part.modalities.index(rest[0])])
    result = analyse_readers(part, Request(endpoint=EmpiricalAuc(), covariance=CovarianceMethod(covariance)))

    def check(statistic: str, ours: float | None, theirs: float | None) -> Check:
        return Check(peer=PEER, entry=entry, statistic=statistic, ours=ours, theirs=theirs)

    for ours, theirs in zip(result.analysis.comparisons, values.get("test_diffs") or [], strict=True):
        yield check("difference", ours.difference.value, theirs["Estimate"])
        yield check("standard error", ours.difference.se, theirs["StdErr"])
        yield check("p", ours.difference.p, theirs["p-value"])
    rows = [values] if kind == "stmc" else values["reader_means"]
    for figure, theirs in zip(result.reader_figures, rows, strict=True):
        yield check("standard error of a mean", figure.estimate.se, theirs["StdErr"])


def _other_metric(entry: str, values: dict[str, Any], data: Path) -> Iterator[Check | LeftOut]:
    name, endpoint = entry.split("|")
    if 'partial = "sensitivity"' in endpoint or (name == "VanDyke" and "empirical_spec" in endpoint):
        yield LeftOut(peer=PEER, entry=entry, reason=HORIZONTAL_STEP)
        return
    if endpoint not in OTHER_ENDPOINTS:
        yield LeftOut(peer=PEER, entry=entry, reason=NOT_AN_ENDPOINT)
        return
    is_fitted = endpoint in FITTED
    request = Request(endpoint=OTHER_ENDPOINTS[endpoint], options=Options(limits=None))
    found = _compared(entry, values, analyse_readers(ordered(study(data / f"mrmcaov_{name}.csv")), request))
    if not is_fitted:
        yield from found
        return
    for check in found:
        is_ratio = check.statistic in ("global statistic", "degrees of freedom")
        tolerance = RATIO_TOLERANCE if is_ratio else FITTED_TOLERANCE
        yield replace(check, statistic=f"fitted curve, {check.statistic}", tolerance=tolerance)
