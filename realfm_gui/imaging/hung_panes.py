"""From a case's frames to what each viewport shows at first: hanging rules applied, as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass

from realfm_gui.domain.images import Frame, Window
from realfm_gui.domain.patient_geometry import MainPlane
from realfm_gui.imaging.hanging import Hanging, HungCell, choose_hanging
from realfm_gui.imaging.hanging_rules import HangingProtocol
from realfm_gui.imaging.presets import DisplayPreset
from realfm_gui.imaging.rendering import default_window
from realfm_gui.imaging.series_tags import image_places, image_tags
from realfm_gui.imaging.study_order import age_in_words, days_before, prior_rank


@dataclass(frozen=True, slots=True, kw_only=True)
class HangingRules:
    """Everything hanging goes by: the built-in `protocols`, the study's `own`, display presets."""

    protocols: tuple[HangingProtocol, ...] = ()
    own: tuple[HangingProtocol, ...] = ()
    presets: tuple[DisplayPreset, ...] = ()

    @property
    def in_force(self) -> tuple[HangingProtocol, ...]:
        """All protocols, the study's own before the built-in ones; one of the same id stands in its place."""
        changed = {protocol.id: protocol for protocol in self.own}
        built_in = {protocol.id for protocol in self.protocols}
        added = [protocol for protocol in self.own if protocol.id not in built_in]
        return (*added, *(changed.get(protocol.id, protocol) for protocol in self.protocols))


@dataclass(frozen=True, slots=True, kw_only=True)
class HungPane:
    """What a viewport of the layout shows at first.

    `row` and `column` count from 1. `series` and `frame` (an index into all frames of the case) are None
    where the place is empty. With a `cut` the viewport shows that reformation of the series. `window` is None
    where the image's own is meant. The picture is flipped left to right where `is_flipped`, then turned
    clockwise by `rotation_degrees`. `prior` is 0 for the current examination and 1 for the latest before it;
    `age` says how old a prior is ("14 months before"), "" where that is not known.
    """

    row: int
    column: int
    series: int | None = None
    frame: int | None = None
    cut: MainPlane | None = None
    window: Window | None = None
    is_flipped: bool = False
    rotation_degrees: int = 0
    prior: int = 0
    age: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HungCase:
    """A case on a layout: every place of it, row by row.

    `protocol_id` and `name` are those of the rule that held; `protocol_id` is "" where none did. `is_linked`
    says that its stacks scroll together. `left_over` are the first frames of what hangs nowhere.
    """

    protocol_id: str
    name: str
    rows: int
    columns: int
    panes: tuple[HungPane, ...]
    is_linked: bool = False
    left_over: tuple[int, ...] = ()


def hang_case(frames: Sequence[Frame], series: Sequence[int], rules: HangingRules) -> HungCase:
    """Hang a case.

    A preset may need the range of an image's values (tens of ms for a large one): not for the GUI thread.

    Parameters
    ----------
    frames : sequence of Frame
        Of the case, series after series.
    series : sequence of int
        The series number of each.
    rules : HangingRules
        Where none of them holds, the first current image hangs alone.
    """
    hanging = choose_hanging(image_tags(frames, series), rules.in_force)
    places = {place.image_id: place for place in image_places(frames, series)}
    ages = [days_before(frames[place.first]) for place in places.values()]

    def pane(cell: HungCell) -> HungPane:
        if cell.image_id is None:
            return HungPane(row=cell.row, column=cell.column)
        place = places[cell.image_id]
        first = frames[place.first]
        days = days_before(first)
        return HungPane(
            row=cell.row,
            column=cell.column,
            series=place.series,
            frame=place.first,
            cut=cell.cut,
            window=preset_window(cell.preset, first, rules.presets),
            is_flipped=cell.is_flipped,
            rotation_degrees=cell.rotation_degrees,
            prior=prior_rank(days, ages),
            age=age_in_words(days),
        )

    return _case_of(hanging, tuple(map(pane, hanging.cells)), [places[i].first for i in hanging.left_over])


def preset_window(preset_id: str, frame: Frame, presets: Sequence[DisplayPreset]) -> Window | None:
    """Return the window of a preset on an image; None for no preset, or one that means nothing on it."""
    for preset in presets:
        if preset.id == preset_id and preset.modality in ("", frame.modality) and not frame.is_colour:
            return preset.of(default_window(frame))
    return None


def _case_of(hanging: Hanging, panes: tuple[HungPane, ...], left_over: Sequence[int]) -> HungCase:
    return HungCase(
        protocol_id=hanging.protocol_id,
        name=hanging.name,
        rows=hanging.rows,
        columns=hanging.columns,
        panes=panes,
        is_linked=hanging.is_linked,
        left_over=tuple(left_over),
    )
