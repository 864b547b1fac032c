"""The analysis of variance of jackknife pseudovalues, and why it is the same analysis.

Dorfman, Berbaum and Metz treat pseudovalues as observations of a readers x modalities x cases table. With
Hillis' degrees of freedom it gives the F, the degrees of freedom and the interval of Obuchowski and Rockette
with the jackknife: MS_TC and MS_TRC are linear in Cov1, Cov2, Cov3 and the error variance. It is here for its
variance components, and to show the equality.

References
----------
.. [1] Dorfman DD, Berbaum KS, Metz CE. Invest Radiol 1992;27(9):723-731.
.. [2] Hillis SL, Obuchowski NA, Schartz KM, Berbaum KS. Stat Med 2005;24(10):1579-1607.
.. [3] Hillis SL, Berbaum KS, Metz CE. Acad Radiol 2008;15(5):647-661.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from realfm_gui.analysis.mrmc.results import VarianceComponents
from realfm_gui.analysis.random_readers import hillis_df

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PseudovalueAnalysis:
    """Mean squares of modalities (T), readers (R) and cases (C), and what follows from them.

    `statistic`, `df1`, `df2` test that all modalities are alike with readers and cases random.
    """

    ms_t: float
    ms_r: float
    ms_c: float
    ms_tr: float
    ms_tc: float
    ms_rc: float
    ms_trc: float
    n_modalities: int
    n_readers: int
    n_cases: int

    @property
    def denominator(self) -> float:
        """Denominator of F, the case term cut at nil as in Obuchowski and Rockette's analysis."""
        return self.ms_tr + max(self.ms_tc - self.ms_trc, 0.0)

    @property
    def statistic(self) -> float:
        """F with readers and cases random."""
        return self.ms_t / self.denominator

    @property
    def df1(self) -> int:
        """Degrees of freedom of the modalities."""
        return self.n_modalities - 1

    @property
    def df2(self) -> float | None:
        """Hillis' degrees of freedom; None without limit."""
        return hillis_df(self.denominator, self.ms_tr, self.df1 * (self.n_readers - 1))

    @property
    def components(self) -> dict[str, float]:
        """Variance components of the random-effects model, as estimated: they can be negative."""
        t, r, c = self.n_modalities, self.n_readers, self.n_cases
        return {
            "var_r": (self.ms_r - self.ms_tr - self.ms_rc + self.ms_trc) / (t * c),
            "var_c": (self.ms_c - self.ms_tc - self.ms_rc + self.ms_trc) / (t * r),
            "var_tr": (self.ms_tr - self.ms_trc) / c,
            "var_tc": (self.ms_tc - self.ms_trc) / r,
            "var_rc": (self.ms_rc - self.ms_trc) / t,
            "var_error": self.ms_trc,
        }

    @property
    def obuchowski_rockette(self) -> VarianceComponents:
        """The same analysis in Obuchowski and Rockette's components."""
        parts, n = self.components, self.n_cases
        of_case = parts["var_c"]
        return VarianceComponents(
            error=(of_case + parts["var_tc"] + parts["var_rc"] + parts["var_error"]) / n,
            cov1=(of_case + parts["var_rc"]) / n,
            cov2=(of_case + parts["var_tc"]) / n,
            cov3=of_case / n,
            var_r=parts["var_r"],
            var_tr=parts["var_tr"],
        )


def pseudovalue_analysis(figures: Floats, left_out: Floats) -> PseudovalueAnalysis:
    """Return the analysis of variance of jackknife pseudovalues.

    Parameters
    ----------
    figures : array of shape (modalities, readers)
        Figures of merit; at least two modalities and two readers.
    left_out : array of shape (modalities, readers, cases)
        The figures without each case in turn.
    """
    n_modalities, n_readers, n_cases = left_out.shape
    if min(n_modalities, n_readers) < 2:
        raise ValueError("the table needs at least two modalities and two readers")
    y = n_cases * figures[:, :, np.newaxis] - (n_cases - 1) * left_out
    # Normalised pseudovalues (Hillis, Obuchowski, Schartz & Berbaum 2005): their means are the figures
    # themselves, which plain ones miss a little where the figure is no U-statistic.
    y += (figures - y.mean(axis=2))[:, :, np.newaxis]
    grand = y.mean()
    t, r, c = y.mean(axis=(1, 2)), y.mean(axis=(0, 2)), y.mean(axis=(0, 1))
    tr, tc, rc = y.mean(axis=2), y.mean(axis=1), y.mean(axis=0)
    residual_tr = tr - t[:, np.newaxis] - r + grand
    residual_tc = tc - t[:, np.newaxis] - c + grand
    residual_rc = rc - r[:, np.newaxis] - c + grand
    residual = (
        y - tr[:, :, np.newaxis] - tc[:, np.newaxis] - rc + t[:, np.newaxis, np.newaxis] + r[:, np.newaxis]
    )
    residual = residual + c - grand
    d_t, d_r, d_c = n_modalities - 1, n_readers - 1, n_cases - 1
    return PseudovalueAnalysis(
        ms_t=float(n_readers * n_cases * ((t - grand) ** 2).sum() / d_t),
        ms_r=float(n_modalities * n_cases * ((r - grand) ** 2).sum() / d_r),
        ms_c=float(n_modalities * n_readers * ((c - grand) ** 2).sum() / d_c),
        ms_tr=float(n_cases * (residual_tr**2).sum() / (d_t * d_r)),
        ms_tc=float(n_readers * (residual_tc**2).sum() / (d_t * d_c)),
        ms_rc=float(n_modalities * (residual_rc**2).sum() / (d_r * d_c)),
        ms_trc=float((residual**2).sum() / (d_t * d_r * d_c)),
        n_modalities=n_modalities,
        n_readers=n_readers,
        n_cases=n_cases,
    )
