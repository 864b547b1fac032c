"""What is doubtful about a hanging protocol that is well-formed: said at once, while it is being written."""

from collections.abc import Sequence

from realfm_gui.imaging.hanging_rules import CellRule, HangingProtocol, ImageConditions
from realfm_gui.imaging.presets import DisplayPreset


def doubts(protocol: HangingProtocol, presets: Sequence[DisplayPreset]) -> tuple[str, ...]:
    """Return what can hardly be meant, a sentence each; empty where nothing is."""
    found: list[str] = []
    shows_prior = any(cell.prior for cell in protocol.cells)
    if protocol.needs_prior and not shows_prior:
        found.append("It asks for a prior but has no place for one.")
    if shows_prior and not protocol.needs_prior and not protocol.is_complete:
        found.append("Places for priors stay empty where a case has none: let it ask for a prior.")
    if protocol.max_images is not None and protocol.is_complete:
        own = [c for c in protocol.cells if not (c.prior or c.cut or c.repeats or c.is_optional)]
        if len(own) > protocol.max_images:
            found.append(
                f"It is for at most {protocol.max_images} images, but {len(own)} places need one each."
            )
    known = {preset.id: preset for preset in presets}
    for cell in protocol.cells:
        found += _of_cell(cell, protocol.conditions, known)
    return tuple(found)


def _of_cell(cell: CellRule, when: ImageConditions, presets: dict[str, DisplayPreset]) -> list[str]:
    found = []
    where = f"Row {cell.row}, column {cell.column}"
    modalities = cell.conditions.modality or when.modality
    if cell.preset:
        preset = presets.get(cell.preset)
        if preset is None:
            found.append(f"{where}: there is no window called {cell.preset!r}.")
        elif preset.modality and modalities and not _meet((preset.modality,), modalities):
            found.append(f"{where}: the window {preset.name} is for {preset.modality} only.")
    if cell.conditions.modality and when.modality and not _meet(cell.conditions.modality, when.modality):
        found.append(f"{where}: no image of {_listed(when.modality)} suits it.")
    if cell.cut is not None and modalities and not _meet(modalities, ("CT", "MR", "PT")):
        found.append(f"{where}: only CT, MR and PET are cut in other planes.")
    if cell.conditions.weighting and modalities and not _meet(modalities, ("MR",)):
        found.append(f"{where}: only MR has a weighting.")
    return found


def _meet(some: Sequence[str], others: Sequence[str]) -> bool:
    return bool({one.casefold() for one in some} & {one.casefold() for one in others})


def _listed(values: Sequence[str]) -> str:
    return " or ".join(values)
