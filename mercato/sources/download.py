"""Fetching large files in parts, through the guarded client of `fetch`; one that was broken off can go on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from mercato.errors import SourceUnusable
from mercato.settings import USER_AGENT
from mercato.sources.fetch import MAX_REDIRECTS, checked

if TYPE_CHECKING:
    import httpx2

_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+)")


class Stream(NamedTuple):
    """A file on its way: `start` is the byte that `parts` begin at, `size` its whole size, where the server tells.

    `validator` names this version of the file. `found` is false where the server has no such file.
    """

    start: int
    size: int | None
    validator: str | None
    parts: Iterator[bytes]
    found: bool = True


@contextmanager
def open_stream(
    address: str, start: int, validator: str | None, client: httpx2.Client, allowed: frozenset[str] = frozenset()
) -> Iterator[Stream]:
    """Ask for a file from byte `start` on, if it is still the version that `validator` names; else from its beginning.

    SourceUnusable where it is refused, can't be reached, or breaks off.
    """
    import httpx2

    headers = {"User-Agent": USER_AGENT.value, "Accept-Encoding": "identity"}
    if start and validator:
        headers |= {"Range": f"bytes={start}-", "If-Range": validator}
    try:
        response = _follow(address, headers, client, allowed)
        try:
            yield _stream(response, address)
        finally:
            response.close()
    except httpx2.InvalidURL as error:
        raise SourceUnusable(f"{address}: is no address ({error}). Give one that begins with https://.") from error
    except httpx2.HTTPError as error:
        what = str(error) or type(error).__name__
        raise SourceUnusable(f"{address}: broke off ({what}). Run the same command again: it goes on there.") from error


def _follow(address: str, headers: dict[str, str], client: httpx2.Client, allowed: frozenset[str]) -> httpx2.Response:
    import httpx2

    url = httpx2.URL(address)
    for _ in range(MAX_REDIRECTS + 1):
        url = checked(url, allowed)
        response = client.send(client.build_request("GET", url, headers=headers), stream=True, follow_redirects=False)
        location = response.headers.get("location")
        if not (response.is_redirect and location):
            return response
        response.close()
        url = url.join(location)
    raise SourceUnusable(f"{address}: redirects more than {MAX_REDIRECTS} times. Give the address it leads to.")


def _stream(response: httpx2.Response, address: str) -> Stream:
    if response.status_code in (404, 410):
        return Stream(0, None, None, iter(()), found=False)
    if not response.is_success:
        raise SourceUnusable(f"{address}: answered with status {response.status_code}. Try again later.")
    etag = response.headers.get("etag")
    # A weak validator doesn't promise the same bytes, so that no part may be built on it.
    strong = etag if etag and not etag.startswith("W/") else response.headers.get("last-modified")
    span = _RANGE.fullmatch(response.headers.get("content-range", ""))
    if response.status_code == 206 and span:
        return Stream(int(span[1]), int(span[2]), strong, response.iter_raw())
    length = response.headers.get("content-length", "")
    return Stream(0, int(length) if length.isdecimal() else None, strong, response.iter_raw())
