"""How often, how gently and how long: the figures that the loop goes by, and what it tells."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0


@dataclass(frozen=True, slots=True)
class Policy:
    """All in seconds, but for counts.

    A feed is first asked every `interval`; each look that finds something new halves that, each that doesn't adds a
    half, between `shortest` and `longest`. A failure waits `retry`, the next twice that, up to `back_off` (a day).
    `gap` lies between two requests to a host where its robots.txt wants no more. Articles dated more than `horizon`
    before they were first listed are noted, but not read. An article that changed is read again after `gap_to_reread`,
    twice that the next time, and so on. One whose parsing takes too long is tried `parsings` times. `forget` is how
    long an article is remembered after it was last listed.
    """

    interval: float = 15 * MINUTE
    shortest: float = 5 * MINUTE
    longest: float = 6 * HOUR
    retry: float = 5 * MINUTE
    back_off: float = DAY
    gap: float = 1.0
    longest_gap: float = HOUR
    robots_for: float = DAY
    robots_retry: float = 30 * MINUTE
    horizon: float = 7 * DAY
    gap_to_reread: float = 10 * MINUTE
    forget: float = 90 * DAY
    tries: int = 8
    parsings: int = 3
    workers: int = 8
    hosts_remembered: int = 2_000
    sitemaps_of_an_index: int = 3

    def next_interval(self, before: float | None, changed: bool, asked: float = 0.0) -> float:
        """The interval after a look that did or didn't find something new; `asked` is the least the source wants."""
        start = self.interval if before is None else before * (0.5 if changed else 1.5)
        return max(min(max(start, self.shortest), self.longest), min(asked, self.longest))

    def wait_after(self, failures: int, asked: float | None = None) -> float:
        """How long to wait after so many failures in a row; `asked` is what the server wants."""
        # Beyond 2^20 the cap holds anyway; without a bound the power would leave the range of a float.
        wait = min(self.retry * 2.0 ** min(failures - 1, 20), self.back_off)
        return max(wait, asked or 0.0)


class EventKind(StrEnum):
    """What happened."""

    POLLED = "polled"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    ENDED = "ended"
    READ = "read"
    SKIPPED = "skipped"
    AGAIN = "again later"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that the loop did; `count` is how many articles were new in a poll, or claims in an article."""

    kind: EventKind
    at: float
    address: str
    source: str
    count: int = 0
    detail: str = ""
    new: bool = False


@dataclass(slots=True)
class Totals:
    """What a run did, counted."""

    kinds: Counter[EventKind] = field(default_factory=Counter)
    documents_new: int = 0
    claims: int = 0

    def count(self, event: Event) -> None:
        """Take one event into the counts."""
        self.kinds[event.kind] += 1
        if event.kind is EventKind.READ:
            self.documents_new += event.new
            self.claims += event.count
