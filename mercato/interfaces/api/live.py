"""Changes as they come: server-sent events, each once for whoever stays, again for whoever comes back in doubt.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Annotated

import anyio
import msgspec
from fastapi import APIRouter, Header, Request, Response
from starlette.responses import StreamingResponse

from mercato.errors import MercatoError, Misused
from mercato.interfaces.api.answers import change_record
from mercato.interfaces.api.envelope import failure
from mercato.interfaces.api.reading import AtDesk, Name
from mercato.interfaces.desk import Desk, State, state_of
from mercato.rumours.book import Change, RumourFilter

LISTENERS = 50
"""At a time; a further one is asked to come back."""
_POLL = 1.0
_HEARTBEAT = 15.0
_LONGEST = 3_600.0
"""Seconds after which a listener is asked to come back: what nobody reads any more ends by itself."""
_OVERLAP = timedelta(minutes=5)
"""A document may be stored some time after the moment at which it counts as seen: so far back is looked each time."""
_REMEMBERED = 5_000
"""Events of which a listener is known to have had them."""

router = APIRouter()


@router.get("/events", response_class=StreamingResponse, tags=["rumours"])
async def events(
    request: Request,
    desk: AtDesk,
    club: Name | None = None,
    person: Name | None = None,
    last_event_id: Annotated[str | None, Header(max_length=200)] = None,
) -> Response:
    """Reports with news as they come, as server-sent events: `event: change`, `id`, and `data` as of `/changes`.

    With `Last-Event-ID` it goes on from there. Events of the five minutes before that one may come again: their ids
    are the same. Comments keep the connection alive.
    """
    held: dict[str, int] = request.app.state.__dict__.setdefault("listening", {"now": 0})
    if held["now"] >= LISTENERS:
        refused = failure(503, [f"There are {LISTENERS} listeners already; come back later."])
        refused.headers["Retry-After"] = "30"
        return refused
    since = _since(last_event_id)
    held["now"] += 1
    return StreamingResponse(
        _stream(request, Listener(desk, RumourFilter(club=club, person=person), since), held),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def _since(last: str | None) -> datetime:
    """Where a listener goes on; now where it is new. Raises Misused."""
    if not last:
        return datetime.now(UTC)
    try:
        found = datetime.fromisoformat(last.partition(" ")[0])
    except ValueError:
        raise Misused("`Last-Event-ID` is none that was sent; leave it out to begin now.") from None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)) - _OVERLAP


class Listener:
    """What one listener has had. `news` may be asked from any thread, one at a time."""

    def __init__(self, desk: Desk, asked: RumourFilter, since: datetime) -> None:
        self._desk, self._asked, self._since = desk, asked, since
        self._state: State | None = None
        self._had: OrderedDict[str, None] = OrderedDict()

    def news(self) -> list[tuple[str, Change]]:
        """What is new since it was last asked, the oldest first, each with its id."""
        with self._desk.book() as book:
            state = state_of(book.ledger)
            if state == self._state:
                return []
            begun, self._state = datetime.now(UTC), state
            changes = book.changes(self._since, self._asked)
        found = []
        for change in reversed(changes):
            id_ = f"{change.report.known_at.isoformat()} {change.rumour.id}/{change.report.document_id}"
            if id_ not in self._had:
                self._had[id_] = None
                found.append((id_, change))
        while len(self._had) > _REMEMBERED:
            self._had.popitem(last=False)
        self._since = max(self._since, begun - _OVERLAP)
        return found


async def _stream(request: Request, listener: Listener, held: dict[str, int]) -> AsyncIterator[bytes]:
    begun = beaten = time.monotonic()
    try:
        yield b"retry: 5000\n\n"
        while time.monotonic() - begun < _LONGEST and not await request.is_disconnected():
            try:
                found = await anyio.to_thread.run_sync(listener.news)
            except MercatoError:
                return  # the ledger can't be asked at the moment: the listener comes back and goes on
            for id_, change in found:
                yield _event(id_, change)
            now = time.monotonic()
            if found or now - beaten >= _HEARTBEAT:
                beaten = now
                yield b": here\n\n"
            await anyio.sleep(_POLL)
    finally:
        held["now"] -= 1


def _event(id_: str, change: Change) -> bytes:
    # JSON as it is encoded here holds no line's end: one `data` line is the whole record.
    data = msgspec.json.encode(change_record(change))
    return b"id: " + id_.encode("utf-8", "replace") + b"\nevent: change\ndata: " + data + b"\n\n"
