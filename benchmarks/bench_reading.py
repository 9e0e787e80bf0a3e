"""How fast is reading? Sentences and articles a second on one core and on two, beside the bare name index.

    python benchmarks/bench_reading.py [--seconds 5] [--people people.csv] [--sentences texts.jsonl] [--json FILE]
                                       [--docs docs/speed.md]

The register is the shipped one with 50,000 people more: from the CSV named, from the shared data where that lies
beside the repository, else names made by a seeded generator. Texts are our own samples and cases and, where present,
the shared sentences. Articles are put together from them, 2,000 characters each, so that nearly every sentence of
theirs is about a transfer; samples are our own articles as they stand, joined and cut to the same length. Everything
is measured in one run on the same texts, so that ratios hold even where the machine is slow or busy. One-core rates
are by processor time, rates of several processes by the clock.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import json
import os
import platform
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from mercato import __version__
from mercato.engines.lines import LineOptions, Reader, read_lines, row_document
from mercato.extraction import RuleReader
from mercato.model import Document
from mercato.register import Person, Register, load_register

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("MERCATO_SHARED", ROOT.parent / "shared"))
PEOPLE = 50_000
ARTICLE_CHARACTERS = 2_000
ARTICLES = 400
SENTENCES = 4_000
SEED = 20250609
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


# -- What is read -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Corpus:
    """Texts of one kind, as rows of JSON Lines."""

    name: str
    rows: tuple[dict[str, Any], ...]

    @property
    def size(self) -> int:
        """Bytes of text, in UTF-8."""
        return sum(len(row["text"].encode()) for row in self.rows)

    def lines(self) -> list[bytes]:
        """The rows as lines of JSON."""
        return [json.dumps(row).encode() + b"\n" for row in self.rows]


def own_articles() -> Iterator[str]:
    """The English samples, whole."""
    package = Path(str(files("mercato")))
    for row in _rows(package / "samples" / "manifest.jsonl"):
        if row["language"] == "en" and row["file"].endswith(".txt"):
            yield (package / "samples" / row["file"]).read_text(encoding="utf-8")


def own_texts() -> Iterator[str]:
    """Paragraphs of the English samples and texts of the English cases."""
    for text in own_articles():
        yield from (part.strip() for part in text.split("\n\n") if len(part) > 40)
    package = Path(str(files("mercato")))
    yield from (row["text"] for row in _rows(package / "extraction" / "cases" / "en.jsonl"))


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def corpora(sentences_path: Path | None) -> tuple[Corpus, Corpus, Corpus]:
    """Sentences, articles put together from them, and our samples as they stand."""
    pool = list(own_texts())
    if sentences_path:
        pool += [row["text"] for row in _rows(sentences_path)]
    random.Random(SEED).shuffle(pool)
    sentences = [pool[n % len(pool)] for n in range(SENTENCES)]
    return (
        Corpus("sentences", _as_rows(sentences)),
        Corpus("articles", _as_rows(list(articles(pool, ARTICLES)))),
        Corpus("samples", _as_rows(list(cut(own_articles())))),
    )


def cut(texts: Iterable[str]) -> Iterator[str]:
    """The texts one after another, cut to ARTICLE_CHARACTERS; a rest that is shorter is left out."""
    joined = "\n\n".join(texts)
    for start in range(0, len(joined) - ARTICLE_CHARACTERS + 1, ARTICLE_CHARACTERS):
        yield joined[start : start + ARTICLE_CHARACTERS]


def articles(pool: Sequence[str], count: int) -> Iterator[str]:
    """Articles of about ARTICLE_CHARACTERS, put together from the pool's texts as paragraphs, in seeded order."""
    dice = random.Random(SEED)
    for _ in range(count):
        parts: list[str] = []
        while sum(len(part) + 2 for part in parts) < ARTICLE_CHARACTERS:
            parts.append(dice.choice(pool))
        yield "\n\n".join(parts)[:ARTICLE_CHARACTERS]


def _as_rows(texts: Iterable[str]) -> tuple[dict[str, Any], ...]:
    return tuple({"id": f"t{n}", "text": text, "date": "2025-07-15"} for n, text in enumerate(texts))


# -- Who is known -------------------------------------------------------------------------------------------------


def people_of(path: Path) -> Iterator[Person]:
    """The people of a CSV with the columns of `mercato register import`."""
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            yield Person(
                id=row["id"],
                name=row["name"],
                full_name=row["full_name"],
                born=row["date_of_birth"] or row["birth_year"],
                nationality=tuple(row["nationality"].split("|")),
                position=row["position"],
                role=row["role"] or "player",
                gender=row["gender"] or "m",
                club_id=row["club_id"],
                club_as_of=row["club_as_of"],
                shipped=False,
            )


def made_up_people(count: int) -> Iterator[Person]:
    """People whose names are made of seeded syllables: as many keys, as long, none of them anybody's."""
    dice = random.Random(SEED)
    syllables = [a + b for a in "bcdfghklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "ic", "os", "un")]
    for number in range(count):
        first = "".join(dice.choices(syllables, k=2)).capitalize()
        last = "".join(dice.choices(syllables, k=3)).capitalize()
        yield Person(id=f"made:{number}", name=f"{first} {last}", born=str(dice.randint(1985, 2007)), shipped=False)


def big_register(path: Path | None) -> tuple[Register, str]:
    """The shipped register with PEOPLE more, and where they are from."""
    shipped = load_register(user=False)
    more = people_of(path) if path else made_up_people(PEOPLE)
    people = {**{person.id: person for person in more}, **shipped.people}
    return dataclasses.replace(shipped, people=people), path.name if path else "made-up names"


# -- Measuring ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rate:
    """How fast one thing went over one corpus; `ratio` is its speed over the bare index's on the same texts."""

    what: str
    corpus: str
    processes: int
    texts_a_second: float
    megabytes_a_second: float
    ratio: float | None = None


def timed(work: Callable[[], None], seconds: float, clock: Callable[[], float]) -> float:
    """The median time of one run of `work`, over as many runs as fit into `seconds`, three at least."""
    runs: list[float] = []
    begin = time.perf_counter()
    while len(runs) < 3 or time.perf_counter() - begin < seconds:
        start = clock()
        work()
        runs.append(clock() - start)
    return statistics.median(runs)


def rate(what: str, corpus: Corpus, seconds: float, processes: int = 1) -> Rate:
    """The rate that a time for the whole corpus comes to."""
    return Rate(what, corpus.name, processes, len(corpus.rows) / seconds, corpus.size / seconds / 1e6)


def measure(corpus: Corpus, register: Register, reader: Reader, seconds: float) -> Iterator[Rate]:
    """The bare index, then reading by steps, then the whole way from line to line on one process and on two."""
    documents = [row_document(row) for row in corpus.rows]
    lines = corpus.lines()

    def find() -> None:
        for document in documents:
            register.index.find(document.text)

    def read() -> None:
        for document in documents:
            reader.read(document)

    def make_documents() -> None:
        for row in corpus.rows:
            row_document(row)

    index, index_by_clock = (timed(find, seconds, clock) for clock in (time.process_time, time.perf_counter))
    yield dataclasses.replace(rate("name index alone", corpus, index), ratio=1.0)
    for what, work in (("text to document", make_documents), ("document to claims", read)):
        took = timed(work, seconds, time.process_time)
        yield dataclasses.replace(rate(what, corpus, took), ratio=index / took)
    took = timed(lambda: _read_all(lines, reader, 1), seconds, time.process_time)
    yield dataclasses.replace(rate("line to line", corpus, took), ratio=index / took)
    for processes in (1, 2):
        took = timed(lambda n=processes: _read_all(lines, reader, n), seconds, time.perf_counter)  # type: ignore[misc]
        yield dataclasses.replace(
            rate("line to line, by the clock", corpus, took, processes), ratio=index_by_clock / took
        )


def _read_all(lines: Sequence[bytes], reader: Reader, processes: int) -> None:
    failed = [r for r in read_lines(lines, reader, LineOptions(), processes) if r.trouble]
    if failed:
        raise SystemExit(f"line {failed[0].number}: {failed[0].trouble}: {failed[0].detail}")


def peak_megabytes(who: int) -> float:
    """The greatest memory so far, of this process or of any that it started."""
    return resource.getrusage(who).ru_maxrss / 1024


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Everything, as one JSON object."""
    load = os.getloadavg()[0]
    start = time.perf_counter()
    register, names = big_register(arguments.people)
    loaded = time.perf_counter() - start
    start = time.perf_counter()
    reader = RuleReader(register)
    reader.read(_warm_up())
    built = time.perf_counter() - start
    rates = [r for c in corpora(arguments.sentences) for r in measure(c, register, reader, arguments.seconds)]
    return {
        "mercato": __version__,
        "python": platform.python_version(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "load of the machine before": round(load, 2),
        "people": len(register.people),
        "names from": names,
        "sentences from": arguments.sentences.name if arguments.sentences else "own samples and cases",
        "register loaded, seconds": round(loaded, 2),
        "reader built, seconds": round(built, 2),
        "peak memory, MB": round(peak_megabytes(resource.RUSAGE_SELF)),
        "peak memory of a worker, MB": round(peak_megabytes(resource.RUSAGE_CHILDREN)),
        "rates": [dataclasses.asdict(r) for r in rates],
    }


def _warm_up() -> Document:
    return row_document({"id": "warm-up", "text": "Leeds want a striker.", "language": "en"})


def table(report: dict[str, Any]) -> Iterator[str]:
    """The report for people, in Markdown."""
    for name, value in report.items():
        if name != "rates":
            yield f"- {name}: {value}"
    yield ""
    yield "| texts | what | processes | texts/s | MB/s | speed against the index |"
    yield "|---|---|---:|---:|---:|---:|"
    for r in report["rates"]:
        ratio = f"{r['ratio']:.4f}" if r["ratio"] else ""
        speed = f"{r['texts_a_second']:,.0f} | {r['megabytes_a_second']:.2f}"
        yield f"| {r['corpus']} | {r['what']} | {r['processes']} | {speed} | {ratio} |"


def write_into(page: Path, lines: Iterable[str]) -> None:
    """Put the figures between the page's two marks, in place of those that stand there."""
    before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"{page}: lacks the marks {BEGIN} and {END}, between which the figures go.")
    page.write_text(before + begin + "\n" + "\n".join(lines) + "\n" + end + after, encoding="utf-8")


def _if_there(path: Path) -> Path | None:
    return path if path.is_file() else None


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--seconds", type=float, default=5.0, help="least time for each measurement")
    parser.add_argument("--people", type=Path, default=_if_there(SHARED / "data" / "people.csv"))
    parser.add_argument("--sentences", type=Path, default=_if_there(SHARED / "data" / "gossip_2021_02_to_09.jsonl"))
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the report as JSON")
    parser.add_argument("--docs", type=Path, metavar="FILE", help="also put the figures into this page")
    arguments = parser.parse_args()
    report = run(arguments)
    print("\n".join(table(report)))
    if arguments.json:
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        arguments.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    if arguments.docs:
        write_into(arguments.docs, table(report))
    return 0


if __name__ == "__main__":
    sys.exit(main())
