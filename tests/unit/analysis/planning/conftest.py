"""A pilot study's components for the planning tests."""

import pytest

from realfm_gui.analysis.planning.components import PilotComponents


@pytest.fixture
def pilot() -> PilotComponents:
    """Components of the size that AUCs of five readers and about a hundred cases have."""
    return PilotComponents(
        var_r=0.0015,
        var_tr=0.0002,
        cov1=0.00035,
        cov2=0.00034,
        cov3=0.00024,
        error=0.0008,
        n_cases=114,
        n_readers=5,
    )
