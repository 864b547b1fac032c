"""Each family against what defines it: derivatives by differences, areas by integration, normal laws."""

import numpy as np
import pytest
from scipy import integrate, stats

from realfm_gui.analysis.roc_fits.curve_family import PAIRS, RocModel
from realfm_gui.analysis.roc_fits.families import family_of

POINTS = {
    RocModel.BINORMAL: [(1.2, 0.7), (-0.4, 1.8), (2.5, 0.2)],
    RocModel.PROPER: [(1.3, -0.3), (0.6, 0.4), (2.0, -0.02), (0.3, -0.8)],
    RocModel.CONTAMINATED: [(1.5, 0.8), (3.0, 0.3), (0.4, 0.97)],
}
CASES = [(model, point) for model, points in POINTS.items() for point in points]


def _inside(model: RocModel, parameters: np.ndarray) -> np.ndarray:
    low, high = family_of(model).reach(parameters)
    return np.linspace(low + 0.15, high - 0.15, 7)


@pytest.mark.parametrize(("model", "point"), CASES)
def test_that_slopes_are_the_differences_of_the_survival(model: RocModel, point: tuple[float, float]) -> None:
    family, at, h = family_of(model), np.array([[point[0]], [point[1]]]), 1e-5
    cuts = _inside(model, at)
    slopes = family.slopes(cuts, at)

    def shifted(which: int, by: float) -> tuple[np.ndarray, np.ndarray]:
        steps = np.zeros(3)
        steps[which] = by
        return cuts + steps[0], at + steps[1:, np.newaxis]

    for i in range(3):
        up, down = (family.tails(*shifted(i, sign * h)).survival for sign in (1, -1))
        np.testing.assert_allclose(slopes.first[i], (up - down) / (2 * h), atol=1e-7)
    for k, (i, j) in enumerate(PAIRS):
        up, down = (family.slopes(*shifted(i, sign * h)).first[j] for sign in (1, -1))
        np.testing.assert_allclose(slopes.second[k], (up - down) / (2 * h), atol=1e-6)


@pytest.mark.parametrize(("model", "point"), CASES)
def test_that_both_tails_add_up_to_one(model: RocModel, point: tuple[float, float]) -> None:
    at = np.array([[point[0]], [point[1]]])
    tails = family_of(model).tails(_inside(model, at), at)
    np.testing.assert_allclose(tails.survival + tails.complement, 1.0, atol=1e-14)


@pytest.mark.parametrize(("model", "point"), CASES)
def test_that_the_area_is_the_integral_of_the_curve(model: RocModel, point: tuple[float, float]) -> None:
    family, at = family_of(model), np.array([[point[0]], [point[1]]])
    low, high = (float(end[0]) for end in family.reach(at))

    def height(cut: float) -> float:
        place = np.array([[cut]])
        return float(family.tails(place, at).survival[1, 0, 0] * -family.slopes(place, at).first[0, 0, 0, 0])

    area, _ = integrate.quad(height, low, high, epsabs=1e-11, limit=400, points=[(low + high) / 2])
    assert family.auc(at)[0] == pytest.approx(area, abs=1e-8)


@pytest.mark.parametrize(("model", "point"), CASES)
def test_that_slopes_of_the_area_and_of_free_parameters_are_differences(
    model: RocModel, point: tuple[float, float]
) -> None:
    family, at, h = family_of(model), np.array([[point[0]], [point[1]]]), 1e-6
    free = family.start_at(at)
    np.testing.assert_allclose(family.from_free(free), at, rtol=1e-12)
    first, second = family.free_slopes(free)
    for k in range(2):
        step = np.zeros((2, 1))
        step[k] = h
        by_area = (family.auc(at + step) - family.auc(at - step)) / (2 * h)
        np.testing.assert_allclose(family.auc_slope(at)[k], by_area, atol=1e-8)
        by_free = (family.from_free(free + step) - family.from_free(free - step))[k] / (2 * h)
        np.testing.assert_allclose(first[k], by_free, atol=1e-8)
        bend = (family.free_slopes(free + step)[0] - family.free_slopes(free - step)[0])[k] / (2 * h)
        np.testing.assert_allclose(second[k], bend, atol=1e-7)


@pytest.mark.parametrize("point", POINTS[RocModel.PROPER])
def test_that_the_proper_curve_is_the_likelihood_ratio_of_two_normal_distributions(
    point: tuple[float, float],
) -> None:
    d_a, c = point
    b = (1 + c) / (1 - c)
    a = d_a * np.sqrt((1 + b * b) / 2)
    of_negatives, of_positives = stats.norm(0, 1), stats.norm(a / b, 1 / b)
    grid = np.linspace(-60, 60, 2_000_001)
    ratio = of_positives.logpdf(grid) - of_negatives.logpdf(grid)
    order = np.argsort(-ratio)
    fpf, tpf = (np.cumsum(law.pdf(grid)[order]) * (grid[1] - grid[0]) for law in (of_negatives, of_positives))
    at = np.array([[d_a], [c]])
    tails = family_of(RocModel.PROPER).tails(_inside(RocModel.PROPER, at), at).survival[:, :, 0]
    np.testing.assert_allclose(np.interp(tails[0], fpf, tpf), tails[1], atol=2e-4)


@pytest.mark.parametrize("c", [-0.6, -0.1, 0.3])
def test_that_a_negative_d_a_is_folded_to_the_same_curve(c: float) -> None:
    family, free = family_of(RocModel.PROPER), np.array([[-0.8], [np.arctanh(c)]])
    low, high = family.reach(family.from_free(free))
    cuts = np.linspace(low + 0.1, high - 0.1, 9)
    folded_cuts, folded = family.folded(cuts, free)
    assert folded[0, 0] == 0.8
    np.testing.assert_allclose(
        family.tails(folded_cuts, family.from_free(folded)).survival,
        family.tails(cuts, family.from_free(free)).survival,
        atol=1e-13,
    )
