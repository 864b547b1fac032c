"""RJafroc 2.1.3 and 2.1.2: Obuchowski-Rockette, pseudovalues, free-response endpoints, one algorithm."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from realfm_gui.analysis.endpoints.by_name import endpoint_from_name
from realfm_gui.analysis.mrmc.analysis import Request, Result, analyse_readers
from realfm_gui.analysis.mrmc.covariance import CovarianceMethod
from realfm_gui.analysis.mrmc.dorfman_berbaum_metz import PseudovalueAnalysis, pseudovalue_analysis
from realfm_gui.analysis.mrmc.endpoint import Endpoint
from realfm_gui.analysis.mrmc.observer_data import ObserverData
from realfm_gui.analysis.mrmc.obuchowski_rockette import Options
from realfm_gui.analysis.mrmc.results import Inference
from realfm_gui.analysis.mrmc.roc_endpoints import EmpiricalAuc

from .checks import Check, LeftOut, expected, study

PEER = "RJafroc 2.1.3"
OLDER = "RJafroc 2.1.2"
FILES = (
    "rjafroc_dataset01",
    "rjafroc_dataset02",
    "rjafroc_dataset03",
    "rjafroc_dataset04",
    "rjafroc_2.1.2_cov_methods",
    "rjafroc_cad_vs_rad",
)
DATA = {
    "dataset01": "rjafroc_dataset01_marks.csv",
    "dataset02": "mrmcaov_VanDyke.csv",
    "dataset03": "mrmcaov_Franken.csv",
    "dataset04": "rjafroc_dataset04_marks.csv",
}
ENDPOINTS = {
    "wAFROC": "wafroc",
    "AFROC": "afroc",
    "wAFROC1": "wafroc1",
    "AFROC1": "afroc1",
    "HrAuc": "hr-auc",
    "HrSe": "hr-se",
    "HrSp": "hr-sp",
    "MaxLLF": "max-llf",
    "MaxNLF": "max-nlf",
    "MaxNLFAllCases": "max-nlf-all-cases",
}
CUT = "Cov2 is below Cov3 here: the peer takes their difference as nil before it computes this component"
BOOTSTRAP_ERRORS = 4.0
"""A bootstrap without a seed is compared within this many Monte-Carlo standard errors."""


def run(folder: Path, file: str, entry: str) -> Iterator[Check | LeftOut]:
    """Compare one entry of one file."""
    values = expected(folder, file)[entry]
    output = values["output"]
    older = "2.1.2" in file
    peer = OLDER if older else PEER
    if entry == "split plot?":
        yield LeftOut(peer=peer, entry=entry, reason="the peer prints no test of a split-plot study")
    elif isinstance(output, dict) and "error" in output:
        yield LeftOut(peer=peer, entry=entry, reason="the peer stops with an error")
    elif file == "rjafroc_cad_vs_rad":
        yield from _algorithm(entry, output, folder / "data" / "rjafroc_dataset09_roc.csv")
    elif entry.startswith("FOM|"):
        data = study(folder / "data" / DATA[file.removeprefix("rjafroc_")])
        yield from _figures(entry, output, data)
    else:
        name = entry.split("|")[0] if older else file.removeprefix("rjafroc_")
        yield from _analysis(peer, entry, output, study(folder / "data" / DATA[name]))


def _figures(entry: str, output: dict[str, Any], data: ObserverData) -> Iterator[Check]:
    figures = endpoint_from_name(ENDPOINTS[entry.split("|")[1]]).prepare(data).figures
    for ours, theirs in zip(figures.ravel(), np.ravel(output["values"]), strict=True):
        yield Check(
            peer=PEER, entry=entry, statistic="figure of merit", ours=float(ours), theirs=float(theirs)
        )


def _analysis(peer: str, entry: str, output: dict[str, Any], data: ObserverData) -> Iterator[Check | LeftOut]:
    words = entry.split("|")
    inference = next((Inference(word.lower()) for word in words if word in ("RRRC", "FRRC", "RRFC")), None)
    is_bootstrap = any("bootstrap" in word.lower() for word in words)
    covariance = CovarianceMethod.DELONG if "DeLong" in words else CovarianceMethod.JACKKNIFE
    if is_bootstrap:
        covariance = CovarianceMethod.BOOTSTRAP
    free = next((ENDPOINTS[word] for word in words if word in ENDPOINTS), None)
    endpoint: Endpoint = EmpiricalAuc() if free is None else endpoint_from_name(free)
    options = Options(inference=inference or Inference.RRRC, limits=None, cut_fixed_readers=True)
    result = analyse_readers(
        data, Request(endpoint=endpoint, covariance=covariance, options=options, n_replicates=2000)
    )
    if words[0] == "DBM" or "DBM" in words or words[0] == "DBMVarComp":
        yield from _pseudovalues(peer, entry, output, data, endpoint, result, inference)
        return
    if is_bootstrap:
        yield from _bootstrap(peer, entry, output, result)
        return
    yield from _components(peer, entry, output.get("ANOVA", output), result)
    if inference is not None:
        yield from _tests(peer, entry, output[inference.value.upper()], result)


def _components(peer: str, entry: str, anova: dict[str, Any], result: Result) -> Iterator[Check | LeftOut]:
    parts = result.analysis.components
    ours = {
        "VarR": parts.var_r,
        "VarTR": parts.var_tr,
        "Cov1": parts.cov1,
        "Cov2": parts.cov2,
        "Cov3": parts.cov3,
        "Var": parts.error,
    }
    cuts = (parts.cov2 or 0.0) < (parts.cov3 or 0.0)
    for row in anova["VarCom"]:
        if cuts and row["row"] in ("VarR", "VarTR"):
            yield LeftOut(peer=peer, entry=f"{entry}, {row['row']}", reason=CUT)
            continue
        yield Check(
            peer=peer,
            entry=entry,
            statistic="variance component",
            ours=ours[row["row"]],
            theirs=row["Estimates"],
        )


def _tests(peer: str, entry: str, tests: dict[str, Any], result: Result) -> Iterator[Check]:
    def check(statistic: str, ours: float | None, theirs: float | None) -> Check:
        return Check(peer=peer, entry=entry, statistic=statistic, ours=ours, theirs=theirs)

    overall, test = tests["FTests"][0], result.analysis.global_test
    assert test is not None
    yield check(
        "global statistic", test.statistic, overall.get("FStat", overall.get("Chisq", overall.get("F")))
    )
    yield check("global p", test.p, overall["p"])
    for ours, theirs in zip(result.analysis.comparisons, tests["ciDiffTrt"], strict=True):
        difference = ours.difference
        assert difference.ci is not None
        yield check("difference", difference.value, theirs["Estimate"])
        yield check("standard error", difference.se, theirs["StdErr"])
        yield check("degrees of freedom", difference.df, theirs.get("DF"))
        yield check("p", difference.p, theirs.get("PrGTt", theirs.get("PrGTz")))
        yield check("confidence limit", difference.ci[0], theirs["CILower"])
        yield check("confidence limit", difference.ci[1], theirs["CIUpper"])
    for mean, theirs in zip(result.analysis.means, tests["ciAvgRdrEachTrt"], strict=True):
        yield check("mean", mean.estimate.value, theirs["Estimate"])
        yield check("standard error of a mean", mean.estimate.se, theirs["StdErr"])


def _bootstrap(peer: str, entry: str, output: dict[str, Any], result: Result) -> Iterator[Check]:
    """Compare two bootstraps of 2,000: a variance has a relative Monte-Carlo error of sqrt(2 / 2000)."""
    parts = result.analysis.components
    for row in output["ANOVA"]["VarCom"]:
        if row["row"] == "Var":
            spread = row["Estimates"] * np.sqrt(2 * 2 / 2000)
            yield Check(
                peer=peer,
                entry=entry,
                statistic="bootstrap variance",
                ours=parts.error,
                theirs=row["Estimates"],
                tolerance=BOOTSTRAP_ERRORS * float(spread),
            )


def _pseudovalues(
    peer: str,
    entry: str,
    output: dict[str, Any],
    data: ObserverData,
    endpoint: Endpoint,
    result: Result,
    inference: Inference | None,
) -> Iterator[Check | LeftOut]:
    sample = endpoint.prepare(data)
    table = pseudovalue_analysis(sample.figures, sample.leave_one_out())
    anova = output.get("ANOVA", output)
    yield from _mean_squares(peer, entry, anova, table)
    if inference is Inference.RRRC:
        row = output["RRRC"]["FTests"][0]
        yield Check(
            peer=peer, entry=entry, statistic="global statistic", ours=table.statistic, theirs=row["FStat"]
        )
        assert result.analysis.global_test is not None
        yield Check(
            peer=peer,
            entry=entry,
            statistic="global p",
            ours=result.analysis.global_test.p,
            theirs=row["p"],
        )


def _mean_squares(
    peer: str, entry: str, anova: dict[str, Any], table: PseudovalueAnalysis
) -> Iterator[Check]:
    squares = {
        "T": table.ms_t,
        "R": table.ms_r,
        "C": table.ms_c,
        "TR": table.ms_tr,
        "TC": table.ms_tc,
        "RC": table.ms_rc,
        "TRC": table.ms_trc,
    }
    parts = table.components
    components = {
        "VarR": parts["var_r"],
        "VarC": parts["var_c"],
        "VarTR": parts["var_tr"],
        "VarTC": parts["var_tc"],
        "VarRC": parts["var_rc"],
        "VarErr": parts["var_error"],
    }
    for row in anova["TRCanova"]:
        if row["MS"] is not None:
            yield Check(
                peer=peer,
                entry=entry,
                statistic="mean square of pseudovalues",
                ours=squares[row["row"]],
                theirs=row["MS"],
            )
    for row in anova["VarCom"]:
        yield Check(
            peer=peer,
            entry=entry,
            statistic="variance component",
            ours=components[row["row"]],
            theirs=row["Estimates"],
        )


def _algorithm(entry: str, output: dict[str, Any], path: Path) -> Iterator[Check]:
    method = entry.split("|")[-1]
    inference = Inference.RRFC if method == "1T-RRFC" else Inference.RRRC
    data = study(path)
    result = analyse_readers(
        data,
        Request(endpoint=EmpiricalAuc(), algorithm=data.readers[0], options=Options(inference=inference)),
    )
    ai = result.algorithms[0]
    difference = ai.difference
    assert difference.ci is not None

    def check(statistic: str, ours: float | None, theirs: float | None) -> Check:
        return Check(peer=PEER, entry=entry, statistic=statistic, ours=ours, theirs=theirs)

    interval = output.get("CIAvgDiffFom", output.get("ciAvgDiffFom"))
    yield check("figure of merit", ai.algorithm.value, output["fomCAD"])
    yield check("difference", difference.value, output["avgDiffFom"])
    yield check("degrees of freedom", difference.df, output["df"])
    yield check("p", difference.p, output["pval"])
    if interval is not None:
        yield check("confidence limit", difference.ci[0], interval[0])
        yield check("confidence limit", difference.ci[1], interval[1])
