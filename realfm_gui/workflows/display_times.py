"""What was displayed, for analysts: per reading and finding, in the columns of the export."""

from collections.abc import Mapping
from statistics import median
from typing import TYPE_CHECKING, Any

from realfm_gui.domain.case import Split
from realfm_gui.domain.display_record import DisplayRecord, ReadingKey
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.lesion import Lesion
from realfm_gui.domain.prediction import Prediction
from realfm_gui.domain.reading import Phase, Reading
from realfm_gui.storage import StudyStore

if TYPE_CHECKING:
    from realfm_gui.analysis.display.error_classes import ErrorClass
    from realfm_gui.analysis.display.lesion_display import DisplayThreshold, LesionDisplay
    from realfm_gui.analysis.display.reading_display import ReadingDisplay

NO_RECORD = "none"
UNREADABLE = "unreadable"


class DisplayTimes:
    """Reads the records of a study, one reading after the other; for outcomes that have been opened.

    Parameters
    ----------
    store : StudyStore
    threshold : DisplayThreshold, optional
        From when on a lesion counts as displayed.
    """

    def __init__(self, store: StudyStore, *, threshold: "DisplayThreshold | None" = None) -> None:
        self._store = store
        self._threshold = threshold
        self._lesions: dict[tuple[str, str], list[Lesion]] = {}
        for split in (Split.TRAINING, Split.READING):
            for lesion in store.read_lesions(split):
                self._lesions.setdefault((lesion.case_id, lesion.finding), []).append(lesion)
        self._calls = {
            (r.reader, r.case_id, answer.finding): answer.recall
            for r in store.readings()
            if r.phase is Phase.UNAIDED
            for answer in r.answer.findings
        }
        run = store.latest_run(store.protocol.model.name)
        self._map_range = None if run is None else run.map_range
        self._records: dict[ReadingKey, tuple[DisplayRecord | None, str]] = {}

    def columns(
        self, reading: Reading, finding: str, *, is_present: bool | None, said: Prediction | None
    ) -> Mapping[str, Any]:
        """Return the columns of one row.

        Parameters
        ----------
        reading : Reading
        finding : str
        is_present : bool or None
            The truth, None where there is none.
        said : Prediction or None
            What the AI says of this finding.
        """
        from realfm_gui.analysis.display.reading_display import reading_display

        record, state = self._record(reading, reading.phase)
        if record is None:
            return {
                "display_record": state,
                "error_class": self.error_class(reading, finding, is_present=is_present),
            }
        lesions = self.lesions(reading, finding)
        best = max(lesions, key=lambda lesion: (lesion.displayed_s, lesion.any_s), default=None)
        on_ai_s = self._time_on_ai(record, said) if reading.phase is Phase.AIDED else None
        return {
            "display_record": state,
            **_numbers(reading_display(record)),
            "display_ai_region_s": on_ai_s,
            "display_lesion": None if best is None else best.displayed.value,
            "display_lesion_s": None if best is None else round(best.displayed_s, 3),
            "error_class": self.error_class(reading, finding, is_present=is_present),
        }

    def lesions(self, reading: Reading, finding: str) -> "list[LesionDisplay]":
        """Return how each lesion of a case was displayed up to the answer of this reading."""
        from realfm_gui.analysis.display.lesion_display import lesion_display
        from realfm_gui.workflows.display_times_regions import lesion_regions

        phases = (Phase.UNAIDED,) if reading.phase is Phase.UNAIDED else (Phase.UNAIDED, Phase.AIDED)
        records = [r for r, _ in (self._record(reading, phase) for phase in phases) if r is not None]
        return [
            lesion_display(records, lesion_regions(lesion), self._threshold)
            for lesion in self._lesions.get((reading.case_id, finding), [])
        ]

    def error_class(self, reading: Reading, finding: str, *, is_present: bool | None) -> "ErrorClass | None":
        """Return why the call of a reading was wrong; None where it is right, or not known to be wrong."""
        from realfm_gui.analysis.display.error_classes import error_class

        answer = next((a for a in reading.answer.findings if a.finding == finding), None)
        if answer is None or is_present is None:
            return None
        is_aided = reading.phase is Phase.AIDED
        phases = (Phase.UNAIDED, Phase.AIDED) if is_aided else (Phase.UNAIDED,)
        records = [self._record(reading, phase)[0] for phase in phases]
        return error_class(
            is_present=is_present,
            call=answer.recall,
            unaided_call=self._calls.get((reading.reader, reading.case_id, finding)) if is_aided else None,
            lesions=self.lesions(reading, finding) if any(records) else (),
            is_recorded=all(record is not None and record.is_complete for record in records),
        )

    def _time_on_ai(self, record: DisplayRecord, said: Prediction | None) -> float | None:
        from realfm_gui.analysis.display.dwell import time_on_regions
        from realfm_gui.workflows.display_times_regions import ai_regions, sizes_of

        regions = [] if said is None else ai_regions(said, sizes_of([record]), self._map_range)
        return round(time_on_regions(record, regions).displayed_s, 3) if regions else None

    def _record(self, reading: Reading, phase: Phase) -> tuple[DisplayRecord | None, str]:
        key = ReadingKey(reader=reading.reader, case_id=reading.case_id, phase=phase)
        if key not in self._records:
            if len(self._records) > 1 and not any(k.case_id == key.case_id for k in self._records):
                self._records.clear()  # rows come case by case: an hour of reading is not kept in memory
            self._records[key] = self._read(key)
        return self._records[key]

    def _read(self, key: ReadingKey) -> tuple[DisplayRecord | None, str]:
        try:
            record = self._store.read_display(key)
        except UserFacingError:
            return None, UNREADABLE
        if record is None:
            return None, NO_RECORD
        return record, "complete" if record.is_complete else "incomplete"


def _numbers(display: "ReadingDisplay") -> dict[str, Any]:
    return {
        "display_slices": display.slices_displayed,
        "display_slices_of": display.slices_total,
        "display_s": round(display.picture_s, 3),
        "display_s_per_slice": round(median(display.slice_s.values()), 3) if display.slice_s else None,
        "display_ai_s": round(display.ai_s, 3),
        "display_cuts_s": round(display.cuts_s, 3),
        "display_windows": display.windows,
        "display_largest_zoom": round(display.largest_zoom, 4) or None,
    }
