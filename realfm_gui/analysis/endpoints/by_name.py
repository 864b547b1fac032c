"""Endpoints by the names they have on the command line."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from realfm_gui.analysis.endpoints.call_endpoints import (
    BalancedAccuracy,
    NetBenefit,
    PredictiveValue,
    YoudenIndex,
)
from realfm_gui.analysis.endpoints.curve_endpoints import (
    AreaScale,
    CurveAxis,
    ExpectedUtility,
    PartialAuc,
    SensitivityAtSpecificity,
    SpecificityAtSensitivity,
)
from realfm_gui.analysis.endpoints.fitted_auc import FittedAuc
from realfm_gui.analysis.endpoints.free_response import FreeResponseArea, HighestRatingAuc
from realfm_gui.analysis.endpoints.froc_curve import LesionFractionAtFalseMarks
from realfm_gui.analysis.endpoints.lroc import CorrectLocalisation, LrocArea
from realfm_gui.analysis.endpoints.mark_fractions import (
    LesionLocalisationFraction,
    MarkedCases,
    NonLesionLocalisationFraction,
)
from realfm_gui.analysis.mrmc.endpoint import Endpoint
from realfm_gui.analysis.mrmc.roc_endpoints import EmpiricalAuc, ShareOfCalls
from realfm_gui.analysis.roc_fits.curve_family import RocModel
from realfm_gui.domain.errors import UserFacingError

OPTIONS: Mapping[str, str] = {
    "threshold": "the lowest rating that is a positive call",
    "prevalence": "the share of diseased people in the population the claim is about",
    "threshold_probability": "the probability of disease at which acting starts to be worth it",
    "specificity": "the specificity to read the sensitivity at",
    "sensitivity": "the sensitivity to read the specificity at",
    "slope": "the slope of the lines of equal utility in the ROC plane",
    "low": "where the range begins",
    "high": "where the range ends",
    "axis": "what the range is of: fpf or tpf",
    "scale": "what the area is given as: raw, mcclish or width",
    "fpf": "the false-positive fraction on the LROC curve",
    "false_marks": "the number of false marks per case",
}
"""What every parameter of an endpoint means; on the command line ``--threshold-probability`` and so on."""

Value = float | str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recipe:
    """How an endpoint is made of its parameters; those that are not needed have defaults."""

    make: Callable[[Mapping[str, Value]], Endpoint]
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()


def _area(*, weighs_lesions: bool, uses_all_cases: bool) -> _Recipe:
    return _Recipe(
        make=lambda _: FreeResponseArea(weighs_lesions=weighs_lesions, uses_all_cases=uses_all_cases)
    )


def _share(*, of_positives: bool, of_negatives: bool) -> _Recipe:
    return _Recipe(
        make=lambda given: ShareOfCalls(
            threshold=float(given["threshold"]), of_positives=of_positives, of_negatives=of_negatives
        ),
        needs=("threshold",),
    )


def _predictive_value(*, of_positive_calls: bool) -> _Recipe:
    return _Recipe(
        make=lambda given: PredictiveValue(
            threshold=float(given["threshold"]),
            prevalence=float(given["prevalence"]),
            of_positive_calls=of_positive_calls,
        ),
        needs=("threshold", "prevalence"),
    )


def _partial_auc(given: Mapping[str, Value]) -> Endpoint:
    return PartialAuc(
        low=float(given.get("low", 0.0)),
        high=float(given["high"]),
        axis=CurveAxis(str(given.get("axis", CurveAxis.FALSE_POSITIVE_FRACTION))),
        scale=AreaScale(str(given.get("scale", AreaScale.RAW))),
    )


def _net_benefit(given: Mapping[str, Value]) -> Endpoint:
    return NetBenefit(
        threshold=float(given["threshold"]),
        threshold_probability=float(given["threshold_probability"]),
        prevalence=float(given["prevalence"]),
    )


_RECIPES: Mapping[str, _Recipe] = {
    "auc": _Recipe(make=lambda _: EmpiricalAuc()),
    "sensitivity": _share(of_positives=True, of_negatives=False),
    "specificity": _share(of_positives=False, of_negatives=True),
    "accuracy": _share(of_positives=True, of_negatives=True),
    "balanced-accuracy": _Recipe(
        make=lambda given: BalancedAccuracy(threshold=float(given["threshold"])), needs=("threshold",)
    ),
    "youden": _Recipe(
        make=lambda given: YoudenIndex(threshold=float(given["threshold"])), needs=("threshold",)
    ),
    "ppv": _predictive_value(of_positive_calls=True),
    "npv": _predictive_value(of_positive_calls=False),
    "net-benefit": _Recipe(make=_net_benefit, needs=("threshold", "threshold_probability", "prevalence")),
    "pauc": _Recipe(make=_partial_auc, needs=("high",), takes=("low", "axis", "scale")),
    "sens-at-spec": _Recipe(
        make=lambda given: SensitivityAtSpecificity(specificity=float(given["specificity"])),
        needs=("specificity",),
    ),
    "spec-at-sens": _Recipe(
        make=lambda given: SpecificityAtSensitivity(sensitivity=float(given["sensitivity"])),
        needs=("sensitivity",),
    ),
    "expected-utility": _Recipe(
        make=lambda given: ExpectedUtility(slope=float(given["slope"])), needs=("slope",)
    ),
    "binormal-auc": _Recipe(make=lambda _: FittedAuc(model=RocModel.BINORMAL)),
    "proper-auc": _Recipe(make=lambda _: FittedAuc(model=RocModel.PROPER)),
    "contaminated-auc": _Recipe(make=lambda _: FittedAuc(model=RocModel.CONTAMINATED)),
    "afroc": _area(weighs_lesions=False, uses_all_cases=False),
    "afroc1": _area(weighs_lesions=False, uses_all_cases=True),
    "wafroc": _area(weighs_lesions=True, uses_all_cases=False),
    "wafroc1": _area(weighs_lesions=True, uses_all_cases=True),
    "hr-auc": _Recipe(make=lambda _: HighestRatingAuc()),
    "hr-se": _Recipe(make=lambda _: MarkedCases(of_positives=True)),
    "hr-sp": _Recipe(make=lambda _: MarkedCases(of_positives=False)),
    "max-llf": _Recipe(make=lambda _: LesionLocalisationFraction()),
    "max-nlf": _Recipe(make=lambda _: NonLesionLocalisationFraction(uses_all_cases=False)),
    "max-nlf-all-cases": _Recipe(make=lambda _: NonLesionLocalisationFraction(uses_all_cases=True)),
    "llf": _Recipe(
        make=lambda given: LesionFractionAtFalseMarks(false_marks_per_case=float(given["false_marks"])),
        needs=("false_marks",),
    ),
    "alroc": _Recipe(make=lambda given: LrocArea(up_to=float(given.get("fpf", 1.0))), takes=("fpf",)),
    "pcl": _Recipe(
        make=lambda given: CorrectLocalisation(false_positive_fraction=float(given["fpf"])), needs=("fpf",)
    ),
}

ENDPOINT_NAMES: tuple[str, ...] = tuple(_RECIPES)
"""Every name `endpoint_from_name` knows."""


def endpoint_from_name(name: str, **parameters: Value | None) -> Endpoint:
    """Return the endpoint with this name.

    Parameters
    ----------
    name : str
        One of `ENDPOINT_NAMES`.
    **parameters : float, str or None
        See `OPTIONS`; None where an option was not given.

    Raises
    ------
    UserFacingError
        If the name is unknown, a parameter it needs is missing, one it does not know is given, or a value is
        out of range.

    Examples
    --------
    >>> endpoint_from_name("sens-at-spec", specificity=0.9).label
    'sensitivity at specificity 0.9'
    """
    recipe = _RECIPES.get(name)
    if recipe is None:
        raise UserFacingError(
            f"There is no endpoint called {name!r}.", hint=f"Choose one of: {', '.join(ENDPOINT_NAMES)}."
        )
    given = {key: value for key, value in parameters.items() if value is not None}
    missing = [key for key in recipe.needs if key not in given]
    if missing:
        wanted = "; ".join(f"{_option(key)} ({OPTIONS[key]})" for key in missing)
        raise UserFacingError(f"The endpoint {name} needs more to go by.", hint=f"Give {wanted}.")
    unused = sorted(set(given) - set(recipe.needs) - set(recipe.takes))
    if unused:
        # Ignoring it would give a number that looks like the one that was asked for.
        options = ", ".join(map(_option, unused))
        known = ", ".join(map(_option, recipe.needs + recipe.takes)) or "none"
        raise UserFacingError(
            f"The endpoint {name} does not use {options}.", hint=f"Leave it out; options of {name}: {known}."
        )
    try:
        return recipe.make(given)
    except ValueError as problem:
        raise UserFacingError(
            f"The endpoint {name} cannot be computed like that: {problem}.", hint="Correct the option."
        ) from problem


def _option(key: str) -> str:
    return "--" + key.replace("_", "-")
