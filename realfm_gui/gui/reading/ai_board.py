"""What the AI panel and the pictures show of the models' advice. Plain state, without Qt."""

from dataclasses import dataclass

from realfm_gui.gui.reading.ai_words import number_words
from realfm_gui.workflows.advice import Advice, FindingAdvice, LocatedAdvice, ModelAdvice

LETTERS = "ABCD"
"""What models side by side are called on the picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedFinding:
    """One located finding under the number it has in the list and on the picture.

    `model` counts the models in the reader's order from 0; `letter` is its letter, empty where there is one
    model alone; `number` counts from 1, the highest score first.
    """

    model: int
    letter: str
    number: int
    said: LocatedAdvice

    @property
    def tag(self) -> str:
        """What it is called, such as "2" or "B2"."""
        return f"{self.letter}{self.number}"

    @property
    def score_words(self) -> str:
        """Its probability or score as it is written."""
        found = self.said.found
        percent = None if found.probability is None else 100 * found.probability
        return number_words(percent, found.score)

    @property
    def mark_words(self) -> str:
        """What stands beside it on the picture: that it is the AI's, its number, its score."""
        return f"AI {self.tag} · {self.score_words}"


class AiBoard:
    """The advice on screen: which model's map, which finding, which located finding is chosen.

    Empty until the AI is revealed; one board for all viewports.
    """

    def __init__(self) -> None:
        self._advice: Advice | None = None
        self._listed: tuple[ListedFinding, ...] = ()
        self._hidden: frozenset[int] = frozenset()
        self.selected: ListedFinding | None = None
        self.map_model = 0
        """The model whose map is over the picture."""
        self.finding = ""
        """The finding that the reader is at."""

    @property
    def models(self) -> tuple[ModelAdvice, ...]:
        """What each model says, in the reader's order; none before the AI is shown."""
        return () if self._advice is None else self._advice.models

    @property
    def listed(self) -> tuple[ListedFinding, ...]:
        """Everything that was found at a place: model after model, the highest score first."""
        return self._listed

    def show(self, advice: Advice, finding: str) -> None:
        """Take over what the models say; `finding` is the one that the reader is at."""
        self.forget()
        self._advice = advice
        self.finding = finding
        names = [said.model for said in advice.models]
        with_map = [number for number in range(len(names)) if self._map_of(number) is not None]
        main = names.index(advice.main)
        self.map_model = main if main in with_map or not with_map else with_map[0]
        self._listed = tuple(
            ListedFinding(
                model=number, letter=LETTERS[number] if len(names) > 1 else "", number=place, said=located
            )
            for number, said in enumerate(advice.models)
            for place, located in enumerate(_by_score(said), start=1)
        )

    def forget(self) -> None:
        """Begin a case: nothing of the AI is there."""
        self._advice = None
        self._listed = ()
        self._hidden = frozenset()
        self.selected = None
        self.map_model = 0
        self.finding = ""

    @property
    def selected_place(self) -> int | None:
        """Where in the list the chosen entry is."""
        return next((i for i, listed in enumerate(self._listed) if listed is self.selected), None)

    # Maps

    @property
    def shown_map(self) -> FindingAdvice | None:
        """What the model whose map is shown says of the finding; None where it is switched off or silent."""
        return None if self.map_model in self._hidden else self.said_of(self.map_model)

    def said_of(self, model: int) -> FindingAdvice | None:
        """Return what a model says of the finding that the reader is at."""
        if not model < len(self.models):
            return None
        return next((said for said in self.models[model].findings if said.finding == self.finding), None)

    def map_models(self) -> tuple[int, ...]:
        """Return the models that have a map of the finding."""
        return tuple(number for number in range(len(self.models)) if self._map_of(number) is not None)

    def map_name(self, model: int) -> str:
        """Return whose map it is, for the record of what was displayed."""
        return f"{self.models[model].model}/{self.finding}"

    # Models

    def is_model_shown(self, model: int) -> bool:
        """Whether a model's map and places are wanted on the picture."""
        return model not in self._hidden

    def set_model_shown(self, model: int, is_shown: bool) -> None:
        """Show or hide a model's map and places on the picture; what it says stays in the panel."""
        self._hidden = self._hidden - {model} if is_shown else self._hidden | {model}
        if self.selected is not None and self.selected.model in self._hidden:
            self.selected = None

    # Located findings

    def on_frame(self, frame: int) -> tuple[ListedFinding, ...]:
        """Return what is painted on a frame of the case, the chosen one last: it lies on top."""
        here = [
            listed
            for listed in self._listed
            if listed.model not in self._hidden
            and listed.said.found.region is not None
            and listed.said.found.is_on(frame)
        ]
        return tuple(sorted(here, key=lambda listed: listed is self.selected))

    def choose(self, place: int) -> ListedFinding | None:
        """Choose an entry of the list; a place outside it chooses none."""
        self.selected = self._listed[place] if 0 <= place < len(self._listed) else None
        if self.selected is not None and self.selected.model in self._hidden:
            self.set_model_shown(self.selected.model, True)  # who asks for it wants to see it
        return self.selected

    def step(self, by: int) -> ListedFinding | None:
        """Choose the next (+1) or previous (-1) entry among the models shown, around the end."""
        shown = [place for place, listed in enumerate(self._listed) if listed.model not in self._hidden]
        if not shown:
            return None
        now = [i for i, place in enumerate(shown) if self._listed[place] is self.selected]
        start = now[0] + by if now else (0 if by > 0 else -1)
        return self.choose(shown[start % len(shown)])

    def _map_of(self, model: int) -> FindingAdvice | None:
        said = self.said_of(model)
        return said if said is not None and said.saliency is not None else None


def _by_score(said: ModelAdvice) -> list[LocatedAdvice]:
    located = [place for finding in said.findings for place in finding.located]
    return sorted(located, key=lambda place: (-place.found.score, place.found.frame))
