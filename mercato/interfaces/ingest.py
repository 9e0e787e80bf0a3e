"""Reading sources into a ledger: one bad page or address is counted and passed over, the rest goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from mercato.errors import DocumentSkipped, MercatoError, SourceUnusable
from mercato.model import Claim, Document, ReaderVersion

if TYPE_CHECKING:
    from mercato.ledger import Appended, Ledger
    from mercato.sources import Declared


class Reader(Protocol):
    """Whatever turns a document into claims. One with a `version` is also known to have read where it found nothing."""

    def read(self, document: Document) -> list[Claim]:
        """The claims of one document."""


@dataclass(frozen=True, slots=True)
class Ingested:
    """A document that is now safe in the ledger, what was found in it, and what of that was new."""

    document: Document
    claims: list[Claim]
    appended: Appended


Event = Ingested | DocumentSkipped | SourceUnusable
Watcher = Callable[[Event], None]
Opener = Callable[[str, "Declared | None"], Iterable[Document | DocumentSkipped]]


@dataclass(slots=True)
class Report:
    """What a run did: counts, and how often each reason for a skip came up."""

    documents: int = 0
    documents_new: int = 0
    claims: int = 0
    claims_new: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    unusable: list[str] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        """Whether an input could not be used at all, or nothing of what came in could be read."""
        return bool(self.unusable) or self.documents == 0

    def count(self, event: Event) -> None:
        """Take one event into the counts."""
        match event:
            case Ingested():
                self.documents += 1
                self.documents_new += event.appended.document_new
                self.claims += len(event.claims)
                self.claims_new += event.appended.claims_new
            case DocumentSkipped():
                self.skipped[event.reason] += 1
            case SourceUnusable():
                self.unusable.append(str(event))


@dataclass(frozen=True, slots=True)
class Shelf:
    """A ledger to read into. `as_published`: a text counts as seen when it was published, where that is known."""

    ledger: Ledger
    as_published: bool = False

    def append(self, document: Document, claims: list[Claim], version: ReaderVersion | None) -> Appended:
        """Store a document with its claims."""
        seen = None
        if self.as_published and document.published is not None:
            seen = min(document.published.latest, datetime.now(UTC))
        return self.ledger.append(document, claims, seen, version)


def ingest(
    inputs: Iterable[str],
    reader: Reader,
    ledger: Ledger,
    declared: Declared | None = None,
    *,
    watch: Watcher | None = None,
    open_with: Opener | None = None,
    as_published: bool = False,
) -> Report:
    """Read every document of every input into the ledger; `watch` is told of each as it is done.

    With `as_published` a text counts as seen on its date: for archives that are read in later.

    A document is in the ledger, safely, before `watch` hears of it. Raises LedgerError where the ledger itself fails:
    then nothing more can be kept, and what was acknowledged stays.
    """
    report = Report()
    for what in inputs:
        for event in _events(what, reader, Shelf(ledger, as_published), declared, open_with or _opener()):
            report.count(event)
            if watch is not None:
                watch(event)
    return report


def _events(what: str, reader: Reader, shelf: Shelf, declared: Declared | None, open_with: Opener) -> Iterator[Event]:
    try:
        for item in open_with(what, declared):
            event = item if isinstance(item, DocumentSkipped) else _ingest_one(item, reader, shelf)
            if isinstance(event, DocumentSkipped):
                shelf.ledger.record_skip(event)
            yield event
    except SourceUnusable as unusable:
        yield unusable


def _ingest_one(document: Document, reader: Reader, shelf: Shelf) -> Ingested | DocumentSkipped:
    try:
        claims = _read(document, reader)
        version = getattr(reader, "version", None)
        known = version if isinstance(version, ReaderVersion) else None
        return Ingested(document, claims, shelf.append(document, claims, known))
    except DocumentSkipped as skip:
        return skip


def _read(document: Document, reader: Reader) -> list[Claim]:
    """The claims; a reader that fails on this text, whatever the failure, costs this text alone."""
    try:
        return reader.read(document)
    except MercatoError:
        raise
    except Exception as error:
        detail = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        raise DocumentSkipped(
            document.key, "the reader failed", f"{detail}. This is a fault of mercato, please report it with the text."
        ) from error


def _opener() -> Opener:
    from mercato.sources import open_source

    return open_source
