"""Decoded cases in memory, within a budget: what was used least recently goes first."""

from collections import OrderedDict
from threading import Lock
from typing import Generic, Protocol, TypeVar


class Weighed(Protocol):
    """Anything that knows its memory."""

    @property
    def nbytes(self) -> int:
        """Memory in bytes."""


_Case = TypeVar("_Case", bound=Weighed)


class CaseCache(Generic[_Case]):
    """Keeps cases by name, as many as fit into a budget of bytes.

    The one used last always stays, even if it alone is larger than the budget: it is the one being read.
    Any thread may use it.

    Parameters
    ----------
    budget_bytes : int
        Of all cases together.
    """

    def __init__(self, budget_bytes: int) -> None:
        if budget_bytes < 0:
            raise ValueError(f"a budget of {budget_bytes} bytes")
        self._budget_bytes = budget_bytes
        self._cases: OrderedDict[str, tuple[_Case, int]] = OrderedDict()
        self._lock = Lock()

    @property
    def nbytes(self) -> int:
        """Memory of all cases kept, in bytes."""
        with self._lock:
            return self._total()

    def __contains__(self, name: str) -> bool:
        with self._lock:
            return name in self._cases

    def get(self, name: str) -> _Case | None:
        """Return a case, which is now the one used last; None if it is not here."""
        with self._lock:
            if name not in self._cases:
                return None
            self._cases.move_to_end(name)
            return self._cases[name][0]

    def put(self, name: str, case: _Case) -> tuple[str, ...]:
        """Keep a case, as the one used last, and return the names of those that had to go for it."""
        weight = case.nbytes  # now: a case must leave with the weight it came with
        with self._lock:
            self._cases[name] = (case, weight)
            self._cases.move_to_end(name)
            gone = []
            while len(self._cases) > 1 and self._total() > self._budget_bytes:
                gone.append(self._cases.popitem(last=False)[0])
            return tuple(gone)

    def discard(self, name: str) -> None:
        """Forget a case; nothing happens if it is not here."""
        with self._lock:
            self._cases.pop(name, None)

    def clear(self) -> None:
        """Forget every case."""
        with self._lock:
            self._cases.clear()

    def _total(self) -> int:
        return sum(weight for _, weight in self._cases.values())
