"""Studies made by a program, with known answers."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from realfm_gui.analysis.study_data import StudyData


def simulate_study(
    *,
    seed: int = 1,
    n_readers: int = 6,
    n_positive: int = 60,
    n_negative: int = 100,
    reader_skill: float = 1.2,
    model_skill: float = 1.8,
    weight_of_model: float = 0.5,
    **changes: Any,
) -> StudyData:
    """Ratings from a shared case effect, a reader effect and noise; aided ones lean on the model's score."""
    rng = np.random.default_rng(seed)
    n_cases = n_positive + n_negative
    truth = np.arange(n_cases) < n_positive
    case = rng.normal(0, 0.6, n_cases)
    model = truth * model_skill + 0.5 * case + rng.normal(0, 0.8, n_cases)
    unaided = truth * reader_skill + case + rng.normal(0, 0.2, (n_readers, 1)) * truth
    unaided = unaided + rng.normal(0, 0.8, (n_readers, n_cases))
    aided = unaided + weight_of_model * (model - model_skill / 2)
    scores = np.clip(np.round(50 + 20 * (np.stack([unaided, aided]) - reader_skill / 2)), 0, 100)
    values: dict[str, Any] = {
        "finding_id": "nodule",
        "finding_name": "nodule",
        "reader_ids": tuple(f"r{j + 1}" for j in range(n_readers)),
        "reader_names": tuple(f"Reader {j + 1}" for j in range(n_readers)),
        "reader_years": tuple(float(2 + j) for j in range(n_readers)),
        "case_ids": tuple(f"c-{c:03d}" for c in range(n_cases)),
        "patient_ids": None,
        "truth": truth,
        "scores": scores,
        "calls": (scores >= 50).astype(np.float64),
        "active_ms": rng.lognormal(np.array([9.5, 8.5])[:, None, None], 0.4, (2, n_readers, n_cases)),
        "ai_scores": model,
        "ai_calls": (model >= model_skill / 2).astype(np.float64),
        "control_scores": {"pixels-16x16": truth * 0.2 + rng.normal(0, 1, n_cases)},
        "non_diagnostic": np.zeros((2, n_readers), dtype=np.int64),
        "prevalence": 0.2,
        "is_simulated": True,
        "planned_readings": 2 * n_readers * n_cases,
    }
    return StudyData(**{**values, **changes})


@pytest.fixture
def make_study() -> Callable[..., StudyData]:
    return simulate_study
