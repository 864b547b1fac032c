"""Where an image of a case is found, as marks and AI findings say it."""

import numpy as np

from realfm_gui.domain.images import Frame
from realfm_gui.gui.viewer.place_words import place_words
from realfm_gui.gui.viewer.view_state import ViewState


def images(count: int, **known: object) -> list[Frame]:
    return [Frame(pixels=np.zeros((2, 2), np.uint16), **known) for _ in range(count)]


def test_that_slices_are_counted_within_their_series():
    placed = {"position_mm": (0.0, 0.0, 0.0), "orientation": (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)}
    state = ViewState([*images(3, **placed), *images(2, **placed)], [0, 0, 0, 1, 1])
    assert [place_words(state, index) for index in (0, 4)] == ["series 1, slice 1", "series 2, slice 2"]
    assert place_words(ViewState(images(2, **placed)), 1) == "slice 2"
    assert place_words(state, 4, of_all=True) == "series 2, slice 2 of 2"


def test_that_a_single_image_needs_no_place():
    assert place_words(ViewState(images(1)), 0) == ""


def test_that_radiographs_are_called_by_their_view_and_others_are_images():
    view = {"ImageLaterality": "R", "ViewPosition": "MLO"}
    mammograms = [*images(1, modality="MG", tags=view), *images(1, modality="MG")]
    state = ViewState(mammograms)
    assert [place_words(state, index) for index in (0, 1)] == ["Right MLO", "image 2"]
