"""A disk that fills up or fails at any call, rights that go: a clear word, acknowledged = stored, and on it goes."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from mercato.errors import LedgerError
from mercato.ledger import Ledger
from tests.faults.shim import Shim, shimmed
from tests.ledger.made import claim, document

DOCUMENTS = 16
LEVELS = (0, 1_000, 4_096, 8_192, 20_000, 50_000, 100_000, 150_000, 200_000, 300_000, 400_000, 500_000)


def write(ledger: Ledger, number: int) -> None:
    text = f"Milan want Perin, {number}. " + "More of it. " * (number * 997 % 2000)
    made = document(text, key=f"article {number}")
    ledger.append(made, [claim(made), claim(made, "Mike Maignan")])


class Outcome:
    """What a run acknowledged, and what it said where it could not go on."""

    def __init__(self) -> None:
        self.acknowledged: list[str] = []
        self.refusals: list[str] = []

    def run(self, path: Path) -> None:
        """Open and write twice, folding the log now and then; what is refused is passed over."""
        for part in range(2):
            try:
                with Ledger.open(path) as ledger:
                    ledger.database.execute("PRAGMA wal_autocheckpoint=20")
                    self._write(ledger, range(part * DOCUMENTS // 2, (part + 1) * DOCUMENTS // 2))
            except LedgerError as error:
                self.refusals.append(str(error))

    def _write(self, ledger: Ledger, numbers: range) -> None:
        for number in numbers:
            try:
                write(ledger, number)
                self.acknowledged.append(f"article {number}")
            except LedgerError as error:
                self.refusals.append(str(error))


def look(path: Path, outcome: Outcome) -> None:
    """Once the disk is well again: sound, all that was acknowledged is there, the rest is added once."""
    assert all(str(path) in refusal for refusal in outcome.refusals), outcome.refusals
    with Ledger.open(path) as ledger:
        assert ledger.integrity_check() == []
        stored = {stored.document.key for stored in ledger.documents()}
        assert set(outcome.acknowledged) <= stored
        # A commit that failed at its last step may turn out to be whole: at most the one refused at that moment.
        assert len(stored - set(outcome.acknowledged)) <= len(outcome.refusals)
        for number in range(DOCUMENTS):
            write(ledger, number)
        counts = ledger.counts()
        assert (counts.documents, counts.readings, counts.claims) == (DOCUMENTS, DOCUMENTS, 2 * DOCUMENTS)
        assert ledger.integrity_check() == []


@pytest.mark.parametrize("level", LEVELS)
def test_a_disk_that_is_full_at_any_level(tmp_path: Path, level: int) -> None:
    path, outcome, left = tmp_path / "ledger.sqlite", Outcome(), [level]

    def budget(call: str, _: str, grows: int) -> None:
        if call == "write" and grows:
            if left[0] < grows:
                raise apsw.FullError("no space (made up)")
            left[0] -= grows

    with shimmed() as shim:
        shim.before = budget
        outcome.run(path)
    assert outcome.refusals
    assert any("disk is full" in refusal or "disk failed" in refusal for refusal in outcome.refusals)
    look(path, outcome)


def test_it_goes_on_as_soon_as_there_is_room(tmp_path: Path) -> None:
    full = [False]

    def refuse(call: str, _: str, grows: int) -> None:
        if full[0] and call == "write" and grows:
            raise apsw.FullError("no space (made up)")

    with shimmed() as shim, Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        shim.before = refuse
        write(ledger, 0)
        full[0] = True
        for _ in range(3):
            with pytest.raises(LedgerError, match=r"ledger\.sqlite: the disk is full.*are kept"):
                write(ledger, 1)
        full[0] = False
        write(ledger, 1)  # the same connection
        assert ledger.counts().documents == 2
        assert ledger.integrity_check() == []


def calls_of_a_run(path: Path) -> int:
    counted = [0]

    def count(*_: object) -> None:
        counted[0] += 1

    with shimmed() as shim:
        shim.before = count
        Outcome().run(path)
    return counted[0]


def fail_at(path: Path, nth: int, for_good: bool) -> Outcome:
    """A run in which the nth call to the disk fails, or that one and all that come after it."""
    outcome, counted = Outcome(), [0]

    def fail(call: str, where: str, _: int) -> None:
        counted[0] += 1
        if counted[0] == nth or (for_good and counted[0] > nth):
            raise apsw.IOError(f"made up, at {call} of {where}") if call != "sync_folder" else OSError(5, "made up")

    with shimmed() as shim:
        shim.before = fail
        outcome.run(path)
    return outcome


def go_through(folder: Path, wanted: int) -> tuple[int, int]:
    """Let calls all over a run fail; how many were tried, and in how many of them something was refused."""
    folder.mkdir()
    calls = calls_of_a_run(folder / "counted.sqlite")
    tried = refused = 0
    for number in range(min(wanted, 2 * calls)):
        nth = 1 + number // 2 * calls // max(1, min(wanted, 2 * calls) // 2)
        path = folder / f"{number}.sqlite"
        outcome = fail_at(path, nth, for_good=bool(number % 2))
        look(path, outcome)
        tried += 1
        refused += bool(outcome.refusals)
        for left in folder.glob(f"{number}.sqlite*"):
            left.unlink()
    return tried, refused


def test_a_call_to_the_disk_that_fails_wherever_it_comes(tmp_path: Path) -> None:
    tried, refused = go_through(tmp_path / "runs", 120)
    assert refused > tried / 2, "most of the faults were not noticed: the test shows little"


@pytest.mark.slow
def test_many_calls_to_the_disk_fail(tmp_path: Path, asked_for: int) -> None:
    """From some 3,000 on, every call of a run has failed once alone and once with all that come after it."""
    tried, refused = go_through(tmp_path / "runs", asked_for)
    print(f"{tried} faults, refused in {refused}")
    assert refused > tried / 2


@pytest.fixture
def nobody() -> Iterator[contextlib.ExitStack]:
    if os.geteuid() != 0:
        pytest.skip("only the superuser can become somebody else")
    with contextlib.ExitStack() as stack:
        stack.callback(os.seteuid, 0)
        yield stack


def _open_to_all(folder: Path, mode: int) -> None:
    """The folder, and what of the way to it is ours."""
    folder.chmod(mode)
    for above in folder.parents:
        if str(above).startswith(tempfile.gettempdir() + "/"):
            above.chmod(0o755)


def test_rights_that_are_lost_on_the_way(tmp_path: Path, nobody: contextlib.ExitStack) -> None:
    path = tmp_path / "ledger.sqlite"
    _open_to_all(tmp_path, 0o755)
    with Ledger.open(path) as ledger:
        write(ledger, 0)
        (tmp_path / "ledger.sqlite.lock").unlink()
        os.seteuid(65534)
        with pytest.raises(LedgerError, match=rf"{path}: no lock file can be made"):
            write(ledger, 1)
        os.seteuid(0)
        write(ledger, 1)  # when they are back
    with Ledger.open(path) as ledger:
        assert ledger.counts().documents == 2


def test_a_file_that_was_made_read_only(tmp_path: Path, nobody: contextlib.ExitStack) -> None:
    path = tmp_path / "ledger.sqlite"
    _open_to_all(tmp_path, 0o777)
    with Ledger.open(path) as ledger:
        write(ledger, 0)
    path.chmod(0o444)
    (tmp_path / "ledger.sqlite.lock").chmod(0o666)
    os.seteuid(65534)
    with Ledger.open(path) as ledger:
        assert ledger.counts().documents == 1
        with pytest.raises(LedgerError, match=rf"{path}: no right to write"):
            write(ledger, 1)


def test_the_shim_is_gone_afterwards(tmp_path: Path) -> None:
    before = apsw.vfs_names()
    with shimmed() as shim:
        assert isinstance(shim, Shim)
        Ledger.open(tmp_path / "ledger.sqlite").close()
        assert shim.events
    assert apsw.vfs_names() == before
