"""A person of a document: the fullest name, and what the text and the register say of them."""

from __future__ import annotations

from collections import Counter

import msgspec

from mercato.extraction.names import ClubName
from mercato.model import PersonRef
from mercato.register import Person

_POSITION_FAMILY = {
    "goalkeeper": "goalkeeper",
    "right-back": "defender", "left-back": "defender", "centre-back": "defender", "defender": "defender",
    "full-back": "defender",
    "defensive midfielder": "midfielder", "central midfielder": "midfielder", "midfielder": "midfielder",
    "attacking midfielder": "midfielder",
    "winger": "forward", "right winger": "forward", "left winger": "forward", "forward": "forward",
    "striker": "forward",
}  # fmt: skip
# A winger may be called a midfielder, and a full-back a winger: only these pairs speak against each other.
_APART = frozenset(
    {("goalkeeper", "defender"), ("goalkeeper", "midfielder"), ("goalkeeper", "forward"), ("defender", "forward")}
)


def is_alike(one: str, other: str) -> bool:
    """Whether two positions are of one part of the team."""
    return _POSITION_FAMILY.get(one, one) == _POSITION_FAMILY.get(other, other)


def are_apart(one: str, other: str) -> bool:
    """Whether nobody plays in both positions."""
    families = _POSITION_FAMILY.get(one, one), _POSITION_FAMILY.get(other, other)
    return families in _APART or families[::-1] in _APART


class Being(msgspec.Struct, eq=False):
    """A person of the document: the fullest name, what the text and the register say of them."""

    name: str
    people: tuple[Person, ...] = ()
    age: int | None = None
    positions: set[str] = set()
    countries: set[str] = set()
    current: Counter[str] = msgspec.field(default_factory=Counter)
    former: set[str] = set()
    # The club that has borrowed the player, with its words: his club only where no other is known.
    borrower: tuple[ClubName, tuple[int, int]] | None = None
    employer: ClubName | None = None
    role: str = "player"
    first: tuple[int, int] = (0, 0)
    clubs: dict[str, ClubName] = {}
    spans: dict[str, tuple[int, int]] = {}

    @property
    def person(self) -> Person | None:
        """The register's person, where only one is left."""
        return self.people[0] if len(self.people) == 1 else None

    @property
    def ref(self) -> PersonRef:
        """The person as a claim speaks of them: the document's fullest name."""
        return PersonRef(self.name, self.person.id if self.person else None)

    @property
    def club(self) -> ClubName | None:
        """The club that the text puts them at."""
        return self.clubs[max(self.current, key=self.current.__getitem__)] if self.current else None

    def is_at(self, club: ClubName) -> bool:
        """Whether this is the club that the text puts them at."""
        return self.club is not None and self.club.key == club.key

    def at(self, club: ClubName, span: tuple[int, int], weight: int = 1) -> None:
        """Notes that the text puts them at the club."""
        self.current[club.key] += weight
        self.clubs[club.key] = club
        self.spans.setdefault(club.key, span)
