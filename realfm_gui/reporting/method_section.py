"""The method section: what was done, to the letter, as a paragraph to paste into a paper."""

from collections.abc import Iterable

import numpy as np

from realfm_gui.analysis.mrmc.analysis import Method, Result
from realfm_gui.analysis.mrmc.covariance import CovarianceMethod
from realfm_gui.analysis.mrmc.design import Design
from realfm_gui.analysis.mrmc.results import Inference
from realfm_gui.analysis.wording import count
from realfm_gui.reporting.method_endpoints import endpoint_in_words
from realfm_gui.reporting.method_references import cited

_MOST_NAMES = 6

_DESIGNS = {
    Design.CROSSED: "The design was fully crossed: every reader read every case in every modality.",
    Design.PARTIALLY_PAIRED: "Readers were crossed with modalities, with gaps in the cases they read.",
    Design.SPLIT_PLOT: (
        "The design was split-plot: {blocks} groups of readers each read their own block of cases in every "
        "modality (Obuchowski et al. 2012)."
    ),
    Design.CASES_IN_READERS: "Cases were nested in readers: no two readers read the same case.",
    Design.CASES_IN_MODALITIES: "Cases were nested in modalities: no case was read in two modalities.",
    Design.READERS_IN_MODALITIES: "Readers were nested in modalities: no reader read in two modalities.",
    Design.MIXED: "Some readers read in several modalities and some in one.",
}


def method_section(result: Result, *, version: str) -> str:
    """Return a paragraph that says what was done, and the list of references it cites.

    The same result gives the same text. Everything in it follows from what the analysis did, not from what
    was asked: one reader is always fixed, U-statistics have their own covariance.

    Parameters
    ----------
    result : Result
        Of `analyse_readers`.
    version : str
        Of this program.
    """
    text = " ".join(
        sentence
        for part in (
            _endpoint_and_design(result),
            _comparison_of_modalities(result),
            _intervals_and_tests(result),
            _algorithm(result),
            _data_remarks(result),
            (f"The analysis was done with RealFM {version}.",),
        )
        for sentence in part
    )
    return "\n".join([text, "", "References", *cited(text)])


def _endpoint_and_design(result: Result) -> Iterable[str]:
    data = result.data
    yield f"The figure of merit was {endpoint_in_words(result.request.endpoint)}."
    modalities = count(len(data.modalities), "modality", "modalities")
    named = f" ({', '.join(data.modalities)})" if 1 < len(data.modalities) <= _MOST_NAMES else ""
    n_patients = len(np.unique(data.clusters))
    patients = f" of {count(n_patients, 'patient')}" if n_patients < len(data.cases) else ""
    yield (
        f"A total of {count(len(data.readers), 'reader')} read {count(len(data.cases), 'case')}{patients} "
        f"({data.n_positive} positive, {data.n_negative} negative) in {modalities}{named}."
    )
    design = result.reads.design
    if design is Design.CROSSED and len(data.modalities) == 1:
        yield "Every reader read every case."
    else:
        yield _DESIGNS[design].format(blocks=len(result.reads.blocks))


def _comparison_of_modalities(result: Result) -> Iterable[str]:
    if result.request.method is Method.USTAT:
        yield from _by_u_statistics(result)
    else:
        yield from _by_obuchowski_rockette(result)


def _by_u_statistics(result: Result) -> Iterable[str]:
    yield (
        "The mean of the readers in a modality and its variance were estimated by one-shot U-statistics "
        "(Gallas 2006; Gallas et al. 2009), which weigh readers by what they read and need no complete "
        "design."
    )
    if result.inference is Inference.FRRC:
        yield f"{_speaks_for(result)}; tests and intervals use the normal distribution."
    else:
        yield (
            f"{_speaks_for(result)}; tests and intervals use Student's t with BDG degrees of freedom, at "
            "least those of the smallest component (Gaylor and Hopper 1969), rounded down, and the normal "
            "distribution above 50."
        )


def _by_obuchowski_rockette(result: Result) -> Iterable[str]:
    is_single = len(result.data.modalities) == 1
    what = "The readers' mean was analysed" if is_single else "Modalities were compared"
    yield f"{what} by the Obuchowski-Rockette method (Obuchowski and Rockette 1995)."
    yield _covariance(result)
    yield f"{_speaks_for(result)}{_reference_distribution(result, is_single=is_single)}"
    design = result.reads.design
    if not is_single and design is Design.READERS_IN_MODALITIES:
        yield (
            "With different readers in each modality, the mean square of readers was pooled within "
            "modalities and all pairs of readers of different modalities entered Cov3 (Hillis 2014)."
        )
    elif not is_single and not result.reads.has_reader.all():
        yield (
            "Each pair of modalities was compared in the readers who read in both or, where there were none, "
            "as different readers; variance components were not pooled over pairs."
        )


def _covariance(result: Result) -> str:
    request = result.request
    unit = "patient" if len(np.unique(result.data.clusters)) < len(result.data.cases) else "case"
    return {
        CovarianceMethod.JACKKNIFE: (
            "The error covariances of the readers' figures of merit were estimated by the jackknife, "
            f"leaving out one {unit} at a time (Hillis et al. 2005)."
        ),
        CovarianceMethod.DELONG: (
            "The error covariances of the readers' figures of merit were estimated from structural "
            "components "
            + (
                "(DeLong et al. 1988)."
                if unit == "case"
                else "(DeLong et al. 1988) summed within patients (Obuchowski 1997)."
            )
        ),
        CovarianceMethod.UNBIASED: (
            "The error covariances of the readers' figures of merit were estimated without bias by "
            "U-statistics (Gallas 2006)."
        ),
        CovarianceMethod.BOOTSTRAP: (
            f"The error covariances of the readers' figures of merit were estimated from "
            f"{request.n_replicates} bootstrap samples of {unit}s, drawn within truth state, seed "
            f"{request.seed} (Efron and Tibshirani 1993)."
        ),
    }[request.covariance]


def _speaks_for(result: Result) -> str:
    if len(result.data.readers) == 1:
        return "With one reader, inference is for this reader, cases being random"
    return {
        Inference.RRRC: "Readers and cases were treated as random",
        Inference.FRRC: "Readers were treated as fixed and cases as random",
        Inference.RRFC: "Readers were treated as random and cases as fixed",
    }[result.inference]


def _reference_distribution(result: Result, *, is_single: bool) -> str:
    if result.inference is Inference.FRRC:
        tests = "tests and intervals use" if not is_single else "intervals use"
        return f"; {tests} the normal distribution.{_kept_or_cut(result, is_single=is_single)}"
    if result.inference is Inference.RRFC:
        if is_single:
            return "; intervals use Student's t with one degree of freedom fewer than readers (Hillis 2014)."
        return "; tests and intervals use Student's t, differences with the degrees of freedom of the " + (
            "readers within modalities."
            if result.reads.design is Design.READERS_IN_MODALITIES
            else "modality-by-reader interaction."
        )
    if is_single:
        return (
            "; intervals use Student's t with the degrees of freedom of Hillis for one modality "
            "(Hillis 2014)."
        )
    return (
        "; tests and intervals use Student's t with the degrees of freedom of Hillis (Hillis 2007), "
        "intervals of single modalities with those for one modality (Hillis 2014). A negative difference of "
        "Cov2 and Cov3 counted as nil."
    )


def _kept_or_cut(result: Result, *, is_single: bool) -> str:
    """Say what became of a negative Cov2 - Cov3 of fixed readers: programs differ there."""
    if is_single or len(result.data.readers) == 1 or not result.reads.has_reader.all():
        return ""
    done = "counted as nil" if result.request.options.cut_fixed_readers else "was kept as it is"
    return f" A negative difference of Cov2 and Cov3 {done}."


def _intervals_and_tests(result: Result) -> Iterable[str]:
    request, pairs = result.request, result.analysis.comparisons
    share = f"{100 * (1 - request.options.alpha):g} %"
    if not pairs:
        yield f"Intervals are two-sided at {share}."
    else:
        yield f"Intervals are two-sided at {share}; differences are first minus second modality."
    if len(pairs) > 1:
        test = result.analysis.global_test
        if test is not None:
            kind = "a chi-square test" if test.df2 is None else "an F test"
            yield f"Equality of all {len(result.data.modalities)} modalities was tested by {kind}."
        yield (
            f"The p values of the {len(pairs)} pairs are given unadjusted and adjusted by Holm's step-down "
            "procedure (Holm 1979)."
        )
    if request.options.margin is not None and (pairs or result.algorithms):
        yield _margin(result)


def _margin(result: Result) -> str:
    options = result.request.options
    margin, level = f"{options.margin:g}", f"{options.alpha / 2:g}"
    n_pairs = len(result.analysis.comparisons)
    unadjusted = f"; these p values were not adjusted for {n_pairs} pairs" if n_pairs > 1 else ""
    of_pairs = (
        f"Non-inferiority within a margin of {margin} on the scale of the figure of merit was tested "
        f"one-sided at {level}, in either direction of every pair (Chen et al. 2012), and equivalence by two "
        f"one-sided tests (Schuirmann 1987) at {level} each{unadjusted}"
    )
    of_algorithm = (
        f"Non-inferiority of the algorithm within a margin of {margin} was tested one-sided at {level}"
    )
    if not result.algorithms:
        return f"{of_pairs}."
    if not result.analysis.comparisons:
        return f"{of_algorithm} (Chen et al. 2012)."
    return f"{of_pairs}. {of_algorithm}."


def _algorithm(result: Result) -> Iterable[str]:
    if not result.algorithms:
        return
    places = ", ".join(each.modality for each in result.algorithms)
    where = f" in {places}" if len(result.data.modalities) > 1 else ""
    how = (
        "with the unbiased error covariance of U-statistics"
        if result.request.method is Method.USTAT
        else "with the same error covariances"
    )
    yield (
        f"The algorithm ({result.request.algorithm}) was compared with the mean of the readers{where} on the "
        f"same cases, {how}; differences are readers minus algorithm."
    )
    if len(result.data.readers) == 1 or result.inference is Inference.FRRC:
        yield (
            "The algorithm's sampling error and its covariance with the readers enter the variance, and the "
            "normal distribution was used."
        )
    elif result.inference is Inference.RRFC:
        yield (
            "The algorithm's figure of merit was taken as known without error, and Student's t with one "
            "degree of freedom fewer than readers was used (Hupse et al. 2013)."
        )
    else:
        yield (
            "The algorithm's sampling error and its covariance with the readers enter the variance, with "
            "Student's t and the degrees of freedom of Hillis (Hillis 2007; Hupse et al. 2013)."
        )
    yield "The share of readers outperformed counts ties as one half."
    if any(each.outperformed_true is not None for each in result.algorithms):
        yield (
            "For the share of the readers' true figures of merit, these were taken as normally distributed, "
            "with the variance left after sampling error."
        )


def _data_remarks(result: Result) -> Iterable[str]:
    data = result.data
    if len(np.unique(data.clusters)) < len(data.cases):
        yield "Patients, not cases, were the sampling unit."
    if not np.allclose(data.weights, data.weights[0]):
        yield "Cases were weighted by their sampling weights."
    if result.reads.design is Design.PARTIALLY_PAIRED and result.reads.share_missing > 0:
        yield (
            f"{100 * result.reads.share_missing:.1f} % of the possible reads were missing and were taken as "
            "unrelated to the ratings that are missing (reads of planned gaps are)."
        )
