"""A sentence as a row of nodes: noun phrases for people and clubs, words for steps, what joins them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

from mercato.extraction.items import Item, ItemKind
from mercato.extraction.lexicon import Entries, Entry
from mercato.extraction.names import ClubName, PersonName

if TYPE_CHECKING:
    from mercato.extraction.coreference import Being


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
    plays: bool = False
    pronoun: bool = False
    club_spans: list[tuple[ClubName, int, int]] = field(default_factory=list)
    youth_clubs: list[ClubName] = field(default_factory=list)
    being: Being | None = None

    def words_of(self, club: ClubName) -> tuple[int, int]:
        """The characters that name one of its clubs, else those of the whole phrase."""
        return next(((s, e) for c, s, e in self.club_spans if c == club), (self.start, self.end))


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


class Node:
    """A run of items. `role` is the role of the preposition that governs a noun phrase, `owner` says it is a possessor.

    A plain class: a text has hundreds of nodes, and a dataclass would make three lists for each.
    """

    __slots__ = (
        "categories", "clubs", "end", "entries", "item", "key", "kind",
        "owner", "people", "role", "senses", "start", "tag",
    )  # fmt: skip

    def __init__(
        self, kind: NodeKind, tag: ItemKind, item: Item | None, start: int, end: int, key: str, entries: Entries
    ) -> None:
        self.kind = kind
        self.tag = tag
        self.item = item
        self.start = start
        self.end = end
        self.key = key
        self.entries = entries
        self.categories = entries.categories
        self.senses = entries.senses
        self.role: str | None = None
        self.owner = False
        self.people: list[PersonMention] = _NO_PEOPLE
        self.clubs: list[ClubMention] = _NO_CLUBS

    @property
    def value(self) -> object:
        """What the node's first item stands for."""
        return self.item.value if self.item is not None else None

    def entry(self, category: str) -> Entry | None:
        """The node's meaning of that category."""
        if category in self.categories:
            for entry in self.entries:
                if entry.category == category:
                    return entry
        return None

    def has(self, category: str, name: str | None = None) -> bool:
        """Whether the node has a meaning of that category (and name)."""
        return (category if name is None else f"{category}:{name}") in self.senses


# The meanings of words that open a clause.
CLAUSE_WORDS = frozenset({"breaks", "conditions", "background", "relatives"})

# Shared by all nodes that speak of nobody; never added to.
_NO_PEOPLE: list[PersonMention] = []
_NO_CLUBS: list[ClubMention] = []
NO_ENTRIES = Entries()


def phrase_node(
    kind: NodeKind,
    start: int,
    end: int,
    people: list[PersonMention] | None = None,
    clubs: list[ClubMention] | None = None,
    owner: bool = False,
    key: str = "",
) -> Node:
    """A noun phrase for people or clubs."""
    node = Node(kind, ItemKind.PHRASE, None, start, end, key, NO_ENTRIES)
    node.owner = owner
    if people is not None:
        node.people = people
    if clubs is not None:
        node.clubs = clubs
    return node


@dataclass(slots=True, eq=False)
class Mark:
    """A phrase noticed over the nodes: a deal, a contract, a price, a source's cue."""

    start: int
    end: int
    entry: Entry
    key: str
