"""Borders against lines drawn by hand, on the grid and on the image."""

import numpy as np
import pytest

from realfm_gui.domain.ai_finding import AiRegion, AiShape
from realfm_gui.domain.grid_geometry import GridGeometry
from realfm_gui.imaging.mask_outline import mask_outlines, region_outlines


def area(line) -> float:
    """Return the area a closed line goes around: positive clockwise on the screen."""
    ends = [*line[1:], line[0]]
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(line, ends, strict=True)) / 2


def test_that_a_step_shaped_mask_has_the_border_of_its_cells():
    assert mask_outlines(np.array([[1, 1], [1, 0]], bool)) == [
        [(-0.5, -0.5), (1.5, -0.5), (1.5, 0.5), (0.5, 0.5), (0.5, 1.5), (-0.5, 1.5)]
    ]


def test_that_a_hole_has_a_border_of_its_own_the_other_way_round():
    ring = np.ones((3, 3), bool)
    ring[1, 1] = False
    outer, inner = mask_outlines(ring)
    assert (area(outer), area(inner)) == (9.0, -1.0)


def test_that_cells_that_meet_at_a_corner_only_stay_apart():
    lines = mask_outlines(np.array([[1, 0], [0, 1]], bool))
    assert [area(line) for line in lines] == [1.0, 1.0]


def test_that_any_mask_is_enclosed_exactly():
    mask = np.random.default_rng(3).random((40, 30)) < 0.5
    assert sum(area(line) for line in mask_outlines(mask)) == mask.sum()


def test_that_a_mask_is_drawn_where_its_cells_lie_on_the_image():
    grid = GridGeometry(row_offset=100.0, row_step=10.0, column_offset=50.0, column_step=4.0)
    region = AiRegion(shape=AiShape.MASK, mask=np.array([[False, True]]), grid=grid)
    # The cell's centre lies at row 100, column 54; it is 10 rows by 4 columns large.
    assert region_outlines(region) == (((52.0, 95.0), (56.0, 95.0), (56.0, 105.0), (52.0, 105.0)),)


def test_that_a_box_has_four_corners_an_ellipse_its_axes_and_a_point_no_border():
    box = AiRegion.box(x=0.5, y=0.5, width=8, height=4)
    assert region_outlines(box) == (((0.0, 0.0), (8.0, 0.0), (8.0, 4.0), (0.0, 4.0)),)
    (ellipse,) = region_outlines(AiRegion.box(x=0.5, y=0.5, width=8, height=4, is_ellipse=True))
    assert ellipse[0] == (8.0, 2.0)
    assert max(row for _, row in ellipse) == pytest.approx(4.0)
    assert region_outlines(AiRegion(shape=AiShape.POINT, points=((1.0, 1.0),))) == ()
