"""How each tile was computed, in words, with its source; read from the results, without Qt."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from realfm_gui.analysis.wording import plain, signed

_OR = (
    "Obuchowski-Rockette analysis of the readers' empirical AUCs. The error covariances come from the "
    "jackknife over cases, the degrees of freedom from Hillis."
)
_CROSSED = (
    "Mean over readers and cases of the change of the call, readers and cases crossed; the variance comes "
    "from the mean squares of readers, cases and their rest. Two pseudo-cases (all readers -1, all readers "
    "+1) enter the spread but not the estimate, and the interval never ends inside the exact bound on what "
    "was seen in no case: otherwise a single harmful change would narrow the interval."
)
_STANDALONE = (
    "The model's AUC minus the readers' mean AUC on the same cases. The model's own error over cases counts. "
    "Cases the model did not answer count as wrong."
)
_HILLIS = "Hillis SL. Statistics in Medicine 2007;26(3):596-619."
_AGRESTI = "Agresti A, Min Y. Statistics in Medicine 2005;24(5):729-740."
_OBUCHOWSKI = (
    "Obuchowski NA, Rockette HE. Communications in Statistics - Simulation and Computation "
    "1995;24(2):285-308."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """What is shown beside a tile: method, formula, references and the rows behind the number."""

    title: str
    method: str
    formula: str
    references: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, ...], ...]
    """The first row is the head."""


_METHODS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "auc": (_OR, "θ̂ aided − θ̂ unaided, averaged over readers; interval ± t(df) · SE", (_OBUCHOWSKI, _HILLIS)),
    "sensitivity": (
        _CROSSED,
        "mean of (aided call − unaided call), cases with the finding",
        (_HILLIS, _AGRESTI),
    ),
    "specificity": (_CROSSED, "mean of (unaided call − aided call), cases without", (_HILLIS, _AGRESTI)),
    "omission": (_CROSSED, "change of accuracy on the cases the model missed", (_HILLIS, _AGRESTI)),
    "commission": (
        _CROSSED,
        "change of accuracy on the cases the model called in error",
        (_HILLIS, _AGRESTI),
    ),
    "ai-unaided": (_STANDALONE, "AUC of the model − mean unaided AUC", (_OBUCHOWSKI, _HILLIS)),
    "ai-aided": (_STANDALONE, "AUC of the model − mean aided AUC", (_OBUCHOWSKI, _HILLIS)),
    "ai-sensitivity": (
        _CROSSED,
        "mean of (model's call − unaided call), cases with the finding",
        (_HILLIS, _AGRESTI),
    ),
    "ai-specificity": (_CROSSED, "mean of (unaided call − model's call), cases without", (_HILLIS, _AGRESTI)),
}


_CONTRASTS = {"auc": "difference", "ai-unaided": "ai_minus_readers", "ai-aided": "ai_minus_aided_readers"}
"""The part of the results that says for whom a tile's interval speaks."""


def method_of(tile: Mapping[str, Any], results: Mapping[str, Any]) -> Method:
    """Return how a tile of ``verdict.tiles`` was computed."""
    words, formula, references = _METHODS.get(tile["id"], ("", "", ()))
    level = tile["noninferiority_level"]
    speaks_for = str(results.get(_CONTRASTS.get(tile["id"], ""), {}).get("inference") or "")
    facts = [("n", str(tile["n"])), ("Bound it is judged by", _bound(tile["bound"]))]
    facts += [
        (label, text)
        for label, value in (
            ("Standard error", tile["se"]),
            ("Degrees of freedom", tile["df"]),
            ("p (two-sided)", tile["p"]),
            (f"p of non-inferiority (one-sided, level {level:g})", tile["noninferiority_p"]),
        )
        if (text := _number(value)) != ""
    ]
    if speaks_for:
        facts.append(("Speaks for", speaks_for))
    if tile["note"]:
        facts.append(("Note", str(tile["note"])))
    return Method(
        title=str(tile["name"]),
        method=words,
        formula=formula,
        references=references,
        facts=tuple(facts),
        rows=_rows(tile["id"], results),
    )


def _rows(tile: str, results: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    readers = results["per_reader"]
    if tile in ("omission", "commission"):
        per_reader = (results.get("changes") or {}).get("per_reader", [])
        return (
            ("Reader, model wrong", "Right to wrong", "Wrong to right"),
            *(
                (
                    str(row["name"]),
                    f"{row['ai_wrong']['right_to_wrong']} / {row['ai_wrong']['right_before']}",
                    f"{row['ai_wrong']['wrong_to_right']} / {row['ai_wrong']['wrong_before']}",
                )
                for row in per_reader
            ),
        )
    measure = tile.removeprefix("ai-")
    if measure in ("sensitivity", "specificity"):
        pairs = [(row["name"], row[measure]["unaided"], row[measure]["aided"]) for row in readers]
    else:
        pairs = [(row["name"], row["unaided"], row["aided"]) for row in readers]
    return (
        ("Reader", "Unaided", "Aided", "Change"),
        *((str(name), plain(before), plain(after), signed(after - before)) for name, before, after in pairs),
    )


def _bound(bound: float) -> str:
    return "0: a gain" if bound == 0 else f"{plain(bound, 2)}: not worse by the margin or more"


def _number(value: float | None) -> str:
    if value is None:
        return ""
    if 0 < abs(value) < 0.0005:
        return "< 0.0005"
    return plain(value, 1) if abs(value) >= 10 else plain(value, 4)
