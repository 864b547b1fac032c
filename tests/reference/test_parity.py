"""Every number the programs of the field print for published studies, beside ours."""

from pathlib import Path
from types import ModuleType

import pytest

from .parity.checks import Check
from .parity.page import PEERS, entries, page


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.__name__.rsplit(".", 1)[-1])
def test_that_every_entry_of_a_peer_is_reproduced_or_left_out_with_a_reason(
    shared: Path, peer: ModuleType
) -> None:
    folder = shared / "reference" / "mrmc"
    wrong, n_compared = [], 0
    for file, entry in entries(peer, folder):
        found = list(peer.run(folder, file, entry))
        assert found, f"{file}: {entry} is neither compared nor left out"
        for check in found:
            if isinstance(check, Check):
                n_compared += 1
                if not check.difference <= check.tolerance:
                    wrong.append(f"{file} {entry} {check.statistic}: {check.ours} and {check.theirs}")
    assert not wrong, "\n".join(wrong)
    assert n_compared > 20


def test_that_every_file_of_expected_numbers_belongs_to_a_test(shared: Path) -> None:
    files = {path.stem for path in (shared / "reference" / "mrmc" / "expected").glob("*.json")}
    elsewhere = {"rjafroc_fits_dataset02"}  # test_roc_fits: likelihoods, not only numbers
    assert files == {file for peer in PEERS for file in peer.FILES} | elsewhere


def test_that_the_validation_page_is_the_one_these_comparisons_write(shared: Path) -> None:
    committed = Path(__file__).parents[2] / "resources" / "help" / "validation.md"
    written = page(shared / "reference" / "mrmc")
    assert committed.read_text(encoding="utf-8") == written, "run `make validation`"
