"""What a model found where: geometry against numbers counted by hand, and what cannot be one."""

import numpy as np
import pytest

from realfm_gui.domain.ai_finding import AiFinding, AiRegion, AiShape, ScoreInterval, by_score
from realfm_gui.domain.grid_geometry import grid_over
from realfm_gui.domain.prediction import Prediction


def found(**changes) -> AiFinding:
    return AiFinding(**({"finding": "f", "score": 0.5, "frame": 3} | changes))


def test_that_a_published_box_covers_the_pixels_it_names():
    # x 10 and width 3 are the pixels 10, 11, 12: from 9.5 to 12.5 where pixel centres are whole numbers.
    region = AiRegion.box(x=10, y=20, width=3, height=1)
    assert region.bounds == (9.5, 19.5, 12.5, 20.5)
    assert region.center == (11.0, 20.0)


def test_that_a_mask_lies_where_its_cells_do():
    mask = np.zeros((4, 3), bool)
    mask[1:3, 2] = True
    # 40 x 60 pixels in 4 x 3 cells of 10 x 20: rows 10 to 29, columns 40 to 59.
    region = AiRegion(shape=AiShape.MASK, mask=mask, grid=grid_over(rows=40, columns=60, cells=(4, 3)))
    assert region.bounds == (39.5, 9.5, 59.5, 29.5)
    assert (region.width, region.height) == (20.0, 20.0)


def test_that_a_place_knows_whether_it_touches_the_image():
    box = AiRegion.box(x=64, y=0, width=5, height=5)
    assert not box.touches(rows=64, columns=64 - 1)
    assert box.touches(rows=64, columns=65)
    assert not AiRegion(shape=AiShape.POINT, points=((-1.0, 3.0),)).touches(rows=64, columns=64)


@pytest.mark.parametrize(
    "fields",
    [
        {"shape": AiShape.POINT},
        {"shape": AiShape.BOX, "points": ((0.0, 0.0),)},
        {"shape": AiShape.BOX, "points": ((0.0, 0.0), (0.0, 4.0))},
        {"shape": AiShape.CONTOUR, "points": ((0.0, 0.0), (1.0, 1.0))},
        {"shape": AiShape.POINT, "points": ((float("nan"), 0.0),)},
        {"shape": AiShape.MASK},
        {"shape": AiShape.POINT, "points": ((0.0, 0.0),), "mask": np.ones((2, 2), bool)},
        {
            "shape": AiShape.MASK,
            "mask": np.zeros((2, 2), bool),
            "grid": grid_over(rows=2, columns=2, cells=(2, 2)),
        },
    ],
)
def test_that_a_shape_without_its_points_is_none(fields):
    with pytest.raises(ValueError):
        AiRegion(**fields)


def test_that_an_interval_holds_its_number_and_a_probability_stays_one():
    assert found(probability=0.5, interval=ScoreInterval(low=0.2, high=0.7, level=0.95)).number == 0.5
    with pytest.raises(ValueError, match="does not hold its number"):
        found(probability=0.5, interval=ScoreInterval(low=0.6, high=0.7))
    with pytest.raises(ValueError, match="range of a probability"):
        found(probability=0.5, interval=ScoreInterval(low=-0.1, high=0.7))
    assert found(score=12.0, interval=ScoreInterval(low=-3, high=40)).interval is not None  # any scale
    with pytest.raises(ValueError, match="from low to high"):
        ScoreInterval(low=1, high=0)
    with pytest.raises(ValueError, match="level"):
        ScoreInterval(low=0, high=1, level=95)


def test_that_a_finding_reaches_over_its_frames_and_no_further():
    deep = found(frames=(2, 5))
    assert [deep.is_on(frame) for frame in (1, 2, 3, 5, 6)] == [False, True, True, True, False]
    assert [found().is_on(frame) for frame in (2, 3, 4)] == [False, True, False]
    with pytest.raises(ValueError, match="cannot reach"):
        found(frames=(4, 5))


def test_that_the_list_begins_with_the_highest_score_and_equal_ones_follow_the_slices():
    low, high, early = found(score=0.1), found(score=0.9, frame=8), found(score=0.9, frame=1)
    assert by_score([low, high, early]) == (early, high, low)


def test_that_a_located_finding_belongs_to_the_finding_it_comes_with():
    with pytest.raises(ValueError, match="belongs to another finding"):
        Prediction(case_id="c-1", finding="g", score=1.0, located=(found(),))
