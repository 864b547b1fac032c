"""What a hanging protocol is made of: what images tell of themselves and what a rule asks of them."""

from dataclasses import dataclass, field

from realfm_gui.domain.patient_geometry import MainPlane, opposite_letters

LARGEST_SIDE = 4
"""Rows and columns of the largest layout."""

EDGE_LETTERS = "LRAPHF"
"""Left, right, anterior, posterior, head and feet: what an edge of a picture can be."""

WEIGHTINGS = ("T1", "T2", "PD", "FLAIR", "STIR", "DWI", "T2*")
"""Contrasts that MR series are told apart by (see `series_tags`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageTags:
    """What rules may ask of an image, or of a series that is shown as one; "" where the file is silent.

    `image_id` is the caller's name for it. `plane` is the standard plane it comes nearest to;
    `patient_orientation` has the letters of its right and lower edge as stored. `prior` is 0 for the current
    examination, 1 for the latest one before it, and so on. `can_be_cut` says whether it is a volume that
    other planes can be cut from; `is_localizer` that it only shows where others lie.
    """

    image_id: str
    modality: str = ""
    body_part: str = ""
    view_position: str = ""
    laterality: str = ""
    weighting: str = ""
    plane: MainPlane | None = None
    patient_orientation: tuple[str, str] | None = None
    prior: int = 0
    can_be_cut: bool = False
    is_localizer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageConditions:
    """What an image must have: of every non-empty field one of the values, upper and lower case alike."""

    modality: tuple[str, ...] = ()
    body_part: tuple[str, ...] = ()
    view_position: tuple[str, ...] = ()
    laterality: tuple[str, ...] = ()
    plane: tuple[str, ...] = ()
    weighting: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """Number of conditions."""
        return sum(bool(values) for values in self._wanted())

    def suit(self, image: ImageTags) -> bool:
        """Whether an image meets all conditions."""
        found = (
            image.modality,
            image.body_part,
            image.view_position,
            image.laterality,
            image.plane or "",
            image.weighting,
        )
        return all(
            not values or value.casefold() in {wanted.casefold() for wanted in values}
            for values, value in zip(self._wanted(), found, strict=True)
        )

    def _wanted(self) -> tuple[tuple[str, ...], ...]:
        return (
            self.modality,
            self.body_part,
            self.view_position,
            self.laterality,
            self.plane,
            self.weighting,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CellRule:
    """A place in the layout and which image it shows.

    `row` and `column` count from 1. `prior` is the examination it takes the image from: 0 the current one, 1
    the latest before it of the kind that the protocol is for, and so on. With a `cut`, it shows that
    reformation of its image, which may hang elsewhere too; so may the image itself where it `repeats`.
    `preset` is the id of a display preset, "" for the image's own window. `right_edge` and `bottom_edge` are
    the letters that shall be at these edges: the image is flipped or turned so, if its file says how it lies;
    `is_flipped` and `rotation_degrees` (flipped left to right first, then turned clockwise) do so without
    asking. A place that `is_optional` may stay empty in a complete layout.
    """

    row: int
    column: int
    conditions: ImageConditions = field(default_factory=ImageConditions)
    prior: int = 0
    cut: MainPlane | None = None
    repeats: bool = False
    is_optional: bool = False
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
            if letter not in ("", *EDGE_LETTERS):
                raise ValueError(f"{name} is one of L, R, A, P, H and F, not {letter!r}")
        if self.right_edge and self.right_edge in (self.bottom_edge, opposite_edge(self.bottom_edge)):
            raise ValueError("right_edge and bottom_edge lie across each other")

    def suits(self, image: ImageTags) -> bool:
        """Whether an image can hang here, whatever examination it is of."""
        return self.conditions.suit(image) and (self.cut is None or image.can_be_cut)


@dataclass(frozen=True, slots=True, kw_only=True)
class HangingProtocol:
    """A rule: when it holds, and what it shows where.

    It holds where at least `min_images` and at most `max_images` (None: any number) of the current images
    meet `conditions`, where one of a prior examination does if `needs_prior`, and where every cell that is
    not optional finds an image if `is_complete`. One that `goes_first` is taken before all that do not,
    whatever their conditions. `is_linked` says that its stacks scroll together.
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
    goes_first: bool = False
    is_linked: bool = False

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
    def precedence(self) -> tuple[bool, int]:
        """Whether it goes first, and its number of conditions: of those that hold the highest is taken."""
        others = self.min_images is not None, self.max_images is not None, self.needs_prior, self.is_complete
        return self.goes_first, self.conditions.count + sum(others)


def opposite_edge(letter: str) -> str:
    """Return the letter (or letters) of the opposite edge; what is none stays as it is."""
    return opposite_letters(letter) if set(letter) <= set(EDGE_LETTERS) else letter
