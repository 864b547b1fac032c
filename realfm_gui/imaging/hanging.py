"""Hanging protocols: which image goes where on the screen, by rules. Pure: no files, no Qt.

Of the protocols that suit the images, one that goes first is taken, else the one with the most conditions;
within it the cells with the most conditions choose first. So the order of the images and of the rules decides
only between equals, and the same images always hang the same way.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from realfm_gui.domain.patient_geometry import MainPlane
from realfm_gui.imaging.hanging_rules import CellRule, HangingProtocol, ImageTags, opposite_edge

_REGIONS = {
    "THORAX": "CHEST",
    "LUNG": "CHEST",
    "BRAIN": "HEAD",
    "SKULL": "HEAD",
    "LIVER": "ABDOMEN",
    "PELVIS": "ABDOMEN",
    "ABDOMENPELVIS": "ABDOMEN",
}
"""Body parts whose images are compared with those of another one."""


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
    is_linked: bool = False

    def at(self, row: int, column: int) -> HungCell:
        """Return a place, counted from 1."""
        return self.cells[(row - 1) * self.columns + column - 1]


_ONE_BY_ONE = HangingProtocol(id="", name="One image", rows=1, columns=1, cells=(CellRule(row=1, column=1),))


def choose_hanging(images: Sequence[ImageTags], protocols: Sequence[HangingProtocol]) -> Hanging:
    """Hang images by the most specific protocol that holds.

    Localizers hang only where there is nothing else, and priors of another part of the body never: neither
    is what a reader compares with.

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
    hangable = _hangable(images)
    for protocol in sorted(protocols, key=lambda one: one.precedence, reverse=True):
        taken = _taken(hangable, protocol)
        if _holds(hangable, protocol, taken):
            return _hung(images, protocol, taken)
    return _hung(images, _ONE_BY_ONE, _taken(hangable, _ONE_BY_ONE))


def _hangable(images: Sequence[ImageTags]) -> list[ImageTags]:
    parts = {_region(image) for image in images if image.prior == 0}
    comparable = [image for image in images if image.prior == 0 or _may_be_one_of(_region(image), parts)]
    return [image for image in comparable if not image.is_localizer] or comparable


def _may_be_one_of(region: str, parts: set[str]) -> bool:
    # Where a file is silent, the rules decide.
    return region in ("", *parts) or "" in parts


def _region(image: ImageTags) -> str:
    part = image.body_part.upper()
    return _REGIONS.get(part, part)


def _holds(images: Sequence[ImageTags], protocol: HangingProtocol, taken: dict[CellRule, ImageTags]) -> bool:
    suitable = [image for image in images if protocol.conditions.suit(image)]
    current = sum(image.prior == 0 for image in suitable)
    if current < max(1, protocol.min_images or 0):
        return False
    if protocol.max_images is not None and current > protocol.max_images:
        return False
    if protocol.needs_prior and current == len(suitable):
        return False
    return not protocol.is_complete or all(cell in taken for cell in protocol.cells if not cell.is_optional)


def _taken(images: Sequence[ImageTags], protocol: HangingProtocol) -> dict[CellRule, ImageTags]:
    """Return which image each cell shows; cells that find none are left out."""
    # Counted among the examinations of this kind: a radiograph in between is no prior of a CT.
    priors = sorted({image.prior for image in images if image.prior and protocol.conditions.suit(image)})
    examinations = [0, *priors]
    taken: dict[CellRule, ImageTags] = {}
    used: set[str] = set()
    for cell in sorted(protocol.cells, key=_choosing_order):
        if cell.prior >= len(examinations):
            continue
        is_shared = cell.cut is not None or cell.repeats
        for image in images:
            is_free = is_shared or image.image_id not in used
            if is_free and image.prior == examinations[cell.prior] and cell.suits(image):
                taken[cell] = image
                used.add(image.image_id)
                break
    return taken


def _choosing_order(cell: CellRule) -> tuple[bool, bool, int]:
    # Who can only show an image of its own comes first, and among those who has the most conditions.
    return cell.cut is not None or cell.repeats, cell.is_optional, -cell.conditions.count


def _hung(
    images: Sequence[ImageTags], protocol: HangingProtocol, taken: dict[CellRule, ImageTags]
) -> Hanging:
    by_place = {(cell.row, cell.column): (cell, image) for cell, image in taken.items()}
    cells = []
    for row in range(1, protocol.rows + 1):
        for column in range(1, protocol.columns + 1):
            empty = HungCell(row=row, column=column)
            if (row, column) not in by_place:
                cells.append(empty)
                continue
            cell, image = by_place[row, column]
            # A reformation lies as it is cut: what the image's own file says of its edges is not true of it.
            asked = image if cell.cut is None else replace(image, patient_orientation=None)
            is_flipped, rotation_degrees = turn_of(cell, asked)
            cells.append(
                replace(
                    empty,
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
        is_linked=protocol.is_linked,
    )


def turn_of(cell: CellRule, image: ImageTags) -> tuple[bool, int]:
    """Return whether an image is flipped left to right, and how far it is turned clockwise after that.

    Towards the edges that the cell asks for, with as little as will do; as the cell says without asking where
    it asks for none, or the image does not say how it lies.
    """
    if not (cell.right_edge or cell.bottom_edge) or image.patient_orientation is None:
        return cell.is_flipped, cell.rotation_degrees
    for is_flipped, rotation_degrees in _LEAST_FIRST:
        stored = image.patient_orientation
        right, bottom = turned_edges(stored[0][:1], stored[1][:1], is_flipped, rotation_degrees)
        if cell.right_edge in ("", right) and cell.bottom_edge in ("", bottom):
            return is_flipped, rotation_degrees
    return cell.is_flipped, cell.rotation_degrees


def turned_edges(right: str, bottom: str, is_flipped: bool, rotation_degrees: int) -> tuple[str, str]:
    """Return the letters at the right and lower edge of a picture that was flipped, then turned clockwise."""
    if is_flipped:
        right = opposite_edge(right)
    for _ in range(rotation_degrees // 90):
        right, bottom = opposite_edge(bottom), right
    return right, bottom


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
