"""Entry: a claim with the document it stands in and the keys by which it is joined with others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mercato.ledger import DocumentHead
from mercato.model import Claim, ClaimKind, ClubRef, Stage
from mercato.model.rumours import TimeRange
from mercato.rumours.names import Names, block_of, name_words, person_plain
from mercato.rumours.verdicts import Judged
from mercato.rumours.windows import Calendar, is_label

RUMOUR_KINDS = (ClaimKind.MOVE, ClaimKind.EXIT, ClaimKind.STAY)
_SETTLED = (Stage.DONE, Stage.AGREED)


@dataclass(frozen=True, slots=True)
class Entry:
    """One claim, ready to be joined. `club` is the key of its destination (of the club left, for an exit)."""

    number: int
    claim: Claim
    source: DocumentHead
    node: str
    block: str
    club: str
    window: str
    clubs: frozenset[str]

    @property
    def when(self) -> TimeRange:
        """Between which instants it was published."""
        return published(self.source)

    @property
    def order(self) -> tuple[datetime, datetime, int, int]:
        """Entries stand in the order in which they were surely there; what is known by the month stands at its end.

        Of two at one time the one that tells more of its sources comes first: a copy drops credits, it adds none.
        """
        return self.when.latest, self.source.seen_at, -len(self.claim.attribution.chain), self.number

    @property
    def is_rumour(self) -> bool:
        """Whether it says where somebody goes or stays, not only a fact about them."""
        return self.claim.kind in RUMOUR_KINDS and bool(self.club)


def published(source: DocumentHead) -> TimeRange:
    """Between which instants a document was published; by the time it was seen, where that is all that is known."""
    if source.published is None:
        return TimeRange(None, source.seen_at)
    return TimeRange(source.published.at, source.published.latest)


class EntryMaker:
    """Makes entries of claims, with the register's help."""

    def __init__(self, names: Names, calendar: Calendar, judged: Judged | None = None) -> None:
        self.names = names
        self._calendar = calendar
        self._judged = judged or Judged()

    def entry(self, number: int, claim: Claim, source: DocumentHead) -> Entry:
        """The entry of a claim."""
        named = [(ref, self.names.club_key(ref)) for ref in (claim.to, claim.from_, claim.club) if ref]
        clubs = frozenset(key for _, key in named)
        goal = _goal(claim)
        club = self.names.club_key(goal) if goal else ""
        node = self._judged.key(self._node(claim, clubs))
        return Entry(
            number, claim, source, node, block_of(claim.person.name), club, self._window(claim, source, club), clubs
        )

    def _node(self, claim: Claim, clubs: frozenset[str]) -> str:
        """The person's key as this one claim gives it; a name of several people is told apart by its club."""
        if claim.person.id:
            return claim.person.id
        known = self.names.people_called(claim.person.name)
        if len(known) == 1:
            return known[0]
        fitting = [id_ for id_ in known if self.names.person_clubs(id_) & clubs]
        if len(fitting) == 1:
            return fitting[0]
        plain = person_plain(claim.person)
        shared = known or plain in self._judged.shared_names or len(name_words(claim.person.name)) < 2
        if not shared or not clubs:
            return plain
        home = next((ref for ref in (claim.from_, claim.club, claim.to) if ref), None)
        return f"{plain}@{self.names.club_key(home)}" if home else plain

    def _window(self, claim: Claim, source: DocumentHead, club: str) -> str:
        """The window that a claim is for: the one it names, else the one of its day where the club is."""
        when = claim.when
        if when and when.window and is_label(when.window):
            return when.window
        country = self.names.country(club)
        if when and when.date and len(when.date) == 10:
            return self._calendar.window_of(country, datetime.fromisoformat(when.date).date())
        day = source.published.day if source.published else source.seen_at.date()
        late = claim.kind is not ClaimKind.STAY and claim.stage in _SETTLED
        return self._calendar.window_of(country, day, late)


def _goal(claim: Claim) -> ClubRef | None:
    match claim.kind:
        case ClaimKind.MOVE:
            return claim.to
        case ClaimKind.EXIT:
            return claim.from_
        case _:
            return claim.club
