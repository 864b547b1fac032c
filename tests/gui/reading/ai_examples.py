"""What models say, made up for the tests of the panel and the pictures."""

from collections.abc import Sequence

import numpy as np

from realfm_gui.domain.ai_finding import AiFinding, AiRegion, ScoreInterval
from realfm_gui.domain.images import Frame, Window
from realfm_gui.domain.prediction import GridGeometry, SaliencyMap
from realfm_gui.workflows.advice import Advice, FindingAdvice, ModelAdvice, located_advice

SIDE = 100


def frames(count: int) -> tuple[Frame, ...]:
    pixels = np.full((SIDE, SIDE), 1000, np.uint16)
    window = Window(center=1000, width=400)
    return tuple(
        Frame(pixels=pixels, windows=(window,), tags={"SeriesInstanceUID": "1", "InstanceNumber": str(n)})
        for n in range(count)
    )


def a_map(frame: int = 0, peak: tuple[int, int] = (1, 1)) -> SaliencyMap:
    values = np.zeros((4, 4), np.float32)
    values[peak] = 1.0
    grid = GridGeometry(row_offset=12.0, row_step=25.0, column_offset=12.0, column_step=25.0)
    return SaliencyMap(values=values, geometry=grid, method="grad-cam", frame=frame)


def a_box(frame: int, *, score: float = 0.8, x: float = 25, y: float = 25, side: float = 50) -> AiFinding:
    return AiFinding(
        finding="nodule",
        score=score,
        probability=score,
        frame=frame,
        region=AiRegion.box(x=x, y=y, width=side, height=side),
    )


def said(
    model: str = "alpha",
    *,
    percent: float | None = 63.0,
    call: bool | None = True,
    saliency: SaliencyMap | None = None,
    located: Sequence[AiFinding] = (),
    interval: ScoreInterval | None = None,
    locates: bool = True,
) -> ModelAdvice:
    finding = FindingAdvice(
        finding="nodule",
        name="Nodule",
        score=0.63,
        percent=percent,
        prevalence=0.2,
        calls_for_recall=call,
        meaning="Of 100 such cases at 20 % prevalence about 63 have it.",
        saliency=saliency,
        map_range=(0.0, 1.0),
        interval=interval,
        located=tuple(located_advice(found, "Nodule") for found in located),
    )
    return ModelAdvice(model=model, findings=(finding,), locates=("nodule",) if locates else ())


def advice(*models: ModelAdvice) -> Advice:
    return Advice(models=models, main=models[0].model)
