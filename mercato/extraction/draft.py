"""A claim in the making."""

from __future__ import annotations

from dataclasses import dataclass, field

from mercato.extraction.coreference import Being
from mercato.extraction.events import Event, Span
from mercato.extraction.naming import ClubName
from mercato.model import Certainty, ClaimKind, Deal, EvidenceRole, Link, Money, Stage, Terms, Timing


@dataclass(slots=True, eq=False)
class Draft:
    """A claim in the making: one kind, person and club, from one event."""

    kind: ClaimKind
    being: Being
    club: ClubName | None
    stage: Stage | None
    sentence: int
    event: Event | None = None
    spans: list[tuple[EvidenceRole, Span]] = field(default_factory=list)
    from_: ClubName | None = None
    deal: Deal | None = None
    fee: Money | None = None
    until: str | None = None
    condition: Span | None = None
    chain: list[Link] = field(default_factory=list)
    certainty: Certainty = Certainty.REPORTED
    when: Timing | None = None
    terms: Terms = field(default_factory=Terms)
    previous: bool = False
    role: str | None = None

    @property
    def key(self) -> tuple[ClaimKind, int, str]:
        """What makes two drafts the same claim."""
        return self.kind, id(self.being), self.club.key if self.club else ""
