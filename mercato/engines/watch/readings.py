"""What becomes of an article: it is parsed, handed in and marked as read, or put off, or left."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mercato.engines.watch.looks import failure_reason
from mercato.engines.watch.policy import Event, EventKind, Policy
from mercato.engines.watch.records import DueItem
from mercato.engines.watch.state import WatchState
from mercato.errors import DocumentSkipped, MercatoError
from mercato.model import Document, Moment, Precision
from mercato.sources.canonical import canonical_address
from mercato.sources.fetch import Answer, Known
from mercato.sources.listing import read_article, read_entry
from mercato.sources.plain import Declared
from mercato.sources.skips import Reason
from mercato.sources.watchlist import Source

if TYPE_CHECKING:
    from mercato.engines.watch.loop import Tools

_NOT_MODIFIED, _TOO_MANY = 304, 429
_GONE = (404, 410)
_TEXT = ("text/", "application/xhtml", "application/xml")


class ItemReadings:
    """Takes answers of articles into ledger and state."""

    def __init__(self, sources: dict[str, Source], state: WatchState, tools: Tools, policy: Policy) -> None:
        self._sources = sources
        self._state = state
        self._tools = tools
        self._policy = policy

    def take(self, item: DueItem, answer: Answer | None, failure: MercatoError | None) -> None:
        """Take one answer, or the failure to get one."""
        if answer is None and isinstance(failure, DocumentSkipped):
            self._leave(item, "skipped", failure.reason)
        elif answer is None:
            self._put_off(item, failure_reason(failure), None)
        elif answer.status == _NOT_MODIFIED:
            self._state.item_read(item, item.address, self._now(), item.known, None)
            self._say(EventKind.READ, item, detail="unchanged")
        elif answer.status in _GONE:
            self._leave(item, "gone", f"answered with status {answer.status}")
        elif answer.status == _TOO_MANY or answer.status >= 500:
            self._put_off(item, f"answered with status {answer.status}", answer.wait)
        elif not 200 <= answer.status < 300:
            self._leave(item, "skipped", f"answered with status {answer.status}")
        elif answer.content_type and not answer.content_type.startswith(_TEXT):
            self._leave(item, "skipped", Reason.BINARY.value)
        else:
            self._read(item, answer)

    def refused(self, item: DueItem, unreachable: bool) -> None:
        """Note that robots.txt closes the article to us, or can't be had for now."""
        if unreachable:
            self._put_off(item, "robots.txt can't be had", self._policy.robots_retry)
        else:
            self._leave(item, "skipped", Reason.ROBOTS.value)

    def from_source(self, item: DueItem) -> None:
        """Read an article that its source gave whole; nothing is asked for."""
        declared = self._declared(item, item.address, datetime.fromtimestamp(self._now(), UTC))
        try:
            document = self._tools.parse.run(item.address, read_entry, item.entry, declared)
        except DocumentSkipped as skip:
            self._not_parsed(item, skip)
            return
        self._hand_in(item, document, Known())

    def _read(self, item: DueItem, answer: Answer) -> None:
        address = canonical_address(answer.address) or item.address
        declared = self._declared(item, address, answer.fetched)
        is_page = "html" in answer.content_type or not answer.content_type
        arguments = (address, answer.data, answer.charset, is_page, declared)
        try:
            document = self._tools.parse.run(address, read_article, *arguments)
        except DocumentSkipped as skip:
            self._not_parsed(item, skip)
            return
        self._hand_in(item, document, answer.known)

    def _not_parsed(self, item: DueItem, skip: DocumentSkipped) -> None:
        """Leave an article that can't be parsed; one that took too long is tried again: the machine may be busy."""
        if skip.reason == Reason.PARSER_KILLED.value and item.tries + 1 < self._policy.parsings:
            self._put_off(item, skip.reason, None)
        else:
            self._leave(item, "skipped", skip.reason)

    def _hand_in(self, item: DueItem, document: Document, known: Known) -> None:
        document = _dated(document, item)
        try:
            new, claims = self._tools.ingest(document)
        except DocumentSkipped as skip:
            self._leave(item, "skipped", skip.reason)
            return
        self._state.item_read(item, document.key, self._now(), known, claims)
        self._say(EventKind.READ, item, claims, new=new)

    def _declared(self, item: DueItem, address: str, fetched: datetime) -> Declared:
        """What the list of sources says of an article beforehand."""
        source = self._sources.get(item.source)
        return Declared(
            address=address,
            outlet=(source.outlet or None) if source else None,
            language=(source.language or item.entry.language) if source else item.entry.language,
            fetched=fetched,
        )

    def _put_off(self, item: DueItem, reason: str, wait: float | None) -> None:
        if item.tries + 1 >= self._policy.tries:
            self._leave(item, "given_up", reason)
            return
        due_at = self._now() + self._policy.wait_after(item.tries + 1, wait)
        self._state.item_put_off(item, due_at, reason)
        self._say(EventKind.AGAIN, item, detail=reason)

    def _leave(self, item: DueItem, state: str, reason: str) -> None:
        self._state.item_left(item, state, reason)
        self._say(EventKind.SKIPPED, item, detail=reason)

    def _now(self) -> float:
        return self._tools.clock.now()

    def _say(self, kind: EventKind, item: DueItem, count: int = 0, detail: str = "", new: bool = False) -> None:
        self._tools.tell(Event(kind, self._now(), item.address, item.source, count, detail, new))


_FINENESS = (Precision.UNKNOWN, Precision.YEAR, Precision.MONTH, Precision.DAY, Precision.MINUTE, Precision.SECOND)


def _dated(document: Document, item: DueItem) -> Document:
    """The document with the source's date where the page has none, or a coarser one for the same time."""
    import dataclasses

    listed = item.entry.published
    if listed is None or not _is_finer(listed, document.published):
        return document
    return dataclasses.replace(document, published=listed)


def _is_finer(listed: Moment, own: Moment | None) -> bool:
    if own is None:
        return True
    within = own.at <= listed.at <= own.latest
    return within and _FINENESS.index(listed.precision) > _FINENESS.index(own.precision)
