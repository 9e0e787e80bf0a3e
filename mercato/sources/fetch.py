"""The one place that opens a connection: fetches a page, and only from addresses on the open internet."""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mercato.errors import Misused, SourceUnusable
from mercato.settings import TIMEOUT, USER_AGENT, Setting
from mercato.sources.skips import Reason, skipped

if TYPE_CHECKING:
    import httpx2

MAX_REDIRECTS = 5
_FOR_GOOD = frozenset((301, 308))
# A server can ask to be left alone for a week, not for ever.
_LONGEST_WAIT = 7 * 24 * 3600
_TEXT_TYPES = frozenset(
    ("text/html", "application/xhtml+xml", "application/xml", "text/xml", "text/plain", "application/jsonl",
     "application/x-ndjson", "")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """What an address gave: its bytes (decompressed), the encoding its sender named, and where it was found."""

    address: str
    data: bytes
    content_type: str
    charset: str | None
    fetched: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """What an earlier answer said of itself, sent along so that the server can say "not modified"."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of any status. `data` is empty unless the status is one of success.

    `address` is where redirects led; `moved_to` the address that took its place for good, if one did. `wait` is how
    many seconds the server asks to be left alone, `max_age` how many it calls its answer fresh.
    """

    address: str
    status: int
    data: bytes
    content_type: str
    charset: str | None
    fetched: datetime
    known: Known = Known()
    moved_to: str | None = None
    wait: float | None = None
    max_age: float | None = None


def fetch(
    address: str, limit: int, *, client: httpx2.Client | None = None, allowed: frozenset[str] = frozenset()
) -> Page:
    """Fetch one page of at most `limit` bytes.

    `client` is used instead of one of our own (tests hand in one with a transport of theirs); `allowed` names hosts
    that may lie on this machine or in a private network. SourceUnusable where the address is refused or can't be
    reached, DocumentSkipped where it answers with something that is no page.
    """
    answer = ask(address, limit, client=client, allowed=allowed, types=_TEXT_TYPES)
    if not 200 <= answer.status < 300:
        raise skipped(answer.address, Reason.REFUSED_ANSWER, f"It answered with status {answer.status}")
    return Page(answer.address, answer.data, answer.content_type, answer.charset, answer.fetched)


def ask(
    address: str,
    limit: int,
    *,
    known: Known = Known(),
    client: httpx2.Client | None = None,
    allowed: frozenset[str] = frozenset(),
    types: frozenset[str] | None = None,
) -> Answer:
    """Ask for an address and give the answer whatever its status; at most `limit` bytes of it are taken.

    `types` are the content types taken, all where it is None. Otherwise as `fetch`.
    """
    import httpx2

    own = make_client(allowed) if client is None else None
    try:
        return _follow(own or client, address, _Wish(limit, known, allowed, types))  # type: ignore[arg-type]
    except httpx2.InvalidURL as error:
        raise SourceUnusable(f"{address}: is no address ({error}). Give one that begins with https://.") from error
    except httpx2.TimeoutException as error:
        raise _too_slow(address) from error
    except httpx2.HTTPError as error:
        what = str(error) or type(error).__name__
        raise SourceUnusable(f"{address}: can't be reached ({what}). Check the address and the connection.") from error
    finally:
        if own is not None:
            own.close()


def make_client(
    allowed: frozenset[str] = frozenset(), connections: int = 4, seconds: float | None = None
) -> httpx2.Client:
    """A client that refuses, as it dials, every address outside the open internet; no proxies and no cookies.

    At most `connections` are open at a time; none is kept for a second request, so that each is checked anew, and none
    lives longer than `seconds` (MERCATO_TIMEOUT, where not given).
    """
    from http.cookiejar import CookieJar, DefaultCookiePolicy

    import httpx2

    from mercato.sources.dial import GuardedTransport

    patience = timeout_seconds()
    return httpx2.Client(
        transport=GuardedTransport(allowed, seconds or patience, connections),
        timeout=patience,
        follow_redirects=False,
        trust_env=False,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
    )


def timeout_seconds(setting: Setting = TIMEOUT) -> float:
    """Seconds after which something asked for is given up: an address (MERCATO_TIMEOUT), or what a setting is for."""
    try:
        seconds = float(setting.value)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 3600:
        raise Misused(f"{setting.variable} is {setting.value!r}: give a number of seconds between 0 and 3600.")
    return seconds


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is asked for, and on which conditions."""

    limit: int
    known: Known
    allowed: frozenset[str]
    types: frozenset[str] | None

    @property
    def headers(self) -> dict[str, str]:
        headers = {"User-Agent": USER_AGENT.value, "Accept": "text/html,*/*;q=0.5", "Accept-Encoding": "gzip, deflate"}
        if self.known.etag:
            headers["If-None-Match"] = self.known.etag
        if self.known.last_modified:
            headers["If-Modified-Since"] = self.known.last_modified
        return headers


def _follow(client: httpx2.Client, address: str, wish: _Wish) -> Answer:
    import httpx2

    deadline = time.monotonic() + timeout_seconds()
    url = httpx2.URL(address)
    moved: httpx2.URL | None = None
    for_good = True
    for _ in range(MAX_REDIRECTS + 1):
        url = checked(url, wish.allowed)
        if time.monotonic() > deadline:
            raise _too_slow(address)
        response = client.send(
            client.build_request("GET", url, headers=wish.headers), stream=True, follow_redirects=False
        )
        try:
            location = response.headers.get("location")
            if response.is_redirect and location:
                url = url.join(location)
                for_good = for_good and response.status_code in _FOR_GOOD
                moved = url if for_good else moved
                continue
            return _answer(response, url, wish, deadline, str(moved) if moved else None)
        finally:
            response.close()
    raise skipped(address, Reason.REFUSED_ANSWER, f"It redirects more than {MAX_REDIRECTS} times")


def checked(url: httpx2.URL, allowed: frozenset[str]) -> httpx2.URL:
    """The address without its fragment, once scheme and host are found in order; the dial checks where it leads."""
    from mercato.sources.dial import refuse_literal

    if url.userinfo:
        raise SourceUnusable(f"{url.host}: the address holds a name or password. Give it without, they'd be stored.")
    if url.scheme not in ("http", "https") or not url.host:
        raise SourceUnusable(
            f"{url}: only http:// and https:// addresses are fetched. Save the page and read the file."
        )
    refuse_literal(url.host, allowed)
    return url.copy_with(fragment=None)


def _answer(response: httpx2.Response, url: httpx2.URL, wish: _Wish, deadline: float, moved_to: str | None) -> Answer:
    content_type = response.headers.get("content-type", "").split(";")[0].strip().lower()
    if response.is_success and wish.types is not None and content_type not in wish.types:
        raise skipped(str(url), Reason.BINARY, f"It was sent as {content_type}")
    now = datetime.now(UTC)
    return Answer(
        address=str(url),
        status=response.status_code,
        data=_body(response, str(url), wish.limit, deadline) if response.is_success else b"",
        content_type=content_type,
        charset=response.charset_encoding,
        fetched=now,
        known=Known(_short(response.headers.get("etag")), _short(response.headers.get("last-modified"))),
        moved_to=moved_to,
        wait=retry_after(response.headers.get("retry-after"), now),
        max_age=max_age(response.headers.get("cache-control")),
    )


def _body(response: httpx2.Response, address: str, limit: int, deadline: float) -> bytes:
    data = bytearray()
    for part in _decompressed(response, limit, address):
        data += part
        if len(data) > limit:
            raise skipped(address, Reason.TOO_LARGE, f"It is longer than {limit:,} bytes")
        # Each single read has its own limit; this one is against a server that drips.
        if time.monotonic() > deadline:
            raise _too_slow(address)
    return bytes(data)


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for, given as seconds or as a date; None where it states none."""
    if not value:
        return None
    if value.strip().isdecimal():
        return float(min(int(value.strip()[:9]), _LONGEST_WAIT))
    from email.utils import parsedate_to_datetime

    try:
        until = parsedate_to_datetime(value)
    except (TypeError, ValueError, IndexError):
        return None
    until = until.replace(tzinfo=UTC) if until.tzinfo is None else until
    return min(max((until - now).total_seconds(), 0.0), float(_LONGEST_WAIT))


def max_age(value: str | None) -> float | None:
    """Seconds that a Cache-Control header calls the answer fresh; None where it states none."""
    for part in (value or "").split(","):
        name, _, number = part.strip().lower().partition("=")
        if name == "max-age" and number.strip('"').isdecimal():
            return float(min(int(number.strip('"')[:9]), _LONGEST_WAIT))
    return None


def _short(value: str | None) -> str | None:
    """A header that is kept and sent back; one of unreasonable length is not."""
    return value if value and len(value) <= 500 else None


def _decompressed(response: httpx2.Response, limit: int, address: str) -> Iterator[bytes]:
    """The body in parts of at most `limit` + 1 bytes each, so that a small answer can't unfold into a huge one."""
    if response.is_stream_consumed:
        yield response.content
        return
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("identity", ""):
        yield from response.iter_raw()
        return
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise skipped(address, Reason.REFUSED_ANSWER, f"It was compressed as {encoding}, which nobody asked for")
    # 32 more than the window: gzip and zlib are told apart by their heads.
    inflate = zlib.decompressobj(wbits=zlib.MAX_WBITS + 32)
    try:
        for part in response.iter_raw():
            yield inflate.decompress(part, limit + 1)
    except zlib.error as error:
        raise skipped(address, Reason.REFUSED_ANSWER, f"Its compressed answer is broken ({error})") from error


def _too_slow(address: str) -> SourceUnusable:
    return SourceUnusable(
        f"{address}: took longer than {timeout_seconds():g} seconds. Try again later, or raise MERCATO_TIMEOUT."
    )
