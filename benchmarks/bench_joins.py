"""Which items of the gossip column are joined, against 300 pairs labelled by hand before the joiner existed.

    python benchmarks/bench_joins.py [--errors]

A pair is to be joined where a careful reader finds one person and one destination (or one stay) in both items, for
one window. The figures are those of reading and joining together. Beneath them stands what joining alone did, on the
pairs that were read as they are labelled: of those to be joined, where both items gave a claim of one kind on one
surname and one club; of the others, where they gave none.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from mercato.extraction import RuleReader  # noqa: E402
from mercato.ledger import Ledger  # noqa: E402
from mercato.model import Claim  # noqa: E402
from mercato.register import Register, load_register  # noqa: E402
from mercato.rumours.names import name_words  # noqa: E402
from mercato.rumours.store import RumourStore  # noqa: E402
from mercato.sources import document_from_text  # noqa: E402
from tests.shared_data import SHARED  # noqa: E402

LABELS = ROOT / "tests" / "rumours" / "joins.csv"
GOSSIP = SHARED / "data" / "gossip_2021_02_to_09.jsonl"
Said = set[tuple[str, str, str]]


def joined(register: Register) -> tuple[dict[str, set[str]], dict[str, Said]]:
    """For each item the ids of its rumours, and what its claims say: kind, surname and club."""
    reader = RuleReader(register)
    said: dict[str, Said] = {}
    with tempfile.TemporaryDirectory() as folder, Ledger.open(Path(folder) / "ledger.sqlite") as ledger:
        keys = {}
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
                claims = reader.read(document)
                assert document.published is not None
                ledger.append(document, claims, seen_at=document.published.latest, reader=reader.version)
                keys[document.id] = row["id"]
                said[row["id"]] = {mark for claim in claims for mark in _marks(claim)}
        store = RumourStore(ledger, register)
        store.update()
        found: dict[str, set[str]] = {}
        for rumour in store.rumours():
            for report in rumour.reports:
                found.setdefault(keys[report.document_id], set()).add(rumour.id)
    return found, said


def _marks(claim: Claim) -> list[tuple[str, str, str]]:
    words = name_words(claim.person.name)
    goal = {"move": claim.to, "stay": claim.club, "exit": claim.from_}.get(claim.kind.value)
    return [(claim.kind.value, words[-1], goal.name)] if goal and words else []


def main() -> None:
    """Print precision and recall, of everything and of joining alone."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--errors", action="store_true", help="show the ids of the pairs that are wrong")
    options = parser.parse_args()
    if not GOSSIP.is_file():
        raise SystemExit(f"no gossip column at {GOSSIP}; set MERCATO_SHARED")
    with LABELS.open(encoding="utf-8") as file:
        pairs = [(row["a"], row["b"], row["same"] == "1") for row in csv.DictReader(file)]
    found, said = joined(load_register())
    judged = [(a, b, same, bool(found.get(a, set()) & found.get(b, set()))) for a, b, same in pairs]
    _print("reading and joining", judged)
    _print("joining alone", [pair for pair in judged if bool(said[pair[0]] & said[pair[1]]) is pair[2]])
    if options.errors:
        for a, b, same, got in judged:
            if same != got:
                cause = "read alike" if said[a] & said[b] else "not read alike"
                print(f"{'missed' if same else 'wrongly joined'}: {a} {b} ({cause})")


def _print(what: str, judged: list[tuple[str, str, bool, bool]]) -> None:
    right = sum(same and got for _, _, same, got in judged)
    precision = right / max(sum(got for *_, got in judged), 1)
    recall = right / max(sum(same for _, _, same, _ in judged), 1)
    print(f"{what:>20}: {len(judged)} pairs, precision {precision:.3f}, recall {recall:.3f}")


if __name__ == "__main__":
    main()
