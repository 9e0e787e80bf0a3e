"""Two hundred sites on this machine are watched while they publish, change, move, fail and stall.

Takes MERCATO_SOAK_SECONDS (20; 120 and 3600 for the long ones). No article may be missed, none doubled, no host be
asked two things at once, and memory must stay flat.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from mercato.engines.watch import EventKind, Policy, WatchState
from mercato.interfaces.watching import SystemClock, open_watch
from mercato.ledger import Ledger
from mercato.model import Claim, Document
from mercato.sources.watchlist import WatchList, write_list
from tests.watching.town import Site, Town

SECONDS = float(os.environ.get("MERCATO_SOAK_SECONDS", "20"))
SITES = int(os.environ.get("MERCATO_SOAK_SITES", "200"))
FAST = Policy(
    interval=2.0, shortest=1.5, longest=4.0, retry=0.5, back_off=3.0, gap=0.01, robots_for=1e9, robots_retry=1.0,
    gap_to_reread=0.2, tries=40, workers=16,
)  # fmt: skip
TOKEN = re.compile(r"article(\d+)version(\d+)")


class NoReader:
    def read(self, document: Document) -> list[Claim]:
        return []


class Later(SystemClock):
    """The clock in a day's time, when every article that changed may be read again."""

    def now(self) -> float:
        return super().now() + 86_400


def resident() -> float:
    """Megabytes of memory that this process holds."""
    fields = Path("/proc/self/statm").read_text().split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def read_for(town: Town, ledger: Ledger, state: WatchState, seconds: float, memory: list[float]) -> int:
    """Watch for so long; a stop and a new start in the middle of it. How many articles were read."""
    sources = [site.source() for site in town.sites]
    read = 0
    for part in (0.4, 0.6):
        with open_watch(sources, state, NoReader(), ledger, lambda _: None, FAST) as watch:
            totals = watch.run(time.time() + seconds * part)
        read += totals.kinds[EventKind.READ]
        memory.append(resident())
    return read


def documents(ledger: Ledger) -> list[tuple[str, str]]:
    rows = ledger._database.execute("SELECT key, text FROM document")
    return [(str(row[0]), str(row[1])) for row in rows]


def missing_from(site: Site, found: dict[int, dict[int, set[str]]]) -> list[str]:
    """Articles of a site that a listing has shown, and whose last listed version is not in the ledger."""
    missing = []
    for article in site.articles:
        versions = found.get(article.number, {})
        if article.listed_version >= 0 and not any(version >= article.listed_version for version in versions):
            missing.append(f"{site.habits}: {article.token}, listed {article.listed_version}, got {set(versions)}")
    return missing


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_nothing_is_missed_or_doubled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MERCATO_ALLOWED_HOSTS", "127.0.0.1")
    monkeypatch.setenv("MERCATO_TIMEOUT", "2")
    memory: list[float] = []
    with Town(SITES) as town, Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        with WatchState(tmp_path / "watch.sqlite") as state:
            town.publish(SITES)
            ended = threading.Event()
            publisher = threading.Thread(target=publish, args=(town, ended), daemon=True)
            publisher.start()
            read = read_for(town, ledger, state, SECONDS, memory)
            ended.set()
            publisher.join()
            one_by_one = [site for site in town.sites if "stalls" not in site.habits]
            town.heal()
            drain(town, ledger, state)
            counts = state.counts()
        found: dict[int, dict[int, set[str]]] = {}
        for key, text in documents(ledger):
            match = TOKEN.search(text)
            assert match, text
            found.setdefault(int(match[1]), {}).setdefault(int(match[2]), set()).add(key)
    missing = [line for site in town.sites for line in missing_from(site, found)]
    listed = sum(article.listed_version >= 0 for site in town.sites for article in site.articles)
    requests = sum(site.requests for site in town.sites)
    print(
        f"{SITES} sites, {SECONDS:g} s, {requests:,} requests, {listed:,} articles listed, {read:,} readings, "
        f"{len(found):,} in the ledger, {sum(map(len, found.values())):,} versions; {counts}; "
        f"memory {' '.join(f'{one:.0f}' for one in memory)} MB"
    )
    assert not missing, f"{len(missing)} missed, {counts}: {missing[:10]}"
    doubled = [number for number, versions in found.items() if len(set.union(*versions.values())) > 1]
    assert not doubled, f"{len(doubled)} articles under two addresses"
    assert listed > SITES
    assert max(site.most_under_way for site in one_by_one) == 1
    assert memory[-1] - memory[0] < 30


KILLS = int(os.environ.get("MERCATO_WATCH_KILLS", "4"))


def test_kills_lose_and_repeat_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command itself, with the real reader, is killed again and again while sites publish."""
    monkeypatch.setenv("MERCATO_ALLOWED_HOSTS", "127.0.0.1")
    monkeypatch.setenv("MERCATO_HOME", str(tmp_path))
    made = random.Random(11)
    with Town(30) as town:
        town.heal()
        write_list(WatchList({site.source().address: site.source() for site in town.sites}), tmp_path / "sources.yaml")
        command = [sys.executable, "-m", "mercato.interfaces.cli.main", "watch", "--once"]
        for _ in range(KILLS):
            town.publish(20)
            running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            with contextlib.suppress(subprocess.TimeoutExpired):
                running.wait(made.uniform(1.5, 5.0))
            running.kill()
            running.wait()
        # Whole at last: a list that was sent to a killed watch is asked for again.
        last = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
        assert last.returncode == 0, last.stderr[-2000:]
        sources = [site.source() for site in town.sites]
        with Ledger.open(tmp_path / "ledger.sqlite") as ledger, WatchState(tmp_path / "watch.sqlite") as state:
            # What was read once and has changed since is left alone for ten minutes or more: asked for a day later.
            with open_watch(sources, state, NoReader(), ledger, lambda _: None, clock=Later()) as watch:
                watch.run(once=True)
            assert not state.counts().get("due")
            rows = documents(ledger)
            assert ledger.integrity_check() == []
    tokens = [match for _, text in rows if (match := TOKEN.search(text))]
    found: dict[int, dict[int, set[str]]] = {}
    for match, (key, _) in zip(tokens, rows, strict=True):
        found.setdefault(int(match[1]), {}).setdefault(int(match[2]), set()).add(key)
    assert not [line for site in town.sites for line in missing_from(site, found)]
    assert len({match[0] for match in tokens}) == len(tokens) > 40


def publish(town: Town, ended: threading.Event) -> None:
    """Five per cent of the sites publish or change something each second."""
    begun = time.monotonic()
    while not ended.wait(0.5):
        town.publish(max(1, SITES // 40))
        if time.monotonic() - begun > SECONDS / 2:
            town.close_some()


def drain(town: Town, ledger: Ledger, state: WatchState) -> None:
    """Watch on until nothing waits any more, at most a minute."""
    sources = [site.source() for site in town.sites]
    begun = time.monotonic()
    while time.monotonic() - begun < 60:
        with open_watch(sources, state, NoReader(), ledger, lambda _: None, FAST) as watch:
            watch.run(time.time() + 6)
        if not state.counts().get("due"):
            break
