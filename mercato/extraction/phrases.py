"""Items become nodes: phrases of the lexicon, then noun phrases for people and clubs with all that is said in them."""

from __future__ import annotations

from itertools import pairwise

from mercato.extraction.cells import cells_of
from mercato.extraction.club_phrases import ClubPhrases
from mercato.extraction.items import Item, ItemKind
from mercato.extraction.languages import Language
from mercato.extraction.nodes import Node, NodeKind, PersonMention, Row
from mercato.extraction.noun_lists import join_lists
from mercato.extraction.person_phrases import PersonPhrases
from mercato.extraction.phrase_tools import (
    CLUB_LIKE,
    CLUB_NOUNS,
    PERSON_HEADS,
)
from mercato.extraction.word_order import WordOrder
from mercato.register import Register

_HEADS = frozenset({ItemKind.AGE, ItemKind.DEMONYM})


class Chunker(PersonPhrases, ClubPhrases):
    """Makes the nodes of sentences in one language."""

    def __init__(self, register: Register, language: Language) -> None:
        super().__init__(register, language)
        self.order = WordOrder(language) if "verb_brackets" in language.words["switches"] else None

    def nodes(self, items: list[Item], text: str) -> Row:
        """The nodes of a sentence of `text`."""
        self.text = text
        cells = cells_of(self.order.restored(items, text) if self.order is not None else items, self.language)
        taken: dict[int, tuple[int, Node]] = {}
        used = [False] * len(cells)
        heads: list[int] = []
        pronouns: list[int] = []
        clubs: list[int] = []
        person, word = ItemKind.PERSON, ItemKind.WORD
        for at, cell in enumerate(cells):
            tag = cell.tag
            if tag is word:
                continue  # a word with a meaning is a phrase
            if tag is person:
                if not used[at]:
                    self._named_person(cells, at, used, taken)
            elif tag in CLUB_LIKE:
                clubs.append(at)
            elif tag in _HEADS:
                team = tag is ItemKind.DEMONYM and at > 0 and self._is_team(cells[at - 1])
                (clubs if team else heads).append(at)
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
        nodes = self._group(self._assemble(cells, taken))
        if self.order is not None:
            _trim(nodes)
        return Row(nodes)

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
        genitive = self.language.words.get("genitive_articles", frozenset())
        marked = False
        person, club = NodeKind.PERSON, NodeKind.CLUB
        for at, node in enumerate(nodes):
            kind = node.kind
            if kind is person or kind is club:
                before = nodes[at - 1] if at else None
                marked = marked or node.key in objects
                node.role = "object" if marked and kind is NodeKind.PERSON else role
                if role is None and kind is NodeKind.CLUB and before is not None and self._is_attribute(node, before):
                    node.role = "of"
                if role is None and genitive and before is not None and self._is_genitive(node, before, genitive):
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
        return join_lists(self._coached(nodes) if self.describes_after else nodes)

    def _coached(self, nodes: list[Node]) -> list[Node]:
        """ "il Fenerbahçe di José Mourinho": the club with its coach or its star is the club."""
        row: list[Node] = []
        for node in nodes:
            club = row[-2] if len(row) > 1 and row[-1].has("prep", "of") else None
            if (
                club is not None
                and club.kind is NodeKind.CLUB
                and node.kind is NodeKind.PERSON
                and node.start - row[-1].end <= 1
                and self._belongs_to(club, node, row[-3] if len(row) > 2 else None)
            ):
                row.pop()
                name = club.clubs[0].name
                for mention in node.people:
                    if mention.role != "official" and name is not None:
                        plays = _is_known_player(mention)
                        mention.role = "player" if plays else "coach"
                        mention.clubs.append((name, "current" if plays else "employer"))
                        mention.club_spans.append((name, club.clubs[0].start, club.clubs[0].end))
                club.people, club.end = [*club.people, *node.people], node.end
            else:
                row.append(node)
        return row

    def _belongs_to(self, club: Node, node: Node, before: Node | None) -> bool:
        """Not "il passaggio al Bournemouth di Jimenez": there it is the player's move."""
        mention = node.people[0]
        if node.owner or mention.name is None or club.owner:
            return False
        people = mention.name.people
        if people and all(p.role != "player" for p in people):
            return True
        return club.role is None and not (before is not None and before.kind is NodeKind.EVENT)

    def _is_genitive(self, node: Node, before: Node, articles: frozenset[str]) -> bool:
        """ "ein Angebot der Fohlen": an article that is a genitive right behind a noun."""
        noun = before.kind is NodeKind.EVENT and self.text[before.end - 1].isalpha() and (
            self.text[self.text.rfind(" ", 0, before.end) + 1].isupper()
        )  # fmt: skip
        opener = self.text[node.start : node.end].split(" ", 1)[0].lower()
        return noun and opener in articles and node.start - before.end <= 1

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


def _is_known_player(mention: PersonMention) -> bool:
    """Whether the register has a player of that name."""
    return mention.name is not None and any(p.role == "player" for p in mention.name.people)


def _trim(nodes: list[Node]) -> None:
    """Words of a phrase that stand apart in the text leave their gap to those between them."""
    ordered = sorted(nodes, key=lambda node: node.start)
    for node, follow in pairwise(ordered):
        if node.end > follow.start > node.start:
            node.end = follow.start - 1
