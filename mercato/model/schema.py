"""Claims in the annotation schema's fields, the form in which readings are exchanged and scored."""

from __future__ import annotations

from typing import Any

import msgspec

from mercato.model.claims import Claim, ClaimKind, ClubRef

_TERM_FIELDS = ("terms", "when", "attribution", "evidence", "reader", "confidence", "certainty")


def _name(club: ClubRef | None) -> str | None:
    return club.name if club else None


def claim_to_schema(claim: Claim) -> dict[str, Any]:
    """One claim as the schema's fields, with everything else that we know under `more`."""
    fee = claim.fee
    plain = msgspec.to_builtins(claim)
    more: dict[str, Any] = {name: plain[name] for name in _TERM_FIELDS if plain[name] not in (None, [], {})}
    more["id"] = claim.id
    more["ids"] = {
        name: ref.id
        for name, ref in (("person", claim.person), ("to", claim.to), ("from", claim.from_), ("club", claim.club))
        if ref is not None and ref.id is not None
    }
    if claim.condition:
        more["condition"] = plain["condition"]
    return {
        "kind": claim.kind.value,
        "person": claim.person.name,
        "role": claim.role.value,
        "to": _name(claim.to),
        "from": _name(claim.from_),
        "club": _name(claim.club),
        "deal": claim.deal.value if claim.deal else None,
        "fee": {"low": fee.low, "high": fee.high, "currency": fee.currency} if fee else None,
        "until": claim.until,
        "stage": claim.stage.value if claim.stage else None,
        "sources": list(claim.attribution.sources),
        "condition": claim.condition.text if claim.condition else None,
        "more": more,
    }


def claims_to_row(id_: str, claims: list[Claim]) -> dict[str, Any]:
    """One text's reading: `{"id", "claims", "more": {"spells", "people"}}`; career facts are no claims."""
    row: dict[str, Any] = {
        "id": id_,
        "claims": [claim_to_schema(c) for c in claims if c.kind is not ClaimKind.SPELL],
    }
    spells = [
        {
            "person": c.person.name,
            "role": c.role.value,
            "club": _name(c.club),
            **(msgspec.to_builtins(c.spell) if c.spell else {}),
            "evidence": [msgspec.to_builtins(e) for e in c.evidence],
        }
        for c in claims
        if c.kind is ClaimKind.SPELL
    ]
    people = {
        (c.person.id or c.person.name): {"person": c.person.name, **msgspec.to_builtins(c.person_facts)}
        for c in reversed(claims)
        if c.person_facts is not None
    }
    more = {name: found for name, found in (("spells", spells), ("people", list(people.values())[::-1])) if found}
    if more:
        row["more"] = more
    return row
