"""Career facts: what lies behind or still holds is one, what is planned, asked or news is none."""

from __future__ import annotations

from typing import Any

import pytest

from mercato.model import Claim, ClaimKind, EvidenceRole, Role, claims_to_row
from tests.extraction.reading import read, spells, steps


def told(claim: Claim) -> dict[str, Any]:
    """What a spell says, without what it leaves open."""
    assert claim.spell is not None
    assert claim.club is not None
    spell = claim.spell
    fields = {name: getattr(spell, name) for name in spell.__slots__ if name != "parent"}
    fields["parent"] = spell.parent.name if spell.parent else None
    return {"club": claim.club.name, **{name: value for name, value in fields.items() if value not in (None, False)}}


CASES: list[tuple[str, list[dict[str, Any]]]] = [
    (
        "Chelsea want Federico Chiesa, who joined Juventus from Fiorentina in 2020 for £45m.",
        [{"club": "Juventus", "start": "2020"}, {"club": "Fiorentina", "end": "2020", "ended": True}],
    ),
    (
        "Everton want Federico Chiesa. The Juventus winger spent last season on loan at Genoa.",
        [{"club": "Genoa", "start": "2020-summer", "end": "2021", "on_loan": True, "ended": True}],
    ),
    (
        "Juventus winger Federico Chiesa came through the ranks at Fiorentina.",
        [{"club": "Fiorentina", "youth": True}],
    ),
    (
        "The former Genoa man Mattia Perin has been at Juventus since 2018.",
        [{"club": "Genoa", "ended": True}, {"club": "Juventus", "start": "2018"}],
    ),
    (
        "Mattia Perin has been on Juve's books since the summer of 2018.",
        [{"club": "Juventus", "start": "2018-summer"}],
    ),
    (
        "Ross Barkley left Everton in January 2018 and has made 80 appearances for Chelsea.",
        [{"club": "Everton", "end": "2018-01", "ended": True}, {"club": "Chelsea", "appearances": 80}],
    ),
    (
        "Jose Mourinho, who was sacked by Tottenham in April, is without a club.",
        [{"club": "Tottenham Hotspur", "end": "2021-04", "ended": True}],
    ),
    (
        "Massimiliano Allegri has been out of work since May 2019, when Juventus terminated his contract.",
        [{"club": "Juventus", "end": "2019-05", "ended": True}],
    ),
    (
        "Ross Barkley returned to Chelsea after two years at Aston Villa.",
        [{"club": "Chelsea", "returned": True}, {"club": "Aston Villa", "months": 24, "ended": True}],
    ),
    (
        "Massimiliano Allegri made his return to AC Milan seven years after his exit.",
        [{"club": "AC Milan", "returned": True, "gap_years": 7.0}],
    ),
    (
        "Ross Barkley returned to Chelsea after a season on loan at Aston Villa.",
        [{"club": "Aston Villa", "on_loan": True, "parent": "Chelsea", "ended": True}],
    ),
    (
        "Since joining Chelsea from Everton in 2018, Ross Barkley has been on loan at Aston Villa for 12 months.",
        [
            {"club": "Chelsea", "start": "2018"},
            {"club": "Everton", "end": "2018", "ended": True},
            {"club": "Aston Villa", "months": 12, "on_loan": True},
        ],
    ),
    (
        "Juventus goalkeeper Mattia Perin arrived in the summer of 2018 from Genoa.",
        [
            {"club": "Juventus", "start": "2018-summer"},
            {"club": "Genoa", "end": "2018-summer", "ended": True},
        ],
    ),
    ("Jose Mourinho has managed Roma since 2021.", [{"club": "Roma", "start": "2021"}]),
    (
        "Michy Batshuayi, who is on loan at Crystal Palace from Chelsea, says that he is happy.",
        [{"club": "Crystal Palace", "on_loan": True, "parent": "Chelsea"}],
    ),
    (
        "Ross Barkley had an 18-month loan spell with Aston Villa.",
        [{"club": "Aston Villa", "months": 18, "on_loan": True}],
    ),
    (
        "Alex Telles, who joined Manchester United from Porto last year, has been linked with Roma.",
        [
            {"club": "Manchester United", "start": "2020"},
            {"club": "Porto", "end": "2020", "ended": True},
        ],
    ),
    (
        "Watford want Danny Rose after he left Tottenham last month.",
        [{"club": "Tottenham Hotspur", "end": "2021-05", "ended": True}],
    ),
    (
        "Chelsea loaned Ross Barkley to Aston Villa last season.",
        [{"club": "Aston Villa", "start": "2020-summer", "end": "2021", "on_loan": True, "ended": True}],
    ),
    ("Ross Barkley, a product of the Everton academy, is wanted by West Ham.", [{"club": "Everton", "youth": True}]),
    (
        "Ross Barkley made his debut in 2011 and moved to Chelsea for £15m three years ago.",
        [{"club": "Chelsea", "start": "2018"}],
    ),
    (
        "In January 2018, Ross Barkley left Everton for Chelsea.",
        [{"club": "Everton", "end": "2018-01", "ended": True}, {"club": "Chelsea", "start": "2018-01"}],
    ),
    ("Frank Lampard made 429 appearances for Chelsea.", [{"club": "Chelsea", "appearances": 429}]),
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text[:50] for text, _ in CASES])
def test_a_career_is_read(text: str, expected: list[dict[str, Any]]) -> None:
    found = [told(claim) for claim in spells(text)]
    assert sorted(found, key=str) == sorted(expected, key=str)


TRAPS = [
    "Mattia Perin has always played second fiddle at Juventus.",
    "Chelsea want to sign Ross Barkley on loan with an option to buy.",
    "Ross Barkley will spend next season on loan at Aston Villa.",
    "Ross Barkley could return to Everton.",
    "Everton would like to have Ross Barkley at their disposal once again.",
    "Chelsea have been linked with Ross Barkley since 2018.",
    "Everton have been without Ross Barkley since March.",
    "Everton's record of 20 wins since 2018 is no help to Ross Barkley.",
    "Ross Barkley is under contract at Chelsea until June 2023.",
    "Ross Barkley signed for Aston Villa on Monday.",
    "Juventus could sack Massimiliano Allegri.",
    "If Ross Barkley leaves Chelsea, Everton will want him back.",
    "Ross Barkley is close to joining Everton from Chelsea.",
    "Roma want Ross Barkley to succeed Mattia Perin as captain.",
    "Chelsea have not sacked Frank Lampard.",
]


@pytest.mark.parametrize("text", TRAPS, ids=[text[:50] for text in TRAPS])
def test_what_is_no_career_fact(text: str) -> None:
    assert [told(claim) for claim in spells(text)] == []


def test_a_step_that_lies_behind_is_no_news() -> None:
    found = steps("Chelsea want Federico Chiesa, who joined Juventus from Fiorentina in 2020 for £45m.")
    assert [(c.kind, c.to and c.to.name, c.from_ and c.from_.name, c.fee) for c in found] == [
        (ClaimKind.MOVE, "Chelsea", "Juventus", None)
    ]


def test_coaches_are_coaches_where_they_coached() -> None:
    sacked, played = (
        spells("Jose Mourinho, who was sacked by Tottenham in April, is free.")[0],
        spells("Frank Lampard made 429 appearances for Chelsea.")[0],
    )
    assert (sacked.role, played.role) == (Role.COACH, Role.PLAYER)


def test_the_words_of_a_spell() -> None:
    claim = spells("Mattia Perin has been on Juve's books since the summer of 2018.")[0]
    words = {item.role: item.span.text for item in claim.evidence}
    assert words == {
        EvidenceRole.TRIGGER: "has been on Juve's books since",
        EvidenceRole.PERSON: "Mattia Perin",
        EvidenceRole.CLUB: "Juve",
        EvidenceRole.START: "the summer of 2018",
    }


def test_age_and_birthplace_stand_with_the_persons_first_claim() -> None:
    text = "Roma want Massimiliano Allegri. The 53-year-old, born in Livorno, has been out of work since 2019."
    claims = read(text)
    facts = claims[0].person_facts
    assert facts is not None
    assert (facts.age, facts.born_place) == (53, "Livorno")
    assert {item.role: item.span.text for item in facts.evidence} == {
        EvidenceRole.AGE: "53-year-old",
        EvidenceRole.BORN_PLACE: "Livorno",
    }
    assert all(claim.person_facts is None for claim in claims[1:])


def test_without_a_date_of_publication_a_full_date_counts() -> None:
    found = [told(c) for c in spells("Ross Barkley left Everton in January 2018.", day=None)]
    assert found == [{"club": "Everton", "end": "2018-01", "ended": True}]


def test_a_row_keeps_spells_and_people_apart_from_claims() -> None:
    text = "Everton want Ross Barkley. The 27-year-old has been at Chelsea since 2018."
    row = claims_to_row("x", read(text))
    assert [claim["kind"] for claim in row["claims"]] == ["move"]
    assert [(s["person"], s["club"], s["start"]) for s in row["more"]["spells"]] == [
        ("Ross Barkley", "Chelsea", "2018")
    ]
    person = row["more"]["people"][0]
    assert (person["person"], person["age"]) == ("Ross Barkley", 27)
    assert [item["span"]["text"] for item in person["evidence"]] == ["27-year-old"]
