"""The questions of `mercato rumours`, `club` and `person` on a ledger of a million claims, and the size of its file.

    python benchmarks/bench_questions.py [--claims 1000000] [--ledger KEPT.sqlite]

The ledger is made up from a seed and joined: four people in each article, a tenth of them stars who change every three
months and are linked with a few clubs each, the first of them several times a day; the others are named once. Half of
the clubs are known to no register. The last article is of the day on which the ledger is made, and questions are asked
as if on the day of the last one, so that windows are open. `--ledger` keeps the file for the next run, which goes on
where one was stopped.

What is measured is the answering, with the printing, and not the start of the interpreter or the loading of the
register. Every question is asked with seven different names where it has one, each three times: printed are the median
and the slowest of the seven, each by the best of its three times, and the slowest first time, which may wait for the
disk. It fails where a median is above `LIMIT_MS`.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import itertools
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench_rumours import READER, _seen, _surname
from bench_web import club_refs

from mercato.interfaces.cli.club import show as show_club
from mercato.interfaces.cli.person import show as show_person
from mercato.interfaces.cli.rumours import show as show_rumours
from mercato.ledger import Ledger
from mercato.model import Attribution, Claim, ClaimKind, ClubRef, Document, Link, LinkKind, PersonRef, Stage
from mercato.register import Register, load_register
from mercato.rumours.book import RumourBook, RumourFilter
from mercato.rumours.rates import load_rates
from mercato.rumours.store import RumourStore
from mercato.sources import document_from_text

SEED = 7
LIMIT_MS = 100.0
CLAIMS_IN_A_DOCUMENT = 4
DAYS = 4 * 365
STARS, SETS, SUITORS = 40, 16, 8
"""Stars at a time, how many sets of them follow each other, and clubs that one of them is linked with."""
BATCH, TOGETHER = 5_000, 500
"""Articles joined at a time, and stored in one transaction."""
REPEATS = 3
SHOWN = 100
"""Rumours that a list is asked for."""


class News:
    """Made-up articles, from a seed."""

    def __init__(self, register: Register, documents: int, last: datetime) -> None:
        self.rng = random.Random(SEED)
        self.documents = documents
        self.clubs = club_refs(register)
        self.first = last - timedelta(days=DAYS)

    def articles(self) -> Iterator[tuple[Document, list[Claim]]]:
        """All of them, by date."""
        return map(self._article, range(self.documents))

    def _article(self, number: int) -> tuple[Document, list[Claim]]:
        day = self.first + timedelta(days=DAYS) * number / self.documents
        outlet = f"Outlet {int(60 * self.rng.random() ** 2)}"
        said = [self._said(number) for _ in range(CLAIMS_IN_A_DOCUMENT)]
        text = " ".join(
            f"{person} could leave {seller.name} for {buyer.name} as talks over fee {self.rng.randrange(90)} go on."
            for person, seller, buyer in said
        )
        document = document_from_text(
            text, key=f"d{number}", date=f"{day:%Y-%m-%dT%H:%M}", language="en", outlet=outlet
        )
        return document, [self._claim(document, place, *one) for place, one in enumerate(said)]

    def _claim(self, document: Document, place: int, person: str, seller: ClubRef, buyer: ClubRef) -> Claim:
        return Claim(
            id=hashlib.sha256(f"{document.key} {place}".encode()).hexdigest()[:16],
            document_id=document.id,
            kind=ClaimKind.MOVE,
            person=PersonRef(person),
            to=buyer,
            from_=seller,
            stage=self.rng.choice((Stage.INTEREST, Stage.TALKS, Stage.BID)),
            attribution=Attribution((Link(LinkKind.OUTLET, self.rng.choice(("Marca", "Bild", "The Sun"))),)),
            reader=READER,
        )

    def _said(self, number: int) -> tuple[str, ClubRef, ClubRef]:
        """A person, the club to leave, and the club to join: one of a few where the person is a star."""
        if self.rng.random() >= 0.1:
            person = f"Given{self.rng.randrange(900)} {_surname(self.rng.randrange(60_000))}"
            return person, self._club(), self._club()
        rank, set_ = int(STARS * self.rng.random() ** 2), number * SETS // self.documents
        suitor = int(SUITORS * self.rng.random() ** 2)
        return star(rank, set_), self.clubs[rank], self.clubs[STARS + (rank + 7 * set_ + suitor) % STARS]

    def _club(self) -> ClubRef:
        """The first of the list far more often than the last; half of all clubs by a name the register doesn't know."""
        if self.rng.random() < 0.5:
            return self.clubs[int(len(self.clubs) * self.rng.random() ** 3)]
        return ClubRef(f"{_surname(self.rng.randrange(3_000))} Rovers")


def star(rank: int, set_: int) -> str:
    """The name of a star: the lower the rank, the more is written of him."""
    number = 997 * rank + set_
    return f"{_surname(7 * number)} {_surname(number)}"


def build(path: Path, claims: int, register: Register) -> None:
    """Fill a ledger and join it; goes on where an earlier run was stopped."""
    begun, stored = time.perf_counter(), 0.0
    source = News(register, claims // CLAIMS_IN_A_DOCUMENT, datetime.now(UTC)).articles()
    with Ledger.open(path) as ledger:
        store, done = RumourStore(ledger, register), ledger.counts().documents
        source = itertools.islice(source, done, None)
        while batch := list(itertools.islice(source, BATCH)):
            start = time.perf_counter()
            for first in range(0, len(batch), TOGETHER):
                part = batch[first : first + TOGETHER]
                ledger.append_batch(part, seen_at=_seen(part[-1][0]), reader=READER)
            stored += time.perf_counter() - start
            store.update()
            done += len(batch)
            print(f"\r{done:,} documents, {time.perf_counter() - begun:.0f} s", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    print(f"made in {time.perf_counter() - begun:,.0f} s, {stored:,.0f} of them storing")


class AtTheEnd(RumourBook):
    """The book of today, as if today were the day of the last article."""

    @property
    def now(self) -> datetime:
        """The moment of the last news."""
        last = self.ledger.database.value("SELECT max(dated) FROM rumour")
        return datetime.fromisoformat(str(last))


def questions(book: RumourBook, clubs: Sequence[ClubRef]) -> dict[str, list[Callable[[], None]]]:
    """What is asked: each kind of question with names from the most to the least told of."""
    window = book.rumours(RumourFilter(limit=1))[0].window
    stars = [star(rank, set_) for rank, set_ in ((0, 0), (1, 0), (5, 0), (12, 0), (20, 0), (30, 0), (39, 0))]
    known = [clubs[place].name for place in (0, 1, 10, 41, 100, len(clubs) // 2, len(clubs) - 1)]
    unknown = [f"{_surname(number)} Rovers" for number in (0, 7, 70, 700, 1_400, 2_100, 2_999)]
    countries = ["ENG", "ITA", "ESP", "GER", "FRA", "POR", "SUI"]

    def rumours(**asked: object) -> Callable[[], None]:
        wanted = RumourFilter(limit=SHOWN, **asked)  # type: ignore[arg-type]
        return lambda: show_rumours(book, book.rumours(wanted), False)

    def person(name: str) -> Callable[[], None]:
        return lambda: show_person(book, name, False)

    def club(name: str) -> Callable[[], None]:
        return lambda: show_club(book, name, None, False, False)

    return {
        "rumours": [rumours()],
        "rumours --to CLUB": [rumours(to=name) for name in known],
        "rumours --from CLUB": [rumours(from_=name) for name in known],
        "rumours --club CLUB, not in the register": [rumours(club=name) for name in unknown],
        "rumours --person STAR": [rumours(person=name) for name in stars],
        "rumours --country CODE": [rumours(country=code) for code in countries],
        "rumours --window WINDOW": [rumours(window=window)],
        "rumours --stage STAGE": [rumours(stages=(stage,)) for stage in (Stage.INTEREST, Stage.TALKS, Stage.BID)],
        "rumours --min-origins 2 to 4": [rumours(min_origins=count) for count in (2, 3, 4)],
        "rumours --changed-since, a day": [rumours(changed_since=book.now - timedelta(days=1))],
        "club CLUB": [club(name) for name in known],
        "club CLUB, not in the register": [club(name) for name in unknown],
        "person STAR": [person(name) for name in stars],
        "person, a surname of many": [person(f"{_surname(number)}") for number in (1, 10, 100, 1_000, 2_000, 4_000)],
        "person, nobody": [person("nobody xyz")],
    }


def ask(question: Callable[[], None]) -> tuple[float, float]:
    """Milliseconds that a question takes at its best, and the first time."""
    times = []
    for _ in range(REPEATS):
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            start = time.perf_counter()
            question()
            times.append((time.perf_counter() - start) * 1000)
    return min(times), times[0]


def measure(path: Path, register: Register) -> bool:
    """Ask everything and print what it takes, in Markdown; whether every median keeps the limit."""
    slow = False
    with Ledger.open(path) as ledger:
        held, size = ledger.counts(), ledger.database.size()
        rumours = int(str(ledger.database.value("SELECT count(*) FROM rumour")))
        print(
            f"{held.claims:,} claims in {held.documents:,} documents, {rumours:,} rumours, {size / 1e9:.2f} GB; ",
            end="",
        )
        print(f"load of the machine {os.getloadavg()[0]:.1f}\n")
        print("| question | median | slowest | first time |\n|---|---:|---:|---:|")
        for title, asked in questions(AtTheEnd(ledger, register, load_rates()), club_refs(register)).items():
            best, first = zip(*map(ask, asked), strict=True)
            middle = statistics.median(best)
            slow = slow or middle > LIMIT_MS
            print(f"| {title} | {middle:.0f} ms | {max(best):.0f} ms | {max(first):.0f} ms |", flush=True)
    return not slow


def main() -> int:
    """Make the ledger where it isn't whole, and ask."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--claims", type=int, default=1_000_000)
    parser.add_argument("--ledger", type=Path, help="made here where it isn't there, and kept")
    arguments = parser.parse_args()
    register = load_register()
    with tempfile.TemporaryDirectory() as folder:
        path = arguments.ledger or Path(folder) / "ledger.sqlite"
        build(path, arguments.claims, register)
        return 0 if measure(path, register) else 1


if __name__ == "__main__":
    sys.exit(main())
