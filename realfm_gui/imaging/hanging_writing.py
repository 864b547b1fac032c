"""Hanging protocols as the TOML that `hanging_files` reads: values in, text out. Comments are not kept."""

from collections.abc import Iterator, Sequence

from realfm_gui.imaging.hanging_rules import CellRule, HangingProtocol, ImageConditions

_HEAD = "# Hanging protocols of this study, written by its editor. What they mean: help, Hanging protocols.\n"


def written_hanging(protocols: Sequence[HangingProtocol]) -> str:
    """Return a file's text; reading it gives the same protocols in the same order."""
    if not protocols:
        return _HEAD + "\nprotocol = []\n"
    return "\n".join([_HEAD, *("\n".join(_lines(protocol)) for protocol in protocols)])


def _lines(protocol: HangingProtocol) -> Iterator[str]:
    yield "[[protocol]]"
    yield _line("id", protocol.id)
    yield _line("name", protocol.name)
    yield _line("rows", protocol.rows)
    yield _line("columns", protocol.columns)
    if protocol.goes_first:
        yield _line("first", True)
    if protocol.is_linked:
        yield _line("link", True)
    yield ""
    yield "[protocol.when]"
    yield from _conditions(protocol.conditions)
    if protocol.min_images is not None:
        yield _line("min_images", protocol.min_images)
    if protocol.max_images is not None:
        yield _line("max_images", protocol.max_images)
    if protocol.needs_prior:
        yield _line("has_prior", True)
    if protocol.is_complete:
        yield _line("complete", True)
    yield ""
    for cell in protocol.cells:
        yield "[[protocol.cell]]"
        yield from _cell(cell)
        yield ""


def _cell(cell: CellRule) -> Iterator[str]:
    yield _line("row", cell.row)
    yield _line("column", cell.column)
    yield from _conditions(cell.conditions)
    given: tuple[tuple[str, str | int | bool], ...] = (
        ("prior", cell.prior),
        ("cut", "" if cell.cut is None else str(cell.cut)),
        ("repeat", cell.repeats),
        ("optional", cell.is_optional),
        ("preset", cell.preset),
        ("right_edge", cell.right_edge),
        ("bottom_edge", cell.bottom_edge),
        ("flip", cell.is_flipped),
        ("rotate", cell.rotation_degrees),
    )
    for key, value in given:
        if value:
            yield _line(key, value)


def _conditions(conditions: ImageConditions) -> Iterator[str]:
    for key in ("modality", "body_part", "view_position", "laterality", "plane", "weighting"):
        values: tuple[str, ...] = getattr(conditions, key)
        if len(values) == 1:
            yield _line(key, str(values[0]))
        elif values:
            yield f"{key} = [{', '.join(_text(str(value)) for value in values)}]"


def _line(key: str, value: str | int | bool) -> str:
    if isinstance(value, bool):
        return f"{key} = {'true' if value else 'false'}"
    return f"{key} = {value if isinstance(value, int) else _text(value)}"


def _text(value: str) -> str:
    """Return a TOML basic string."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(f"\\u{ord(c):04X}" if ord(c) < 32 or ord(c) == 127 else c for c in escaped) + '"'
