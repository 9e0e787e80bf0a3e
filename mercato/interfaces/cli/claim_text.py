"""A claim in words: the one line, the fields with the words they rest on, and the marks in its text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mercato.interfaces.cli.output import Mark
from mercato.model import BlockKind, Certainty, Claim, ClaimKind, Document, EvidenceRole, Money, Spell, Wage

SHORT_ID = 8
"""Letters of an id that are shown; `mercato explain` takes as many as make it unique."""


class Field(NamedTuple):
    """One field of a claim: its name, its value, and the words of the text it rests on."""

    name: str
    value: str
    words: tuple[str, ...]


def document_head(document: Document) -> str:
    """A document on one line: its title (or headline, or key), outlet, author, date and language, as far as known."""
    headlines = (document.text[b.start : b.end] for b in document.blocks if b.kind is BlockKind.HEADLINE)
    name = document.title or next(headlines, document.key)
    parts = (name, document.outlet, document.author, str(document.published or "no date"), document.language)
    return " · ".join(part for part in parts if part)


def clubs(claim: Claim) -> str:
    """The clubs of a claim: "Juventus → AC Milan", or the one club."""
    if claim.club:
        return claim.club.name
    if claim.to:
        return f"{claim.from_.name if claim.from_ else ''} → {claim.to.name}".strip()
    return f"{claim.from_.name} →" if claim.from_ else ""


def cited(claim: Claim) -> str:
    """Whom the text credits, origin first: "Corriere dello Sport, via JuventusNews24"."""
    return ", via ".join(link.name for link in claim.attribution.chain)


def headline(claim: Claim) -> str:
    """The claim on one line, its short id first."""
    parts = [
        f"{claim.id[:SHORT_ID]}  {claim.kind.value}",
        claim.person.name,
        clubs(claim),
        claim.stage.value if claim.stage else "",
        claim.deal.value if claim.deal else "",
        money(claim.fee) if claim.fee else "",
        f"until {claim.until}" if claim.until else "",
        _spell(claim.spell) if claim.spell and claim.kind is ClaimKind.SPELL else "",
        claim.certainty.value if claim.certainty in (Certainty.SPECULATED, Certainty.ASKED) else "",
        f"condition: {claim.condition.text}" if claim.condition else "",
        f"source: {cited(claim)}" if claim.attribution.chain else "",
    ]
    return " · ".join(part for part in parts if part)


def money(amount: Money) -> str:
    """An amount in its currency: "EUR 4,000,000 to 5,500,000"."""
    low, high = (f"{end:,.0f}" for end in (amount.low, amount.high))
    return f"{amount.currency} {low}" if low == high else f"{amount.currency} {low} to {high}"


def fields(claim: Claim) -> list[Field]:
    """Every field that is set, in order, with the words it rests on; a field without words has none to show."""
    words: dict[EvidenceRole, list[str]] = {}
    for item in claim.evidence:
        words.setdefault(item.role, []).append(item.span.text)
    return [
        Field(name, value, tuple(dict.fromkeys(text for role in roles for text in words.get(role, ()))))
        for name, value, roles in _values(claim)
        if value
    ]


def marks(claims: Iterable[Claim], document: Document) -> list[Mark]:
    """Where the claims' words stand in the text."""
    return [
        Mark(item.span.start, item.span.end, item.role.value)
        for claim in claims
        if claim.document_id == document.id
        for item in claim.evidence
    ]


def _values(claim: Claim) -> Iterator[tuple[str, str, tuple[EvidenceRole, ...]]]:
    """Name, value and the roles of evidence that speak for it."""
    role, terms = EvidenceRole, claim.terms
    yield "kind", claim.kind.value, (role.TRIGGER,)
    yield "person", _with_id(claim.person.name, claim.person.id), (role.PERSON,)
    yield "role", claim.role.value, ()
    for name, club, spoken in (
        ("from", claim.from_, role.FROM),
        ("to", claim.to, role.TO),
        ("club", claim.club, role.CLUB),
    ):
        yield name, _with_id(club.name, club.id) if club else "", (spoken,)
    yield "stage", claim.stage.value if claim.stage else "", (role.STAGE, role.TRIGGER)
    yield "deal", claim.deal.value if claim.deal else "", (role.DEAL,)
    yield "fee", money(claim.fee) if claim.fee else "", (role.FEE,)
    yield "until", claim.until or "", (role.UNTIL,)
    yield "certainty", claim.certainty.value, (role.HEDGE,)
    yield "source", cited(claim), (role.SOURCE,)
    yield "condition", claim.condition.text if claim.condition else "", (role.CONDITION,)
    for amount in terms.amounts:
        if amount == claim.fee:
            continue
        yield amount.kind.value.replace("_", " "), money(amount), (role.FEE,)
    yield "cost", terms.cost or "", (role.COST,)
    yield "wage", _wage(terms.wage) if terms.wage else "", (role.WAGE,)
    yield "length", f"{terms.length_years:g} years" if terms.length_years is not None else "", (role.LENGTH,)
    yield "sell-on", f"{terms.sell_on_percent:g} %" if terms.sell_on_percent is not None else "", (role.SELL_ON,)
    yield "when", (claim.when.window or claim.when.date or claim.when.text) if claim.when else "", (role.WHEN,)
    yield "spell", _spell(claim.spell) if claim.spell else "", (role.START, role.END, role.LENGTH)
    yield "confidence", f"{claim.confidence:.2f}" if claim.confidence is not None else "", ()


def _with_id(name: str, id_: str | None) -> str:
    return f"{name} ({id_})" if id_ else name


def _wage(wage: Wage) -> str:
    net = {None: "", True: " net", False: " gross"}[wage.net]
    return f"{money(Money(wage.low, wage.high, wage.currency))} a {wage.period}{net}"


def _spell(spell: Spell) -> str:
    parts = [
        f"{spell.start or '?'} to {spell.end or '?'}" if spell.start or spell.end else "",
        f"{spell.months} months" if spell.months is not None else "",
        "on loan" if spell.on_loan else "",
        f"from {spell.parent.name}" if spell.parent else "",
        "youth" if spell.youth else "",
    ]
    return ", ".join(part for part in parts if part) or "dates not given"
