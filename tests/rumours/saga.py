"""The eight reports of the sample saga in a ledger, with claims made of their annotations.

The reader is not part of what is tested here, so annotations stand in for it. The annotation schema has conditions as
words only; the events that they name are added here, as a reader would.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mercato.ledger import Ledger
from mercato.model import (
    Attribution,
    Claim,
    ClaimKind,
    ClubRef,
    Condition,
    Deal,
    Document,
    Link,
    LinkKind,
    Money,
    MoneyKind,
    PersonRef,
    ReaderVersion,
    Role,
    Stage,
)
from mercato.register import NameKind, Register
from mercato.sources import document_from_text

SAMPLES = Path(__file__).parents[2] / "mercato" / "samples"
READER = ReaderVersion("annotations", "1")


def fill(ledger: Ledger, register: Register, names: tuple[str, ...] = ()) -> None:
    """Append the saga's reports, each seen when it was surely out; all of them, or those named."""
    for document, claims in reports(register):
        if not names or document.key in names:
            assert document.published is not None
            ledger.append(document, claims, seen_at=document.published.latest)


def reports(register: Register) -> Iterator[tuple[Document, list[Claim]]]:
    """The documents in the order of the manifest, with their claims."""
    gold = {row["id"]: row["claims"] for row in _rows("gold.jsonl")}
    for row in _rows("manifest.jsonl"):
        if row["id"].startswith("perin-"):
            document = document_from_text(
                (SAMPLES / row["file"]).read_text("utf-8"),
                key=row["id"],
                date=row["date"],
                address=row["url"],
                outlet=row["outlet"],
                language=row["language"],
                title=row["title"],
            )
            yield document, [claim(document, place, said, register) for place, said in enumerate(gold[row["id"]])]


def _rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SAMPLES / name).read_text("utf-8").splitlines()]


def claim(document: Document, place: int, said: dict[str, Any], register: Register) -> Claim:
    """One annotation as a claim."""
    fee = said["fee"]
    kind = ClaimKind(said["kind"])
    paid = MoneyKind.ASKING_PRICE if kind is ClaimKind.PRICE else MoneyKind.FEE
    return Claim(
        id=hashlib.sha256(f"{document.id} {place}".encode()).hexdigest()[:16],
        document_id=document.id,
        kind=kind,
        person=_person(said["person"], register),
        role=Role(said["role"]),
        to=_club(said["to"]),
        from_=_club(said["from"]),
        club=_club(said["club"]),
        stage=Stage(said["stage"]) if said["stage"] else None,
        deal=Deal(said["deal"]) if said["deal"] else None,
        fee=Money(fee["low"], fee["high"], fee["currency"], paid) if fee else None,
        until=said["until"],
        attribution=Attribution(tuple(Link(LinkKind.OUTLET, name) for name in said["sources"])),
        condition=_condition(said["condition"], register),
        reader=READER,
    )


def _condition(words: str | None, register: Register) -> Condition | None:
    if words is None:
        return None
    maignan, milan = _person("Mike Maignan", register), ClubRef("AC Milan")
    assert "Maignan" in words
    if "joins Chelsea" in words:
        return Condition(words, None, ClaimKind.MOVE, maignan, ClubRef("Chelsea"), milan)
    return Condition(words, None, ClaimKind.EXIT, maignan, None, milan)


def _person(name: str, register: Register) -> PersonRef:
    ids = [entry.id for entry in register.index.lookup(name) if entry.kind is NameKind.PERSON]
    return PersonRef(name, ids[0] if len(ids) == 1 else None)


def _club(name: str | None) -> ClubRef | None:
    return ClubRef(name) if name else None
