"""Sends a small JSON message to an address, under the same guard as fetching; for alerts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx2

from mercato.sources.fetch import checked, make_client, retry_after


class NotDelivered(Exception):
    """The message did not arrive: trying again can't double it. `wait` is how many seconds the receiver asks for."""

    def __init__(self, why: str, wait: float | None = None) -> None:
        super().__init__(why)
        self.wait = wait


class MaybeDelivered(Exception):
    """The message was sent and nothing came back: it may have arrived, so trying again may double it."""


def post_json(
    address: str,
    body: Mapping[str, Any],
    headers: Mapping[str, str],
    *,
    allowed: frozenset[str] = frozenset(),
    seconds: float = 20.0,
) -> None:
    """Post a message. Raises NotDelivered, MaybeDelivered, and SourceUnusable for an address that is refused.

    Redirects are not followed: a receiver that moved is to be entered anew.
    """
    url = checked(httpx2.URL(address), allowed)
    try:
        with make_client(allowed, seconds=seconds) as client:
            request = client.build_request("POST", url, json=body, headers=dict(headers), timeout=seconds)
            response = client.send(request, stream=True)
            response.close()
    except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
        raise NotDelivered(f"can't be reached ({error or type(error).__name__})") from error
    except httpx2.HTTPError as error:
        raise MaybeDelivered(f"no answer ({error or type(error).__name__})") from error
    if not 200 <= response.status_code < 300:
        wait = retry_after(response.headers.get("retry-after"), datetime.now(UTC))
        raise NotDelivered(f"answered with status {response.status_code}", wait)
