"""The report: one HTML file that needs nothing else, reads on screen and prints on A4."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from realfm_gui.analysis.wording import count, level, plain, signed
from realfm_gui.reporting.figures import AIDED, MODEL, TRUTH, UNAIDED, WATERMARK, forest_figure, roc_figure

DASH = "\u2013"
TILE_WIDTH = 200
FAMILY_TITLES = {
    "augment": "Does the model help the readers?",
    "safety": "What happens where the model is wrong?",
    "replace": "Could the model stand alone?",
}
WORD_GLYPHS = {"passes": "\u2713", "inconclusive": "?", "contradicted": "\u2715", "not assessable": "\u2013"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where the numbers come from, to the byte.

    Hashes are SHA-256 in hexadecimal; `log_head` is the hash of the last event, `log_events` how many there
    are; `generated_utc` is ISO 8601. Empty text means "not recorded" and is shown as that.
    """

    study_title: str
    app_version: str
    protocol_sha256: str
    model: str
    model_version: str
    weights_sha256: str
    run_id: str
    log_head: str
    log_events: int
    generated_utc: str

    def rows(self) -> list[tuple[str, str]]:
        """Return (what, value) pairs in the order of the report."""
        pairs = [
            ("Study", self.study_title),
            ("Protocol, SHA-256", self.protocol_sha256),
            ("Model", f"{self.model} {self.model_version}".strip()),
            ("Model weights, SHA-256", self.weights_sha256),
            ("Prediction run", self.run_id),
            ("Event log", f"{self.log_events} events"),
            ("Event log, hash of the last event", self.log_head),
            ("RealFM", self.app_version),
            ("Report made (UTC)", self.generated_utc),
        ]
        return [(what, value or "not recorded") for what, value in pairs]


def render_report(results: Mapping[str, Any] | Sequence[Mapping[str, Any]], provenance: Provenance) -> str:
    """Return the report as one self-contained HTML page.

    Parameters
    ----------
    results : mapping, or sequence of mapping
        `StudyResults.to_json()` of one finding, or of each finding in turn.
    provenance : Provenance
        Printed at the end.
    """
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    findings = [results] if isinstance(results, Mapping) else list(results)
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(
        signed=_signed,
        number=_number,
        percent=_percent,
        interval=_interval,
        seconds=_seconds,
        share=_share,
        p=_p,
        counted=count,
    )
    source = files(__package__).joinpath("templates", "report.html.j2").read_text(encoding="utf-8")
    sections = []
    for number, finding in enumerate(findings, start=1):
        figures = {"roc": roc_figure(finding), "forest": forest_figure(finding)}
        sections.append(
            {
                "results": finding,
                "families": _families(finding["verdict"]["tiles"]),
                "level": level(finding["alpha"]),
                "share": f"{100 * (1 - finding['alpha']):g} %",
                # Our own drawing code made these; every name in them is escaped by the SVG writer.
                "figures": {
                    key: Markup(_unique(svg, number))  # noqa: S704
                    for key, svg in figures.items()
                },
            }
        )
    return environment.from_string(source).render(
        sections=sections,
        provenance=provenance,
        is_simulated=any(finding["is_simulated"] for finding in findings),
        watermark=WATERMARK,
        colours={"unaided": UNAIDED, "aided": AIDED, "model": MODEL, "truth": TRUTH},
        glyphs=WORD_GLYPHS,
    )


def _unique(svg: str, number: int) -> str:
    """Keep the ids of several findings' figures apart."""
    for prefix in ("roc-", "forest-"):
        svg = svg.replace(f'"{prefix}', f'"f{number}-{prefix}').replace(f"#{prefix}", f"#f{number}-{prefix}")
    return svg


def _families(tiles: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "title": title,
            "tiles": [{**tile, "line": _forest_line(tile)} for tile in tiles if tile["family"] == family],
        }
        for family, title in FAMILY_TITLES.items()
    ]


def _forest_line(tile: Mapping[str, Any]) -> dict[str, float] | None:
    """Return pixel positions of a tile's interval, its estimate, nil and the bound; None without interval."""
    if tile["ci"] is None:
        return None
    low, high = tile["ci"]
    reach = 1.12 * max(abs(low), abs(high), abs(tile["bound"]), 0.02)

    def x(value: float) -> float:
        return round(float(TILE_WIDTH / 2 * (1 + value / reach)), 1)

    return {
        "low": x(low),
        "high": x(high),
        "estimate": x(tile["estimate"]),
        "zero": x(0),
        "bound": x(tile["bound"]),
    }


def _signed(value: float | None) -> str:
    return DASH if value is None else signed(value)


def _number(value: float | None, digits: int = 3) -> str:
    return DASH if value is None else plain(value, digits)


def _percent(value: float | None) -> str:
    return DASH if value is None else f"{plain(100 * value, 1)} %"


def _share(value: float) -> str:
    return f"{100 * value:g} %"


def _seconds(value: float | None) -> str:
    return DASH if value is None else f"{plain(value, 1)} s"


def _interval(bounds: Sequence[float] | None, style: str = "number") -> str:
    if bounds is None:
        return "no interval"
    form = {"number": _number, "signed": _signed, "percent": _percent}[style]
    return f"{form(bounds[0])} to {form(bounds[1])}"


def _p(value: float | None) -> str:
    if value is None:
        return DASH
    return "p < 0.001" if value < 0.001 else f"p = {plain(value)}"
