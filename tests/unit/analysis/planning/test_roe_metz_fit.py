"""Models fitted to components: back to where they came from, or refused."""

from dataclasses import replace

import pytest

from realfm_gui.analysis.planning.components import PilotComponents, components_from_correlations
from realfm_gui.analysis.planning.roe_metz import classic_structure
from realfm_gui.analysis.planning.roe_metz_fit import roe_metz_like
from realfm_gui.domain.errors import UserFacingError


@pytest.mark.parametrize(("name", "auc", "b"), [("HL", 0.702, 1.0), ("LH", 0.855, 0.71), ("HH", 0.961, 1.0)])
def test_that_components_of_a_model_lead_back_to_the_model(name: str, auc: float, b: float) -> None:
    model = classic_structure(name, auc=auc, b=b).with_difference(0.01)
    found = roe_metz_like(model.components(40, 70), model.expected_aucs, n_positive=40, n_negative=70, b=b)
    assert found.separations == pytest.approx(model.separations, rel=1e-6)
    for part in ("var_r", "var_tr", "var_c", "var_tc", "var_rc", "var_error"):
        assert getattr(found, part) == pytest.approx(getattr(model, part), abs=1e-6)


def test_that_a_model_like_van_dykes_study_keeps_its_correlations_and_reader_variances() -> None:
    pilot = components_from_correlations(
        error=0.000788, correlations=(0.433, 0.430, 0.299), var_tr=0.000208, var_r=0.00154, n_cases=114
    )
    model = roe_metz_like(pilot, (0.897, 0.941), n_positive=45, n_negative=69)
    found = model.components(45, 69)
    assert (found.var_r, found.var_tr) == pytest.approx((0.00154, 0.000208), abs=1e-9)
    correlations = [getattr(found, name) / found.error for name in ("cov1", "cov2", "cov3")]
    assert correlations == pytest.approx([0.433, 0.430, 0.299], abs=1e-9)
    assert model.expected_aucs == pytest.approx((0.897, 0.941))


def test_that_negative_components_become_nil() -> None:
    pilot = PilotComponents(
        var_r=-1e-5, var_tr=-6e-4, cov1=8e-4, cov2=4.8e-4, cov3=5.1e-4, error=1.5e-3, n_cases=100
    )
    model = roe_metz_like(pilot, (0.84, 0.85), n_positive=67, n_negative=33)
    assert (model.var_r, model.var_tr, model.var_tc) == (0.0, 0.0, 0.0)


def test_that_readers_without_interaction_stay_without_at_unequal_aucs(pilot: PilotComponents) -> None:
    model = roe_metz_like(replace(pilot, var_tr=0.0), (0.80, 0.94), n_positive=45, n_negative=69)
    assert model.var_tr == 0.0
    assert model.var_r > 0


def test_that_components_no_reader_can_have_are_refused(pilot: PilotComponents) -> None:
    greedy = replace(pilot, cov1=0.9 * pilot.error, cov2=0.9 * pilot.error, cov3=0.1 * pilot.error)
    with pytest.raises(UserFacingError, match="Cov1"):
        roe_metz_like(greedy, (0.9, 0.94), n_positive=45, n_negative=69)
    with pytest.raises(UserFacingError, match="reader variance"):
        roe_metz_like(replace(pilot, var_r=0.5), (0.9, 0.94), n_positive=45, n_negative=69)
    with pytest.raises(UserFacingError, match="variance of readers"):
        roe_metz_like(replace(pilot, var_r=None), (0.9, 0.94), n_positive=45, n_negative=69)
    with pytest.raises(UserFacingError, match="AUCs"):
        roe_metz_like(pilot, (0.9, 1.0), n_positive=45, n_negative=69)
