"""The method section says what was done, for every combination of choices."""

import itertools
from typing import Any

import numpy as np
import pytest

from realfm_gui.analysis.endpoints.by_name import ENDPOINT_NAMES, endpoint_from_name
from realfm_gui.analysis.mrmc.analysis import Method, Request, Result, analyse_readers
from realfm_gui.analysis.mrmc.covariance import CovarianceMethod
from realfm_gui.analysis.mrmc.obuchowski_rockette import Options
from realfm_gui.analysis.mrmc.results import Inference
from realfm_gui.analysis.mrmc.roc_endpoints import CustomEndpoint, EmpiricalAuc, ShareOfCalls
from realfm_gui.reporting.method_endpoints import endpoint_in_words
from realfm_gui.reporting.method_references import REFERENCES, cited
from realfm_gui.reporting.method_section import method_section
from tests.small_ratings import made_ratings

DESIGN_WORDS = {
    "crossed": "fully crossed",
    "partially-paired": "with gaps in the cases",
    "split-plot": "split-plot: 2 groups of readers",
    "cases-in-readers": "Cases were nested in readers",
    "cases-in-modalities": "Cases were nested in modalities",
    "readers-in-modalities": "Readers were nested in modalities",
    "mixed": "Some readers read in several modalities",
}
COVARIANCE_WORDS = {
    "jackknife": "the jackknife, leaving out one case at a time (Hillis et al. 2005)",
    "delong": "structural components (DeLong et al. 1988)",
    "unbiased": "without bias by U-statistics (Gallas 2006)",
    "bootstrap": "150 bootstrap samples of cases, drawn within truth state, seed 7",
}
INFERENCE_WORDS = {
    "rrrc": "Readers and cases were treated as random",
    "frrc": "Readers were treated as fixed and cases as random",
    "rrfc": "Readers were treated as random and cases as fixed",
}

CALL_ENDPOINTS = ("sensitivity", "specificity", "accuracy", "balanced-accuracy", "youden")
NEEDS = {
    **dict.fromkeys(CALL_ENDPOINTS, ("threshold",)),
    **dict.fromkeys(("ppv", "npv"), ("threshold", "prevalence")),
    "net-benefit": ("threshold", "threshold_probability", "prevalence"),
    "pauc": ("high",),
    "sens-at-spec": ("specificity",),
    "spec-at-sens": ("sensitivity",),
    "expected-utility": ("slope",),
    "llf": ("false_marks",),
    "pcl": ("fpf",),
}
# Taking one reader away leaves another design than these.
NEEDS_EVERYBODY = ("readers-in-modalities", "mixed", "cases-in-readers")
COMBINATIONS = [
    (design, covariance, inference, algorithm)
    for design, covariance, inference, algorithm in itertools.product(
        DESIGN_WORDS, COVARIANCE_WORDS, INFERENCE_WORDS, (None, "r2")
    )
    if algorithm is None or design not in NEEDS_EVERYBODY
]


def analysed(
    *,
    design: str = "crossed",
    method: str = "or",
    covariance: str = "jackknife",
    inference: str = "rrrc",
    margin: float | None = None,
    algorithm: str | None = None,
    endpoint: Any = None,
    **data: Any,
) -> Result:
    request = Request(
        endpoint=endpoint or EmpiricalAuc(),
        method=Method(method),
        covariance=CovarianceMethod(covariance),
        options=Options(inference=Inference(inference), margin=margin),
        algorithm=algorithm,
        n_replicates=150,
        seed=7,
    )
    n_cases = 60 if design in ("cases-in-readers", "split-plot") else 30
    return analyse_readers(made_ratings(design=design, **{"n_cases": n_cases, **data}), request)


def section(**choices: Any) -> str:
    return method_section(analysed(**choices), version="9.9")


def assert_is_whole(text: str) -> None:
    body, _, references = text.partition("\n\nReferences\n")
    assert "None" not in text
    assert "{" not in text
    assert "  " not in text
    assert body.endswith("The analysis was done with RealFM 9.9.")
    listed = references.splitlines()
    assert listed == list(cited(body))
    assert all(entry in REFERENCES.values() for entry in listed)
    # Every bracket with a year is a citation that the list resolves.
    for bracket in body.split("(")[1:]:
        for words in bracket.split(")")[0].split(";"):
            if words.strip()[-4:].isdigit() and words.strip()[-4:].startswith(("19", "20")):
                assert words.strip() in REFERENCES, words


@pytest.mark.parametrize(
    ("design", "covariance", "inference", "algorithm"),
    COMBINATIONS,
)
def test_that_an_obuchowski_rockette_analysis_is_told_in_full(
    design: str, covariance: str, inference: str, algorithm: str | None
) -> None:
    text = section(design=design, covariance=covariance, inference=inference, algorithm=algorithm)
    assert_is_whole(text)
    assert DESIGN_WORDS[design] in text
    assert COVARIANCE_WORDS[covariance] in text
    assert INFERENCE_WORDS[inference] in text
    assert ("normal distribution" in text) == (inference == "frrc")
    assert ("Hillis 2007" in text) == (inference == "rrrc")
    assert ("The algorithm (r2) was compared with the mean of the readers" in text) == bool(algorithm)
    if algorithm:
        told = {
            "rrrc": "degrees of freedom of Hillis (Hillis 2007; Hupse et al. 2013)",
            "frrc": "covariance with the readers enter the variance, and the normal distribution",
            "rrfc": "taken as known without error",
        }
        assert told[inference] in text


@pytest.mark.parametrize(("design", "inference"), list(itertools.product(DESIGN_WORDS, ("rrrc", "frrc"))))
def test_that_a_u_statistic_is_told_with_its_own_covariance_and_degrees_of_freedom(
    design: str, inference: str
) -> None:
    text = section(design=design, method="ustat", inference=inference)
    assert_is_whole(text)
    assert "one-shot U-statistics (Gallas 2006; Gallas et al. 2009)" in text
    assert "jackknife" not in text
    assert "Obuchowski-Rockette" not in text
    assert ("BDG degrees of freedom" in text) == (inference == "rrrc")


def test_that_one_reader_is_fixed_whatever_was_asked() -> None:
    text = section(n_readers=1, inference="rrrc")
    assert_is_whole(text)
    assert "With one reader, inference is for this reader" in text
    assert "treated as random" not in text


def test_that_one_modality_is_not_called_a_comparison() -> None:
    text = section(n_modalities=1)
    assert_is_whole(text)
    assert "Modalities were compared" not in text
    assert "differences" not in text
    assert "Hillis 2007" not in text
    assert "in 1 modality." in text


@pytest.mark.parametrize(("n_modalities", "is_told"), [(2, False), (3, True)])
def test_that_multiplicity_is_told_where_there_is_some(n_modalities: int, is_told: bool) -> None:
    text = section(n_modalities=n_modalities)
    assert ("Holm 1979" in text) == is_told
    assert ("Equality of all 3 modalities was tested by an F test" in text) == is_told
    assert ("The p values of the 3 pairs are given unadjusted and adjusted" in text) == is_told


def test_that_readers_who_had_to_be_fixed_are_told_as_fixed() -> None:
    data = made_ratings(n_readers=3, design="readers-in-modalities")
    result = analyse_readers(data, Request(endpoint=EmpiricalAuc()))
    assert result.request.options.inference is Inference.RRRC
    assert result.inference is Inference.FRRC
    text = method_section(result, version="1")
    assert INFERENCE_WORDS["frrc"] in text
    assert "Hillis 2007" not in text
    assert "the normal distribution" in text


def test_that_the_global_test_of_fixed_readers_is_a_chi_square_test() -> None:
    assert "by a chi-square test" in section(n_modalities=3, inference="frrc")


def test_that_a_margin_is_told_with_its_size() -> None:
    of_pairs = section(margin=0.05)
    assert "within a margin of 0.05" in of_pairs
    assert "two one-sided tests (Schuirmann 1987) at 0.025 each" in of_pairs
    assert "not adjusted" not in of_pairs
    assert "these p values were not adjusted for 3 pairs" in section(margin=0.05, n_modalities=3)
    of_algorithm = section(margin=0.05, n_modalities=1, algorithm="r1")
    assert "Non-inferiority of the algorithm within a margin of 0.05" in of_algorithm
    assert "Schuirmann" not in of_algorithm
    both = section(margin=0.05, algorithm="r1")
    assert "Schuirmann" in both
    assert "Non-inferiority of the algorithm" in both
    assert "margin" not in section()


def test_that_patients_with_several_cases_are_told() -> None:
    patients = np.arange(30) // 2
    text = section(clusters=patients)
    assert "30 cases of 15 patients" in text
    assert "leaving out one patient at a time" in text
    assert "Patients, not cases, were the sampling unit." in text
    assert "(Obuchowski 1997)" in section(clusters=patients, covariance="delong")


def test_that_sampling_weights_and_missing_reads_are_told() -> None:
    assert "weighted by their sampling weights" in section(weights=1.0 + np.arange(30) % 2)
    assert "were taken as unrelated to the ratings that are missing" in section(design="partially-paired")
    assert "missing" not in section()


def test_that_what_became_of_a_negative_difference_of_covariances_is_told() -> None:
    assert "Cov2 and Cov3 counted as nil" in section()
    assert "Cov2 and Cov3 was kept as it is" in section(inference="frrc")


def test_that_the_same_result_gives_the_same_text() -> None:
    result = analysed(margin=0.1)
    assert method_section(result, version="1") == method_section(result, version="1")


@pytest.mark.parametrize("name", ENDPOINT_NAMES)
def test_that_every_endpoint_has_words_with_a_listed_source(name: str) -> None:
    needed = {
        "threshold": 3.0,
        "prevalence": 0.1,
        "threshold_probability": 0.2,
        "specificity": 0.8,
        "sensitivity": 0.8,
        "slope": 1.0,
        "high": 0.3,
        "fpf": 0.2,
        "false_marks": 0.5,
    }
    endpoint = endpoint_from_name(name, **{key: needed[key] for key in NEEDS.get(name, ())})
    words = endpoint_in_words(endpoint)
    assert not words.endswith(".")
    if name not in (*CALL_ENDPOINTS[:-1], "sens-at-spec", "spec-at-sens"):
        assert cited(words), words


def test_that_an_endpoint_of_ones_own_is_called_by_its_label() -> None:
    own = CustomEndpoint(
        name="mean-gap", label="mean gap", figure_of_merit=lambda t, r, w: w @ (r * t) / w.sum(axis=1)
    )
    assert "The figure of merit was mean gap." in section(endpoint=own)
    share = ShareOfCalls(threshold=1.5, of_positives=True, of_negatives=False)
    assert "The figure of merit was sensitivity at rating >= 1.5." in section(endpoint=share)
