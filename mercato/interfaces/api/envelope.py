"""One shape for answers, one for errors, and cursors for lists."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import msgspec
from fastapi import Response
from pydantic import BaseModel, Field

from mercato.errors import Misused

T = TypeVar("T")

MAX_PAGE = 200
"""The most rows of one answer."""
_MAX_SKIPPED = 100_000
_LATE = 100
"""Rows that may have come in above a cursor's place since it was given out, before it is placed by number alone."""


class Answer(BaseModel, Generic[T]):
    """What every request that succeeds is answered with."""

    ok: bool = Field(True, description="Always true.")
    data: T
    next: str | None = Field(None, description="Where there is more: the `cursor` of the next page.")


class Failure(BaseModel):
    """What every request that fails is answered with."""

    ok: bool = Field(False, description="Always false.")
    error: str = Field(description="What is wrong, and what to do, in a sentence.")
    errors: list[str] = Field(description="Each thing that is wrong by itself.")
    status: int = Field(description="The HTTP status.")


def answer(data: Any, next_: str | None = None, status: int = 200) -> Response:
    """An answer as JSON; records are written as they are, without a second check."""
    body = msgspec.json.encode({"ok": True, "data": data, "next": next_}, order="deterministic")
    return Response(body, status, media_type="application/json")


def failure(status: int, errors: Sequence[str]) -> Response:
    """An error as JSON."""
    said = {"ok": False, "error": " ".join(errors), "errors": list(errors), "status": status}
    # A lone surrogate of a hostile address is no UTF-8: it is written as its escape.
    return Response(json.dumps(said).encode(), status, media_type="application/json")


def cursor_of(place: int, key: str) -> str:
    """The cursor of a row: its number in the list and its key."""
    return base64.urlsafe_b64encode(json.dumps([place, key]).encode()).decode().rstrip("=")


def place_of(cursor: str) -> tuple[int, str]:
    """Number and key of the row that a cursor stands for. Raises Misused for what no answer gave out."""
    try:
        place, key = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True))
        if type(place) is int and 0 <= place < _MAX_SKIPPED and isinstance(key, str):
            return place, key
    except (binascii.Error, ValueError, TypeError, RecursionError):
        pass
    raise Misused("`cursor` is none that an answer gave out; take it from `next` as it stands.")


def paged(
    found: Callable[[int], Sequence[T]], key: Callable[[T], str], limit: int, cursor: str | None
) -> tuple[list[T], str | None]:
    """One page of a list, and the cursor of the next. `found` gives the first so many rows.

    The page begins after the cursor's row, wherever new rows have moved it; where that is gone, at its number.
    """
    start = 0
    if cursor is None:
        rows = found(limit + 1)
    else:
        place, last = place_of(cursor)
        rows = found(place + 1 + _LATE + limit + 1)
        start = next((n + 1 for n, row in enumerate(rows) if key(row) == last), place + 1)
    page = list(rows[start : start + limit])
    more = len(rows) > start + limit
    return page, cursor_of(start + limit - 1, key(page[-1])) if page and more else None
