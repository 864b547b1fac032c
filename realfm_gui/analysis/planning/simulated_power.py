"""Power by simulation: for designs and analyses that no formula covers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from realfm_gui.analysis.estimate import Estimate, proportion
from realfm_gui.analysis.planning.power import Goal
from realfm_gui.domain.errors import Cancelled, UserFacingError
from realfm_gui.domain.progress import Progress, silent

Study = TypeVar("Study")

MONTE_CARLO_ALPHA = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedPower:
    """Share of simulated studies that showed what they were to show.

    `power` carries the exact interval of that share: how far more runs could move it. `n_undecided`
    analyses gave no interval and count as studies that showed nothing. `seed` repeats the result.
    """

    power: Estimate
    n_runs: int
    n_shown: int
    n_undecided: int
    seed: int
    was_stopped: bool


def power_by_simulation(
    analyse: Callable[[Study], bool | None],
    draw: Callable[[np.random.Generator], Study],
    *,
    n_runs: int,
    seed: int,
    should_stop: Callable[[], bool] = lambda: False,
    progress: Progress = silent,
) -> SimulatedPower:
    """Simulate studies, analyse each, and return how many showed what they were to show.

    Parameters
    ----------
    analyse : callable
        Takes a study and says whether it showed it; None where no decision could be made
        (see `interval_decides`).
    draw : callable
        Takes a numpy Generator and returns a study, e.g. ``lambda rng: model.simulate(rng, 6, 50, 50)``.
    n_runs : int
        Studies to simulate; 1,000 give a power of .8 to ± .025.
    seed : int
        Run i draws from the generator seeded with (seed, i), so that any run can be repeated alone and runs
        may be shared out among processes.
    should_stop : callable
        Asked before every run; once it says True, what is finished is returned.
    progress : Progress
        Told after every run.

    Raises
    ------
    Cancelled
        If it was stopped before the first run was finished, or by `progress`.
    """
    if n_runs < 1:
        raise UserFacingError(f"{n_runs} runs were asked for.", hint="Ask for 200 or more.")
    shown = undecided = done = 0
    for run in range(n_runs):
        if should_stop():
            break
        verdict = analyse(draw(np.random.default_rng([seed, run])))
        shown += verdict is True
        undecided += verdict is None
        done += 1
        progress(done, n_runs, "Simulating studies")
    if done == 0:
        raise Cancelled
    return SimulatedPower(
        power=proportion(shown, done, alpha=MONTE_CARLO_ALPHA),
        n_runs=done,
        n_shown=shown,
        n_undecided=undecided,
        seed=seed,
        was_stopped=done < n_runs,
    )


def interval_decides(
    difference: Estimate, *, goal: Goal = Goal.SUPERIORITY, margin: float | None = None
) -> bool | None:
    """Return whether an estimated difference shows the goal, None where it has no interval.

    Superiority is shown by an interval that leaves out 0 on either side, like the two-sided test whose
    power the formulas give.
    """
    if difference.ci is None:
        return None
    low, high = difference.ci
    if goal is Goal.SUPERIORITY:
        return low > 0 or high < 0
    if margin is None:
        raise ValueError(f"{goal} needs a margin")
    return low > -margin and (goal is Goal.NON_INFERIORITY or high < margin)
