"""Further terms: each is bound to the step that it belongs to, and what belongs to none is left out."""

from __future__ import annotations

import pytest

from mercato.model import Certainty, Claim, ClaimKind, EvidenceRole, MoneyKind, Wage
from tests.extraction.reading import steps


def move(text: str, day: str | None = "2021-06-15") -> Claim:
    """The first claim of a text that is a step."""
    return next(claim for claim in steps(text, day) if claim.kind in (ClaimKind.MOVE, ClaimKind.EXIT, ClaimKind.STAY))


def words(claim: Claim, role: EvidenceRole) -> list[str]:
    """The words that a field rests on."""
    return [item.span.text for item in claim.evidence if item.role is role]


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ("Arsenal could sign Ross Barkley from Chelsea for a nominal fee.", "for a nominal fee"),
        (
            "Chelsea may sell Ross Barkley either for free or for a marginal fee.",
            "either for free or for a marginal fee",
        ),
        ("Everton want to sign Ross Barkley for an undisclosed fee.", "for an undisclosed fee"),
        ("Everton want to sign Ross Barkley for a club-record fee of £50m.", None),
        ("Everton want to sign Ross Barkley for £5m.", None),
        ("Everton want to sign Ross Barkley.", None),
    ],
)
def test_a_cost_without_an_amount(text: str, cost: str | None) -> None:
    claim = move(text)
    assert claim.terms.cost == cost
    assert words(claim, EvidenceRole.COST) == ([cost] if cost else [])


def test_a_sale_gives_its_cost_to_the_move_it_serves() -> None:
    claim = move("AC Milan want Mattia Perin. Juventus might be willing to release Perin for a marginal figure.")
    assert (claim.kind, claim.terms.cost) == (ClaimKind.MOVE, "for a marginal figure")


@pytest.mark.parametrize(
    ("text", "wage"),
    [
        ("Everton want to give Ross Barkley a deal worth £100,000 a week.", Wage(100_000, 100_000, "GBP", "week")),
        (
            "Liverpool want to sign Federico Chiesa, who would earn €5m net per season.",
            Wage(5e6, 5e6, "EUR", "season", True),
        ),
        ("Liverpool want to sign Federico Chiesa for €50m.", None),
    ],
)
def test_pay(text: str, wage: Wage | None) -> None:
    found = [c.terms.wage for c in steps(text) if c.kind in (ClaimKind.MOVE, ClaimKind.STAY)]
    assert found == [wage]


def test_pay_is_no_fee() -> None:
    claim = move("Liverpool want to sign Federico Chiesa, who would earn €5m net per season.")
    assert claim.fee is None
    assert claim.terms.amounts == ()


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("Everton want to sign Ross Barkley on a five-year deal.", 5.0),
        ("Everton want to sign Ross Barkley on an 18-month contract.", 1.5),
        ("Everton want to sign Ross Barkley, who has a two-year deal left at Chelsea.", None),
        ("Everton want to sign Ross Barkley on a one-year loan deal.", None),
        ("Everton want Federico Chiesa, who joined Juventus in 2020 on a four-year contract.", None),
    ],
)
def test_length_of_the_new_contract(text: str, years: float | None) -> None:
    assert move(text).terms.length_years == years


def test_sell_on() -> None:
    claim = move("Chelsea want to sell Ross Barkley to Everton with a 20% sell-on clause.")
    assert claim.terms.sell_on_percent == 20
    assert words(claim, EvidenceRole.SELL_ON) == ["20% sell-on clause"]


def test_a_share_of_something_else_is_no_sell_on() -> None:
    assert (
        move("Chelsea want Ross Barkley to take a 20% pay cut before he joins Everton.").terms.sell_on_percent is None
    )


def test_what_amounts_pay_for() -> None:
    claim = move("Everton want to sign Federico Chiesa on loan for a €2m loan fee with a €20m option to buy.")
    assert {(a.kind, a.low) for a in claim.terms.amounts} == {(MoneyKind.LOAN_FEE, 2e6), (MoneyKind.OPTION, 20e6)}


def test_an_amount_without_such_words_is_the_fee() -> None:
    claim = move("Everton want to sign Ross Barkley for £30m.")
    assert [a.kind for a in claim.terms.amounts] == [MoneyKind.FEE]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Chelsea value Ross Barkley at £30m.", MoneyKind.VALUATION),
        ("Chelsea have set an asking price of £30m for Ross Barkley.", MoneyKind.ASKING_PRICE),
        ("Everton want Ross Barkley, who has a release clause of £30m.", MoneyKind.RELEASE_CLAUSE),
    ],
)
def test_the_kind_of_a_price(text: str, kind: MoneyKind) -> None:
    found = [
        c.fee.kind for c in steps(f"{text} The midfielder plays for Chelsea.") if c.kind is ClaimKind.PRICE and c.fee
    ]
    assert found == [kind]


@pytest.mark.parametrize(
    ("day", "text", "window"),
    [
        ("2021-06-15", "Everton want to sign Ross Barkley this summer.", "2021-summer"),
        ("2024-10-02", "Everton want to sign Ross Barkley in January.", "2025-winter"),
        ("2025-01-10", "Everton want to sign Ross Barkley in January.", "2025-winter"),
        ("2024-10-02", "Everton want to sign Ross Barkley in the summer.", "2025-summer"),
        ("2024-05-02", "Everton want to sign Ross Barkley next summer.", "2025-summer"),
        ("2024-10-02", "Everton want to sign Ross Barkley at the end of the season.", "2025-summer"),
        ("2021-06-15", "Everton wanted to sign Ross Barkley last summer.", "2020-summer"),
        ("2021-06-15", "Everton want to sign Ross Barkley in the summer of 2022.", "2022-summer"),
        # traps: the time belongs to something else
        ("2021-06-15", "Everton want to sign Ross Barkley, whose contract expires next summer.", None),
        ("2021-06-15", "Everton want Federico Chiesa, who joined Juventus last summer.", None),
        ("2021-06-15", "Everton want Ross Barkley, who has been at Chelsea since January 2018.", None),
        ("2021-06-15", "Everton want to sign Ross Barkley.", None),
    ],
)
def test_the_window_that_a_move_is_for(day: str, text: str, window: str | None) -> None:
    claim = move(text, day)
    assert (claim.when.window if claim.when else None) == window
    if claim.when is not None:
        assert words(claim, EvidenceRole.WHEN) == [claim.when.text]


def test_without_a_day_no_window_is_made_up() -> None:
    assert move("Everton want to sign Ross Barkley this summer.", None).when is None


@pytest.mark.parametrize(
    ("text", "certainty"),
    [
        ("Everton want to sign Ross Barkley.", Certainty.REPORTED),
        ("Everton could sign Ross Barkley.", Certainty.SPECULATED),
        ("Everton could sign Ross Barkley, according to the Daily Mail.", Certainty.REPORTED),
        ("Everton will reportedly sign Ross Barkley.", Certainty.REPORTED),
        ("Are Everton about to sign Ross Barkley?", Certainty.ASKED),
        ("Are Everton about to sign Ross Barkley? Everton want Ross Barkley.", Certainty.REPORTED),
        ("Everton have signed Ross Barkley.", Certainty.FACT),
    ],
)
def test_how_the_text_holds_it(text: str, certainty: Certainty) -> None:
    assert move(text).certainty is certainty


def test_a_contract_told_without_a_source_is_a_fact() -> None:
    found = [
        c
        for c in steps("Chelsea midfielder Ross Barkley is under contract until 2023.")
        if c.kind is ClaimKind.CONTRACT
    ]
    assert [c.certainty for c in found] == [Certainty.FACT]
