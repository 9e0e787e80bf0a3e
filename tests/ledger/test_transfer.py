"""Copies, backups, restored and upgraded ledgers: every row arrives, in whatever direction, or nothing does."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import apsw
import pytest
from click.testing import CliRunner

from mercato.errors import DocumentSkipped, LedgerError, Misused, NotFound
from mercato.interfaces.cli.ledger import ledger as command
from mercato.ledger import Ledger, transfer
from tests.ledger.cluster import Cluster
from tests.ledger.made import RULES_2, at, claim, document, full_claim


def fill(ledger: Ledger) -> None:
    first, second, other = document("Milan want Perin."), document("Milan want Perin. Denied."), document(key="b")
    ledger.append(first, [claim(first)], seen_at=at("2025-06-10T00:00"))
    ledger.append(second, [claim(second)], seen_at=at("2025-06-11T00:00"))
    ledger.append(first, [claim(first)], seen_at=at("2025-06-12T00:00"))
    ledger.append(other, [full_claim(other, person_id="Q1"), claim(other, "Łukasz Ødegård 😀")])
    ledger.append(other, [claim(other, reader=RULES_2)], reader=RULES_2)
    ledger.record_skip(DocumentSkipped("a", "b", "c"))


def rows(place: Path | str) -> dict[str, list]:
    with Ledger.open(place, create=False) as ledger:
        assert ledger.integrity_check() == []
        tables = {}
        for table in (*transfer.TABLES, "name", "name_word", "name_document"):
            columns = ", ".join(ledger.database.columns(table))
            tables[table] = sorted(ledger.database.execute(f"SELECT {columns} FROM {table}"), key=repr)
        names = dict(ledger.database.execute("SELECT number, role || ' ' || text FROM name"))
        # The index is made again: its own numbers may differ, what it says may not.
        tables["name"] = sorted(names.values())
        tables["name_word"] = sorted((word, names[name]) for word, name in tables["name_word"])
        tables["name_document"] = sorted(
            (names[name], dated, number) for name, dated, number in tables["name_document"]
        )
        return tables


@pytest.fixture
def other_place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    if request.param == "sqlite":
        return tmp_path / "copy.sqlite"
    cluster: Cluster = request.getfixturevalue("cluster")
    return cluster.new_address()


@pytest.mark.parametrize("other_place", ["sqlite", "postgresql"], indirect=True)
def test_a_copy_has_every_row_and_can_be_written_on(place: Path | str, other_place: Path | str) -> None:
    with Ledger.open(place) as ledger:
        fill(ledger)
        copied = transfer.copy(place, other_place)
        assert copied.counts == ledger.counts()
    assert rows(other_place) == rows(place)
    with Ledger.open(other_place) as made:
        assert made.append(document("more", key="more"), [claim(document("more", key="more"))]).document_new
        assert [d.document.text for d in made.documents(key="https://news.example/perin", versions="latest")] == [
            "Milan want Perin."
        ]
        assert len(made.claims(person="odegard")) == 0  # its reading is not the last
        assert len(made.claims(person="odegard", reader="all")) == 1


@pytest.mark.parametrize("other_place", ["sqlite", "postgresql"], indirect=True)
def test_a_copy_goes_over_nothing(place: Path | str, other_place: Path | str) -> None:
    for each in (place, other_place):
        with Ledger.open(each) as ledger:
            fill(ledger)
    before = rows(other_place)
    with pytest.raises(LedgerError, match=r"there already|with content"):
        transfer.copy(place, other_place)
    assert rows(other_place) == before


def test_a_copy_that_fails_leaves_nothing(place: Path | str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Ledger.open(place) as ledger:
        fill(ledger)

    def fails(*_: object) -> None:
        raise LedgerError("the disk is full")

    monkeypatch.setattr(transfer, "note_all_names", fails)
    (tmp_path / "to").mkdir()
    with pytest.raises(LedgerError, match="full"):
        transfer.copy(place, tmp_path / "to" / "copy.sqlite")
    assert list((tmp_path / "to").iterdir()) == []


def test_a_copy_of_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        transfer.copy(tmp_path / "none.sqlite", tmp_path / "copy.sqlite")
    Ledger.open(tmp_path / "one.sqlite").close()
    with pytest.raises(LedgerError, match="no folder"):
        transfer.backup(tmp_path / "one.sqlite", tmp_path / "none" / "copy.sqlite")


_WRITER = """
import sys
from mercato.ledger import Ledger
from mercato.ledger.address import as_place
from tests.ledger.made import claim, document
with Ledger.open(as_place(sys.argv[1])) as ledger:
    for number in range(100_000):
        made = document(f"{number}", key=f"{number}")
        ledger.append(made, [claim(made), claim(made, "Mike Maignan")])
        print(number, flush=True)
"""


def test_a_backup_of_a_ledger_in_use_is_whole(place: Path | str, tmp_path: Path) -> None:
    """While a writer writes, each backup is a state that was: nothing half, nothing acknowledged missing."""
    with subprocess.Popen([sys.executable, "-c", _WRITER, str(place)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout
        sizes = []
        for number in range(4):
            acknowledged = int(writer.stdout.readline())
            made = transfer.backup(place, tmp_path / f"backup{number}.sqlite")
            with Ledger.open(tmp_path / f"backup{number}.sqlite", create=False) as whole:
                keys = [stored.document.key for stored in whole.documents()]
            assert keys == [str(n) for n in range(len(keys))]
            assert len(keys) > acknowledged
            assert made.counts.claims == 2 * len(keys)
            sizes.append(len(keys))
            time.sleep(0.05)
        writer.kill()
    assert sizes[-1] > sizes[0], "the writer stood still: the test shows nothing"


def test_a_backup_comes_back(place: Path | str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    with Ledger.open(place) as ledger:
        fill(ledger)
    saved, before = tmp_path / "backup.sqlite", rows(place)
    transfer.backup(place, saved)
    with Ledger.open(place) as ledger:
        ledger.append(document("later", key="later"), [])
    if isinstance(place, str):
        with pytest.raises(LedgerError, match="with content"):
            transfer.restore(saved, place)
        cluster: Cluster = request.getfixturevalue("cluster")
        fresh: Path | str = cluster.new_address()
        transfer.restore(saved, fresh)
        assert rows(fresh) == before
        return
    with pytest.raises(Misused, match="--replace"):
        transfer.restore(saved, place)
    with Ledger.open(place) as reader:  # stays open, and sees what was restored
        assert reader.counts().documents == 4
        restored = transfer.restore(saved, place, replace=True)
        assert reader.counts().documents == 3
        reader.append(document("after", key="after"), [])
    assert restored.kept is not None
    with Ledger.open(restored.kept, create=False) as kept:
        assert kept.counts().documents == 4
    with Ledger.open(place) as ledger:
        assert [d.document.key for d in ledger.documents()][-1] == "after"
        assert ledger.integrity_check() == []


def test_a_damaged_ledger_is_put_aside_by_a_restore(tmp_path: Path) -> None:
    path, saved = tmp_path / "ledger.sqlite", tmp_path / "backup.sqlite"
    with Ledger.open(path) as ledger:
        fill(ledger)
    transfer.backup(path, saved)
    path.write_bytes(b"\xff" * 10_000)
    with pytest.raises(LedgerError):
        transfer.restore(saved, path)
    restored = transfer.restore(saved, path, replace=True)
    assert restored.kept is not None
    assert restored.kept.read_bytes() == b"\xff" * 10_000
    assert rows(path) == rows(saved)


def test_a_damaged_backup_is_not_restored(tmp_path: Path) -> None:
    path, saved = tmp_path / "ledger.sqlite", tmp_path / "backup.sqlite"
    with Ledger.open(path) as ledger:
        fill(ledger)
    before = rows(path)
    transfer.backup(path, saved)
    outside = apsw.Connection(str(saved))
    outside.execute("DROP TRIGGER evidence_forbid_update")
    outside.execute("UPDATE evidence SET span_start = span_start + 1")
    outside.close()
    with pytest.raises(LedgerError, match="not sound"):
        transfer.restore(saved, path, replace=True)
    assert rows(path) == before


def run(*arguments: str) -> dict:
    result = CliRunner().invoke(command, [*arguments, "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_the_commands(tmp_path: Path) -> None:
    path, folder = tmp_path / "ledger.sqlite", tmp_path / "backups"
    folder.mkdir()
    with Ledger.open(path) as ledger:
        fill(ledger)
    assert run("copy", str(path), str(tmp_path / "copy.sqlite"))["documents"] == 3
    made = run("backup", str(folder), "--ledger", str(path))
    assert Path(made["ledger"]).parent == folder
    assert run("restore", made["ledger"], "--ledger", str(path), "--replace")["kept"].startswith(str(path))
    upgraded = run("upgrade", "--ledger", str(path))
    assert upgraded["before"] == upgraded["after"]
    plain = CliRunner().invoke(command, ["upgrade", "--ledger", str(path)])
    assert "needs none" in plain.stdout
