"""What is read off fitted curves, against closed forms."""

import numpy as np
import pytest
from scipy import stats

from realfm_gui.analysis.roc_fits.curve_family import RocModel
from realfm_gui.analysis.roc_fits.curves import Axis
from realfm_gui.analysis.roc_fits.many_fits import binormal_sensitivity_at, binormal_specificity_at
from realfm_gui.analysis.roc_fits.roc_fit import fit_roc_counts

POSITIVE, NEGATIVE = [4.0, 1, 2, 10, 28], [47.0, 9, 10, 2, 1]


def test_that_binormal_sensitivity_and_specificity_are_those_of_the_closed_form() -> None:
    fit = fit_roc_counts(POSITIVE, NEGATIVE, RocModel.BINORMAL)
    assert fit.parameters is not None
    a, b = fit.parameters
    assert fit.sensitivity_at(0.8) == pytest.approx(stats.norm.cdf(a + b * stats.norm.ppf(0.2)), abs=1e-12)
    expected = stats.norm.cdf(-(stats.norm.ppf(0.9) - a) / b)
    assert fit.specificity_at(0.9) == pytest.approx(expected, abs=1e-12)
    assert binormal_sensitivity_at(POSITIVE, NEGATIVE, 0.8) == pytest.approx(fit.sensitivity_at(0.8))
    assert binormal_specificity_at(POSITIVE, NEGATIVE, 0.9) == pytest.approx(fit.specificity_at(0.9))


@pytest.mark.parametrize("model", RocModel)
def test_that_specificity_undoes_sensitivity(model: RocModel) -> None:
    fit = fit_roc_counts(POSITIVE, NEGATIVE, model)
    for specificity in (0.05, 0.5, 0.8, 0.99):
        assert fit.specificity_at(fit.sensitivity_at(specificity)) == pytest.approx(specificity, abs=1e-9)
    assert (fit.sensitivity_at(1.0), fit.sensitivity_at(0.0)) == (0.0, 1.0)


def test_that_the_partial_area_is_the_bivariate_normal_integral() -> None:
    """McClish: the area from FPF 0 to f is a bivariate normal probability."""
    fit = fit_roc_counts(POSITIVE, NEGATIVE, RocModel.BINORMAL)
    assert fit.parameters is not None
    a, b = fit.parameters
    root = np.sqrt(1 + b * b)
    law = stats.multivariate_normal(cov=[[1, -b / root], [-b / root, 1]])
    expected = law.cdf([a / root, stats.norm.ppf(0.3)])
    assert fit.partial_area(Axis.SPECIFICITY, 0.7, 1.0) == pytest.approx(expected, abs=1e-7)
    assert fit.partial_area(Axis.SPECIFICITY, 0.7, 1.0, is_normalised=True) == pytest.approx(
        expected / 0.3, abs=1e-6
    )


@pytest.mark.parametrize("model", RocModel)
@pytest.mark.parametrize(
    "counts",
    [
        (POSITIVE, NEGATIVE),
        ([0.0, 8, 4, 6, 27], [6.0, 56, 7, 0, 0]),
        ([2.0, 8, 10], [6.0, 9, 0]),
        ([0.0, 5], [3.0, 1]),
    ],
)
@pytest.mark.parametrize("axis", Axis)
def test_that_partial_areas_add_up_to_the_area(
    model: RocModel, counts: tuple[list[float], list[float]], axis: Axis
) -> None:
    fit = fit_roc_counts(*counts, model)
    assert fit.partial_area(axis, 0, 1) == pytest.approx(fit.auc, abs=1e-8)
    parts = fit.partial_area(axis, 0, 0.4) + fit.partial_area(axis, 0.4, 1)
    assert parts == pytest.approx(fit.auc, abs=1e-8)


@pytest.mark.parametrize(
    ("positive", "negative", "sensitivity", "specificity"),
    [([0.0, 5], [5.0, 0], 1.0, 1.0), ([5.0, 0], [0.0, 5], 0.0, 0.0), ([1.0, 3], [4.0, 0], 0.8, 0.75)],
)
def test_that_straight_lines_are_read_by_interpolation(
    positive: list[float], negative: list[float], sensitivity: float, specificity: float
) -> None:
    fit = fit_roc_counts(positive, negative, RocModel.BINORMAL)
    assert fit.sensitivity_at(0.8) == pytest.approx(sensitivity)
    assert fit.specificity_at(0.8125) == pytest.approx(specificity)


def test_that_the_drawn_curve_runs_from_corner_to_corner_and_rises() -> None:
    for model in RocModel:
        fpf, tpf = fit_roc_counts(POSITIVE, NEGATIVE, model).points(51)
        assert fpf.shape == tpf.shape == (51,)
        assert (fpf[0], tpf[0], fpf[-1], tpf[-1]) == (0, 0, 1, 1)
        assert (np.diff(fpf) > 0).all()
        assert (np.diff(tpf) >= -1e-12).all()


def test_that_it_refuses_what_is_no_fraction_and_no_range() -> None:
    fit = fit_roc_counts(POSITIVE, NEGATIVE, RocModel.BINORMAL)
    with pytest.raises(ValueError, match="between 0 and 1"):
        fit.sensitivity_at(1.2)
    with pytest.raises(ValueError, match="partial area"):
        fit.partial_area(Axis.SENSITIVITY, 0.7, 0.7)
