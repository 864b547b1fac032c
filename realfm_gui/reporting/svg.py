"""Small pictures as SVG text, drawn element by element: the same input gives the same bytes."""

from collections.abc import Sequence
from html import escape

INK, QUIET, HAIRLINE, PANEL = "#1c1c1c", "#5a5a5a", "#bbbbbb", "#f6f6f6"
# Okabe and Ito, Color Universal Design (2008); first and second as the arms everywhere in the program.
SERIES = ("#56B4E9", "#E69F00", "#0072B2", "#D55E00", "#009E73", "#F0E442", "#000000")
ALGORITHM = "#CC79A7"

Point = tuple[float, float]


class Drawing:
    """A picture of a given size in pixels, y downwards.

    Every text that comes from data is escaped here, and nowhere else.
    """

    def __init__(self, width: float, height: float, title: str) -> None:
        self.width, self.height, self.title = width, height, title
        self._parts: list[str] = []

    def line(self, start: Point, end: Point, *, colour: str = INK, width: float = 1, dash: str = "") -> None:
        """Draw a straight line."""
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self._parts.append(
            f'<line x1="{_n(start[0])}" y1="{_n(start[1])}" x2="{_n(end[0])}" y2="{_n(end[1])}" '
            f'stroke="{colour}" stroke-width="{_n(width)}"{dashed}/>'
        )

    def path(
        self, points: Sequence[Point], *, colour: str, width: float, opacity: float = 1, dash: str = ""
    ) -> None:
        """Draw a line through points; those that fall on the same tenth of a pixel are drawn once."""
        places = list(dict.fromkeys(f"{_n(x)},{_n(y)}" for x, y in points))
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self._parts.append(
            f'<polyline points="{" ".join(places)}" fill="none" stroke="{colour}" '
            f'stroke-width="{_n(width)}" stroke-opacity="{opacity:g}" stroke-linejoin="round"{dashed}/>'
        )

    def box(self, corner: Point, size: Point, *, fill: str, opacity: float = 1, edge: str = "none") -> None:
        """Draw a rectangle."""
        self._parts.append(
            f'<rect x="{_n(corner[0])}" y="{_n(corner[1])}" width="{_n(size[0])}" height="{_n(size[1])}" '
            f'fill="{fill}" fill-opacity="{opacity:.3g}" stroke="{edge}"/>'
        )

    def dot(self, place: Point, *, radius: float = 4, fill: str = INK, edge: str = INK) -> None:
        """Draw a circle."""
        self._parts.append(
            f'<circle cx="{_n(place[0])}" cy="{_n(place[1])}" r="{_n(radius)}" fill="{fill}" stroke="{edge}" '
            'stroke-width="0.8"/>'
        )

    def diamond(self, place: Point, *, radius: float = 5.5, fill: str = INK) -> None:
        """Draw a diamond."""
        x, y = place
        corners = ((x - radius, y), (x, y - radius), (x + radius, y), (x, y + radius))
        points = " ".join(f"{_n(a)},{_n(b)}" for a, b in corners)
        self._parts.append(f'<polygon points="{points}" fill="{fill}"/>')

    def text(
        self,
        place: Point,
        words: str,
        *,
        anchor: str = "start",
        size: float = 11,
        colour: str = INK,
        is_bold: bool = False,
        turned: bool = False,
    ) -> None:
        """Write; `anchor` is start, middle or end; `place` is on the base line."""
        x, y = _n(place[0]), _n(place[1])
        weight = ' font-weight="600"' if is_bold else ""
        turn = f' transform="rotate(-90 {x} {y})"' if turned else ""
        self._parts.append(
            f'<text x="{x}" y="{y}" text-anchor="{anchor}" font-size="{_n(size)}" fill="{colour}"'
            f"{weight}{turn}>{escape(words)}</text>"
        )

    def svg(self) -> str:
        """Return the picture as an SVG element without prolog, ready to stand in HTML."""
        return (
            f'<svg viewBox="0 0 {_n(self.width)} {_n(self.height)}" width="{_n(self.width)}" '
            f'xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(self.title, quote=True)}" '
            f'font-family="inherit">{"".join(self._parts)}</svg>'
        )


def short(name: str, longest: int) -> str:
    """Return a name that fits."""
    return name if len(name) <= longest else f"{name[: longest - 1]}\u2026"


def nice_ticks(low: float, high: float, *, most: int = 6) -> list[float]:
    """Return round numbers between two ends, steps of 1, 2 or 5 times a power of ten.

    Examples
    --------
    >>> nice_ticks(-0.1, 0.05)
    [-0.1, -0.05, 0.0, 0.05]
    """
    from math import ceil, floor, log10

    if not high > low:
        return [low]
    step = 10.0 ** floor(log10((high - low) / most))
    for factor in (1, 2, 5, 10):
        if (high - low) / (step * factor) <= most:
            step *= factor
            break
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return [round(number * step, 10) + 0.0 for number in range(first, last + 1)]


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")
