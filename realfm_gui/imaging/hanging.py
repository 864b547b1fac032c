"""Hanging protocols: which image goes where on the screen, by rules. Pure: no files, no Qt.

The protocol with the most conditions that suits the images is taken; within it the cells with the most
conditions choose first. So the order of the images and of the rules decides only between equals, and the same
images always hang the same way.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from realfm_gui.domain.patient_geometry import MainPlane, opposite_letters

LARGEST_SIDE = 4
"""Rows and columns of the largest layout."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageTags:
    """What rules may ask of an image, or of a series that is shown as one; "" where the file is silent.

    `image_id` is the caller's name for it. `plane` is the standard plane it comes nearest to;
    `patient_orientation` has the letters of its right and lower edge as stored. `prior` is 0 for the current
    study, 1 for the latest one before it, and so on.
    """

    image_id: str
    modality: str = ""
    body_part: str = ""
    view_position: str = ""
    laterality: str = ""
    series_description: str = ""
    plane: MainPlane | None = None
    patient_orientation: tuple[str, str] | None = None
    prior: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageConditions:
    """What an image must have: of every non-empty field one of the values, upper and lower case alike.

    `series_description` need only be contained in that of the image.
    """

    modality: tuple[str, ...] = ()
    body_part: tuple[str, ...] = ()
    view_position: tuple[str, ...] = ()
    laterality: tuple[str, ...] = ()
    plane: tuple[str, ...] = ()
    series_description: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """Number of conditions."""
        return sum(bool(values) for values in (*self._exact(), self.series_description))

    def suit(self, image: ImageTags) -> bool:
        """Whether an image meets all conditions."""
        found = (image.modality, image.body_part, image.view_position, image.laterality, image.plane or "")
        for values, value in zip(self._exact(), found, strict=True):
            if values and value.casefold() not in {wanted.casefold() for wanted in values}:
                return False
        description = image.series_description.casefold()
        return not self.series_description or any(
            part.casefold() in description for part in self.series_description
        )

    def _exact(self) -> tuple[tuple[str, ...], ...]:
        return self.modality, self.body_part, self.view_position, self.laterality, self.plane


@dataclass(frozen=True, slots=True, kw_only=True)
class CellRule:
    """A place in the layout and which image it shows.

    `row` and `column` count from 1. `prior` is the study it takes the image from (0: the current one). With a
    `cut`, it shows that reformation of its image, which may hang elsewhere too. `preset` is the id of a
    display preset, "" for the image's own window. `right_edge` and `bottom_edge` are the letters that shall
    be at these edges: the image is flipped or turned so, if its file says how it lies; `is_flipped` and
    `rotation_degrees` (flipped left to right first, then turned clockwise) do so without asking.
    """

    row: int
    column: int
    conditions: ImageConditions = field(default_factory=ImageConditions)
    prior: int = 0
    cut: MainPlane | None = None
    preset: str = ""
    right_edge: str = ""
    bottom_edge: str = ""
    is_flipped: bool = False
    rotation_degrees: int = 0

    def __post_init__(self) -> None:
        if not (1 <= self.row <= LARGEST_SIDE and 1 <= self.column <= LARGEST_SIDE):
            raise ValueError(f"row and column are 1 to {LARGEST_SIDE}, not {self.row} and {self.column}")
        if self.prior < 0:
            raise ValueError(f"prior is 0 (current), 1 (the latest before), ..., not {self.prior}")
        if self.rotation_degrees not in (0, 90, 180, 270):
            raise ValueError(f"rotate is 0, 90, 180 or 270, not {self.rotation_degrees}")
        for name, letter in (("right_edge", self.right_edge), ("bottom_edge", self.bottom_edge)):
            if letter not in ("", *"LRAPHF"):
                raise ValueError(f"{name} is one of L, R, A, P, H and F, not {letter!r}")
        if self.right_edge and self.right_edge in (self.bottom_edge, _opposite(self.bottom_edge)):
            raise ValueError("right_edge and bottom_edge lie across each other")


@dataclass(frozen=True, slots=True, kw_only=True)
class HangingProtocol:
    """A rule: when it holds, and what it shows where.

    It holds where at least `min_images` and at most `max_images` (None: any number) of the current images
    meet `conditions`, where one of a prior study does if `needs_prior`, and where every cell finds an image
    if `is_complete`.
    """

    id: str
    name: str
    rows: int
    columns: int
    cells: tuple[CellRule, ...]
    conditions: ImageConditions = field(default_factory=ImageConditions)
    min_images: int | None = None
    max_images: int | None = None
    needs_prior: bool = False
    is_complete: bool = False

    def __post_init__(self) -> None:
        if not (1 <= self.rows <= LARGEST_SIDE and 1 <= self.columns <= LARGEST_SIDE):
            raise ValueError(f"rows and columns are 1 to {LARGEST_SIDE}, not {self.rows} and {self.columns}")
        if not self.cells:
            raise ValueError("a hanging protocol needs a cell")
        places = [(cell.row, cell.column) for cell in self.cells]
        for row, column in places:
            if row > self.rows or column > self.columns:
                raise ValueError(f"row {row}, column {column} is not in {self.rows} x {self.columns}")
            if places.count((row, column)) > 1:
                raise ValueError(f"row {row}, column {column} is given twice")
        low, high = self.min_images or 0, self.max_images
        if low < 0 or (high is not None and high < max(low, 1)):
            raise ValueError(f"there cannot be {low} to {high} images")

    @property
    def specificity(self) -> int:
        """Number of conditions: of two protocols that hold, the one with more is taken."""
        others = self.min_images is not None, self.max_images is not None, self.needs_prior, self.is_complete
        return self.conditions.count + sum(others)


@dataclass(frozen=True, slots=True, kw_only=True)
class HungCell:
    """A place of the layout and what hangs there (see `CellRule`); `image_id` is None where it is empty."""

    row: int
    column: int
    image_id: str | None = None
    cut: MainPlane | None = None
    preset: str = ""
    is_flipped: bool = False
    rotation_degrees: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hanging:
    """Images on a layout: every place of it, row by row, and the images that found none."""

    protocol_id: str
    name: str
    rows: int
    columns: int
    cells: tuple[HungCell, ...]
    left_over: tuple[str, ...] = ()

    def at(self, row: int, column: int) -> HungCell:
        """Return a place, counted from 1."""
        return self.cells[(row - 1) * self.columns + column - 1]


_ONE_BY_ONE = HangingProtocol(id="", name="One image", rows=1, columns=1, cells=(CellRule(row=1, column=1),))


def choose_hanging(images: Sequence[ImageTags], protocols: Sequence[HangingProtocol]) -> Hanging:
    """Hang images by the most specific protocol that holds.

    Parameters
    ----------
    images : sequence of ImageTags
        In the order of the case: of several that suit a cell, the first is taken.
    protocols : sequence of HangingProtocol
        Of several with as many conditions, the first is taken.

    Returns
    -------
    Hanging
        By a single cell with the first current image where no protocol holds.

    Raises
    ------
    ValueError
        If two images have the same id.
    """
    if len({image.image_id for image in images}) < len(images):
        raise ValueError("every image to hang needs an id of its own")
    for protocol in sorted(protocols, key=lambda one: -one.specificity):
        taken = _taken(images, protocol)
        if _holds(images, protocol, taken):
            return _hung(images, protocol, taken)
    return _hung(images, _ONE_BY_ONE, _taken(images, _ONE_BY_ONE))


def _holds(images: Sequence[ImageTags], protocol: HangingProtocol, taken: dict[CellRule, ImageTags]) -> bool:
    suitable = [image for image in images if protocol.conditions.suit(image)]
    current = sum(image.prior == 0 for image in suitable)
    if current < max(1, protocol.min_images or 0):
        return False
    if protocol.max_images is not None and current > protocol.max_images:
        return False
    if protocol.needs_prior and current == len(suitable):
        return False
    return len(taken) == len(protocol.cells) or not protocol.is_complete


def _taken(images: Sequence[ImageTags], protocol: HangingProtocol) -> dict[CellRule, ImageTags]:
    """Return which image each cell shows; cells that find none are left out."""
    taken: dict[CellRule, ImageTags] = {}
    used: set[str] = set()
    for cell in sorted(protocol.cells, key=lambda one: (one.cut is not None, -one.conditions.count)):
        for image in images:
            is_free = cell.cut is not None or image.image_id not in used
            if is_free and image.prior == cell.prior and cell.conditions.suit(image):
                taken[cell] = image
                used.add(image.image_id)
                break
    return taken


def _hung(
    images: Sequence[ImageTags], protocol: HangingProtocol, taken: dict[CellRule, ImageTags]
) -> Hanging:
    by_place = {(cell.row, cell.column): (cell, image) for cell, image in taken.items()}
    cells = []
    for row in range(1, protocol.rows + 1):
        for column in range(1, protocol.columns + 1):
            if (row, column) not in by_place:
                cells.append(HungCell(row=row, column=column))
                continue
            cell, image = by_place[row, column]
            is_flipped, rotation_degrees = turn_of(cell, image)
            cells.append(
                HungCell(
                    row=row,
                    column=column,
                    image_id=image.image_id,
                    cut=cell.cut,
                    preset=cell.preset,
                    is_flipped=is_flipped,
                    rotation_degrees=rotation_degrees,
                )
            )
    shown = {image.image_id for image in taken.values()}
    return Hanging(
        protocol_id=protocol.id,
        name=protocol.name,
        rows=protocol.rows,
        columns=protocol.columns,
        cells=tuple(cells),
        left_over=tuple(image.image_id for image in images if image.image_id not in shown),
    )


def turn_of(cell: CellRule, image: ImageTags) -> tuple[bool, int]:
    """Return whether an image is flipped left to right, and how far it is turned clockwise after that.

    Towards the edges that the cell asks for, with as little as will do; as the cell says without asking where
    it asks for none, or the image does not say how it lies.
    """
    if not (cell.right_edge or cell.bottom_edge) or image.patient_orientation is None:
        return cell.is_flipped, cell.rotation_degrees
    for is_flipped, rotation_degrees in _LEAST_FIRST:
        right, bottom = (letters[:1] for letters in image.patient_orientation)
        if is_flipped:
            right = _opposite(right)
        for _ in range(rotation_degrees // 90):
            right, bottom = _opposite(bottom), right
        if cell.right_edge in ("", right) and cell.bottom_edge in ("", bottom):
            return is_flipped, rotation_degrees
    return cell.is_flipped, cell.rotation_degrees


_LEAST_FIRST = (
    (False, 0),
    (True, 0),
    (True, 180),  # upside down
    (False, 180),
    (False, 90),
    (False, 270),
    (True, 90),
    (True, 270),
)


def _opposite(letter: str) -> str:
    return opposite_letters(letter) if letter in tuple("LRAPHF") else letter
