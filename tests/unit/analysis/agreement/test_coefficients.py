from collections.abc import Callable

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from realfm_gui.analysis.agreement.coefficients import Coefficient, definition, values_on
from realfm_gui.analysis.agreement.ratings import reader_ratings
from realfm_gui.domain.errors import UserFacingError

CATEGORICAL = [c for c in Coefficient if c.value.startswith(("cohen", "fleiss", "gwet", "kripp", "percent"))]


def value(coefficient: str, table: np.ndarray, scale: list[float] | None = None) -> float:
    ratings = reader_ratings(table, scale=scale)
    return float(values_on(Coefficient(coefficient), ratings, np.ones((1, ratings.n_cases)))[0])


def test_fleiss_kappa_and_ac1_against_the_textbook_table(fleiss_table: np.ndarray) -> None:
    assert value("fleiss-kappa", fleiss_table) == pytest.approx(0.209931, abs=5e-7)
    assert value("gwet-ac1", fleiss_table) == pytest.approx(0.225614, abs=5e-7)


def test_krippendorff_and_gwet_against_the_four_coder_table_with_missing_reads(
    krippendorff_table: np.ndarray,
) -> None:
    assert value("krippendorff-alpha-nominal", krippendorff_table) == pytest.approx(0.743421, abs=5e-7)
    # .8153875: the reference rounds the last half up.
    assert value("krippendorff-alpha-ordinal", krippendorff_table) == pytest.approx(0.815388, abs=1e-6)
    assert value("krippendorff-alpha-interval", krippendorff_table) == pytest.approx(0.849107, abs=5e-7)
    assert value("gwet-ac1", krippendorff_table) == pytest.approx(0.775444, abs=5e-7)


def test_that_kappa_falls_below_nil_where_ac1_stays_high_on_the_paradox_table(
    paradox_table: np.ndarray,
) -> None:
    assert value("cohen-kappa", paradox_table) == pytest.approx(-0.0233918, abs=5e-8)
    assert value("gwet-ac1", paradox_table) == pytest.approx(0.9407763, abs=5e-8)
    assert value("percent-agreement", paradox_table) == pytest.approx(0.944, abs=1e-12)
    assert value("positive-agreement", paradox_table) == 0.0
    assert value("negative-agreement", paradox_table) == pytest.approx(2 * 118 / (2 * 118 + 7), abs=1e-12)


@pytest.mark.parametrize(
    ("form", "expected"),
    [("1-1", 0.1657), ("2-1", 0.2898), ("3-1", 0.7148), ("1-k", 0.4428), ("2-k", 0.6201), ("3-k", 0.9093)],
)
def test_intraclass_correlations_against_shrout_and_fleiss(
    form: str, expected: float, shrout_fleiss_table: np.ndarray
) -> None:
    assert value(f"icc-{form}", shrout_fleiss_table) == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize(
    ("name", "weights"),
    [("cohen-kappa", None), ("cohen-kappa-linear", "linear"), ("cohen-kappa-quadratic", "quadratic")],
)
def test_cohen_kappa_against_scikit_learn(
    name: str, weights: str | None, make_ratings: Callable[..., np.ndarray]
) -> None:
    first, second = make_ratings(1, readers=2, cases=90)
    expected = cohen_kappa_score(first, second, weights=weights)
    assert value(name, np.stack([first, second])) == pytest.approx(expected, abs=1e-13)


@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_that_more_than_two_readers_get_the_mean_of_pairwise_kappas_on_shared_cases(
    missing: float, make_ratings: Callable[..., np.ndarray]
) -> None:
    table = make_ratings(2, readers=3, missing=missing)
    pairs = []
    for a, b in ((0, 1), (0, 2), (1, 2)):
        both = ~np.isnan(table[a]) & ~np.isnan(table[b])
        pairs.append(cohen_kappa_score(table[a, both], table[b, both], weights="linear"))
    assert value("cohen-kappa-linear", table) == pytest.approx(np.mean(pairs), abs=1e-13)


def coincidence_alpha(table: np.ndarray, distance: Callable[[int, int, np.ndarray], float]) -> float:
    """Krippendorff's own route: coincidence matrix, then observed over expected disagreement."""
    scale = np.unique(table[~np.isnan(table)])
    coincidences = np.zeros((len(scale), len(scale)))
    for case in table.T:
        read = np.searchsorted(scale, case[~np.isnan(case)])
        for i, one in enumerate(read):
            for j, other in enumerate(read):
                if i != j:
                    coincidences[one, other] += 1 / (len(read) - 1)
    totals = coincidences.sum(axis=0)
    cells = [(k, m) for k in range(len(scale)) for m in range(len(scale))]
    observed = sum(coincidences[k, m] * distance(k, m, totals) for k, m in cells)
    expected = sum(totals[k] * totals[m] * distance(k, m, totals) for k, m in cells)
    return float(1 - (totals.sum() - 1) * observed / expected)


def ordinal_distance(k: int, m: int, totals: np.ndarray) -> float:
    low, high = min(k, m), max(k, m)
    return float((totals[low : high + 1].sum() - (totals[k] + totals[m]) / 2) ** 2)


@pytest.mark.parametrize(
    ("metric", "distance"),
    [
        ("nominal", lambda k, m, totals: float(k != m)),
        ("ordinal", ordinal_distance),
        ("interval", lambda k, m, totals: float((k - m) ** 2)),
    ],
)
def test_alpha_against_the_coincidence_matrix(
    metric: str, distance: Callable[..., float], make_ratings: Callable[..., np.ndarray]
) -> None:
    for seed in range(3):
        table = make_ratings(seed, missing=0.3)
        expected = coincidence_alpha(table, distance)
        assert value(f"krippendorff-alpha-{metric}", table) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("kind", ["linear", "quadratic"])
def test_ac2_against_its_definition_over_all_pairs_of_reads(
    kind: str, make_ratings: Callable[..., np.ndarray]
) -> None:
    table = make_ratings(5, missing=0.2)
    scale = np.unique(table[~np.isnan(table)])
    power = 1 if kind == "linear" else 2
    partial = 1 - (np.abs(scale[:, None] - scale[None]) / np.ptp(scale)) ** power
    of_cases, shares = [], []
    for case in table.T:
        read = case[~np.isnan(case)].astype(int)
        if len(read):
            shares.append([(read == k).mean() for k in scale])
        pairs = [partial[a, b] for i, a in enumerate(read) for j, b in enumerate(read) if i != j]
        if pairs:
            of_cases.append(np.mean(pairs))
    share, n = np.mean(shares, axis=0), len(scale)
    expected = partial.sum() / (n * (n - 1)) * (share * (1 - share)).sum()
    assert value(f"gwet-ac2-{kind}", table) == pytest.approx(
        (np.mean(of_cases) - expected) / (1 - expected), abs=1e-13
    )


def test_nominal_alpha_and_fleiss_kappa_differ_by_the_small_sample_term_only(
    fleiss_table: np.ndarray,
) -> None:
    kappa = value("fleiss-kappa", fleiss_table)
    expected = kappa + (1 - kappa) / fleiss_table.size
    assert value("krippendorff-alpha-nominal", fleiss_table) == pytest.approx(expected, abs=1e-13)


@pytest.mark.parametrize("model", ["1", "3"])
def test_that_the_mean_of_readers_follows_spearman_and_brown(
    model: str, make_ratings: Callable[..., np.ndarray]
) -> None:
    table = make_ratings(7, readers=5, categories=30)
    one, k = value(f"icc-{model}-1", table), len(table)
    assert value(f"icc-{model}-k", table) == pytest.approx(k * one / (1 + (k - 1) * one), abs=1e-12)


def test_intraclass_agreement_against_the_variances_that_made_the_data() -> None:
    rng = np.random.default_rng(8)
    readers, cases = 300, 3_000
    table = rng.normal(0, 2, cases) + rng.normal(0, 1, (readers, 1)) + rng.normal(0, 1, (readers, cases))
    assert value("icc-2-1", table) == pytest.approx(4 / (4 + 1 + 1), abs=0.02)
    assert value("icc-3-1", table) == pytest.approx(4 / (4 + 1), abs=0.02)


def test_that_a_constant_offset_of_a_reader_lowers_agreement_but_not_consistency(
    shrout_fleiss_table: np.ndarray,
) -> None:
    shifted = shrout_fleiss_table + np.array([[0.0], [0.0], [7.0], [0.0]])
    assert value("icc-3-1", shifted) == pytest.approx(value("icc-3-1", shrout_fleiss_table), abs=1e-12)
    assert value("icc-2-1", shifted) < value("icc-2-1", shrout_fleiss_table)


@pytest.mark.parametrize("coefficient", CATEGORICAL)
def test_coefficients_invariant_to_the_order_of_readers_and_cases(
    coefficient: Coefficient, make_ratings: Callable[..., np.ndarray]
) -> None:
    table, rng = make_ratings(9, missing=0.2), np.random.default_rng(0)
    turned = table[rng.permutation(4)][:, rng.permutation(table.shape[1])]
    assert value(coefficient, turned) == pytest.approx(value(coefficient, table), abs=1e-12)


@pytest.mark.parametrize(
    ("coefficient", "change"),
    [
        ("krippendorff-alpha-ordinal", np.exp),
        ("krippendorff-alpha-interval", lambda x: 1e9 + 3 * x),
        ("icc-2-1", lambda x: 1e9 + 3 * x),
        ("fleiss-kappa", lambda x: -x),
        ("cohen-kappa-quadratic", lambda x: 5 - 2 * x),
    ],
)
def test_coefficients_invariant_to_the_scale_they_do_not_use(
    coefficient: str, change: Callable[[np.ndarray], np.ndarray], make_ratings: Callable[..., np.ndarray]
) -> None:
    table = make_ratings(10)
    assert value(coefficient, change(table)) == pytest.approx(value(coefficient, table), abs=1e-9)


def test_that_categories_nobody_chose_count_for_ac1() -> None:
    table = np.array([[0.0, 0, 1, 1], [0, 1, 1, 1]])
    assert value("gwet-ac1", table, scale=[0, 1, 2]) > value("gwet-ac1", table)
    # pa = 3/4; shares 3/8, 5/8; pe = (15/64 + 15/64) / 2
    assert value("gwet-ac1", table, scale=[0, 1, 2]) == pytest.approx((3 / 4 - 15 / 64) / (1 - 15 / 64))


@pytest.mark.parametrize("missing", [0.0, 0.15])
@pytest.mark.parametrize("coefficient", list(Coefficient))
def test_that_integer_weights_are_the_same_as_repeating_the_cases(
    coefficient: Coefficient, missing: float, make_ratings: Callable[..., np.ndarray]
) -> None:
    categories = 2 if coefficient.endswith(("positive-agreement", "negative-agreement")) else 4
    table = make_ratings(11, cases=30, categories=categories, missing=missing)
    ratings = reader_ratings(table)
    weights = np.random.default_rng(3).multinomial(30, np.full(30, 1 / 30), size=6)
    together = values_on(coefficient, ratings, weights.astype(float))
    for times, found in zip(weights, together, strict=True):
        repeated = reader_ratings(np.repeat(table, times, axis=1), scale=ratings.scale)
        alone = values_on(coefficient, repeated, np.ones((1, 30)))[0]
        assert found == pytest.approx(alone, abs=1e-12)


def test_that_ratings_off_the_scale_or_infinite_are_refused_by_place() -> None:
    with pytest.raises(UserFacingError, match="rating 6 is not on the scale 1, 2, 3"):
        reader_ratings([[1, 6]], scale=[1, 2, 3])
    with pytest.raises(UserFacingError, match="reader 2 for case 3 is infinite"):
        reader_ratings([[1, 2, 3], [1, 2, np.inf]])


def test_that_every_coefficient_has_a_title_of_its_own() -> None:
    titles = {definition(coefficient).title for coefficient in Coefficient}
    assert len(titles) == len(Coefficient)
