"""What the makers of noun phrases share: the register, the language, and which words describe whom."""

from __future__ import annotations

from mercato.extraction.items import ItemKind
from mercato.extraction.languages import Language
from mercato.extraction.nodes import Node
from mercato.register import Register

MODIFIERS = frozenset(
    {
        "position",
        "players",
        "coaches",
        "officials",
        "adjectives",
        "former",
        "target_nouns",
        "international",
        "academy",
        "natives",
    }
)
HEADS = frozenset({"position", "players", "international", "academy", "natives"})
VERB_LIKE = frozenset({"event", "be", "have", "prep", "conjunctions", "breaks", "relatives", "background"})
WORD_REACH = 22  # characters: two words that describe somebody
PERSON_HEADS = HEADS | {"plural_people"}
CLUB_LIKE = frozenset({ItemKind.CLUB, ItemKind.GROUND, ItemKind.COUNTRY})
PLACES = frozenset({ItemKind.COUNTRY, ItemKind.DEMONYM, ItemKind.COMPETITION, ItemKind.CITY})


CLUB_NOUNS = frozenset({"club_nouns", "own_club_nouns", "former_club_nouns", "suitor_nouns"})
CLUB_WORDS = frozenset({"adjectives", "club_nouns", "former"})


class PhraseTools:
    """The register, one language and the text that is being read."""

    def __init__(self, register: Register, language: Language) -> None:
        self.register = register
        self.language = language
        self.text = ""
        words = language.words
        self._indefinite: frozenset[str] = words["indefinite"]
        self._possessor_words: frozenset[str] = words["person_of"] | words["club_of"]
        self.describes_after = "describes_after" in language.words["switches"]
        self.demonym_people: frozenset[str] = language.words.get("demonym_people", frozenset())
        self.demonym_clubs: frozenset[str] = language.words.get("demonym_clubs", frozenset())
        self.describing: frozenset[str] = language.words.get("describing_prepositions", frozenset())
        self.joined: frozenset[str] = language.words.get("joined_articles", frozenset())

    def _is_article(self, cell: Node) -> bool:
        return "articles" in cell.categories or cell.key in self.joined

    def _has_age(self, cells: list[Node], at: int, used: list[bool]) -> bool:
        """ "le gardien de 32 ans": the preposition between what somebody is and the age."""
        behind = at + 1 < len(cells) and not used[at + 1] and cells[at + 1].tag is ItemKind.AGE
        return behind and cells[at].has("prep", "of")

    @staticmethod
    def _keep(low: int, high: int, node: Node, used: list[bool], taken: dict[int, tuple[int, Node]]) -> None:
        """Puts a phrase in the place of its cells."""
        for index in range(low, high + 1):
            used[index] = True
        taken[low] = (high, node)
