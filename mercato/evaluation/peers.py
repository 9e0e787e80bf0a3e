"""What another system made of the same texts, scored the same way, to be printed beside our figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from mercato.evaluation.matching import ClaimRow
from mercato.evaluation.scoring import Claims, Match, score
from mercato.evaluation.texts import json_rows


def peer_files(folders: Sequence[Path]) -> Iterator[Path]:
    """JSON Lines files whose first row has `player` and `clubs`: a list of clubs that goes with a player."""
    for folder in folders:
        for path in sorted(folder.glob("*.jsonl")):
            first = next(json_rows(path), None)
            if first and {"player", "clubs"} <= set(first[1]):
                yield path


def peer_claims(path: Path) -> dict[str, list[ClaimRow]]:
    """Every club that a row names as a destination of its player: such rows don't say who buys and who sells."""
    claims: dict[str, list[ClaimRow]] = defaultdict(list)
    for _, row in json_rows(path):
        claims[row["id"]].extend({"kind": "move", "person": row["player"], "to": club} for club in row["clubs"])
    return dict(claims)


def peer_move_pairs(gold: Claims, folders: Sequence[Path]) -> dict[str, Match]:
    """Move pairs of each peer that has rows for these texts, by the name of its file."""
    found: dict[str, Match] = {}
    for path in peer_files(folders):
        claims = peer_claims(path)
        if not gold.keys().isdisjoint(claims):
            found[path.stem] = score(gold, claims).move_pairs
    return found
