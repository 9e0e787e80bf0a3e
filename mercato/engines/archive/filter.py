"""The filter before parsing: pages whose bytes hold too few words of transfer news are dropped unread."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Protocol

import yaml

from mercato.errors import DataFileError

DISTINCT = 2
"""So many different words of one language, one of them a strong one, make a page worth parsing."""
MIN_NAME = 4
"""Shorter names of clubs are words of other things too."""
MIN_WORD = 3
_FILE = "filter.yaml"
_SAMPLE = 1024
_NO_WORD = re.compile(r"[\x00-/:-`{-\x7f]")
# Letters and digits of ASCII in lower case, what is beyond ASCII as it is; all else parts words.
_FOLDED = bytes(
    code if code > 0x7F else ord(chr(code).lower()) if chr(code).isalnum() or code == 0x5F else 0x20
    for code in range(256)
)


class Filter(Protocol):
    """Tells whether a page may hold a claim."""

    def passes(self, data: bytes) -> bool:
        """Whether the bytes hold enough words of some language."""


@dataclass(frozen=True, slots=True)
class Words:
    """The table: each language's strong and weak words (one with `*` begins words), and names strong in all of them."""

    strong: dict[str, frozenset[str]]
    weak: dict[str, frozenset[str]]
    names: frozenset[str] = frozenset()
    common: frozenset[str] = frozenset()

    @property
    def digest(self) -> str:
        """A short hash of the table: another table drops other pages."""
        rows = [
            f"{code}:{' '.join(sorted(words))}" for part in (self.strong, self.weak) for code, words in part.items()
        ]
        return hashlib.sha256("\n".join([*sorted(rows), *sorted(self.names)]).encode()).hexdigest()[:12]

    def of(self, languages: Iterable[str] | None) -> Words:
        """The table for some languages, those that it knows."""
        if languages is None:
            return self
        wanted = set(languages)
        strong, weak = ({c: w for c, w in part.items() if c in wanted} for part in (self.strong, self.weak))
        return dataclasses.replace(self, strong=strong, weak=weak)

    def with_names(self, names: Iterable[str]) -> Words:
        """The table with clubs' names, but for those that are common words, short, or written with other letters."""
        parts = (" ".join(_NO_WORD.sub(" ", name.lower()).split()) for name in names)
        known = {n for n in parts if len(n) >= MIN_NAME and n not in self.common}
        return dataclasses.replace(self, names=self.names | known)


@functools.cache
def load_words() -> Words:
    """The shipped table. Raises DataFileError."""
    raw = yaml.safe_load((files("mercato.engines") / "data" / _FILE).read_text(encoding="utf-8"))
    common = frozenset(one.replace("_", " ") for one in str(raw.pop("common")).split())
    names = frozenset(one.replace("_", " ") for one in str(raw.pop("names")).split())
    strong = {code: _checked(code, parts["strong"]) for code, parts in raw.items()}
    weak = {code: _checked(code, parts["weak"]) for code, parts in raw.items()}
    for code in raw:
        for word in strong[code] & weak[code]:
            raise DataFileError(f"{_FILE}, {code}, {word!r}: stands under strong and under weak; leave one.")
    return Words(strong, weak, names, common)


def _checked(code: str, entry: str) -> frozenset[str]:
    words = entry.split()
    for word in words:
        bare = word.removesuffix("*").replace("_", "")
        if not bare.isascii() or not bare.isalnum() or bare != bare.lower():
            raise DataFileError(f"{_FILE}, {code}, {word!r}: only small letters without accents, digits, _, then a *.")
        if len(bare) < MIN_WORD:
            raise DataFileError(f"{_FILE}, {code}, {word!r}: too short to tell anything.")
        if words.count(word) > 1:
            raise DataFileError(f"{_FILE}, {code}, {word!r}: stands there twice.")
    return frozenset(word.replace("_", " ") for word in words)


def make_filter(languages: Iterable[str] | None = None, names: Iterable[str] = ()) -> Filter:
    """The fastest filter that this machine can run: hyperscan, else Aho-Corasick. `names` are those of clubs."""
    known = load_words()
    if languages is not None and not set(languages) <= set(known.strong):
        return PassAll()
    words = known.of(languages).with_names(names)
    try:
        return ScanFilter(words)
    except ImportError:
        return AutomatonFilter(words)


class PassAll:
    """Drops nothing: for languages that the table does not know."""

    def passes(self, data: bytes) -> bool:  # noqa: ARG002
        """Always."""
        return True


def _readable(data: bytes) -> bytes:
    """UTF-16 has a zero in every second byte: without them its ASCII letters stand side by side."""
    return data.replace(b"\0", b"") if b"\0" in data[:_SAMPLE] else data


class _Tally:
    """Counts different words for each language as they are met."""

    def __init__(self, words: Words) -> None:
        own = set().union(*words.strong.values(), *words.weak.values())
        self.every = sorted(own | words.names)
        codes = list(words.strong)
        # For each word: the languages in which it counts, and those in which it is strong.
        self._languages: list[tuple[tuple[str, ...], tuple[str, ...]]] = []
        for word in self.every:
            strong = tuple(c for c in codes if word in words.strong[c] or word in words.names)
            self._languages.append((tuple(c for c in codes if c in strong or word in words.weak[c]), strong))
        self.start()

    def start(self) -> None:
        """Forget the last page."""
        self._seen: set[int] = set()
        self._counts: dict[str, int] = {}
        self._strong: set[str] = set()
        self.enough = False

    def see(self, number: int) -> bool:
        """Count a word; whether that is enough."""
        if self.enough or number in self._seen:
            return self.enough
        self._seen.add(number)
        counted, strong = self._languages[number]
        self._strong.update(strong)
        for code in counted:
            count = self._counts[code] = self._counts.get(code, 0) + 1
            self.enough = self.enough or (count >= DISTINCT and code in self._strong)
        return self.enough


class ScanFilter:
    """By hyperscan: one pass without folding, which ends as soon as enough was seen."""

    def __init__(self, words: Words) -> None:
        import hyperscan

        self._tally = _Tally(words)
        every = self._tally.every
        self._ended: type[Exception] = hyperscan.ScanTerminated
        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        self._database.compile(
            expressions=[_pattern(word) for word in every],
            ids=list(range(len(every))),
            flags=[hyperscan.HS_FLAG_CASELESS | hyperscan.HS_FLAG_SINGLEMATCH] * len(every),
        )

    def passes(self, data: bytes) -> bool:
        """Whether the bytes hold enough words of some language."""
        tally = self._tally
        tally.start()
        try:
            self._database.scan(_readable(data), match_event_handler=self._met)
        except self._ended:
            return True
        return tally.enough

    def _met(self, number: int, start: int, end: int, flags: int, context: Any) -> bool | None:  # noqa: ARG002
        return True if self._tally.see(number) else None


def _pattern(word: str) -> bytes:
    """A word between bytes that are no ASCII letters or digits; letters beyond ASCII as UTF-8 has them.

    Leaving their bytes open, for other encodings' sake, would make the whole search three times slower.
    """
    literal = word.removesuffix("*").encode().replace(b" ", b"[^0-9A-Za-z]")
    return (b"" if word[0] > "\x7f" else rb"\b") + literal + (b"" if _is_open(word) else rb"\b")


def _is_open(word: str) -> bool:
    return word.endswith("*") or word[-1] > "\x7f"


class AutomatonFilter:
    """By Aho-Corasick over folded bytes; slower, and there on every machine."""

    def __init__(self, words: Words) -> None:
        from ahocorasick_rs import BytesAhoCorasick

        self._tally = _Tally(words)
        self._automaton = BytesAhoCorasick([_folded(word) for word in self._tally.every])

    def passes(self, data: bytes) -> bool:
        """Whether the bytes hold enough words of some language."""
        self._tally.start()
        folded = b" " + _readable(data).translate(_FOLDED) + b" "
        hits = self._automaton.find_matches_as_indexes(folded, overlapping=True)
        return any(self._tally.see(number) for number, _, _ in hits)


def _folded(word: str) -> bytes:
    """A word as it stands in folded bytes, between spaces where it has to end there."""
    bare = word.removesuffix("*").encode().translate(_FOLDED)
    return (b"" if word[0] > "\x7f" else b" ") + bare + (b"" if _is_open(word) else b" ")
