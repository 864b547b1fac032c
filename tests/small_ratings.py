"""Ratings of a small reader study, as a value and as a file."""

from pathlib import Path
from typing import Any

import numpy as np

from realfm_gui.analysis.mrmc.observer_data import ObserverData, observer_data


def made_ratings(
    *,
    n_readers: int = 4,
    n_modalities: int = 2,
    n_cases: int = 30,
    design: str = "crossed",
    seed: int = 1,
    **changes: Any,
) -> ObserverData:
    """Return ratings with ties; every third case is positive, and later modalities are better."""
    rng = np.random.default_rng(seed)
    truth = np.arange(n_cases) % 3 == 0
    signal = truth * (1 + 0.3 * np.arange(n_modalities)[:, None, None])
    noise = rng.normal(size=(n_modalities, n_readers, n_cases)) + 0.5 * rng.normal(size=n_cases)
    ratings = np.round(2 * (signal + noise)) / 2
    case, reader, modality = np.arange(n_cases), np.arange(n_readers), np.arange(n_modalities)
    is_kept = {
        "crossed": np.ones(ratings.shape, dtype=bool),
        "partially-paired": (case + 7 * reader[:, None] + 3 * modality[:, None, None]) % 11 != 0,
        "split-plot": np.broadcast_to((case // 3) % 2 == reader[:, None] % 2, ratings.shape),
        "cases-in-readers": np.broadcast_to((case // 3) % n_readers == reader[:, None], ratings.shape),
        "cases-in-modalities": np.broadcast_to(
            (case // 3) % n_modalities == modality[:, None, None], ratings.shape
        ),
        "readers-in-modalities": np.broadcast_to(
            reader[:, None] % n_modalities == modality[:, None, None], ratings.shape
        ),
        "mixed": np.broadcast_to((reader[:, None] > 0) | (modality[:, None, None] == 0), ratings.shape),
    }[design]
    names: dict[str, Any] = {
        "modalities": [f"m{m + 1}" for m in modality],
        "readers": [f"r{r + 1}" for r in reader],
        "cases": [f"c{c + 1}" for c in case],
    }
    return observer_data(np.where(is_kept, ratings, np.nan), truth, **{**names, **changes})


def write_ratings(data: ObserverData, path: Path, *, patients: bool = False) -> Path:
    """Write one row per read."""
    header = "reader,modality,case,truth,rating" + (",patient" if patients else "")
    lines = [header]
    for m, r, c in np.argwhere(data.was_read):
        cells = [data.readers[r], data.modalities[m], data.cases[c], int(data.is_positive[c])]
        cells += [float(data.ratings[m, r, c]), *([f"p{data.clusters[c]}"] if patients else [])]
        lines.append(",".join(map(str, cells)))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
