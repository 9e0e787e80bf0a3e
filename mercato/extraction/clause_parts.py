"""Clauses of languages that part their verbs, told by marks, conjunctions and the forms of verbs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mercato.extraction.items import Item, ItemKind
from mercato.extraction.languages import Language

NAMED = frozenset({ItemKind.PERSON, ItemKind.CLUB, ItemKind.AGE, ItemKind.DEMONYM})
_SEPARATORS = frozenset({",", ";", ":", "–", "—", "(", ")", "…", "|"})
HARD = _SEPARATORS - {",", "–", "—", "(", ")"}
RELATIVE = "<relative>"


@dataclass(slots=True, eq=False)
class Part:
    """A stretch between two marks: a clause, or a piece of one."""

    items: list[Item]
    # The mark or conjunction that it begins behind.
    before: Item | None = None
    subordinate: bool = False
    finite: Item | None = None
    # What belongs to the finite verb, in the order in which it is read: "will" + "verpflichten".
    closing: list[Item] = field(default_factory=list)


class Clauses:
    """Finds the clauses of a sentence in one language."""

    def __init__(self, language: Language) -> None:
        self.text = ""
        words = language.words
        none: frozenset[str] = frozenset()
        self.auxiliaries = words.get("auxiliaries", none)
        self.closing_verbs = words.get("closing_verbs", none)
        self.negations = language.negations
        self.reflexives = words.get("reflexives", none)
        self.readings = dict(pair.split() for pair in words.get("helper_readings", ()))
        self.openers = words.get("subordinators", none)
        self.relatives = words.get("relative_articles", none)
        self.conjunctions = language.words["conjunctions"] | words.get("clause_conjunctions", none)
        self.nominative = words.get("relative_subjects", none)
        self.markers = words.get("infinitive_markers", none)
        self.purposes = words.get("infinitive_openers", none)
        self.closers = _by_words(words.get("closers", none))
        self.articles = language.articles
        self.objects = words.get("object_articles", none)
        self.preps = frozenset(w.split(" ", 1)[0] for w in language.preposition_roles) - language.articles
        self.subjects = words.get("subject_heads", none)
        self.clubs = words.get("club_heads", none)
        self.determiners = words.get("determiners", none)
        self.finite: Mapping[str, frozenset[str]] = language.verbs.finite
        self.nonfinite = language.verbs.nonfinite | self.closing_verbs
        self.marked = language.verbs.marked

    def _parts(self, items: list[Item]) -> list[Part]:
        parts = [Part([])]
        for at, item in enumerate(items):
            joins = item.key in self.conjunctions and item.kind is ItemKind.WORD
            if item.key in _SEPARATORS or (joins and self._begins_clause(parts[-1].items, items[at + 1 :])):
                parts.append(Part([], item))
            else:
                parts[-1].items.append(item)
        for at, part in enumerate(parts):
            self._tell(parts, at, part)
        return parts

    def _begins_clause(self, before: list[Item], after: list[Item]) -> bool:
        """Whether "and" joins two clauses: a verb stands on both sides."""
        if not any(self._is_verb(i) for i in before):
            return False
        if before and self._is_verb(before[-1], closing=True):
            return True
        for item in after:
            if item.key in _SEPARATORS:
                return False
            if self._is_finite(item) and item.key not in self.nonfinite:
                return True
        return False

    def _tell(self, parts: list[Part], at: int, part: Part) -> None:
        """Whether a part is a subordinate clause, by the word that opens it and the verb that closes it."""
        if not part.items:
            return
        first = part.items[0]
        index = 0
        if first.key in self.preps - self.openers and first.key not in self.relatives and len(part.items) > 1:
            index = 1
        opener = part.items[index]
        verbs = [i for i in part.items if self._is_finite(i)]
        if opener.key in self.openers and opener.kind is ItemKind.WORD:
            part.subordinate = bool(verbs)
        elif opener.key in self.relatives and part.before is not None and part.before.key in (",", "–", "("):
            ends = self._last_verb(part)
            if (
                ends is None
                or not self._is_finite(ends)
                or any(i.kind in NAMED for i in part.items[part.items.index(ends) :])
            ):
                return
            tail = sum(self.text[i.start].isupper() for i in part.items[part.items.index(ends) + 1 :])
            if not tail and ends.key not in self.marked and not self._is_open(parts, at, ends):
                part.subordinate = True
                part.items[index] = Item(ItemKind.WORD, opener.start, opener.end, RELATIVE, opener.names, opener.key)

    def _is_open(self, parts: list[Part], at: int, ends: Item) -> bool:
        """ "sind Köln, der BVB und Mainz interessiert": the words belong to the clause before, still open."""
        if ends.key not in self.nonfinite:
            return False
        before = parts[at - 1].items
        opener = next((n for n, i in enumerate(before) if i.key in self.auxiliaries), None)
        return opener is not None and not any(self._is_verb(i, closing=True) for i in before[opener + 1 :])

    def _is_verb(self, item: Item, closing: bool = False) -> bool:
        if item.kind is not ItemKind.WORD or not self.text[item.start].islower():
            return False
        if closing:
            return item.key in self.nonfinite or item.key in self.marked
        return item.key in self.finite or item.key in self.auxiliaries or item.key in self.nonfinite

    def _is_finite(self, item: Item) -> bool:
        if item.kind is not ItemKind.WORD or not self.text[item.start].islower():
            return False
        return item.key in self.finite or item.key in self.auxiliaries

    def _last_verb(self, part: Part) -> Item | None:
        return next((i for i in reversed(part.items) if self._is_verb(i)), None)


def _by_words(phrases: Iterable[str]) -> dict[str, dict[str, list[tuple[str, ...]]]]:
    """Phrases by their first two words, the longest first."""
    found: dict[str, dict[str, list[tuple[str, ...]]]] = {}
    for phrase in sorted(phrases, key=len, reverse=True):
        words = tuple(phrase.split())
        found.setdefault(words[0], {}).setdefault(words[1] if len(words) > 1 else "", []).append(words)
    return found
