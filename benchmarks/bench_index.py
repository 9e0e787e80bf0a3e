"""The name index with 500,000 names: time to build, memory at the peak, MB/s; beside it the naive ways.

    python benchmarks/bench_index.py [--names 500000] [--megabytes 8] [--json]

Names and text are made up from the shipped register's own words, so that nothing has to be fetched: first names and
surnames are crossed, and the text mixes sentences of the samples with names, one in four words or so. Each measurement
runs in a process of its own, because the peak of memory is that of a process. The naive ways get 1,000 names, as they
stop being usable soon after: one regular expression of all names, and `str.find` for each name in turn.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import resource
import subprocess
import sys
import time
from pathlib import Path

from mercato.register import NameEntry, NameIndex, NameKind, load_shipped
from mercato.register.index import collecting_paused, fold_bytes

NAIVE_NAMES = 1_000
NAIVE_MEGABYTES = 0.5  # str.find for 1,000 names reads every byte a thousand times
PROSE = (
    "{} have asked about {} and could offer a loan with an option to buy, but the club want a permanent sale. "
    "The deal is worth around £25m plus add-ons, according to {}, who add that talks with {} are at an early stage. "
    "Nothing has been signed so far, and the player, whose contract runs until the summer of 2027, has other offers. "
)


def made_names(count: int) -> list[str]:
    """The shipped names, then people made of the first names and surnames that are shipped."""
    register = load_shipped()
    people = [person.name.split() for person in register.people.values()]
    firsts = sorted({words[0] for words in people if len(words) > 1})
    lasts = sorted({words[-1] for words in people if len(words) > 1})
    names = dict.fromkeys(club.name for club in register.clubs.values())
    names.update((f"{first} {last}", None) for first, last in _crossed(firsts, lasts, count - len(names)))
    return list(names)[:count]


def _crossed(firsts: list[str], lasts: list[str], count: int) -> list[tuple[str, str]]:
    """So many pairs, spread over all first names and surnames."""
    return [
        (firsts[number % len(firsts)], lasts[(number // len(firsts) * 7 + number) % len(lasts)])
        for number in range(min(count * 2, len(firsts) * len(lasts)))
    ]


def made_text(names: list[str], megabytes: float) -> str:
    """Prose with a known name in about every twelfth word, the same at every run."""
    source = random.Random(5)
    parts: list[str] = []
    size = 0
    while size < megabytes * 1_000_000:
        parts.append(PROSE.format(*source.choices(names, k=4)))
        size += len(parts[-1])
    return "".join(parts)


def measure_index(names: list[str], text: str) -> dict[str, float]:
    """Build and search as the reader does, an article at a time."""
    started = time.perf_counter()
    with collecting_paused():
        index = NameIndex(NameEntry(NameKind.PERSON, str(number), name) for number, name in enumerate(names))
    built = time.perf_counter() - started
    articles = [text[at : at + 2_000] for at in range(0, len(text), 2_000)]
    started = time.perf_counter()
    found = sum(len(index.find(article)) for article in articles)
    took = time.perf_counter() - started
    started = time.perf_counter()
    for article in articles:
        fold_bytes(article)
    folding = time.perf_counter() - started
    return {
        "build seconds": built,
        "MB/s": len(text) / 1e6 / took,
        "MB/s of the folding alone": len(text) / 1e6 / folding,
        "hits per KB": found / len(text) * 1000,
    }


def measure_regex(names: list[str], text: str) -> dict[str, float]:
    """One alternation of all names, the longest first; exact spelling only."""
    started = time.perf_counter()
    ordered = sorted(map(re.escape, names), key=len, reverse=True)
    pattern = re.compile(rf"\b(?:{'|'.join(ordered)})\b")
    built = time.perf_counter() - started
    started = time.perf_counter()
    found = len(pattern.findall(text))
    took = time.perf_counter() - started
    return {"build seconds": built, "MB/s": len(text) / 1e6 / took, "hits per KB": found / len(text) * 1000}


def measure_find(names: list[str], text: str) -> dict[str, float]:
    """`str.find` for each name; exact spelling, parts of words and names inside names included."""
    started = time.perf_counter()
    found = 0
    for name in names:
        at = text.find(name)
        while at >= 0:
            found += 1
            at = text.find(name, at + len(name))
    took = time.perf_counter() - started
    return {"build seconds": 0.0, "MB/s": len(text) / 1e6 / took, "hits per KB": found / len(text) * 1000}


WAYS = {"index": measure_index, "regex": measure_regex, "find": measure_find}


def one_run(way: str, count: int, megabytes: float) -> dict[str, float | str]:
    """A measurement in this process, with the memory that names and text alone took taken off."""
    names = made_names(count)
    text = made_text(names, megabytes)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result = WAYS[way](names, text)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return {"way": way, "names": float(len(names)), **result, "MB of memory at the peak": grown}


def main() -> None:
    """Run each measurement in a process of its own and print them as a table or as JSON lines."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--names", type=int, default=500_000)
    parser.add_argument("--megabytes", type=float, default=8)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--way", choices=WAYS, help="measure this one here, in this process")
    options = parser.parse_args()
    if options.way:
        print(json.dumps(one_run(options.way, options.names, options.megabytes)))
        return
    runs = [
        ("index", options.names, options.megabytes),
        ("index", NAIVE_NAMES, options.megabytes),
        ("regex", NAIVE_NAMES, NAIVE_MEGABYTES),
        ("find", NAIVE_NAMES, NAIVE_MEGABYTES),
    ]
    for way, names, megabytes in runs:
        line = _in_own_process(way, names, megabytes)
        print(line if options.json else _as_text(json.loads(line)))


def _in_own_process(way: str, names: int, megabytes: float) -> str:
    command = [sys.executable, str(Path(__file__)), "--way", way, "--names", str(names), "--megabytes", str(megabytes)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def _as_text(result: dict[str, float | str]) -> str:
    figures = (f"{value:,.2f} {name}" for name, value in result.items() if name not in ("way", "names"))
    return f"{result['way']:>6}, {result['names']:>9,.0f} names: " + ", ".join(figures)


if __name__ == "__main__":
    main()
