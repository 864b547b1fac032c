"""Tables with known agreement."""

from collections.abc import Callable

import numpy as np
import pytest

NO_READ = float("nan")


@pytest.fixture(scope="session")
def krippendorff_table() -> np.ndarray:
    """4 coders, 12 units, with missing reads (Krippendorff's textbook example)."""
    n = NO_READ
    return np.array(
        [
            [1, 2, 3, 3, 2, 1, 4, 1, 2, n, n, n],
            [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, n, 3],
            [n, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, n],
            [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, n],
        ]
    )


@pytest.fixture(scope="session")
def shrout_fleiss_table() -> np.ndarray:
    """4 judges, 6 targets (Shrout and Fleiss 1979, table 2)."""
    return np.array(
        [[9, 6, 8, 7, 10, 6], [2, 1, 4, 1, 5, 2], [5, 3, 6, 2, 6, 4], [8, 2, 8, 6, 9, 7]], dtype=float
    )


@pytest.fixture(scope="session")
def fleiss_table() -> np.ndarray:
    """14 raters, 10 subjects, 5 categories, from the textbook's counts."""
    counts = [
        [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
    ]  # fmt: skip
    return np.array([np.repeat(np.arange(1.0, 6.0), row) for row in counts]).T


@pytest.fixture(scope="session")
def paradox_table() -> np.ndarray:
    """Two readers, 125 cases: [[118, 5], [2, 0]]."""
    return np.array([[0] * 123 + [1] * 2, [0] * 118 + [1] * 5 + [0] * 2], dtype=float)


@pytest.fixture
def make_ratings() -> Callable[..., np.ndarray]:
    def make(
        seed: int,
        *,
        readers: int = 4,
        cases: int = 40,
        categories: int = 5,
        missing: float = 0.0,
        noise: float = 0.8,
    ) -> np.ndarray:
        """Return ratings 0, 1, ... of shape (readers, cases) that share a case effect."""
        rng = np.random.default_rng(seed)
        latent = rng.normal(size=cases) + noise * rng.normal(size=(readers, cases))
        edges = np.quantile(latent, np.linspace(0, 1, categories + 1)[1:-1])
        ratings = np.digitize(latent, edges).astype(float)
        ratings[rng.random(ratings.shape) < missing] = NO_READ
        return ratings

    return make
