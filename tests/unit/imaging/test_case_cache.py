"""Decoded cases within a budget of memory."""

from dataclasses import dataclass

import numpy as np
import pytest

from realfm_gui.domain.images import CaseFrames, Frame
from realfm_gui.imaging.case_cache import CaseCache


@dataclass(frozen=True)
class Weight:
    nbytes: int


def test_that_what_was_used_least_recently_goes_first() -> None:
    cache = CaseCache[Weight](100)
    for name in "abc":
        assert cache.put(name, Weight(30)) == ()
    cache.get("a")
    assert cache.put("d", Weight(30)) == ("b",)
    assert [name in cache for name in "abcd"] == [True, False, True, True]
    assert cache.nbytes == 90


def test_that_the_case_being_read_stays_even_beyond_the_budget() -> None:
    cache = CaseCache[Weight](100)
    cache.put("a", Weight(60))
    assert cache.put("huge", Weight(500)) == ("a",)
    assert cache.get("huge") == Weight(500)
    assert cache.put("next", Weight(10)) == ("huge",)
    assert cache.nbytes == 10


def test_that_a_case_put_again_counts_once_and_leaves_whole() -> None:
    cache = CaseCache[Weight](100)
    cache.put("a", Weight(60))
    cache.put("a", Weight(40))
    assert cache.nbytes == 40
    cache.discard("a")
    cache.discard("a")
    assert (cache.nbytes, cache.get("a")) == (0, None)


def test_that_frames_weigh_all_their_arrays_once() -> None:
    shutter, pixels = np.zeros((4, 4), bool), np.zeros((4, 4), np.uint16)
    frames = tuple(Frame(pixels=pixels, shutter=shutter) for _ in range(3))
    case = CaseFrames(case_id="a", frames=frames)
    cache = CaseCache[CaseFrames](1000)
    cache.put("a", case)
    assert cache.nbytes == 32 + 16


def test_that_a_negative_budget_is_refused() -> None:
    with pytest.raises(ValueError):
        CaseCache(-1)
