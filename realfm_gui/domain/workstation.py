"""The desk a reader sits at: its monitors, and how its keys and mouse differ from the program's own."""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

KEY_DIGITS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorFacts:
    """What the operating system says of a monitor; nothing here is measured.

    `width_px` and `height_px` are device pixels as the system drives the monitor, `device_ratio` those per
    logical pixel; sizes in mm are 0 where the monitor does not tell them. `key` stands for maker, model and
    serial number, so that the same monitor is known again and its serial number stays at the workstation.
    """

    name: str
    maker: str = ""
    model: str = ""
    key: str
    width_px: int
    height_px: int
    device_ratio: float = 1.0
    width_mm: float = 0.0
    height_mm: float = 0.0
    refresh_hz: float = 0.0
    depth_bits: int = 0
    """Of a pixel, all channels together: 24 or 32 mean 8 bits of grey, 30 means 10."""
    is_primary: bool = False
    holds_window: bool = False

    def __post_init__(self) -> None:
        if self.width_px < 1 or self.height_px < 1:
            raise ValueError("a monitor has at least one pixel")
        numbers = (self.device_ratio, self.width_mm, self.height_mm, self.refresh_hz)
        if not all(math.isfinite(number) and number >= 0 for number in numbers) or not self.device_ratio:
            raise ValueError("the facts of a monitor are numbers of 0 or more, its device ratio above 0")

    @property
    def pitch_mm(self) -> float | None:
        """Distance of two pixels along a row, or None where the monitor does not tell its size."""
        return self.width_mm / self.width_px if self.width_mm else None

    def to_payload(self) -> dict[str, Any]:
        """Return a JSON-ready form (inverse: `from_payload`)."""
        return asdict(self)

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        """Read what `to_payload` wrote; ValueError, KeyError or TypeError where it is something else."""
        return cls(**{part.name: payload[part.name] for part in fields(cls)})


def monitor_key(maker: str, model: str, serial: str, name: str) -> str:
    """Return what a monitor is known by: 12 hexadecimal digits that do not tell its serial number."""
    text = "\n".join((maker, model, serial, name))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:KEY_DIGITS]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workstation:
    """Where a session is read.

    `workstation_id` is random and made once on each machine and user account. `changed_controls` is what
    the reader changed of keys and mouse (`KeyChoices.to_payload`, `MouseChoices.to_payload`), empty where
    everything is the program's own: who compares reading times wants to know.
    """

    workstation_id: str
    monitors: tuple[MonitorFacts, ...] = ()
    changed_controls: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.workstation_id:
            raise ValueError("a workstation has an id")
        if sum(monitor.holds_window for monitor in self.monitors) > 1:
            raise ValueError("the window is on one monitor")

    @property
    def monitor(self) -> MonitorFacts | None:
        """The monitor the window is on, or None where the system does not say."""
        return next((monitor for monitor in self.monitors if monitor.holds_window), None)

    def to_payload(self) -> dict[str, Any]:
        """Return a JSON-ready form (inverse: `from_payload`)."""
        return {
            "id": self.workstation_id,
            "monitors": [monitor.to_payload() for monitor in self.monitors],
            "changed_controls": dict(self.changed_controls),
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        """Read what `to_payload` wrote; ValueError, KeyError or TypeError where it is something else."""
        return cls(
            workstation_id=str(payload["id"]),
            monitors=tuple(MonitorFacts.from_payload(monitor) for monitor in payload["monitors"]),
            changed_controls=dict(payload["changed_controls"]),
        )
