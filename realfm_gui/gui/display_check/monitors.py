"""What Qt knows of the monitors."""

from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QWidget

from realfm_gui.domain.workstation import MonitorFacts, monitor_key


def monitor_facts(window: QWidget) -> tuple[MonitorFacts, ...]:
    """Return the facts of every monitor, the one `window` is on marked; a matter of microseconds."""
    primary, here = QGuiApplication.primaryScreen(), window.screen()
    return tuple(
        _facts(screen, is_primary=screen is primary, holds_window=screen is here)
        for screen in QGuiApplication.screens()
    )


def _facts(screen: QScreen, *, is_primary: bool, holds_window: bool) -> MonitorFacts:
    # Qt's geometry is in logical pixels; rounding undoes its own division by the ratio.
    ratio = screen.devicePixelRatio()
    size, measured = screen.size(), screen.physicalSize()
    maker, model, name = screen.manufacturer(), screen.model(), screen.name()
    return MonitorFacts(
        name=name,
        maker=maker,
        model=model,
        key=monitor_key(maker, model, screen.serialNumber(), name),
        width_px=max(1, round(size.width() * ratio)),
        height_px=max(1, round(size.height() * ratio)),
        device_ratio=ratio,
        width_mm=round(max(0.0, measured.width()), 1),
        height_mm=round(max(0.0, measured.height()), 1),
        refresh_hz=round(max(0.0, screen.refreshRate()), 2),
        depth_bits=screen.depth(),
        is_primary=is_primary,
        holds_window=holds_window,
    )


def title_of(monitor: MonitorFacts) -> str:
    """Return what a monitor is called."""
    called = " ".join(part for part in (monitor.maker, monitor.model) if part)
    return f"{called} ({monitor.name})" if called else monitor.name or "Monitor without a name"


def lines_of(monitor: MonitorFacts) -> list[tuple[str, str]]:
    """Return (fact, value) lines for the page; what is not known says so."""
    size = "not told by the monitor"
    if monitor.pitch_mm is not None:
        size = f"{monitor.width_mm:.0f} × {monitor.height_mm:.0f} mm, {monitor.pitch_mm:.3f} mm a pixel"
    scale = f"{monitor.device_ratio * 100:.0f} %"
    return [
        ("Resolution", f"{monitor.width_px} × {monitor.height_px} pixels"),
        ("Size", size),
        ("Scale of the system", scale if monitor.device_ratio != 1 else f"{scale}, none"),
        ("Refresh", f"{monitor.refresh_hz:.0f} Hz" if monitor.refresh_hz else "not known"),
        ("Colour depth", f"{monitor.depth_bits} bits a pixel" if monitor.depth_bits else "not known"),
    ]
