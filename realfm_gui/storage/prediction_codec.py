"""The bytes of one case's prediction file: an uncompressed npz without pickled objects.

``version`` () int (absent in files of the first version); ``findings`` (n,) text; ``numbers`` (n, 4) float64
in the order of `_NUMBERS`, with ``given`` (n, 4) saying which are there; per finding k with a map ``map_k``
float32 (grid rows, grid columns), ``geometry_k`` (4,) float64, ``method_k`` text and ``frame_k``.

Since version 2: ``interval_k`` (3,) float64 (low, high, level; a level of nan is none) where finding k has
one, and ``located_k``, text: the JSON list of what was found where. The mask of its i-th entry is
``mask_k_i``, uint8, the cells row by row, eight to a byte.
"""

import io
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from realfm_gui.domain.ai_finding import AiFinding, AiRegion, AiShape, ScoreInterval
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.prediction import GridGeometry, Prediction, SaliencyMap
from realfm_gui.storage.event_log import canonical_json

VERSION = 2

_NUMBERS = ("score", "probability", "prevalence", "operating_point")
_GRID = ("row_offset", "row_step", "column_offset", "column_step")

Arrays = dict[str, NDArray[np.generic]]


def encode(predictions: Sequence[Prediction]) -> bytes:
    """Return the bytes of a case's predictions; the same predictions give the same bytes."""
    numbers = [[getattr(prediction, name) for name in _NUMBERS] for prediction in predictions]
    given = np.array([[value is not None for value in row] for row in numbers], bool).reshape(
        -1, len(_NUMBERS)
    )
    arrays: Arrays = {
        "version": np.array(VERSION),
        "findings": np.array([prediction.finding for prediction in predictions], dtype=np.str_),
        "numbers": np.array(
            [[0.0 if value is None else value for value in row] for row in numbers], float
        ).reshape(given.shape),
        "given": given,
    }
    for k, prediction in enumerate(predictions):
        if prediction.saliency is not None:
            _put_map(arrays, k, prediction.saliency)
        if prediction.interval is not None:
            arrays[f"interval_{k}"] = np.array(_interval_numbers(prediction.interval))
        if prediction.located:
            entries = [_put_located(arrays, k, i, found) for i, found in enumerate(prediction.located)]
            arrays[f"located_{k}"] = np.array(canonical_json(entries))
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def decode(case_id: str, content: bytes) -> list[Prediction]:
    """Read what `encode` wrote, of any version up to this one.

    Raises
    ------
    UserFacingError
        If a newer program wrote it: what it means to say could be read wrongly.
    """
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        version = int(arrays["version"]) if "version" in arrays else 1
        if version > VERSION:
            raise UserFacingError(
                f"The prediction of case {case_id} was written by a newer program "
                f"(form {version}; this one reads up to {VERSION}).",
                hint="Open the study with the newer program.",
            )
        return [_prediction(arrays, k, case_id) for k in range(len(arrays["findings"]))]


def _prediction(arrays: Mapping[str, NDArray[Any]], k: int, case_id: str) -> Prediction:
    numbers = {
        name: float(value) if is_given else None
        for name, value, is_given in zip(_NUMBERS, arrays["numbers"][k], arrays["given"][k], strict=True)
    }
    score = numbers.pop("score")
    assert score is not None
    interval = _interval(arrays[f"interval_{k}"].tolist()) if f"interval_{k}" in arrays else None
    located: tuple[AiFinding, ...] = ()
    if f"located_{k}" in arrays:
        entries = json.loads(str(arrays[f"located_{k}"]))
        located = tuple(_located(entry, arrays.get(f"mask_{k}_{i}")) for i, entry in enumerate(entries))
    return Prediction(
        case_id=case_id,
        finding=str(arrays["findings"][k]),
        score=score,
        saliency=_map(arrays, k),
        interval=interval,
        located=located,
        **numbers,
    )


def _put_map(arrays: Arrays, k: int, saliency: SaliencyMap) -> None:
    arrays[f"map_{k}"] = np.asarray(saliency.values, dtype=np.float32)
    arrays[f"geometry_{k}"] = np.array(_grid_numbers(saliency.geometry), dtype=np.float64)
    arrays[f"method_{k}"] = np.array(saliency.method)
    arrays[f"frame_{k}"] = np.array(saliency.frame)


def _map(arrays: Mapping[str, NDArray[Any]], k: int) -> SaliencyMap | None:
    if f"map_{k}" not in arrays:
        return None
    return SaliencyMap(
        values=arrays[f"map_{k}"],
        geometry=_grid(arrays[f"geometry_{k}"].tolist()),
        method=str(arrays[f"method_{k}"]),
        frame=int(arrays[f"frame_{k}"]),
    )


def _put_located(arrays: Arrays, k: int, i: int, found: AiFinding) -> dict[str, Any]:
    """Return an entry as JSON values; its mask, if it has one, goes into an array of its own."""
    region = found.region
    entry: dict[str, Any] = {
        "finding": found.finding,
        "label": found.label,
        "text": found.text,
        "score": found.score,
        "probability": found.probability,
        "interval": None if found.interval is None else _interval_json(found.interval),
        "frame": found.frame,
        "frames": None if found.frames is None else list(found.frames),
        "region": None,
    }
    if region is not None:
        entry["region"] = {"shape": region.shape.value, "points": [list(point) for point in region.points]}
    if region is not None and region.mask is not None and region.grid is not None:
        entry["region"] |= {"cells": list(region.mask.shape), "grid": _grid_numbers(region.grid)}
        arrays[f"mask_{k}_{i}"] = np.packbits(region.mask)
    return entry


def _located(entry: Mapping[str, Any], mask: NDArray[np.uint8] | None) -> AiFinding:
    interval, frames = entry["interval"], entry["frames"]
    return AiFinding(
        finding=entry["finding"],
        label=entry["label"],
        text=entry["text"],
        score=entry["score"],
        probability=entry["probability"],
        interval=None if interval is None else ScoreInterval(**interval),
        frame=entry["frame"],
        frames=None if frames is None else (frames[0], frames[1]),
        region=None if entry["region"] is None else _region(entry["region"], mask),
    )


def _region(entry: Mapping[str, Any], packed: NDArray[np.uint8] | None) -> AiRegion:
    cells, grid = None, None
    if packed is not None:
        rows, columns = entry["cells"]
        cells = np.unpackbits(packed, count=rows * columns).reshape(rows, columns).astype(np.bool_)
        grid = _grid(entry["grid"])
    points = tuple((float(column), float(row)) for column, row in entry["points"])
    return AiRegion(shape=AiShape(entry["shape"]), points=points, mask=cells, grid=grid)


def _interval_json(interval: ScoreInterval) -> dict[str, float | None]:
    return {"low": interval.low, "high": interval.high, "level": interval.level}


def _interval_numbers(interval: ScoreInterval) -> list[float]:
    return [interval.low, interval.high, math.nan if interval.level is None else interval.level]


def _interval(numbers: Sequence[float]) -> ScoreInterval:
    low, high, level = numbers
    return ScoreInterval(low=low, high=high, level=None if math.isnan(level) else level)


def _grid_numbers(grid: GridGeometry) -> list[float]:
    return [getattr(grid, name) for name in _GRID]


def _grid(numbers: Sequence[float]) -> GridGeometry:
    return GridGeometry(**dict(zip(_GRID, numbers, strict=True)))
