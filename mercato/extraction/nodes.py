"""A sentence as a row of nodes: noun phrases for people and clubs, words for steps, what joins them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

import msgspec

from mercato.extraction.items import Item, ItemKind, Kind
from mercato.extraction.lexicon import Entries, Entry
from mercato.extraction.names import ClubName, PersonName

if TYPE_CHECKING:
    from mercato.extraction.coreference import Being


class NodeKind(Kind):
    """What a node is."""

    WORD: ClassVar[NodeKind]
    MARK: ClassVar[NodeKind]
    PERSON: ClassVar[NodeKind]
    CLUB: ClassVar[NodeKind]
    OUTLET: ClassVar[NodeKind]
    EVENT: ClassVar[NodeKind]
    PHRASE: ClassVar[NodeKind]
    FIGURE: ClassVar[NodeKind]


class PersonMention(msgspec.Struct, eq=False):
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
    clubs: list[tuple[ClubName, str]] = []
    role: str = "player"
    plural: bool = False
    indefinite: bool = False
    plays: bool = False
    # Whether no article, possessor or number stands before what describes them: "South Korean striker".
    bare: bool = False
    pronoun: bool = False
    club_spans: list[tuple[ClubName, int, int]] = []
    youth_clubs: list[ClubName] = []
    # "son gardien": the one whom a possessor, mostly the subject's, has.
    owned: bool = False
    being: Being | None = None
    # Whether a club stands before them as possessor: "Chelsea's".
    possessed: bool = False

    def words_of(self, club: ClubName) -> tuple[int, int]:
        """The characters that name one of its clubs, else those of the whole phrase."""
        return next(((s, e) for c, s, e in self.club_spans if c == club), (self.start, self.end))


class ClubMention(msgspec.Struct, eq=False):
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


class Node(msgspec.Struct, eq=False):
    """A run of items. `role` is the role of the preposition that governs a noun phrase, `owner` says it is a possessor.

    `categories` and `senses` are those of its entries, beside them because every rule asks for them.
    """

    kind: NodeKind
    tag: ItemKind
    item: Item | None
    start: int
    end: int
    key: str
    entries: Entries
    categories: frozenset[str] = frozenset()
    senses: frozenset[str] = frozenset()
    role: str | None = None
    owner: bool = False
    people: Sequence[PersonMention] = ()
    clubs: Sequence[ClubMention] = ()

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

NO_ENTRIES = Entries()


class Row(list[Node]):
    """The nodes of a sentence, and what occurs among them.

    Most passes over a sentence find nothing, and there are dozens of them: a rule that needs a word of some category,
    a person or a club asks the row for it before it looks at any node (`if row.has("conditions"): ...`).
    """

    __slots__ = ("clubs", "keys", "people", "senses")

    def __init__(self, nodes: Iterable[Node]) -> None:
        super().__init__(nodes)
        self.people = [node for node in self if node.people]
        self.clubs = [node for node in self if node.clubs]
        self.keys = frozenset([node.key for node in self])
        self.senses = frozenset().union(*[node.senses for node in self if node.senses])

    def has(self, *senses: str) -> bool:
        """Whether a node has one of the meanings, each a category or "category:name"."""
        return not self.senses.isdisjoint(senses)


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
    return Node(
        kind, ItemKind.PHRASE, None, start, end, key, NO_ENTRIES, owner=owner, people=people or (), clubs=clubs or ()
    )


class Mark(msgspec.Struct, eq=False, gc=False):
    """A phrase noticed over the nodes: a deal, a contract, a price, a source's cue."""

    start: int
    end: int
    entry: Entry
    key: str
