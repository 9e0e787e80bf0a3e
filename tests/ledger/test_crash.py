"""A stop at any instant, or a disk that fills up, loses nothing that was acknowledged."""

from __future__ import annotations

import contextlib
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mercato.errors import LedgerError
from mercato.ledger import Ledger
from tests.ledger.made import claim, document, full_claim

KILLS = 20
_WRITER = """
import sys
from pathlib import Path
from mercato.ledger import Ledger
from tests.ledger.test_crash import numbered
first = int(sys.argv[2])
print("ready", flush=True)
with Ledger.open(Path(sys.argv[1])) as ledger:
    for number in range(first, first + 10_000):
        made, said = numbered(number)
        ledger.append(made, said)
        print(number, flush=True)
"""


def numbered(number: int) -> tuple:
    made = document(f"Milan want Perin, part {number}. " + "More of it. " * (number % 400), key=f"article {number}")
    return made, [claim(made), claim(made, "Mike Maignan")]


def test_twenty_kills_lose_no_acknowledged_document(tmp_path: Path) -> None:
    path, chance = tmp_path / "ledger.sqlite", random.Random(20250609)
    acknowledged: list[int] = []
    for _ in range(KILLS):
        first = acknowledged[-1] + 1 if acknowledged else 0
        acknowledged += _write_until_killed(path, first, chance.uniform(0.0, 0.25))
        with Ledger.open(path) as ledger:
            kept = {stored.document.key for stored in ledger.documents()}
            assert {f"article {number}" for number in acknowledged} <= kept
            assert ledger.integrity_check() == []
    assert len(acknowledged) > KILLS, "the writer was always killed before it wrote: the test shows nothing"

    with Ledger.open(path) as ledger:  # all of it once more: what was written is not written again
        counts = ledger.counts()
        for number in acknowledged:
            assert not ledger.append(*numbered(number)).document_new
        assert ledger.counts() == counts
        assert counts.claims == 2 * counts.documents


def _write_until_killed(path: Path, first: int, seconds: float) -> list[int]:
    """Run the writer, kill it `seconds` after it is ready, and return the numbers it acknowledged."""
    command = [sys.executable, "-c", _WRITER, str(path), str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout
        assert writer.stdout.readline() == "ready\n"
        try:
            writer.wait(seconds)
        except subprocess.TimeoutExpired:
            writer.kill()
        # A last line without its end was being printed when the kill came; its document may count or not.
        lines = writer.stdout.read().splitlines(keepends=True)
    return [int(line) for line in lines if line.endswith("\n")]


def _fill(ledger: Ledger) -> int:
    """Append until the ledger refuses; how many documents it acknowledged."""
    for number in range(100_000):
        made = document(f"{number} " + os.urandom(3000).hex(), key=str(number))
        try:
            ledger.append(made, [claim(made)])
        except LedgerError as error:
            refusal = str(error)
            break
    else:
        pytest.fail("the disk never filled up")
    assert re.search("disk is full|disk failed", refusal)
    assert str(ledger.path) in refusal
    assert "are kept" in refusal
    return number


def test_a_full_database_refuses_clearly_and_keeps_what_it_has(file_ledger: Ledger) -> None:
    made, ledger = document(), file_ledger
    ledger.append(made, [full_claim(made)])
    ledger._database.execute("PRAGMA max_page_count=200")
    stored = _fill(ledger)
    assert ledger.counts().documents == stored + 1
    assert ledger.integrity_check() == []
    ledger._database.execute("PRAGMA max_page_count=100000")
    assert ledger.append(document("more", key="more"), []).document_new


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MB, where this machine lets us mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    if (
        mount is None
        or subprocess.run(
            [mount, "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("no right to mount a small disk here; PRAGMA max_page_count stands in for it in the test above")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=False, capture_output=True)


def test_a_full_disk_refuses_clearly_and_keeps_what_it_has(small_disk: Path) -> None:
    path, ballast = small_disk / "ledger.sqlite", small_disk / "ballast"
    ballast.write_bytes(b"x" * 500_000)
    with Ledger.open(path) as ledger:
        stored = _fill(ledger)
        assert stored > 10
        assert ledger.counts().documents == stored
    ballast.unlink()
    with Ledger.open(path) as ledger:
        assert [d.document.key for d in ledger.documents()] == [str(number) for number in range(stored)]
        assert ledger.integrity_check() == []
        assert ledger.append(document("more", key="more"), []).document_new


def test_no_room_for_even_a_new_ledger_is_a_clear_error(small_disk: Path) -> None:
    with (small_disk / "ballast").open("wb", buffering=0) as ballast, contextlib.suppress(OSError):
        while True:
            ballast.write(b"x" * 4096)
    with pytest.raises(LedgerError, match=r"ledger\.sqlite.*(full|space)"):
        Ledger.open(small_disk / "ledger.sqlite")
    (small_disk / "ballast").unlink()
    Ledger.open(small_disk / "ledger.sqlite").close()
