"""The MRMC engine against the same computation written with numpy and scikit-learn, in one run."""

import resource
import sys
import time
import warnings
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from realfm_gui.analysis.mrmc.analysis import Request, analyse_readers
from realfm_gui.analysis.mrmc.covariance import CovarianceMethod
from realfm_gui.analysis.mrmc.observer_data import ObserverData, observer_data
from realfm_gui.analysis.mrmc.replicates import case_weights, reader_weights
from realfm_gui.analysis.mrmc.roc_endpoints import EmpiricalAuc
from realfm_gui.analysis.planning.roe_metz import classic_structure

AUC = EmpiricalAuc()


def _study(readers: int, cases: int) -> ObserverData:
    """Return continuous ratings of two modalities; half of the cases are positive."""
    ratings, truth = classic_structure("HL", auc=0.855).simulate(
        np.random.default_rng(1), readers, cases // 2, cases // 2
    )
    return observer_data(ratings, truth)


def _van_dykes_size() -> ObserverData:
    ratings, truth = classic_structure("HL", auc=0.855).simulate(np.random.default_rng(2), 5, 45, 69)
    return observer_data(np.clip(np.round(3 + ratings), 1, 5), truth)


def _times(work: Callable[[], object], repeats: int) -> tuple[float, float]:
    """Return median and 95th percentile in seconds, after one round to warm up."""
    work()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return float(np.median(seconds)), float(np.percentile(seconds, 95))


def _peer_jackknife(data: ObserverData, n_left_out: int) -> None:
    """Leave cases out and compute every AUC again with scikit-learn: the textbook way."""
    observers = data.ratings.reshape(-1, len(data.cases))
    for case in range(n_left_out):
        keep = np.arange(len(data.cases)) != case
        for scores in observers:
            roc_auc_score(data.is_positive[keep], scores[keep])


def _peer_kernels(data: ObserverData) -> NDArray[np.float64]:
    """Return all pair kernels (observers, positives, negatives), as a plain numpy program would."""
    observers = data.ratings.reshape(-1, len(data.cases))
    high, low = observers[:, data.is_positive, None], observers[:, None, ~data.is_positive]
    kernels: NDArray[np.float64] = 0.5 * ((high > low).astype(np.float64) + (high >= low))
    return kernels


def _peer_delong(data: ObserverData) -> NDArray[np.float64]:
    kernels = _peer_kernels(data)
    rows, columns = kernels.mean(axis=2), kernels.mean(axis=1)
    covariance: NDArray[np.float64] = np.cov(rows) / rows.shape[1] + np.cov(columns) / columns.shape[1]
    return covariance


def _peer_unbiased(data: ObserverData) -> NDArray[np.float64]:
    kernels = _peer_kernels(data)
    n_observers, n_high, n_low = kernels.shape
    flat = kernels.reshape(n_observers, -1)
    rows, columns, total = kernels.sum(axis=2), kernels.sum(axis=1), kernels.sum(axis=(1, 2))
    apart = np.outer(total, total) - rows @ rows.T - columns @ columns.T + flat @ flat.T
    theta = total / (n_high * n_low)
    result: NDArray[np.float64] = np.outer(theta, theta) - apart / (
        n_high * (n_high - 1) * n_low * (n_low - 1)
    )
    return result


@pytest.mark.benchmark
def test_analysis_of_van_dykes_size() -> None:
    data = _van_dykes_size()
    median, p95 = _times(lambda: analyse_readers(data, Request(endpoint=AUC)), 30)
    peer, _ = _times(lambda: _peer_jackknife(data, 20), 2)
    peer *= len(data.cases) / 20
    print(
        f"\n5 x 114 x 2, Obuchowski-Rockette with the jackknife: median {1000 * median:.1f} ms, "
        f"p95 {1000 * p95:.1f} ms; scikit-learn's leave-one-out {peer:.2f} s ({peer / median:.0f} x)",
        end="",
    )


@pytest.mark.benchmark
def test_analysis_of_a_large_study_and_how_it_grows() -> None:
    data, larger = _study(20, 2000), _study(20, 20_000)
    peers: dict[CovarianceMethod, tuple[Callable[[], object], float, int]] = {
        CovarianceMethod.JACKKNIFE: (lambda: _peer_jackknife(data, 2), 1000.0, 1),
        CovarianceMethod.DELONG: (lambda: _peer_delong(data), 1.0, 3),
        CovarianceMethod.UNBIASED: (lambda: _peer_unbiased(data), 1.0, 3),
    }
    for method, (work, scale, repeats) in peers.items():
        request = Request(endpoint=AUC, covariance=method)
        median, p95 = _times(lambda request=request: analyse_readers(data, request), 5)
        peer, _ = _times(work, repeats)
        slower, _ = _times(lambda request=request: analyse_readers(larger, request), 2)
        growth = slower / median
        print(
            f"\n20 x 2,000 x 2, {method.value}: median {median:.3f} s, p95 {p95:.3f} s (indicative <= .1 s); "
            f"peer {peer * scale:.2f} s ({peer * scale / median:.1f} x); "
            f"ten times the cases cost {growth:.1f} times the time (<= 15)",
            end="",
        )


@pytest.mark.benchmark
@pytest.mark.parametrize(("name", "goal"), [("Van Dyke's size", 1000), ("20 x 2,000 x 2", 150)])
def test_two_thousand_replicates_of_cases_and_readers(name: str, goal: int) -> None:
    data = _van_dykes_size() if goal == 1000 else _study(20, 2000)
    n_readers, n_replicates, n_timed = len(data.readers), 2000, 3
    observers = data.ratings.reshape(-1, len(data.cases))

    def ours() -> NDArray[np.float64]:
        sample = AUC.prepare(data)
        weights = case_weights(sample.unit_strata, n_replicates=n_replicates, seed=1)
        readers = reader_weights(n_readers, n_replicates=n_replicates, seed=2)
        means: NDArray[np.float64] = (sample.weighted(weights) * readers[:, np.newaxis]).sum(axis=2)
        return means

    def peer() -> None:
        rng = np.random.default_rng(1)
        for _ in range(n_timed):
            cases = rng.integers(0, len(data.cases), len(data.cases))
            for scores in observers:
                roc_auc_score(data.is_positive[cases], scores[cases])

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a resample without a class, in the peer
        slow, _ = _times(peer, 3)
    slow *= n_replicates / n_timed
    median, p95 = _times(ours, 5)
    print(
        f"\n2,000 replicates of cases and readers, {name}: median {median:.3f} s, p95 {p95:.3f} s; "
        f"scikit-learn loop {slow:.0f} s ({slow / median:.0f} x, goal >= {goal} x)",
        end="",
    )


@pytest.mark.benchmark
def test_memory_of_the_engine() -> None:
    """Peak of this process so far, the other benchmarks and their peers included."""
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    print(f"\nlargest resident memory of the process: {peak / 2**30:.2f} GB (peers included)", end="")
