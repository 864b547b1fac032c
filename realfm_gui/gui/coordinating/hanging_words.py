"""Hanging rules in words: what a protocol is for, what a place shows."""

from collections.abc import Sequence

from realfm_gui.imaging.hanging_rules import CellRule, HangingProtocol, ImageConditions, ImageTags
from realfm_gui.imaging.presets import DisplayPreset

EDGES = {
    "": "as stored",
    "L": "L, patient's left",
    "R": "R, patient's right",
    "A": "A, front",
    "P": "P, back",
    "H": "H, head",
    "F": "F, feet",
}
"""What an edge can be asked to show."""

EXAMINATIONS = ("Current examination", "Latest prior", "Second-latest prior", "Third-latest prior")
"""By `CellRule.prior`."""


_FORM_WORDS = {
    "right_edge and bottom_edge": "right edge and lower edge",
    "right_edge": "the right edge",
    "bottom_edge": "the lower edge",
    "needs a cell": "shows something in one place at least",
}


def in_words(conditions: ImageConditions) -> str:
    """Return conditions as a reader says them: "MG, R, CC"; "" for none."""
    groups = (
        conditions.modality,
        conditions.body_part,
        conditions.laterality,
        conditions.view_position,
        conditions.weighting,
        conditions.plane,
    )
    return ", ".join(_either([str(value) for value in values]) for values in groups if values)


def purpose(protocol: HangingProtocol) -> str:
    """Return when a protocol holds, in a line."""
    parts = [in_words(protocol.conditions) or "any image"]
    low, high = protocol.min_images, protocol.max_images
    if low is not None and high is not None:
        parts.append(f"{low} to {high} images" if low != high else f"{low} {_images(low)}")
    elif low is not None and low > 1:
        parts.append(f"{low} images or more")
    elif high is not None:
        parts.append(f"at most {high} {_images(high)}")
    if protocol.needs_prior:
        parts.append("with a prior")
    return ", ".join(parts)


def case_title(case_ids: Sequence[str], case_id: str, images: Sequence[ImageTags]) -> str:
    """Return what a case is called: "Case 3 of 6 · MG", by its place in the list and its current images."""
    if case_id not in case_ids:
        return ""
    kinds = dict.fromkeys(image.modality for image in images if not image.prior and image.modality)
    return " · ".join(
        filter(None, (f"Case {1 + case_ids.index(case_id)} of {len(case_ids)}", ", ".join(kinds)))
    )


def plainly(reason: str) -> str:
    """Return why something is no rule in the words of the form instead of those of the file."""
    for key, word in _FORM_WORDS.items():
        reason = reason.replace(key, word)
    return f"{reason[:1].upper()}{reason[1:]}."


def layout(protocol: HangingProtocol) -> str:
    """Return rows and columns."""
    return f"{protocol.rows} × {protocol.columns}"


def cell_lines(
    cell: CellRule | None, protocol: HangingProtocol, presets: Sequence[DisplayPreset]
) -> tuple[str, ...]:
    """Return what a place shows, the most telling line first."""
    if cell is None:
        return ("empty",)
    shown = cell.conditions
    modality = protocol.conditions.modality
    if modality == shown.modality and in_words(shown) != in_words(ImageConditions(modality=modality)):
        shown = ImageConditions(  # what all places share says nothing of this one
            body_part=shown.body_part,
            view_position=shown.view_position,
            laterality=shown.laterality,
            plane=shown.plane,
            weighting=shown.weighting,
        )
    lines = [in_words(shown) or "any image"]
    if cell.prior:
        lines.append(
            EXAMINATIONS[cell.prior].lower() if cell.prior < len(EXAMINATIONS) else f"prior {cell.prior}"
        )
    if cell.cut is not None:
        lines.append(f"cut {cell.cut}")
    name = next((preset.name for preset in presets if preset.id == cell.preset), cell.preset)
    if name:
        lines.append(f"window {name.lower()}")
    edges = "/".join(letter for letter in (cell.right_edge, cell.bottom_edge) if letter)
    if edges:
        lines.append(f"edges {edges}")
    turned = [word for word in ("flipped" if cell.is_flipped else "", _degrees(cell)) if word]
    if turned:
        lines.append(", ".join(turned))
    if cell.is_optional:
        lines.append("may stay empty")
    return tuple(lines)


def _degrees(cell: CellRule) -> str:
    return f"turned {cell.rotation_degrees}°" if cell.rotation_degrees else ""


def _either(values: Sequence[str]) -> str:
    return " or ".join(values) if len(values) < 3 else f"{values[0]} or {len(values) - 1} others"


def _images(count: int) -> str:
    return "image" if count == 1 else "images"
