"""Moving a probability to another prevalence is Bayes' rule."""

import pytest

from realfm_gui.domain.probability import at_prevalence


@pytest.mark.parametrize("sensitivity", [0.3, 0.9])
@pytest.mark.parametrize("specificity", [0.6, 0.95])
def test_that_the_shift_is_bayes_rule_for_a_binary_test_against_theory(
    sensitivity: float, specificity: float
) -> None:
    def positive_predictive_value(prevalence: float) -> float:
        true = sensitivity * prevalence
        return true / (true + (1 - specificity) * (1 - prevalence))

    shifted = at_prevalence(positive_predictive_value(0.5), calibrated_at=0.5, target=0.03)
    assert shifted == pytest.approx(positive_predictive_value(0.03), abs=1e-12)


def test_that_certainty_stays_certain_and_equal_prevalence_changes_nothing() -> None:
    assert at_prevalence(0.0, calibrated_at=0.5, target=0.1) == 0.0
    assert at_prevalence(1.0, calibrated_at=0.5, target=0.1) == 1.0
    assert at_prevalence(0.37, calibrated_at=0.2, target=0.2) == pytest.approx(0.37)


@pytest.mark.parametrize("prevalence", [0.0, 1.0])
def test_that_a_prevalence_of_none_or_all_is_refused(prevalence: float) -> None:
    with pytest.raises(ValueError, match="strictly between"):
        at_prevalence(0.5, calibrated_at=prevalence, target=0.2)
