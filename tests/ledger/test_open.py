"""Opening: a new file, an old one, a foreign one; one writer at a time; a clear word when it can't be done."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import apsw
import pytest

from mercato.errors import LedgerBusy, LedgerError, NotFound
from mercato.ledger import Ledger
from mercato.ledger.dialect import Sqlite, check_sqlite_version
from mercato.ledger.lock import WriterLock
from mercato.ledger.migrations import MIGRATIONS, migrate
from tests.ledger.made import claim, document


def test_a_new_ledger_is_made_with_its_folder_and_runs_durably(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "ledger.sqlite"
    with Ledger.open(path) as ledger:
        assert ledger._database.value("PRAGMA journal_mode") == "wal"
        assert ledger._database.value("PRAGMA synchronous") == 2  # FULL
        assert ledger.integrity_check() == []


def test_the_file_is_created_under_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    real = Sqlite.execute

    def watched(self: Sqlite, sql: str, parameters: tuple[object, ...] = ()) -> list:
        if sql.startswith("CREATE TABLE"):
            seen.append(real(self, "PRAGMA synchronous")[0][0])
        return real(self, sql, parameters)

    monkeypatch.setattr(Sqlite, "execute", watched)
    Ledger.open(tmp_path / "ledger.sqlite").close()
    assert set(seen) == {3}  # EXTRA


def test_a_missing_ledger_is_not_made_unasked(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="mercato read"):
        Ledger.open(tmp_path / "none.sqlite", create=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("version", ["3.40.1", "3.51.2"])
def test_an_sqlite_with_the_known_fault_is_refused(version: str) -> None:
    with pytest.raises(LedgerError, match=f"{re.escape(version)}.*3.51.3"):
        check_sqlite_version(version)


@pytest.mark.parametrize("version", ["3.51.3", "3.54.1", "4.0.0"])
def test_a_sound_sqlite_is_taken(version: str) -> None:
    check_sqlite_version(version)


def test_opening_asks_for_the_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mercato.ledger.dialect.sqlite_version", lambda: "3.40.1")
    with pytest.raises(LedgerError, match=r"3\.40\.1"):
        Ledger.open(tmp_path / "ledger.sqlite")


def test_a_file_of_another_kind_is_left_alone(tmp_path: Path) -> None:
    text, foreign = tmp_path / "notes.txt", tmp_path / "other.sqlite"
    text.write_text("Milan want Perin. " * 100)
    other = apsw.Connection(str(foreign))
    other.execute("CREATE TABLE theirs (a)")
    other.close()
    for path in (text, foreign):
        before = path.read_bytes()
        with pytest.raises(LedgerError, match=rf"{path.name}.*--ledger"):
            Ledger.open(path)
        assert path.read_bytes() == before


def test_a_folder_is_no_ledger(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="can't be opened"):
        Ledger.open(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(LedgerError, match="not a folder"):
        Ledger.open(tmp_path / "file" / "ledger.sqlite")


@pytest.fixture
def as_nobody() -> Iterator[Callable[[], None]]:
    """Call it to be a user without rights for the rest of the test."""
    if os.geteuid() != 0:
        pytest.skip("only the superuser can become somebody else")
    yield lambda: os.seteuid(65534)
    os.seteuid(0)


def test_without_the_right_to_write_the_error_says_so(as_nobody: Callable[[], None], tmp_path: Path) -> None:
    for folder in (tmp_path, *tmp_path.parents):
        if str(folder).startswith(tempfile.gettempdir() + "/"):
            folder.chmod(0o755)
    path = tmp_path / "ledger.sqlite"
    Ledger.open(path).close()
    as_nobody()
    with pytest.raises(LedgerError, match="no right to write"), Ledger.open(path) as ledger:
        ledger.counts()
    with pytest.raises(LedgerError, match=r"can't be opened|lock file"):
        Ledger.open(tmp_path / "new.sqlite")
    with pytest.raises(LedgerError, match="no right to make it"):
        Ledger.open(tmp_path / "folder" / "new.sqlite")


def test_a_folder_that_may_not_be_looked_into(as_nobody: Callable[[], None], tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    as_nobody()
    with pytest.raises(NotFound):
        Ledger.open(tmp_path / "ledger.sqlite", create=False)
    with pytest.raises(LedgerError):
        Ledger.open(tmp_path / "ledger.sqlite")


def test_an_empty_file_becomes_a_ledger(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").touch()
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        ledger.append(document(), [])


@pytest.mark.parametrize("steps", range(len(MIGRATIONS)))
def test_an_older_ledger_is_upgraded_and_keeps_its_rows(tmp_path: Path, steps: int) -> None:
    path = tmp_path / "ledger.sqlite"
    database = Sqlite(path)
    database.start_file()
    migrate(database, MIGRATIONS[:steps])
    if steps:
        Ledger(database, WriterLock(path)).append(document(), [claim(document())])
    database.close()
    with Ledger.open(path) as ledger:
        assert len(ledger.claims()) == (1 if steps else 0)
        assert ledger.integrity_check() == []
        numbers = ledger._database.execute("SELECT number FROM migration ORDER BY number")
        assert [row[0] for row in numbers] == list(range(1, len(MIGRATIONS) + 1))


def test_a_failed_step_leaves_the_ledger_at_the_step_before(tmp_path: Path) -> None:
    database = Sqlite(tmp_path / "ledger.sqlite")
    database.start_file()
    broken = MIGRATIONS[1]._replace(statements=lambda _: ("CREATE TABLE half (a)", "CREATE NONSENSE"))
    with pytest.raises(LedgerError):
        migrate(database, (MIGRATIONS[0], broken))
    assert database.has_table("document")
    assert not database.has_table("half")
    migrate(database)
    assert database.has_table("skip")
    database.close()


def test_a_ledger_of_a_newer_mercato_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with Ledger.open(path) as ledger:
        ledger._database.execute("INSERT INTO migration VALUES (99, 'later', 'then', '9.9')")
    with pytest.raises(LedgerError, match="newer mercato"):
        Ledger.open(path)


def test_a_damaged_file_is_called_damaged(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with Ledger.open(path) as ledger:
        for number in range(50):
            ledger.append(document("x" * 4000 + str(number), key=str(number)), [])
    whole = bytearray(path.read_bytes())
    whole[8192:-8192] = b"\xff" * (len(whole) - 16384)
    path.write_bytes(whole)
    try:
        with Ledger.open(path) as ledger:
            problems = ledger.integrity_check()
    except LedgerError as error:
        problems = [str(error)]
    assert problems
    assert any("damaged" in problem or "page" in problem for problem in problems)


def test_a_second_writer_waits_and_then_is_told_who_writes(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with Ledger.open(path) as first, Ledger.open(path, wait=0.05) as second, first.writing():
        with pytest.raises(LedgerBusy, match=f"process {os.getpid()}"):
            second.append(document(), [])
        assert list(second.documents()) == []  # reading needs no waiting
        first.append(document(), [])
        assert len(list(second.documents())) == 1
    with Ledger.open(path) as third:
        assert third.append(document(), []).document_new is False


def test_the_lock_is_free_again_after_each_append(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with Ledger.open(path, wait=0) as first, Ledger.open(path, wait=0) as second:
        first.append(document(key="1"), [])
        second.append(document(key="2"), [])
        first.append(document(key="3"), [])
        assert first.counts().documents == 3


_HOLD = """
import sys, time
from pathlib import Path
from mercato.ledger import Ledger
with Ledger.open(Path(sys.argv[1])) as ledger, ledger.writing():
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_killed_writer_leaves_no_lock(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with subprocess.Popen([sys.executable, "-c", _HOLD, str(path)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        with Ledger.open(path, wait=0.05) as ledger:
            with pytest.raises(LedgerBusy, match=f"process {holder.pid}"):
                ledger.append(document(), [])
            holder.send_signal(signal.SIGKILL)
            holder.wait()
            assert ledger.append(document(), []).document_new


_APPEND = """
import sys
from pathlib import Path
from mercato.ledger import Ledger
from tests.ledger.made import claim, document
for number in range(20):
    with Ledger.open(Path(sys.argv[1])) as ledger:
        new = document(f"{sys.argv[2]} {number}", key=f"{sys.argv[2]} {number}")
        ledger.append(new, [claim(new)])
"""


def test_writers_that_start_together_all_get_their_turn(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    started = time.monotonic()
    writers = [subprocess.Popen([sys.executable, "-c", _APPEND, str(path), name]) for name in "abc"]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0], f"after {time.monotonic() - started:.1f} s"
    with Ledger.open(path) as ledger:
        assert (ledger.counts().documents, ledger.counts().claims) == (60, 60)
        assert ledger.integrity_check() == []
