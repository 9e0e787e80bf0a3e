"""Reading a text with the shipped register, for the tests of the rule reader."""

from __future__ import annotations

from functools import lru_cache

from mercato.extraction.reader import RuleReader
from mercato.model import Claim, ClaimKind, Document
from mercato.register.loading import load_register
from mercato.sources import document_from_text

DAY = "2021-06-15"


@lru_cache(maxsize=1)
def reader() -> RuleReader:
    """A reader over what the package ships."""
    return RuleReader(load_register(user=False))


def document(text: str, day: str | None = DAY) -> Document:
    """An English document of the day."""
    return document_from_text(text, key="test", date=day, language="en")


def read(text: str, day: str | None = DAY) -> list[Claim]:
    """All claims of a text; every piece of evidence is a slice of it."""
    made = document(text, day)
    claims = reader().read(made)
    for claim in claims:
        facts = claim.person_facts.evidence if claim.person_facts else ()
        for item in (*claim.evidence, *facts):
            assert made.text[item.span.start : item.span.end] == item.span.text
    return claims


def spells(text: str, day: str | None = DAY) -> list[Claim]:
    """The career facts of a text."""
    return [claim for claim in read(text, day) if claim.kind is ClaimKind.SPELL]


def steps(text: str, day: str | None = DAY) -> list[Claim]:
    """What is no career fact."""
    return [claim for claim in read(text, day) if claim.kind is not ClaimKind.SPELL]
