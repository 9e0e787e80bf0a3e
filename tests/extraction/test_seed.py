"""The article that the project starts from: its five claims in every field, and what else it tells."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mercato.evaluation.matching import same_claim
from mercato.model import claims_to_row
from mercato.sources import document_from_text
from tests.extraction.reading import reader
from tests.shared_data import SHARED, needs_shared

pytestmark = needs_shared


@pytest.fixture(scope="module")
def article() -> str:
    """The text as a reader would paste it."""
    return (SHARED / "gold" / "seed_article.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def row(article: str) -> dict[str, Any]:
    """What is read from it."""
    document = document_from_text(article, key="seed", language="en")
    assert document.text == article
    return claims_to_row("seed", reader().read(document))


def _gold() -> list[dict[str, Any]]:
    path = SHARED / "gold" / "seed.jsonl"
    if not path.is_file():
        return []
    claims: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["claims"]
    return claims


def test_no_claim_too_many_and_none_missing(row: dict[str, Any]) -> None:
    assert len(row["claims"]) == len(_gold()) == 5


@pytest.mark.parametrize("number", range(5))
def test_every_field_of_every_claim(row: dict[str, Any], number: int) -> None:
    gold = _gold()[number]
    found = [claim for claim in row["claims"] if same_claim(gold, claim)]
    assert len(found) == 1
    for name in ("kind", "person", "role", "to", "from", "club", "deal", "fee", "until", "stage", "sources"):
        assert found[0][name] == gold[name], name
    assert bool(found[0]["condition"]) is bool(gold["condition"])
    if gold["condition"]:
        assert found[0]["more"]["condition"]["person"]["name"] in gold["condition"]


def _spells(row: dict[str, Any], person: str) -> list[dict[str, Any]]:
    return [spell for spell in row["more"]["spells"] if spell["person"] == person]


def test_perins_career(row: dict[str, Any]) -> None:
    told = {
        (s["club"], s["start"], s["months"], s["on_loan"], s["youth"], s["parent"] and s["parent"]["name"])
        for s in _spells(row, "Mattia Perin")
    }
    assert told == {
        ("Juventus", "2018-summer", None, False, False, None),
        ("Genoa", None, 18, True, False, "Juventus"),
        ("Genoa", None, None, False, True, None),
    }


def test_allegris_career_and_person(row: dict[str, Any]) -> None:
    told = {
        (s["club"], s["role"], s["end"], s["ended"], s["returned"], s["gap_years"])
        for s in _spells(row, "Massimiliano Allegri")
    }
    assert told == {
        ("AC Milan", "coach", None, False, True, 11.0),
        ("Juventus", "coach", "2024-05", True, False, None),
    }
    people = {person["person"]: (person["age"], person["born_place"]) for person in row["more"]["people"]}
    assert people == {"Massimiliano Allegri": (57, "Livorno")}


def test_what_perin_would_cost(row: dict[str, Any], article: str) -> None:
    move = next(c for c in row["claims"] if c["person"] == "Mattia Perin" and c["kind"] == "move")
    cost = move["more"]["terms"]["cost"]
    assert cost in article
    assert cost.split()[-1] == "figure"
    assert " or " in cost
    assert [e["span"]["text"] for e in move["more"]["evidence"] if e["role"] == "cost"] == [cost]


def test_every_piece_of_evidence_is_a_slice_of_the_article(row: dict[str, Any], article: str) -> None:
    spans = [e["span"] for claim in row["claims"] for e in claim["more"]["evidence"]]
    spans += [e["span"] for kind in ("spells", "people") for told in row["more"][kind] for e in told["evidence"]]
    assert len(spans) > 30
    for span in spans:
        assert article[span["start"] : span["end"]] == span["text"]
