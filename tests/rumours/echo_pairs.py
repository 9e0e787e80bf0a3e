"""Pairs of texts for the echo detector: copies made by script and by hand, and reports on one story that are none.

Half of all pairs are hard: two reports on the same person's transfer, by different sources, some with a sentence in
common. Texts come from the samples, from translations of them made by hand, and from the gossip column, whose items on
one person are put together to articles: two articles of different items tell one story without copying.
Everything follows from the seed. Texts are split in two by what they are made of: one half to set thresholds on, the
other to measure.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from zlib import crc32

from mercato.model import Claim, Document
from mercato.register import NameKind, Register
from mercato.sources import document_from_text

HERE = Path(__file__).parent
SAMPLES = HERE.parents[1] / "mercato" / "samples"
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-ZÀ-Þ\"“0-9])")
_LETTERS = "aeiourtnlsmdcpbvgf"


@dataclass(frozen=True)
class Item:
    """A text, with what its claims are where they are known."""

    source: str
    document: Document
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True)
class Pair:
    """Two texts, whether one is made from the other, how it was made, and which half it belongs to."""

    one: Item
    other: Item
    copied: bool
    how: str
    held_out: bool


def samples() -> dict[str, Item]:
    """The sample articles that are plain texts."""
    rows = [json.loads(line) for line in (SAMPLES / "manifest.jsonl").read_text("utf-8").splitlines()]
    return {
        row["id"]: _item(row["id"], (SAMPLES / row["file"]).read_text("utf-8"), row["language"], row["date"])
        for row in rows
        if row["file"].endswith(".txt")
    }


def translations() -> list[Item]:
    """Translations made by hand; `source` is the sample that each is of."""
    rows = [json.loads(line) for line in (HERE / "translations.jsonl").read_text("utf-8").splitlines()]
    return [_item(row["of"], row["text"], row["language"], "2025-06-10") for row in rows]


def _item(source: str, text: str, language: str, date: str) -> Item:
    key = f"{source} {language} {crc32(text.encode()):08x}"
    return Item(source, document_from_text(text, key=key, date=date, language=language))


def pairs(register: Register, gossip: Path | None, seed: int = 4) -> list[Pair]:
    """All pairs. `gossip` is the gossip column's file; without it there are about half as many."""
    rng = random.Random(seed)
    articles = samples()
    found = [*_edited(articles, rng), *_translated(articles, rng), *_same_saga(articles)]
    if gossip is not None and gossip.is_file():
        found += _from_gossip(register, gossip, rng)
    return found


def _held_out(source: str) -> bool:
    return crc32(source.encode()) % 2 == 0


def _edited(articles: dict[str, Item], rng: random.Random) -> Iterator[Pair]:
    """Copies inside a language: shortened, reordered, with other words and an opening of their own."""
    for name, item in sorted(articles.items()):
        text = item.document.text
        if len(text) > 700 and not name.startswith("live"):
            for how in ("cut", "words", "mixed"):
                copy = _item(name, _edit(text, how, rng), item.document.language or "en", "2025-06-10")
                yield Pair(item, copy, True, f"same language, {how}", _held_out(name))


def _edit(text: str, how: str, rng: random.Random) -> str:
    sentences = _SENTENCE.split(text)
    if how in ("cut", "mixed"):
        keep = max(3, int(len(sentences) * rng.uniform(0.5, 0.8)))
        sentences = [sentences[i] for i in sorted(rng.sample(range(len(sentences)), min(keep, len(sentences))))]
    if how == "mixed":
        place = rng.randrange(len(sentences))
        sentences = [*sentences[place:], *sentences[:place]]
    if how in ("words", "mixed"):
        sentences = [_other_words(sentence, rng, 0.12) for sentence in sentences]
    return " ".join([_made_up_words(rng, 14), *sentences])


def _other_words(sentence: str, rng: random.Random, share: float) -> str:
    """A share of the plain words replaced: what an editor does who hides where a text is from."""
    words = sentence.split(" ")
    return " ".join(
        _made_up_word(rng) if word.isalpha() and word.islower() and rng.random() < share else word for word in words
    )


def _made_up_word(rng: random.Random) -> str:
    return "".join(rng.choice(_LETTERS) for _ in range(rng.randint(3, 9)))


def _made_up_words(rng: random.Random, count: int) -> str:
    return " ".join(_made_up_word(rng) for _ in range(count)).capitalize() + "."


def _translated(articles: dict[str, Item], rng: random.Random) -> Iterator[Pair]:
    """The translations made by hand against their originals and each other, whole and cut."""
    by_source: dict[str, list[Item]] = {}
    for item in translations():
        by_source.setdefault(item.source, [articles[item.source]]).append(item)
    by_source["perin-1"] = [articles["perin-1"], articles["perin-2"]]
    for source, held in sorted(by_source.items()):
        for one, other in combinations(held, 2):
            yield Pair(one, other, True, "translation by hand", _held_out(source))
            for share in (0.7, 0.85):
                yield Pair(one, _cut(other, share), True, "translation by hand, cut", _held_out(source))
    for (a, ones), (b, others) in combinations(sorted(by_source.items()), 2):
        if rng.random() < 0.3:
            yield Pair(ones[0], others[-1], False, "other story, other language", _held_out(a + b))


def _cut(item: Item, share: float) -> Item:
    sentences = _SENTENCE.split(item.document.text)
    text = " ".join(sentences[: max(3, int(len(sentences) * share))])
    return _item(item.source, text, item.document.language or "en", "2025-06-10")


def _same_saga(articles: dict[str, Item]) -> Iterator[Pair]:
    """Different reports on one saga in the samples."""
    groups = (
        [name for name in articles if name.startswith("perin")],
        [name for name in articles if name.startswith("mbappe")],
        [name for name in articles if name.startswith("kvaratskhelia")],
    )
    for group in groups:
        for a, b in combinations(group, 2):
            if {a, b} != {"perin-1", "perin-2"}:
                yield Pair(articles[a], articles[b], False, "same saga", _held_out(a + b))


def _from_gossip(register: Register, gossip: Path, rng: random.Random) -> Iterator[Pair]:
    """Articles of three or four items each on one person; of two such articles no item stands in both."""
    for person, texts in _stories(register, gossip):
        rng.shuffle(texts)
        held = _held_out(person)
        half = min(4, len(texts) // 2)
        one, other = (
            _item(person, " ".join(part), "en", "2021-06-01") for part in (texts[:half], texts[half : 2 * half])
        )
        shared = _item(person, " ".join([*texts[half : 2 * half], texts[0]]), "en", "2021-06-02")
        yield Pair(one, other, False, "same story, other report", held)
        yield Pair(one, shared, False, "same story, a sentence shared", held)
        edited = _item(person, _edit(other.document.text, "words", rng), "en", "2021-06-02")
        yield Pair(one, edited, False, "same story, other report", held)
        yield Pair(_foreign(one, register, rng), other, False, "same story, other language", held)
        yield Pair(one, _foreign(other, register, rng), False, "same story, other language", held)
        copy = _item(person, _edit(one.document.text, "words", rng), "en", "2021-06-02")
        yield Pair(one, copy, True, "same language, words", held)
        if len(one.document.text) > 500:
            yield Pair(one, _foreign(one, register, rng), True, "machine-made other language", held)


def _stories(register: Register, gossip: Path) -> list[tuple[str, list[str]]]:
    """People whom at least eight items name, with those items; each item belongs to one of them."""
    held: dict[str, list[str]] = {}
    for line in gossip.read_text("utf-8").splitlines():
        text = json.loads(line)["text"]
        people = [e.id for hit in register.index.find(text) for e in hit.entries if e.kind is NameKind.PERSON]
        if people:
            held.setdefault(people[0], []).append(text)
    return [(person, texts) for person, texts in sorted(held.items()) if len(texts) >= 8][:40]


def _foreign(item: Item, register: Register, rng: random.Random) -> Item:
    """The text with every word that is no name or figure put into a language that does not exist.

    What a translation does to a detector: names and figures stay, clubs take the names of that language where they
    have one, a tenth of the names become "he" or "the club", and neighbours change places now and then.
    """
    lexicon: dict[str, str] = {}
    sentences = _SENTENCE.split(item.document.text)
    for place in range(len(sentences) - 1):
        if rng.random() < 0.1:
            sentences[place], sentences[place + 1] = sentences[place + 1], sentences[place]
    text = " ".join(_foreign_sentence(sentence, register, lexicon, rng) for sentence in sentences)
    return _item(item.source, text, "it", "2021-06-02")


def _foreign_sentence(sentence: str, register: Register, lexicon: dict[str, str], rng: random.Random) -> str:
    keep = bytearray(len(sentence))
    for hit in register.index.find(sentence):
        if rng.random() < 0.9:
            keep[hit.start : hit.end] = b"\1" * (hit.end - hit.start)

    def change(match: re.Match[str]) -> str:
        word = match[0]
        if keep[match.start()] or (word[0].isupper() and match.start() > 0 and rng.random() < 0.9):
            return word
        return lexicon.setdefault(word.lower(), _made_up_word(rng))

    return re.sub(r"[^\W\d_]+", change, sentence)
