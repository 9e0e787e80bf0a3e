from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mercato.engines.archive import storage
from mercato.engines.archive.importing import import_results
from mercato.engines.archive.job import (
    MANIFEST,
    Outcome,
    ShardDone,
    ShardFailed,
    Task,
    file_name,
    run_job,
    run_task,
    shards_of,
)
from mercato.engines.archive.local import local_engine
from mercato.engines.archive.reading import Tools
from mercato.engines.archive.records import Limits
from mercato.engines.archive.rows import SCHEMA
from mercato.engines.archive.shard import Course, read_shard
from mercato.errors import Misused, SourceUnusable
from mercato.ledger import Ledger
from tests.cli.support import mercato
from tests.engines.archives import CLAIM, PLAIN, jsonl, mixed_warc, page, put, word_tools


def shards(folder: Path, number: int = 4) -> list[str]:
    return [put(folder, f"part-{n}.warc.gz", mixed_warc(6 + n)) for n in range(number)]


def rows(folder: Path) -> list[dict[str, object]]:
    found = [row for file in sorted(folder.glob("*.parquet")) for row in pq.read_table(file).to_pylist()]
    return sorted(found, key=lambda row: (row["shard"], row["kind"], row["record"] or ""))


def test_the_same_text_gives_the_same_claims_from_warc_parquet_and_json_lines(tmp_path: Path) -> None:
    texts = [CLAIM, PLAIN]
    given = [{"url": f"https://news.example/{n}", "html": page(t).decode()} for n, t in enumerate(texts)]
    plain = [{"id": f"t{n}", "text": t, "date": "2025-06-09", "language": "en"} for n, t in enumerate(texts)]
    pq.write_table(pa.Table.from_pylist(given), tmp_path / "a.parquet")
    addresses = [
        put(tmp_path, "b.jsonl", jsonl(given)),
        put(tmp_path, "c.jsonl", jsonl(plain)),
        str(tmp_path / "a.parquet"),
    ]
    for address in addresses:
        batch = pa.Table.from_batches(list(read_shard([address], word_tools())))
        assert batch.schema == SCHEMA
        kinds = batch.column("kind").to_pylist()
        assert kinds == ["document", "counts"], address
        claims = json.loads(batch.column("claims").to_pylist()[0])
        assert claims[0]["person"]["name"] == "Mattia Perin"


def test_a_job_gives_the_same_rows_with_any_number_of_workers_and_again(tmp_path: Path) -> None:
    addresses = shards(tmp_path / "in")
    results = []
    for workers in (1, 2):
        out = tmp_path / f"out{workers}"
        totals = run_job(addresses, str(out), local_engine(word_tools(), workers), word_tools())
        assert totals.counts["document"] == 2 + 3 + 3 + 3
        assert totals.counts["records"] == 6 + 7 + 8 + 9
        results.append(rows(out))
    assert results[0] == results[1]
    before = {f.name: f.stat().st_mtime_ns for f in (tmp_path / "out2").glob("*.parquet")}
    again = run_job(addresses, str(tmp_path / "out2"), _refuse, word_tools())
    assert again.counts["document"] == 11
    assert before == {f.name: f.stat().st_mtime_ns for f in (tmp_path / "out2").glob("*.parquet")}


def _refuse(tasks: list[Task]):  # type: ignore[no-untyped-def]
    assert tasks == []
    return iter(())


def test_a_run_goes_on_after_a_stop_even_where_the_manifest_was_not_written(tmp_path: Path) -> None:
    addresses = shards(tmp_path / "in")
    out = tmp_path / "out"

    def half(tasks: list[Task]):  # type: ignore[no-untyped-def]
        for task in tasks[:2]:
            yield run_task(task, word_tools())
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_job(addresses, str(out), half, word_tools())
    (out / MANIFEST).unlink()
    read: list[str] = []

    def rest(tasks: list[Task]):  # type: ignore[no-untyped-def]
        for task in tasks:
            read.append(task.shard)
            yield run_task(task, word_tools())

    totals = run_job(addresses, str(out), rest, word_tools())
    assert read == addresses[2:]
    assert totals.counts["records"] == 30
    assert not list(out.glob(".*.tmp"))


def test_results_of_another_job_are_not_mixed_in(tmp_path: Path) -> None:
    addresses = shards(tmp_path / "in", 1)
    run_job(addresses, str(tmp_path / "out"), local_engine(word_tools(), 1), word_tools())
    with pytest.raises(Misused, match="another job"):
        run_job(addresses, str(tmp_path / "out"), _refuse, word_tools("other"))


def test_a_shard_that_is_not_there_fails_alone_and_is_tried_again(tmp_path: Path) -> None:
    addresses = shards(tmp_path / "in", 2)
    missing = str(tmp_path / "in" / "later.warc.gz")
    engine = local_engine(word_tools(), 2)
    totals = run_job([*addresses, missing], str(tmp_path / "out"), engine, word_tools())
    assert list(totals.failed) == [missing]
    put(tmp_path / "in", "later.warc.gz", mixed_warc(3))
    totals = run_job([*addresses, missing], str(tmp_path / "out"), engine, word_tools())
    assert totals.failed == {}
    assert totals.shards == 3


def killing(folder: Path, times: int) -> Callable[[Task, Tools, Callable[[], bool]], Outcome]:
    """Work that is killed so many times at the second shard."""

    def work(task: Task, tools: Tools, stopped: Callable[[], bool]) -> Outcome:
        if "part-1" in task.shard and len(list(folder.glob("killed-*"))) < times:
            (folder / f"killed-{os.getpid()}").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return run_task(task, tools, stopped=stopped)

    return work


def test_a_killed_worker_loses_no_row(tmp_path: Path) -> None:
    addresses = shards(tmp_path / "in")
    run_job(addresses, str(tmp_path / "whole"), local_engine(word_tools(), 2), word_tools())
    engine = local_engine(word_tools(), 2, killing(tmp_path, 1))
    totals = run_job(addresses, str(tmp_path / "out"), engine, word_tools())
    assert totals.failed == {}
    assert rows(tmp_path / "out") == rows(tmp_path / "whole")


def test_a_shard_that_kills_its_worker_twice_fails_alone(tmp_path: Path) -> None:
    addresses = shards(tmp_path / "in")
    engine = local_engine(word_tools(), 2, killing(tmp_path, 99))
    totals = run_job(addresses, str(tmp_path / "out"), engine, word_tools())
    assert list(totals.failed) == [addresses[1]]
    assert totals.shards == 3


def test_half_written_results_are_never_seen(tmp_path: Path) -> None:
    def fill(stream: object) -> None:
        stream.write(b"half")  # type: ignore[attr-defined]
        raise SourceUnusable("the store went away")

    with pytest.raises(SourceUnusable):
        storage.write_whole(str(tmp_path / "x.parquet"), fill)
    assert list(tmp_path.iterdir()) == []


def test_addresses_of_object_stores_go_through_arrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pyarrow import fs

    bucket = tmp_path / "bucket"
    put(bucket / "in", "a.warc.gz", mixed_warc(6))
    inside = fs.SubTreeFileSystem(str(bucket), fs.LocalFileSystem())
    monkeypatch.setitem(storage.openers, "store", lambda address: (inside, address.removeprefix("store://")))
    addresses = shards_of("store://in")
    assert addresses == ["store://in/a.warc.gz"]
    totals = run_job(addresses, "store://out", local_engine(word_tools(), 1), word_tools())
    assert totals.counts["document"] == 2
    assert sorted(storage.names_in("store://out")) == [file_name(addresses[0]), MANIFEST]
    assert shards_of(f"file://{bucket}/in") == [f"file://{bucket}/in/a.warc.gz"]
    (row, _) = [r for b in read_shard([f"file://{bucket}/in/a.warc.gz"], word_tools()) for r in b.to_pylist()][:2]
    assert row["kind"] == "document"


def test_lists_of_addresses(tmp_path: Path) -> None:
    listed = put(tmp_path, "list.txt", b"# a month\n/x/a.warc.gz\n\n/x/b.warc.gz\n/x/a.warc.gz\n")
    assert shards_of(f"@{listed}") == ["/x/a.warc.gz", "/x/b.warc.gz"]
    with pytest.raises(SourceUnusable, match="no archive"):
        shards_of(str(tmp_path))
    with pytest.raises(SourceUnusable, match="nothing of that name"):
        shards_of(str(tmp_path / "none"))
    with pytest.raises(SourceUnusable):
        shards_of("gopher://x/y")


def test_names_of_results_are_harmless_and_differ() -> None:
    assert file_name("s3://x/../../etc/passwd\n").startswith("passwd_-")
    assert file_name("a/x.warc.gz") != file_name("b/x.warc.gz")
    assert "/" not in file_name("..")
    assert not file_name("..").startswith(".")


def test_what_is_imported_twice_is_there_once(tmp_path: Path) -> None:
    addresses = shards(tmp_path / "in", 2)
    out = str(tmp_path / "out")
    run_job(addresses, out, local_engine(word_tools(), 1), word_tools())
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        first = import_results(out, ledger)
        again = import_results(out, ledger)
        assert (first.documents, first.documents_new, first.claims_new) == (5, 3, 3)
        assert (again.documents, again.documents_new, again.claims_new) == (5, 0, 0)
        stored = [c.seen_at.isoformat() for c in ledger.claims()]
        assert set(stored) == {"2025-06-09T10:00:00+00:00"}
        assert ledger.integrity_check() == []


def test_other_parquet_is_no_result(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1]}), tmp_path / "a.parquet")
    put(tmp_path, "b.parquet", b"PAR1 this is none PAR1")
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        for name in ("a.parquet", "b.parquet"):
            with pytest.raises(SourceUnusable, match=name):
                import_results(str(tmp_path / name), ledger)


def test_counts_add_up(tmp_path: Path) -> None:
    course = Course()
    address = put(tmp_path, "a.warc.gz", mixed_warc(9) + b"rest")
    batches = list(read_shard([address], word_tools(), Limits(), course=course))
    counts = json.loads(batches[-1].to_pylist()[-1]["detail"])
    assert counts["records"] == counts["pages"] + counts["bad"] == 10
    assert counts["document"] + counts["no claim"] == counts["pages"] == 9


def test_the_command_reads_resumes_and_imports(tmp_path: Path) -> None:
    put(tmp_path / "in", "a.warc.gz", mixed_warc(6) + b"rest")
    first = mercato("archive", tmp_path / "in", tmp_path / "out", "--workers", "1", "--languages", "en", home=tmp_path)
    assert first.returncode == 0, first.stderr
    assert "7 records, 6 pages" in first.stderr
    assert "4 dropped unread" in first.stderr
    assert "bad 1: is a broken record" in first.stderr
    again = mercato(
        "archive", tmp_path / "in", tmp_path / "out", "--workers", "1", "--languages", "en", "--json", home=tmp_path
    )
    assert json.loads(again.stdout)["before"] is True
    put_in = mercato("archive", "import", tmp_path / "out", "--json", home=tmp_path)
    assert put_in.returncode == 0, put_in.stderr
    assert json.loads(put_in.stdout)["documents_new"] == 2
    for arguments in (("--languages", "xx"), ("--master", "local")):
        assert mercato("archive", tmp_path / "in", tmp_path / "o", *arguments, home=tmp_path).returncode == 2


def test_outcomes_are_told_apart() -> None:
    assert isinstance(run_task(Task("/none.warc", "/nowhere/at/all", None, Limits()), word_tools()), ShardFailed)
    assert not isinstance(ShardFailed("a", "b"), ShardDone)
