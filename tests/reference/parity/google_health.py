"""Google Health's reader_study: differences and non-inferiority, in 32-bit floats."""

from collections.abc import Iterator
from pathlib import Path

from realfm_gui.analysis.mrmc.analysis import Request, analyse_readers
from realfm_gui.analysis.mrmc.obuchowski_rockette import Options
from realfm_gui.analysis.mrmc.roc_endpoints import EmpiricalAuc

from .checks import Check, LeftOut, expected, ordered, study

PEER = "Google Health reader_study e565815"
FILES = ("googlehealth_reader_study",)
TOLERANCE = 1e-6
"""The peer holds figures of merit as 32-bit floats."""


def run(folder: Path, file: str, entry: str) -> Iterator[Check | LeftOut]:
    """Compare one entry of one file; the peer's effect is second minus first, and model minus readers."""
    values = expected(folder, file)[entry]
    name, *_, last = entry.split("|")
    margin = float(last.removeprefix("margin="))
    is_model = "model_vs_readers" in entry
    path = folder / "data" / ("rjafroc_dataset09_roc.csv" if is_model else f"{name}.csv")
    data = ordered(study(path))
    options = Options(margin=margin or None)
    result = analyse_readers(
        data,
        Request(endpoint=EmpiricalAuc(), options=options, algorithm=data.readers[0] if is_model else None),
    )
    if is_model:
        difference, test = result.algorithms[0].difference, result.algorithms[0].not_inferior
    else:
        pair = result.analysis.comparisons[0]
        difference, test = pair.difference, pair.second_not_inferior

    def check(statistic: str, ours: float | None, theirs: float) -> Check:
        return Check(
            peer=PEER, entry=entry, statistic=statistic, ours=ours, theirs=theirs, tolerance=TOLERANCE
        )

    assert difference.value is not None
    assert difference.ci is not None
    yield check("difference", -difference.value, values["effect"])
    yield check("confidence limit", -difference.ci[1], values["ci"][0])
    yield check("confidence limit", -difference.ci[0], values["ci"][1])
    yield check("degrees of freedom", difference.df, values["dof"])
    yield check("p", test.p if test else difference.p, values["p"])
