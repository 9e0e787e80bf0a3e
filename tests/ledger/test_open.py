"""Opening: a new file, an old one, a foreign one; one writer at a time; a clear word when it can't be done."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import apsw
import pytest

from mercato.errors import LedgerBusy, LedgerError, NotFound
from mercato.ledger import Ledger
from mercato.ledger.migrations import MIGRATIONS, migrate
from mercato.ledger.postgres import Postgres
from mercato.ledger.sqlite import Sqlite, check_sqlite_version
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


def test_a_missing_ledger_is_not_made_unasked(place: Path | str) -> None:
    for _ in range(2):
        with pytest.raises(NotFound, match="mercato read"):
            Ledger.open(place, create=False)
    Ledger.open(place).close()
    Ledger.open(place, create=False).close()
    if isinstance(place, Path):
        assert {file.name for file in place.parent.iterdir()} == {"ledger.sqlite", "ledger.sqlite.lock"}


@pytest.mark.parametrize("version", ["3.40.1", "3.51.2"])
def test_an_sqlite_with_the_known_fault_is_refused(version: str) -> None:
    with pytest.raises(LedgerError, match=f"{re.escape(version)}.*3.51.3"):
        check_sqlite_version(version)


@pytest.mark.parametrize("version", ["3.51.3", "3.54.1", "4.0.0"])
def test_a_sound_sqlite_is_taken(version: str) -> None:
    check_sqlite_version(version)


def test_opening_asks_for_the_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mercato.ledger.sqlite.sqlite_version", lambda: "3.40.1")
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
    path = _readable(tmp_path)
    with Ledger.open(path) as ledger:
        ledger.append(document(), [claim(document())])
    as_nobody()
    with Ledger.open(path) as ledger:
        assert len(ledger.claims(person="perin")) == 1
        assert ledger.integrity_check() == []
        with pytest.raises(LedgerError, match=rf"{path}.*(no right to write|may be written)"):
            ledger.append(document("more", key="more"), [])
    with pytest.raises(LedgerError, match=r"can't be opened|lock file"):
        Ledger.open(tmp_path / "new.sqlite")
    with pytest.raises(LedgerError, match="no right to make it"):
        Ledger.open(tmp_path / "folder" / "new.sqlite")


def _readable(tmp_path: Path) -> Path:
    """A path in a folder that everybody may look into and nobody but its owner write to."""
    for folder in (tmp_path, *tmp_path.parents):
        if str(folder).startswith(tempfile.gettempdir() + "/"):
            folder.chmod(0o755)
    return tmp_path / "ledger.sqlite"


def test_a_ledger_that_others_write_to_is_read_without_the_right_to_write(
    as_nobody: Callable[[], None], tmp_path: Path
) -> None:
    path = _readable(tmp_path)
    with Ledger.open(path) as owner:
        owner.append(document(), [claim(document())])
        as_nobody()
        with Ledger.open(path) as reader:
            assert len(reader.claims()) == 1
            os.seteuid(0)
            owner.append(document("more", key="more"), [])
            os.seteuid(65534)
            assert reader.counts().documents == 2


def test_a_file_that_changes_under_a_reader_without_rights_is_said_to(
    as_nobody: Callable[[], None], tmp_path: Path
) -> None:
    path = _readable(tmp_path)
    Ledger.open(path).close()
    as_nobody()
    with Ledger.open(path) as reader:
        assert reader.counts().documents == 0
        os.seteuid(0)
        with Ledger.open(path) as owner:
            owner.append(document(), [])
        os.seteuid(65534)
        with pytest.raises(LedgerError, match="changed while it was being read"):
            reader.counts()


def test_an_older_form_that_may_not_be_upgraded_says_so(as_nobody: Callable[[], None], tmp_path: Path) -> None:
    path = _readable(tmp_path)
    _make_old(path, 2)
    as_nobody()
    with pytest.raises(LedgerError, match=rf"{path}.*older form.*ledger upgrade"):
        Ledger.open(path)


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


OLD_FORMS = Path(__file__).with_name("old_forms")


def _statements(name: str) -> list[str]:
    text = (OLD_FORMS / name).read_text(encoding="utf-8")
    return [statement.strip() for statement in re.split(r";\n(?=CREATE|INSERT|\Z)", text) if statement.strip()]


def _make_old(place: Path | str, step: int) -> None:
    """A ledger as a mercato of that step made it: kept as its SQL, as today's code can't make it any more.

    PostgreSQL never had these forms; there the first steps of today take the old rows.
    """
    rows = sorted(_statements(f"step_{step}_rows.sql"), key=lambda line: _PARENTS_FIRST.index(line.split('"')[1]))
    if isinstance(place, Path):
        old = apsw.Connection(str(place))
        old.execute("PRAGMA application_id=0x6D657263")
        old.execute("PRAGMA journal_mode=WAL")
        for statement in (*_statements(f"step_{step}_schema.sql"), *rows):
            old.execute(statement)
        old.close()
        return
    database = Postgres(place)
    migrate(database, MIGRATIONS[:step])
    for statement in rows:
        if '"migration"' not in statement:
            database.execute(statement)
    for table in ("document", "reading", "claim"):
        database.after_copy(table)
    database.close()


_PARENTS_FIRST = ["migration", "document", "reading", "claim", "evidence", "attribution_link", "skip"]


@pytest.mark.parametrize("step", [1, 2])
def test_an_older_ledger_is_upgraded_and_keeps_its_rows(place: Path | str, step: int) -> None:
    _make_old(place, step)
    with Ledger.open(place) as ledger:
        assert ledger.integrity_check() == []
        numbers = ledger.database.execute("SELECT number FROM migration ORDER BY number")
        assert [row[0] for row in numbers] == list(range(1, len(MIGRATIONS) + 1))
        counts = ledger.counts()
        assert (counts.articles, counts.documents, counts.readings, counts.claims) == (2, 3, 4, 4)
        # The latest text of each article, asked for by names that the upgrade had to index.
        assert [c.claim.person.name for c in ledger.claims()] == ["Mattia Perin", "Mattia Perin"]
        assert [c.source.version for c in ledger.claims(person="perin", club="milan")] == [1, 2]
        assert [c.claim.person.id for c in ledger.claims(person="Q1", club="Q1422", outlet="corriere")] == ["Q1"]
        assert len(ledger.claims(outlet="juvefc")) == 1
        early = ledger.as_of(datetime(2025, 6, 3, 12, tzinfo=UTC))
        assert [c.source.version for c in early.claims(person="perin")] == [1]
        assert ledger.append(document("Another.", key="new"), []).version == 1


def test_every_step_is_in_the_old_forms_but_the_last() -> None:
    """Who adds a step keeps the form before it (dump a filled ledger as SQL), or says here why it needs none."""
    never_released = {3}  # steps 3 and 4 came together
    kept = {int(path.name.split("_")[1]) for path in OLD_FORMS.glob("step_*_schema.sql")}
    assert kept | never_released == set(range(1, len(MIGRATIONS)))


def test_a_failed_step_leaves_the_ledger_at_the_step_before(place: Path | str) -> None:
    database = Postgres(place) if isinstance(place, str) else Sqlite(place)
    database.start()
    broken = MIGRATIONS[1]._replace(statements=lambda _: ("CREATE TABLE half (a TEXT)", "CREATE NONSENSE"))
    with pytest.raises(LedgerError):
        migrate(database, (MIGRATIONS[0], broken))
    assert database.has_table("document")
    assert not database.has_table("half")
    migrate(database)
    assert database.has_table("skip")
    database.close()


def test_a_ledger_of_a_newer_mercato_is_not_touched(place: Path | str) -> None:
    with Ledger.open(place) as ledger:
        ledger.database.execute("INSERT INTO migration VALUES (99, 'later', 'then', '9.9')")
    with pytest.raises(LedgerError, match="newer mercato"):
        Ledger.open(place)


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


def test_a_second_writer_waits_and_then_is_told_who_writes(place: Path | str) -> None:
    with Ledger.open(place) as first, Ledger.open(place, wait=0.05) as second, first.writing():
        with pytest.raises(LedgerBusy, match=f"process {os.getpid() if isinstance(place, Path) else ''}"):
            second.append(document(), [])
        assert list(second.documents()) == []  # reading needs no waiting
        first.append(document(), [])
        assert len(list(second.documents())) == 1
    with Ledger.open(place) as third:
        assert third.append(document(), []).document_new is False


def test_the_lock_is_free_again_after_each_append(place: Path | str) -> None:
    with Ledger.open(place, wait=0) as first, Ledger.open(place, wait=0) as second:
        first.append(document(key="1"), [])
        second.append(document(key="2"), [])
        first.append(document(key="3"), [])
        assert first.counts().documents == 3


_HOLD = """
import sys, time
from mercato.ledger import Ledger
from mercato.ledger.address import as_place
with Ledger.open(as_place(sys.argv[1])) as ledger, ledger.writing():
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_killed_writer_leaves_no_lock(place: Path | str) -> None:
    with subprocess.Popen([sys.executable, "-c", _HOLD, str(place)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        with Ledger.open(place, wait=0.05) as ledger:
            with pytest.raises(LedgerBusy, match=f"process {holder.pid if isinstance(place, Path) else ''}"):
                ledger.append(document(), [])
            holder.send_signal(signal.SIGKILL)
            holder.wait()
        with Ledger.open(place) as ledger:
            assert ledger.append(document(), []).document_new


_APPEND = """
import sys
from mercato.ledger import Ledger
from mercato.ledger.address import as_place
from tests.ledger.made import claim, document
for number in range(20):
    with Ledger.open(as_place(sys.argv[1])) as ledger:
        new = document(f"{sys.argv[2]} {number}", key=f"{sys.argv[2]} {number}")
        ledger.append(new, [claim(new)])
        shared = document(f"{sys.argv[2]} {number}", key="one article that all change")
        ledger.append(shared, [claim(shared)])
"""


def test_writers_that_start_together_all_get_their_turn(place: Path | str) -> None:
    started = time.monotonic()
    writers = [subprocess.Popen([sys.executable, "-c", _APPEND, str(place), name]) for name in "abc"]
    with Ledger.open(place) as reader:  # reads whole states all the while
        while any(writer.poll() is None for writer in writers):
            with reader.reading() as view:
                assert view.counts().claims == view.counts().documents == len(list(view.documents()))
            time.sleep(0.05)
    assert [writer.wait(60) for writer in writers] == [0, 0, 0], f"after {time.monotonic() - started:.1f} s"
    with Ledger.open(place) as ledger:
        assert (ledger.counts().documents, ledger.counts().claims) == (120, 120)
        versions = [d.version for d in ledger.documents(key="one article that all change")]
        assert sorted(versions) == list(range(1, 61))
        assert ledger.integrity_check() == []


def test_threads_that_share_a_ledger_write_in_turns(place: Path | str) -> None:
    with Ledger.open(place) as ledger:

        def write(name: str) -> None:
            for number in range(15):
                own = document(f"{name} {number}", key=f"{name} {number}")
                ledger.append(own, [claim(own)])
                ledger.append(document(f"{name} {number}", key="shared"), [])

        threads = [threading.Thread(target=write, args=(name,)) for name in "abc"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert (ledger.counts().documents, ledger.counts().claims) == (90, 45)
        assert sorted(d.version for d in ledger.documents(key="shared")) == list(range(1, 46))
        assert ledger.integrity_check() == []
