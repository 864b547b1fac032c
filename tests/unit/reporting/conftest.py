"""Results of a small study, as the analysis hands them to the report."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from realfm_gui.analysis.study_analysis import StudyData, analyse_study
from realfm_gui.reporting.html_report import Provenance


def analysed(**changes: Any) -> dict[str, Any]:
    rng = np.random.default_rng(2)
    n_readers = len(changes.get("reader_names", "12345"))
    truth = np.arange(80) < 36
    case = rng.normal(0, 0.6, 80)
    model = truth + 0.5 * case + rng.normal(0, 0.7, 80)
    unaided = 1.2 * truth + case + rng.normal(0, 0.8, (n_readers, 80))
    # The second reader gets worse with the model.
    weight = np.where(np.arange(n_readers) == 1, -0.4, 0.4)[:, None]
    scores = np.clip(np.round(35 + 20 * np.stack([unaided, unaided + weight * model])), 0, 100)
    values: dict[str, Any] = {
        "finding_id": "nodule",
        "finding_name": "nodule",
        "reader_ids": tuple(f"r{j}" for j in range(n_readers)),
        "reader_names": tuple(f"Reader {j + 1}" for j in range(n_readers)),
        "reader_years": (None,) * n_readers,
        "case_ids": tuple(f"c-{c}" for c in range(80)),
        "patient_ids": None,
        "truth": truth,
        "scores": scores,
        "calls": (scores >= 50).astype(float),
        "active_ms": rng.lognormal(9, 0.4, (2, n_readers, 80)),
        "ai_scores": model,
        "ai_calls": (model > 0.5).astype(float),
        "control_scores": {"pixels-16x16": rng.normal(size=80)},
        "non_diagnostic": np.zeros((2, n_readers), dtype=np.int64),
        "prevalence": 0.1,
        "is_simulated": False,
        "planned_readings": 160 * n_readers,
    }
    return analyse_study(StudyData(**{**values, **changes})).to_json()


@pytest.fixture
def analyse() -> Callable[..., dict[str, Any]]:
    return analysed


@pytest.fixture
def provenance() -> Provenance:
    return Provenance(
        study_title="A study",
        app_version="0.1.0",
        protocol_sha256="ab" * 32,
        model="efficientnet-lite0",
        model_version="1",
        weights_sha256="cd" * 32,
        run_id="r-0123456789abcdef",
        log_head="ef" * 32,
        log_events=2034,
        generated_utc="2026-01-01T00:00:00Z",
    )
