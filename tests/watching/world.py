"""A small world to watch: sites with answers that change, a clock that only moves when waited for, no network."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from mercato.engines.watch import Event, EventKind, Policy, Watch, WatchState
from mercato.engines.watch.loop import Tools
from mercato.errors import DocumentSkipped, SourceUnusable
from mercato.model import Document
from mercato.sources.fetch import Answer, Known
from mercato.sources.skips import Reason, skipped
from mercato.sources.watchlist import Source

START = datetime(2025, 6, 9, 12, 0, tzinfo=UTC).timestamp()
FEED = "https://desk.example/feed"
QUIET = Policy(workers=4)


class FakeClock:
    def __init__(self) -> None:
        self.at = START

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        # A hair more, so that what is due at a moment is due after waiting for it.
        self.at += max(seconds, 0.001)


class InThisThread(Executor):
    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(function(*arguments, **named))
        except Exception as error:
            future.set_exception(error)
        return future


class InThisProcess:
    """Parses here; `killed` counts down, by address, how often parsing is still to be stopped for taking too long."""

    def __init__(self) -> None:
        self.killed: dict[str, int] = {}

    def run(self, name: str, function: Callable[..., Any], *arguments: Any) -> Any:
        if self.killed.get(name, 0) > 0:
            self.killed[name] -= 1
            raise skipped(name, Reason.PARSER_KILLED)
        return function(*arguments)


@dataclass
class Site:
    """What an address answers: a status, a body, headers' worth of fields; or a failure."""

    data: bytes = b""
    status: int = 200
    content_type: str = "text/html"
    known: Known = field(default_factory=Known)
    wait: float | None = None
    moved_to: str | None = None
    max_age: float | None = None
    failure: Exception | None = None


class World:
    """Answers by address, and everything that was asked, when."""

    def __init__(self, policy: Policy = QUIET, state: WatchState | None = None) -> None:
        self.sites: dict[str, Site] = {}
        self.asked: list[tuple[float, str, Known]] = []
        self.documents: list[Document] = []
        self.events: list[Event] = []
        self.clock = FakeClock()
        self.parser = InThisProcess()
        self.state = state or WatchState(None)
        self.policy = policy
        self.ledger: set[str] = set()
        self.before_ingest: Callable[[Document], None] | None = None

    def fetch(self, address: str, known: Known) -> Answer:
        self.asked.append((self.clock.at, address, known))
        site = self.sites.get(address)
        if site is None:
            site = Site(status=404)
        if site.failure is not None:
            raise site.failure
        status, data = site.status, site.data
        if status == 200 and site.known.etag and known.etag == site.known.etag:
            status, data = 304, b""
        moment = datetime.fromtimestamp(self.clock.at, UTC)
        return Answer(
            site.moved_to or address, status, data if status == 200 else b"", site.content_type, "utf-8", moment,
            site.known, site.moved_to, site.wait, site.max_age,
        )  # fmt: skip

    def ingest(self, document: Document) -> tuple[bool, int]:
        if self.before_ingest:
            self.before_ingest(document)
        new = document.id not in self.ledger
        self.ledger.add(document.id)
        self.documents.append(document)
        return new, 1

    def watch(self, *sources: Source) -> Watch:
        tools = Tools(self.fetch, self.parser, self.ingest, self.clock, InThisThread(), 1_000_000, self.events.append)
        return Watch(sources or (Source(FEED),), self.state, tools, self.policy)

    def run(self, *sources: Source, seconds: float = 0.0, once: bool = False) -> Watch:
        watch = self.watch(*sources)
        watch.run(None if once else self.clock.at + seconds, once)
        return watch

    def times_asked(self, address: str) -> list[float]:
        return [at - START for at, asked, _ in self.asked if asked == address]

    def kinds(self) -> list[EventKind]:
        return [event.kind for event in self.events]


def rss(*items: tuple[str, str] | tuple[str, str, str], ttl: str = "") -> bytes:
    """A feed of items: link, title, and a date where there is one."""
    parts = []
    for link, title, *date in items:
        dated = f"<pubDate>{date[0]}</pubDate>" if date else ""
        parts.append(f"<item><title>{title}</title><link>{link}</link>{dated}</item>")
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Desk</title>{ttl}{"".join(parts)}</channel></rss>'.encode()  # noqa: E501


def page(title: str, words: str = "", canonical: str = "") -> bytes:
    link = f'<link rel="canonical" href="{canonical}">' if canonical else ""
    text = f"Milan want Mattia Perin of Juventus, the paper reports. {words}"
    return f"<html><head><title>{title}</title>{link}</head><body><article><h1>{title}</h1><p>{text}</p><p>Talks with the player have begun, and the clubs meet on Monday.</p></article></body></html>".encode()  # noqa: E501


def unreachable() -> SourceUnusable:
    return SourceUnusable("https://desk.example/: can't be reached (refused).")


def skip() -> DocumentSkipped:
    return DocumentSkipped("https://desk.example/", "is too large", "Split it.")
