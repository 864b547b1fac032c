"""The protocol: what is asked of whom, in which order, and how it will be analysed."""

import tomllib
from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from realfm_gui.domain.case import Split
from realfm_gui.domain.display_check import CheckRequirement
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.mark import MarkShape

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]

RESERVED = frozenset({"file", "patient", "uid", "truth", "finding", "split", "indication"})
"""Column names of the truth table; a finding's own column would be taken for them."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StudyPart(_Part):
    """What the study is."""

    title: Name
    description: str = ""
    simulated: bool = False
    """True where images or readers are made by a program: every page says so."""


class PopulationPart(_Part):
    """Whom the results are meant for."""

    prevalence: float = Field(gt=0, lt=1)
    """Share of patients with the finding where the model would be used, not in the enriched test set."""


class Finding(_Part):
    """Something that is present or absent in a case."""

    id: Identifier
    name: Name
    question: str = ""
    """What the reader is asked, e.g. "Is there pneumonia?"; the name is used where it is empty."""
    marks: Literal["none", "point", "box", "ellipse", "contour"] = "none"
    """Whether the reader marks where it is, and with what shape."""
    marks_required: bool = False
    """Whether a recall needs a mark."""
    marks_at_most: int | None = Field(default=None, ge=1, le=100)
    """How many marks a case may have; 1 for a location ROC (LROC) study."""
    mark_levels: int | None = Field(default=None, ge=2, le=10)
    """Levels that a mark is rated on, from 1; 0 to 100 without."""

    @model_validator(mode="after")
    def _mark_rules_have_marks(self) -> Self:
        if self.marks == "none" and (self.marks_required or self.marks_at_most or self.mark_levels):
            raise ValueError(
                "marks_required, marks_at_most and mark_levels mean nothing while marks is 'none': "
                "say marks = 'point', 'box', 'ellipse' or 'contour', or leave them out"
            )
        return self

    @property
    def mark_shape(self) -> MarkShape | None:
        """The shape of a mark; None where the finding is not localised."""
        return None if self.marks == "none" else MarkShape(self.marks)


class Reader(_Part):
    """A person (or a simulated one) who reads."""

    id: Identifier
    name: Name
    simulated: bool = False
    reads: tuple[Split, ...] = (Split.TRAINING, Split.READING)
    years_experience: float | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _never_reads_development(self) -> Self:
        if Split.DEVELOPMENT in self.reads:
            raise ValueError("readers never read the development split")
        return self


class OperatingPoint(_Part):
    """How the model's threshold is chosen, on the development split only."""

    rule: Literal["youden", "sensitivity", "specificity"] = "youden"
    target: float | None = Field(default=None, gt=0, lt=1)
    """The sensitivity or specificity to reach; none for Youden's index."""

    @model_validator(mode="after")
    def _target_fits_rule(self) -> Self:
        if (self.rule == "youden") != (self.target is None):
            raise ValueError(
                "give a target with the rules 'sensitivity' and 'specificity', and none with 'youden'"
            )
        return self


class ModelPart(_Part):
    """Which model the readers are shown, and how."""

    name: Identifier
    saliency: Literal["grad-cam", "occlusion", "none"] = "grad-cam"
    input_size: int = Field(default=224, ge=32, le=1024)
    """Side of the square the image is resized to, in pixels (aspect kept, padded)."""
    controls: tuple[Identifier, ...] = ("pixels-16x16",)
    """Models fitted and scored beside it and never shown to readers: they tell a shortcut from skill."""
    operating_point: OperatingPoint = OperatingPoint()
    shown: tuple[Identifier, ...] = Field(default=(), max_length=4)
    """The models that readers are shown side by side, `name` among them; that one alone where left out."""
    shown_order: Literal["as_listed", "by_reader"] = "as_listed"
    """Whether all readers see them in the order of `shown`, or each in one of its own."""

    @property
    def shown_models(self) -> tuple[str, ...]:
        """The models that readers are shown."""
        return self.shown or (self.name,)

    @model_validator(mode="after")
    def _shown_models_fit(self) -> Self:
        _refuse_twice("model", self.shown_models)
        if self.name not in self.shown_models:
            raise ValueError(
                f"the models that are shown must include {self.name!r}, which the study is about"
            )
        both = sorted(set(self.controls) & set(self.shown_models))
        if both:
            raise ValueError(f"{both[0]!r} is a control, and controls are never shown to readers")
        return self


class ReadingPart(_Part):
    """How reading goes."""

    order_seed: int = 1
    confidence_levels: int = Field(default=5, ge=2, le=10)
    idle_after_s: float = Field(default=60, gt=0)
    """A gap without any input longer than this counts as idle, not as reading."""
    display_check: CheckRequirement = CheckRequirement.OFFERED
    """Whether readers check their display before a session, see resources/help/display.md."""
    display_check_valid_h: float = Field(default=12, ge=0, le=24 * 366)
    """For how many hours a check holds, at one workstation; 0: for one session."""


class LocalisationPart(_Part):
    """When a mark counts as having found a lesion; see resources/help/marks.md."""

    rule: Literal["inside", "distance", "overlap"] = "inside"
    """The mark's centre lies in the lesion; lies within a radius of the lesion's; both overlap enough."""
    radius_mm: float | None = Field(default=None, gt=0)
    radius_px: float | None = Field(default=None, gt=0)
    """The acceptance radius, in millimetres or in image columns; one of the two, for `distance`."""
    overlap: float | None = Field(default=None, gt=0, le=1)
    """The least intersection over union, for `overlap`."""
    slices: int = Field(default=0, ge=0)
    """How many slices above or below the lesion's a mark may lie."""
    repeats: Literal["non_lesion", "ignored"] = "non_lesion"
    """What a further mark on a lesion that is found already counts as."""

    @model_validator(mode="after")
    def _limits_fit_rule(self) -> Self:
        radii = (self.radius_mm is not None) + (self.radius_px is not None)
        if radii != (1 if self.rule == "distance" else 0):
            raise ValueError(
                "give radius_mm or radius_px with the rule 'distance', and neither with the others"
            )
        if (self.rule == "overlap") != (self.overlap is not None):
            raise ValueError("give overlap with the rule 'overlap', and not with the others")
        return self


class AnalysisPart(_Part):
    """What was fixed before the first reading."""

    alpha: float = Field(default=0.05, gt=0, lt=0.5)
    margin_auc: float = Field(default=0.05, gt=0, lt=0.5)
    margin_sensitivity: float = Field(default=0.05, gt=0, lt=0.5)
    margin_specificity: float = Field(default=0.05, gt=0, lt=0.5)
    localisation: LocalisationPart = LocalisationPart()


class Protocol(_Part):
    """A sequential study: every case is read unaided, locked, then read again with the model's output."""

    version: Literal[1] = 1
    design: Literal["sequential"] = "sequential"
    study: StudyPart
    population: PopulationPart
    findings: tuple[Finding, ...] = Field(min_length=1)
    readers: tuple[Reader, ...] = Field(min_length=1)
    model: ModelPart
    reading: ReadingPart = ReadingPart()
    analysis: AnalysisPart = AnalysisPart()

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        taken = sorted({finding.id for finding in self.findings} & RESERVED)
        if taken:
            raise ValueError(
                f"a finding cannot be called {taken[0]!r}: truth tables have a column of that name"
            )
        _refuse_twice("finding", [finding.id for finding in self.findings])
        _refuse_twice("reader", [reader.id for reader in self.readers])
        return self

    @model_validator(mode="after")
    def _points_are_not_overlapped(self) -> Self:
        points = [finding.name for finding in self.findings if finding.marks == "point"]
        if points and self.analysis.localisation.rule == "overlap":
            raise ValueError(
                f"{points[0]} is marked by points, which overlap nothing: "
                "choose the rule 'inside' or 'distance' under [analysis.localisation]"
            )
        return self

    def shown_to(self, reader: Reader) -> tuple[str, ...]:
        """Return the models this reader is shown, in an order that stays the same in every case.

        With `shown_order` "by_reader" the list is rotated by the reader's place in the protocol, from a start
        that `order_seed` gives: among as many readers as models, each model stands in each place once.
        """
        models = self.model.shown_models
        if self.model.shown_order == "as_listed":
            return models
        start = (self.readers.index(reader) + self.reading.order_seed) % len(models)
        return models[start:] + models[:start]

    def reader(self, reader_id: str) -> Reader:
        """Return the reader with this id, or whose name it is; raise `UserFacingError` if there is none."""
        for reader in self.readers:
            if reader_id in (reader.id, reader.name):
                return reader
        known = ", ".join(reader.id for reader in self.readers)
        raise UserFacingError(f"The protocol has no reader {reader_id!r}.", hint=f"Its readers are: {known}.")


def _refuse_twice(what: str, ids: Sequence[str]) -> None:
    twice = sorted({i for i in ids if ids.count(i) > 1})
    if twice:
        raise ValueError(f"{what} {twice[0]!r} is named twice")


def parse_protocol(text: str, *, source: str = "protocol.toml") -> Protocol:
    """Read a protocol from TOML.

    Raises
    ------
    UserFacingError
        Naming every field that is missing or wrong, one per line.
    """
    hint = f"Correct {source} and try again; resources/help/protocol.md describes every field."
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserFacingError(f"{source} is not valid TOML: {error}.", hint=hint) from error
    try:
        return Protocol.model_validate(table)
    except ValidationError as error:
        problems = [f"{_place(item['loc'])}: {_reason(item['msg'])}" for item in error.errors()]
        raise UserFacingError(f"{source} cannot be used:\n  " + "\n  ".join(problems), hint=hint) from error


def _place(location: tuple[int | str, ...]) -> str:
    words = [f"[{part + 1}]" if isinstance(part, int) else part for part in location]
    return ".".join(words).replace(".[", "[") or "the protocol"


def _reason(message: str) -> str:
    return message.removeprefix("Value error, ")
