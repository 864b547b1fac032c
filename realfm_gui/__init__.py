"""RealFM: reader studies of medical-imaging foundation models on one workstation."""

__version__ = "0.1.0"
