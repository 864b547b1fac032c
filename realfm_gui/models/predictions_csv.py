"""Reading a CSV file of predictions: the good rows are kept, the bad ones are listed with reasons."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from realfm_gui.domain.ai_finding import ScoreInterval
from realfm_gui.models.csv_cells import RefusedRow, interval_of, number_of, read_rows, text_of

OPTIONAL = (
    "finding", "probability", "prevalence", "threshold", "map", "low", "high", "level", "status", "reason",
)  # fmt: skip


class Status(StrEnum):
    """What became of a case."""

    ANSWERED = "answered"
    OUT_OF_DOMAIN = "out_of_domain"
    FAILED = "failed"


STATUS_WORDS = {
    "": Status.ANSWERED,
    "ok": Status.ANSWERED,
    "answered": Status.ANSWERED,
    "out of domain": Status.OUT_OF_DOMAIN,
    "out_of_domain": Status.OUT_OF_DOMAIN,
    "failed": Status.FAILED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRow:
    """One prediction as the file has it; `source` is the value of the key column, `line` counts from 1.

    Unless `status` is "answered" there is no score, and `reason` is the file's own.
    """

    line: int
    source: str
    finding: str
    score: float | None
    probability: float | None = None
    prevalence: float | None = None
    threshold: float | None = None
    map_path: Path | None = None
    interval: ScoreInterval | None = None
    status: Status = Status.ANSWERED
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionTable:
    """What a file of predictions holds: `key` is the column that says whose the rows are."""

    key: str
    rows: tuple[RawRow, ...]
    refused: tuple[RefusedRow, ...]


def read_predictions_csv(path: Path, *, threshold: float | None = None) -> PredictionTable:
    """Read predictions.

    Columns: exactly one of ``file``, ``patient``, ``uid``; ``score`` (any finite number, higher is more
    suspicious); optionally ``finding`` (empty or absent with a single finding), ``probability`` (0 to 1),
    ``prevalence`` (the share of positives at which that probability is calibrated), ``threshold`` (score at
    and above which the model calls the case; without it there is no call), ``map`` (a ``.npy`` file,
    relative to the CSV file), ``low`` and ``high`` (the interval of the probability, of the score where there
    is none) with its ``level`` (0.95 where it is a 95 % interval), and ``status``: empty or ``ok``,
    ``out of domain`` or ``failed``, the latter two without a score and with a ``reason``. Further columns are
    ignored.

    Of several rows for the same case and finding the first is kept where all agree, and none where they
    differ: which one is meant cannot be known.

    Parameters
    ----------
    path : Path
        The file, UTF-8 (a byte-order mark is fine), comma or semicolon separated.
    threshold : float, optional
        For rows that give none.

    Raises
    ------
    UserFacingError
        If the file as a whole cannot be used.
    """
    key, lines = read_rows(path, needs="score", optional=OPTIONAL)
    rows: list[RawRow] = []
    refused: list[RefusedRow] = []
    for line, cells in lines:
        try:
            rows.append(_parse(line, cells, key, path.parent, threshold))
        except ValueError as error:
            refused.append(RefusedRow(line=line, reason=str(error)))
    kept, doubled = _without_duplicates(rows)
    refused += doubled
    return PredictionTable(
        key=key, rows=tuple(kept), refused=tuple(sorted(refused, key=lambda row: row.line))
    )


def _parse(
    line: int, cells: Mapping[str, str | None], key: str, folder: Path, threshold: float | None
) -> RawRow:
    """Return the row; raise ValueError with the reason why it cannot be used."""
    if not (source := text_of(cells, key)):
        raise ValueError(f"{key} is missing")
    status = STATUS_WORDS.get(text_of(cells, "status").lower())
    if status is None:
        raise ValueError(f"the status {text_of(cells, 'status')!r} is none of ok, out of domain, failed")
    score = number_of(cells, "score")
    if status is not Status.ANSWERED:
        if score is not None:
            raise ValueError(f"a case that is {status.value.replace('_', ' ')} cannot have a score")
        return RawRow(
            line=line,
            source=source,
            finding=text_of(cells, "finding"),
            score=None,
            status=status,
            reason=text_of(cells, "reason"),
        )
    if score is None:
        raise ValueError("score is missing")
    probability = number_of(cells, "probability")
    if probability is not None and not 0.0 <= probability <= 1.0:
        raise ValueError(f"probability {probability:g} is outside 0 to 1")
    prevalence = number_of(cells, "prevalence")
    if prevalence is not None and not 0.0 < prevalence < 1.0:
        raise ValueError(f"prevalence {prevalence:g} is not between 0 and 1")
    own_threshold = number_of(cells, "threshold")
    map_name = text_of(cells, "map")
    map_path = folder / map_name if map_name else None
    if map_path is not None and not map_path.is_file():
        raise ValueError(f"map {map_name!r} is not there")
    return RawRow(
        line=line,
        source=source,
        finding=text_of(cells, "finding"),
        score=score,
        probability=probability,
        prevalence=prevalence,
        threshold=threshold if own_threshold is None else own_threshold,
        map_path=map_path,
        interval=interval_of(cells, score=score, probability=probability),
    )


def _without_duplicates(rows: list[RawRow]) -> tuple[list[RawRow], list[RefusedRow]]:
    groups: dict[tuple[str, str], list[RawRow]] = {}
    for row in rows:
        groups.setdefault((row.source, row.finding), []).append(row)
    kept, refused = [], []
    for group in groups.values():
        first, others = group[0], group[1:]
        content = {replace(r, line=0) for r in group}
        if len(content) == 1:
            kept.append(first)
            refused += [RefusedRow(line=r.line, reason=f"repeats line {first.line}") for r in others]
        else:
            lines = ", ".join(str(r.line) for r in group)
            reason = f"lines {lines} contradict each other on the same case and finding"
            refused += [RefusedRow(line=r.line, reason=reason) for r in group]
    return kept, refused
