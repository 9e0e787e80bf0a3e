"""`mercato extract`: rows in order, every id answered, bad lines counted, the rest goes on."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mercato.engines.lines import FIRST_LINES, LineOptions, Trouble, read_line, read_lines
from mercato.errors import SourceUnusable
from mercato.interfaces.cli import extract as command
from mercato.model import Claim, ClaimKind, ClubRef, Document, PersonRef, Stage


class NameReader:
    """Reads "X to Y." as a move; fails, dies or doubts where the text says so."""

    def read(self, document: Document) -> list[Claim]:
        if "crash" in document.text:
            raise ZeroDivisionError("told to")
        if "die" in document.text.split():
            os.kill(os.getpid(), signal.SIGKILL)
        person, _, club = document.text.strip().partition(" to ")
        if not club:
            return []
        return [
            Claim(
                id="c1",
                document_id=document.id,
                kind=ClaimKind.MOVE,
                person=PersonRef(person),
                to=ClubRef(club.rstrip(".")),
                stage=Stage.INTEREST,
                confidence=0.3 if "perhaps" in document.text else 0.9,
            )
        ]


@pytest.fixture(autouse=True)
def _reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mercato.interfaces.readers.make_reader", lambda *_, **__: NameReader())


def run(*arguments: str, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(command.extract, list(arguments), input=stdin, catch_exceptions=True)


def rows(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def lines_file(folder: Path, *rows: Any) -> str:
    path = folder / "texts.jsonl"
    path.write_text("".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in rows), encoding="utf-8")
    return str(path)


def text(id_: Any, words: Any) -> dict[str, Any]:
    return {"id": id_, "text": words, "language": "en"}


@pytest.mark.parametrize("workers", ["1", "2"])
def test_order_and_ids_are_kept(tmp_path: Path, workers: str) -> None:
    """Each line has its row, in the input's order, on one process and on two."""
    many = [text(f"t{n}", f"Player {n} to Club {n}." if n % 3 else "Nothing here") for n in range(400)]
    result = run(lines_file(tmp_path, *many), "--workers", workers)
    assert result.exit_code == 0, result.stderr
    found = rows(result)
    assert [r["id"] for r in found] == [t["id"] for t in many]
    assert [bool(r["claims"]) for r in found] == [bool(n % 3) for n in range(400)]
    assert found[1]["claims"][0]["to"] == "Club 1"


def test_broken_lines_cost_themselves_alone(tmp_path: Path) -> None:
    """A line that isn't JSON gets no row and is reported; one with an id and no text gets an empty one."""
    path = lines_file(
        tmp_path,
        text("a", "A to B."),
        '{"id": "b", "te',
        text("c", ""),
        {"id": "d"},
        text("e", None),
        "[1]",
        "",
        text(7, "C to D."),
    )
    result = run(path)
    assert [(r["id"], len(r["claims"])) for r in rows(result)] == [("a", 1), ("c", 0), ("d", 0), ("e", 0), (7, 1)]
    assert result.exit_code == 1
    assert f"{path}:2: not a JSON object" in result.stderr
    assert "7 lines, of which 3 no text, 2 not a JSON object" in result.stderr


def test_empty_texts_are_no_failure(tmp_path: Path) -> None:
    """A text without words is answered, told of, and fails nothing."""
    result = run(lines_file(tmp_path, text("a", " \n "), text("b", "A to B."), text("c", "\0\1")))
    assert [(r["id"], len(r["claims"])) for r in rows(result)] == [("a", 0), ("b", 1), ("c", 0)]
    assert result.exit_code == 0
    assert "2 no text" in result.stderr


def test_line_without_id_is_reported(tmp_path: Path) -> None:
    """Without an id nobody could join the row to its text."""
    result = run(lines_file(tmp_path, {"text": "A to B."}, text("b", "A to B.")))
    assert [r["id"] for r in rows(result)] == ["b"]
    assert result.exit_code == 1
    assert "no id" in result.stderr


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_failing_reader_costs_one_text(tmp_path: Path, workers: str) -> None:
    """Whatever goes wrong inside the reader is named with the line's id; the row is there and the command fails."""
    result = run(lines_file(tmp_path, text("a", "crash to B."), text("b", "A to B.")), "--workers", workers)
    assert [(r["id"], len(r["claims"])) for r in rows(result)] == [("a", 0), ("b", 1)]
    assert result.exit_code == 1
    assert "id a: ZeroDivisionError: told to" in result.stderr


def test_a_dead_worker_is_no_hang(tmp_path: Path) -> None:
    """A worker killed from outside (out of memory) ends the run with advice instead of waiting for ever."""
    lines = [json.dumps(text("a", "A to B." if n < FIRST_LINES else "die")).encode() for n in range(FIRST_LINES + 1)]
    with pytest.raises(SourceUnusable, match="--workers"):
        list(read_lines(lines, NameReader(), LineOptions(), workers=2))


def test_threshold_leaves_out_the_unsure(tmp_path: Path) -> None:
    """A claim below the threshold goes, one above stays."""
    path = lines_file(tmp_path, text("a", "A to perhaps B."), text("b", "A to B."))
    assert [len(r["claims"]) for r in rows(run(path))] == [1, 1]
    assert [len(r["claims"]) for r in rows(run(path, "--threshold", "0.5"))] == [0, 1]


def test_standard_input_as_lines() -> None:
    """`--jsonl` reads standard input as JSON Lines, byte order mark or not."""
    stdin = b"\xef\xbb\xbf" + json.dumps(text("a", "A to B.")).encode() + b"\n"
    result = run("-", "--jsonl", stdin=stdin)
    assert rows(result)[0]["claims"][0]["person"] == "A"
    assert result.exit_code == 0


def test_letters_that_utf8_cannot_write() -> None:
    """Half of a surrogate pair, as broken scrapers leave it, is answered in escapes."""
    reading = read_line(1, b'{"id": "\\ud83d", "text": "A to B.", "language": "en"}', NameReader(), LineOptions())
    assert reading.row is not None
    assert json.loads(reading.row)["id"] == "\ud83d"


def test_deeply_nested_json_is_a_bad_line() -> None:
    """A line made to overflow the parser is a bad line, not a crash."""
    reading = read_line(1, b"[" * 200_000, NameReader(), LineOptions())
    assert reading.trouble is Trouble.NOT_JSON


def test_missing_file_names_itself(tmp_path: Path) -> None:
    """A file that isn't there is named; the others are still read."""
    here = lines_file(tmp_path, text("a", "A to B."))
    result = run(str(tmp_path / "gone.jsonl"), here)
    assert [r["id"] for r in rows(result)] == ["a"]
    assert result.exit_code == 1
    assert "gone.jsonl: can't be opened (No such file or directory)" in result.stderr


def test_row_has_exactly_the_schemas_fields(tmp_path: Path) -> None:
    """A claim has the annotation schema's fields and, for what is ours, `more`."""
    (row,) = rows(run(lines_file(tmp_path, text("a", "A to B."))))
    assert set(row) == {"id", "claims"}
    fields = "kind person role to from club deal fee until stage sources condition more"
    assert set(row["claims"][0]) == set(fields.split())


def test_uncertain_date_is_refused() -> None:
    """A date that could be two is asked for again before anything is read."""
    result = run("-", "--date", "03/04/2025", stdin="A to B.")
    assert "03/04/2025" in str(result.exception)


def test_an_over_long_line_keeps_its_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line beyond the limit isn't held in memory; its id is answered, and the lines after it are read."""
    monkeypatch.setenv("MERCATO_MAX_BYTES", "1000")
    path = lines_file(tmp_path, text("a", "x" * 5_000_000), {"text": "y" * 2000, "id": "b"}, text("c", "C to D."))
    result = run(path)
    assert [(r["id"], len(r["claims"])) for r in rows(result)] == [("a", 0), ("c", 1)]
    assert result.exit_code == 1
    assert "2 too long" in result.stderr


def test_a_closed_pipe_ends_the_workers(tmp_path: Path) -> None:
    """Whoever stops reading half-way leaves no process behind."""
    lines = (json.dumps(text(f"t{n}", "A to B.")).encode() for n in range(100_000))
    readings = read_lines(lines, NameReader(), LineOptions(), workers=2)
    assert [next(readings).number for _ in range(100)] == list(range(1, 101))
    assert len(multiprocessing.active_children()) == 2
    readings.close()
    assert not multiprocessing.active_children()


def test_a_text_for_people_and_for_programs(tmp_path: Path) -> None:
    """A plain text gives lines to read, and with --json one row under the name that the file was given by."""
    path = tmp_path / "note.txt"
    path.write_text("Mattia Perin to AC Milan.", encoding="utf-8")
    plain = run(str(path))
    assert plain.exit_code == 0, plain.stderr
    assert "move · Mattia Perin · → AC Milan · interest" in plain.stdout
    (row,) = rows(run(str(path), "--json"))
    assert row["id"] == str(path)
    assert row["claims"][0]["to"] == "AC Milan"


def test_an_empty_file_is_named(tmp_path: Path) -> None:
    """A file without text is no crash and no silence."""
    path = tmp_path / "empty.txt"
    path.write_bytes(b"")
    result = run(str(path))
    assert result.exit_code == 1
    assert str(path) in result.stderr
    assert result.stdout == ""


def test_a_texts_escapes_don_t_reach_the_terminal(tmp_path: Path) -> None:
    """A text can't steer the terminal of whoever reads its claims."""
    path = tmp_path / "evil.txt"
    path.write_text("Evil\x1b[2J Man to AC Milan.", encoding="utf-8")
    assert "\x1b" not in run(str(path)).stdout


PARENT = """
import itertools, json, multiprocessing, sys
from mercato.engines.lines import LineOptions, read_lines

class Silent:
    def read(self, document):
        return []

line = json.dumps({"id": "a", "text": "x", "language": "en"}).encode()
readings = read_lines(itertools.repeat(line), Silent(), LineOptions(), workers=2)
for _ in range(100):
    next(readings)
print(*(child.pid for child in multiprocessing.active_children()), flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")
def test_workers_end_with_a_parent_that_was_killed() -> None:
    """A parent that is killed outright leaves no worker waiting for ever with a register in memory."""
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    workers = [int(pid) for pid in parent.stdout.readline().split()]
    parent.kill()
    parent.communicate()
    assert len(workers) == 2
    deadline = time.monotonic() + 20
    while any(is_running(pid) for pid in workers) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(is_running(pid) for pid in workers)


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
