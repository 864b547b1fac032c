"""Reading a CSV file of what a model found where: boxes as published sets have them, and other shapes."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from realfm_gui.domain.ai_finding import MAX_LABEL, MAX_TEXT, AiRegion, AiShape, ScoreInterval
from realfm_gui.domain.measurement import Point
from realfm_gui.models.csv_cells import RefusedRow, interval_of, number_of, read_rows, text_of

OPTIONAL = (
    "finding", "label", "probability", "low", "high", "level", "slice", "first_slice", "last_slice", "series",
    "shape", "x", "y", "width", "height", "points", "mask", "text",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRow:
    """One located finding as the file has it; `source` is the value of the key column, `line` counts from 1.

    `slice` counts from 1 as the reading room shows them, among the images that `source` names, of these in
    `series` (from 1) where the row says so; None where the row names none. `mask_path` is a ``.npy`` file
    whose cells cover the whole image.
    """

    line: int
    source: str
    finding: str
    score: float
    label: str = ""
    text: str = ""
    probability: float | None = None
    interval: ScoreInterval | None = None
    slice: int | None = None
    first_slice: int | None = None
    last_slice: int | None = None
    series: int | None = None
    region: AiRegion | None = None
    mask_path: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceTable:
    """What a file of located findings holds: `key` is the column that says whose the rows are."""

    key: str
    rows: tuple[PlaceRow, ...]
    refused: tuple[RefusedRow, ...]


def is_places_csv(path: Path) -> bool:
    """Whether a table says where something is, rather than one score per case; False for what is no table."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            columns = file.readline().replace(";", ",").split(",")
    except (OSError, UnicodeDecodeError):
        return False
    return bool({"shape", "x", "points", "mask"} & {column.strip().strip('"').lower() for column in columns})


def read_places_csv(path: Path) -> PlaceTable:
    """Read located findings.

    Columns: exactly one of ``file``, ``patient``, ``uid``; ``score`` (any finite number, higher is more
    suspicious); optionally ``finding`` (as in the protocol; empty with a single finding), ``label`` and
    ``text`` (the model's own words), ``probability`` with ``low``, ``high`` and ``level``, ``slice`` (and
    ``first_slice``, ``last_slice``, ``series``), and the place by ``shape``:

    ================== =====================================================================
    box (or empty)     ``x``, ``y``, ``width``, ``height`` in pixels from the image's corner
    ellipse            the same: the box that it fills
    point              ``x``, ``y``
    contour            ``points``: ``x y; x y; x y ...``
    mask               ``mask``: a ``.npy`` file, relative to the CSV file
    none               no place on the slice
    ================== =====================================================================

    Positions count from the left upper corner of the image: its first pixel reaches from 0 to 1. A slice
    counts among the images that the key names, which must be of one series unless ``series`` says which.

    Raises
    ------
    UserFacingError
        If the file as a whole cannot be used.
    """
    key, lines = read_rows(path, needs="score", optional=OPTIONAL)
    rows: list[PlaceRow] = []
    refused: list[RefusedRow] = []
    for line, cells in lines:
        try:
            rows.append(_parse(line, cells, key, path.parent))
        except ValueError as error:
            refused.append(RefusedRow(line=line, reason=str(error)))
    return PlaceTable(key=key, rows=tuple(rows), refused=tuple(refused))


def _parse(line: int, cells: Mapping[str, str | None], key: str, folder: Path) -> PlaceRow:
    """Return the row; raise ValueError with the reason why it cannot be used."""
    if not (source := text_of(cells, key)):
        raise ValueError(f"{key} is missing")
    if (score := number_of(cells, "score")) is None:
        raise ValueError("score is missing")
    probability = number_of(cells, "probability")
    if probability is not None and not 0.0 <= probability <= 1.0:
        raise ValueError(f"probability {probability:g} is outside 0 to 1")
    label, text = text_of(cells, "label"), text_of(cells, "text")
    if len(label) > MAX_LABEL or len(text) > MAX_TEXT:
        raise ValueError(f"a label has at most {MAX_LABEL} characters and a text {MAX_TEXT}")
    region, mask_path = _place(cells, folder)
    numbers = {name: _count(cells, name) for name in ("slice", "first_slice", "last_slice", "series")}
    _refuse_disorder(numbers)
    return PlaceRow(
        line=line,
        source=source,
        finding=text_of(cells, "finding"),
        score=score,
        label=label,
        text=text,
        probability=probability,
        interval=interval_of(cells, score=score, probability=probability),
        region=region,
        mask_path=mask_path,
        **numbers,
    )


def _place(cells: Mapping[str, str | None], folder: Path) -> tuple[AiRegion | None, Path | None]:
    shape = text_of(cells, "shape").lower() or AiShape.BOX.value
    if shape == "none":
        return None, None
    if shape not in [known.value for known in AiShape]:
        raise ValueError(f"the shape {shape!r} is none of {', '.join(AiShape)}, none")
    if shape == AiShape.MASK:
        name = text_of(cells, "mask")
        if not name or not (folder / name).is_file():
            raise ValueError(f"mask {name!r} is not there" if name else "mask is missing")
        return None, folder / name
    if shape == AiShape.CONTOUR:
        return AiRegion(shape=AiShape.CONTOUR, points=_points(text_of(cells, "points"))), None
    columns = ("x", "y") if shape == AiShape.POINT else ("x", "y", "width", "height")
    numbers = {column: number_of(cells, column) for column in columns}
    missing = [column for column, number in numbers.items() if number is None]
    if missing:
        raise ValueError(f"{missing[0]} is missing")
    given = {column: number for column, number in numbers.items() if number is not None}
    if shape == AiShape.POINT:
        return AiRegion(shape=AiShape.POINT, points=((given["x"] - 0.5, given["y"] - 0.5),)), None
    return AiRegion.box(**given, is_ellipse=shape == AiShape.ELLIPSE), None


def _points(text: str) -> tuple[Point, ...]:
    points: list[Point] = []
    for pair in filter(None, (part.strip() for part in text.split(";"))):
        parts = pair.replace(",", " ").split()
        try:
            across, down = (float(part) for part in parts)
        except ValueError:
            raise ValueError(f"{pair!r} is not a point 'x y'") from None
        points.append((across - 0.5, down - 0.5))
    return tuple(points)


def _count(cells: Mapping[str, str | None], column: str) -> int | None:
    number = number_of(cells, column)
    if number is None:
        return None
    if number != int(number) or number < 1:
        raise ValueError(f"{column} {number:g} is not a whole number from 1")
    return int(number)


def _refuse_disorder(numbers: Mapping[str, int | None]) -> None:
    first, here, last = numbers["first_slice"], numbers["slice"], numbers["last_slice"]
    if (first is None) != (last is None):
        raise ValueError("first_slice and last_slice come together")
    if first is not None and last is not None and (here is None or not first <= here <= last):
        raise ValueError("slice lies between first_slice and last_slice")
