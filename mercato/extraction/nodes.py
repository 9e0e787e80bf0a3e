"""A sentence as a row of nodes: noun phrases for people and clubs, words for steps of a transfer, and what joins them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

from mercato.extraction.items import Item
from mercato.extraction.lexicon import Entry
from mercato.extraction.naming import ClubName, PersonName

if TYPE_CHECKING:
    from mercato.extraction.coreference import Being


NO_SENSES: frozenset[str] = frozenset()


class NodeKind(IntEnum):
    """What a node is."""

    WORD = 0
    MARK = 1
    PERSON = 2
    CLUB = 3
    OUTLET = 4
    EVENT = 5
    PHRASE = 6
    FIGURE = 7


@dataclass(slots=True, eq=False)
class PersonMention:
    """A person as a phrase speaks of them. `name` is None for "the 24-year-old" until it is settled.

    `clubs` holds (club, relation): current, former, target (the club wants them), employer (of a coach or official).
    """

    name: PersonName | None = None
    start: int = 0
    end: int = 0
    age: int | None = None
    born: str | None = None
    positions: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    native_of: str | None = None
    clubs: list[tuple[ClubName, str]] = field(default_factory=list)
    role: str = "player"
    plural: bool = False
    indefinite: bool = False
    pronoun: bool = False
    club_spans: list[tuple[ClubName, int, int]] = field(default_factory=list)
    youth_clubs: list[ClubName] = field(default_factory=list)
    being: Being | None = None


@dataclass(slots=True, eq=False)
class ClubMention:
    """A club as a phrase speaks of it. `name` is None for "the Serie A side" or "they" until it is settled."""

    name: ClubName | None = None
    start: int = 0
    end: int = 0
    competition: str | None = None
    country: str | None = None
    city: str | None = None
    pronoun: bool = False
    relation: str | None = None
    plural: bool = False
    ground: bool = False
    national: bool = False
    own: bool = False
    settled: ClubName | None = None


@dataclass(slots=True, eq=False)
class Node:
    """A run of items. `role` is the role of the preposition that governs a noun phrase, `owner` says it is a possessor."""

    kind: NodeKind
    start: int
    end: int
    key: str = ""
    role: str | None = None
    people: list[PersonMention] = field(default_factory=list)
    clubs: list[ClubMention] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    owner: bool = False
    item: Item | None = None
    senses: frozenset[str] = NO_SENSES

    def entry(self, category: str) -> Entry | None:
        """The node's meaning of that category."""
        for entry in self.entries:
            if entry.category == category:
                return entry
        return None

    def has(self, category: str, name: str | None = None) -> bool:
        """Whether the node has a meaning of that category (and name)."""
        return (category if name is None else f"{category}:{name}") in self.senses


@dataclass(slots=True, eq=False)
class Mark:
    """A phrase noticed over the nodes: a deal, a contract, a price, a source's cue."""

    start: int
    end: int
    entry: Entry
    key: str
