"""What an operation changed, so that every view knows whether it is stale."""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Flags of what is stale after an operation; `|` joins two."""

    study: bool = False
    cases: bool = False
    models: bool = False
    worklist: bool = False
    readings: bool = False

    def __or__(self, other: "Changes") -> "Changes":
        return Changes(**{f.name: getattr(self, f.name) or getattr(other, f.name) for f in fields(self)})

    def __bool__(self) -> bool:
        return any(getattr(self, f.name) for f in fields(self))
