"""iMRMC 2.1.2: one-shot U-statistics in every design."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from realfm_gui.analysis.mrmc.analysis import Method, Request, Result, analyse_readers
from realfm_gui.analysis.mrmc.observer_data import ObserverData
from realfm_gui.analysis.mrmc.obuchowski_rockette import Options
from realfm_gui.analysis.mrmc.roc_endpoints import EmpiricalAuc, ShareOfCalls

from .checks import Check, LeftOut, expected, study

PEER = "iMRMC 2.1.2"
FILES = ("imrmc_R", "imrmc_R_viper_screeningLowP", "imrmc_R_noninferiority")
DATA = {
    "VanDyke": ("mrmcaov_VanDyke.csv", ""),
    "Franken": ("mrmcaov_Franken.csv", ""),
    "VanDyke_partial": ("derived_VanDyke_partial.csv", ""),
    "VanDyke_readers_in_tests": ("derived_VanDyke_readers_in_tests.csv", ""),
    "VanDyke_case2": ("mrmcaov_VanDyke.csv", "case2"),
    "VanDyke_case3": ("mrmcaov_VanDyke.csv", "case3"),
    "dfMRMC_example": ("imrmc_dfMRMC_example.csv", ""),
    "viper_screeningLowP": ("viper_screeningLowP_imrmc.csv", ""),
}
BIASED = "biased V-statistics (its 'MLE' columns): not offered, because they are biased"


def entries(folder: Path, file: str) -> list[str]:
    """Return the entries of a file; one of them is a file of its own kind."""
    return ["Ustat"] if file == "imrmc_R_noninferiority" else list(expected(folder, file))


def run(folder: Path, file: str, entry: str) -> Iterator[Check | LeftOut]:
    """Compare one entry of one file."""
    data = folder / "data"
    if file == "imrmc_R_noninferiority":
        values = json.loads((folder / "expected" / f"{file}.json").read_text())
        yield from _noninferiority(values, study(data / "derived_viper_noninferiority_AI_imrmc.csv"))
        return
    values = expected(folder, file)[entry]
    name, endpoint = entry.split("|")
    if "demoSensitivity" in endpoint:
        path, column = data / "viper_screeningLowP_sens_imrmc.csv", ""
    else:
        path, column = data / DATA[name][0], DATA[name][1]
    is_calls = endpoint.startswith(("sens(rating", "spec(rating"))
    chosen = (
        ShareOfCalls(
            threshold=3, of_positives=endpoint.startswith("sens"), of_negatives=endpoint.startswith("spec")
        )
        if is_calls
        else EmpiricalAuc()
    )
    result = analyse_readers(study(path, column), Request(endpoint=chosen, method=Method.USTAT))
    yield from _rows(entry, values["Ustat"], result)
    yield from _readers(entry, values.get("perReader") or [], result)
    if values.get("MLEstat"):
        yield LeftOut(peer=PEER, entry=f"{entry}, MLEstat", reason=BIASED)


def _rows(entry: str, rows: list[dict[str, Any]], result: Result) -> Iterator[Check]:
    def check(statistic: str, ours: float | None, theirs: float | None) -> Check:
        return Check(peer=PEER, entry=entry, statistic=statistic, ours=ours, theirs=theirs)

    names = {mean.modality: mean.estimate for mean in result.analysis.means}
    names |= {f"m{modality}": estimate for modality, estimate in names.items()}
    for row in rows:
        is_mean = row["modalityB"] == "NO_MOD"
        ours = names[row["modalityA"]] if is_mean else _difference(result, row)
        variance = row["varAUCA"] if is_mean else row["varAUCAminusAUCB"]
        yield check(
            "mean" if is_mean else "difference",
            ours.value,
            row["AUCA"] if is_mean else row["AUCAminusAUCB"],
        )
        if variance < 0:
            assert ours.se is None  # said in words, as the peer gives no p
            continue
        assert ours.se is not None
        assert ours.ci is not None
        yield check("standard error", ours.se, variance**0.5)
        yield check("degrees of freedom", ours.df, row["dfBDG"])
        yield check("confidence limit", ours.ci[0], row["botCIBDG"])
        yield check("confidence limit", ours.ci[1], min(row["topCIBDG"], 1.0))
        if not is_mean:
            yield check("p", ours.p, row["pValueBDG"])


def _difference(result: Result, row: dict[str, Any]) -> Any:
    from dataclasses import replace

    for pair in result.analysis.comparisons:
        names = (pair.first, pair.second)
        if (row["modalityA"], row["modalityB"]) in (names, tuple(f"m{name}" for name in names)):
            return pair.difference
        if (row["modalityB"], row["modalityA"]) in (names, tuple(f"m{name}" for name in names)):
            estimate = pair.difference
            if estimate.value is None or estimate.ci is None:
                return estimate
            return replace(estimate, value=-estimate.value, ci=(-estimate.ci[1], -estimate.ci[0]))
    raise AssertionError(row)


def _readers(entry: str, rows: list[dict[str, Any]], result: Result) -> Iterator[Check]:
    """Compare every reader's variance in every modality."""
    ours = {(each.reader, each.modality): each.estimate for each in result.reader_figures}
    for row in rows:
        if row["modalityB"] != "NO_MOD" or row["varAUCA"] is None or row["varAUCA"] <= 0:
            continue
        reader, modality = str(row["readerID"]), str(row["modalityA"])
        estimate = ours.get((reader, modality)) or ours[reader.removeprefix("r"), modality.removeprefix("m")]
        yield Check(
            peer=PEER,
            entry=entry,
            statistic="a reader's standard error",
            ours=estimate.se,
            theirs=row["varAUCA"] ** 0.5,
        )


def _noninferiority(values: dict[str, Any], data: ObserverData) -> Iterator[Check]:
    result = analyse_readers(
        data,
        Request(endpoint=EmpiricalAuc(), method=Method.USTAT, options=Options(margin=values["margin"])),
    )
    yield from _rows("noninferiority", values["Ustat"], result)
    pair = result.analysis.comparisons[0]
    test = pair.first_not_inferior if pair.first == "AI" else pair.second_not_inferior
    assert test is not None
    yield Check(
        peer=PEER,
        entry="noninferiority",
        statistic="non-inferiority statistic",
        ours=test.statistic,
        theirs=values["t"],
    )
    yield Check(
        peer=PEER,
        entry="noninferiority",
        statistic="non-inferiority p",
        ours=test.p,
        theirs=values["p_onesided"],
    )
