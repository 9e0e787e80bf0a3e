"""Career facts in the making, and the claims that they become: one for each time a person was at a club."""

from __future__ import annotations

from dataclasses import dataclass, field

from mercato.extraction.coreference import Being
from mercato.extraction.draft import claim_id
from mercato.extraction.names import ClubName, club_ref
from mercato.extraction.times import Time
from mercato.model import (
    Certainty,
    Claim,
    ClaimKind,
    Document,
    Evidence,
    EvidenceRole,
    PersonFacts,
    ReaderVersion,
    Role,
    Spell,
)

Span = tuple[int, int]
_FIELDS = ("start", "end", "months", "parent", "gap", "appearances")


@dataclass(slots=True, eq=False)
class SpellDraft:
    """One time of a person at a club. `club` None: where the document has them now, and not at `other_than`.

    A `weak` one ("the former Genoa man") tells nothing that a fuller one for the same club doesn't.
    """

    being: Being
    club: ClubName | None
    role: str | None = None
    start: str | None = None
    end: str | None = None
    months: int | None = None
    on_loan: bool = False
    youth: bool = False
    parent: ClubName | None = None
    ended: bool = False
    returned: bool = False
    gap: float | None = None
    appearances: int | None = None
    weak: bool = False
    other_than: str | None = None
    spans: list[tuple[EvidenceRole, Span]] = field(default_factory=list)

    def begin(self, time: Time | None) -> None:
        """Sets the start, with its words."""
        if time is not None:
            self.start = time.date or time.window
            self.spans.append((EvidenceRole.START, (time.start, time.end)))

    def finish(self, time: Time | None) -> None:
        """Sets the end, with its words where it has a date."""
        self.ended = True
        if time is not None:
            self.end = time.until or time.date or time.window
            self.spans.append((EvidenceRole.END, (time.start, time.end)))


def _same(one: SpellDraft, other: SpellDraft) -> bool:
    """Whether both tell of the same time at the club."""
    if one.being is not other.being or one.club is None or other.club is None or one.club.key != other.club.key:
        return False
    if one.weak or other.weak:
        return not (one.returned or other.returned)
    if (one.on_loan, one.youth) != (other.on_loan, other.youth):
        return False
    if one.returned != other.returned and (one.ended or other.ended):
        return False
    return all(
        getattr(one, name) is None or getattr(other, name) is None or getattr(one, name) == getattr(other, name)
        for name in ("start", "end", "months", "gap", "role")
    )


def _join(first: SpellDraft, later: SpellDraft) -> None:
    """Adds what the later one tells."""
    if first.weak and not later.weak:
        first.on_loan, first.youth, first.weak = later.on_loan, later.youth, False
    for name in _FIELDS:
        if getattr(first, name) is None:
            setattr(first, name, getattr(later, name))
    first.role = first.role or later.role
    first.ended = first.ended or later.ended
    first.returned = first.returned or later.returned
    first.spans.extend(span for span in later.spans if span not in first.spans)


def merged(drafts: list[SpellDraft]) -> list[SpellDraft]:
    """One draft for each time at a club, in the order of the text; those whose club stays unknown are left out."""
    kept: list[SpellDraft] = []
    for draft in drafts:
        if draft.club is None:
            draft.club = _present_club(draft)
        if draft.club is None:
            continue
        known = next((other for other in kept if _same(other, draft)), None)
        if known is None:
            kept.append(draft)
        else:
            _join(known, draft)
    return kept


def _present_club(draft: SpellDraft) -> ClubName | None:
    """The one club that the document has the person at, besides the one that they came from."""
    being = draft.being
    clubs = [key for key in being.current if key != draft.other_than and key not in being.former]
    if len(clubs) != 1:
        return None
    draft.spans.append((EvidenceRole.CLUB, being.spans[clubs[0]]))
    return being.clubs[clubs[0]]


def is_coach(being: Being, role: str | None) -> bool:
    """Whether the person was at the club as a coach: by the words, else by the document or the register."""
    if role is not None:
        return role == "coach"
    if being.role != "player":
        return True
    return being.person is not None and being.person.role in ("coach", "director") and not being.positions


def spell_claim(
    draft: SpellDraft, document: Document, reader: ReaderVersion, facts: PersonFacts | None = None
) -> Claim:
    """The claim of a draft."""
    person, club = draft.being.ref, club_ref(draft.club)
    flags = (draft.start, draft.end, draft.on_loan, draft.youth, draft.returned)
    return Claim(
        id=claim_id(document, ClaimKind.SPELL, person, club, reader, *flags),
        document_id=document.id,
        kind=ClaimKind.SPELL,
        person=person,
        role=Role.COACH if is_coach(draft.being, draft.role) else Role.PLAYER,
        club=club,
        certainty=Certainty.FACT,
        spell=Spell(
            start=draft.start,
            end=draft.end,
            months=draft.months,
            on_loan=draft.on_loan,
            youth=draft.youth,
            parent=club_ref(draft.parent),
            ended=draft.ended,
            returned=draft.returned,
            gap_years=draft.gap,
            appearances=draft.appearances,
        ),
        person_facts=facts,
        evidence=tuple(Evidence(role, document.span(*span)) for role, span in draft.spans),
        reader=reader,
    )


@dataclass(slots=True, eq=False)
class FactsDraft:
    """Age and birthplace of a person, as the document gives them."""

    age: int | None = None
    born: str | None = None
    born_place: str | None = None
    spans: list[tuple[EvidenceRole, Span]] = field(default_factory=list)

    def told(self, document: Document) -> PersonFacts:
        """The facts with their words."""
        evidence = tuple(Evidence(role, document.span(*span)) for role, span in self.spans)
        return PersonFacts(self.age, self.born, self.born_place, evidence)
