"""Phrases of a language, compiled from short patterns into one trie and found in a sentence's items.

A pattern is a line of tokens:

    word            that word, lower case            a|b         one of them
    word?  a|b?     it may be missing                ..          up to three words that name nobody
    {sign}          any form of the verb `sign`      {sign.ing}  one form: base, third, past, pp, ing
    <club>          an item of that kind             <money>  <age>  <person>  <date>

The longest match from a position wins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import Any

GAP = 3
# English has the first five; a language with an infinitive, a future or a conditional of its own gives them too.
FORMS = ("base", "third", "past", "pp", "ing", "inf", "future", "cond")

# What a gap may pass over; everything that names somebody or closes a clause stays outside.
_CLAUSE_ENDS = frozenset({",", ";", ":", ".", "?", "!", "“", "”", '"', "(", ")"})
GAP_KEYS_BARRED = _CLAUSE_ENDS | {"<person>", "<club>", "<outlet>"}


class PatternError(ValueError):
    """A pattern of a data file can't be read."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a phrase stands for: its category ("event", "cue", ...), a name within it, and attributes."""

    category: str
    name: str
    attributes: dict[str, Any] = field(default_factory=dict, hash=False)
    form: str = ""

    def get(self, name: str, default: Any = None) -> Any:
        """An attribute of the entry."""
        return self.attributes.get(name, default)


class Entries:
    """What a phrase stands for, with its categories and "category:name" pairs ready to look up."""

    __slots__ = ("all", "categories", "senses")

    def __init__(self) -> None:
        self.all: tuple[Entry, ...] = ()
        self.categories: frozenset[str] = frozenset()
        self.senses: frozenset[str] = frozenset()

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.all)

    def __len__(self) -> int:
        return len(self.all)

    def add(self, entry: Entry) -> None:
        """Adds a meaning, once."""
        if entry not in self.all:
            self.all = (*self.all, entry)
            self.categories = frozenset(e.category for e in self.all)
            self.senses = self.categories | {f"{e.category}:{e.name}" for e in self.all}


@dataclass(slots=True)
class Branch:
    """A place in the trie: what may come next, what may come after a gap, and what the words so far stand for."""

    edges: dict[str, Branch] = field(default_factory=dict)
    gap: Branch | None = None
    entries: Entries = field(default_factory=Entries)


Verbs = dict[str, dict[str, tuple[str, ...]]]


def _alternatives(token: str, verbs: Verbs, pattern: str) -> list[tuple[tuple[str, ...], str]]:
    """What a token may match: (word sequence, verb form or "")."""
    optional = token.endswith("?") and token != "?"
    body = token[:-1] if optional else token
    found: list[tuple[tuple[str, ...], str]] = []
    for choice in body.split("|"):
        if choice.startswith("{") and choice.endswith("}"):
            verb, _, form = choice[1:-1].partition(".")
            if verb not in verbs or (form and form not in FORMS):
                raise PatternError(f"pattern {pattern!r}: verb {choice} is unknown")
            for name in (form,) if form else FORMS:
                found.extend((tuple(word.split()), name) for word in verbs[verb].get(name, ()))
        else:
            found.append(((choice,), ""))
    if optional:
        found.append(((), ""))
    return found


Choices = list[list[tuple[tuple[str, ...], str]]]


def _choices(pattern: str, verbs: Verbs) -> Choices:
    """What each token of a pattern may match."""
    tokens = pattern.split()
    if not tokens:
        raise PatternError("a pattern is empty")
    return [_alternatives(token, verbs, pattern) for token in tokens]


def _sequences(choices: Choices) -> Iterator[tuple[tuple[str, ...], str]]:
    for combination in product(*choices):
        words = tuple(word for sequence, _ in combination for word in sequence)
        form = next((form for _, form in combination if form), "")
        if words and words[0] != ".." and words[-1] != "..":
            yield words, form


def expand(pattern: str, verbs: Verbs) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every word sequence of a pattern, with the form of its first verb."""
    yield from _sequences(_choices(pattern, verbs))


def _by_head(choices: Choices) -> dict[str, list[Choices]]:
    """The first words that a pattern may begin with, and the choices that are left with each."""
    heads: dict[str, list[Choices]] = {}
    for at, choice in enumerate(choices):
        for words in choice:
            if words[0]:
                rest = [[words], *choices[at + 1 :]]
                heads.setdefault(words[0][0], []).append(rest)
        if all(words[0] for words in choice):
            break
    return heads


class Lexicon:
    """All phrases of one language."""

    def __init__(self, verbs: Verbs, open_gaps: bool = False) -> None:
        self._root = Branch()
        # Patterns by their first word. A language has a hundred thousand phrases and a text meets some hundreds of
        # their first words: those that begin with a word are built when a text has that word.
        self._waiting: dict[str, list[tuple[Choices, str, str, dict[str, Any]]]] = {}
        self._words: set[str] = set()
        self._verbs = verbs
        self._barred = _CLAUSE_ENDS if open_gaps else GAP_KEYS_BARRED

    def add(self, pattern: str, category: str, name: str, attributes: dict[str, Any] | None = None) -> None:
        """Adds a pattern. Raises PatternError if it can't be read."""
        choices = _choices(pattern, self._verbs)
        self._words.update(word for choice in choices for words, _ in choice for word in words if word != "..")
        for head, rests in _by_head(choices).items():
            if head != "..":
                self._waiting.setdefault(head, []).extend((rest, category, name, attributes or {}) for rest in rests)

    def prepare(self, keys: Iterable[str]) -> None:
        """Builds the phrases that begin with one of these words; before they are looked for."""
        for head in self._waiting.keys() & set(keys):
            for choices, category, name, attributes in self._waiting.pop(head):
                for words, form in _sequences(choices):
                    self._build(words, Entry(category, name, attributes, form))

    def _build(self, words: Sequence[str], entry: Entry) -> None:
        node = self._root
        for word in words:
            if word == "..":
                if node.gap is None:
                    node.gap = Branch()
                node = node.gap
            else:
                node = node.edges.setdefault(word, Branch())
        node.entries.add(entry)

    @cached_property
    def first_words(self) -> frozenset[str]:
        """Every word that some phrase begins with: common words of the language, no names."""
        return frozenset(self._root.edges) | frozenset(self._waiting)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every word that stands in some phrase."""
        return frozenset(self._words)

    @property
    def branches(self) -> Mapping[str, Branch]:
        """The phrases by their first word, as far as they have been built.

        Most words begin none, and most of the rest none with the word after them: who looks at both here first saves
        the call of `longest`.
        """
        return self._root.edges

    def match(self, keys: Sequence[str], start: int) -> tuple[int, Entries] | None:
        """The longest phrase that begins at `start`: the position after it and what it stands for."""
        if self._waiting:
            self.prepare((keys[start],))
        branch = self._root.edges.get(keys[start])
        return None if branch is None else self.longest(branch, keys, start + 1)

    def longest(self, branch: Branch, keys: Sequence[str], at: int) -> tuple[int, Entries] | None:
        """The longest phrase that goes on from `branch` with the word at `at`."""
        return _longest(branch, keys, at, self._barred)


def _longest(node: Branch, keys: Sequence[str], at: int, barred: frozenset[str]) -> tuple[int, Entries] | None:
    best: tuple[int, Entries] | None = (at, node.entries) if node.entries.all else None
    count = len(keys)
    # As far as no gap may open, there is one way only.
    while node.gap is None:
        follow = node.edges.get(keys[at]) if at < count else None
        if follow is None:
            return best
        node = follow
        at += 1
        if node.entries.all:
            best = at, node.entries
    if at < count:
        follow = node.edges.get(keys[at])
        if follow is not None:
            found = _longest(follow, keys, at + 1, barred)
            if found is not None and (best is None or found[0] > best[0]):
                best = found
    found = _after_gap(node.gap, keys, at, barred)
    if found is not None and (best is None or found[0] > best[0]):
        best = found
    return best


def _after_gap(node: Branch, keys: Sequence[str], at: int, barred: frozenset[str]) -> tuple[int, Entries] | None:
    """The longest continuation after zero to GAP passed items; the shortest gap that works wins."""
    for skip in range(GAP + 1):
        here = at + skip
        if here >= len(keys):
            return None
        follow = node.edges.get(keys[here])
        if follow is not None:
            found = _longest(follow, keys, here + 1, barred)
            if found is not None:
                return found
        if keys[here] in barred:
            return None
    return None
