"""How well copies without credit are told from other reports on the same story.

    python benchmarks/bench_echoes.py [--errors]

Pairs are made by `tests/rumours/echo_pairs.py`; thresholds were set on one half of them, the figures that count are
those of the other. There are more copies than others, which flatters precision: the last of the three lines leaves out
the easy pairs (another story) and weighs what is left so that half of it is no copies.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from mercato.extraction import RuleReader  # noqa: E402
from mercato.register import Register, load_register  # noqa: E402
from mercato.rumours.echoes import Likeness, claim_marks, compare  # noqa: E402
from mercato.rumours.prints import print_of  # noqa: E402
from tests.rumours.echo_pairs import Item, Pair, pairs  # noqa: E402
from tests.shared_data import SHARED  # noqa: E402

EASY = "other story"
"""How pairs begin that are made of texts on two stories."""


class Detector:
    """Prints and claims of texts, made once."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._reader = RuleReader(register)

    def judge(self, pair: Pair) -> Likeness:
        """What the product says of a pair: by the texts, and by what the reader finds in them where it can read."""
        (one, mine), (other, theirs) = self._prints(pair.one), self._prints(pair.other)
        return compare(one, other, (mine, theirs))

    def _prints(self, item: Item):  # type: ignore[no-untyped-def]
        document = item.document
        claims = self._reader.read(document)
        return print_of(document.text, document.blocks, document.language, self._register), claim_marks(claims)


def figures(judged: Iterable[tuple[Pair, Likeness]]) -> tuple[int, float, float]:
    """How many pairs, precision and recall."""
    counts = Counter((pair.copied, likeness.copied) for pair, likeness in judged)
    found = counts[True, True] + counts[False, True]
    there = counts[True, True] + counts[True, False]
    return counts.total(), counts[True, True] / max(found, 1), counts[True, True] / max(there, 1)


def evened(judged: Sequence[tuple[Pair, Likeness]]) -> tuple[int, float, float]:
    """The same where copies, and other reports on the same story, count as if there were as many of both."""
    hard = [(pair, likeness) for pair, likeness in judged if pair.copied or not pair.how.startswith(EASY)]
    count, _, recall = figures(hard)
    others = [likeness.copied for pair, likeness in hard if not pair.copied]
    wrong = sum(others) / max(len(others), 1)
    return count, recall / max(recall + wrong, 1e-9), recall


def main() -> None:
    """Print the figures of both halves, and of each way in which pairs were made."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--errors", action="store_true", help="show the pairs that are judged wrongly")
    options = parser.parse_args()
    register = load_register()
    detector = Detector(register)
    made = pairs(register, SHARED / "data" / "gossip_2021_02_to_09.jsonl")
    start = time.perf_counter()
    judged = [(pair, detector.judge(pair)) for pair in made]
    seconds = time.perf_counter() - start
    others = sum(not pair.copied for pair in made)
    print(f"{len(made)} pairs, {others} of them no copies; {1000 * seconds / len(made):.1f} ms each")
    for name, part in (("set on", False), ("measured on", True)):
        count, precision, recall = figures((p, likeness) for p, likeness in judged if p.held_out is part)
        print(f"{name:>12}: {count} pairs, precision {precision:.3f}, recall {recall:.3f}")
    count, precision, recall = evened(judged)
    print(f"half and half: {count} pairs of one story, both halves, precision {precision:.3f}, recall {recall:.3f}")
    for how in sorted({pair.how for pair in made}):
        group = [(p, likeness) for p, likeness in judged if p.how == how]
        right = sum(p.copied == likeness.copied for p, likeness in group)
        print(f"  {how:<32} {right:>3} of {len(group):>3} right")
    if options.errors:
        for pair, likeness in judged:
            if pair.copied != likeness.copied:
                print(f"{pair.how}: {pair.one.document.key} | {pair.other.document.key}: {likeness.score:.2f}")


if __name__ == "__main__":
    main()
