"""What the statistics start from is what the record says, cell for cell."""

from pathlib import Path

import numpy as np

from realfm_gui.domain.events import EventKind
from realfm_gui.domain.reading import CaseAnswer, CaseFlag, FindingAnswer, PhaseTimes
from realfm_gui.workflows.reading import lock_unaided, open_next, reveal_ai, start_session, submit_aided
from realfm_gui.workflows.study_arrays import study_arrays
from tests.small_study import make_study


def rating(likelihood: int, *flags: CaseFlag) -> CaseAnswer:
    answer = FindingAnswer(finding="nodule", likelihood=likelihood, recall=likelihood > 50, confidence=2)
    return CaseAnswer(findings=(answer,), flags=frozenset(flags))


def test_that_every_answer_reaches_its_cell_and_flags_are_counted_apart(tmp_path: Path) -> None:
    given: dict[str, tuple[int, int]] = {}
    with make_study(tmp_path / "s.study", training=1, reading=4) as store:
        session = start_session(store, "anna")
        store.append(EventKind.OUTCOMES_OPENED, {"complete": False}, actor="analyst")
        number = 0
        while (case := open_next(store, session)) is not None:
            case_id = case.case.case_id
            flags = {2: (CaseFlag.NON_DIAGNOSTIC,), 3: (CaseFlag.TECHNICAL_FAULT,), 4: (CaseFlag.REMEMBERED,)}
            lock_unaided(store, session, case_id, rating(10 + number), PhaseTimes(active_ms=1000 + number))
            reveal_ai(store, session, case_id)
            second = rating(60 + number, *flags.get(number, ()))
            submit_aided(store, session, case_id, second, PhaseTimes(active_ms=500 + number))
            given[case_id] = (10 + number, 60 + number)
            number += 1
        data = study_arrays(store, store.protocol.findings[0])
        practice = {case.case_id for case in store.cases() if case.split == "training"}
        run = store.latest_run("efficientnet-lite0")
        assert run is not None
        [failed] = [failure.case_id for failure in run.failures]
    assert data.reader_ids == ("anna", "ben", "robot")
    assert not practice & set(data.case_ids)
    order = list(given)
    for column, case_id in enumerate(data.case_ids):
        unaided, aided = given[case_id]
        place = order.index(case_id)
        assert data.scores[0, 0, column] == unaided
        assert data.calls[0, 0, column] == 0.0
        assert data.active_ms[0, 0, column] == 1000 + place
        if place in (2, 3):  # flagged as not assessable: no rating, but the time was spent
            assert np.isnan(data.scores[1, 0, column])
        else:
            assert data.scores[1, 0, column] == aided
        assert data.active_ms[1, 0, column] == 500 + place
        assert np.isnan(data.ai_scores[column]) == (case_id == failed)
    assert np.isnan(data.scores[:, 1:]).all()
    assert data.non_diagnostic.tolist() == [[0, 0, 0], [1, 0, 0]]
    assert data.technical_faults is not None
    assert data.technical_faults.tolist() == [[0, 0, 0], [1, 0, 0]]
    assert (data.remembered, data.early_looks, data.planned_readings) == (1, 1, 24)
    assert data.is_primary
    assert data.patient_ids is not None
    assert len(set(data.patient_ids)) == 4
