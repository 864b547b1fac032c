"""The table of published components: read, and refused where it is wrong."""

from pathlib import Path

import pytest

from realfm_gui.analysis.planning.published import parse_components
from realfm_gui.domain.errors import UserFacingError

SOUND = """
[[study]]
id = "one"
title = "A study"
figure_of_merit = "AUC"
modalities = "old, new"
counted = "positive"
n_positive = 45
n_negative = 69
n_readers = 5
var_r = 0.0015
var_tr = 0.0002
cov1 = 0.00034
cov2 = 0.00034
cov3 = 0.00023
error = 0.0008
source = "A journal."
provenance = "Computed."
"""


def test_that_a_study_belongs_to_the_cases_it_counts() -> None:
    (study,) = parse_components(SOUND)
    assert (study.components.n_cases, study.components.n_readers) == (45, 5)
    assert (study.id, study.source) == ("one", "A journal.")
    (all_cases,) = parse_components(SOUND.replace('"positive"', '"all"'))
    assert all_cases.components.n_cases == 114


def test_that_the_reader_variance_alone_may_be_left_out() -> None:
    (study,) = parse_components(SOUND.replace("var_r = 0.0015\n", ""))
    assert study.components.var_r is None


def test_that_the_table_of_the_program_is_readable_and_every_row_has_its_source(repository: Path) -> None:
    text = (repository / "resources" / "planning" / "variance_components.toml").read_text(encoding="utf-8")
    studies = parse_components(text)
    assert len(studies) >= 6
    assert all(len(study.source) > 20 and len(study.provenance) > 20 for study in studies)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[study]\n", "cannot be read"),
        ("title = 'x'\n", "no [[study]]"),
        (SOUND.replace("cov3 = 0.00023\n", ""), 'study "one" lacks cov3'),
        (SOUND + "cov4 = 1\n", "unknown cov4"),
        (SOUND.replace("cov3 = 0.00023", "cov3 = '0.1'"), "cov3 is '0.1'"),
        (SOUND.replace("n_readers = 5", "n_readers = 5.5"), "n_readers is 5.5"),
        (SOUND.replace('"positive"', '"diseased"'), "diseased"),
        (SOUND.replace("cov3 = 0.00023", "cov3 = 0.23"), 'study "one": cov3'),
        (SOUND + SOUND, 'Two studies are called "one"'),
        (SOUND.replace('id = "one"\n', ""), "study 1 lacks id"),
        (SOUND.replace('source = "A journal."', 'source = ""'), "source is ''"),
    ],
)
def test_that_a_wrong_table_is_refused_by_study_and_field(text: str, words: str) -> None:
    with pytest.raises(UserFacingError) as caught:
        parse_components(text)
    assert words in caught.value.message
    assert caught.value.hint
