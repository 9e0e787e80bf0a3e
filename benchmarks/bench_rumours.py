"""Speed of joining: the gossip column into a fresh ledger, then one more document as the ledger grows.

    python benchmarks/bench_rumours.py [--growth 100000] [--plot rumours.svg]

The first part reads, stores and joins the whole column (of the shared data). The second fills a ledger with made-up
documents whose people come as they do in the news, a few of them often and most of them once, and measures at each
size what one more document costs: stored, joined, and safely on disk.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import random
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mercato.extraction import RuleReader
from mercato.ledger import Ledger
from mercato.model import (
    Attribution,
    Claim,
    ClaimKind,
    ClubRef,
    Document,
    Link,
    LinkKind,
    PersonRef,
    ReaderVersion,
    Stage,
)
from mercato.register import Register, load_register
from mercato.rumours.store import RumourStore
from mercato.sources import document_from_text

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("MERCATO_SHARED", ROOT.parent / "shared"))
GOSSIP = SHARED / "data" / "gossip_2021_02_to_09.jsonl"
SIZES = (1_000, 3_000, 10_000, 30_000, 100_000)
PROBES = 60
READER = ReaderVersion("made", "1")
CLUBS = ("Arsenal", "Chelsea", "Milan", "Juventus", "Roma", "Lyon", "Porto", "Ajax", "Celtic", "Valencia")
WORDS = [
    "talks",
    "keen",
    "offer",
    "deal",
    "summer",
    "move",
    "price",
    "agent",
    "fans",
    "coach",
    "season",
    "pitch",
    "bid",
]


def column(register: Register) -> None:
    """Read, store and join the whole gossip column."""
    if not GOSSIP.is_file():
        print(f"no gossip column at {GOSSIP}; set MERCATO_SHARED", file=sys.stderr)
        return
    reader = RuleReader(register)
    with tempfile.TemporaryDirectory() as folder, Ledger.open(Path(folder) / "ledger.sqlite") as ledger:
        start = time.perf_counter()
        reading = 0.0
        with ledger.writing():
            for line in GOSSIP.read_text("utf-8").splitlines():
                row = json.loads(line)
                document = document_from_text(
                    row["text"],
                    key=row["id"],
                    date=row["date"],
                    address=row["url"],
                    outlet=row["source"],
                    language="en",
                )
                before = time.perf_counter()
                claims = reader.read(document)
                reading += time.perf_counter() - before
                ledger.append(document, claims, seen_at=_seen(document), reader=reader.version)
        stored = time.perf_counter()
        store = RumourStore(ledger, register)
        store.update()
        end = time.perf_counter()
        rumours = store.rumours()
        items = {report.document_id for rumour in rumours for report in rumour.reports}
        shared = [rumour for rumour in rumours if len(rumour.reports) > 1]
        joined = {report.document_id for rumour in shared for report in rumour.reports}
        print(f"gossip column: {end - start:.1f} s in all on one core: reading {reading:.1f}, ", end="")
        print(f"storing {stored - start - reading:.1f}, joining {end - stored:.1f}")
        print(
            f"{len(rumours):,} rumours of {len(items):,} items; {len(shared):,} of several items, {len(joined):,} items"
        )


def growth(register: Register, largest: int, plot: Path | None) -> None:
    """What one more document costs at each size of the ledger."""
    rng = random.Random(7)
    measured: list[tuple[int, float, float]] = []
    with tempfile.TemporaryDirectory() as folder, Ledger.open(Path(folder) / "ledger.sqlite") as ledger:
        store = RumourStore(ledger, register)
        made = 0
        for size in (size for size in SIZES if size <= largest):
            _fill(ledger, store, rng, made, size)
            times = [_one_more(ledger, store, rng, size + probe) for probe in range(PROBES)]
            made = size + PROBES
            middle, worst = statistics.median(times), sorted(times)[int(0.95 * len(times))]
            measured.append((size, middle, worst))
            print(f"{size:>8,} documents: one more takes {middle:.1f} ms (95th percentile {worst:.1f} ms)", flush=True)
    if plot is not None:
        plot.write_text(_svg(measured), "utf-8")
        print(f"plot: {plot}")


def _fill(ledger: Ledger, store: RumourStore, rng: random.Random, made: int, size: int) -> None:
    with ledger.writing():
        for number in range(made, size):
            document, claims = _made_up(rng, number)
            ledger.append(document, claims, seen_at=_seen(document))
    store.update()


def _one_more(ledger: Ledger, store: RumourStore, rng: random.Random, number: int) -> float:
    document, claims = _made_up(rng, number)
    start = time.perf_counter()
    ledger.append(document, claims, seen_at=_seen(document))
    store.update()
    return (time.perf_counter() - start) * 1000


def _made_up(rng: random.Random, number: int) -> tuple[Document, list[Claim]]:
    """A document on one or two people. A tenth are on one of forty stars, who change with every 4,000 documents."""
    day = datetime(2015, 1, 1, tzinfo=UTC) + timedelta(hours=number)
    people = [_person(rng, number) for _ in range(rng.choice((1, 1, 2)))]
    text = " ".join([*people, *rng.choices(WORDS, k=120)])
    document = document_from_text(text, key=f"d{number}", date=f"{day:%Y-%m-%dT%H:%M}", language="en")
    claims = []
    for place, person in enumerate(people):
        seller, buyer = rng.sample(CLUBS, 2)
        claims.append(
            Claim(
                id=hashlib.sha256(f"{number} {place}".encode()).hexdigest()[:16],
                document_id=document.id,
                kind=ClaimKind.MOVE,
                person=PersonRef(person),
                to=ClubRef(buyer),
                from_=ClubRef(seller),
                stage=rng.choice((Stage.INTEREST, Stage.TALKS, Stage.BID)),
                attribution=Attribution((Link(LinkKind.OUTLET, rng.choice(("Marca", "Bild", "The Sun"))),)),
                reader=READER,
            )
        )
    return document, claims


def _person(rng: random.Random, number: int) -> str:
    if rng.random() < 0.1:
        star = 997 * rng.randrange(40) + number // 4000
        return f"{_surname(7 * star)} {_surname(star)}"
    return f"Given{rng.randrange(900)} {_surname(rng.randrange(60_000))}"


def _surname(number: int) -> str:
    """One of 60,000 surnames that sound different."""
    letters = "bdfglmnprstvk"
    found = ""
    for _ in range(5):
        number, rest = divmod(number, len(letters))
        found += letters[rest] + "aeiou"[rest % 5]
    return found.capitalize()


def _seen(document: Document) -> datetime:
    assert document.published is not None
    return document.published.latest


def _svg(measured: list[tuple[int, float, float]]) -> str:
    """Cost against size, both axes from zero, size by its logarithm."""
    highest = max(50.0, *(worst for _, _, worst in measured))
    points = [(60 + 110 * math.log10(size / 100), mid, worst) for size, mid, worst in measured]

    def y(ms: float) -> float:
        return 220 - 190 * ms / highest

    lines = []
    for place, colour in ((1, "#136"), (2, "#999")):
        corners = " ".join(f"{point[0]:.0f},{y(point[place]):.0f}" for point in points)
        lines.append(f'<polyline fill="none" stroke="{colour}" points="{corners}"/>')
    labels = [
        f'<text x="{p[0]:.0f}" y="240" text-anchor="middle">{size:,}</text>'
        for p, (size, _, _) in zip(points, measured, strict=True)
    ]
    marks = [f'<text x="50" y="{y(ms):.0f}" text-anchor="end">{ms:g}</text>' for ms in (0, 25, 50)]
    limit = f'<line x1="60" x2="420" y1="{y(50):.0f}" y2="{y(50):.0f}" stroke="#c33" stroke-dasharray="4"/>'
    title = (
        '<text x="60" y="16">ms for one more document (dark: median, grey: 95th percentile), by documents held</text>'
    )
    body = "\n".join([title, limit, *lines, *labels, *marks])
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="620" height="250" font-size="11">\n{body}\n</svg>\n'


def main() -> None:
    """Run both parts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--growth", type=int, default=100_000, help="largest ledger; 0 leaves the part out")
    parser.add_argument("--plot", type=Path, help="write the costs as an SVG")
    options = parser.parse_args()
    register = load_register()
    column(register)
    if options.growth:
        growth(register, options.growth, options.plot)


if __name__ == "__main__":
    main()
