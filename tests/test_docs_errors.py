"""`docs/errors.md` tells the truth: every row's input is made and read, and gives that message and that exit code."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import apsw
import pytest

from mercato.interfaces.cli.main import main
from mercato.ledger import Ledger
from tests.cli.support import ARTICLE, WordReader

PAGE = Path(__file__).parent.parent / "docs" / "errors.md"
PAGES = Path(__file__).parent / "sources" / "pages"
BYSTANDER = "Beside it\n\nMilan would take Mattia Perin from Juventus, it is said.\n"


@dataclass(frozen=True)
class Row:
    """One row of the page's tables."""

    input: str
    says: str
    alone: int
    beside: int | None
    goes_on: str

    @property
    def pattern(self) -> str:
        """The message as a regular expression: `…` is anything, capitals stand for a path or a number."""
        message = re.escape(self.says).replace("…", ".*")
        return re.sub(r"\b(FILE|LEDGER|FOLDER)\b", r"\\S+", re.sub(r"\bN\b", r"[0-9.,]+", message))


def rows() -> list[Row]:
    """The rows, from the page itself: input, what it says, exit code alone, exit code beside a good article."""
    found = []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and len(cells) == 5 and cells[2].isdigit():
            found.append(
                Row(cells[0], cells[1].strip("` "), int(cells[2]), int(cells[3]) if cells[3] else None, cells[4])
            )
    return found


Made = list[str | Path]
Make = Callable[[Path, pytest.MonkeyPatch], Made]
CASES: dict[str, Make] = {}
HELD = contextlib.ExitStack()
"""What a case holds on to until its command has run."""


def case(name: str) -> Callable[[Make], Make]:
    """The input of the row of that name: the function makes it and gives the command line."""

    def keep(make: Make) -> Make:
        CASES[name] = make
        return make

    return keep


def file_of(data: bytes, name: str = "input.txt") -> Make:
    """Reading a file that holds these bytes."""

    def make(folder: Path, _: pytest.MonkeyPatch) -> Made:
        (folder / name).write_bytes(data)
        return ["read", folder / name]

    return make


def call(*arguments: str) -> Make:
    """A command line as it stands."""
    return lambda *_: list(arguments)


CASES |= {
    "an empty file, or one of spaces": file_of(b"  \n"),
    "a binary file (picture, archive, PDF)": file_of(b"%PDF-1.7\n\0\1\2"),
    "50 MB of text": file_of(ARTICLE.encode() * (50_000_000 // len(ARTICLE))),
    "one line of 10 MB": file_of((b"Milan would take Mattia Perin. " * 400_000)[:9_999_999] + b"\n"),
    "text in another encoding (Latin-1, UTF-16)": file_of(("Però, " + ARTICLE).encode("utf-16")),
    "UTF-8 with a broken byte": file_of((ARTICLE * 4).encode() + b"\xff\n"),
    "a page that breaks off": file_of(f"<html><body><article><p>{ARTICLE}</p><p>Then it br".encode(), "cut.html"),
    "a page of scripts without text": file_of((PAGES / "app_shell.html").read_bytes(), "app.html"),
    "JSON Lines with a broken line": file_of(
        b'{"id": "a", "text": "Milan would take Mattia Perin."}\n{"id": \n', "l.jsonl"
    ),
    "a file that is not there": call("read", "nothing.txt"),
    "a folder": lambda folder, _: ["read", folder],
    "an address of this machine or a private network": call("read", "http://127.0.0.1/perin"),
    "an address of another kind": call("read", "ftp://example.org/perin"),
    "a date that is none": lambda *_: ["read", "-", "--date", "soon"],
    "an unknown command": call("raed", "article.txt"),
    "an id that no claim has": lambda folder, _: ["explain", "ffff"],
    "no ledger yet": lambda folder, _: ["claims", "--ledger", folder / "none.sqlite"],
    "a text on which the reader itself fails": file_of(b"These words break the reader.\n"),
}


@case("a file that may not be read")
def _unreadable(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    path = folder / "locked.txt"
    path.write_text(ARTICLE)
    path.chmod(0)
    if os.access(path, os.R_OK):  # the superuser reads everything: the refusal is put in the file system's place
        real = Path.open

        def refuse(self: Path, *args: object, **options: object) -> object:
            if self.name == path.name:
                raise PermissionError(13, "Permission denied", str(self))
            return real(self, *args, **options)  # type: ignore[call-overload]

        monkeypatch.setattr(Path, "open", refuse)
    return ["read", path]


@case("a limit that is none")
def _bad_limit(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    monkeypatch.setenv("MERCATO_MAX_BYTES", "many")
    return file_of(ARTICLE.encode())(folder, monkeypatch)


@case("the disk fills up while writing")
def _full(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    ledger = folder / "full.sqlite"
    Ledger.open(ledger).close()
    real = apsw.Connection

    def small(*arguments: object, **options: object) -> apsw.Connection:
        opened = real(*arguments, **options)
        opened.execute("PRAGMA max_page_count=1")  # SQLite takes the file's own size: no page more
        return opened

    monkeypatch.setattr(apsw, "Connection", small)
    (folder / "long.txt").write_text(ARTICLE * 500)
    return ["read", folder / "long.txt", "--ledger", ledger]


@case("another mercato is writing")
def _busy(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    path, opened = folder / "busy.sqlite", Ledger.open
    monkeypatch.setattr(Ledger, "open", staticmethod(lambda given, create=True: opened(given, create, wait=0.05)))
    HELD.enter_context(HELD.enter_context(opened(path)).writing())
    return [*file_of(ARTICLE.encode())(folder, monkeypatch), "--ledger", path]


@case("a ledger that is another program's file")
def _foreign(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    (folder / "notes.txt").write_text("Milan want Perin. " * 100)
    return ["claims", "--ledger", folder / "notes.txt"]


@case("a ledger of a newer mercato")
def _newer(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    Ledger.open(folder / "newer.sqlite").close()
    connection = apsw.Connection(str(folder / "newer.sqlite"))
    connection.execute("INSERT INTO migration VALUES (99, 'later', 'then', '9.9')")
    connection.close()
    return ["claims", "--ledger", folder / "newer.sqlite"]


@case("an SQLite with a known fault")
def _faulty(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    monkeypatch.setattr(apsw, "sqlite_lib_version", lambda: "3.40.1")
    return ["claims"]


def run(arguments: Made, monkeypatch: pytest.MonkeyPatch) -> int:
    """The exit code of a command line."""
    monkeypatch.setattr("mercato.interfaces.readers.make_reader", lambda *_, **__: WordReader())
    with HELD:
        return main([str(argument) for argument in arguments])


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MERCATO_HOME", str(tmp_path / "home"))
    for name in ("MERCATO_LEDGER", "MERCATO_MAX_BYTES"):
        monkeypatch.delenv(name, raising=False)
    Ledger.open(tmp_path / "home" / "ledger.sqlite").close()


def test_every_row_is_tried_and_every_trial_has_its_row() -> None:
    assert sorted(row.input for row in rows()) == sorted(CASES)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.input)
def test_the_message_and_the_exit_code_are_the_real_ones(
    row: Row, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(CASES[row.input](tmp_path, monkeypatch), monkeypatch)
    said = capsys.readouterr().err
    assert code == row.alone
    assert any(re.search(row.pattern, line) for line in said.splitlines()), f"{row.pattern}\nis not in\n{said}"


@pytest.mark.parametrize("row", [row for row in rows() if row.beside is not None], ids=lambda row: row.input)
def test_what_goes_on_goes_on(
    row: Row, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A good article behind the bad input is read where the code says so, and is in the ledger then."""
    bystander = tmp_path / "bystander.txt"
    bystander.write_text(BYSTANDER)
    command, *rest = CASES[row.input](tmp_path, monkeypatch)
    code = run([command, rest[0], bystander, *rest[1:]], monkeypatch)
    assert code == row.beside
    assert ("Beside it" in capsys.readouterr().out) is (not row.goes_on.startswith("nothing"))
