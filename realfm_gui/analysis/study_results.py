"""Everything the analysis of one finding says, and its plain JSON form."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from realfm_gui.analysis.auc import RocCurve
from realfm_gui.analysis.conditions import Outcome
from realfm_gui.analysis.estimate import Estimate
from realfm_gui.analysis.model_against_readers import ModelAgainstReaders
from realfm_gui.analysis.mrmc.results import VarianceComponents
from realfm_gui.analysis.predictive_values import PredictiveValues
from realfm_gui.analysis.reading_time import TimeResults
from realfm_gui.analysis.reliance import Reliance, Stratum
from realfm_gui.analysis.verdict import Verdict

Point = tuple[float, float]
"""False-positive fraction, true-positive fraction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much was read and how much of it was analysed; readings are (reader, case, phase).

    `ai_failures` and `ai_answered` split the analysed cases, `ai_cases` are all cases with a reference
    standard that the model answered: its own accuracy rests on them.
    """

    readers: int
    cases: int
    positive: int
    negative: int
    readings: int
    planned: int
    missing: int
    readers_left_out: int
    cases_left_out: int
    cases_without_truth: int
    ai_failures: int
    ai_out_of_domain: int
    ai_answered: int
    ai_cases: int
    non_diagnostic: int
    technical_faults: int
    remembered: int
    patients_with_several_cases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallMeasure:
    """Sensitivity or specificity at the call. `difference` is aided minus unaided.

    `ai` rests on all cases with a reference standard, the differences on the complete cases; those with the
    model on the `ai_cases` of them that it answered.
    """

    unaided: Estimate
    aided: Estimate
    ai: Estimate
    difference: Estimate
    ai_minus_unaided: Estimate
    ai_minus_aided: Estimate
    ai_cases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstCase:
    """The verdict with every missing rating set against the aid; `sentence` says it to the user."""

    difference: Estimate
    outcome: Outcome
    is_flipped: bool
    sentence: str

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return {
            "difference": _difference(self.difference),
            "outcome": self.outcome.value,
            "flips": self.is_flipped,
            "sentence": self.sentence,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderResult:
    """One reader: AUC and operating point per arm; `change` is aided minus unaided."""

    reader: str
    name: str
    years: float | None
    unaided: float
    aided: float
    change: Estimate
    unaided_point: Point
    aided_point: Point

    @property
    def got_worse(self) -> bool:
        """Whether the whole interval of the change lies below 0; a mere fall may be chance."""
        return self.change.ci is not None and self.change.ci[1] < 0

    @property
    def fell(self) -> bool:
        """Whether the AUC is lower with the model, by chance or not."""
        return self.change.value is not None and self.change.value < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AucResults:
    """Mean reader AUC per arm, the model's and the controls'; `difference` is aided minus unaided."""

    unaided: Estimate
    aided: Estimate
    ai: Estimate
    controls: Mapping[str, Estimate]
    difference: Estimate
    inference: str
    components: VarianceComponents | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyResults:
    """The analysis of one finding. None stands where too little was read; `warnings` and notes say why."""

    finding_id: str
    finding_name: str
    design: str
    is_simulated: bool
    is_primary: bool
    early_looks: int
    alpha: float
    prevalence: float
    margins: Mapping[str, float]
    n: Counts
    auc: AucResults
    per_reader: tuple[ReaderResult, ...]
    ai_minus_unaided: ModelAgainstReaders | None
    ai_minus_aided: ModelAgainstReaders | None
    sensitivity: CallMeasure
    specificity: CallMeasure
    predictive: Mapping[str, PredictiveValues]
    reliance: Reliance | None
    time: TimeResults
    ai_curve: RocCurve | None
    control_curves: Mapping[str, RocCurve]
    ai_point: Point | None
    missing: tuple[str, ...]
    missing_worst_case: WorstCase | None
    verdict: Verdict
    warnings: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON types without NaN; signs are aided minus unaided and model minus readers."""
        return {
            "finding": {"id": self.finding_id, "name": self.finding_name},
            "design": self.design,
            "is_simulated": self.is_simulated,
            "is_primary": self.is_primary,
            "early_looks": self.early_looks,
            "alpha": self.alpha,
            "prevalence": self.prevalence,
            "margins": dict(self.margins),
            "n": asdict(self.n),
            "auc": {
                "unaided": self.auc.unaided.to_json(),
                "aided": self.auc.aided.to_json(),
                "ai": self.auc.ai.to_json(),
                "controls": {name: e.to_json() for name, e in self.auc.controls.items()},
            },
            "difference": {
                **_difference(self.auc.difference),
                "inference": self.auc.inference,
                "components": None if self.auc.components is None else asdict(self.auc.components),
            },
            "per_reader": [_reader(reader) for reader in self.per_reader],
            "ai_minus_readers": _algorithm(self.ai_minus_unaided, self.margins["auc"], self.n.ai_answered),
            "ai_minus_aided_readers": _algorithm(
                self.ai_minus_aided, self.margins["auc"], self.n.ai_answered
            ),
            "sensitivity": _measure(self.sensitivity),
            "specificity": _measure(self.specificity),
            "predictive_values": {
                name: {"prevalence": v.prevalence, "ppv": v.ppv.to_json(), "npv": v.npv.to_json()}
                for name, v in self.predictive.items()
            },
            "changes": None if self.reliance is None else _changes(self.reliance, self.per_reader),
            "time": _time(self.time, self.per_reader),
            "roc": self._roc(),
            "missing": list(self.missing),
            "missing_worst_case": None
            if self.missing_worst_case is None
            else self.missing_worst_case.to_json(),
            "verdict": self.verdict.to_json(),
            "warnings": list(self.warnings),
        }

    def _roc(self) -> dict[str, Any]:
        return {
            "ai": None if self.ai_curve is None else _curve(self.ai_curve),
            "controls": {name: _curve(curve) for name, curve in self.control_curves.items()},
            "ai_point": _point(self.ai_point),
            "readers": [
                {
                    "reader": reader.reader,
                    "name": reader.name,
                    "unaided": _point(reader.unaided_point),
                    "aided": _point(reader.aided_point),
                }
                for reader in self.per_reader
            ],
        }


def _curve(curve: RocCurve) -> dict[str, list[float]]:
    return {"fpr": curve.false_positive_fractions.tolist(), "tpr": curve.true_positive_fractions.tolist()}


def _point(point: Point | None) -> dict[str, float] | None:
    return None if point is None else {"fpr": point[0], "tpr": point[1]}


def _difference(estimate: Estimate) -> dict[str, Any]:
    entry = estimate.to_json()
    return {"estimate": entry.pop("value"), **entry}


def _reader(reader: ReaderResult) -> dict[str, Any]:
    return {
        "reader": reader.reader,
        "name": reader.name,
        "years": reader.years,
        "unaided": reader.unaided,
        "aided": reader.aided,
        "change": reader.change.value,
        "ci": None if reader.change.ci is None else list(reader.change.ci),
        "note": reader.change.note,
        "got_worse": reader.got_worse,
        "fell": reader.fell,
        "sensitivity": {"unaided": reader.unaided_point[1], "aided": reader.aided_point[1]},
        "specificity": {"unaided": 1 - reader.unaided_point[0], "aided": 1 - reader.aided_point[0]},
    }


def _algorithm(comparison: ModelAgainstReaders | None, margin: float, n_cases: int) -> dict[str, Any]:
    if comparison is None:
        empty = dict.fromkeys(("estimate", "se", "df", "statistic", "p", "ci", "noninferiority_p"))
        return {
            **empty,
            "margin": margin,
            "n": 0,
            "note": "The model's scores or the readings do not suffice.",
        }
    return {
        **_difference(comparison.difference),
        "inference": comparison.inference.words,
        "margin": comparison.margin,
        "n": n_cases,
        "noninferiority_p": comparison.noninferiority_p,
        "readers_outperformed": comparison.readers_outperformed,
        "readers": len(comparison.reader_aucs),
    }


def _measure(measure: CallMeasure) -> dict[str, Any]:
    return {
        "unaided": measure.unaided.to_json(),
        "aided": measure.aided.to_json(),
        "ai": measure.ai.to_json(),
        "difference": _difference(measure.difference),
        "ai_minus_readers": {**_difference(measure.ai_minus_unaided), "n": measure.ai_cases},
        "ai_minus_aided_readers": {**_difference(measure.ai_minus_aided), "n": measure.ai_cases},
    }


def _changes(reliance: Reliance, readers: tuple[ReaderResult, ...]) -> dict[str, Any]:
    return {
        "ai_right": _stratum(reliance.ai_right),
        "ai_wrong": _stratum(reliance.ai_wrong),
        "relied_when_right": reliance.relied_when_right.to_json(),
        "held_when_model_wrong": reliance.held_when_model_wrong.to_json(),
        "omission": {**asdict(reliance.omission_counts), "accuracy_change": reliance.omission.to_json()},
        "commission": {
            **asdict(reliance.commission_counts),
            "accuracy_change": reliance.commission.to_json(),
        },
        "cases_without_call": reliance.cases_without_call,
        "per_reader": [
            {
                "reader": reader.reader,
                "name": reader.name,
                "ai_right": asdict(reliance.ai_right.per_reader[j]),
                "ai_wrong": asdict(reliance.ai_wrong.per_reader[j]),
            }
            for j, reader in enumerate(readers)
        ],
    }


def _stratum(stratum: Stratum) -> dict[str, Any]:
    return {**asdict(stratum.pooled), "accuracy_change": stratum.accuracy_change.to_json()}


def _time(time: TimeResults, readers: tuple[ReaderResult, ...]) -> dict[str, Any]:
    return {
        "overall": asdict(time.overall),
        "per_reader": [
            {"reader": reader.reader, "name": reader.name, **asdict(time.per_reader[j])}
            for j, reader in enumerate(readers)
        ],
        "total_over_before": time.total_over_before.to_json(),
        "untimed": time.untimed,
        "note": time.note,
    }
