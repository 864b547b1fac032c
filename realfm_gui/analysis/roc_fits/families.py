"""The families of curves by name."""

from realfm_gui.analysis.roc_fits.binormal import Binormal
from realfm_gui.analysis.roc_fits.contaminated import Contaminated
from realfm_gui.analysis.roc_fits.curve_family import CurveFamily, RocModel
from realfm_gui.analysis.roc_fits.proper import Proper

_FAMILIES: dict[RocModel, CurveFamily] = {
    RocModel.BINORMAL: Binormal(),
    RocModel.PROPER: Proper(),
    RocModel.CONTAMINATED: Contaminated(),
}


def family_of(model: RocModel) -> CurveFamily:
    """Return the family of a model."""
    return _FAMILIES[RocModel(model)]
