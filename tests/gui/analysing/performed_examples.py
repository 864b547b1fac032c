"""A protocol and analysed choices for the tests of the performance page."""

from dataclasses import replace
from functools import cache

import numpy as np

from realfm_gui.analysis.study_data import StudyData
from realfm_gui.domain.protocol import Protocol, parse_protocol
from realfm_gui.workflows.performance import Choice, Measure, StudyPerformance, analyse_choice
from tests.gui.analysing.example_results import study_data

PROTOCOL = """
version = 1
[study]
title = "Microcalcifications"
[population]
prevalence = 0.2
[[findings]]
id = "specks"
name = "Cluster of specks"
[[findings]]
id = "mass"
name = "Mass"
[[readers]]
id = "sim-1"
name = "Simulated reader 1"
[model]
name = "precomputed"
[analysis]
margin_auc = 0.05
margin_sensitivity = 0.04
margin_specificity = 0.03
"""
PLANNED = Choice(finding="specks", margin=0.05)


@cache
def protocol() -> Protocol:
    return parse_protocol(PROTOCOL)


@cache
def helping() -> StudyPerformance:
    return analyse_choice(study_data(readers=4, cases=60, gain=1.0), PLANNED)


@cache
def harming() -> StudyPerformance:
    return analyse_choice(study_data(readers=4, cases=60, gain=-1.5, gain_when_wrong=-1.5), PLANNED)


@cache
def of_sensitivity() -> StudyPerformance:
    choice = replace(PLANNED, measure=Measure.SENSITIVITY, margin=0.04)
    return analyse_choice(study_data(readers=4, cases=60, gain=1.0), choice)


def with_gaps() -> StudyData:
    """The second reader left ten aided cases out, four of them with the finding; the first left one."""
    data = study_data(readers=4, cases=60, gain=1.0)
    scores, calls = data.scores.copy(), data.calls.copy()
    without, found = np.flatnonzero(~data.truth), np.flatnonzero(data.truth)
    gaps = ((1, 1, found[3:7]), (1, 1, without[5:11]), (0, 0, found[20:21]))
    for arm, reader, cases in gaps:
        scores[arm, reader, cases], calls[arm, reader, cases] = np.nan, np.nan
    return replace(data, scores=scores, calls=calls)


@cache
def gappy() -> StudyPerformance:
    return analyse_choice(with_gaps(), PLANNED)
