"""Hand-made documents and claims, whose evidence is looked up in the text so that spans are true by making."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from mercato.model import (
    Attribution,
    Block,
    BlockKind,
    Claim,
    ClaimKind,
    ClubRef,
    Condition,
    Deal,
    Document,
    Evidence,
    EvidenceRole,
    Link,
    LinkKind,
    Moment,
    Money,
    PersonRef,
    Precision,
    ReaderVersion,
    Spell,
    Stage,
    Terms,
    Timing,
    Wage,
    document_id,
)

RULES_1 = ReaderVersion("rules", "1")
RULES_2 = ReaderVersion("rules", "2")

TEXT = (
    "Milan weigh up Perin\n\n"
    "Corriere dello Sport writes that Milan would take Mattia Perin from Juventus if Maignan leaves. "
    "JuventusNews24 carried it. His contract runs to June 2027.\n\n"
    "Øster want Vlahović, asks Łódź's O'Neill."
)


def day(text: str) -> Moment:
    return Moment(datetime.fromisoformat(text).replace(tzinfo=UTC), Precision.DAY)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def document(text: str = TEXT, key: str = "https://news.example/perin", **fields: Any) -> Document:
    blocks, start = [], 0
    for number, part in enumerate(text.split("\n\n")):
        kind = BlockKind.HEADLINE if number == 0 else BlockKind.PARAGRAPH
        blocks.append(Block(kind, start, start + len(part)))
        start += len(part) + 2
    given = {"address": key, "outlet": "juvefc.com", "title": "Milan weigh up Perin", "published": day("2025-06-09")}
    return Document(id=document_id(key, text), key=key, text=text, blocks=tuple(blocks), **{**given, **fields})


def evidence(of: Document, **words: str) -> tuple[Evidence, ...]:
    """`evidence(document, person="Mattia Perin", to="Milan")`; `from_` and so on lose the underscore."""
    found = []
    for role, text in words.items():
        start = of.text.index(text)
        found.append(Evidence(EvidenceRole(role.rstrip("_")), of.span(start, start + len(text))))
    return tuple(found)


def claim(
    of: Document,
    person: str | PersonRef = "Mattia Perin",
    to: str | ClubRef | None = "AC Milan",
    person_id: str | None = None,
    **fields: Any,
) -> Claim:
    reader = fields.get("reader", RULES_1)
    kind = fields.pop("kind", ClaimKind.MOVE)
    seed = f"{of.id} {kind} {person} {to} {fields.get('club')} {reader}"
    given: dict[str, Any] = {
        "id": hashlib.sha256(seed.encode()).hexdigest()[:16],
        "document_id": of.id,
        "kind": kind,
        "person": person if isinstance(person, PersonRef) else PersonRef(person, person_id),
        "to": ClubRef(to) if isinstance(to, str) else to,
        "stage": Stage.INTEREST if kind is ClaimKind.MOVE else None,
        "reader": reader,
    }
    return Claim(**{**given, **fields})


def full_claim(of: Document, **fields: Any) -> Claim:
    """A claim with every field set."""
    given: dict[str, Any] = {
        "from_": ClubRef("Juventus", "Q1422"),
        "deal": Deal.LOAN_OPTION,
        "fee": Money(4e6, 5.5e6, "EUR"),
        "until": "2027-06",
        "attribution": Attribution(
            (
                Link(LinkKind.OUTLET, "Corriere dello Sport", "Q1134977", of.span(22, 42)),
                Link(LinkKind.OUTLET, "JuventusNews24"),
                Link(LinkKind.UNNAMED, "the club"),
            )
        ),
        "condition": Condition(
            "if Maignan leaves", None, ClaimKind.EXIT, PersonRef("Mike Maignan"), None, ClubRef("X")
        ),
        "terms": Terms((Money(1, 1, "EUR"),), Wage(1, 2, "EUR", "season", True), 4.0, 10.0, "free"),
        "when": Timing("in January", "2026-winter"),
        "spell": Spell("2018-summer", None, 18, True, False, ClubRef("Genoa")),
        "evidence": evidence(of, person="Mattia Perin", to="Milan", from_="Juventus", trigger="would take"),
        "confidence": 0.25,
    }
    return claim(of, **{**given, **fields})
