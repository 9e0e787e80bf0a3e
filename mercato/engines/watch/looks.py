"""What becomes of a look at a source: its listing is taken, or its failure is noted and it is left alone longer."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mercato.engines.watch.policy import Event, EventKind, Policy
from mercato.engines.watch.records import DueSource
from mercato.engines.watch.state import WatchState
from mercato.errors import DocumentSkipped, MercatoError
from mercato.sources.canonical import canonical_address
from mercato.sources.entries import Listing, SourceKind
from mercato.sources.fetch import Answer, Known
from mercato.sources.listing import read_listing
from mercato.sources.skips import Reason
from mercato.sources.watchlist import Source

if TYPE_CHECKING:
    from mercato.engines.watch.loop import Tools

_GONE = 410
_NOT_MODIFIED = 304


class SourceLooks:
    """Takes answers of sources into the state."""

    def __init__(self, sources: dict[str, Source], state: WatchState, tools: Tools, policy: Policy) -> None:
        self._sources = sources
        self._state = state
        self._tools = tools
        self._policy = policy

    def take(self, due: DueSource, answer: Answer | None, failure: MercatoError | None) -> Sequence[str]:
        """Take one answer, or the failure to get one; addresses of further lists that it named."""
        if answer is None:
            self._failed(due, failure_reason(failure), None)
        elif answer.status == _NOT_MODIFIED:
            self._unchanged(due, answer)
        elif answer.status == _GONE:
            self._state.ended(due, self._now(), "gone (410)")
            self._say(EventKind.ENDED, due, detail="gone (410)")
        elif not 200 <= answer.status < 300:
            self._failed(due, f"answered with status {answer.status}", answer.wait)
        elif hashlib.sha256(answer.data).hexdigest() == due.digest:
            self._unchanged(due, answer)
        else:
            return self._listed(due, answer)
        return ()

    def refused(self, due: DueSource, unreachable: bool) -> None:
        """Note that robots.txt closes the source to us, or can't be had."""
        self._failed(due, "robots.txt can't be had" if unreachable else Reason.ROBOTS.value, None)

    def _listed(self, due: DueSource, answer: Answer) -> Sequence[str]:
        source = self._source(due)
        arguments = (source, answer.address, answer.data, self._tools.limit)
        try:
            listing: Listing = self._tools.parse.run(due.address, read_listing, *arguments)
        except DocumentSkipped as skip:
            self._failed(due, skip.reason, None)
            return ()
        # An index is always read anew, as what it names is not kept.
        known = Known() if listing.more else answer.known
        kept = {
            "etag": known.etag,
            "last_modified": known.last_modified,
            "digest": None if listing.more else hashlib.sha256(answer.data).hexdigest(),
            "asked": self._asked(due, answer),
        }
        asked = max(listing.pause, answer.max_age or 0.0)
        policy = self._policy_for(source)
        new = self._state.take_listing(due, listing.entries, self._now(), policy, source.full_text, asked, kept)
        self._say(EventKind.POLLED, due, new, f"{len(listing.entries)} listed")
        return self._follow(source, due, listing)

    def _follow(self, source: Source, due: DueSource, listing: Listing) -> Sequence[str]:
        """Take up the newest sitemaps that an index names; one index deep."""
        if due.owner != due.address or source.kind is not SourceKind.SITEMAP:
            return ()
        further = listing.more[: self._policy.sitemaps_of_an_index]
        for address in further:
            self._sources.setdefault(address, replace(source, address=address))
        self._state.know(further, due.address, self._now())
        return further

    def _unchanged(self, due: DueSource, answer: Answer) -> None:
        policy = self._policy_for(self._source(due))
        interval = policy.next_interval(due.interval, False, answer.max_age or 0.0)
        self._state.succeeded(due, self._now(), interval, asked=self._asked(due, answer))
        self._say(EventKind.UNCHANGED, due)

    def _failed(self, due: DueSource, reason: str, asked: float | None) -> None:
        wait = self._policy.wait_after(due.failures + 1, asked)
        self._state.failed(due, self._now(), wait, reason)
        self._say(EventKind.FAILED, due, detail=reason)

    def _asked(self, due: DueSource, answer: Answer) -> str:
        """Where it is asked for from now on: elsewhere, once it has moved for good."""
        return (canonical_address(answer.moved_to) if answer.moved_to else None) or due.asked

    def _policy_for(self, source: Source) -> Policy:
        if source.every is None:
            return self._policy
        return replace(self._policy, interval=source.every, shortest=source.every, longest=source.every)

    def _source(self, due: DueSource) -> Source:
        return self._sources.get(due.address) or replace(self._sources[due.owner], address=due.address)

    def _now(self) -> float:
        return self._tools.clock.now()

    def _say(self, kind: EventKind, due: DueSource, count: int = 0, detail: str = "") -> None:
        self._tools.tell(Event(kind, self._now(), due.address, due.owner, count, detail))


def failure_reason(failure: MercatoError | None) -> str:
    """A failure as one of few reasons that can be counted: without addresses, names and numbers."""
    if isinstance(failure, DocumentSkipped):
        return failure.reason
    text = str(failure)
    for words, reason in _REASONS:
        if words in text:
            return reason
    return "can't be reached"


_REASONS = (
    ("answer can't be read", "sends what can't be read"),
    ("took longer than", "too slow"),
    ("no address is known", "no such host"),
    ("not on the open internet", "leads inside"),
    ("name or password", "address with a password"),
)
