"""The front door: one study, one endpoint, every modality, every reader, and the algorithm."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from realfm_gui.analysis.estimate import wald_estimate
from realfm_gui.analysis.mrmc import sentences
from realfm_gui.analysis.mrmc.algorithm import AlgorithmComparison, compare_with_algorithm
from realfm_gui.analysis.mrmc.covariance import CovarianceMethod, error_covariance
from realfm_gui.analysis.mrmc.design import Design, Reads, check_design, recognise_design
from realfm_gui.analysis.mrmc.endpoint import Endpoint, Sample
from realfm_gui.analysis.mrmc.exact_bounds import with_exact_bounds
from realfm_gui.analysis.mrmc.mixed_readers import analyse_mixed_readers
from realfm_gui.analysis.mrmc.moments import PairMoments
from realfm_gui.analysis.mrmc.observer_data import ObserverData
from realfm_gui.analysis.mrmc.obuchowski_rockette import (
    Options,
    analyse_crossed_readers,
    analyse_nested_readers,
    compared,
)
from realfm_gui.analysis.mrmc.results import Analysis, Comparison, Inference, ReaderFigure
from realfm_gui.analysis.mrmc.u_statistics import analyse_u_statistics
from realfm_gui.domain.errors import UserFacingError

Floats = NDArray[np.float64]


class Method(StrEnum):
    """Which analysis: Obuchowski and Rockette's, or Gallas' one-shot U-statistics."""

    OR = "or"
    USTAT = "ustat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to compute.

    Attributes
    ----------
    endpoint : Endpoint
        The figure of merit.
    method : Method
        Obuchowski-Rockette needs every reader in every modality, or every reader in one; U-statistics take
        any design, and weigh readers by what they read.
    covariance : CovarianceMethod
        Error covariance for Obuchowski-Rockette; U-statistics have their own, unbiased one.
    options : Options
        Inference, confidence level, margin, conventions.
    design : str
        ``auto``, or the design the data must have.
    algorithm : str or None
        Name of the reader that is an algorithm.
    n_replicates, seed : int
        Of the bootstrap covariance.
    device : str
        Where heavy parts are computed, as torch names it.
    """

    endpoint: Endpoint
    method: Method = Method.OR
    covariance: CovarianceMethod = CovarianceMethod.JACKKNIFE
    options: Options = field(default_factory=Options)
    design: str = "auto"
    algorithm: str | None = None
    n_replicates: int = 2000
    seed: int = 1
    device: str = "cpu"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A study analysed.

    Attributes
    ----------
    request : Request
        What was asked; `inference` is what was done (one reader is always fixed).
    data : ObserverData
        The readers' data, without the algorithm.
    reads : Reads
        The design.
    reader_figures : tuple of ReaderFigure
        Per modality and reader (and the algorithm), cases random.
    reader_comparisons : tuple
        ``(reader, Comparison)`` of every reader and pair of modalities, cases random.
    analysis : Analysis
        Means, differences, global test, components.
    algorithms : tuple of AlgorithmComparison
        Per modality of the readers; the first is the one to report.
    warnings : tuple of str
        What has to be said.
    """

    request: Request
    inference: Inference
    data: ObserverData
    reads: Reads
    reader_figures: tuple[ReaderFigure, ...]
    reader_comparisons: tuple[tuple[str, Comparison], ...]
    analysis: Analysis
    algorithms: tuple[AlgorithmComparison, ...]
    warnings: tuple[str, ...]


def analyse_readers(data: ObserverData, request: Request) -> Result:
    """Analyse one endpoint of a study.

    Raises
    ------
    UserFacingError
        If the data cannot give the endpoint, have another design than asked for, or hold several findings.
    """
    _require_one_finding(data)
    _require_equal_weights(data, request)
    algorithm = _algorithm_index(data, request.algorithm)
    data, notes = _cases_of_people(data, algorithm)
    sample = request.endpoint.prepare(data)
    figures = sample.figures
    people, modalities = _people_and_modalities(figures, algorithm)
    readers_only = data.with_only(readers=people, modalities=modalities)
    reads = replace(recognise_design(readers_only), has_reader=~np.isnan(figures[np.ix_(modalities, people)]))
    check_design(reads.design, request.design)
    options, about_inference = _possible_inference(reads, request.options)
    method = CovarianceMethod.UNBIASED if request.method is Method.USTAT else request.covariance
    covariance = error_covariance(
        sample, method, n_replicates=request.n_replicates, seed=request.seed, device=request.device
    )
    observers = _Places(n_readers=len(data.readers)).of(modalities, people)
    own_figures = figures[np.ix_(modalities, people)]
    own_covariance = covariance.matrix[np.ix_(observers, observers)]
    analysis = _analysis(
        sample,
        own_figures,
        own_covariance,
        observers,
        readers_only.modalities,
        reads,
        request=replace(request, options=options),
    )
    if request.endpoint.name == "auc":
        analysis = with_exact_bounds(analysis, readers_only, alpha=options.alpha)
    said = [
        *notes,
        *_without_figures(data, figures, algorithm, request.endpoint.label),
        *sentences.of_data(readers_only, reads),
        *_of_method(method, reads, readers_only, request),
        *about_inference,
        *sentences.of_still_readers(own_figures, np.diag(own_covariance)),
        *analysis.warnings,
        *covariance.notes,
    ]
    return Result(
        request=request,
        inference=options.inference,
        data=readers_only,
        reads=reads,
        reader_figures=_reader_figures(data, figures, covariance.matrix, options),
        reader_comparisons=_reader_comparisons(readers_only, own_figures, own_covariance, options),
        analysis=analysis,
        algorithms=_algorithms(data, figures, covariance.matrix, algorithm, people, modalities, options),
        warnings=tuple(dict.fromkeys(said)),
    )


@dataclass(frozen=True, slots=True)
class _Places:
    """Where (modality, reader) stands in ``figures.ravel()``."""

    n_readers: int

    def of(self, modalities: list[int], readers: list[int]) -> NDArray[np.int64]:
        return np.array([m * self.n_readers + r for m in modalities for r in readers], dtype=np.int64)


def _of_method(method: CovarianceMethod, reads: Reads, data: ObserverData, request: Request) -> list[str]:
    found = []
    if request.method is Method.USTAT and reads.design is Design.PARTIALLY_PAIRED:
        found.append(sentences.GAPS_IN_U_STATISTICS)
    if method is CovarianceMethod.UNBIASED and len(np.unique(np.bincount(data.clusters))) > 1:
        found.append(sentences.UNEQUAL_PATIENTS)
    return found


def _cases_of_people(data: ObserverData, algorithm: int) -> tuple[ObserverData, list[str]]:
    """Return the study with the cases that somebody read, algorithm aside, and what was left out."""
    people = np.arange(len(data.readers)) != algorithm
    was_read: NDArray[np.bool_] = np.any(data.was_read[:, people], axis=(0, 1))
    if was_read.all() or not was_read.any():
        return data, []
    note = (
        f"{int((~was_read).sum())} cases that no reader read were left out, of the algorithm too: it is "
        f"compared on the readers' {int(was_read.sum())} cases."
    )
    return data.with_only(cases=was_read), [note]


def _without_figures(data: ObserverData, figures: Floats, algorithm: int, endpoint: str) -> list[str]:
    """Say which readers give no figure at all; they are not part of the analysis."""
    nowhere = np.isnan(figures).all(axis=0) & data.was_read.any(axis=(0, 2))
    return [
        f"{data.readers[index]} has no {endpoint}: too few cases of a kind were read. "
        "The analysis is without this reader."
        for index in np.flatnonzero(nowhere)
        if index != algorithm
    ]


def _possible_inference(reads: Reads, options: Options) -> tuple[Options, list[str]]:
    """Return options with fixed readers where a modality has a single one: nothing tells readers apart."""
    n_readers = reads.has_reader.shape[1]
    if reads.has_reader.sum(axis=1).min() > 1:
        return options, []
    said = sentences.ONE_READER if n_readers == 1 else sentences.ONE_READER_SOMEWHERE
    return replace(options, inference=Inference.FRRC), [said]


def _require_equal_weights(data: ObserverData, request: Request) -> None:
    """Refuse what is biased under sampling weights: the level of the ratings would not cancel."""
    is_unbiased = request.method is Method.USTAT or request.covariance is CovarianceMethod.UNBIASED
    if is_unbiased and not np.allclose(data.weights, data.weights[0]):
        raise UserFacingError(
            "Unbiased covariances and U-statistics do not hold for cases with different sampling weights.",
            hint="Use Obuchowski-Rockette with the jackknife.",
        )


def _require_one_finding(data: ObserverData) -> None:
    names = sorted(set(data.findings))
    if len(names) > 1:
        raise UserFacingError(
            f"The data hold {len(names)} findings: {', '.join(names)}. One is analysed at a time.",
            hint="Choose one of them.",
        )


def _algorithm_index(data: ObserverData, name: str | None) -> int:
    if name is None:
        return -1
    if name not in data.readers:
        raise UserFacingError(
            f"There is no reader named {name!r} to be the algorithm.",
            hint=f"The readers are: {', '.join(data.readers)}.",
        )
    return data.readers.index(name)


def _people_and_modalities(figures: Floats, algorithm: int) -> tuple[list[int], list[int]]:
    """Return the readers and the modalities that have figures of merit, the algorithm aside."""
    has_figure = ~np.isnan(figures)
    if algorithm >= 0:
        has_figure[:, algorithm] = False
    people, modalities = np.flatnonzero(has_figure.any(axis=0)), np.flatnonzero(has_figure.any(axis=1))
    if not len(people):
        raise UserFacingError(
            "No reader has a figure of merit.",
            hint="Every reader needs reads of positive and of negative cases.",
        )
    return people.tolist(), modalities.tolist()


def _analysis(
    sample: Sample,
    figures: Floats,
    covariance: Floats,
    observers: NDArray[np.int64],
    modalities: tuple[str, ...],
    reads: Reads,
    *,
    request: Request,
) -> Analysis:
    if request.method is Method.USTAT:
        if request.options.inference is Inference.RRFC:
            raise UserFacingError(
                "U-statistics here speak for random cases.", hint="Use 'or' for fixed cases (rrfc)."
            )
        moments = sample.pair_moments()
        if moments is None:
            raise UserFacingError(
                "This endpoint on these data has no U-statistic.",
                hint="It has to count pairs or average cases, and no patient may have positive and negative "
                "cases. Use Obuchowski-Rockette with the jackknife.",
            )
        return analyse_u_statistics(
            _moments_of(moments, observers), reads.has_reader, modalities, request.options
        )
    if not np.isnan(figures).any():
        return analyse_crossed_readers(figures, covariance, modalities, request.options)
    if reads.design is Design.READERS_IN_MODALITIES:
        return analyse_nested_readers(figures, covariance, modalities, request.options)
    return analyse_mixed_readers(figures, covariance, modalities, request.options)


def _moments_of(moments: PairMoments, observers: NDArray[np.int64]) -> PairMoments:
    pairs = (slice(None), observers[:, np.newaxis], observers)
    return PairMoments(
        won=moments.won[pairs],
        count=moments.count[pairs],
        total=moments.total[observers],
        n_pairs=moments.n_pairs[observers],
    )


def _reader_figures(
    data: ObserverData, figures: Floats, covariance: Floats, options: Options
) -> tuple[ReaderFigure, ...]:
    variances = np.diag(covariance).reshape(figures.shape)
    return tuple(
        ReaderFigure(
            modality=modality,
            reader=reader,
            estimate=wald_estimate(
                float(figures[m, r]),
                float(variances[m, r]),
                df=None,
                alpha=options.alpha,
                limits=options.limits,
                is_level=True,
                zero_variance_note=sentences.NO_SPREAD_OF_MEAN,
            ),
        )
        for m, modality in enumerate(data.modalities)
        for r, reader in enumerate(data.readers)
        if not np.isnan(figures[m, r])
    )


def _reader_comparisons(
    data: ObserverData, figures: Floats, covariance: Floats, options: Options
) -> tuple[tuple[str, Comparison], ...]:
    n_modalities, n_readers = figures.shape
    found = []
    for reader, name in enumerate(data.readers):
        present = [m for m in range(n_modalities) if not np.isnan(figures[m, reader])]
        for position, first in enumerate(present):
            for second in present[position + 1 :]:
                a, b = first * n_readers + reader, second * n_readers + reader
                difference = wald_estimate(
                    float(figures[first, reader] - figures[second, reader]),
                    float(covariance[a, a] + covariance[b, b] - 2 * covariance[a, b]),
                    df=None,
                    alpha=options.alpha,
                    zero_variance_note=sentences.NO_SPREAD,
                )
                pair = compared(data.modalities[first], data.modalities[second], difference, margin=None)
                found.append((name, pair))
    return tuple(found)


def _algorithms(
    data: ObserverData,
    figures: Floats,
    covariance: Floats,
    algorithm: int,
    people: list[int],
    modalities: list[int],
    options: Options,
) -> tuple[AlgorithmComparison, ...]:
    if algorithm < 0:
        return ()
    own = np.flatnonzero(~np.isnan(figures[:, algorithm])).tolist()
    if not own:
        raise UserFacingError(
            f"The algorithm {data.readers[algorithm]!r} has no figure of merit.",
            hint="It needs scores of positive and of negative cases.",
        )
    found = []
    # The algorithm's own modality first, where readers read in it; then the others as they come.
    for modality in sorted(modalities, key=lambda m: m not in own):
        scored_in = modality if modality in own else own[0]
        readers = [r for r in people if not np.isnan(figures[modality, r])]
        places = [modality * len(data.readers) + r for r in readers]
        places.append(scored_in * len(data.readers) + algorithm)
        found.append(
            compare_with_algorithm(
                figures[modality, readers],
                float(figures[scored_in, algorithm]),
                covariance[np.ix_(places, places)],
                modality=data.modalities[modality],
                options=options,
            )
        )
    return tuple(found)
