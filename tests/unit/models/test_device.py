import pytest
import torch

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.models.device import choose_device, describe_device


def test_that_the_cpu_is_always_there_and_named_with_its_threads() -> None:
    assert choose_device("cpu") == "cpu"
    threads = torch.get_num_threads()
    assert describe_device("cpu") == f"CPU, {threads} thread{'s' if threads > 1 else ''}"


def test_that_auto_takes_a_gpu_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert choose_device() == "cpu"
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert choose_device() == "mps"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert choose_device() == "cuda"


@pytest.mark.parametrize("wish", ["cuda", "cuda:7", "tpu", "cuda:x", ""])
def test_that_a_device_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch, wish: str) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(UserFacingError, match="no device"):
        choose_device(wish)
