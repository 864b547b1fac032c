"""What the cases of a pilot study are, for the plan that starts from it."""

from dataclasses import replace

import numpy as np

from realfm_gui.analysis.mrmc.analysis import Result
from realfm_gui.analysis.planning.design import StudyDesign
from realfm_gui.domain.errors import UserFacingError


def cases_counted(result: Result) -> str:
    """Return ``positive`` or ``negative`` where an endpoint looks at such cases only, otherwise nothing."""
    data = result.data
    by_case = replace(data, clusters=np.arange(len(data.cases)))
    enters = result.request.endpoint.prepare(by_case).takes_part
    for kind, is_of_kind in (("positive", data.is_positive), ("negative", ~data.is_positive)):
        if not enters[~is_of_kind].any():
            return kind
    return ""


def refuse_clusters_twice(result: Result, design: StudyDesign) -> None:
    """Refuse to describe clusters to a plan whose pilot has them already.

    Raises
    ------
    UserFacingError
        If the pilot's cases belong to patients and the plan is told of units per patient, too.
    """
    is_clustered = len(np.unique(result.data.clusters)) < len(result.data.cases)
    if is_clustered and (design.units_per_patient != 1 or design.intracluster_correlation != 0):
        raise UserFacingError(
            "The pilot names patients with several cases, so its components allow for them already; "
            "--cluster-size and --icc would count them twice.",
            hint="Leave --cluster-size and --icc out: numbers then count patients like the pilot's.",
        )
