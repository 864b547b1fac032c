"""An endpoint that says how far its resampling is, and that can be stopped between two pieces of it."""

from dataclasses import dataclass

import numpy as np

from realfm_gui.analysis.mrmc.endpoint import Bools, Endpoint, Floats, Integers, Sample
from realfm_gui.analysis.mrmc.moments import PairMoments
from realfm_gui.analysis.mrmc.observer_data import ObserverData
from realfm_gui.domain.progress import Progress

_REPLICATES_AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedEndpoint:
    """The same endpoint; its sample reports to `progress`, which may raise `Cancelled`.

    Attributes
    ----------
    endpoint : Endpoint
        What is computed.
    progress : Progress
        Told after every piece of the replicates.
    n_replicates : int
        So many in all; the engine asks for them in several calls. 0: every call is the whole.
    """

    endpoint: Endpoint
    progress: Progress
    n_replicates: int = 0

    @property
    def name(self) -> str:
        """Name of the endpoint."""
        return self.endpoint.name

    @property
    def label(self) -> str:
        """Label of the endpoint."""
        return self.endpoint.label

    @property
    def limits(self) -> tuple[float, float]:
        """Limits of the endpoint."""
        return self.endpoint.limits

    def prepare(self, data: ObserverData) -> Sample:
        """Return the endpoint's sample, watched."""
        return _WatchedSample(self.endpoint.prepare(data), self.progress, self.n_replicates)


class _WatchedSample(Sample):
    """Another sample, whose replicates are computed piece by piece."""

    def __init__(self, sample: Sample, progress: Progress, n_replicates: int) -> None:
        self._sample, self._progress, self._total = sample, progress, n_replicates
        self._done = 0

    @property
    def figures(self) -> Floats:
        """See `Sample.figures`."""
        return self._sample.figures

    @property
    def unit_strata(self) -> Integers:
        """See `Sample.unit_strata`."""
        return self._sample.unit_strata

    @property
    def takes_part(self) -> Bools:
        """See `Sample.takes_part`."""
        return self._sample.takes_part

    def weighted(self, weights: Floats, *, device: str = "cpu") -> Floats:
        """Return the same figures, computed in pieces; replicates do not depend on each other."""
        total = max(self._total, self._done + len(weights))
        parts = []
        for start in range(0, len(weights), _REPLICATES_AT_ONCE):
            self._progress(self._done + start, total, "Resampling cases")
            parts.append(self._sample.weighted(weights[start : start + _REPLICATES_AT_ONCE], device=device))
        self._done += len(weights)
        self._progress(self._done, total, "Resampling cases")
        if self._done >= total:
            self._done = 0  # whoever draws again begins anew
        return np.concatenate(parts)

    def leave_one_out(self) -> Floats:
        """See `Sample.leave_one_out`."""
        return self._sample.leave_one_out()

    def delong_covariance(self) -> Floats | None:
        """See `Sample.delong_covariance`."""
        return self._sample.delong_covariance()

    def unbiased_covariance(self) -> Floats | None:
        """See `Sample.unbiased_covariance`."""
        return self._sample.unbiased_covariance()

    def pair_moments(self) -> PairMoments | None:
        """See `Sample.pair_moments`."""
        return self._sample.pair_moments()
