"""What every analysis with readers as a sample shares: how few are too few, and degrees of freedom."""

FEWEST_RANDOM_READERS = 4
"""With fewer readers nothing can be said of readers in general; results then hold for this panel only."""


def hillis_df(denominator: float, mean_square: float, df: float) -> float | None:
    """Return Hillis' degrees of freedom of a variance that holds the readers' mean square and more.

    Parameters
    ----------
    denominator : float
        The readers' mean square plus what the cases add.
    mean_square, df : float
        The readers' mean square and its own degrees of freedom.

    Returns
    -------
    float or None
        None where the readers do not differ: then they are without limit.

    References
    ----------
    .. [1] Hillis SL. Stat Med 2007;26(3):596-619.
    """
    if mean_square <= 1e-12 * denominator:
        return None
    return float(denominator**2 / (mean_square**2 / df))
