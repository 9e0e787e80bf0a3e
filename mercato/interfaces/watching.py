"""Joins the watch with the network, the clock, the parser's process, the reader and the ledger."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from mercato.engines.watch import Event, Policy, Watch, WatchState
from mercato.engines.watch.loop import Clock, Fetcher, Ingest, Tools
from mercato.errors import DocumentSkipped, MercatoError
from mercato.interfaces.ingest import Event as IngestEvent
from mercato.interfaces.ingest import Ingested, Reader, ingest
from mercato.model import Document
from mercato.settings import USER_AGENT, allowed_hosts, sources_path
from mercato.sources.fetch import Answer, Known, ask, make_client
from mercato.sources.files import max_bytes
from mercato.sources.watchlist import Source, WatchList, read_list, starter_list
from mercato.sources.worker import ParserWorker

if TYPE_CHECKING:
    from mercato.ledger import Ledger


class SystemClock:
    """The machine's clock."""

    def now(self) -> float:
        """Seconds since 1970, UTC."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Let at most a quarter of a second pass, so that a signal is heard soon."""
        time.sleep(min(seconds, 0.25))


def watched(path: Path | None) -> tuple[WatchList, Path | None]:
    """The list to watch and its file: the one named, else the user's, else the shipped one (then None)."""
    if path is not None:
        return read_list(path), path
    own = sources_path()
    return (read_list(own), own) if own.exists() else (starter_list(), None)


def names_no_contact() -> bool:
    """Whether the User-Agent is still the shipped one, which tells a site nobody to write to."""
    return USER_AGENT.value == USER_AGENT.default


@contextmanager
def open_watch(
    sources: list[Source],
    state: WatchState,
    reader: Reader,
    ledger: Ledger,
    tell: Callable[[Event], None],
    policy: Policy | None = None,
    clock: Clock | None = None,
) -> Iterator[Watch]:
    """A watch over these sources, ready to run; threads, connections and the parser's process end with the `with`.

    `clock` is the machine's where none is given.
    """
    policy = policy or Policy()
    allowed = allowed_hosts()
    limit = max_bytes()
    with (
        make_client(allowed, policy.workers) as client,
        ParserWorker() as parser,
        ThreadPoolExecutor(policy.workers, "fetch") as threads,
    ):

        def fetch(address: str, known: Known) -> Answer:
            return ask(address, limit, known=known, client=client, allowed=allowed)

        tools = Tools(fetch, parser, ingest_into(ledger, reader), clock or SystemClock(), threads, limit, tell)
        yield Watch(with_outlet_names(sources, reader), state, tools, policy)


def ingest_into(ledger: Ledger, reader: Reader) -> Ingest:
    """A function that reads one document into the ledger; DocumentSkipped where the reader fails on it."""

    def take(document: Document) -> tuple[bool, int]:
        events: list[IngestEvent] = []
        ingest((document.key,), reader, ledger, watch=events.append, open_with=lambda *_: [document])
        match events:
            case [Ingested() as done]:
                return done.appended.document_new, len(done.claims)
            case [DocumentSkipped() as skip]:
                raise skip
        raise MercatoError(f"{document.key}: the ledger took {len(events)} documents for one. Please report this.")

    return take


def with_outlet_names(sources: list[Source], reader: Reader) -> list[Source]:
    """The sources with their outlet by its name, where the list has its id in the register."""
    outlets = getattr(getattr(reader, "register", None), "outlets", {})
    return [
        dataclasses.replace(source, outlet=outlets[source.outlet].name) if source.outlet in outlets else source
        for source in sources
    ]


def asker(limit: int) -> tuple[Callable[[str], Answer], Callable[[], None]]:
    """A function that asks for an address, for finding feeds, and one that ends it."""
    allowed = allowed_hosts()
    client = make_client(allowed)
    return (lambda address: ask(address, limit, client=client, allowed=allowed)), client.close


__all__ = ["Fetcher", "SystemClock", "asker", "ingest_into", "names_no_contact", "open_watch", "watched"]
