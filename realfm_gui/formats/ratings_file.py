"""What reading a file of ratings gives."""

from dataclasses import dataclass

from realfm_gui.analysis.mrmc.observer_data import ObserverData
from realfm_gui.formats.problems import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnNames:
    """Names of the columns of a table where they are not the usual ones; None means "find it".

    Attributes
    ----------
    reader, modality, case, truth, rating : str or None
        What every table of ratings has (a table of one modality may do without that column).
    patient, finding, weight : str or None
        Whose case it is; which finding it is about; how many cases of the population it stands for.
    mark, lesion : str or None
        Of a table of marks: lesion (LL, TP) or not (NL, FP), and which lesion of the case.
    """

    reader: str | None = None
    modality: str | None = None
    case: str | None = None
    truth: str | None = None
    rating: str | None = None
    patient: str | None = None
    finding: str | None = None
    weight: str | None = None
    mark: str | None = None
    lesion: str | None = None


USUAL_COLUMNS = ColumnNames()
"""Every column is found by its usual names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingsFile:
    """A file of ratings that could be read.

    Attributes
    ----------
    data : ObserverData
        What it holds.
    format : str
        What kind of file it is, in words.
    notes : tuple of str
        What was assumed, left out or put right, a sentence each.
    problems : tuple of Problem
        Rows that hold no rating and count as cases that were not read (at most `problems.MOST_LISTED`).
    n_without_rating : int
        How many such rows there are.
    """

    data: ObserverData
    format: str
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    n_without_rating: int = 0
