"""kill -9 during ingest: no acknowledged document is lost, none is half there, none is there twice after a rerun."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mercato.ledger import Ledger
from tests.faults.work import POINTS, child, half_documents, ingest_all, keys, write_articles
from tests.ledger.cluster import Cluster, running

ARTICLES = 400
LONGEST = 0.15
LONGEST_ON_A_SERVER = 0.3
_starter = multiprocessing.get_context("forkserver")
_starter.set_forkserver_preload(["tests.faults.work", "mercato.sources", "apsw"])


class Trial:
    """One ledger through many kills."""

    def __init__(self, place: Path | str, folder: Path, seed: int) -> None:
        self.place, self.folder, self.chance = place, folder, random.Random(seed)
        self.acknowledged: list[str] = []
        self.killed = 0

    def kill(self, point: str | None, killer: Callable[[], None] | None = None) -> None:
        """Start an ingest behind what was acknowledged, kill it at the point or after a while, and look at the rest."""
        # Some of what is acknowledged is read again: a rerun must add nothing.
        first = max(0, len(self.acknowledged) - 5)
        articles = write_articles(self.folder / "articles.jsonl", first, ARTICLES)
        log = self.folder / "acknowledged"
        log.unlink(missing_ok=True)
        at = self.chance.randint(1, 30)
        process = _starter.Process(target=child, args=(self.place, articles, log, point, at))
        process.start()
        if point is None:
            # A server is killed some documents on, however slow the machine is.
            _wait_for(log, lines=self.chance.randint(1, 20) if killer else 1)
            time.sleep(self.chance.uniform(0, LONGEST_ON_A_SERVER if isinstance(self.place, str) else LONGEST))
            (killer or process.kill)()
        process.join(60)
        assert process.exitcode is not None
        self.killed += process.exitcode == -9 or killer is not None
        # A last line without its end was being written when the kill came; its document may count or not.
        lines = [line[:-1] for line in log.read_text().splitlines(keepends=True) if line.endswith("\n")]
        self.acknowledged += [line for line in lines if line != "ready" and line not in self.acknowledged]

    def look(self) -> None:
        """Nothing acknowledged is lost, nothing is half there or twice there, and the ledger is sound."""
        with Ledger.open(self.place) as ledger:
            stored = keys(ledger)
            assert set(self.acknowledged) <= set(stored)
            assert len(stored) == len(set(stored))
            # The one at hand when the kill came may be stored without having been acknowledged.
            assert len(set(stored) - set(self.acknowledged)) <= 1
            assert half_documents(ledger.database) == []
            assert ledger.integrity_check() == []

    def finish(self) -> None:
        """All of it once more, without a kill: what is there is not there twice."""
        count = len(self.acknowledged)
        assert count > 0, "every ingest was killed before it wrote: the test shows nothing"
        articles = write_articles(self.folder / "all.jsonl", 0, count)
        with Ledger.open(self.place) as ledger:
            before = ledger.counts()
        ingest_all(self.place, articles, lambda _: None)
        with Ledger.open(self.place) as ledger:
            after = ledger.counts()
            assert after.documents == before.documents
            assert (after.readings, after.claims) == (after.documents, 2 * after.documents)
        self.look()


def _wait_for(log: Path, lines: int) -> None:
    deadline = time.monotonic() + 60
    while not log.exists() or log.read_bytes().count(b"\n") < lines:
        assert time.monotonic() < deadline, "the ingest did not start"
        time.sleep(0.001)


def go_through(trial: Trial, kills: int) -> None:
    """Half of the kills at random moments, half at the named points in turn."""
    for number in range(kills):
        trial.kill(None if number % 2 else POINTS[number // 2 % len(POINTS)])
        trial.look()
    trial.finish()
    assert trial.killed >= kills * 0.9, f"only {trial.killed} of {kills} were killed"


def test_forty_kills_of_an_ingest_into_a_file(tmp_path: Path) -> None:
    go_through(Trial(tmp_path / "ledger.sqlite", tmp_path, 1), 40)


@pytest.mark.slow
def test_many_kills_of_an_ingest_into_a_file(tmp_path: Path, asked_for: int) -> None:
    # A ledger for every hundred, so that looking at it stays quick.
    for part in range(0, asked_for, 100):
        folder = tmp_path / str(part)
        folder.mkdir()
        go_through(Trial(folder / "ledger.sqlite", folder, part), min(100, asked_for - part))


def test_kills_of_an_ingest_into_a_server(cluster: Cluster, tmp_path: Path) -> None:
    go_through(Trial(cluster.new_address(), tmp_path, 2), 12)


def test_kills_of_the_server_itself(tmp_path: Path) -> None:
    with running() as own:
        _kill_server(Trial(own.new_address(), tmp_path, 3), own, 4)


@pytest.mark.slow
def test_many_kills_of_a_server_and_its_clients(tmp_path: Path, asked_for: int) -> None:
    with running() as own:
        go_through(Trial(own.new_address(), tmp_path, 4), asked_for // 5)
        _kill_server(Trial(own.new_address(), tmp_path, 5), own, asked_for // 20)


def _kill_server(trial: Trial, own: Cluster, kills: int) -> None:
    for _ in range(kills):
        trial.kill(None, own.kill)
        own.start()
        trial.look()
    trial.finish()
