"""The study folder: event log, projections, images, predictions and sealed files."""

from realfm_gui.storage.sealed import SourceRecord
from realfm_gui.storage.study_store import StudyStore
from realfm_gui.storage.verify import verify_study
from realfm_gui.storage.verify_report import Problem, VerifyReport

__all__ = ["Problem", "SourceRecord", "StudyStore", "VerifyReport", "verify_study"]
