"""The heat map's colours for readers who see red and green alike."""

import numpy as np
import pytest

from realfm_gui.imaging.overlay import colour_bar

# Simulation in linear RGB at full severity: Machado GM, Oliveira MM, Fernandes LA. A physiologically-based
# model for simulation of color vision deficiency. IEEE Trans Vis Comput Graph 2009;15(6):1291-1298, table 1.
DEFICIENCIES = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def lightness(rgb: np.ndarray, seen_by: np.ndarray) -> np.ndarray:
    """Return CIELAB L* (CIE 15:2004, D65) of 8-bit sRGB colours, shape (n, 3), as they are seen."""
    share = rgb / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ seen_by.T, 0, 1)
    luminance = seen @ np.array([0.2126, 0.7152, 0.0722])
    root = np.where(luminance > (6 / 29) ** 3, np.cbrt(luminance), luminance / (3 * (6 / 29) ** 2) + 4 / 29)
    return 116 * root - 16


@pytest.mark.parametrize("name", DEFICIENCIES)
def test_that_higher_is_lighter_for_the_colour_blind_too(name: str):
    seen = lightness(colour_bar(256)[::8, :3].astype(float), np.array(DEFICIENCIES[name]))
    assert (np.diff(seen) > 1.0).all(), (
        "neighbouring steps differ by more than one L*, the least that is seen"
    )
    assert seen[-1] - seen[0] > 85


def test_that_the_check_finds_a_rainbow_out():
    rainbow = np.array([[0, 0, 255], [0, 255, 255], [0, 255, 0], [255, 255, 0], [255, 0, 0]], float)
    assert (np.diff(lightness(rainbow, np.array(DEFICIENCIES["deuteranopia"]))) < 0).any()
