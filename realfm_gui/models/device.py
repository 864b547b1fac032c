"""Where the arithmetic runs, and what that is called."""

from realfm_gui.domain.errors import UserFacingError

AUTO = "auto"


def choose_device(wish: str = AUTO) -> str:
    """Return the torch device to use: what is wished for, or the fastest this machine has.

    Parameters
    ----------
    wish : str
        ``auto``, ``cpu``, ``cuda``, ``cuda:1``, ``mps``.

    Raises
    ------
    UserFacingError
        If the device wished for is not there.
    """
    import torch

    if wish == AUTO:
        if torch.cuda.is_available():
            return "cuda"
        return "mps" if torch.backends.mps.is_available() else "cpu"
    kind, _, number = wish.partition(":")
    is_there = {
        "cpu": lambda: not number,
        "cuda": lambda: (
            torch.cuda.is_available()
            and (not number or (number.isdecimal() and int(number) < torch.cuda.device_count()))
        ),
        "mps": lambda: not number and torch.backends.mps.is_available(),
    }
    if kind not in is_there or not is_there[kind]():
        raise UserFacingError(
            f"This machine has no device {wish!r}.", hint="Use 'auto', or 'cpu', which is always there."
        )
    return wish


def describe_device(device: str) -> str:
    """Return a device in words: ``CPU, 8 threads`` or the name of the GPU."""
    import torch

    if device.startswith("cuda"):
        return str(torch.cuda.get_device_name(device))
    if device == "mps":
        return "Apple GPU (Metal)"
    threads = torch.get_num_threads()
    return f"CPU, {threads} thread{'' if threads == 1 else 's'}"
