"""The options that ``realfm mrmc`` and ``realfm power`` share."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

_LARGEST = 1e30
"""Squares and cubes of it are still numbers."""


class _Finite(click.ParamType[float]):
    """A number that is one: Python also reads nan and inf as floats."""

    name = "float"

    def convert(self, value: object, param: click.Parameter | None, context: click.Context | None) -> float:
        try:
            number = float(str(value))
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a number.", param, context)
        if abs(number) > _LARGEST:
            self.fail(f"{value!r} is too large.", param, context)
        return number


FINITE = _Finite()


# As words, not as the engine's own lists: those import numpy, and --help must not wait for it.
METHODS = ("or", "ustat")
COVARIANCES = ("jackknife", "delong", "unbiased", "bootstrap")
INFERENCES = ("rrrc", "frrc", "rrfc")
DESIGNS = (
    "auto",
    "crossed",
    "partially-paired",
    "split-plot",
    "cases-in-readers",
    "cases-in-modalities",
    "readers-in-modalities",
    "mixed",
)
FORMATS = ("csv", "parquet", "imrmc", "imrmc-frame", "rjafroc", "lrc", "mrmcaov", "marks")
COLUMNS = ("reader", "modality", "case", "truth", "rating", "patient", "finding", "weight", "mark", "lesion")
MOST_REPLICATES = 1_000_000
LARGEST_SEED = 2**63 - 1
PARAMETERS: dict[str, tuple[click.ParamType[Any], str]] = {
    "threshold": (FINITE, "Lowest rating that is a positive call."),
    "prevalence": (FINITE, "Share of diseased people in the population the claim is about."),
    "threshold_probability": (FINITE, "Probability of disease at which acting starts to be worth it."),
    "specificity": (FINITE, "For sens-at-spec."),
    "sensitivity": (FINITE, "For spec-at-sens."),
    "slope": (FINITE, "Slope of the lines of equal utility, for expected-utility."),
    "low": (FINITE, "Where the range of a partial area begins."),
    "high": (FINITE, "Where the range of a partial area ends."),
    "axis": (click.Choice(["fpf", "tpf"]), "What the range is of."),
    "scale": (click.Choice(["raw", "mcclish", "width"]), "What a partial area is given as."),
    "fpf": (FINITE, "False-positive fraction, for alroc and pcl."),
    "false_marks": (FINITE, "False marks per case, for llf."),
}


def _option(flag: str, **settings: Any) -> Callable[[F], F]:
    return click.option(flag, **settings)


def about_the_file(command: F) -> F:
    """Add the options that say how a file of ratings is read, and which of its findings is meant."""
    command = _option("--finding", metavar="NAME", help="Which finding, where the file has several.")(command)
    return about_the_columns(command)


def about_the_columns(command: F) -> F:
    """Add the options that say how a file of ratings is read."""
    for role in reversed(COLUMNS):
        command = _option(f"--{role}-column", metavar="NAME", help=f"Column of the {role}.")(command)
    return _option(
        "--truth",
        type=click.Path(path_type=Path),
        help="Table of the truth (case, truth, lesion_id, weight).",
    )(command)


def about_the_endpoint(command: F) -> F:
    """Add the endpoint and what endpoints need."""
    for name, (kind, what) in reversed(PARAMETERS.items()):
        flag = f"--{name.replace('_', '-')}"
        command = _option(flag, type=kind, metavar="X" if kind is FINITE else None, help=what)(command)
    command = _option(
        "--fpr-range", metavar="A,B", help="The same as --axis fpf --low A --high B, for pauc."
    )(command)
    return _option(
        "--endpoint",
        default="auc",
        show_default=True,
        metavar="NAME",
        help="auc, sensitivity, specificity, wafroc, ...; an unknown name lists them all.",
    )(command)


def about_the_method(command: F) -> F:
    """Add the options that a pilot and a study share."""
    for flag, values, default, what in reversed(
        (
            ("--covariance", COVARIANCES, "jackknife", "How the error covariance is estimated."),
            ("--inference", INFERENCES, "rrrc", "Random or fixed readers (r/f), random or fixed cases."),
            ("--design", DESIGNS, "auto", "Refuse data of another design."),
        )
    ):
        kind = click.Choice(values)
        command = _option(flag, type=kind, default=default, show_default=True, help=what)(command)
    command = _option(
        "--seed", type=click.IntRange(0, LARGEST_SEED), default=1, show_default=True, help="Of the bootstrap."
    )(command)
    command = _option(
        "--replicates",
        type=click.IntRange(max=MOST_REPLICATES),
        default=2000,
        show_default=True,
        help="Of the bootstrap covariance.",
    )(command)
    command = _option(
        "--device",
        type=click.Choice(["auto", "cpu", "cuda"]),
        default="auto",
        show_default=True,
        help="Where replicates are computed.",
    )(command)
    command = _option(
        "--alpha", type=FINITE, default=0.05, show_default=True, help="One minus the confidence level."
    )(command)
    return _option("--margin", type=FINITE, help="Largest loss that still counts as no loss.")(command)
