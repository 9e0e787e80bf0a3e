"""The index of names leaves nothing out: whatever is asked, the answer is that of looking at every claim."""

from __future__ import annotations

import itertools
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from mercato.ledger import ClaimFilter, Ledger, names
from mercato.ledger.queries import claims_query
from mercato.ledger.rows import stored_claim
from mercato.model import Attribution, Claim, ClubRef, Document, Link, LinkKind, Moment, PersonRef, Precision, Stage
from tests.ledger.made import RULES_1, RULES_2, claim, document

PEOPLE = ["Mattia Perin", "Perin", "Mike Maignan", "Martin Ødegaard", "Q 7", "De Gea"]
CLUBS = ["AC Milan", "Inter Milan", "Paris Saint-Germain", "St. Pauli", "FC"]
OUTLETS = ["juvefc.com", "Corriere dello Sport", "Marca", None]
ASKED = [
    "perin",
    "milan",
    "AC Milan",
    "Q1",
    "Q2",
    "q1",
    "st. pauli",
    "germain",
    "sport",
    "juvefc",
    "de",
    "",
    "%",
    "Q 7",
]


def filled(ledger: Ledger, seed: int) -> None:
    chance = random.Random(seed)

    def claims(of: Document, reader: object) -> list[Claim]:
        return [
            claim(
                of,
                reader=reader,
                id=f"{of.id}{place}",
                person=PersonRef(chance.choice(PEOPLE), chance.choice([None, "Q1", "Q2", "Q 7"])),
                to=ClubRef(chance.choice(CLUBS), chance.choice([None, "Q1"])),
                from_=chance.choice([None, ClubRef(chance.choice(CLUBS))]),
                attribution=Attribution((Link(chance.choice(list(LinkKind)), chance.choice(["Marca", "the club"])),)),
            )
            for place in range(chance.randint(0, 3))
        ]

    for number in range(60):
        day = datetime(2023, 1, 1, tzinfo=UTC) + timedelta(days=chance.randint(0, 900))
        published = chance.choice(
            [None, Moment(day, Precision.DAY), Moment(day.replace(day=1, month=1), Precision.YEAR)]
        )
        text = document(f"text {number}", str(number % 45), published=published, outlet=chance.choice(OUTLETS))
        seen = day + timedelta(days=chance.randint(0, 30))
        for reader in (RULES_1, RULES_2)[: chance.randint(1, 2)]:
            ledger.append(text, claims(text, reader), seen_at=seen, reader=reader)


def by_looking_at_all(ledger: Ledger, asked: ClaimFilter, moment: datetime | None) -> list:
    sql, parameters = claims_query(asked, moment)
    return [stored_claim(row) for row in ledger.database.execute(sql, parameters)][: asked.limit]


@pytest.mark.parametrize("much", [1, 2000])
def test_every_question_has_the_answer_of_looking_at_all(
    place: Path | str, much: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names, "_MUCH", much)
    monkeypatch.setattr("mercato.ledger.view._FEW", 2)
    monkeypatch.setattr("mercato.ledger.view._PAGE", 3)
    found = 0
    with Ledger.open(place) as ledger:
        filled(ledger, seed=7)
        moments = (None, datetime(2024, 1, 1, tzinfo=UTC))
        for text, limit, moment, role in itertools.product(ASKED, (None, 1, 4), moments, ("person", "club", "outlet")):
            view = ledger if moment is None else ledger.as_of(moment)
            for more in (
                {},
                {"since": date(2023, 9, 1), "until": date(2024, 9, 1), "reader": "all", "versions": "all"},
            ):
                asked = ClaimFilter(**{role: text, "limit": limit, **more})
                answer = view.claims(asked)
                assert answer == by_looking_at_all(ledger, asked, moment), asked
                found += len(answer)
        for limit, moment in itertools.product((None, 1, 4, 30), moments):
            view = ledger if moment is None else ledger.as_of(moment)
            for more in ({}, {"stages": (Stage.INTEREST,)}, {"since": date(2023, 9, 1), "until": date(2024, 9, 1)}):
                asked = ClaimFilter(limit=limit, **more)
                assert view.claims(asked) == by_looking_at_all(ledger, asked, moment), asked
        both = ClaimFilter(person="perin", club="milan", outlet="marca", limit=5)
        assert ledger.claims(both) == by_looking_at_all(ledger, both, None)
    assert found > 500, "too little was found for the test to show anything"
