"""Which image hangs where: the built-in protocols, the rules behind them, and what is said of broken ones."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.patient_geometry import MainPlane, opposite_letters
from realfm_gui.imaging.hanging import Hanging, choose_hanging, turn_of
from realfm_gui.imaging.hanging_files import load_hanging, parse_hanging
from realfm_gui.imaging.hanging_rules import CellRule, HangingProtocol, ImageConditions, ImageTags
from realfm_gui.imaging.presets import load_presets


@pytest.fixture(scope="module")
def built_in(repository: Path) -> tuple[HangingProtocol, ...]:
    return load_hanging(repository / "resources" / "hanging")


def ids(hanging: Hanging) -> list[str | None]:
    return [cell.image_id for cell in hanging.cells]


def mammogram(name: str, *, orientation: tuple[str, str] | None = None, prior: int = 0) -> ImageTags:
    return ImageTags(
        image_id=f"{name}{prior or ''}",
        modality="MG",
        laterality=name[0],
        view_position=name[1:],
        patient_orientation=orientation,
        prior=prior,
    )


def ct(name: str, **more) -> ImageTags:
    return ImageTags(image_id=name, modality="CT", **more)


# The built-in protocols


def test_that_mammograms_hang_two_by_two_whatever_their_order(built_in) -> None:
    hanging = choose_hanging([mammogram(name) for name in ("LMLO", "RMLO", "LCC", "RCC")], built_in)
    assert (hanging.rows, hanging.columns) == (2, 2)
    assert ids(hanging) == ["RCC", "LCC", "RMLO", "LMLO"]
    assert hanging.left_over == ()


@pytest.mark.parametrize(
    ("view", "stored", "flipped", "rotation"),
    [
        ("RCC", ("P", "L"), False, 0),  # chest wall at the right edge, as it shall hang
        ("RCC", ("A", "R"), False, 180),
        ("RCC", ("A", "L"), True, 0),
        ("LCC", ("A", "R"), False, 0),
        ("LCC", ("P", "R"), True, 0),
        ("RMLO", ("P", "FL"), False, 0),
        ("RMLO", ("A", "FL"), True, 0),
        ("LMLO", ("A", "FR"), False, 0),
        ("LMLO", ("A", "HL"), True, 180),  # upside down
        ("LMLO", ("F", "A"), True, 270),
        ("LMLO", ("F", "P"), False, 90),
        ("LMLO", None, False, 0),  # not said: as it is
    ],
)
def test_that_chest_walls_are_back_to_back(built_in, view, stored, flipped, rotation) -> None:
    # Alone on the screen, and among three others.
    alone = choose_hanging([mammogram(view, orientation=stored)], built_in)
    others = [mammogram(name) for name in ("RCC", "LCC", "RMLO", "LMLO") if name != view]
    among = choose_hanging([mammogram(view, orientation=stored), *others], built_in)
    assert (alone.rows, alone.columns, among.rows, among.columns) == (1, 1, 2, 2)
    for hanging in (alone, among):
        (hung,) = [cell for cell in hanging.cells if cell.image_id == view]
        assert (hung.is_flipped, hung.rotation_degrees) == (flipped, rotation)


def test_that_a_missing_view_leaves_its_place_empty_and_an_extra_one_is_listed(built_in) -> None:
    images = [mammogram(name) for name in ("RCC", "RMLO", "LMLO", "LML")]
    hanging = choose_hanging([*images, ImageTags(image_id="second RCC", modality="MG", laterality="R",
                                                 view_position="CC")], built_in)  # fmt: skip
    assert ids(hanging) == ["RCC", None, "RMLO", "LMLO"]
    assert hanging.left_over == ("LML", "second RCC")


def test_that_prior_mammograms_hang_below_the_current_ones(built_in) -> None:
    views = ("RCC", "LCC", "RMLO", "LMLO")
    images = [mammogram(name, prior=prior) for prior in (1, 0) for name in views]
    hanging = choose_hanging(images, built_in)
    assert ids(hanging) == [*views, *(f"{view}1" for view in views)]
    # One prior view missing: four current ones at their full size, the others listed.
    fewer = choose_hanging(images[1:], built_in)
    assert ids(fewer) == list(views)
    assert fewer.left_over == ("LCC1", "RMLO1", "LMLO1")


def hung_as(hanging: Hanging) -> list[tuple[str | None, MainPlane | None, str]]:
    return [(cell.image_id, cell.cut, cell.preset) for cell in hanging.cells]


def test_that_a_chest_ct_has_a_lung_and_a_mediastinal_window(built_in) -> None:
    hanging = choose_hanging([ct("thin", body_part="Chest"), ct("thick", body_part="Chest")], built_in)
    assert hanging.protocol_id == "ct-chest"
    assert hung_as(hanging) == [("thin", None, "ct-lung"), ("thin", None, "ct-mediastinum")]
    assert hanging.left_over == ("thick",)


def test_that_a_ct_volume_is_shown_in_three_planes_and_one_of_few_slices_is_not_cut(built_in) -> None:
    volume = ct("thin", plane=MainPlane.AXIAL, can_be_cut=True)
    planes = choose_hanging([volume], built_in)
    assert (planes.rows, planes.columns) == (2, 2)
    assert hung_as(planes) == [
        ("thin", None, ""),
        ("thin", MainPlane.CORONAL, ""),
        ("thin", MainPlane.SAGITTAL, ""),
        (None, None, ""),
    ]
    with_another = choose_hanging([volume, ct("bone", plane=MainPlane.AXIAL)], built_in)
    assert with_another.at(2, 2).image_id == "bone"
    few = choose_hanging([ct("thick", plane=MainPlane.AXIAL)], built_in)
    assert (few.protocol_id, ids(few)) == ("ct", ["thick"])
    chest = choose_hanging(
        [ct("chest", plane=MainPlane.AXIAL, can_be_cut=True, body_part="THORAX")], built_in
    )
    assert hung_as(chest) == [
        ("chest", None, "ct-lung"),
        ("chest", None, "ct-mediastinum"),
        ("chest", MainPlane.CORONAL, "ct-lung"),
        ("chest", MainPlane.SAGITTAL, "ct-mediastinum"),
    ]


def test_that_a_ct_with_a_prior_hangs_beside_it_and_scrolls_with_it(built_in) -> None:
    images = [
        ct("scout", body_part="CHEST", is_localizer=True),
        ct("new", body_part="CHEST", plane=MainPlane.AXIAL, can_be_cut=True),
        ct("old", body_part="CHEST", plane=MainPlane.AXIAL, can_be_cut=True, prior=1),
    ]
    hanging = choose_hanging(images, built_in)
    assert (hanging.protocol_id, ids(hanging)) == ("ct-prior", ["new", "old"])
    assert hanging.is_linked
    assert hanging.left_over == ("scout",)


def test_that_only_a_prior_of_the_same_kind_is_compared_with(built_in) -> None:
    new = ct("new", body_part="CHEST")
    other_part = ct("head", body_part="HEAD", prior=1)
    assert choose_hanging([new, other_part], built_in).protocol_id == "ct-chest"
    radiograph = ImageTags(image_id="film", modality="CR", body_part="CHEST", prior=1)
    older = ct("older", body_part="THORAX", prior=2)
    assert ids(choose_hanging([new, radiograph, other_part, older], built_in)) == ["new", "older"]


def test_that_a_localizer_hangs_only_where_there_is_nothing_else(built_in) -> None:
    scout = ct("scout", is_localizer=True)
    assert ids(choose_hanging([scout], built_in)) == ["scout"]
    assert choose_hanging([scout, ct("a")], built_in).left_over == ("scout",)


def test_that_frontal_and_lateral_radiographs_hang_beside_their_priors(built_in) -> None:
    def film(name: str, view: str, prior: int = 0) -> ImageTags:
        return ImageTags(image_id=name, modality="DX", body_part="CHEST", view_position=view, prior=prior)

    current = [film("lat", "LL"), film("pa", "PA")]
    both = choose_hanging([*current, film("old pa", "AP", 1), film("old lat", "RL", 1)], built_in)
    assert ids(both) == ["pa", "old pa", "lat", "old lat"]
    frontal_only = choose_hanging([*current, film("old pa", "AP", 1)], built_in)
    assert ids(frontal_only) == ["pa", "old pa", "lat", None]
    lateral_only = choose_hanging([*current, film("old lat", "LL", 1)], built_in)
    assert ids(lateral_only) == ["pa", "lat"]


@pytest.mark.parametrize(
    ("views", "expected"),
    [
        (("LCC", "RCC"), "mammography-both-cc"),
        (("LMLO", "RMLO"), "mammography-both-mlo"),
        (("LMLO", "LCC"), "mammography-left"),
        (("RMLO", "RCC"), "mammography-right"),
        (("RMLO", "LCC"), "mammography"),
        (("RML",), "mammography-one"),
    ],
)
def test_that_few_mammograms_do_not_leave_half_the_screen_empty(built_in, views, expected) -> None:
    assert choose_hanging([mammogram(view) for view in views], built_in).protocol_id == expected


@pytest.mark.parametrize(
    ("images", "expected", "hung"),
    [
        ([ct("a")], "ct", ["a"]),
        ([ct("old", prior=1), ct("new")], "ct-prior", ["new", "old"]),
        ([ct("older", prior=2), ct("new")], "ct-prior", ["new", "older"]),
        ([ct("h", body_part="HEAD")], "ct-head", ["h"]),
        (
            [
                ImageTags(image_id=f"{number} {name}", modality="MR", body_part="BRAIN", weighting=name)
                for number, name in enumerate(("T1", "T2", "FLAIR", "DWI", "T1"))
            ],
            "mr-brain",
            ["2 FLAIR", "3 DWI", "1 T2", "0 T1"],
        ),
        (
            [
                ImageTags(
                    image_id=f"{name}{prior}", modality="MR", body_part="HEAD", weighting=name, prior=prior
                )
                for prior in (1, 0)
                for name in ("T1", "FLAIR")
            ],
            "mr-brain-prior",
            ["FLAIR0", "FLAIR1", "T10", "T11"],
        ),
        (
            [ImageTags(image_id=name, modality="MR") for name in "abcd"],
            "mr-four",
            ["a", "b", "c", "d"],
        ),
        (
            [
                ImageTags(image_id=plane.value, modality="MR", plane=plane)
                for plane in (MainPlane.SAGITTAL, MainPlane.AXIAL, MainPlane.CORONAL)
            ],
            "mr-planes",
            ["axial", "coronal", "sagittal"],
        ),
        (
            [
                ImageTags(image_id="lat", modality="DX", body_part="CHEST", view_position="LL"),
                ImageTags(image_id="pa", modality="DX", body_part="CHEST", view_position="PA"),
            ],
            "chest-two-views",
            ["pa", "lat"],
        ),
        (
            [
                ImageTags(image_id="old", modality="CR", body_part="CHEST", view_position="PA", prior=1),
                ImageTags(image_id="ap", modality="DX", body_part="CHEST", view_position="AP"),
            ],
            "chest-prior",
            ["ap", "old"],
        ),
        ([ImageTags(image_id=n, modality="US") for n in "abc"], "us-four", ["a", "b", "c", None]),
        ([ImageTags(image_id=n, modality="OP") for n in "ab"], "any-two", ["a", "b"]),
        ([ImageTags(image_id="only")], "any", ["only"]),
        ([], "", [None]),
    ],
)
def test_that_every_kind_of_study_finds_its_layout(built_in, images, expected, hung) -> None:
    hanging = choose_hanging(images, built_in)
    assert (hanging.protocol_id, ids(hanging)) == (expected, hung)


def test_that_built_in_protocols_use_presets_that_exist(built_in, repository: Path) -> None:
    known = {preset.id for preset in load_presets(repository / "resources" / "presets")}
    assert {cell.preset for protocol in built_in for cell in protocol.cells} <= known | {""}


images_of_any_kind = st.lists(
    st.builds(
        ImageTags,
        image_id=st.uuids().map(str),
        modality=st.sampled_from(["CT", "MR", "MG", "DX", "US", ""]),
        body_part=st.sampled_from(["CHEST", "HEAD", ""]),
        view_position=st.sampled_from(["CC", "MLO", "PA", "LL", ""]),
        laterality=st.sampled_from(["L", "R", ""]),
        weighting=st.sampled_from(["T1", "FLAIR", ""]),
        can_be_cut=st.booleans(),
        is_localizer=st.booleans(),
        patient_orientation=st.sampled_from([None, ("A", "F"), ("P", "FL"), ("L", "F"), ("X", "")]),
        prior=st.integers(0, 2),
    ),
    max_size=8,
    unique_by=lambda image: image.image_id,
)


@settings(max_examples=60, deadline=None)
@given(images=images_of_any_kind)
def test_that_every_image_is_hung_or_listed_and_always_in_the_same_way(built_in, images) -> None:
    hanging = choose_hanging(images, built_in)
    assert choose_hanging(list(images), built_in) == hanging
    assert len(hanging.cells) == hanging.rows * hanging.columns
    (rule,) = [one for one in built_in if one.id == hanging.protocol_id] or [None]
    shared = {(c.row, c.column) for c in rule.cells if c.cut or c.repeats} if rule else set()
    hung = [c.image_id for c in hanging.cells if c.image_id and (c.row, c.column) not in shared]
    shown = {cell.image_id for cell in hanging.cells if cell.image_id}
    assert len(hung) == len(set(hung))
    assert shown | set(hanging.left_over) == {image.image_id for image in images}
    assert not shown & set(hanging.left_over)
    for cell in hanging.cells:
        assert hanging.at(cell.row, cell.column) is cell


# The rules


def protocol(
    name: str, *, cells: Sequence[CellRule] = (CellRule(row=1, column=1),), **more
) -> HangingProtocol:
    return HangingProtocol(id=name, name=name, rows=2, columns=2, cells=tuple(cells), **more)


def test_that_the_protocol_with_more_conditions_wins_and_the_first_of_equals() -> None:
    loose = protocol("loose", conditions=ImageConditions(modality=("CT",)))
    strict = protocol("strict", conditions=ImageConditions(modality=("CT",), body_part=("CHEST",)))
    equal = protocol("equal", conditions=ImageConditions(modality=("CT",), laterality=("", "L")))
    image = ct("a", body_part="chest", laterality="L")
    assert choose_hanging([image], [loose, strict, equal]).protocol_id == "strict"
    assert choose_hanging([image], [equal, loose, strict]).protocol_id == "equal"
    assert choose_hanging([ct("a")], [strict, loose]).protocol_id == "loose"


def test_that_conditions_must_meet_in_one_image() -> None:
    strict = protocol("strict", conditions=ImageConditions(modality=("CT",), body_part=("CHEST",)))
    images = [ct("a", body_part="HEAD"), ImageTags(image_id="b", modality="MR", body_part="CHEST")]
    assert choose_hanging(images, [strict]).protocol_id == ""


@pytest.mark.parametrize(("count", "expected"), [(1, ""), (2, "some"), (3, "some"), (4, "")])
def test_that_numbers_of_images_are_conditions(count: int, expected: str) -> None:
    rule = protocol("some", min_images=2, max_images=3)
    images = [ct(str(number)) for number in range(count)] + [ct("prior", prior=1)]
    assert choose_hanging(images, [rule]).protocol_id == expected


def test_that_a_cell_with_conditions_chooses_before_one_without() -> None:
    cells = [
        CellRule(row=1, column=1),
        CellRule(row=1, column=2, conditions=ImageConditions(laterality=("L",))),
    ]
    images = [ct("a", laterality="L"), ct("b")]
    hanging = choose_hanging(images, [protocol("p", cells=cells)])
    assert ids(hanging) == ["b", "a", None, None]


def test_that_a_prior_never_hangs_in_the_place_of_a_current_image() -> None:
    hanging = choose_hanging([ct("old", prior=1), ct("new")], [protocol("p")])
    assert ids(hanging) == ["new", None, None, None]
    assert hanging.left_over == ("old",)


def test_that_an_image_is_turned_as_told_where_no_edge_is_asked_for() -> None:
    told = CellRule(row=1, column=1, is_flipped=True, rotation_degrees=90)
    assert turn_of(told, ct("a", patient_orientation=("L", "F"))) == (True, 90)
    # Asked for an edge that lies in the line of sight: nothing to be done about it.
    sideways = CellRule(row=1, column=1, right_edge="A")
    assert turn_of(sideways, ct("a", patient_orientation=("L", "F"))) == (False, 0)


@pytest.mark.parametrize(
    "stored", [a + b for a in "APHF" for b in "APHF" if a not in (b, opposite_letters(b))]
)
@pytest.mark.parametrize("wanted", ["AF", "PF", "FA", "HP"])
def test_that_a_turned_picture_has_the_edges_asked_for(stored: str, wanted: str) -> None:
    right, bottom = stored
    left, top = opposite_letters(right), opposite_letters(bottom)
    picture = np.array([["", top, ""], [left, "", right], ["", bottom, ""]])
    cell = CellRule(row=1, column=1, right_edge=wanted[0], bottom_edge=wanted[1])
    is_flipped, degrees = turn_of(cell, ct("a", patient_orientation=(right, bottom)))
    shown = np.rot90(np.fliplr(picture) if is_flipped else picture, -(degrees // 90))
    assert shown[1, 2] + shown[2, 1] == wanted


def test_that_two_images_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="id of its own"):
        choose_hanging([ct("a"), ct("a")], [])


# Files

GOOD = """
[[protocol]]
id = "mine"
name = "Mine"
rows = 1
columns = 2
[protocol.when]
modality = "CT"
[[protocol.cell]]
row = 1
column = 1
[[protocol.cell]]
row = 1
column = 2
cut = "coronal"
rotate = 90
flip = true
"""


def test_that_a_file_is_read_whole() -> None:
    (mine,) = parse_hanging(GOOD, "mine.toml")
    assert (mine.id, mine.rows, mine.columns, mine.conditions.modality) == ("mine", 1, 2, ("CT",))
    second = mine.cells[1]
    assert (second.repeats, second.is_optional, mine.is_linked) == (False, False, False)
    assert (second.cut, second.rotation_degrees, second.is_flipped) == (MainPlane.CORONAL, 90, True)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("rows = 1", "rows = ", r"mine.toml .*line 5"),
        ("rows = 1", "rowz = 1", r"protocol 'mine': unknown key 'rowz'"),
        ("rows = 1\n", "", r"protocol 'mine': rows is missing"),
        ("rows = 1", "rows = 5", r"protocol 'mine': rows and columns are 1 to 4, not 5 and 2"),
        ("rows = 1", "rows = true", r"protocol 'mine': rows is a whole number, not True"),
        ('id = "mine"', "", r"protocol 1: id is missing"),
        ('modality = "CT"', 'modalty = "CT"', r"protocol 'mine': when: unknown key 'modalty'"),
        ('modality = "CT"', "modality = 3", r"when: modality is a text or a list of texts, not 3"),
        ('modality = "CT"', "modality = []", r"when: modality is empty"),
        ('modality = "CT"', "min_images = 3\nmax_images = 2", r"cannot be 3 to 2 images"),
        ('modality = "CT"', 'complete = "yes"', r"when: complete is true or false, not 'yes'"),
        ('cut = "coronal"', 'cut = "oblique"', r"cell 2: cut is axial, coronal or sagittal, not 'oblique'"),
        ('cut = "coronal"', 'weighting = "T3"', r"cell 2: weighting is one of T1, T2, .*, not 'T3'"),
        ('cut = "coronal"', "optional = 1", r"cell 2: optional is true or false, not 1"),
        ('cut = "coronal"', 'series_description = "x"', r"cell 2: unknown key 'series_description'"),
        ('cut = "coronal"', 'plane = ["x"]', r"cell 2: plane is axial, coronal or sagittal, not 'x'"),
        ("rotate = 90", "rotate = 45", r"cell 2: rotate is 0, 90, 180 or 270, not 45"),
        ("rotate = 90", 'right_edge = "X"', r"cell 2: right_edge is one of L, R, A, P, H and F, not 'X'"),
        ("rotate = 90", 'right_edge = "L"\nbottom_edge = "R"', r"cell 2: right_edge and bottom_edge"),
        ("rotate = 90", "prior = -1", r"cell 2: prior is 0"),
        ("column = 2\n", "column = 1\n", r"row 1, column 1 is given twice"),
        ("column = 2\n", "column = 3\n", r"row 1, column 3 is not in 1 x 2"),
        ("column = 2\n", "column = 9\n", r"cell 2: row and column are 1 to 4, not 1 and 9"),
        ("[[protocol]]", "[[protocols]]", r"no \[\[protocol\]\]"),
        ("[[protocol]]", "other = 1\n[[protocol]]", r"unknown key 'other'"),
    ],
)
def test_that_an_error_names_file_protocol_cell_and_key(old: str, new: str, said: str) -> None:
    # Only the last of several, so that it is the second cell's.
    head, _, tail = GOOD.rpartition(old) if old.startswith("column") else GOOD.partition(old)
    with pytest.raises(UserFacingError, match=said) as caught:
        parse_hanging(f"{head}{new}{tail}", "mine.toml")
    assert "mine.toml" in caught.value.message
    assert "mine.toml" in caught.value.hint


def test_that_a_protocol_without_cells_or_given_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserFacingError, match="needs a cell"):
        parse_hanging(GOOD[: GOOD.index("[[protocol.cell]]")], "mine.toml")
    with pytest.raises(UserFacingError, match="'mine' is given twice"):
        parse_hanging(GOOD + GOOD, "mine.toml")
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(GOOD, encoding="utf-8")
    with pytest.raises(UserFacingError, match=r"b.toml .*protocol 'mine' is in a.toml too"):
        load_hanging(tmp_path)


def test_that_a_site_replaces_a_built_in_protocol_by_its_id(tmp_path: Path) -> None:
    built_in, own = tmp_path / "built-in", tmp_path / "own"
    for folder, name in ((built_in, "Mine"), (own, "Ours")):
        folder.mkdir()
        (folder / "any.toml").write_text(GOOD.replace('name = "Mine"', f'name = "{name}"'), encoding="utf-8")
    assert [protocol.name for protocol in load_hanging(built_in, own)] == ["Ours"]


def test_that_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserFacingError, match=r"bad\.toml"):
        load_hanging(tmp_path)
