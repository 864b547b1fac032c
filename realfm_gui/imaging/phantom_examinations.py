"""Made-up examinations of every kind that a reading room shows, each with something to be found.

A chest radiograph in two views, a mammogram in four, computed tomography of the chest with an earlier one, a
magnetic resonance study of two series, an ultrasound loop and a colour flow image. Small on purpose: they
show what a viewer does with each kind, not what any scanner can do.
"""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from realfm_gui.imaging.phantom_files import (
    Disc,
    Examination,
    SimulatedFile,
    place,
    region,
    window,
    write_file,
)

TODAY, EARLIER = "20250310", "20240108"
"""Days of the examinations, 14 months apart; an import keeps neither."""

CHEST_SHAPE, CHEST_SPACING_MM = (1300, 1200), 0.3
CT_SIDE, CT_PIXEL_MM, CT_STEP_MM = 256, 1.5, 5.0
MR_SIDE, MR_PIXEL_MM, MR_STEP_MM, MR_SLICES = 192, 1.2, 5.5, 24
MR_TILT = math.radians(14.0)
NODULE_MM = (84.0, -20.0, 12.0)
CONSOLIDATION_MM = (-74.0, 40.0, -22.0)
PRIOR_SHIFT_MM = (9.0, -6.0, 13.0)
"""How the patient lay in the earlier examination, whose frame of reference is another one."""

LOOP_FRAMES = 16


def chest_radiograph() -> Iterator[SimulatedFile]:
    """Yield a frontal and a lateral view with a consolidation; the lateral one is stored as MONOCHROME1."""
    from realfm_gui.imaging.phantom_chest import Lesion, Thorax
    from realfm_gui.imaging.phantom_thorax import radiographs

    examination = Examination(name="chest", patient="A", day=TODAY, modality="CR", body_part="CHEST")
    lesion = Lesion(center_mm=CONSOLIDATION_MM, radius_mm=22.0, added=620.0, is_solid=False)
    views = radiographs(Thorax(seed=5, lesion=lesion), shape=CHEST_SHAPE, spacing_mm=CHEST_SPACING_MM)
    rng = np.random.default_rng(51)
    for number, (view, position) in enumerate(zip(views, ("PA", "LL"), strict=True), start=1):
        # A detector's noise grows as fewer photons arrive: with what they have to cross.
        view = view + (0.8 + 0.008 * view) * rng.standard_normal(view.shape, dtype=np.float32)
        full = 4095.0 / 420.0
        pixels = np.clip(np.rint(full * view), 0, 4095).astype(np.uint16)
        low, high = ((20.0, 285.0), (40.0, 380.0))[number - 1]
        shown = window(full * low, full * high)
        kind = "MONOCHROME2"
        if position == "LL":
            pixels, kind = 4095 - pixels, "MONOCHROME1"
            shown = window(4095 - full * high, 4095 - full * low)
        across = lesion.center_mm[0 if position == "PA" else 1]
        content = write_file(
            examination,
            pixels,
            {
                "ViewPosition": position,
                "PatientOrientation": ["L", "F"] if position == "PA" else ["P", "F"],
                "PhotometricInterpretation": kind,
                "ImagerPixelSpacing": [CHEST_SPACING_MM] * 2,
                **shown,
            },
            series=1,
            instance=number,
            bits=12,
        )
        disc = Disc(
            column=across / CHEST_SPACING_MM + CHEST_SHAPE[1] / 2 - 0.5,
            row=-lesion.center_mm[2] / CHEST_SPACING_MM + CHEST_SHAPE[0] / 2 - 0.5,
            radius_px=lesion.radius_mm / CHEST_SPACING_MM,
        )
        yield SimulatedFile(
            name=f"chest-{position}.dcm",
            content=content,
            shape=CHEST_SHAPE,
            lesion=disc,
            is_best=position == "PA",
        )


def mammography() -> Iterator[SimulatedFile]:
    """Yield both breasts in two views each; the right one has a spiculated mass with calcifications."""
    from realfm_gui.imaging.phantom_breast import (
        BREAST_COLUMNS,
        BREAST_ROWS,
        BREAST_SPACING_MM,
        BreastFinding,
        mammogram,
        place_px,
    )

    examination = Examination(name="breasts", patient="B", day=TODAY, modality="MG", body_part="BREAST")
    number = 0
    for view in ("CC", "MLO"):
        for side in ("R", "L"):
            number += 1
            is_right, is_oblique = side == "R", view == "MLO"
            finding = None
            if is_right:
                down = 0.47 if is_oblique else 0.40
                finding = BreastFinding(down=down, out=0.44, mass_px=33.0, specks=12)
            # Both breasts of a person are alike: the same seed, mirrored.
            pixels = mammogram(
                np.random.default_rng(70 + is_oblique),
                is_right=is_right,
                is_oblique=is_oblique,
                finding=finding,
            )
            content = write_file(
                examination,
                pixels,
                {
                    "ViewPosition": view,
                    "ImageLaterality": side,
                    "PatientOrientation": _breast_edges(is_right=is_right, is_oblique=is_oblique),
                    "PresentationIntentType": "FOR PRESENTATION",
                    "ImagerPixelSpacing": [BREAST_SPACING_MM] * 2,
                    **window(450, 3300),
                },
                series=1,
                instance=number,
                bits=12,
            )
            lesion = None
            if finding is not None:
                column, row = place_px(finding, is_right=is_right)
                lesion = Disc(column=column, row=row, radius_px=1.6 * finding.mass_px)
            yield SimulatedFile(
                name=f"breast-{side}-{view}.dcm",
                content=content,
                shape=(BREAST_ROWS, BREAST_COLUMNS),
                lesion=lesion,
                is_best=number == 1,
            )


def _breast_edges(*, is_right: bool, is_oblique: bool) -> list[str]:
    """Return where the right and the lower edge of a mammogram lie in the patient (PS3.3 C.7.6.1.1.1)."""
    inner = "L" if is_right else "R"
    return ["P" if is_right else "A", ("F" + inner) if is_oblique else inner]


def chest_tomography(*, slices: int = 60) -> Iterator[SimulatedFile]:
    """Yield a chest CT with a nodule, and the earlier one of four slices less, in which it was smaller."""
    yield from _tomogram("ct", day=TODAY, radius_mm=8.0, shift_mm=(0.0, 0.0, 0.0), slices=slices, seed=31)
    yield from _tomogram(
        "ct-prior", day=EARLIER, radius_mm=5.0, shift_mm=PRIOR_SHIFT_MM, slices=slices - 4, seed=32
    )


def _tomogram(
    name: str, *, day: str, radius_mm: float, shift_mm: tuple[float, float, float], slices: int, seed: int
) -> Iterator[SimulatedFile]:
    from realfm_gui.imaging.phantom_chest import Lesion, Thorax
    from realfm_gui.imaging.phantom_thorax import tomogram

    examination = Examination(name=name, patient="C", day=day, modality="CT", body_part="CHEST")
    thorax = Thorax(seed=3, lesion=Lesion(center_mm=NODULE_MM, radius_mm=radius_mm))
    grid = (np.arange(CT_SIDE) - (CT_SIDE - 1) / 2) * CT_PIXEL_MM
    heights = (np.arange(slices) - 0.6 * slices) * CT_STEP_MM
    # The body is always in its own coordinates; the couch moved it by the shift.
    x, y, z = (axis - shift for axis, shift in zip((grid, grid, heights), shift_mm, strict=True))
    volume = tomogram(thorax, x=x, y=y, z=z, rng=np.random.default_rng(seed))
    stored = (volume.astype(np.int32) + 1024).astype(np.uint16)
    nearest = int(np.argmin(np.abs(z - NODULE_MM[2])))
    for index, height in enumerate(heights):
        instance = slices - index  # from head to feet
        off = abs(float(z[index]) - NODULE_MM[2])
        lesion = None
        if off < radius_mm:
            column, row = ((NODULE_MM[axis] + shift_mm[axis] - grid[0]) / CT_PIXEL_MM for axis in (0, 1))
            radius_px = math.sqrt(radius_mm**2 - off**2) / CT_PIXEL_MM
            lesion = Disc(column=column, row=row, radius_px=radius_px)
        content = write_file(
            examination,
            stored[index],
            {
                **place((grid[0], grid[0], height), (1, 0, 0, 0, 1, 0)),
                "FrameOfReferenceUID": examination.uid("frame of reference"),
                "PixelSpacing": [CT_PIXEL_MM] * 2,
                "SliceThickness": CT_STEP_MM,
                "PatientPosition": "HFS",
                "RescaleIntercept": -1024,
                "RescaleSlope": 1,
                "RescaleType": "HU",
                "WindowCenter": [-600, 50],
                "WindowWidth": [1500, 400],
                "WindowCenterWidthExplanation": ["LUNG", "MEDIASTINUM"],
            },
            series=1,
            instance=instance,
            bits=12,
        )
        yield SimulatedFile(
            name=f"{name}-{instance:03d}.dcm",
            content=content,
            shape=(CT_SIDE, CT_SIDE),
            lesion=lesion,
            is_best=index == nearest,
        )


def brain_resonance() -> Iterator[SimulatedFile]:
    """Yield a T1- and a T2-weighted series of one head, the latter tilted towards the front."""
    from realfm_gui.imaging.phantom_brain import LESION_MM, LESION_RADIUS_MM, T1, T2, brain

    examination = Examination(name="brain", patient="D", day=TODAY, modality="MR", body_part="BRAIN")
    side = (np.arange(MR_SIDE) - (MR_SIDE - 1) / 2) * MR_PIXEL_MM
    along_row = np.array([1.0, 0.0, 0.0])
    for series, (weighting, tilt, repetition_ms, echo_ms) in enumerate(
        ((T1, 0.0, 520.0, 12.0), (T2, MR_TILT, 4600.0, 98.0)), start=1
    ):
        down = np.array([0.0, math.cos(tilt), math.sin(tilt)])
        normal = np.cross(along_row, down)
        plane = side[None, :, None] * along_row + side[:, None, None] * down
        offsets = (np.arange(MR_SLICES) - 11.0) * MR_STEP_MM
        places = plane[None] + offsets[:, None, None, None] * normal
        volume = brain(places, weighting, np.random.default_rng(40 + series))
        nearest = int(np.argmin(np.abs(offsets - normal @ np.array(LESION_MM))))
        for index in range(MR_SLICES):
            corner = places[index, 0, 0]
            lesion = None
            if index == nearest:
                column, row = (
                    (np.array(LESION_MM) - corner) @ way / MR_PIXEL_MM for way in (along_row, down)
                )
                lesion = Disc(column=float(column), row=float(row), radius_px=LESION_RADIUS_MM / MR_PIXEL_MM)
            content = write_file(
                examination,
                volume[index],
                {
                    **place(corner, (*along_row, *down)),
                    "FrameOfReferenceUID": examination.uid("frame of reference"),
                    "PixelSpacing": [MR_PIXEL_MM] * 2,
                    "SliceThickness": 5.0,
                    "SpacingBetweenSlices": MR_STEP_MM,
                    "PatientPosition": "HFS",
                    "ScanningSequence": "SE",
                    "RepetitionTime": repetition_ms,
                    "EchoTime": echo_ms,
                    **window(0, 820 if weighting == T1 else 950),
                },
                series=series,
                instance=index + 1,
                bits=12,
            )
            yield SimulatedFile(
                name=f"brain-{weighting}-{index + 1:02d}.dcm",
                content=content,
                shape=(MR_SIDE, MR_SIDE),
                lesion=lesion,
                is_best=index == nearest and weighting == T2,
            )


def abdomen_loop() -> Iterator[SimulatedFile]:
    """Yield an ultrasound loop of a breathing upper abdomen with a cyst."""
    from realfm_gui.imaging.phantom_ultrasound import COLUMNS, ROWS, SECTOR, sector_loop

    examination = Examination(name="abdomen", patient="E", day=TODAY, modality="US", body_part="ABDOMEN")
    content = write_file(
        examination,
        sector_loop(np.random.default_rng(60), frames=LOOP_FRAMES),
        {
            "SequenceOfUltrasoundRegions": [region(SECTOR.bounds, mm_per_px=SECTOR.mm_per_px)],
            "FrameTime": 66.7,
            "FrameIncrementPointer": 0x00181063,
            **window(0, 255),
        },
        series=1,
        instance=1,
        bits=8,
        sop_class="US loop",
    )
    yield SimulatedFile(name="abdomen-loop.dcm", content=content, shape=(ROWS, COLUMNS), is_best=True)


def vessel_flow() -> Iterator[SimulatedFile]:
    """Yield a colour flow image of a narrowed vessel."""
    from realfm_gui.imaging.phantom_ultrasound import (
        COLUMNS,
        LINEAR_BOX,
        LINEAR_MM_PER_PX,
        ROWS,
        colour_flow,
    )

    examination = Examination(name="vessel", patient="F", day=TODAY, modality="US", body_part="NECK")
    pixels: NDArray[np.uint8] = colour_flow(np.random.default_rng(61))
    content = write_file(
        examination,
        pixels,
        {
            "SequenceOfUltrasoundRegions": [region(LINEAR_BOX, mm_per_px=LINEAR_MM_PER_PX, is_flow=True)],
            "UltrasoundColorDataPresent": 1,
        },
        series=1,
        instance=1,
        bits=8,
    )
    yield SimulatedFile(name="vessel-flow.dcm", content=content, shape=(ROWS, COLUMNS), is_best=True)
