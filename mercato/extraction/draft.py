"""A claim in the making."""

from __future__ import annotations

import hashlib

import msgspec

from mercato.extraction.coreference import Being
from mercato.extraction.events import Event, Span
from mercato.extraction.names import ClubName
from mercato.model import (
    LADDER,
    Certainty,
    ClaimKind,
    ClubRef,
    Deal,
    Document,
    EvidenceRole,
    Link,
    Money,
    PersonRef,
    ReaderVersion,
    Stage,
    Terms,
    Timing,
)

LOANS = frozenset({Deal.LOAN, Deal.LOAN_OPTION, Deal.LOAN_OBLIGATION})


class Draft(msgspec.Struct, eq=False):
    """A claim in the making: one kind, person and club, from one event."""

    kind: ClaimKind
    being: Being
    club: ClubName | None
    stage: Stage | None
    sentence: int
    event: Event | None = None
    spans: list[tuple[EvidenceRole, Span]] = []
    deal: Deal | None = None
    fee: Money | None = None
    until: str | None = None
    condition: Span | None = None
    chain: list[Link] = []
    certainty: Certainty = Certainty.REPORTED
    when: Timing | None = None
    terms: Terms = Terms()
    previous: bool = False
    # The last sentence that says more of it.
    last: int = 0
    role: str | None = None
    # Of a contract: whether the words show it to be the one that runs ("his contract expires").
    owned: bool = True

    @property
    def key(self) -> tuple[ClaimKind, int, str]:
        """What makes two drafts the same claim."""
        return self.kind, id(self.being), self.club.key if self.club else ""

    def advance(self, event: Event) -> None:
        """Move on to the stage of another step of the same move, never back."""
        if event.stage in LADDER and self.stage in LADDER and LADDER.index(event.stage) > LADDER.index(self.stage):
            self.stage = event.stage
            self.spans.append((EvidenceRole.STAGE, event.span))


def claim_id(
    document: Document, kind: ClaimKind, person: PersonRef, club: ClubRef | None, reader: ReaderVersion, *more: object
) -> str:
    """The id of a claim: the same words read by the same reader give the same one. `more` tells equals apart."""
    parts = (document.id, kind, person.name, club and club.name, *more, f"{reader.name}-{reader.version}")
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:24]
