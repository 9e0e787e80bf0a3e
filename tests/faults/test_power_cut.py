"""A simulated power cut at any instant: what was acknowledged is there, and the ledger is sound.

Simulated: the writes and syncs of a real run are written down, and images of the disk are made from them in which what
was not synced is kept, dropped or torn. No test here cuts real power, and none tests a disk that lies about syncing.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import NamedTuple

import pytest

from mercato.errors import MercatoError
from mercato.ledger import Ledger
from mercato.ledger.sqlite import Sqlite
from tests.faults.shim import Event, Shim, SimulatedDisk, shimmed
from tests.ledger.made import claim, document

MODES = ("kept", "dropped", "torn")


def run(path: Path, shim: Shim) -> None:
    """A new ledger, twenty documents small and large, the log folded now and then, closed and opened in between."""
    for part in range(4):
        with Ledger.open(path) as ledger:
            ledger.database.execute("PRAGMA wal_autocheckpoint=40")
            for number in range(5 * part, 5 * part + 5):
                text = f"Milan want Perin, {number}. " + "More of it. " * (number * 997 % 3000)
                made = document(text, key=f"article {number}")
                ledger.append(made, [claim(made), claim(made, "Mike Maignan")])
                shim.note("acknowledged", made.key)


class Loss(NamedTuple):
    """What was wrong after a cut before the event of this number."""

    event: int
    mode: str
    what: str


def losses(folder: Path, events: list[Event], cuts: int, seed: int) -> list[Loss]:
    """Cut the power before events drawn by lot, and look at what is left each time."""
    chance = random.Random(seed)
    drawn = sorted(chance.randint(0, len(events)) for _ in range(cuts))
    disk, found, acknowledged, done = SimulatedDisk(), [], set(), 0
    for number, at in enumerate(drawn):
        for event in events[done:at]:
            if event.kind == "acknowledged":
                acknowledged.add(event.path)
            else:
                disk.take(event)
        done, mode = at, MODES[number % len(MODES)]
        image = folder / str(number)
        image.mkdir()
        disk.crash(image, mode, chance)
        wrong = _wrong(image / "ledger.sqlite", acknowledged)
        found += [Loss(at, mode, wrong)] if wrong else []
    return found


def _wrong(path: Path, acknowledged: set[str]) -> str:
    try:
        with Ledger.open(path) as ledger:
            stored = {stored.document.key for stored in ledger.documents()}
            problems = ledger.integrity_check()
            if lost := acknowledged - stored:
                return f"lost: {sorted(lost)}"
            if len(stored) > len(acknowledged) + 1:
                return f"more than was written: {sorted(stored - acknowledged)}"
            return "; ".join(problems)
    except MercatoError as error:
        return str(error)


@pytest.fixture
def recorded(tmp_path: Path) -> list[Event]:
    (tmp_path / "run").mkdir()
    with shimmed() as shim:
        run(tmp_path / "run" / "ledger.sqlite", shim)
    assert sum(event.kind == "acknowledged" for event in shim.events) == 20
    return shim.events


def test_a_hundred_power_cuts_lose_nothing(tmp_path: Path, recorded: list[Event]) -> None:
    assert losses(tmp_path, recorded, 100, seed=1) == []


@pytest.mark.slow
def test_many_power_cuts_lose_nothing(tmp_path: Path, recorded: list[Event], asked_for: int) -> None:
    assert losses(tmp_path, recorded, asked_for, seed=2) == []


def test_a_ledger_that_did_not_sync_would_be_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The simulation shows losses where there are some: the same run with syncing turned off."""
    settle = Sqlite.settle

    def careless(self: Sqlite) -> None:
        settle(self)
        self.execute("PRAGMA synchronous=OFF")

    monkeypatch.setattr(Sqlite, "settle", careless)
    (tmp_path / "run").mkdir()
    with shimmed() as shim:
        run(tmp_path / "run" / "ledger.sqlite", shim)
    monkeypatch.undo()
    found = losses(tmp_path, shim.events, 30, seed=3)
    assert any("lost" in loss.what for loss in found)
