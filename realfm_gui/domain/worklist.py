"""The order in which one reader meets the cases."""

import hashlib
import random
from collections.abc import Iterable

from realfm_gui.domain.case import Case, Split
from realfm_gui.domain.protocol import Protocol, Reader


def worklist(protocol: Protocol, reader: Reader, cases: Iterable[Case]) -> list[str]:
    """Return the case ids in this reader's order: practice first, then the test set.

    The order depends on the protocol's seed, the reader and the random case ids only; it is the same at
    every start, another one for every reader, and unrelated to truth, scores and import order.
    """
    by_split: dict[Split, list[str]] = {split: [] for split in Split}
    for case in cases:
        by_split[case.split].append(case.case_id)
    order: list[str] = []
    for split in (Split.TRAINING, Split.READING):
        if split in reader.reads:
            ids = sorted(by_split[split])
            digest = hashlib.sha256(f"{protocol.reading.order_seed}|{reader.id}|{split}".encode()).digest()
            random.Random(int.from_bytes(digest, "big")).shuffle(ids)  # noqa: S311 - an order, not a secret
            order += ids
    return order
