"""What the reader sees of a case: slice, window, zoom. Plain state, without Qt."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from realfm_gui.domain.images import Frame, SeriesWarning, Window
from realfm_gui.domain.measurement import Point
from realfm_gui.gui.viewer.presets import presets_for
from realfm_gui.gui.viewer.turn import Turn
from realfm_gui.gui.viewer.view_draft import SeriesView, view_from_payload, view_to_payload
from realfm_gui.imaging.rendering import ViewTransform, default_window, fit
from realfm_gui.imaging.view_transform import at_edge
from realfm_gui.imaging.volume_frames import LOADING_TAG

DRAG_FOR_DEFAULT_WIDTH_PX = 400
"""Logical pixels of drag that change the window by as much as the default window is wide."""

RADIOGRAPHS = frozenset({"CR", "DX", "MG", "IO", "PX", "RG"})
"""Modalities whose images stand for themselves, also where a file calls them a series: PA and lateral."""

MIN_SCALE, MAX_SCALE = 0.02, 64.0
"""Device pixels per image pixel that the zoom stays between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesSpan:
    """The frames of one series: `count` of them from index `first`."""

    first: int
    count: int


class ViewState:
    """Slice, window and zoom of the case on screen.

    Parameters
    ----------
    frames : sequence of Frame
        All frames of the case, series after series; or the cuts of one volume. May be made as they are asked
        for.
    series : sequence of int, optional
        The series number of each frame; all frames are one series without it.
    warnings : sequence of SeriesWarning, optional
        What is unusual about the series.
    cut : mapping, optional
        What the frames are cuts of, JSON-ready; None where they are the case's own.
    """

    def __init__(
        self,
        frames: Sequence[Frame],
        series: Sequence[int] | None = None,
        warnings: Sequence[SeriesWarning] = (),
        *,
        cut: Mapping[str, Any] | None = None,
    ) -> None:
        if not frames:
            raise ValueError("a case on screen has at least one frame")
        self.frames = frames
        self.cut = cut
        self.cut_key = "" if cut is None else cut_key(cut)
        """`cut` as text; the same for the same stack, wherever the cross lies."""
        self.warnings = tuple(warnings)
        numbers = [0] * len(frames) if series is None else list(series)
        if len(numbers) != len(frames):
            raise ValueError("every frame belongs to one series")
        self.spans = _spans(numbers)
        # Kept: asked for at every move of a window drag, and costly for a frame without a window.
        self._defaults: dict[int, Window] = {}  # by the frame a series, or an image of its own, opens with
        self._views: dict[int, SeriesView] = {}
        self._opened: dict[int, SeriesView] = {}  # how it was hung, where it was, by the frame it opens with
        self._left: dict[int, SeriesView] = {}  # images of their own that are not on screen, by their frame
        self.series = 0
        self._height, self._width = 1, 1

    @property
    def view(self) -> SeriesView:
        """The settings of the series on screen."""
        return self._view_of(self.series)

    @property
    def frame(self) -> Frame:
        """The frame on screen."""
        return self.frames[self.view.frame]

    @property
    def is_loading(self) -> bool:
        """Whether the pixels of the frame on screen have not come yet."""
        return LOADING_TAG in self.frame.tags

    @property
    def span(self) -> SeriesSpan:
        """The series on screen."""
        return self.spans[self.series]

    @property
    def presets(self) -> tuple[Window, ...]:
        """The windows on the digit keys."""
        return presets_for(self.frame, self.default_window)

    @property
    def default_window(self) -> Window:
        """The window the series opens with; of images that stand for themselves, the one on screen."""
        return self._default_at(self._opening_frame)

    @property
    def scale(self) -> float:
        """Device pixels per image column."""
        return self.transform().scale

    @property
    def upright_size(self) -> tuple[int, int]:
        """Width and height of the upright view in device pixels."""
        return self.view.turn.upright_size(self._width, self._height)

    def transform(self) -> ViewTransform:
        """Return where the frame lies in the upright view (see `Turn`)."""
        frame, view = self.frame, self.view
        if view.scale is None:
            width, height = self.upright_size
            return at_edge(
                fit(frame.rows, frame.columns, frame.aspect, height, width),
                view.turn.edge_upright(view.edge),
                columns=frame.columns,
                width=width,
            )
        row, column = view.center
        return ViewTransform(scale=view.scale, center_row=row, center_column=column, aspect=frame.aspect)

    def image_at(self, x: float, y: float) -> Point:
        """Return the image position at a place of the viewport, device pixels from its upper left corner."""
        x, y = self.view.turn.to_upright(x, y, self._width, self._height)
        width, height = self.upright_size
        row, column = self.transform().view_to_image(y - 0.5, x - 0.5, height, width)
        return column, row

    def screen_at(self, point: Point) -> tuple[float, float]:
        """Return where in the viewport, (x, y) in device pixels, an image position lies."""
        width, height = self.upright_size
        y, x = self.transform().image_to_view(point[1], point[0], height, width)
        return self.view.turn.to_screen(x + 0.5, y + 0.5, self._width, self._height)

    def screen_map(self) -> Callable[[Point], Point]:
        """Return `screen_at` for many positions at once: an outline drawn by hand has hundreds."""
        x0, y0 = self.screen_at((0.0, 0.0))
        (xc, yc), (xr, yr) = self.screen_at((1.0, 0.0)), self.screen_at((0.0, 1.0))
        across, down = (xc - x0, yc - y0), (xr - x0, yr - y0)

        def placed(point: Point) -> Point:
            column, row = point
            return x0 + across[0] * column + down[0] * row, y0 + across[1] * column + down[1] * row

        return placed

    def resize(self, *, width: int, height: int) -> None:
        """Take over the viewport's size in device pixels."""
        self._width, self._height = max(1, width), max(1, height)

    def show_frame(self, index: int) -> bool:
        """Go to a frame of the case, in whatever series it is; return whether that changed the picture."""
        index = min(max(index, 0), len(self.frames) - 1)
        before = (self.series, self.view.frame)
        self.series = next(n for n, s in enumerate(self.spans) if s.first <= index < s.first + s.count)
        self._change(frame=index)
        return before != (self.series, index)

    def show_series(self, number: int) -> bool:
        """Go to a series, at the slice where it was left; return whether that changed the picture."""
        changed = 0 <= number < len(self.spans) and number != self.series
        if changed:
            self.series = number
        return changed

    @property
    def slice_words(self) -> str:
        """Which slice of its series is on screen, such as "slice 34 of 120"."""
        return f"slice {self.view.frame - self.span.first + 1} of {self.span.count}"

    def place_of(self, index: int) -> str:
        """Return where a frame is, such as "slice 34 of series 2"; empty for the one on screen."""
        if index == self.view.frame:
            return ""
        for number, span in enumerate(self.spans, start=1):
            if span.first <= index < span.first + span.count:
                place = f"slice {index - span.first + 1}" if span.count > 1 else ""
                series = f"series {number}" if len(self.spans) > 1 else ""
                return " of ".join(part for part in (place, series) if part)
        return ""

    def step(self, slices: int) -> bool:
        """Move within the series; return whether that changed the slice."""
        span = self.span
        index = min(max(self.view.frame + slices, span.first), span.first + span.count - 1)
        changed = index != self.view.frame
        self._change(frame=index)
        return changed

    def zoom_at(self, factor: float, *, x: float, y: float) -> None:
        """Zoom so that what lies at (x, y), device pixels from the upper left corner, stays there."""
        now = self.transform()
        factor = min(max(now.scale * factor, MIN_SCALE), MAX_SCALE) / now.scale
        x, y = self.view.turn.to_upright(x, y, self._width, self._height)
        width, height = self.upright_size
        self._place(now.zoomed(factor, y - 0.5, x - 0.5, height, width))

    def pan(self, dx: float, dy: float) -> None:
        """Move the picture by device pixels; the middle of the viewport stays on the image."""
        dx, dy = self.view.turn.step_to_upright(dx, dy)
        self._place(self.transform().panned(dy, dx))

    def fit(self) -> None:
        """Show the whole frame."""
        self._change(scale=None)

    def one_to_one(self) -> None:
        """One image column per device pixel, about the present centre."""
        self._place(replace(self.transform(), scale=1.0))

    def drag_window(self, dx: float, dy: float, *, start: Window) -> None:
        """Set the window from a drag of (dx, dy) logical pixels that began at `start`.

        Right widens, up brightens. The result is rounded to the step that is written on screen, so that
        the numbers shown are the numbers applied. A window that is a table stays that table, spread over the
        new range.
        """
        if self.frame.is_colour:
            return
        step = self.default_window.width / DRAG_FOR_DEFAULT_WIDTH_PX
        quantum = window_quantum(self.default_window.width)
        # An inverted picture (and MONOCHROME1) brightens when the level rises.
        upward = -1 if self.view.is_inverted != self.frame.shows_low_as_white else 1
        width = max(quantum, round((start.width + dx * step) / quantum) * quantum)
        center = round((start.center + upward * dy * step) / quantum) * quantum
        self._change(window=replace(start, center=_tidy(center), width=_tidy(width), name=""))

    def set_window(self, window: Window) -> None:
        """Show the series with this window."""
        self._change(window=window)

    def invert(self) -> None:
        """Swap black and white."""
        self._change(is_inverted=not self.view.is_inverted)

    def set_edge(self, edge: str) -> None:
        """Let the whole picture lie at the "left" or "right" of the viewport, "" for the middle."""
        self._change(edge=edge)

    def set_turn(self, turn: Turn) -> None:
        """Turn the series on the screen; what lies in the middle stays there."""
        self._change(turn=turn)

    def keep_place_of(self, other: "ViewState") -> None:
        """Show the same place at the same size as another view, turned alike."""
        self._change(scale=other.view.scale, center=other.view.center, turn=other.view.turn)

    def toggle_exact(self) -> None:
        """Enlarge every image pixel to a block, or go smoothly from one to the next again."""
        self._change(is_exact=not self.view.is_exact)

    def keep_as_opened(self) -> None:
        """Take what is shown now for how the picture opens: what `reset` goes back to."""
        self._opened[self._opening_frame] = self.view

    @property
    def _opening_frame(self) -> int:
        return self.view.frame if self._stands_alone(self.series) else self.span.first

    def reset(self) -> None:
        """Window, inversion, zoom, turn and smoothness as at the start; the slice stays."""
        opened = self._opened.get(self._opening_frame)
        if opened is not None:
            self._views[self.series] = replace(opened, frame=self.view.frame)
            return
        self._change(window=self.default_window, is_inverted=False, scale=None, turn=Turn(), is_exact=False)

    def twin(self) -> "ViewState":
        """Return another view of the same case, as it opens: what a further viewport shows."""
        twin = copy(self)
        twin._views, twin._left, twin._opened, twin.series = {}, {}, {}, 0
        return twin

    def to_payload(self) -> dict[str, Any]:
        """Return a JSON-ready form for the draft."""
        shown = [self._view_of(number) for number in range(len(self.spans))]
        views = [view_to_payload(view, self.frames[view.frame]) for view in shown]
        return {"series": self.series, "views": views}

    def restore(self, payload: Mapping[str, Any]) -> None:
        """Go back to what `to_payload` wrote; a form that fits another case is left alone."""
        views = payload.get("views", [])
        if len(views) != len(self.spans) or not 0 <= int(payload.get("series", 0)) < len(self.spans):
            return
        for number, (span, saved) in enumerate(zip(self.spans, views, strict=True)):
            if not span.first <= saved["frame"] < span.first + span.count:
                return
            self._views[number] = view_from_payload(saved, self.frames[saved["frame"]])
        self.series = int(payload.get("series", 0))

    def _default_at(self, index: int) -> Window:
        if index not in self._defaults:
            self._defaults[index] = default_window(self.frames[index])
        return self._defaults[index]

    def _stands_alone(self, series: int) -> bool:
        """Whether the images of a series are radiographs: each has its own window, zoom and turn."""
        span = self.spans[series]
        return span.count > 1 and self.frames[span.first].modality in RADIOGRAPHS

    def _view_of(self, series: int) -> SeriesView:
        if series not in self._views:
            first = self.spans[series].first
            self._views[series] = SeriesView(frame=first, window=self._default_at(first))
        return self._views[series]

    def _place(self, transform: ViewTransform) -> None:
        frame = self.frame
        row = min(max(transform.center_row, -0.5), frame.rows - 0.5)
        column = min(max(transform.center_column, -0.5), frame.columns - 0.5)
        self._change(scale=transform.scale, center=(row, column))

    def _change(self, **changes: Any) -> None:
        view, index = self.view, changes.get("frame", self.view.frame)
        if index != view.frame and self._stands_alone(self.series):
            self._left[view.frame] = view
            view = self._left.get(index) or SeriesView(frame=index, window=self._default_at(index))
        self._views[self.series] = replace(view, **changes)


def cut_key(cut: Mapping[str, Any]) -> str:
    """Return what names a stack of cuts; where the cross lies in it does not belong to it."""
    kept = {name: value for name, value in cut.items() if name != "position_mm"}
    return json.dumps(kept, sort_keys=True, separators=(",", ":"))


def window_quantum(default_width: float) -> float:
    """Return the step of windows: the power of 10 below a hundredth of the default width, at most 1."""
    return float(min(1.0, 10.0 ** math.floor(math.log10(default_width / 100))))


def _tidy(value: float) -> float:
    """Drop what binary fractions add to a rounded decimal."""
    return float(f"{value:.10g}")


def _spans(numbers: Sequence[int]) -> tuple[SeriesSpan, ...]:
    spans, first = [], 0
    for _, members in groupby(numbers):
        count = len(list(members))
        spans.append(SeriesSpan(first=first, count=count))
        first += count
    return tuple(spans)
