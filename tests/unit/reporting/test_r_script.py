"""The R script: whole, safe against any name, and honest about what the peers do differently."""

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from realfm_gui.analysis.endpoints.by_name import endpoint_from_name
from realfm_gui.analysis.mrmc.analysis import Method, Request, Result, analyse_readers
from realfm_gui.analysis.mrmc.covariance import CovarianceMethod
from realfm_gui.analysis.mrmc.obuchowski_rockette import Options
from realfm_gui.analysis.mrmc.results import Inference
from realfm_gui.analysis.mrmc.roc_endpoints import EmpiricalAuc
from realfm_gui.reporting.r_endpoints import imrmc_score, mrmcaov_metric
from realfm_gui.reporting.r_script import r_script
from tests.small_ratings import made_ratings

CLOSES = {"(": ")", "[": "]", "{": "}"}


def analysed(
    endpoint: str = "auc",
    *,
    parameters: dict[str, float] | None = None,
    method: str = "or",
    covariance: str = "jackknife",
    inference: str = "rrrc",
    algorithm: str | None = None,
    **data: Any,
) -> Result:
    request = Request(
        endpoint=endpoint_from_name(endpoint, **(parameters or {})),
        method=Method(method),
        covariance=CovarianceMethod(covariance),
        options=Options(inference=Inference(inference)),
        algorithm=algorithm,
        n_replicates=150,
    )
    return analyse_readers(made_ratings(**data), request)


def code_of(script: str) -> str:
    """Return the script without comments and with every string as "", checking that all of it is closed."""
    code, opened, string = [], [], ""
    letters = iter(script)
    for letter in letters:
        if string:
            if letter == "\\":
                next(letters)
            elif letter == string:
                string = ""
                code.append('""')
            else:
                assert letter != "\n", "a string runs over the end of its line"
        elif letter in "\"'`":
            string = letter
        elif letter == "#":
            for rest in letters:
                if rest == "\n":
                    code.append("\n")
                    break
        else:
            if letter in CLOSES:
                opened.append(CLOSES[letter])
            elif letter in CLOSES.values():
                assert opened, f"{letter} closes nothing"
                assert opened.pop() == letter
            code.append(letter)
    assert not string
    assert not opened, f"never closed: {opened}"
    return "".join(code)


@pytest.mark.parametrize(
    ("design", "inference", "n_modalities"),
    list(
        itertools.product(
            ("crossed", "partially-paired", "readers-in-modalities", "mixed"),
            ("rrrc", "frrc", "rrfc"),
            (2, 3),
        )
    ),
)
def test_that_every_bracket_and_every_string_is_closed(
    design: str, inference: str, n_modalities: int
) -> None:
    result = analysed(design=design, inference=inference, n_modalities=n_modalities, n_readers=6)
    script = r_script(result, "data.csv")
    code = code_of(script)
    assert max(map(len, script.splitlines())) <= 120
    assert code.count("if (requireNamespace(") == 2
    assert code.count("} else {") == 2


def test_that_the_numbers_to_compare_are_ours_to_the_last_digit() -> None:
    result = analysed()
    pair = result.analysis.comparisons[0].difference
    script = r_script(result, "data.csv")
    assert f"estimate = c({pair.value!r})" in script
    assert f"se = c({pair.se!r})" in script
    assert f"df = c({pair.df!r})" in script
    assert f"p = c({pair.p!r})" in script


@pytest.mark.parametrize(
    ("inference", "call"),
    [
        ("rrrc", "mrmc(empirical_auc(truth, rating), modality, reader, case,"),
        ("frrc", "mrmc(empirical_auc(truth, rating), modality, fixed(reader), case,"),
        ("rrfc", "mrmc(empirical_auc(truth, rating), modality, reader, fixed(case),"),
    ],
)
def test_that_fixed_readers_and_cases_are_fixed_in_mrmcaov_too(inference: str, call: str) -> None:
    script = r_script(analysed(inference=inference), "data.csv")
    assert call in script
    assert ("df = c(Inf)" in script) == (inference == "frrc")


@pytest.mark.parametrize(
    ("covariance", "name"),
    [("jackknife", "jackknife"), ("delong", "DeLong"), ("unbiased", "unbiased"), ("bootstrap", "jackknife")],
)
def test_that_the_covariance_has_its_name_in_mrmcaov(covariance: str, name: str) -> None:
    script = r_script(analysed(covariance=covariance), "data.csv")
    assert f"data = ratings, cov = {name})" in script
    assert ("has no bootstrap covariance" in script) == (covariance == "bootstrap")


@pytest.mark.parametrize(
    ("endpoint", "parameters", "metric", "score"),
    [
        ("auc", {}, "empirical_auc(truth, rating)", "ratings$rating"),
        (
            "sensitivity",
            {"threshold": 1.0},
            "binary_sens(truth, is_called)",
            "ifelse(ratings$truth == 1, as.numeric(ratings$is_called), 0.5)",
        ),
        (
            "specificity",
            {"threshold": 1.0},
            "binary_spec(truth, is_called)",
            "ifelse(ratings$truth == 0, as.numeric(ratings$is_called), 0.5)",
        ),
        ("accuracy", {"threshold": 1.0}, None, None),
        ("sens-at-spec", {"specificity": 0.8}, "empirical_sens(truth, rating, spec = 0.8)", None),
        ("spec-at-sens", {"sensitivity": 0.8}, "empirical_spec(truth, rating, sens = 0.8)", None),
        ("expected-utility", {"slope": 1.0}, "empirical_eu(truth, rating, slope = 1.0)", None),
        (
            "pauc",
            {"high": 0.3},
            'empirical_auc(truth, rating, partial = "specificity", min = 0.7, max = 1.0)',
            None,
        ),
        (
            "pauc",
            {"low": 0.7, "high": 1.0, "axis": "tpf", "scale": "width"},
            'empirical_auc(truth, rating, partial = "sensitivity", min = 0.7, max = 1.0, normalize = TRUE)',
            None,
        ),
        ("pauc", {"high": 0.3, "scale": "mcclish"}, None, None),
        ("binormal-auc", {}, "binormal_auc(truth, rating)", None),
        ("proper-auc", {}, "binormalLR_auc(truth, rating)", None),
        ("contaminated-auc", {}, None, None),
        ("wafroc", {}, None, None),
    ],
)
def test_that_an_endpoint_is_called_as_the_peers_call_it(
    endpoint: str, parameters: dict[str, float | str], metric: str | None, score: str | None
) -> None:
    ours = endpoint_from_name(endpoint, **parameters)
    assert mrmcaov_metric(ours) == metric
    assert imrmc_score(ours) == score


def test_that_an_endpoint_that_nobody_knows_is_said_to_be_unknown() -> None:
    script = r_script(analysed("accuracy", parameters={"threshold": 1.0}), "data.csv")
    assert "# MRMCaov does not know this endpoint (accuracy at rating >= 1)." in script
    assert "# iMRMC does not know this endpoint" in script
    assert "mrmc(" not in code_of(script)
    assert "doIMRMC" not in code_of(script)


def test_that_calls_are_made_before_infinite_ratings_become_finite() -> None:
    script = r_script(analysed("sensitivity", parameters={"threshold": 1.0}), "data.csv")
    assert 0 < script.index("ratings$is_called <- ratings$rating >= 1.0") < script.index("== Inf]")


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"design": "readers-in-modalities"}, "small (a square is missing)"),
        ({"design": "mixed"}, "MRMCaov pools over all"),
        ({"inference": "frrc"}, "RJafroc takes it as nil"),
        ({"n_modalities": 3}, "iMRMC analyses every pair alone"),
        ({"clusters": np.arange(30) // 2}, "several cases belong to one patient"),
        ({"weights": 1.0 + np.arange(30) % 2}, "no sampling weights"),
        ({"algorithm": "r1"}, "StCadVsRad"),
        ({"method": "ustat"}, "MRMCaov has other degrees of freedom (Hillis)"),
    ],
)
def test_that_a_known_difference_is_said_where_it_matters_and_only_there(
    choices: dict[str, Any], words: str
) -> None:
    def head(**chosen: Any) -> str:
        return r_script(analysed(**chosen), "data.csv").split("ratings <-")[0].replace("\n# ", " ")

    assert words in head(**choices)
    assert words not in head()


def test_that_a_missing_standard_error_is_explained() -> None:
    data = made_ratings()
    request = Request(endpoint=endpoint_from_name("auc"))
    alike = np.repeat(data.ratings[:1], 2, axis=0)
    result = analyse_readers(replace(data, ratings=alike), request)
    script = r_script(result, "data.csv")
    assert "se = c(NA_real_)" in script
    assert "df = c(NA_real_)" in script
    assert "Some variance is not above 0" in script


def test_that_any_name_stays_a_string() -> None:
    names = ['a "quoted" \\ name', 'b"); system("rm -rf /"); ("', "Ärztin №1 🩻", "line\nbreak"]
    result = analysed(readers=names, modalities=["x # y", "z - w"])
    script = r_script(result, "Daten für R.csv")
    code = code_of(script)
    assert "system" not in code
    assert r'"\u00c4rztin \u21161 \U0001fa7b"' in script  # at most four digits after \u, eight after \U
    assert r'"line\u000abreak"' in script
    assert r'read.csv("Daten f\u00fcr R.csv"' in script
    assert 'comparison = c("x # y - z - w")' in script


def test_that_a_hostile_label_cannot_leave_its_comment() -> None:
    request = Request(endpoint=EmpiricalAuc(label='AUC\nsystem("rm -rf /")'))
    script = r_script(analyse_readers(made_ratings(), request), "data.csv")
    assert "system" not in code_of(script)


@pytest.mark.parametrize(
    ("n_readers", "n_modalities", "call"),
    [
        (1, 2, "srmc(empirical_auc(truth, rating), modality, case,"),
        (1, 1, "stmc(empirical_auc(truth, rating), case,"),
        (4, 1, None),
    ],
)
def test_that_one_reader_or_one_modality_is_asked_of_the_function_that_takes_it(
    n_readers: int, n_modalities: int, call: str | None
) -> None:
    script = r_script(analysed(n_readers=n_readers, n_modalities=n_modalities), "data.csv")
    code_of(script)
    assert ("fit <-" in script) == (call is not None)
    if call is not None:
        assert call in script
    assert ("beside_ours" in script) == (n_modalities > 1)
