"""An R script that repeats an analysis in MRMCaov and iMRMC, for independent confirmation."""

import textwrap
from collections.abc import Iterable, Sequence
from math import isinf

import numpy as np

from realfm_gui.analysis.mrmc.analysis import Method, Result
from realfm_gui.analysis.mrmc.covariance import CovarianceMethod
from realfm_gui.analysis.mrmc.design import Design
from realfm_gui.analysis.mrmc.results import Inference
from realfm_gui.reporting.r_endpoints import imrmc_score, mrmcaov_metric, threshold_of_calls

_WIDTH = 98

_COVARIANCES = {
    CovarianceMethod.JACKKNIFE: "jackknife",
    CovarianceMethod.DELONG: "DeLong",
    CovarianceMethod.UNBIASED: "unbiased",
    CovarianceMethod.BOOTSTRAP: "jackknife",
}

_COMPARE = """\
# Their numbers beside ours: pairs are found by name, and turned where the other program has them turned.
beside_ours <- function(who, pair, turned_pair, estimate, se, df, p) {
  place <- match(ours$comparison, pair)
  sign <- ifelse(is.na(place), -1, 1)
  place <- ifelse(is.na(place), match(ours$comparison, turned_pair), place)
  table <- data.frame(
    comparison = ours$comparison,
    estimate = sign * estimate[place], estimate_off = sign * estimate[place] - ours$estimate,
    se = se[place], se_off = se[place] - ours$se,
    df = df[place], p = p[place], p_off = p[place] - ours$p
  )
  cat("\\n", who, " (_off: theirs minus ours)\\n", sep = "")
  print(table, digits = 10, row.names = FALSE)
}
"""


def r_script(result: Result, csv_name: str) -> str:
    """Return an R script that runs the endpoint in MRMCaov and iMRMC and prints their numbers beside ours.

    Parameters
    ----------
    result : Result
        The analysis to repeat.
    csv_name : str
        Name of the table beside the script: reader, modality, case, truth (0 or 1), rating.

    Notes
    -----
    Where a program does not know the endpoint, or is known to differ, a comment says so.
    """
    parts = [
        "\n".join(_head(result, csv_name)),
        "\n".join(_data(result, csv_name)),
        "\n".join(_ours(result)),
        *([_COMPARE.rstrip()] if result.analysis.comparisons else []),
        "\n".join(_in_mrmcaov(result)),
        "\n".join(_in_imrmc(result)),
    ]
    return "\n\n".join(parts) + "\n"


def _head(result: Result, csv_name: str) -> Iterable[str]:
    data, request = result.data, result.request
    yield from _comment("Independent confirmation of an analysis by RealFM.")
    yield from _comment(f"Run it beside {csv_name}: Rscript SCRIPT. It needs R and, for each comparison,")
    yield from _comment("the package: install.packages(c('MRMCaov', 'iMRMC')).")
    yield "#"
    yield from _comment(f"Endpoint: {request.endpoint.label}. Inference: {result.inference.words}.")
    yield from _comment(f"Method: {request.method.value}, covariance: {_covariance(result).value}.")
    yield from _comment(
        f"{len(data.modalities)} modalities, {len(data.readers)} readers, {len(data.cases)} cases. "
        f"{result.reads.design.words}"
    )
    for sentence in _known_differences(result):
        yield "#"
        yield from _comment(sentence)


def _known_differences(result: Result) -> Iterable[str]:
    endpoint = result.request.endpoint
    if result.analysis.comparisons and mrmcaov_metric(endpoint) is not None:
        yield from _of_mrmcaov(result)
    if result.analysis.comparisons and imrmc_score(endpoint) is not None:
        yield from _of_imrmc(result)
    data = result.data
    if len(np.unique(data.clusters)) < len(data.cases):
        yield (
            "Known to differ: several cases belong to one patient. MRMCaov and iMRMC count cases as "
            "independent; their standard errors do not allow for it."
        )
    if not np.allclose(data.weights, data.weights[0]):
        yield "Known to differ: MRMCaov and iMRMC know no sampling weights; all their numbers differ."
    if any(pair.difference.se is None for pair in result.analysis.comparisons):
        yield (
            "Some variance is not above 0, so no p value is given here; iMRMC gives none either, and other "
            "programs may print one that means nothing."
        )
    if result.algorithms:
        yield (
            "The algorithm is left out: neither program compares one algorithm with readers. RJafroc does "
            "(StCadVsRad, method 1T-RRRC)."
        )


def _of_mrmcaov(result: Result) -> Iterable[str]:
    request, design = result.request, result.reads.design
    if design is Design.READERS_IN_MODALITIES:
        yield (
            "Known to differ: with readers nested in modalities, the standard error of MRMCaov 0.3.0 is too "
            "small (a square is missing); the U-statistic of iMRMC is the one to compare with."
        )
    elif not result.reads.has_reader.all():
        yield (
            "Known to differ: not every reader read in every modality. RealFM compares each pair of "
            "modalities in the readers of both; MRMCaov pools over all."
        )
    if request.method is Method.USTAT:
        yield (
            "Known to differ: MRMCaov has other degrees of freedom (Hillis), and so another p value; with "
            "its unbiased covariance the standard error agrees where the design is fully crossed."
        )
    elif request.covariance is CovarianceMethod.BOOTSTRAP:
        yield "Known to differ: MRMCaov has no bootstrap covariance; the jackknife stands in for it."
    if result.inference is Inference.FRRC and len(result.data.readers) > 1:
        yield (
            "Fixed readers: a negative Cov2 - Cov3 is kept by MRMCaov and here; RJafroc takes it as nil and "
            "prints another standard error."
        )


def _of_imrmc(result: Result) -> Iterable[str]:
    request = result.request
    if request.method is Method.OR:
        yield (
            "Known to differ: iMRMC has other degrees of freedom (BDG), and so another p value"
            + (
                "."
                if request.covariance is CovarianceMethod.UNBIASED
                else "; its standard error is unbiased and agrees with --covariance unbiased, in fully "
                "crossed designs to the last digit."
            )
        )
    if result.inference is not Inference.RRRC:
        yield "Known to differ: iMRMC's table is for random readers and random cases."
    if len(result.data.modalities) > 2:
        yield (
            "More than two modalities: iMRMC analyses every pair alone; MRMCaov and the Obuchowski-Rockette "
            "analysis here pool variance components over all modalities."
        )


def _data(result: Result, csv_name: str) -> Iterable[str]:
    yield f'ratings <- read.csv({_quoted(csv_name)}, colClasses = "character", na.strings = "",'
    yield '                    check.names = FALSE, encoding = "UTF-8")'
    yield "ratings <- ratings[!is.na(ratings$rating), ]"
    yield "ratings$rating <- as.numeric(ratings$rating)"
    yield "ratings$truth <- as.integer(ratings$truth)"
    # In the order of the file, so that a difference is first minus second here, too.
    for column, names in (("reader", result.data.readers), ("modality", result.data.modalities)):
        yield f"ratings${column} <- factor(ratings${column}, levels = {_vector(map(_quoted, names))})"
    yield "ratings$case <- factor(ratings$case, levels = unique(ratings$case))"
    threshold = threshold_of_calls(result.request.endpoint)
    if threshold is not None:
        yield f"ratings$is_called <- ratings$rating >= {_number(threshold)}"
    yield "# Only the order of ratings counts: infinite ones become finite and stay outermost."
    yield "ends <- range(ratings$rating[is.finite(ratings$rating)])"
    yield "ratings$rating[ratings$rating == Inf] <- ends[2] + 1"
    yield "ratings$rating[ratings$rating == -Inf] <- ends[1] - 1"


def _ours(result: Result) -> Iterable[str]:
    pairs = result.analysis.comparisons
    yield from _comment("What RealFM found.")
    if not pairs:
        means = result.analysis.means
        yield "ours <- data.frame("
        yield f"  mean_of = {_vector(_quoted(each.modality) for each in means)},"
        yield f"  estimate = {_vector(_number(each.estimate.value) for each in means)},"
        yield f"  se = {_vector(_number(each.estimate.se) for each in means)}"
    else:
        names = (_quoted(f"{pair.first} - {pair.second}") for pair in pairs)
        yield "ours <- data.frame("
        yield f"  comparison = {_vector(names)},"
        yield f"  estimate = {_vector(_number(pair.difference.value) for pair in pairs)},"
        yield f"  se = {_vector(_number(pair.difference.se) for pair in pairs)},"
        yield f"  df = {_vector(_df(pair.difference.se, pair.difference.df) for pair in pairs)},"
        yield f"  p = {_vector(_number(pair.difference.p) for pair in pairs)}"
    yield ")"
    yield 'cat("RealFM\\n")'
    yield "print(ours, digits = 10, row.names = FALSE)"


def _in_mrmcaov(result: Result) -> Iterable[str]:
    metric = mrmcaov_metric(result.request.endpoint)
    data = result.data
    if metric is None:
        yield from _comment(f"MRMCaov does not know this endpoint ({result.request.endpoint.label}).")
        return
    if len(data.modalities) == 1 and len(data.readers) > 1:
        yield from _comment("MRMCaov compares two modalities or more; here is one.")
        return
    covariance = _COVARIANCES[_covariance(result)]
    reader = "fixed(reader)" if result.inference is Inference.FRRC else "reader"
    case = "fixed(case)" if result.inference is Inference.RRFC else "case"
    call = f"mrmc({metric}, modality, {reader}, {case},"
    if len(data.readers) == 1:
        is_single = len(data.modalities) == 1
        call = f"stmc({metric}, case," if is_single else f"srmc({metric}, modality, case,"
    yield 'if (requireNamespace("MRMCaov", quietly = TRUE)) {'
    yield "  library(MRMCaov)"
    yield f"  fit <- {call}"
    yield f"    data = ratings, cov = {covariance})"
    yield "  found <- summary(fit)"
    yield "  print(found)"
    if len(data.readers) > 1:
        yield "  pairs <- as.data.frame(found$test_diffs)"
        yield '  df <- if ("df" %in% names(pairs)) pairs$df else rep(Inf, nrow(pairs))'
        yield '  beside_ours("MRMCaov", as.character(pairs$Comparison), NA, pairs$Estimate, pairs$StdErr, df,'
        yield '    pairs[["p-value"]])'
    yield "} else {"
    yield '  cat("\\nMRMCaov is not installed.\\n")'
    yield "}"


def _in_imrmc(result: Result) -> Iterable[str]:
    score = imrmc_score(result.request.endpoint)
    if score is None:
        yield from _comment(f"iMRMC does not know this endpoint ({result.request.endpoint.label}).")
        return
    yield 'if (requireNamespace("iMRMC", quietly = TRUE)) {'
    yield '  cases <- unique(ratings[, c("case", "truth")])'
    yield f"  score <- {score}"
    yield "  frame <- rbind("
    yield '    data.frame(readerID = "truth", caseID = as.character(cases$case), modalityID = "truth",'
    yield "               score = cases$truth),"
    yield "    data.frame(readerID = as.character(ratings$reader), caseID = as.character(ratings$case),"
    yield "               modalityID = as.character(ratings$modality), score = score)"
    yield "  )"
    yield '  for (column in c("readerID", "caseID", "modalityID")) frame[[column]] <- factor(frame[[column]])'
    yield "  found <- iMRMC::doIMRMC(data = frame)$Ustat"
    if result.analysis.comparisons:
        yield '  pairs <- found[as.character(found$modalityB) != "NO_MOD", ]'
        yield '  beside_ours("iMRMC, U-statistics",'
        yield '    paste(pairs$modalityA, "-", pairs$modalityB),'
        yield '    paste(pairs$modalityB, "-", pairs$modalityA),'
        yield "    pairs$AUCAminusAUCB, sqrt(pairs$varAUCAminusAUCB), pairs$dfBDG, pairs$pValueBDG)"
    else:
        yield '  cat("\\niMRMC, U-statistics\\n")'
        yield '  print(found[, c("modalityA", "AUCA", "varAUCA", "dfBDG")], digits = 10, row.names = FALSE)'
    yield "} else {"
    yield '  cat("\\niMRMC is not installed.\\n")'
    yield "}"


def _covariance(result: Result) -> CovarianceMethod:
    return CovarianceMethod.UNBIASED if result.request.method is Method.USTAT else result.request.covariance


def _comment(text: str) -> Sequence[str]:
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return textwrap.wrap(plain, _WIDTH, initial_indent="# ", subsequent_indent="# ")


def _vector(items: Iterable[str]) -> str:
    return f"c({', '.join(items)})"


def _number(value: float | None) -> str:
    if value is None:
        return "NA_real_"
    if isinf(value):
        return "Inf" if value > 0 else "-Inf"
    return repr(float(value))


def _df(se: float | None, df: float | None) -> str:
    return "Inf" if se is not None and df is None else _number(df)


def _quoted(text: str) -> str:
    """Return an R string in ASCII, whatever the text holds."""
    letters = []
    for letter in text:
        code = ord(letter)
        if letter in '"\\':
            letters.append(f"\\{letter}")
        elif 32 <= code < 127:
            letters.append(letter)
        else:
            letters.append(f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}")
    return f'"{"".join(letters)}"'
