"""The options that ``realfm mrmc`` and ``realfm power`` share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

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
COLUMNS = ("reader", "modality", "case", "truth", "rating", "patient", "finding", "weight", "mark", "lesion")
PARAMETERS = {
    "threshold": (float, "Lowest rating that is a positive call."),
    "prevalence": (float, "Share of diseased people in the population the claim is about."),
    "threshold_probability": (float, "Probability of disease at which acting starts to be worth it."),
    "specificity": (float, "For sens-at-spec."),
    "sensitivity": (float, "For spec-at-sens."),
    "slope": (float, "Slope of the lines of equal utility, for expected-utility."),
    "low": (float, "Where the range of a partial area begins."),
    "high": (float, "Where the range of a partial area ends."),
    "axis": (click.Choice(["fpf", "tpf"]), "What the range is of."),
    "scale": (click.Choice(["raw", "mcclish", "width"]), "What a partial area is given as."),
    "fpf": (float, "False-positive fraction, for alroc and pcl."),
    "false_marks": (float, "False marks per case, for llf."),
}


def _option(flag: str, **settings: Any) -> Callable[[F], F]:
    return click.option(flag, **settings)


def about_the_file(command: F) -> F:
    """Add the options that say how a file of ratings is read."""
    for role in reversed(COLUMNS):
        command = _option(f"--{role}-column", metavar="NAME", help=f"Column of the {role}.")(command)
    command = _option("--finding", metavar="NAME", help="Which finding, where the file has several.")(command)
    return _option(
        "--truth",
        type=click.Path(path_type=Path),
        help="Table of the truth (case, truth, lesion_id, weight).",
    )(command)


def about_the_endpoint(command: F) -> F:
    """Add the endpoint and what endpoints need."""
    for name, (kind, what) in reversed(PARAMETERS.items()):
        flag = f"--{name.replace('_', '-')}"
        command = _option(flag, type=kind, metavar="X" if kind is float else None, help=what)(command)
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
    command = _option("--seed", type=int, default=1, show_default=True, help="Of the bootstrap.")(command)
    command = _option(
        "--replicates", type=int, default=2000, show_default=True, help="Of the bootstrap covariance."
    )(command)
    command = _option(
        "--device",
        type=click.Choice(["auto", "cpu", "cuda"]),
        default="auto",
        show_default=True,
        help="Where replicates are computed.",
    )(command)
    command = _option(
        "--alpha", type=float, default=0.05, show_default=True, help="One minus the confidence level."
    )(command)
    return _option("--margin", type=float, help="Largest loss that still counts as no loss.")(command)
