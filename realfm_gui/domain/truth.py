"""The reference standard, one label per case and finding."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthLabel:
    """Reference standard of one (case, finding).

    `subgroups` holds the further columns of the truth file (site, subtype, ...). They are sealed with
    the truth: a subtype that exists only for diseased cases gives the truth away.
    """

    case_id: str
    finding: str
    is_present: bool
    subgroups: Mapping[str, str] = field(default_factory=dict)
