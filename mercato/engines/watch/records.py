"""What the state hands out: sources and articles that are due, and how a source does."""

from __future__ import annotations

from dataclasses import dataclass

from mercato.sources.entries import Entry
from mercato.sources.fetch import Known


@dataclass(frozen=True, slots=True)
class DueSource:
    """A source to look at now."""

    address: str
    asked: str
    known: Known
    digest: str | None
    interval: float | None
    failures: int
    owner: str


@dataclass(frozen=True, slots=True)
class DueItem:
    """An article to read now."""

    address: str
    source: str
    known: Known
    tries: int
    entry: Entry
    revision: int


@dataclass(frozen=True, slots=True)
class Health:
    """How a source does. Moments are seconds since 1970; `reasons` counts the failures of all time by their reason."""

    address: str
    asked: str
    succeeded_at: float | None
    tried_at: float | None
    next_at: float
    interval: float | None
    polls: int
    failures: int
    ended: str | None
    items: int
    read: int
    waiting: int
    claims: int
    reasons: dict[str, int]

    @property
    def share_read(self) -> float | None:
        """The share of the listed articles that were read; None where none was listed."""
        return self.read / self.items if self.items else None
