"""Whether pixels went through irreversible compression."""

_LOSSY = frozenset({"1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.81"})
"""JPEG baseline and extended, JPEG-LS near-lossless."""
_MAYBE_LOSSY = frozenset({"1.2.840.10008.1.2.4.91", "1.2.840.10008.1.2.4.203"})
"""JPEG 2000 and HTJ2K may be reversible under their general syntax: believed only where declared."""


def is_lossy_syntax(syntax: str, declared: str) -> bool:
    """Return whether a picture gets the lossy mark.

    Parameters
    ----------
    syntax : str
        UID of the transfer syntax.
    declared : str
        The header's LossyImageCompression: "01", "00" or empty. What was lossy once stays so.
    """
    return declared == "01" or syntax in _LOSSY or (syntax in _MAYBE_LOSSY and declared != "00")
