"""The documents: every link leads somewhere, every command named exists."""

import re
from pathlib import Path

import pytest

from realfm_gui.cli import realfm


def documents(repository: Path) -> list[Path]:
    return [repository / "README.md", *sorted((repository / "resources").rglob("*.md"))]


def test_that_every_relative_link_leads_to_a_file(repository: Path) -> None:
    broken = [
        f"{document.name}: {target}"
        for document in documents(repository)
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", document.read_text(encoding="utf-8"))
        if "://" not in target and not (document.parent / target).exists()
    ]
    assert broken == []


@pytest.mark.parametrize("place", ["README.md", "resources/help"])
def test_that_every_command_in_the_documents_exists(repository: Path, place: str) -> None:
    path = repository / place
    for document in [path] if path.is_file() else sorted(path.glob("*.md")):
        for command in re.findall(r"\brealfm ([a-z]+)\b(?! is|,)", document.read_text(encoding="utf-8")):
            assert command in realfm.commands, f"{document.name} names realfm {command}"


def test_that_the_help_names_every_field_of_the_protocol(repository: Path) -> None:
    from realfm_gui.domain import protocol

    text = (repository / "resources" / "help" / "protocol.md").read_text(encoding="utf-8")
    for part in (
        protocol.StudyPart,
        protocol.PopulationPart,
        protocol.Finding,
        protocol.Reader,
        protocol.ModelPart,
        protocol.OperatingPoint,
        protocol.ReadingPart,
        protocol.AnalysisPart,
        protocol.LocalisationPart,
    ):
        for field in part.model_fields:
            is_told = f"`{field}`" in text or f".{field}]`" in text
            assert is_told, f"{part.__name__}.{field} is not in the help"
