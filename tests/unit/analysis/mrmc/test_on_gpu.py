"""The same replicates on a GPU, where there is one."""

import time

import numpy as np
import pytest

from realfm_gui.analysis.mrmc.covariance import CovarianceMethod, error_covariance
from realfm_gui.analysis.mrmc.endpoint import Endpoint
from realfm_gui.analysis.mrmc.observer_data import observer_data
from realfm_gui.analysis.mrmc.replicates import case_weights
from realfm_gui.analysis.mrmc.roc_endpoints import EmpiricalAuc, ShareOfCalls

from .conftest import MakeStudy

ENDPOINTS: tuple[Endpoint, ...] = (
    EmpiricalAuc(),
    ShareOfCalls(threshold=3, of_positives=True, of_negatives=True),
)


@pytest.fixture
def cuda() -> str:
    torch = pytest.importorskip("torch")
    if not torch.cuda.is_available():
        pytest.skip("not verified on GPU: there is none here")
    return "cuda"


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
@pytest.mark.parametrize("study", [{}, {"share_missing": 0.2}, {"cases_per_patient": 3}], ids=str)
def test_that_replicates_are_those_of_the_processor(
    cuda: str, endpoint: Endpoint, study: dict[str, object], make_study: MakeStudy
) -> None:
    data = make_study(**(study | {"n_positive": 60, "n_negative": 80}))
    sample = endpoint.prepare(data)
    weights = case_weights(sample.unit_strata, n_replicates=500, seed=3)
    ours, theirs = (sample.weighted(weights, device=device) for device in ("cpu", cuda))
    assert theirs == pytest.approx(ours, abs=1e-12, nan_ok=True)
    halves = [sample.weighted(weights + 0.3, device=device) for device in ("cpu", cuda)]
    assert halves[1] == pytest.approx(halves[0], abs=1e-12, nan_ok=True)


def test_that_a_bootstrap_covariance_is_that_of_the_processor(cuda: str, make_study: MakeStudy) -> None:
    sample = EmpiricalAuc().prepare(make_study(n_positive=60, n_negative=80))
    ours, theirs = (
        error_covariance(sample, CovarianceMethod.BOOTSTRAP, device=device).matrix for device in ("cpu", cuda)
    )
    assert theirs == pytest.approx(ours, abs=1e-12)


def test_that_a_large_study_fits_and_its_throughput_is_printed(cuda: str) -> None:
    rng = np.random.default_rng(1)
    truth = np.arange(2000) < 1000
    sample = EmpiricalAuc().prepare(observer_data(rng.normal(size=(2, 20, 2000)) + truth, truth))
    weights = case_weights(sample.unit_strata, n_replicates=2000, seed=1)
    expected = sample.weighted(weights[:50])
    sample.weighted(weights[:50], device=cuda)
    start = time.perf_counter()
    figures = sample.weighted(weights, device=cuda)
    seconds = time.perf_counter() - start
    print(f"\n{figures.size / seconds:.3g} weighted AUCs of 1000 + 1000 cases per second on the GPU", end="")
    assert figures[:50] == pytest.approx(expected, abs=1e-12)
