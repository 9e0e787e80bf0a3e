"""Two hundred sites on this machine, each on a port of its own, that publish, change, move, fail and stall."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from dataclasses import dataclass, field

from mercato.sources.entries import SourceKind
from mercato.sources.watchlist import Source

LISTED = 12
STALL = 4.0


@dataclass
class Article:
    number: int
    version: int = 0
    listed_version: int = -1
    served: set[int] = field(default_factory=set)

    @property
    def token(self) -> str:
        return f"article{self.number}version{self.version}"


@dataclass
class Site:
    """One site. `habits` are what is wrong with it; `expected` are the articles that a listing of it has shown."""

    number: int
    port: int
    habits: frozenset[str]
    articles: list[Article] = field(default_factory=list)
    requests: int = 0
    ended: bool = False
    under_way: int = 0
    most_under_way: int = 0

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def kind(self) -> SourceKind:
        if "sitemap" in self.habits:
            return SourceKind.SITEMAP
        return SourceKind.JSON if "json" in self.habits else SourceKind.FEED

    def source(self) -> Source:
        return Source(f"{self.root}/feed", name=f"Site {self.number}", kind=self.kind)

    def link(self, article: Article) -> str:
        tail = "?utm_source=feed" if "tracking" in self.habits else ""
        return f"{self.root}/2025/story-{article.number}-of-the-day{tail}"


HABITS = (
    (), ("etag",), ("modified",), ("etag", "errors"), ("stalls",), ("moved",), ("etag", "tracking"),
    ("sitemap", "etag"), ("json",), ("redirects",), ("gone",), ("unavailable", "etag"), ("amp", "tracking"),
)  # fmt: skip


class Town:
    """Serves the sites from a thread; `publish` is called while it runs."""

    def __init__(self, sites: int, seed: int = 7) -> None:
        self.random = random.Random(seed)
        self.sites: list[Site] = []
        self.articles = 0
        self._count = sites
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Town:
        self._thread.start()
        assert self._ready.wait(20)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def publish(self, count: int) -> None:
        """New articles on some sites, changes to others."""
        for _ in range(count):
            site = self.random.choice(self.sites)
            if site.ended:
                continue
            recent = site.articles[-LISTED + 4 :]
            if recent and self.random.random() < 0.2:
                self.random.choice(recent).version += 1
            else:
                self.articles += 1
                site.articles.append(Article(self.articles))

    def close_some(self) -> None:
        """The sites that are to go, go."""
        for site in self.sites:
            site.ended = site.ended or "gone" in site.habits

    def heal(self) -> None:
        """From now on nothing fails, so that what is left can be read."""
        for site in self.sites:
            site.habits = site.habits - {"errors", "stalls", "unavailable"}

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._open())
        self._ready.set()
        self._loop.run_forever()

    async def _open(self) -> None:
        for number in range(self._count):
            site = Site(number, 0, frozenset(HABITS[number % len(HABITS)]))
            server = await asyncio.start_server(self._handler(site), "127.0.0.1", 0)
            site.port = server.sockets[0].getsockname()[1]
            self.sites.append(site)

    def _handler(self, site: Site):  # type: ignore[no-untyped-def]
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            site.under_way += 1
            site.most_under_way = max(site.most_under_way, site.under_way)
            try:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                path = head.split(" ", 2)[1]
                headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
                lowered = {name.lower(): value for name, value in headers.items()}
                await self._answer(site, path, lowered, writer)
            except (ConnectionError, asyncio.IncompleteReadError):
                pass
            finally:
                # Before anything is awaited: whoever has the answer may ask for the next.
                site.under_way -= 1
                writer.close()

        return handle

    async def _answer(self, site: Site, path: str, headers: dict[str, str], writer: asyncio.StreamWriter) -> None:
        site.requests += 1
        if path == "/robots.txt":
            return _send(writer, 200, b"User-agent: *\nDisallow: /private\n", "text/plain")
        if "errors" in site.habits and site.requests % 3 == 0:
            return _send(writer, 500, b"")
        if "unavailable" in site.habits and site.requests % 4 == 0:
            return _send(writer, 503, b"", headers={"Retry-After": "1"})
        if "stalls" in site.habits and site.requests % 5 == 0:
            await asyncio.sleep(STALL)
            return None
        if path in ("/feed", "/new-feed"):
            return self._feed(site, path, headers, writer)
        return self._article(site, path, writer)

    def _feed(self, site: Site, path: str, headers: dict[str, str], writer: asyncio.StreamWriter) -> None:
        if site.ended:
            return _send(writer, 410, b"")
        if "moved" in site.habits and path == "/feed":
            return _send(writer, 301, b"", headers={"Location": "/new-feed"})
        shown = site.articles[-LISTED:]
        tag = f'"{hash(tuple((a.number, a.version) for a in shown))}"'
        named: dict[str, str] = {}
        if "etag" in site.habits:
            if headers.get("if-none-match") == tag:
                return _send(writer, 304, b"", headers={"ETag": tag})
            named["ETag"] = tag
        if "modified" in site.habits:
            if headers.get("if-modified-since") == tag:
                return _send(writer, 304, b"")
            named["Last-Modified"] = tag
        for article in shown:
            article.listed_version = article.version
        return _send(writer, 200, _listing(site, shown), "application/xml", named)

    def _article(self, site: Site, path: str, writer: asyncio.StreamWriter) -> None:
        plain = path.partition("?")[0]
        if "redirects" in site.habits and not plain.startswith("/moved"):
            return _send(writer, 302, b"", headers={"Location": f"/moved{plain}?fbclid=1"})
        number = int(plain.rpartition("story-")[2].partition("-")[0])
        article = next(one for one in site.articles if one.number == number)
        own = f"{site.root}/2025/story-{number}-of-the-day" if "amp" not in site.habits else f"{site.root}/own/{number}"
        article.served.add(article.version)
        return _send(writer, 200, _page(article, own, "redirects" not in site.habits), "text/html; charset=utf-8")


def _listing(site: Site, shown: list[Article]) -> bytes:
    rows = [(site.link(a), f"Story {a.number}, edition {a.version}") for a in reversed(shown)]
    if site.kind is SourceKind.SITEMAP:
        moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        parts = [
            f"<url><loc>{link}</loc><n:news xmlns:n='n'><n:title>{title}</n:title><n:publication_date>{moment[:10]}"
            "</n:publication_date></n:news></url>"
            for link, title in rows
        ]
        return f"<urlset>{''.join(parts)}</urlset>".encode()
    if site.kind is SourceKind.JSON:
        import json

        return json.dumps({"items": [{"url": link, "title": title} for link, title in rows]}).encode()
    items = "".join(f"<item><title>{title}</title><link>{link}</link></item>" for link, title in rows)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>S</title>{items}</channel></rss>'.encode()


def _page(article: Article, own: str, named: bool) -> bytes:
    link = f'<link rel="canonical" href="{own}">' if named else ""
    text = f"Milan want Mattia Perin of Juventus, says the desk in {article.token}. Talks have begun and go on."
    return (
        f"<html><head><title>Story {article.number}</title>{link}</head><body><article><h1>Story {article.number}</h1>"
        f"<p>{text}</p><p>The clubs meet again on Monday, and the player waits for what they say.</p></article></body>"
        "</html>"
    ).encode()


_REASONS = {200: "OK", 301: "Moved", 302: "Found", 304: "Not Modified", 410: "Gone", 500: "Error", 503: "Unavailable"}


def _send(
    writer: asyncio.StreamWriter,
    status: int,
    body: bytes,
    content_type: str = "text/html",
    headers: dict[str, str] | None = None,
) -> None:
    lines = [f"HTTP/1.1 {status} {_REASONS[status]}", f"Content-Type: {content_type}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if status != 304:
        lines.append(f"Content-Length: {len(body)}")
    writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + (b"" if status == 304 else body))
