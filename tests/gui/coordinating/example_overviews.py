"""Overviews of made-up studies, from empty to forty readers with long names."""

from dataclasses import replace

from realfm_gui.domain.case import Split
from realfm_gui.domain.protocol import Protocol, parse_protocol
from realfm_gui.workflows.overview import ModelOverview, ReaderOverview, SplitOverview, StudyOverview

PROTOCOL_TOML = """
version = 1
design = "sequential"
[study]
title = "Microcalcifications in lumpy backgrounds"
simulated = true
[population]
prevalence = 0.2
[[findings]]
id = "specks"
name = "Cluster of specks"
[[readers]]
id = "you"
name = "You"
reads = ["training"]
[[readers]]
id = "sim-1"
name = "Simulated reader 1"
simulated = true
[model]
name = "efficientnet-lite0"
"""

CUT_SHORT = "The pixel data are missing or cut short."
LONG_NAME = "Professor Dr. med. Wilhelmina Alexandra Montgomery-Featherstonehaugh"


def protocol() -> Protocol:
    return parse_protocol(PROTOCOL_TOML)


def overview_of(
    *,
    cases: tuple[int, int, int] = (300, 8, 160),
    fitted: bool = True,
    answered: bool = True,
    failed: int = 0,
    readers: int = 5,
    submitted: float = 0.5,
    refused: tuple[tuple[str, str], ...] = (),
    title: str = "Microcalcifications in lumpy backgrounds",
    simulated: bool = True,
) -> StudyOverview:
    total = cases[1] + cases[2]
    people = []
    for number in range(readers):
        share = min(1.0, submitted * (1 + number % 3))
        done = round(share * cases[2])
        people.append(
            ReaderOverview(
                reader_id=f"reader-{number + 1}",
                name=LONG_NAME
                if number == 3
                else f"Simulated reader {number + 1}"
                if simulated
                else f"Dr. Reader {number + 1}",
                is_simulated=simulated and number > 0,
                unaided_locked=min(cases[2], done + (1 if done > 0 else 0)),
                submitted=done,
                total=cases[2],
                reads=(Split.READING,),
                last_active_utc="2026-03-04T14:31:07.123Z" if done else "",
                median_active_s=31.4 + number if done else None,
            )
        )
    return StudyOverview(
        title=title,
        description="Images made by the program, a real model, simulated readers.",
        is_simulated=simulated,
        protocol_sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        prevalence=0.2,
        findings=("Cluster of specks",),
        splits=tuple(
            SplitOverview(split=split, cases=n, images=n, patients=n, has_truth=n > 0)
            for split, n in zip(Split, cases, strict=True)
        ),
        models=tuple(
            ModelOverview(
                name=name,
                is_shown=number == 0,
                is_fitted=fitted,
                needs_fit=True,
                cases_answered=total - failed if answered else 0,
                cases_failed=failed if answered and number == 0 else 0,
                cases_total=total,
                failures=tuple((f"case-{at}", CUT_SHORT) for at in range(failed))
                if answered and number == 0
                else (),
            )
            for number, name in enumerate(("efficientnet-lite0", "pixels-16x16"))
        ),
        readers=tuple(people),
        refused=refused,
        events=1234,
        outcomes_opened_utc=(),
    )


def with_practice(view: StudyOverview, *, submitted: int = 0) -> StudyOverview:
    """Add a person who reads the eight practice cases only."""
    you = ReaderOverview(
        reader_id="you",
        name="You",
        is_simulated=False,
        unaided_locked=submitted,
        submitted=submitted,
        total=8,
        reads=(Split.TRAINING,),
        last_active_utc="",
        median_active_s=None,
    )
    return replace(view, readers=(you, *view.readers))


def empty_overview() -> StudyOverview:
    return overview_of(cases=(0, 0, 0), fitted=False, answered=False, readers=3, submitted=0)


REFUSED = (
    (
        "incoming/site-b/IM-0031-0001.dcm",
        "The file ends early: 1,024 of 131,072 bytes of pixel data are there.",
    ),
    ("incoming/site-b/notes.docx", "This is not a DICOM file."),
    ("incoming/site-a/copy of IM-0001.dcm", "The same image as incoming/site-a/IM-0001.dcm."),
)
