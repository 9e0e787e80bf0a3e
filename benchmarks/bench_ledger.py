"""A ledger of a million claims: how big it is, how long it takes to make, how fast it answers.

    python benchmarks/bench_ledger.py [--claims 1000000] [--ledger FILE|ADDRESS] [--keep] [--json OUT]

The documents are made up from a seed: 5,000 people, 700 clubs and 250 outlets, named as often as in the news (a few
often, most seldom: Zipf), over three years, one article in twenty changed once. Every kind of question is asked with
seven different names, each three times: printed are the median and the slowest of the seven, each by the best of its
three times, and the slowest first time, which may wait for the disk. It fails where a median is above `LIMIT_MS`.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mercato.ledger import Ledger
from mercato.ledger.address import as_place
from mercato.model import (
    Attribution,
    Block,
    BlockKind,
    Claim,
    ClaimKind,
    ClubRef,
    Document,
    Evidence,
    EvidenceRole,
    Link,
    LinkKind,
    Moment,
    PersonRef,
    Precision,
    ReaderVersion,
    Stage,
    document_id,
)

SEED = 20250609
LIMIT_MS = 100.0
CLAIMS_IN_A_DOCUMENT = 4
BATCH = 500
ROUNDS = 7
REPEATS = 3
FIRST_DAY = datetime(2023, 1, 1, tzinfo=UTC)
DAYS = 3 * 365
READER = ReaderVersion("made", "1")


class Names:
    """Made-up names, drawn as often as the news would name them."""

    def __init__(self, chance: random.Random) -> None:
        syllables = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "il", "or")]

        def word() -> str:
            return "".join(chance.choices(syllables, k=chance.randint(2, 3))).capitalize()

        def distinct(make: Callable[[], str], count: int) -> list[str]:
            found: dict[str, None] = {}
            while len(found) < count:
                found[make()] = None
            return list(found)

        self.people = distinct(lambda: f"{word()} {word()}", 5000)
        self.clubs = distinct(lambda: chance.choice(["FC {}", "{} City", "Real {}", "{}"]).format(word()), 700)
        self.outlets = distinct(lambda: f"{word().lower()}.com", 250)
        self.chance = chance
        self._cumulated = {
            id(names): list(itertools.accumulate(1 / rank for rank in range(1, len(names) + 1)))
            for names in (self.people, self.clubs, self.outlets)
        }

    def draw(self, names: list[str], count: int = 1) -> list[str]:
        """So many names, the first ones of the list far more often than the last."""
        return self.chance.choices(names, cum_weights=self._cumulated[id(names)], k=count)

    def id_of(self, name: str, names: list[str]) -> str | None:
        """An id for four names of five."""
        number = names.index(name) if len(names) < 1000 else int(hashlib.md5(name.encode()).hexdigest()[:6], 16)
        return f"Q{number}" if number % 5 else None


def made(names: Names, number: int, changed: bool, day: datetime) -> tuple[Document, list[Claim]]:
    """One article with its claims; their words stand in the text."""
    people = names.draw(names.people, CLAIMS_IN_A_DOCUMENT)
    clubs = names.draw(names.clubs, 2 * CLAIMS_IN_A_DOCUMENT)
    outlet, cited = names.draw(names.outlets, 2)
    parts, spans, position = [], [], 0
    for person, to, from_ in zip(people, clubs[::2], clubs[1::2], strict=True):
        part = f"{person} could leave {from_} for {to}, writes {cited}, as talks over the fee and the wage go on. "
        spans.append((position, part))
        parts.append(part)
        position += len(part)
    text = "".join(parts).rstrip() + (" Updated." if changed else "")
    key = f"https://{outlet}/news/{number}"
    document = Document(
        id=document_id(key, text),
        key=key,
        text=text,
        blocks=(Block(BlockKind.PARAGRAPH, 0, len(text)),),
        address=key,
        outlet=outlet,
        title=f"Transfer news, part {number}",
        published=Moment(day, Precision.DAY),
        language="en",
    )
    claims = [
        _claim(document, names, index, spans[index][0], (people[index], clubs[2 * index], clubs[2 * index + 1]), cited)
        for index in range(CLAIMS_IN_A_DOCUMENT)
    ]
    return document, claims


def _claim(document: Document, names: Names, index: int, start: int, said: tuple[str, str, str], cited: str) -> Claim:
    person, to, from_ = said

    def words(role: EvidenceRole, text: str) -> Evidence:
        at = document.text.index(text, start)
        return Evidence(role, document.span(at, at + len(text)))

    return Claim(
        id=hashlib.sha256(f"{document.id} {index}".encode()).hexdigest()[:16],
        document_id=document.id,
        kind=ClaimKind.MOVE,
        person=PersonRef(person, names.id_of(person, names.people)),
        to=ClubRef(to, names.id_of(to, names.clubs)),
        from_=ClubRef(from_, names.id_of(from_, names.clubs)),
        stage=names.chance.choice(list(Stage)),
        attribution=Attribution((Link(LinkKind.OUTLET, cited),)),
        evidence=(
            words(EvidenceRole.PERSON, person),
            words(EvidenceRole.TO, to),
            words(EvidenceRole.FROM, from_),
            words(EvidenceRole.TRIGGER, "could leave"),
        ),
        reader=READER,
    )


def articles(names: Names, count: int) -> Iterator[tuple[Document, list[Claim]]]:
    """Documents until they hold `count` claims; every twentieth is a changed text of an earlier article."""
    total = count // CLAIMS_IN_A_DOCUMENT
    for number in range(total):
        changed, day = number % 20 == 19, FIRST_DAY + timedelta(days=DAYS * number // total)
        yield made(names, number - 10 if changed else number, changed, day)


def build(ledger: Ledger, names: Names, count: int) -> float:
    """Fill the ledger; how many seconds it took."""
    started = time.perf_counter()
    source = articles(names, count)
    with ledger.writing():
        while batch := list(itertools.islice(source, BATCH)):
            last = batch[-1][0].published
            ledger.append_batch(batch, seen_at=last.at + timedelta(days=1) if last else None)
    return time.perf_counter() - started


def questions(names: Names) -> dict[str, list[dict[str, object]]]:
    """What is asked: a name for each kind of question, each with names from the most to the least told of."""
    ranks = [0, 1, 3, 10, 50, 200, 249]
    people = [names.people[rank] for rank in (0, 1, 10, 50, 200, 1000, 4999)]
    clubs, outlets = [names.clubs[rank] for rank in ranks], [names.outlets[rank] for rank in ranks]
    middle = FIRST_DAY + timedelta(days=DAYS // 2)
    return {
        "person, newest 100": [{"person": name, "limit": 100} for name in people],
        "person, all (from the 10th on)": [{"person": name} for name in people[2:]],
        "person by one word, newest 100": [{"person": name.split()[1], "limit": 100} for name in people],
        "club, newest 100": [{"club": name, "limit": 100} for name in clubs],
        "club by a word of many ('fc'), newest 100": [{"club": "fc", "limit": 100}] * ROUNDS,
        "outlet, newest 100": [{"outlet": name, "limit": 100} for name in outlets],
        "person and club, newest 100": [
            {"person": p, "club": c, "limit": 100} for p, c in zip(people, clubs, strict=True)
        ],
        "a name that is not there": [{"person": f"Nobody Xyz{number}"} for number in range(ROUNDS)],
        "newest 100": [{"limit": 100}] * ROUNDS,
        "stage done, newest 100": [{"stages": (Stage.DONE,), "limit": 100}] * ROUNDS,
        "one day": [
            {"since": (middle + timedelta(days=n)).date(), "until": (middle + timedelta(days=n)).date(), "limit": 100}
            for n in range(ROUNDS)
        ],
        "as of half time, newest 100": [{"as_of": middle + timedelta(days=n), "limit": 100} for n in range(ROUNDS)],
        "as of half time, person, newest 100": [{"as_of": middle, "person": name, "limit": 100} for name in people],
        "as of half time, club, newest 100": [{"as_of": middle, "club": name, "limit": 100} for name in clubs],
    }


def ask(ledger: Ledger, asked: dict[str, object]) -> tuple[float, float, int]:
    """Milliseconds that one question takes at its best and the first time, and how many claims it finds."""
    moment = asked.get("as_of")
    view = ledger.as_of(moment) if isinstance(moment, datetime) else ledger
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        found = view.claims(**{name: value for name, value in asked.items() if name != "as_of"})
        times.append((time.perf_counter() - started) * 1000)
    return min(times), times[0], len(found)


def main(arguments: Sequence[str] | None = None) -> int:
    """Build, ask, print; 1 where a median is above the limit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--claims", type=int, default=1_000_000)
    parser.add_argument("--ledger", help="a file or an address; one that is filled already is only asked")
    parser.add_argument("--json", dest="out", type=Path)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        return run(given.ledger or str(Path(folder) / "ledger.sqlite"), given.claims, given.out)


def run(place: str, count: int, out: Path | None) -> int:
    """The benchmark on one ledger."""
    names = Names(random.Random(SEED))
    with Ledger.open(as_place(place)) as ledger:
        seconds = None if ledger.counts().claims else build(ledger, names, count)
        held, size = ledger.counts(), ledger.database.size()
        print(f"{held.documents:,} documents, {held.claims:,} claims", end=", ")
        print(f"{size / 1e9:.2f} GB ({size / held.claims:,.0f} bytes a claim)")
        if seconds:
            print(f"made in {seconds:,.0f} s: {held.documents / seconds:,.0f} documents/s", flush=True)
        rows = []
        for title, asked in questions(names).items():
            took, first, found = zip(*(ask(ledger, one) for one in asked), strict=True)
            median = statistics.median(took)
            rows.append({"question": title, "median_ms": median, "slowest_ms": max(took), "first_ms": max(first)})
            print(
                f"{title:42} median {median:6.1f}  slowest {max(took):6.1f}  first {max(first):7.1f} ms  {found}",
                flush=True,
            )
    if out:
        out.write_text(
            json.dumps({"claims": held.claims, "bytes": size, "seconds": seconds, "questions": rows}, indent=1)
        )
    slow = [row["question"] for row in rows if row["median_ms"] > LIMIT_MS]
    print(f"above {LIMIT_MS:g} ms: {', '.join(map(str, slow)) or 'none'}", file=sys.stderr)
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
