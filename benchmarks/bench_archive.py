"""How fast are archives read? Pages and megabytes a second by the local pool, and where time goes.

    python benchmarks/bench_archive.py [--pages 5000] [--share 0.1] [--workers 2] [--languages en,it]
                                       [--json FILE] [--docs docs/archives.md]

The archive is made of our samples' texts among unrelated generated ones, each in a page of realistic size (scripts,
menus and style around the text), one gzip member for each, in shards of 2,500 pages. Three things are measured:
decompressing the shards with zlib and nothing else; reading an archive of unrelated pages alone, all of which the
filter drops; and reading the mixed archive. Besides: the filter's loss on pages that hold a claim.
"""

from __future__ import annotations

import argparse
import html
import json
import os
import platform
import random
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from mercato.engines.archive.job import Totals, run_job
from mercato.engines.archive.local import local_engine
from mercato.engines.archive.reading import Tools, shared_tools
from mercato.engines.archive.records import Limits
from mercato.engines.archive.shard import Course, read_shard

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("MERCATO_SHARED", ROOT.parent / "shared"))
SEED = 20250609
A_SHARD = 2_500
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
# Syllables of no language: pages around a text must not help it through the filter.
_SOUNDS = "xal qer zwin vrok jux kyth wob zeg pluq drax hwim gnot yb tchev uxo iqa ozz fnar skwe mvil"


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def claim_texts() -> Iterator[tuple[str, str]]:
    """Texts that are annotated with a claim: (where from, text)."""
    package = Path(str(files("mercato")))
    gold = {row["id"] for row in rows_of(package / "samples" / "gold.jsonl") if row.get("claims")}
    for row in rows_of(package / "samples" / "manifest.jsonl"):
        if row["id"] in gold and row["file"].endswith(".txt"):
            yield "samples", (package / "samples" / row["file"]).read_text(encoding="utf-8")
    for path in sorted((package / "extraction" / "cases").glob("*.jsonl")):
        yield from (("cases", row["text"]) for row in rows_of(path) if row.get("claims"))
    for name, source in (("gossip", "gossip_2021_02_to_09"), ("tweets", "tweets_dev"), ("articles", "articles_dev")):
        annotated = SHARED / "gold" / f"{name}_dev.jsonl"
        if annotated.exists():
            known = {row["id"] for row in rows_of(annotated) if row.get("claims")}
            texts = rows_of(SHARED / "data" / f"{source}.jsonl")
            yield from ((f"shared {name}", row["text"]) for row in texts if row["id"] in known)


class Maker:
    """Makes pages and archives, the same ones on every run."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        sounds = _SOUNDS.split()
        self._words = ["".join(self._random.choices(sounds, k=self._random.randint(2, 4))) for _ in range(20_000)]

    def prose(self, words: int) -> str:
        """Sentences of no language."""
        return " ".join(self._random.choices(self._words, k=words)).capitalize() + "."

    def page(self, text: str) -> bytes:
        """A page of some 60 KB around a text: style, scripts, a menu and links, none of them about football."""
        code = "".join(
            f"function {a}{n}({b}){{var {c}={n};return {b}[{c}]||null;}}\n"
            for n, (a, b, c) in enumerate(
                zip(*(self._random.choices(self._words, k=700) for _ in range(3)), strict=True)
            )
        )
        menu = "".join(f'<li><a href="/{w}">{w}</a></li>' for w in self._random.choices(self._words, k=60))
        body = "".join(f"<p>{html.escape(part)}</p>" for part in text.split("\n\n") if part.strip())
        more = "".join(
            f"<div class=teaser><a href=/{w}>{self.prose(9)}</a></div>" for w in self._random.choices(self._words, k=40)
        )
        title = html.escape(text.strip().split("\n")[0][:90])
        return (
            f'<!doctype html><html><head><meta charset="utf-8"><title>{title}</title><script>{code}</script></head>'
            f"<body><nav><ul>{menu}</ul></nav><main><article><h1>{title}</h1>{body}</article></main>"
            f"<aside>{more}</aside></body></html>"
        ).encode()

    def archive(self, folder: Path, pages: int, share: float) -> list[str]:
        """Shards with so many pages, of which a share holds a sample's text."""
        texts = [text for where, text in claim_texts() if where == "samples"]
        names = []
        for first in range(0, pages, A_SHARD):
            path = folder / f"part-{first // A_SHARD:04d}.warc.gz"
            with path.open("wb") as out:
                for number in range(first, min(first + A_SHARD, pages)):
                    about = self._random.random() < share
                    text = self._random.choice(texts) if about else "\n\n".join(self.prose(60) for _ in range(8))
                    out.write(_member(number, self.page(text)))
            names.append(str(path))
        return names


def _member(number: int, body: bytes) -> bytes:
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + body
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://news.example/{number}\r\n"
        f"WARC-Date: 2025-06-09T10:00:00Z\r\nWARC-Record-ID: <urn:uuid:{number:032x}>\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(answer)}\r\n\r\n"
    )
    engine = zlib.compressobj(6, zlib.DEFLATED, 31)
    return engine.compress(head.encode() + answer + b"\r\n\r\n") + engine.flush()


def inflate(names: list[str]) -> int:
    """Decompress shards and do nothing else; the bytes that came out."""
    size = 0
    for name in names:
        with Path(name).open("rb") as file:
            engine = zlib.decompressobj(31)
            while data := file.read(1 << 18):
                while data:
                    size += len(engine.decompress(data))
                    data = engine.unused_data
                    if engine.eof:
                        engine = zlib.decompressobj(31)
    return size


def drain(names: list[str], tools: Tools) -> Course:
    course = Course()
    for _ in read_shard(names, tools, Limits(), course=course):
        pass
    return course


def timed(work: Callable[[], Any], times: int = 3) -> tuple[float, Any]:
    """The shortest processor time of some runs, and the last result."""
    best, result = float("inf"), None
    for _ in range(times):
        start = time.process_time()
        result = work()
        best = min(best, time.process_time() - start)
    return best, result


def loss(tools: Tools) -> dict[str, tuple[int, int]]:
    """For each origin: pages with a claim that the filter keeps, and all of them."""
    maker = Maker(SEED + 1)
    found: dict[str, tuple[int, int]] = {}
    for where, text in claim_texts():
        kept, every = found.get(where, (0, 0))
        found[where] = (kept + tools.filter.passes(maker.page(text)), every + 1)
    return found


def measure(pages: int, share: float, workers: int, languages: tuple[str, ...] | None) -> dict[str, Any]:
    tools = shared_tools(languages)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "plain").mkdir()
        (root / "mixed").mkdir()
        plain = Maker(SEED).archive(root / "plain", min(pages, A_SHARD), 0.0)
        mixed = Maker(SEED).archive(root / "mixed", pages, share)
        packed = sum(Path(name).stat().st_size for name in mixed)
        alone, unpacked = timed(lambda: inflate(plain))
        dropped, course = timed(lambda: drain(plain, tools))
        start = time.perf_counter()
        totals = run_job(mixed, str(root / "out"), local_engine(tools, workers), tools)
        clock = time.perf_counter() - start
    return {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "pages": pages,
        "workers": workers,
        "mb_packed": packed / 1e6,
        "inflate_mb_s": unpacked / 1e6 / alone,
        "dropped_mb_s": unpacked / 1e6 / dropped,
        "dropped_ratio": alone / dropped,
        "dropped_share": course.counts["dropped by the filter"] / course.counts["pages"],
        "pages_s": pages / clock,
        "packed_mb_s": packed / 1e6 / clock,
        **_of_totals(totals, pages),
        "loss": loss(tools),
    }


def _of_totals(totals: Totals, pages: int) -> dict[str, Any]:
    counts = totals.counts
    steps = {step: s for step, s in totals.seconds.items() if step != "all"}
    whole = totals.seconds["all"]
    passed = max(1, pages - counts["dropped by the filter"])
    return {
        "passed": passed / pages,
        "documents": counts["document"],
        "bad": counts["bad"],
        "shares": {step: s / whole for step, s in steps.items()} | {"the rest": 1 - sum(steps.values()) / whole},
        "ms_a_passed_page": 1000 * sum(s for step, s in steps.items() if step not in ("unpacking", "filter")) / passed,
        "core_seconds": whole,
    }


def table(found: dict[str, Any]) -> str:
    rows = [
        ("pages, workers", f"{found['pages']:,}, {found['workers']}"),
        ("by the clock", f"{found['pages_s']:,.0f} pages/s, {found['packed_mb_s']:.1f} MB/s of compressed input"),
        ("passed the filter", f"{found['passed']:.1%}"),
        ("parsing and reading a page that passed", f"{found['ms_a_passed_page']:.1f} ms"),
        ("decompressing alone (zlib)", f"{found['inflate_mb_s']:,.0f} MB/s of decompressed bytes"),
        ("pages that the filter drops", f"{found['dropped_mb_s']:,.0f} MB/s, {found['dropped_ratio']:.0%} of that"),
    ]
    rows += [
        (f"share of time: {step}", f"{part:.0%}") for step, part in sorted(found["shares"].items(), key=lambda i: -i[1])
    ]
    rows += [
        (f"kept by the filter: {w}", f"{kept} of {every} ({kept / every:.1%})")
        for w, (kept, every) in found["loss"].items()
    ]
    kept, every = (sum(pair[n] for pair in found["loss"].values()) for n in (0, 1))
    rows.append(("kept by the filter: all", f"{kept} of {every} ({kept / every:.2%})"))
    lines = ["| what | measured |", "|---|---|", *(f"| {a} | {b} |" for a, b in rows)]
    return f"On {found['machine']}:\n\n" + "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=5_000)
    parser.add_argument("--share", type=float, default=0.1, help="of the pages that hold a sample's text")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--languages", help="read these alone, such as en,it")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--docs", type=Path)
    options = parser.parse_args()
    found = measure(
        options.pages, options.share, options.workers, options.languages and tuple(options.languages.split(","))
    )
    text = table(found)
    print(text)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    if options.docs:
        page = options.docs.read_text(encoding="utf-8")
        before, rest = page.split(BEGIN)
        options.docs.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.split(END)[1]}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
