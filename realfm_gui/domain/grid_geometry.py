"""Where the cells of a model's own grid lie on the image."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class GridGeometry:
    """Where the cells of a coarse map lie on the image.

    The centre of cell (i, j) lies at image row ``row_offset + i * row_step`` and column
    ``column_offset + j * column_step``, in pixels; pixel centres are at whole numbers. A step is the
    distance of two cell centres, so cell i covers rows ``row_offset + (i ± 1/2) * row_step``.
    """

    row_offset: float
    row_step: float
    column_offset: float
    column_step: float

    def __post_init__(self) -> None:
        if not (self.row_step > 0 and self.column_step > 0):
            raise ValueError("a grid needs positive steps")

    def to_image(self, row: float, column: float) -> tuple[float, float]:
        """Return the image position (row, column) of a position on the grid."""
        return self.row_offset + row * self.row_step, self.column_offset + column * self.column_step


def grid_over(*, rows: int, columns: int, cells: tuple[int, int]) -> GridGeometry:
    """Return the grid of `cells` (rows, columns) that covers a whole image of `rows` x `columns` pixels."""
    row_step, column_step = rows / cells[0], columns / cells[1]
    return GridGeometry(
        row_offset=row_step / 2 - 0.5,
        row_step=row_step,
        column_offset=column_step / 2 - 0.5,
        column_step=column_step,
    )
