"""What other programs need to repeat a study's primary analysis: the ratings, and a script for R."""

from pathlib import Path

from realfm_gui.analysis.missing_data import complete_cases
from realfm_gui.analysis.mrmc.analysis import Request, analyse_readers
from realfm_gui.analysis.mrmc.observer_data import ObserverData, observer_data
from realfm_gui.analysis.mrmc.obuchowski_rockette import Options
from realfm_gui.analysis.mrmc.results import Inference
from realfm_gui.analysis.mrmc.roc_endpoints import EmpiricalAuc
from realfm_gui.analysis.study_data import AIDED, UNAIDED, StudyData
from realfm_gui.analysis.two_modalities import inference_for
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.formats.write_tables import write_imrmc_frame_csv, write_tidy_csv
from realfm_gui.reporting.r_script import r_script
from realfm_gui.workflows.written_results import write_whole_text

RATINGS, IMRMC, SCRIPT = "mrmc_ratings.csv", "mrmc_imrmc.csv", "confirm.R"


def primary_ratings(data: StudyData) -> ObserverData | None:
    """Return the ratings behind the primary endpoint, None where there is none.

    They are the complete cases of the study's own analysis, every case counted as independent as it is
    there. Aided comes first, so that first minus second is the study's difference.
    """
    used = complete_cases(data).data
    if not used.reader_ids or not used.case_ids:
        return None
    return observer_data(
        used.scores[[AIDED, UNAIDED]],
        used.truth,
        modalities=("aided", "unaided"),
        readers=used.reader_ids,
        cases=used.case_ids,
    )


def write_for_other_programs(data: StudyData, folder: Path) -> list[Path]:
    """Write ``mrmc_ratings.csv``, ``mrmc_imrmc.csv`` and ``confirm.R``; return what was written.

    A study that cannot be analysed yet has no script, and one without complete cases has none of the three.

    Raises
    ------
    UserFacingError
        If a file cannot be written.
    """
    ratings = primary_ratings(data)
    # What an earlier export left there would not belong to these ratings.
    if ratings is None:
        _remove(folder, RATINGS, IMRMC, SCRIPT)
        return []
    write_tidy_csv(ratings, folder / RATINGS)
    write_imrmc_frame_csv(ratings, folder / IMRMC)
    written = [folder / RATINGS, folder / IMRMC]
    # With few readers the study speaks for these readers only; the script repeats what the study says.
    inference, _ = inference_for(len(ratings.readers), Inference.RRRC)
    options = Options(alpha=data.alpha, margin=data.margin_auc, inference=inference)
    request = Request(endpoint=EmpiricalAuc(), options=options)
    try:
        result = analyse_readers(ratings, request)
    except UserFacingError:
        _remove(folder, SCRIPT)
        return written  # too little to analyse; the report says what is missing
    write_whole_text(folder / SCRIPT, r_script(result, RATINGS))
    return [*written, folder / SCRIPT]


def _remove(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).unlink(missing_ok=True)
