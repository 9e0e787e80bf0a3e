"""What is being done while things go wrong: an ingest of numbered articles with two claims in each."""

from __future__ import annotations

import contextlib
import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

from mercato.errors import MercatoError
from mercato.interfaces.ingest import Event, Ingested, ingest
from mercato.ledger import Ledger
from mercato.ledger.dialect import Database
from mercato.ledger.postgres import Postgres
from mercato.ledger.sqlite import Sqlite
from mercato.model import Claim, Document, ReaderVersion
from tests.ledger.made import claim, evidence

READER = ReaderVersion("made", "1")
POINTS = (
    "after the raw text was read",
    "after the document's row",
    "after the claims",
    "before the commit",
    "after the commit",
    "before acknowledging",
)
_seen = 0


class MadeReader:
    """Finds the same two claims in every article."""

    version = READER

    def read(self, document: Document) -> list[Claim]:
        return [
            claim(document, "Mattia Perin", reader=READER, evidence=evidence(document, person="Mattia Perin")),
            claim(document, "Mike Maignan", "Chelsea", reader=READER, evidence=evidence(document, to="Chelsea")),
        ]


def article(number: int) -> dict[str, str]:
    more = "More of it is told here. " * (number * 37 % 200)
    text = f"Milan want Mattia Perin, part {number}. Maignan could join Chelsea. {more}"
    return {"id": f"article {number}", "text": text, "date": "2025-06-09", "language": "en"}


def write_articles(path: Path, first: int, count: int) -> Path:
    lines = (json.dumps(article(number)) for number in range(first, first + count))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def ingest_all(place: Path | str, articles: Path, acknowledge: Callable[[str], None]) -> None:
    """The product's own ingest; a document is acknowledged when it says that it is done."""

    def watch(event: Event) -> None:
        assert isinstance(event, Ingested), event
        acknowledge(event.document.key)

    with Ledger.open(place) as ledger:
        ingest([str(articles)], MadeReader(), ledger, watch=watch)


def child(place: Path | str, articles: Path, acknowledged: Path, point: str | None, at: int) -> None:
    """Ingest, one line in `acknowledged` for each document; at the `at`th passing of a point, kill -9 ourselves."""
    descriptor = os.open(acknowledged, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def acknowledge(key: str) -> None:
        if point == "before acknowledging":
            _pass(at)
        os.write(descriptor, f"{key}\n".encode())

    with contextlib.suppress(MercatoError), _killing(point, at):  # a server that was killed is an error of ours
        os.write(descriptor, b"ready\n")
        ingest_all(place, articles, acknowledge)


def _pass(at: int) -> None:
    global _seen
    _seen += 1
    if _seen == at:
        os.kill(os.getpid(), signal.SIGKILL)


@contextlib.contextmanager
def _killing(point: str | None, at: int) -> Iterator[None]:
    """The product's own methods, with the kill before or after them."""

    def around(owner: type, name: str, before: bool) -> Any:
        real = getattr(owner, name)

        def method(self: object, *arguments: object) -> object:
            if before:
                _pass(at)
            result = real(self, *arguments)
            if not before:
                _pass(at)
            return result

        return mock.patch.object(owner, name, method)

    with contextlib.ExitStack() as stack:
        if point == POINTS[0]:
            stack.enter_context(around(MadeReader, "read", True))
        elif point == POINTS[1]:
            stack.enter_context(around(Ledger, "_append_document", False))
        elif point == POINTS[2]:
            stack.enter_context(around(Ledger, "_append_reading", False))
        elif point in POINTS[3:5]:
            for kind in (Sqlite, Postgres):
                stack.enter_context(around(kind, "commit", point == POINTS[3]))
        yield


def keys(ledger: Ledger) -> list[str]:
    """The keys of all stored documents."""
    return [str(row[0]) for row in ledger.database.execute("SELECT key FROM document ORDER BY number")]


def half_documents(database: Database) -> list[str]:
    """Documents without their reading, or whose reading has not its two claims with their evidence."""
    rows = database.execute(
        "SELECT d.key FROM document d LEFT JOIN reading r ON r.document_id = d.id LEFT JOIN claim c ON "
        "c.reading = r.number LEFT JOIN evidence e ON e.claim = c.number LEFT JOIN sighting s ON s.document_id = d.id "
        "LEFT JOIN name_document n ON n.document = d.number "
        "GROUP BY d.key HAVING count(DISTINCT c.number) <> 2 OR count(DISTINCT e.claim) <> 2 "
        "OR count(DISTINCT s.number) <> 1 OR count(DISTINCT n.name) <> 4"
    )
    return [str(row[0]) for row in rows]
