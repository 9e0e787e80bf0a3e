"""The board: claims grouped into what is said of one person and one club, newest first.

Grouping is by person, club and kind of claim alone, with a long silence between two texts as the end of a story. It
weighs nothing: whether texts repeat each other is not asked here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from mercato.model import ClaimKind, ClubRef, Deal, Money, PersonRef, Stage
from mercato.model.folding import fold

if TYPE_CHECKING:
    from datetime import datetime

    from mercato.ledger import StoredClaim
    from mercato.model import Claim

SHOWN_KINDS = (ClaimKind.MOVE, ClaimKind.EXIT, ClaimKind.STAY)
"""Kinds that tell of a coming or a going; contracts, prices and careers stand behind these."""

SILENCE = timedelta(days=183)
"""Half a year, one transfer window to the next but one: what is said after it is another story."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is said of one person and one club. `claims` are newest first and never empty."""

    club: ClubRef
    claims: tuple[StoredClaim, ...]

    @property
    def latest(self) -> Claim:
        """The newest claim, which settles the stage and the condition."""
        return self.claims[0].claim

    @property
    def person(self) -> PersonRef:
        """Whom it is about."""
        return self.latest.person

    @property
    def kind(self) -> ClaimKind:
        """Move, exit or stay."""
        return self.latest.kind

    @property
    def stage(self) -> Stage | None:
        """How far it has come, by the newest text."""
        return self.latest.stage

    @property
    def to(self) -> ClubRef | None:
        """Where to."""
        return self.latest.to

    @property
    def from_(self) -> ClubRef | None:
        """Where from, by the newest text that says so."""
        return next((s.claim.from_ for s in self.claims if s.claim.from_), None)

    @property
    def deal(self) -> Deal | None:
        """The form of the transfer, by the newest text that says so."""
        return next((s.claim.deal for s in self.claims if s.claim.deal), None)

    @property
    def fee(self) -> Money | None:
        """The fee, by the newest text that names one."""
        return next((s.claim.fee for s in self.claims if s.claim.fee), None)

    @property
    def condition(self) -> str | None:
        """What it hangs on, by the newest text: a condition that it no longer names is no longer shown."""
        return self.latest.condition.text if self.latest.condition else None

    @property
    def sources(self) -> tuple[str, ...]:
        """Whom the texts name as their source: oldest text first, in each the origin first."""
        names = (name for stored in reversed(self.claims) for name in stored.claim.attribution.sources)
        return tuple(dict.fromkeys(names))

    @property
    def texts(self) -> int:
        """In how many texts it stands."""
        return len({stored.source.id for stored in self.claims})

    @property
    def published(self) -> datetime:
        """When the newest text was published, or was first seen where that is not known."""
        return dated(self.claims[0])


@dataclass(frozen=True, slots=True)
class ClubBoard:
    """A club and what is said of persons in connection with it, newest first."""

    club: ClubRef
    entries: tuple[Entry, ...]


def by_club(found: Iterable[Entry]) -> list[ClubBoard]:
    """The entries under their clubs, in the order in which the clubs first come."""
    clubs: dict[str, list[Entry]] = {}
    for entry in found:
        clubs.setdefault(_key(entry.club), []).append(entry)
    return [ClubBoard(group[0].club, tuple(group)) for group in clubs.values()]


def entries(claims: Iterable[StoredClaim]) -> list[Entry]:
    """What is said, by person, club and kind; newest first, and in the order given where two are of one moment."""
    groups: dict[tuple[str, str, ClaimKind], list[StoredClaim]] = {}
    for stored in claims:
        club = _club_of(stored.claim)
        if club is not None and stored.claim.kind in SHOWN_KINDS:
            groups.setdefault((_key(stored.claim.person), _key(club), stored.claim.kind), []).append(stored)
    found = [
        Entry(club, tuple(story))
        for group in groups.values()
        for story in _stories(sorted(group, key=dated, reverse=True))
        if (club := _club_of(story[0].claim)) is not None
    ]
    return sorted(found, key=lambda entry: entry.published, reverse=True)


def dated(stored: StoredClaim) -> datetime:
    """When a claim was published, or first seen where that is not known."""
    return stored.source.published.at if stored.source.published else stored.source.seen_at


def _club_of(claim: Claim) -> ClubRef | None:
    return claim.to or claim.club or claim.from_


def _key(named: PersonRef | ClubRef) -> str:
    return named.id or fold(named.name)


def _stories(newest_first: Sequence[StoredClaim]) -> Iterator[list[StoredClaim]]:
    """The claims of one group, cut where nothing was said for long."""
    story = [newest_first[0]]
    for stored in newest_first[1:]:
        if dated(story[-1]) - dated(stored) > SILENCE:
            yield story
            story = []
        story.append(stored)
    yield story
