"""Our figures are those of the annotations' own scorer, on outputs of many kinds; and the rules, one by one."""

from __future__ import annotations

import copy
import json
import random
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mercato.errors import DataFileError
from mercato.evaluation import matching
from mercato.evaluation.peers import peer_claims, peer_move_pairs
from mercato.evaluation.scoring import Claims, score
from mercato.evaluation.texts import load_claims
from tests.shared_data import SHARED, needs_shared

GOLD = ("gossip_dev", "articles_dev", "tweets_dev", "seed")
CLUBS = ("Man Utd", "FC Internazionale Milano", "Leeds", "Real", "Norwich", "AC Milan", "Sporting CP", None)
STAGES = ("interest", "talks", "bid", "done", None)
OUTLETS = ("Il Corriere dello Sport", "the Sun", "La Gazzetta", "Mirror.co.uk", "The")


def damaged(gold: Claims, seed: int) -> dict[str, list[dict[str, Any]]]:
    """The annotations after random edits of every kind that a reader's faults come in."""
    dice = random.Random(seed)
    system: dict[str, list[dict[str, Any]]] = {}
    for text_id, claims in gold.items():
        if dice.random() < 0.1:
            continue
        kept = [edited(copy.deepcopy(dict(c)), dice) for c in claims if dice.random() < 0.9]
        if dice.random() < 0.15:
            kept.append(
                {"kind": dice.choice(("move", "exit", "price", None)), "person": "Diego Ødegård", "to": "Leeds"}
            )
        dice.shuffle(kept)
        system[text_id] = kept
    return system


def edited(claim: dict[str, Any], dice: random.Random) -> dict[str, Any]:
    edits = {
        "kind": lambda: dice.choice(("move", "exit", "stay", "contract")),
        "person": lambda: dice.choice(
            (claim["person"].split()[-1], claim["person"].upper(), "X " + claim["person"], "")
        ),
        "to": lambda: dice.choice(CLUBS),
        "from": lambda: dice.choice(CLUBS),
        "club": lambda: dice.choice(CLUBS),
        "deal": lambda: dice.choice(("loan", "permanent", None)),
        "until": lambda: dice.choice(("2025", "2027-06", None)),
        "stage": lambda: dice.choice(STAGES),
        "condition": lambda: dice.choice(("if he goes", None)),
        "sources": lambda: dice.sample(OUTLETS, dice.randint(0, 3)),
        "fee": lambda: dice.choice((None, {"low": 1e6, "high": 2.01e6, "currency": "eur"}, fee_nearby(claim, dice))),
    }
    for name, edit in edits.items():
        if dice.random() < 0.12:
            claim[name] = edit()
    return claim


def fee_nearby(claim: dict[str, Any], dice: random.Random) -> dict[str, Any] | None:
    fee = claim.get("fee")
    return fee and {**fee, "high": fee["high"] * dice.choice((1.005, 1.02))}


def their_report(gold: Path, system: Path) -> tuple[dict[str, Any], list[str]]:
    command = [sys.executable, str(SHARED / "gold" / "score.py"), str(gold), str(system)]
    report = subprocess.run([*command, "--json"], check=True, capture_output=True, text=True).stdout
    table = subprocess.run([*command, "--errors", "1000000"], check=True, capture_output=True, text=True).stdout
    # the table and its kinds come before the line of sources, the faults after it
    _, _, faults = table.partition("sources     ")
    return json.loads(report), [line.strip() for line in faults.splitlines()[1:]]


def assert_same(gold_path: Path, system: Claims, folder: Path) -> None:
    system_path = folder / "system.jsonl"
    rows = [json.dumps({"id": text_id, "claims": claims}) for text_id, claims in system.items()]
    system_path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    report, faults = their_report(gold_path, system_path)
    ours = score(load_claims(gold_path), load_claims(system_path))
    assert json.loads(json.dumps(ours.plain())) == report
    assert [" ".join(str(f).split()) for f in ours.faults] == [" ".join(f.split()) for f in faults]


@needs_shared
@pytest.mark.parametrize("name", GOLD)
def test_annotations_against_themselves(name: str, tmp_path: Path) -> None:
    """The annotations as the system's output: both scorers agree, and nothing is missed or invented."""
    path = SHARED / "gold" / f"{name}.jsonl"
    assert_same(path, load_claims(path), tmp_path)
    report = score(load_claims(path), load_claims(path))
    assert report.all_claims.f1 == 1.0
    assert not report.faults


@needs_shared
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", GOLD)
def test_damaged_annotations(name: str, seed: int, tmp_path: Path) -> None:
    """Whatever is wrong with an output, both scorers see the same faults in the same order."""
    path = SHARED / "gold" / f"{name}.jsonl"
    assert_same(path, damaged(load_claims(path), seed), tmp_path)


@needs_shared
def test_peer(tmp_path: Path) -> None:
    """A peer's clubs as destinations: both scorers agree, and the figure is the one that is known of it."""
    gold_path = SHARED / "gold" / "gossip_dev.jsonl"
    assert_same(gold_path, peer_claims(SHARED / "data" / "gossip_gpt3_structure.jsonl"), tmp_path)
    found = peer_move_pairs(load_claims(gold_path), [SHARED / "data"])
    assert found["gossip_gpt3_structure"].f1 == pytest.approx(0.61, abs=0.005)


@needs_shared
def test_every_name_pair_is_judged_alike() -> None:
    """Each alias of each table against many other names: both rules say the same of every pair."""
    theirs = runpy.run_path(str(SHARED / "gold" / "score.py"), run_name="theirs")
    dice = random.Random(7)
    names = [*theirs["CLUBS"], *theirs["CLUBS"].values(), *theirs["EXTRAS"], *theirs["AFFIXES"], "Özil FC", "Đà Nẵng"]
    for _ in range(4000):
        one = " ".join(dice.sample(names, dice.randint(1, 2)))
        other = dice.choice((dice.choice(names), one + " " + dice.choice(names)))
        assert matching.same_club(one, other) == theirs["same_club"](one, other), (one, other)
        assert matching.same_person(one, other) == theirs["same_person"](one, other), (one, other)


def claim(**fields: Any) -> dict[str, Any]:
    return {"kind": "move", "person": "Mattia Perin", "to": "AC Milan", "stage": "interest", "sources": [], **fields}


def test_a_claim_is_taken_once() -> None:
    """Two equal claims of the system's don't both count for one annotated claim."""
    report = score({"a": [claim()]}, {"a": [claim(), claim()]})
    assert (report.move_pairs.hit, report.move_pairs.system) == (1, 2)
    assert [f.what for f in report.faults] == ["invented"]


def test_missing_text_counts_as_silence() -> None:
    """A text that the system leaves out misses its claims, and is silent where there was nothing to find."""
    report = score({"a": [claim()], "b": []}, {})
    assert report.move_pairs.recall == 0.0
    assert report.silent.value == 1.0
    assert report.move_pairs.precision is None


def test_speaking_where_nothing_is() -> None:
    """A claim in a text that holds none lowers `silent` and precision."""
    report = score({"a": []}, {"a": [claim()]})
    assert report.silent.value == 0.0
    assert report.move_pairs.precision == 0.0


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("AC Milan", "Milan", True),
        ("Inter", "AC Milan", False),
        ("Norwich", "Norwich City", True),
        ("Manchester", "Manchester City", False),
        ("Man Utd", "Manchester United", True),
        ("1. FC Köln", "Koln", True),
        (None, "Milan", False),
    ],
)
def test_clubs(one: str | None, other: str | None, same: bool) -> None:
    """Short names, affixes and accents don't tell clubs apart; a name that leaves two clubs open does."""
    assert matching.same_club(one, other) is same
    assert matching.same_club(other, one) is same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Dušan Vlahović", "Vlahovic", True),
        ("Heung-min Son", "Heung Min Son", True),
        ("Luis Diaz", "Luis Suarez", False),
        ("Diaz", "Luis Diaz Marulanda", True),
        ("Luis", "Luis Alberto Diaz", False),
        ("", "Luis Diaz", False),
    ],
)
def test_persons(one: str, other: str, same: bool) -> None:
    """A surname is enough, a first name is not."""
    assert matching.same_person(one, other) is same


def test_exit_asks_for_no_from() -> None:
    """The club of an exit is what it was matched by, so it isn't counted as a right field again."""
    leaves = {"kind": "exit", "person": "Mike Maignan", "from": "AC Milan", "stage": "interest"}
    assert score({"a": [leaves]}, {"a": [leaves]}).accuracy["from"].asked == 0


def test_alias_of_two_clubs_is_refused() -> None:
    """An alias under two clubs would make figures depend on the order of a file."""
    with pytest.raises(DataFileError, match="city"):
        matching._aliases({"manchester city": ["city"], "norwich city": ["city"]})


def test_no_annotations_file_without_claims(tmp_path: Path) -> None:
    """A row without claims names its line."""
    path = tmp_path / "gold.jsonl"
    path.write_text('{"id": "a", "claims": []}\n{"id": "b"}\n', encoding="utf-8")
    with pytest.raises(DataFileError, match=r"gold.jsonl:2"):
        load_claims(path)
