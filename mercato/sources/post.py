"""Sends a small JSON message to an address, under the same guard as fetching; for alerts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Posted:
    """What the receiver answered."""

    status: int


def post_json(
    address: str,
    body: Mapping[str, Any],
    headers: Mapping[str, str],
    *,
    allowed: frozenset[str] = frozenset(),
    seconds: float = 20.0,
    client: httpx2.Client | None = None,
) -> Posted:
    """Post a message. Raises NotDelivered, MaybeDelivered, and SourceUnusable for an address that is refused.

    Redirects are not followed: a receiver that moved is to be entered anew.
    """
    url = checked(httpx2.URL(address), allowed)
    own = make_client(allowed, seconds=seconds) if client is None else None
    sender = own or client
    assert sender is not None
    try:
        response = sender.send(
            sender.build_request("POST", url, json=body, headers=dict(headers), timeout=seconds), stream=True
        )
        response.close()
    except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
        raise NotDelivered(f"can't be reached ({error or type(error).__name__})") from error
    except httpx2.HTTPError as error:
        raise MaybeDelivered(f"no answer ({error or type(error).__name__})") from error
    finally:
        if own is not None:
            own.close()
    if 200 <= response.status_code < 300:
        return Posted(response.status_code)
    wait = retry_after(response.headers.get("retry-after"), datetime.now(UTC))
    raise NotDelivered(f"answered with status {response.status_code}", wait)
