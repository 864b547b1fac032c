"""RJafroc 2.1.3: power, and cases for given readers (its printed tables are in `test_sample_size`)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from realfm_gui.analysis.mrmc.results import Inference
from realfm_gui.analysis.planning.components import components_from_comparison
from realfm_gui.analysis.planning.power import SizingMethod, StudyPlan, power
from realfm_gui.analysis.planning.sizing import cases_for_power
from realfm_gui.analysis.two_modalities import ModalityComparison, compare_two_modalities

from .checks import Check, LeftOut, expected, ordered, study

PEER = "RJafroc 2.1.3"
FILES = ("rjafroc_sample_size",)
PILOTS = {"dataset02": "mrmcaov_VanDyke.csv", "dataset03": "mrmcaov_Franken.csv"}
INFERENCES = {
    "RRRC": Inference.RRRC,
    "FRRC": Inference.FRRC,
    "RRFC": Inference.RRFC,
}
PRINTED = "a table printed to three digits, compared as printed in the test of the sample sizes"


def run(folder: Path, file: str, entry: str) -> Iterator[Check | LeftOut]:
    """Compare one entry."""
    output = expected(folder, file)[entry]["output"]
    kind, pilot_name, *words = entry.split("|")
    if kind == "power_table":
        yield LeftOut(peer=PEER, entry=entry, reason=PRINTED)
        return
    data = ordered(study(folder / "data" / PILOTS[pilot_name]))
    pilot = compare_two_modalities(data.ratings, data.is_positive)
    if kind == "power":
        yield from _power(entry, words, output[0], pilot, len(data.cases))
    else:
        yield from _cases(entry, words, output, pilot, len(data.cases))


def _power(
    entry: str, words: list[str], theirs: dict[str, Any], pilot: ModalityComparison, n_cases: int
) -> Iterator[Check]:
    method, effect, name, readers, cases = words
    plan = StudyPlan(
        components=components_from_comparison(pilot, n_cases=n_cases),
        effect=float(effect.removeprefix("es")),
        inference=INFERENCES[name],
        method=SizingMethod.DBM_2004 if method == "DBM2004" else SizingMethod.OBUCHOWSKI_ROCKETTE,
    )
    ours = power(plan, int(readers), int(cases))
    yield Check(peer=PEER, entry=entry, statistic="power", ours=ours.power, theirs=theirs[f"power{name}"])


def _cases(
    entry: str, words: list[str], output: Any, pilot: ModalityComparison, n_cases: int
) -> Iterator[Check]:
    name, readers = words[-2], int(words[-1])
    is_observed = "observed effect" in words
    observed = pilot.difference.value
    assert observed is not None
    plan = StudyPlan(
        components=components_from_comparison(pilot, n_cases=n_cases),
        effect=observed if is_observed else float(words[1].removeprefix("es")),
        inference=INFERENCES[name],
    )
    theirs = output if isinstance(output, int) else output[0][f"K{name}"]
    ours = cases_for_power(plan, readers)
    yield Check(
        peer=PEER,
        entry=entry,
        statistic="cases for power .8",
        ours=None if ours is None else float(ours),
        theirs=float(theirs),
    )
