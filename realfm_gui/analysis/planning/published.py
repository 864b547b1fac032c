"""Published variance components, parsed from the text of the resource that holds them."""

import tomllib
from dataclasses import dataclass, fields
from typing import Any

from realfm_gui.analysis.planning.components import PilotComponents
from realfm_gui.domain.errors import UserFacingError

_NUMBERS = ("var_tr", "cov1", "cov2", "cov3", "error")


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedComponents:
    """Components of one published reader study, with where they come from.

    `counted` says which cases `components.n_cases` counts ("all", "positive", "negative"); `source` is the
    reference and `provenance` how the numbers were taken from it.
    """

    id: str
    title: str
    figure_of_merit: str
    modalities: str
    counted: str
    n_positive: int
    n_negative: int
    components: PilotComponents
    source: str
    provenance: str


def parse_components(text: str) -> tuple[PublishedComponents, ...]:
    """Return the studies of a table of published components.

    Parameters
    ----------
    text : str
        TOML with one ``[[study]]`` per row, the fields of `PublishedComponents` and the numbers of
        `PilotComponents` side by side (`n_cases` follows from `counted`).

    Raises
    ------
    UserFacingError
        If the text is no TOML, or a study lacks a field, holds an unknown one or an impossible number; the
        message names the study.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserFacingError(
            f"The table of variance components cannot be read: {error}.", hint="Check that line of the file."
        ) from error
    studies = table.get("study", [])
    if not isinstance(studies, list) or not studies:
        raise UserFacingError("The table holds no [[study]].", hint="Give one [[study]] per study.")
    parsed = tuple(_study(row, number) for number, row in enumerate(studies, start=1))
    ids = [study.id for study in parsed]
    for name in ids:
        if ids.count(name) > 1:
            raise UserFacingError(f'Two studies are called "{name}".', hint="Give each an id of its own.")
    return parsed


def _study(row: dict[str, Any], number: int) -> PublishedComponents:
    name = f'study "{row["id"]}"' if "id" in row else f"study {number}"
    words = [field.name for field in fields(PublishedComponents) if field.type in (str, "str")]
    wanted = {*words, "n_positive", "n_negative", "n_readers", *_NUMBERS}
    missing, unknown = sorted(wanted - row.keys()), sorted(row.keys() - wanted - {"var_r"})
    if missing or unknown:
        wrong = [f"lacks {key}" for key in missing] + [f"has an unknown {key}" for key in unknown]
        raise UserFacingError(
            f"The {name} {' and '.join(wrong)}.",
            hint="Every study has the same fields; var_r alone may be left out.",
        )
    _check_kinds(row, name, words)
    counted = {
        "all": row["n_positive"] + row["n_negative"],
        "positive": row["n_positive"],
        "negative": row["n_negative"],
    }
    if row["counted"] not in counted:
        raise UserFacingError(
            f'The {name} counts "{row["counted"]}" cases.', hint=f"Choose one of {', '.join(counted)}."
        )
    try:
        components = PilotComponents(
            **{key: float(row[key]) for key in _NUMBERS},
            var_r=float(row["var_r"]) if "var_r" in row else None,
            n_cases=counted[row["counted"]],
            n_readers=row["n_readers"],
        )
    except UserFacingError as error:
        raise UserFacingError(f"The {name}: {error.message}", hint=error.hint) from error
    return PublishedComponents(
        **{key: row[key] for key in words},
        n_positive=row["n_positive"],
        n_negative=row["n_negative"],
        components=components,
    )


def _check_kinds(row: dict[str, Any], name: str, words: list[str]) -> None:
    for key, value in row.items():
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        if key in words:
            is_right, kind = isinstance(value, str) and bool(value), "a text"
        elif key.startswith("n_"):
            is_right, kind = is_whole and value > 0, "a whole number above 0"
        else:
            is_right, kind = is_whole or isinstance(value, float), "a number"
        if not is_right:
            raise UserFacingError(f"In the {name}, {key} is {value!r}.", hint=f"It must be {kind}.")
