"""The cases of the tour's study: its protocol, what is asked of each, and what the model says of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

FINDING, READER = "lesion", "tour"
MODEL, SECOND_MODEL = "precomputed", "precomputed-second"

PROTOCOL = """\
# The tour of the reading room: simulated images of every kind, no result of any model.
version = 1
design = "sequential"

[study]
title = "One simulated case of every kind"
description = "Shows what the reading room does with each kind of image. Every image is simulated."
simulated = true

[population]
prevalence = 0.5

[[findings]]
id = "lesion"
name = "Suspicious lesion"
question = "Is there a suspicious lesion?"
marks = "ellipse"

[[readers]]
id = "tour"
name = "Reader of the tour"

[[readers]]
id = "second"
name = "Second reader"
years_experience = 12

[[readers]]
id = "third"
name = "Third reader"
years_experience = 3

[model]
name = "precomputed"
saliency = "grad-cam"
controls = []

[reading]
order_seed = 3
confidence_levels = 5
idle_after_s = 3600
"""


class Kind(StrEnum):
    """The cases, by what is special about each."""

    CHEST = "chest radiograph"
    BREAST = "mammography"
    CT = "CT with a prior"
    MR = "MR"
    LOOP = "ultrasound loop"
    FLOW = "colour flow"


def _no_answer() -> Mapping[str, Any]:
    return {"status": "failed", "reason": "The model was not run on it."}


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRecipe:
    """What is said of a case: patient in its files, reference standard, question, and the model's answer.

    `answer` are further cells of its row in the table of predictions, `second` those of another model.
    """

    kind: Kind
    patient: str
    is_present: bool
    indication: str
    answer: Mapping[str, Any]
    second: Mapping[str, Any] = field(default_factory=_no_answer)
    priors: int = 0


RECIPES = (
    CaseRecipe(
        kind=Kind.CHEST,
        patient="A",
        is_present=True,
        indication="Cough and fever for five days.",
        answer={"score": 0.83, "probability": 0.83, "low": 0.68, "high": 0.92},
        second={"score": 0.42, "probability": 0.42, "low": 0.25, "high": 0.61},
    ),
    CaseRecipe(
        kind=Kind.BREAST,
        patient="B",
        is_present=True,
        indication="Screening, second round.",
        answer={"score": 0.91, "probability": 0.91, "low": 0.80, "high": 0.97},
    ),
    CaseRecipe(
        kind=Kind.CT,
        patient="C",
        is_present=True,
        indication="Follow-up of a pulmonary nodule.",
        answer={"score": 0.64, "probability": 0.64, "low": 0.41, "high": 0.82},
        priors=1,
    ),
    CaseRecipe(
        kind=Kind.MR,
        patient="D",
        is_present=True,
        indication="First seizure.",
        answer={"score": 0.07, "probability": 0.07, "low": 0.02, "high": 0.15},
    ),
    CaseRecipe(
        kind=Kind.LOOP,
        patient="E",
        is_present=False,
        indication="Pain in the right upper abdomen.",
        answer={"status": "out of domain", "reason": "The model was made for radiographs, MG, CT and MR."},
    ),
    CaseRecipe(
        kind=Kind.FLOW,
        patient="F",
        is_present=False,
        indication="Transient loss of vision.",
        answer={"status": "failed", "reason": "The model ran out of memory."},
    ),
)
"""Six patients, A to F; every kind of answer that a model can give is among them."""


def protocol_of(models: Sequence[str]) -> str:
    """Return the protocol, in TOML, of a study in which these models are shown side by side."""
    return PROTOCOL.replace("controls = []", f"controls = []\nshown = {json.dumps(list(models))}")
