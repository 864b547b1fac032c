"""The help page "validation", written from the comparisons themselves."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from . import google_health, imrmc, mrmcaov, rjafroc, sample_size
from .checks import Check, LeftOut, expected

PEERS: tuple[ModuleType, ...] = (mrmcaov, rjafroc, imrmc, google_health, sample_size)

_HEAD = """# Validation

Published reader studies, analysed by this program and by the programs of the field. The table is written by
the test that compares the numbers (`make validation`); it is not typed by hand. A difference is absolute, and
relative for degrees of freedom. "below 1e-10" is where computers differ among themselves.

The studies: Van Dyke (5 readers, 114 cases, 2 modalities; also with cases nested in readers, cases nested in
modalities, gaps, and readers nested in modalities), Franken (4 readers, 100 cases), two free-response studies
(5 readers x 2 modalities, 4 readers x 5 modalities), one algorithm against 9 radiologists (200 cases), VIPER
(20 readers, 419 cases, split-plot).

| peer | statistic | numbers compared | largest difference |
|---|---|---|---|
"""

_WHERE_PEERS_DIFFER = """
## Where the peers differ, and what this program does

- **Readers nested in modalities.** MRMCaov 0.3.0 prints a standard error of .0273105 for Van Dyke; the
  U-statistic of iMRMC gives .0322788492, and so does this program.
- **Fixed readers, Cov2 below Cov3.** RJafroc takes the difference as nil, MRMCaov keeps it (Franken: standard
  error .0191584720 and .0179927719). This program keeps it; the other convention is an option.
- **A negative variance** (Franken, U-statistic) has no p value anywhere; here a sentence says why.
- **The plain two-way bootstrap** (readers and cases resampled together) is too wide: .0252 for Van Dyke
  against .0207. This program corrects it and shows the plain one beside it.
- **More than two modalities.** iMRMC analyses pair by pair; MRMCaov, RJafroc and this program pool.
- **A point on a horizontal step.** At a given sensitivity the empirical curve can have a whole step of
  specificities. MRMCaov 0.3.0 takes the worst of them, so its partial area over sensitivities is too small
  (Van Dyke, treatment 2, reader 4: .28889 instead of .29936); this program takes the best.
- **Rounded degrees of freedom.** iMRMC's t tests use the next lower whole number, and the normal distribution
  above 50; so does the U-statistic here. Obuchowski-Rockette uses them as they are.
"""


def entries(peer: ModuleType, folder: Path) -> Iterator[tuple[str, str]]:
    """Return (file, entry) of everything a peer printed."""
    for file in peer.FILES:
        names = peer.entries(folder, file) if hasattr(peer, "entries") else expected(folder, file)
        yield from ((file, entry) for entry in names)


def all_checks(folder: Path) -> Iterator[Check | LeftOut]:
    """Run every comparison."""
    for peer in PEERS:
        for file, entry in entries(peer, folder):
            yield from peer.run(folder, file, entry)


def page(folder: Path) -> str:
    """Return the help page."""
    groups: dict[tuple[str, str], list[Check]] = defaultdict(list)
    left_out: dict[tuple[str, str], int] = defaultdict(int)
    for found in all_checks(folder):
        if isinstance(found, Check):
            groups[found.peer, found.statistic].append(found)
        else:
            left_out[found.peer, found.reason] += 1
    rows = [
        f"| {peer} | {statistic} | {len(checks)} | {_largest(checks)} |"
        for (peer, statistic), checks in sorted(groups.items())
    ]
    gaps = [
        f"- {peer}: {count} {'entry' if count == 1 else 'entries'}, {reason}."
        for (peer, reason), count in sorted(left_out.items())
    ]
    return "\n".join(
        [_HEAD + "\n".join(rows), "\n## Not compared\n", *gaps, _WHERE_PEERS_DIFFER.rstrip(), ""]
    )


def _largest(checks: list[Check]) -> str:
    if checks[0].statistic.startswith("bootstrap"):
        return "within 4 Monte-Carlo errors"
    largest = max(check.difference for check in checks)
    # Coarse steps: a difference that another computer makes a little larger stays in its step.
    step = next(step for step in (1e-10, 1e-8, 1e-6, 1e-4, 1e-2, 1.0) if largest < step)
    return f"below {step:.0e}".replace("e-0", "e-")


if __name__ == "__main__":
    import sys

    sys.stdout.write(page(Path(sys.argv[1])))
