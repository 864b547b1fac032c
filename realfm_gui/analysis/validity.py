"""Whether a study as such can carry a favourable verdict, whatever its numbers say."""

from realfm_gui.analysis.conditions import Evidence
from realfm_gui.analysis.wording import count

FEWEST_POSITIVE_OR_NEGATIVE = 10
LEAST_COMPLETENESS = 0.95
MOST_PERFECT_AUCS = 0.5


def validity_problems(evidence: Evidence) -> tuple[str, ...]:
    """Return why the study as such can carry no favourable verdict; empty where it can.

    Fewer than four readers is no failure of validity: the verdict then speaks of these readers only.
    """
    e = evidence
    found = []
    if e.early_looks:
        found.append(
            f"outcomes were opened {count(e.early_looks, 'time')} before reading was complete: exploratory"
        )
    needed = f"needed are {100 * LEAST_COMPLETENESS:.0f} %"
    if e.planned and e.recorded < LEAST_COMPLETENESS * e.planned:
        share = 100 * e.recorded / e.planned
        found.append(f"only {e.recorded} of {e.planned} planned readings were made ({share:.0f} %, {needed})")
    if e.planned_cases and e.n_cases < LEAST_COMPLETENESS * e.planned_cases:
        share = 100 * e.n_cases / e.planned_cases
        found.append(
            f"only {e.n_cases} of {e.planned_cases} planned cases can be analysed ({share:.0f} %, {needed})"
        )
    for n, what in ((e.n_positive, "with"), (e.n_negative, "without")):
        if n < FEWEST_POSITIVE_OR_NEGATIVE:
            found.append(
                f"only {n} analysed {'case' if n == 1 else 'cases'} {what} the finding "
                f"(needed are {FEWEST_POSITIVE_OR_NEGATIVE})"
            )
    if e.patients_with_several_cases:
        have = "patient has" if e.patients_with_several_cases == 1 else "patients have"
        found.append(
            f"{e.patients_with_several_cases} {have} more than one analysed case, which makes the intervals "
            "too narrow"
        )
    if e.perfect_aucs > MOST_PERFECT_AUCS:
        found.append(
            f"{100 * e.perfect_aucs:.0f} % of the reader AUCs are exactly 0 or 1: with cases so easy "
            "the intervals cannot be trusted"
        )
    return tuple(found)
