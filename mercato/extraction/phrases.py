"""Items become nodes: phrases of the lexicon, then noun phrases for people and clubs with all that is said in them."""

from __future__ import annotations

from mercato.extraction.cells import cells_of
from mercato.extraction.club_phrases import ClubPhrases
from mercato.extraction.items import Item, ItemKind
from mercato.extraction.nodes import Node, NodeKind
from mercato.extraction.noun_lists import join_lists
from mercato.extraction.person_phrases import PersonPhrases
from mercato.extraction.phrase_tools import (
    CLUB_LIKE,
    CLUB_NOUNS,
    PERSON_HEADS,
)


class Chunker(PersonPhrases, ClubPhrases):
    """Makes the nodes of sentences in one language."""

    def nodes(self, items: list[Item], text: str) -> list[Node]:
        """The nodes of a sentence of `text`."""
        self.text = text
        cells = cells_of(items, self.language)
        taken: dict[int, tuple[int, Node]] = {}
        used = [False] * len(cells)
        heads: list[int] = []
        pronouns: list[int] = []
        clubs: list[int] = []
        for at, cell in enumerate(cells):
            if cell.tag is ItemKind.PERSON:
                if not used[at]:
                    self._named_person(cells, at, used, taken)
            elif cell.tag in CLUB_LIKE:
                clubs.append(at)
            elif cell.tag is ItemKind.AGE or cell.tag is ItemKind.DEMONYM:
                heads.append(at)
            elif cell.categories:
                if not cell.categories.isdisjoint(PERSON_HEADS):
                    heads.append(at)
                if "pronoun" in cell.categories:
                    pronouns.append(at)
                if not cell.categories.isdisjoint(CLUB_NOUNS):
                    clubs.append(at)
        for at in heads:
            if not used[at]:
                self._described_person(cells, at, used, taken)
        for at in pronouns:
            if not used[at]:
                used[at] = True
                taken[at] = (at, self._pronoun(cells[at]))
        for at in clubs:
            if not used[at]:
                self._club(cells, at, used, taken)
        return self._group(self._assemble(cells, taken))

    def _assemble(self, cells: list[Node], taken: dict[int, tuple[int, Node]]) -> list[Node]:
        """The row with the noun phrases in place of their words."""
        if not taken:
            return cells
        row: list[Node] = []
        reached = 0
        for low in sorted(taken):
            high, node = taken[low]
            row.extend(cells[reached:low])
            row.append(node)
            reached = high + 1
        row.extend(cells[reached:])
        return row

    def _group(self, nodes: list[Node]) -> list[Node]:
        """Sets prepositions' roles, then joins "A, B and C" of one kind into one node."""
        role: str | None = None
        objects = self.language.words.get("object_pronouns", frozenset())
        marking = self.language.words.get("object_prepositions", frozenset())
        marked = False
        for at, node in enumerate(nodes):
            kind = node.kind
            before = nodes[at - 1] if at else None
            if kind is NodeKind.PERSON or kind is NodeKind.CLUB:
                marked = marked or node.key in objects
                node.role = "object" if marked and kind is NodeKind.PERSON else role
                if role is None and kind is NodeKind.CLUB and before is not None and self._is_attribute(node, before):
                    node.role = "of"
                marked = False
                if not (kind is NodeKind.PERSON and node.owner) and role != "between":
                    role = None
            elif "prep" in node.categories:
                prep = node.entry("prep")
                role = prep.name if prep is not None and kind is not NodeKind.EVENT else None
                marked = node.key in marking
            elif role is not None and not (
                (role == "between" and node.has("conjunctions"))
                or node.has("list_openers")
                or node.has("articles")
                or node.tag is ItemKind.CITY
            ):
                role = None
        return join_lists(nodes)

    def _is_attribute(self, node: Node, before: Node) -> bool:
        """ "la proposta rossonera": a club's adjective right behind a word for a step."""
        name = node.clubs[0].name
        return (
            self.describes_after
            and name is not None
            and name.nickname
            and node.start == node.clubs[0].start
            and self.text[node.start].islower()
            and before.kind is NodeKind.EVENT
        )
