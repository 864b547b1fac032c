"""What the performance page knows, without Qt."""

import subprocess
import sys
from dataclasses import replace

import pytest

from realfm_gui.analysis.estimate import Estimate
from realfm_gui.analysis.mrmc.analysis import Method
from realfm_gui.analysis.mrmc.covariance import CovarianceMethod
from realfm_gui.analysis.mrmc.results import Inference
from realfm_gui.gui.analysing import performance_words as words
from realfm_gui.gui.analysing.performance_state import EARLY, PerformanceState
from realfm_gui.workflows.performance import Measure, analyse_choice
from realfm_gui.workflows.performance_curves import CurveKind
from tests.gui.analysing import performed_examples as example
from tests.gui.analysing.example_results import study_data


@pytest.fixture
def state() -> PerformanceState:
    made = PerformanceState()
    made.open(example.protocol())
    return made


def test_that_the_state_and_its_words_need_no_window() -> None:
    code = (
        "import sys\n"
        "import realfm_gui.gui.analysing.performance_state, realfm_gui.gui.analysing.performance_words\n"
        "print([name for name in ('PySide6', 'torch', 'scipy', 'matplotlib') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_that_the_page_begins_with_what_the_protocol_fixed(state: PerformanceState) -> None:
    assert state.choice == example.PLANNED
    assert state.deviations() == ()
    assert state.standing().word == "As planned"
    assert not state.standing().is_exploratory


def test_that_another_measure_brings_its_own_margin_and_is_secondary(state: PerformanceState) -> None:
    assert state.choose(measure=Measure.SPECIFICITY).margin == 0.03
    standing = state.standing()
    assert standing.word == "As planned, secondary"
    assert "Cluster of specks" in standing.sentence
    state.choose(measure=Measure.AUC, finding="mass")
    assert state.choice.margin == 0.05
    assert state.standing().word == "As planned, secondary"


@pytest.mark.parametrize(
    ("changes", "words_of_it"),
    [
        ({"method": Method.USTAT}, "U-statistics instead of Obuchowski-Rockette"),
        ({"covariance": CovarianceMethod.DELONG}, "DeLong's covariance instead of the jackknife"),
        ({"inference": Inference.FRRC}, "these readers only"),
        ({"margin": 0.1}, "margin 0.100 instead of 0.050"),
        ({"measure": Measure.ACCURACY}, "the protocol fixes no margin for accuracy"),
    ],
)
def test_that_what_the_protocol_did_not_fix_is_called_exploratory(
    state: PerformanceState, changes: dict[str, object], words_of_it: str
) -> None:
    state.choose(**changes)
    standing = state.standing()
    assert standing.is_exploratory
    assert standing.word == "Exploratory"
    assert words_of_it.lower() in standing.sentence.lower()
    assert state.is_back_at_plan == (state.choice.measure is Measure.ACCURACY), "no margin to go back to"
    state.back_to_plan()
    assert state.is_back_at_plan
    assert state.standing().is_exploratory == (state.choice.measure is Measure.ACCURACY)


def test_that_after_an_early_look_even_the_plan_is_not_called_planned(state: PerformanceState) -> None:
    state.learn(replace(example.helping(), early_looks=2))
    assert state.standing().word == "Opened early"
    assert state.standing().is_exploratory
    assert state.is_back_at_plan
    state.open(example.protocol())
    assert state.standing().word == "As planned"


def test_that_a_smooth_curve_is_a_picture_and_no_deviation(state: PerformanceState) -> None:
    state.choose(curves=CurveKind.BINORMAL)
    assert state.deviations() == ()
    state.choose(margin=0.02)
    assert state.back_to_plan().curves is CurveKind.BINORMAL


def test_that_u_statistics_fall_back_where_they_have_no_answer(state: PerformanceState) -> None:
    state.choose(inference=Inference.RRFC, covariance=CovarianceMethod.BOOTSTRAP)
    chosen = state.choose(method=Method.USTAT)
    assert (chosen.inference, chosen.covariance) == (Inference.RRRC, CovarianceMethod.JACKKNIFE)
    assert state.deviations() == ("U-statistics instead of Obuchowski-Rockette",)


def test_that_numbers_are_kept_per_choice_and_forgotten_with_the_outcomes(state: PerformanceState) -> None:
    assert state.known() is None
    assert state.learn(example.helping())
    assert state.known() is example.helping()
    state.choose(measure=Measure.SENSITIVITY)
    assert state.known() is None
    assert not state.learn(replace(example.helping(), choice=replace(example.PLANNED, margin=0.2)))
    assert state.learn(example.of_sensitivity())
    state.choose(measure=Measure.AUC)
    assert state.known() is example.helping()
    state.open(example.protocol())
    assert state.known() is None, "another look at the outcomes may find other readings"
    state.learn(example.helping())
    state.close()
    assert state.known() is None
    assert not state.is_open
    assert not state._known, "outcomes that are closed do not lie in memory"
    assert not state.learn(example.helping()), "a late answer must not bring outcomes back"
    assert not state._known
    assert state.known() is None


def test_that_the_headline_gives_both_means_the_change_its_interval_p_and_n() -> None:
    performed = example.helping()
    head, pair = words.headline(performed), performed.result.analysis.comparisons[0]
    means = {mean.modality: mean.estimate.value for mean in performed.result.analysis.means}
    for number in (means["Unaided"], means["Aided"], pair.difference.value):
        assert f"{number:.3f}" in head.sentence
    assert "95 % CI" in head.sentence
    assert "p " in head.sentence
    assert "4 readers, 60 cases (30 with the finding, 30 without)" in head.basis
    assert "random readers and random cases" in head.basis
    assert "is excluded" in head.against_margin


def test_that_a_loss_that_cannot_be_excluded_is_not_called_excluded() -> None:
    head = words.headline(example.harming())
    assert "−" in head.sentence
    assert "is not excluded" in head.against_margin
    assert "no margin up to" in words.smallest_margin(example.harming())


def test_that_without_spread_the_sentence_says_why_there_is_no_test() -> None:
    data = study_data(readers=3, cases=40)
    scores = data.scores.copy()
    scores[1] = scores[0]
    performed = analyse_choice(replace(data, scores=scores), example.PLANNED)
    assert "No spread" in words.headline(performed).against_margin
    assert performed.margin_curve == ()
    assert "no p value" in words.smallest_margin(performed)


def test_that_gaps_are_counted_by_arm_and_truth_and_the_reader_with_most_is_named() -> None:
    told = words.missing_words(example.gappy())
    assert told.startswith("11 of 480 readings are missing: 2.1 % of readings with the finding and 2.5 %")
    assert "1 unaided, 10 aided" in told
    assert "Simulated reader 2 (10)" in told
    assert words.missing_words(example.helping()) == ""


def test_that_the_model_is_compared_as_model_minus_readers() -> None:
    performed = example.helping()
    for name, estimate, _ in words.model_differences(performed):
        modality = "Unaided" if name.endswith("unaided") else "Aided"
        compared = next(each for each in performed.result.algorithms if each.modality == modality)
        mean = next(m.estimate.value for m in performed.result.analysis.means if m.modality == modality)
        assert estimate.value == pytest.approx(compared.algorithm.value - mean)
        assert estimate.ci is not None
        assert estimate.ci[0] < estimate.value < estimate.ci[1]
    assert next(name for name, _, _ in words.model_differences(performed)).endswith("unaided")
    turned = words.negated(Estimate(value=0.1, se=0.05, statistic=2.0, p=0.05, ci=(0.0, 0.2)))
    assert (turned.value, turned.statistic, turned.ci) == (-0.1, -2.0, (-0.2, -0.0))


def test_that_an_early_look_and_every_warning_stand_among_the_remarks_once() -> None:
    performed = replace(example.gappy(), early_looks=1, notes=("Noted.", "Noted."))
    told = words.remarks(performed)
    assert EARLY in told
    assert told.count("Noted.") == 1
    assert any("reads are missing" in remark for remark in told)


def test_that_the_method_section_to_paste_owns_up_to_deviations() -> None:
    performed = example.helping()
    assert words.method_text(performed, ()) == performed.method_text
    text = words.method_text(performed, ("margin 0.100 instead of 0.050",))
    assert text.startswith("This analysis deviates from the protocol: margin 0.100 instead of 0.050.")
    assert text.endswith(performed.method_text)
