"""The loop: asks each source when its time has come, and reads what it lists. Knows no network, no clock, no store.

Requests run in threads, one at a time for a host; all else happens in the caller's thread, so that state and ledger
have one writer. An article is marked as read after it was handed in, so a stop in between reads it again, and the
ledger, which knows it, adds nothing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass
from typing import Any, Protocol

from mercato.engines.watch.hosts import Hosts, robots_address
from mercato.engines.watch.looks import SourceLooks
from mercato.engines.watch.policy import DAY, Event, Policy, Totals
from mercato.engines.watch.readings import ItemReadings
from mercato.engines.watch.records import DueItem, DueSource
from mercato.engines.watch.state import WatchState
from mercato.errors import DocumentSkipped, MercatoError, SourceUnusable
from mercato.model import Document
from mercato.sources.canonical import host_of
from mercato.sources.fetch import Answer, Known
from mercato.sources.robots import CLOSED, robots_for
from mercato.sources.watchlist import Source

# Seconds after which the loop looks whether it was told to stop.
_GLANCE = 0.5
_LONGEST_SLEEP = 60.0
_PLEASE_WAIT = (429, 503)


class Clock(Protocol):
    """The time, handed in."""

    def now(self) -> float:
        """Seconds since 1970, UTC."""

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass, or fewer."""


Fetcher = Callable[[str, Known], Answer]
"""Asks for an address; SourceUnusable where it can't be reached, DocumentSkipped where the answer is no good."""


class Parser(Protocol):
    """Runs a function on what strangers wrote, with a deadline and a memory cap."""

    def run(self, name: str, function: Callable[..., Any], *arguments: Any) -> Any:
        """The function's result; DocumentSkipped where it raises that, or is stopped."""


Ingest = Callable[[Document], "tuple[bool, int]"]
"""Puts a document into the ledger, durably: whether it was new, and how many claims were found in it."""

Job = DueSource | DueItem


@dataclass(frozen=True, slots=True)
class _Flight:
    """A request under way; `job` is None where it is one for robots.txt."""

    host: str
    job: Job | None


@dataclass(frozen=True, slots=True)
class Tools:
    """What the loop works with, all of it handed in."""

    fetch: Fetcher
    parse: Parser
    ingest: Ingest
    clock: Clock
    threads: Executor
    limit: int
    tell: Callable[[Event], None] = lambda event: None  # noqa: ARG005


class Watch:
    """One run over a list of sources."""

    def __init__(
        self, sources: Iterable[Source], state: WatchState, tools: Tools, policy: Policy | None = None
    ) -> None:
        self.totals = Totals()
        self._policy = policy or Policy()
        self._state = state
        self._tools = dataclasses.replace(tools, tell=self._tell)
        self._tell_outside = tools.tell
        self._sources = {source.address: source for source in sources}
        self._hosts = Hosts(self._policy)
        self._looks = SourceLooks(self._sources, state, self._tools, self._policy)
        self._readings = ItemReadings(self._sources, state, self._tools, self._policy)
        self._flights: dict[Future[Answer], _Flight] = {}
        self._stopped = False
        self._once: set[str] | None = None
        self._forgot_at = 0.0

    def stop(self) -> None:
        """End the run once the requests under way are done; may be called from a signal handler."""
        self._stopped = True

    def run(self, until: float | None = None, once: bool = False) -> Totals:
        """Watch until `until` (seconds since 1970), or for ever; with `once`, look at each source once and read it.

        Raises LedgerError where ledger or state can't be written: then nothing more can be kept.
        """
        clock = self._tools.clock
        self._state.start(self._sources, clock.now())
        self._once = set(self._sources) if once else None
        try:
            while not self._over(until):
                self._forget(clock.now())
                if self._launch(clock.now()) or self._flights:
                    self._land(_GLANCE)
                elif not self._pause(until):
                    break
        finally:
            while self._flights:
                self._land(None)
        return self.totals

    def _over(self, until: float | None) -> bool:
        return self._stopped or (until is not None and self._tools.clock.now() >= until)

    def _tell(self, event: Event) -> None:
        self.totals.count(event)
        self._tell_outside(event)

    # What is due

    def _launch(self, now: float) -> bool:
        """Start as many requests as may run; whether anything was done."""
        room = self._policy.workers - len(self._flights)
        if room <= 0:
            return False
        done = False
        for job in self._due(now, room):
            done = self._begin(job, now) or done
        return done

    def _due(self, now: float, room: int) -> list[Job]:
        blocked = self._hosts.blocked(now)
        jobs: list[Job] = []
        for address in self._sources_due(now, blocked, room):
            source = self._state.due_source(address)
            if source is not None:
                jobs.append(source)
        taken = [host_of(job.asked) for job in jobs if isinstance(job, DueSource)]
        if room > len(jobs):
            jobs.extend(self._state.items_due(now, [*blocked, *taken], room - len(jobs)))
        return jobs

    def _sources_due(self, now: float, blocked: list[str], room: int) -> list[str]:
        if self._once is None:
            return self._state.sources_due(now, blocked, room)
        hosts = set(blocked)
        chosen: list[str] = []
        for address in sorted(self._once):
            source = self._state.due_source(address)
            if source is None:
                self._once.discard(address)
            elif host_of(source.asked) not in hosts and len(chosen) < room:
                hosts.add(host_of(source.asked))
                chosen.append(address)
        return chosen

    def _begin(self, job: Job, now: float) -> bool:
        """Ask for robots.txt first where it isn't known, refuse what it refuses, else start the request."""
        address = job.asked if isinstance(job, DueSource) else job.address
        if isinstance(job, DueItem) and job.entry.body:
            self._readings.from_source(job)
            return True
        host = host_of(address)
        robots = self._hosts.robots(host, now)
        if robots is None:
            self._start(_Flight(host, None), robots_address(address), Known())
            return True
        if robots is CLOSED or not robots.allows(address):
            self._refuse(job, unreachable=robots is CLOSED)
            return True
        self._start(_Flight(host, job), address, job.known)
        return True

    def _start(self, flight: _Flight, address: str, known: Known) -> None:
        self._hosts.begin(flight.host)
        self._flights[self._tools.threads.submit(self._tools.fetch, address, known)] = flight

    def _refuse(self, job: Job, unreachable: bool) -> None:
        if isinstance(job, DueSource):
            self._seen_once(job)
            self._looks.refused(job, unreachable)
        else:
            self._readings.refused(job, unreachable)

    # What came back

    def _land(self, seconds: float | None) -> None:
        """Wait for requests, at most so long, and take up those that are done."""
        done, _ = wait(self._flights, timeout=seconds, return_when=FIRST_COMPLETED)
        for future in done:
            flight = self._flights.pop(future)
            answer, failure = _outcome(future)
            self._take(flight, answer, failure)
            # Only now, as the answer may have been the robots.txt that says how long to rest.
            wished = answer.wait if answer and answer.status in _PLEASE_WAIT else None
            self._hosts.end(flight.host, self._tools.clock.now(), wished)

    def _take(self, flight: _Flight, answer: Answer | None, failure: MercatoError | None) -> None:
        job = flight.job
        if job is None:
            # A robots.txt that is too long or no text forbids nothing; one that can't be had forbids all for now.
            allowed = robots_for(answer.status, answer.data) if answer else None
            unreadable = robots_for(404, b"") if isinstance(failure, DocumentSkipped) else CLOSED
            self._hosts.learn(flight.host, allowed or unreadable, self._tools.clock.now())
        elif isinstance(job, DueSource):
            self._seen_once(job)
            for child in self._looks.take(job, answer, failure):
                if self._once is not None:
                    self._once.add(child)
        else:
            self._readings.take(job, answer, failure)

    def _seen_once(self, job: DueSource) -> None:
        if self._once is not None:
            self._once.discard(job.address)

    # Between

    def _pause(self, until: float | None) -> bool:
        """Sleep until something is due; false where a single look has nothing left to do."""
        now = self._tools.clock.now()
        free = self._hosts.next_free(now)
        if self._once is not None:
            waiting = self._state.items_due(now, (), 1) or self._once
            if not waiting:
                return False
            due: float | None = free if free is not None else now
        else:
            due = self._state.next_due()
            if due is not None and due <= now:
                due = free
        times = [time for time in (due, until, now + _LONGEST_SLEEP) if time is not None]
        self._tools.clock.sleep(max(0.0, min(times) - now))
        return True

    def _forget(self, now: float) -> None:
        if now - self._forgot_at >= DAY:
            self._state.forget_before(now - self._policy.forget)
            self._forgot_at = now


def _outcome(future: Future[Answer]) -> tuple[Answer | None, MercatoError | None]:
    try:
        return future.result(), None
    except (SourceUnusable, DocumentSkipped) as failure:
        return None, failure
    except Exception as error:
        # One strange answer must not end a watch of weeks; it is counted like any that can't be had.
        return None, SourceUnusable(f"The answer can't be read ({type(error).__name__}: {error}).")
