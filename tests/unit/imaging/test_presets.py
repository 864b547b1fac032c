"""Display presets as they are shipped, and as somebody may write them."""

from pathlib import Path

import pytest

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.images import Window
from realfm_gui.imaging.presets import load_presets, suitable_presets


def test_that_the_shipped_presets_load_with_unique_ids_and_keys(repository: Path) -> None:
    presets = load_presets(repository / "resources" / "presets")
    assert len({preset.id for preset in presets}) == len(presets) > 10
    for modality in ("CT", "CR", ""):
        keys = [preset.key for preset in suitable_presets(presets, modality)]
        assert len(set(keys)) == len(keys)


def test_that_ct_presets_are_in_hounsfield_units_and_others_follow_the_image(repository: Path) -> None:
    presets = {preset.id: preset for preset in load_presets(repository / "resources" / "presets")}
    own = Window(center=1000, width=400, function="sigmoid")
    assert presets["ct-lung"].of(own) == Window(center=-600, width=1500, name="Lung")
    assert presets["as-acquired"].of(own).center == 1000
    narrow = presets["higher-contrast"].of(own)
    assert (narrow.center, narrow.width, narrow.function) == (1000, pytest.approx(240), "sigmoid")


@pytest.mark.parametrize(
    "entry", ['id="a"', 'id="a"\nname="A"\nkey="x"', 'id="a"\nname="A"\nkey="1"\nwidht=3']
)
def test_that_a_wrong_preset_file_is_named(tmp_path: Path, entry: str) -> None:
    (tmp_path / "mine.toml").write_text(f"[[preset]]\n{entry}\n")
    with pytest.raises(UserFacingError, match=r"mine\.toml"):
        load_presets(tmp_path)
