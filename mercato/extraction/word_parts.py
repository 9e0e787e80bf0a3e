"""Words with several parts in languages that write them as one: compounds, genitives, nouns with a capital letter."""

from __future__ import annotations

from mercato.extraction.items import Item, ItemKind
from mercato.extraction.languages import Language
from mercato.extraction.names import PersonName
from mercato.register import NameKind, Register
from mercato.register.index import fold_name

_OWNERS = frozenset({NameKind.CLUB, NameKind.CLUB_NICKNAME, NameKind.PERSON, NameKind.COUNTRY, NameKind.CITY})
_SHORTEST = 4  # letters of a name that takes a genitive's ending
_NAMES = frozenset(
    {ItemKind.CLUB, ItemKind.PERSON, ItemKind.OUTLET, ItemKind.COUNTRY, ItemKind.COMPETITION, ItemKind.NAME}
)

KEPT = 65_536  # words whose head is remembered: more than a language's football has, and bounded on hostile input


class WordParts:
    """Takes words apart in one language."""

    def __init__(self, register: Register, language: Language) -> None:
        words = language.words
        self.register = register
        self.language = language
        self.vocabulary = language.word_keys.vocabulary
        self.verbs = language.verbs.finite
        self.nouns = "capitalised_nouns" in words["switches"]
        self.ends = tuple(words.get("noun_endings", ())) or ("\0",)
        self.heads = tuple(sorted(words.get("compound_heads", ()), key=len, reverse=True))
        self.genitive = tuple(words.get("joined_genitive", ())) or ("\0",)
        self._given: frozenset[bytes] | None = None
        self._known: dict[str, str] = {}

    @property
    def applies(self) -> bool:
        """Whether the language has words to take apart."""
        return self.nouns or bool(self.heads) or self.genitive != ("\0",)

    def split(self, items: list[Item], text: str) -> list[Item]:
        """The items with compounds read by their head and genitives as an owner and its mark."""
        out: list[Item] = []
        for item in items:
            if item.key == "-" and out and out[-1].kind in _NAMES and out[-1].end == item.start:
                continue  # "BVB-Trainer" is the Dortmund coach
            out.append(item)
            if item.kind is not ItemKind.WORD or item.key in self.vocabulary or not text[item.start].isupper():
                continue
            if item.key.endswith(self.genitive) and self._own(item, text):
                if len(out) < 2 or self.language.preposition_roles.get(out[-2].key) != "of":
                    out.append(Item(ItemKind.MARK, item.end, item.end + 1, "'s"))
                continue
            tail = item.key.rsplit("-", 1)[-1]
            if "-" in item.key and tail in self.vocabulary:
                item.key = tail
                continue
            item.key = self._head(item.key)
        return out

    def _head(self, key: str) -> str:
        """The last part of a compound, else the word itself; most words of a text come again."""
        head = self._known.get(key)
        if head is None:
            head = next((h for h in self.heads if key.endswith(h) and len(key) > len(h) + 2), key)
            if len(self._known) < KEPT:
                self._known[key] = head
        return head

    def _own(self, item: Item, text: str) -> bool:
        """ "Leverkusens": a name of the register with the ending of a genitive."""
        end = next(e for e in self.genitive if item.key.endswith(e))
        stem = text[item.start : item.end - len(end)]
        if len(stem) < _SHORTEST:
            return False
        language = self.language.code
        found = self.register.index.lookup(stem)
        names = tuple(e for e in found if e.kind in _OWNERS and e.language in (None, language) and e.text[:1].isupper())
        called = any(e.kind is NameKind.CLUB_NICKNAME for e in names)  # "des Rekordmeisters"
        common = stem.lower() in self.vocabulary or self.is_noun(stem.lower())
        if not names or (common and not called):
            return False
        item.kind, item.key, item.names, item.end = ItemKind.NAME, "<name>", names, item.end - len(end)
        return True

    def own_person(self, name: str, text: str, after: int) -> str | None:
        """ "Jonas Hollbecks": the name without its ending: the text or the register has it so, or a noun follows."""
        end = next((e for e in self.genitive if name.endswith(e)), None)
        if end is None:
            return None
        stem = name[: -len(end)]
        last = stem.rsplit(" ", 1)[-1]
        before_noun = (
            " " in stem and self.nouns and text[after : after + 1] == " " and text[after + 1 : after + 2].isupper()
        )
        known = (
            fold_name(last) in self.register.surnames
            and fold_name(name.rsplit(" ", 1)[-1]) not in self.register.surnames
        )
        return stem if known or before_noun or f"{last} " in text or f"{last}," in text or f"{last}." in text else None

    def own_surname(self, item: Item, surnames: dict[str, PersonName]) -> PersonName | None:
        """The person of the text whose surname the item is in the genitive."""
        end = next((e for e in self.genitive if item.key.endswith(e)), None)
        return surnames.get(item.key[: -len(end)]) if end is not None else None

    def is_noun(self, key: str) -> bool:
        """Whether a word is a common noun by its place in the tables or by its ending."""
        return self.nouns and ((key in self.vocabulary and not self.is_verb(key)) or key.endswith(self.ends))

    def is_verb(self, key: str) -> bool:
        """Whether a word with a capital letter is a finite verb's form, which never has one: "Stach"."""
        return self.nouns and key in self.verbs and not key.endswith(("e", "n"))

    def is_given_name(self, word: str) -> bool:
        """Whether somebody in the register has this first name."""
        if self._given is None:
            self._given = frozenset(fold_name(p.name.split()[0]) for p in self.register.people.values() if p.name)
        return fold_name(word) in self._given
