"""Analyse a file of ratings: read it, ask one question of it, and say where the numbers come from."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from realfm_gui import __version__
from realfm_gui.analysis.endpoints.by_name import Value, endpoint_from_name
from realfm_gui.analysis.mrmc.analysis import Method, Request, Result, analyse_readers
from realfm_gui.analysis.mrmc.covariance import CovarianceMethod
from realfm_gui.analysis.mrmc.observer_data import ObserverData
from realfm_gui.analysis.mrmc.obuchowski_rockette import Options
from realfm_gui.analysis.mrmc.result_json import result_json
from realfm_gui.analysis.mrmc.results import Inference
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.progress import Progress, silent
from realfm_gui.formats.froc_marks import truth_beside
from realfm_gui.formats.problems import Problem
from realfm_gui.formats.ratings_file import USUAL_COLUMNS, ColumnNames
from realfm_gui.formats.reading import read_ratings
from realfm_gui.workflows.watched_endpoint import WatchedEndpoint

SMALLEST_ALPHA = 1e-12
"""Beyond, quantiles are no longer numbers."""
_FEWEST_REPLICATES = 100
_MARKS_FORMAT = "FROC marks"
"""The format whose truth stands in a file of its own, found beside it where none is named."""
_FEWER_IS_BETTER = ("max-nlf", "max-nlf-all-cases")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What to ask of a file of ratings.

    Attributes
    ----------
    endpoint : str
        Its name, as `endpoint_from_name` knows it.
    parameters : mapping of str to float, str or None
        What the endpoint needs; None where it was not given.
    method, covariance, inference, design : str
        Values of `Method`, `CovarianceMethod`, `Inference`; ``auto`` or a value of `Design`.
    alpha : float
        One minus the confidence level.
    margin : float or None
        Largest loss that still counts as no loss.
    algorithm : str or None
        Name of the reader that is an algorithm.
    finding : str or None
        Which finding, where the file holds several.
    device : str
        ``auto``, ``cpu`` or ``cuda``.
    n_replicates, seed : int
        Of the bootstrap covariance.
    """

    endpoint: str = "auc"
    parameters: Mapping[str, Value | None] = field(default_factory=dict)
    method: str = "or"
    covariance: str = "jackknife"
    inference: str = "rrrc"
    design: str = "auto"
    alpha: float = 0.05
    margin: float | None = None
    algorithm: str | None = None
    finding: str | None = None
    device: str = "auto"
    n_replicates: int = 2000
    seed: int = 1

    def __post_init__(self) -> None:
        if not SMALLEST_ALPHA <= self.alpha < 1:
            raise UserFacingError(
                f"Alpha is {self.alpha:g}.", hint="Give a number between 0 and 1, e.g. --alpha 0.05."
            )
        if self.margin is not None and not 0 < self.margin < float("inf"):
            raise UserFacingError(
                f"The margin is {self.margin:g}.",
                hint="Give the largest loss to accept as a number above 0, e.g. --margin 0.05.",
            )
        if self.n_replicates < _FEWEST_REPLICATES:
            raise UserFacingError(
                f"{self.n_replicates} replicates give no usable variance.",
                hint=f"Ask for {_FEWEST_REPLICATES} or more; 2000 are usual.",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The file the numbers come from.

    `sha256` is the hash of the file, `truth_sha256` that of the truth file beside it, where there is one;
    `notes` say what was assumed, `problems` which rows hold no rating: the first of `n_without_rating`.
    """

    name: str
    sha256: str
    format: str
    truth_name: str | None
    truth_sha256: str | None
    notes: tuple[str, ...]
    problems: tuple[Problem, ...]
    n_without_rating: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysedFile:
    """A file of ratings analysed.

    `data` holds everybody, the algorithm included; `result.data` the readers only.
    """

    source: Source
    data: ObserverData
    result: Result

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON types; keys that need a margin are there without one, too, and null."""
        found = result_json(self.result, version=__version__)
        for comparison in (*found["comparisons"], *filter(None, [found["ai"]]), *found["ai_by_modality"]):
            comparison.setdefault("noninferiority", None)
        source = self.source
        found["source"] = {
            "file": source.name,
            "sha256": source.sha256,
            "format": source.format,
            "truth_file": source.truth_name,
            "truth_sha256": source.truth_sha256,
            "notes": list(source.notes),
            "rows_without_rating": source.n_without_rating,
        }
        found["device"] = self.result.request.device
        return found


def analyse_ratings(
    path: Path,
    question: Question,
    *,
    truth_path: Path | None = None,
    columns: ColumnNames = USUAL_COLUMNS,
    progress: Progress = silent,
) -> AnalysedFile:
    """Read a file of ratings or marks and analyse it.

    Parameters
    ----------
    path, truth_path, columns
        See `read_ratings`.
    question : Question
        What to compute.
    progress : Progress
        Told while replicates are drawn; it may raise `Cancelled`.

    Raises
    ------
    UserFacingError
        If the file cannot be used (then a `BadRatingsFile` with every problem), or cannot answer the
        question.
    """
    endpoint = endpoint_from_name(question.endpoint, **question.parameters)
    request = Request(
        endpoint=WatchedEndpoint(endpoint=endpoint, progress=progress, n_replicates=question.n_replicates),
        method=Method(question.method),
        covariance=CovarianceMethod(question.covariance),
        options=Options(
            inference=Inference(question.inference),
            alpha=question.alpha,
            margin=question.margin,
            limits=endpoint.limits,
        ),
        design=question.design,
        algorithm=question.algorithm,
        n_replicates=question.n_replicates,
        seed=question.seed,
        device=device_for(question),
    )
    _refuse_contradiction(request)
    _refuse_turned_scale(request)
    _refuse_study_folder(path)
    # Before they are read, so that a file that changes in between is not vouched for by a later hash.
    truth = truth_path or truth_beside(path)
    sha256, truth_sha256 = _sha256(path), None if truth is None else _sha256(truth)
    file = read_ratings(path, truth_path=truth_path, columns=columns)
    data = _one_finding(file.data, question.finding)
    result = analyse_readers(data, request)
    if truth_path is None and file.format != _MARKS_FORMAT:
        truth = truth_sha256 = None
    return AnalysedFile(
        source=Source(
            name=path.name,
            sha256=sha256,
            format=file.format,
            truth_name=None if truth is None else truth.name,
            truth_sha256=truth_sha256,
            notes=file.notes,
            problems=file.problems,
            n_without_rating=file.n_without_rating,
        ),
        data=data,
        result=replace(result, request=replace(request, endpoint=endpoint)),
    )


def device_for(question: Question) -> str:
    """Return where to compute, as torch names it.

    Only replicates are worth a graphics processor, and loading torch to find one takes seconds, so ``auto``
    looks only where there are some. Apple's has no float64, so ``auto`` never takes it.

    Raises
    ------
    UserFacingError
        If the device that was asked for is not there.
    """
    from realfm_gui.models.device import choose_device

    if question.device != "auto":
        return "cpu" if question.device == "cpu" else choose_device(question.device)
    if question.covariance != CovarianceMethod.BOOTSTRAP or question.method == Method.USTAT:
        return "cpu"
    found = choose_device("auto")
    return found if found.startswith("cuda") else "cpu"


def _refuse_contradiction(request: Request) -> None:
    if request.method is Method.USTAT and request.covariance is not CovarianceMethod.JACKKNIFE:
        if request.covariance is CovarianceMethod.UNBIASED:
            return
        raise UserFacingError(
            f"U-statistics have their own, unbiased covariance; {request.covariance.value} does not go with "
            "them.",
            hint="Leave --covariance out, or use --method or.",
        )


def _refuse_study_folder(path: Path) -> None:
    """Refuse a study of this program: whoever looks at its outcomes is recorded, which a file cannot do."""
    if (path / "study.sqlite").is_file():
        raise UserFacingError(
            f"{path.name} is a study folder, and this command reads files of ratings.",
            hint=f"Export it first: realfm export {path} --out FOLDER writes mrmc_ratings.csv.",
        )


def _refuse_turned_scale(request: Request) -> None:
    """Refuse what would be read the wrong way round: margins and "outperformed" take more as better."""
    if request.endpoint.name in _FEWER_IS_BETTER and (request.options.margin or request.algorithm):
        raise UserFacingError(
            f"{request.endpoint.label} counts false marks, so less is better, and neither a margin nor an "
            "algorithm can be judged by it.",
            hint="Leave --margin and --ai out, or choose another endpoint.",
        )


def _one_finding(data: ObserverData, name: str | None) -> ObserverData:
    names = tuple(dict.fromkeys(data.findings))
    if name is None:
        if len(names) > 1:
            raise UserFacingError(
                f"The file holds {len(names)} findings: {', '.join(names)}. One is analysed at a time.",
                hint="Choose one: --finding NAME.",
            )
        return data
    if name not in names:
        known = f"Its findings are: {', '.join(names)}." if names else "It has no column for the finding."
        raise UserFacingError(f"The file has no finding called {name!r}.", hint=known)
    return data.with_only(cases=np.array([each == name for each in data.findings]))


def _sha256(path: Path) -> str:
    if not path.is_file():
        return ""  # reading it says what it is instead
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
