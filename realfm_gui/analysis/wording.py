"""Numbers in sentences: sign, interval, and the words that go with them."""

from realfm_gui.analysis.estimate import Estimate

MINUS = "\u2212"


def signed(value: float, digits: int = 3) -> str:
    """Return a difference with its sign, e.g. ``+0.044``.

    Examples
    --------
    >>> signed(0.0438)
    '+0.044'
    """
    text = f"{abs(value):.{digits}f}"
    if float(text) == 0:
        return text
    return f"{'+' if value > 0 else MINUS}{text}"


def plain(value: float, digits: int = 3) -> str:
    """Return a number with a real minus sign."""
    return f"{value:.{digits}f}".replace("-", MINUS)


def level(alpha: float) -> str:
    """Return the confidence level in words, e.g. ``95 % CI``."""
    return f"{100 * (1 - alpha):g} % CI"


def difference(estimate: Estimate, alpha: float) -> str:
    """Return a difference with its interval, or what is missing."""
    if estimate.value is None:
        return estimate.note
    if estimate.ci is None:
        return f"{signed(estimate.value)}, no interval"
    low, high = (signed(bound) for bound in estimate.ci)
    return f"{signed(estimate.value)}, {level(alpha)} {low} to {high}"


def count(n: int, singular: str, plural: str = "") -> str:
    """Return ``1 reader`` or ``3 readers``."""
    return f"{n} {singular if n == 1 else plural or singular + 's'}"
