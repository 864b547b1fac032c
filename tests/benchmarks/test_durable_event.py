"""One durable event: an answer on disk, against sqlite-utils' plain insert with the same durability."""

import sqlite3
import time
from pathlib import Path

import numpy as np
import pytest
import sqlite_utils

from realfm_gui.domain.events import EventKind
from tests.small_study import make_study

EVENTS = 400


@pytest.mark.benchmark
def test_durable_event(tmp_path: Path) -> None:
    ours, peer = [], []
    with make_study(tmp_path / "s.study") as store:
        case_id = store.cases()[0].case_id
        connection = sqlite3.connect(tmp_path / "peer.sqlite", isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        table = sqlite_utils.Database(connection)["events"]
        payload = {"case_id": case_id, "phase": "unaided"}
        for _ in range(EVENTS):  # in turn, so that a busy moment of the disk meets both
            start = time.perf_counter()
            store.append(EventKind.READING_PAUSED, payload, actor="anna", session="s-1")
            middle = time.perf_counter()
            table.insert({"kind": "reading_paused", "payload": str(payload), "actor": "anna"})
            ours.append(1000 * (middle - start))
            peer.append(1000 * (time.perf_counter() - middle))
        connection.close()
    for name, times in (("chained event, ours", ours), ("sqlite-utils insert", peer)):
        print(f"\n{name:<22} median {np.median(times):.2f} ms, p95 {np.percentile(times, 95):.2f} ms", end="")
    print(f"\ndurable event: {np.median(ours) / np.median(peer):.2f} x the peer (indicative: <= 50 ms)")
