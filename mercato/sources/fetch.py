"""The one place that opens a connection: fetches a page, and only from addresses on the open internet."""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mercato.errors import Misused, SourceUnusable
from mercato.settings import TIMEOUT, USER_AGENT
from mercato.sources.skips import Reason, skipped

if TYPE_CHECKING:
    import httpx2

MAX_REDIRECTS = 5
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


def fetch(
    address: str, limit: int, *, client: httpx2.Client | None = None, allowed: frozenset[str] = frozenset()
) -> Page:
    """Fetch one page of at most `limit` bytes.

    `client` is used instead of one of our own (tests hand in one with a transport of theirs); `allowed` names hosts
    that may lie on this machine or in a private network. SourceUnusable where the address is refused or can't be
    reached, DocumentSkipped where it answers with something that is no page.
    """
    import httpx2

    own = make_client(allowed) if client is None else None
    try:
        return _follow(own or client, address, limit, allowed)  # type: ignore[arg-type]
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


def make_client(allowed: frozenset[str] = frozenset()) -> httpx2.Client:
    """A client that refuses, as it dials, every address outside the open internet; proxies are not used."""
    import httpx2

    from mercato.sources.dial import GuardedTransport

    seconds = timeout_seconds()
    return httpx2.Client(
        transport=GuardedTransport(allowed, seconds), timeout=seconds, follow_redirects=False, trust_env=False
    )


def timeout_seconds() -> float:
    """Seconds after which one address is given up, from the setting MERCATO_TIMEOUT."""
    try:
        seconds = float(TIMEOUT.value)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 3600:
        raise Misused(f"MERCATO_TIMEOUT is {TIMEOUT.value!r}: give a number of seconds between 0 and 3600.")
    return seconds


def _follow(client: httpx2.Client, address: str, limit: int, allowed: frozenset[str]) -> Page:
    import httpx2

    deadline = time.monotonic() + timeout_seconds()
    url = httpx2.URL(address)
    headers = {"User-Agent": USER_AGENT.value, "Accept": "text/html,*/*;q=0.5", "Accept-Encoding": "gzip, deflate"}
    for _ in range(MAX_REDIRECTS + 1):
        url = _checked(url, allowed)
        request = client.build_request("GET", url, headers=headers)
        response = client.send(request, stream=True, follow_redirects=False)
        try:
            location = response.headers.get("location")
            if response.is_redirect and location:
                url = url.join(location)
                continue
            return _page(response, url, limit, deadline)
        finally:
            response.close()
    raise skipped(address, Reason.REFUSED_ANSWER, f"It redirects more than {MAX_REDIRECTS} times")


def _checked(url: httpx2.URL, allowed: frozenset[str]) -> httpx2.URL:
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


def _page(response: httpx2.Response, url: httpx2.URL, limit: int, deadline: float) -> Page:
    address = str(url)
    if not response.is_success:
        raise skipped(address, Reason.REFUSED_ANSWER, f"It answered with status {response.status_code}")
    content_type = response.headers.get("content-type", "").split(";")[0].strip().lower()
    if content_type not in _TEXT_TYPES:
        raise skipped(address, Reason.BINARY, f"It was sent as {content_type}")
    data = bytearray()
    for part in _decompressed(response, limit, address):
        data += part
        if len(data) > limit:
            raise skipped(address, Reason.TOO_LARGE, f"It is longer than {limit:,} bytes")
        # Each single read has its own limit; this one is against a server that drips.
        if time.monotonic() > deadline:
            raise _too_slow(address)
    return Page(address, bytes(data), content_type, response.charset_encoding, datetime.now(UTC))


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
