"""How fast are pages and API on a large ledger? A real server, asked at a steady rate while documents come in.

    python benchmarks/bench_web.py [--documents 100000] [--rate 50] [--seconds 60] [--ledger KEPT.sqlite]
                                   [--docs docs/web.md]

The ledger is made up (people come as they do in the news, a few often, most once) and joined; `--ledger` keeps it for
the next run. The server is `mercato serve` in a process of its own; the documents come from another process, five a
second. Requests go out on time whether the ones before have been answered or not: a slow answer is not hidden by fewer
questions. Everything is on 127.0.0.1 and ends by itself.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import os
import platform
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
from bench_reading import write_into
from bench_rumours import READER, WORDS, _person, _seen

from mercato.ledger import Ledger
from mercato.model import Attribution, Claim, ClaimKind, ClubRef, Document, Link, LinkKind, PersonRef, Stage
from mercato.register import Register, load_register
from mercato.rumours.store import RumourStore
from mercato.sources import document_from_text

CONNECTIONS = 40
INGESTED_A_SECOND = 5
SAMPLE = 60
WARM_UP = 40


@dataclass
class Load:
    """What the requests came to: seconds by kind of address, and what failed."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failed: Counter[str] = field(default_factory=Counter)
    late: float = 0.0


def day_of(number: int) -> datetime:
    """When a document is from: one every half hour."""
    return datetime(2021, 1, 1, tzinfo=UTC) + timedelta(minutes=30 * number)


def made_up(rng: random.Random, number: int, clubs: Sequence[ClubRef]) -> tuple[Document, list[Claim]]:
    """A document on one or two people, each linked with a club; the clubs that lead the list come most often."""
    day = day_of(number)
    people = [_person(rng, number) for _ in range(rng.choice((1, 1, 2)))]
    text = " ".join([*people, *rng.choices(WORDS, k=120)])
    outlet = f"Outlet {int(60 * rng.random() ** 2)}"
    document = document_from_text(
        text, key=f"d{number}", date=f"{day:%Y-%m-%dT%H:%M}", language="en", outlet=outlet,
    )  # fmt: skip
    chain = (Link(LinkKind.OUTLET, rng.choice(("Marca", "Bild", "The Sun"))),)
    claims = []
    for place, person in enumerate(people):
        seller, buyer = (clubs[int(len(clubs) * rng.random() ** 3)] for _ in range(2))
        claims.append(
            Claim(
                id=hashlib.sha256(f"{number} {place}".encode()).hexdigest()[:16], document_id=document.id,
                kind=ClaimKind.MOVE, person=PersonRef(person), to=buyer, from_=seller,
                stage=rng.choice((Stage.INTEREST, Stage.TALKS, Stage.BID)), attribution=Attribution(chain),
                reader=READER,
            )
        )  # fmt: skip
    return document, claims


def club_refs(register: Register) -> list[ClubRef]:
    """The clubs of the register's leagues, in an order that stays."""
    return [ClubRef(club.name, club.id) for club in sorted(register.clubs.values(), key=lambda c: c.id) if club.league]


def make_ledger(path: Path, documents: int) -> None:
    """Fill a ledger and join it, unless it is there."""
    if path.exists():
        return
    rng, start, register = random.Random(7), time.perf_counter(), load_register()
    clubs = club_refs(register)
    with Ledger.open(path) as ledger:
        store = RumourStore(ledger, register)
        for first in range(0, documents, 5_000):
            with ledger.writing():
                for number in range(first, min(first + 5_000, documents)):
                    document, claims = made_up(rng, number, clubs)
                    ledger.append(document, claims, seen_at=_seen(document), reader=READER)
            store.update()
            print(f"\r{first + 5_000:,} documents, {time.perf_counter() - start:.0f} s", end="", file=sys.stderr)
        print(file=sys.stderr)


def addresses(client: httpx2.Client, documents: int) -> dict[str, list[str]]:
    """The mix of questions, by kind: names and ids that the ledger has, from the server's own answers."""
    rumours = [row for page in range(3) for row in _page(client, page)]
    ids = [rumour["id"] for rumour in rumours]
    people = [rumour["person_name"] for rumour in rumours]
    clubs = sorted({rumour["club_name"] for rumour in rumours})
    texts = [rumour["reports"][0]["document_id"] for rumour in rumours]
    return {
        "today": ["/"],
        "today, filtered": [f"/?club={quote(club)}" for club in clubs] + ["/?min_origins=2", "/?stage=talks"],
        "rumour": [f"/rumour/{one}" for one in ids],
        "person": [f"/person/{quote(name)}" for name in people],
        "club": [f"/club/{quote(club)}" for club in clubs],
        "document": [f"/document/{one}" for one in texts],
        "search": [f"/search?q={quote(name.split()[-1][:4])}" for name in people],
        "api rumours": [f"/api/v1/rumours?limit=20&club={quote(club)}" for club in clubs] + ["/api/v1/rumours"],
        "api rumour": [f"/api/v1/rumours/{one}" for one in ids],
        "api claims": [f"/api/v1/claims?person={quote(name)}&limit=20" for name in people],
        "api search": [f"/api/v1/search?q={quote(name.split()[-1][:3])}" for name in people],
        "api changes": [f"/api/v1/changes?since={day}&limit=20" for day in _last_days(documents)],
        "feed": ["/feed", *(f"/feed/club/{quote(club)}" for club in clubs)],
    }


def _last_days(documents: int) -> list[str]:
    """A day and two before the end of the made-up ledger: what a reader who comes daily asks for."""
    return [f"{day_of(documents) - timedelta(days=days):%Y-%m-%d}" for days in (1, 2)]


def _page(client: httpx2.Client, page: int) -> list[dict[str, Any]]:
    cursor = None
    for _ in range(page + 1):
        answer = client.get(
            "/api/v1/rumours", params={"limit": SAMPLE, **({"cursor": cursor} if cursor else {})}
        ).json()
        cursor = answer["next"]
    rows: list[dict[str, Any]] = answer["data"]
    return rows


@contextmanager
def serving(ledger: Path, home: str) -> Iterator[tuple[str, int, float]]:
    """A server in its own process: its address, its process id, and the seconds until it answered."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "mercato.interfaces.cli.main",
        "serve",
        "--port",
        str(port),
        "--ledger",
        str(ledger),
    ]
    start = time.perf_counter()
    process = subprocess.Popen(command, env={**os.environ, "MERCATO_HOME": home}, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                httpx2.get(f"http://127.0.0.1:{port}/static/style.css", timeout=5)
                break
            except httpx2.ConnectError:
                if process.poll() is not None or time.perf_counter() - start > 60:
                    raise SystemExit("the server did not start") from None
                time.sleep(0.02)
        yield f"http://127.0.0.1:{port}", process.pid, time.perf_counter() - start
    finally:
        process.terminate()
        process.wait(20)


def ingest(path: Path, seconds: float, first: int) -> None:
    """Append made-up documents at a steady pace; run in a process of its own."""
    rng, begun, clubs = random.Random(first), time.monotonic(), club_refs(load_register())
    with Ledger.open(path) as ledger:
        for number in range(first, first + int(seconds * INGESTED_A_SECOND)):
            document, claims = made_up(rng, number, clubs)
            ledger.append(document, claims, reader=READER)
            time.sleep(max(0.0, begun + (number - first + 1) / INGESTED_A_SECOND - time.monotonic()))


async def ask(base: str, mix: dict[str, list[str]], rate: float, seconds: float, load: Load) -> None:
    """Send requests at a rate, each at its time."""
    rng, kinds = random.Random(1), list(mix)
    limits = httpx2.Limits(max_connections=CONNECTIONS)
    async with httpx2.AsyncClient(base_url=base, timeout=30, limits=limits) as client:
        begun, tasks = time.perf_counter(), []
        for number in range(int(rate * seconds)):
            due = begun + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            load.late = max(load.late, time.perf_counter() - due)
            kind = kinds[number % len(kinds)]
            tasks.append(asyncio.create_task(_one(client, kind, rng.choice(mix[kind]), load)))
        await asyncio.gather(*tasks)


async def _one(client: httpx2.AsyncClient, kind: str, address: str, load: Load) -> None:
    start = time.perf_counter()
    try:
        response = await client.get(address, headers={"Accept-Encoding": "gzip"})
        if response.status_code != 200:
            load.failed[f"{kind}: status {response.status_code}"] += 1
    except httpx2.HTTPError as error:
        load.failed[f"{kind}: {type(error).__name__}"] += 1
    load.seconds[kind].append(time.perf_counter() - start)


def processor_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def first_paint(base: str) -> int:
    """Bytes of Today with all that it loads, as they are sent."""
    total = 0
    with httpx2.Client(base_url=base, headers={"Accept-Encoding": "gzip"}) as client:
        page = client.get("/")
        found = {part.split('"')[0] for part in page.text.replace("href=\"/static", "\x00/static").replace(
            "src=\"/static", "\x00/static").split("\x00")[1:]}  # fmt: skip
        for address in ("/", *sorted(found)):
            with client.stream("GET", address) as answer:
                total += sum(len(part) for part in answer.iter_raw())
    return total


def run(arguments: argparse.Namespace, folder: Path) -> Iterator[str]:
    """Measure, and tell in Markdown."""
    path = arguments.ledger or folder / "ledger.sqlite"
    make_ledger(path, arguments.documents)
    load, before = Load(), os.getloadavg()[0]
    with serving(path, str(folder)) as (base, pid, start), httpx2.Client(base_url=base, timeout=60) as client:
        mix = addresses(client, arguments.documents)
        alone = {kind: _alone(client, pid, paths) for kind, paths in mix.items()}
        more = subprocess.Popen(
            [
                sys.executable,
                __file__,
                "--ingest",
                str(path),
                "--seconds",
                str(arguments.seconds),
                "--documents",
                str(arguments.documents),
            ],
        )
        used = processor_seconds(pid)
        asyncio.run(ask(base, mix, arguments.rate, arguments.seconds, load))
        used = processor_seconds(pid) - used
        more.wait()
        paint = first_paint(base)
    all_ = [s for seconds in load.seconds.values() for s in seconds]
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    yield f"- {machine}; load before: {before:.1f}"
    yield f"- ledger of {arguments.documents:,} documents, {INGESTED_A_SECOND} more each second"
    yield f"- up after {start:.2f} s; Today with all that it loads: {paint / 1000:.0f} kB"
    yield (
        f"- {arguments.rate:g} requests a second for {arguments.seconds:g} s: {len(all_):,} answers, "
        f"{sum(load.failed.values())} failed; median {_ms(statistics.median(all_))}, p99 {_ms(_share(all_, 0.99))}; "
        f"{used / len(all_) * 1000:.1f} ms of processor for one"
    )
    yield from (f"- failed: {what} ({count})" for what, count in load.failed.most_common())
    yield ""
    yield "| what | alone: processor | alone: by the clock | under load: median | p99 |"
    yield "|---|---:|---:|---:|---:|"
    for kind, seconds in load.seconds.items():
        processor, clock = alone[kind]
        row = (_ms(processor), _ms(clock), _ms(statistics.median(seconds)), _ms(_share(seconds, 0.99)))
        yield f"| {kind} | {' | '.join(row)} |"


def _alone(client: httpx2.Client, pid: int, paths: list[str]) -> tuple[float, float]:
    """Median by the clock and mean processor time of a request when nothing else is asked."""
    rng = random.Random(2)
    times = []
    client.get(paths[0])
    used = processor_seconds(pid)
    for _ in range(WARM_UP):
        start = time.perf_counter()
        client.get(rng.choice(paths)).raise_for_status()
        times.append(time.perf_counter() - start)
    return (processor_seconds(pid) - used) / WARM_UP, statistics.median(times)


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


def _share(values: Iterable[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--rate", type=float, default=50.0, help="requests a second")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--ledger", type=Path, help="made here where it isn't there, and kept")
    parser.add_argument("--docs", type=Path, metavar="FILE", help="also put the figures into this page")
    parser.add_argument("--ingest", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.ingest:
        ingest(arguments.ingest, arguments.seconds, arguments.documents + int(time.time()) % 4_000)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        lines = list(run(arguments, Path(folder)))
    print("\n".join(lines))
    if arguments.docs:
        write_into(arguments.docs, lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
