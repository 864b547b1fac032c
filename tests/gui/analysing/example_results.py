"""Results of simulated studies, computed by the real analysis: helps, harms, too little, one reader."""

from typing import Any

import numpy as np

from realfm_gui.analysis.study_analysis import analyse_study
from realfm_gui.analysis.study_data import StudyData


def study_data(
    *,
    readers: int = 6,
    cases: int = 160,
    gain: float = 0.6,
    gain_when_wrong: float = 0.0,
    seed: int = 3,
    simulated: bool = True,
    name: str = "Cluster of specks",
    reader_names: tuple[str, ...] = (),
) -> StudyData:
    """Readers whose separation of diseased and normal cases grows by `gain` with the model."""
    rng = np.random.default_rng(seed)
    truth = np.arange(cases) % 2 == 0
    case_effect = rng.normal(0, 0.5, cases)
    ai = rng.normal(0, 1, cases) + 1.6 * truth
    ai_calls = (ai >= 0.8).astype(float)
    is_right = (ai_calls > 0.5) == truth
    scores, calls = np.empty((2, readers, cases)), np.empty((2, readers, cases))
    for arm in range(2):
        for reader in range(readers):
            shift = 1.3 + 0.15 * reader
            if arm == 1:
                shift = shift + np.where(is_right, gain * (1.2 - 0.3 * reader), gain_when_wrong)
            latent = rng.normal(0, 0.7, cases) + case_effect + np.where(truth, shift / 2, -shift / 2)
            scores[arm, reader] = np.round(100 / (1 + np.exp(-1.4 * latent)))
            calls[arm, reader] = scores[arm, reader] >= 50
    return StudyData(
        finding_id="specks",
        finding_name=name,
        reader_ids=tuple(f"sim-{number + 1}" for number in range(readers)),
        reader_names=reader_names or tuple(f"Simulated reader {number + 1}" for number in range(readers)),
        reader_years=(None,) * readers,
        case_ids=tuple(f"c-{number:016x}" for number in range(cases)),
        patient_ids=None,
        truth=truth,
        scores=scores,
        calls=calls,
        active_ms=rng.lognormal(10.2, 0.4, (2, readers, cases)) * np.array([1.0, 0.4])[:, None, None],
        ai_scores=ai,
        ai_calls=ai_calls,
        control_scores={"pixels-16x16": rng.normal(0, 1, cases) + 0.2 * truth},
        non_diagnostic=np.zeros((2, readers), dtype=np.int64),
        margin_harm=0.05,
        prevalence=0.2,
        is_simulated=simulated,
        design="sequential",
        planned_readings=2 * readers * cases,
    )


def results_of(**options: Any) -> dict[str, Any]:
    """Return what the workflow hands to the page."""
    results = analyse_study(study_data(**options)).to_json()
    return {
        **results,
        "findings": {"specks": results},
        "provenance": {"study": "Microcalcifications", "protocol_sha256": "9f86d081", "events": 2104},
    }


def helping() -> dict[str, Any]:
    return results_of(gain=1.0, gain_when_wrong=0.2)


def harming() -> dict[str, Any]:
    return results_of(gain=-0.9, gain_when_wrong=-0.9, readers=7)


def insufficient() -> dict[str, Any]:
    return results_of(readers=1, cases=12, gain=0.3)
