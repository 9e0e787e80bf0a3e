"""Drafts become claims: merged within the document, the latest stage winning, with their evidence."""

from __future__ import annotations

from collections import Counter

from mercato.extraction.attribution import AttributionReader
from mercato.extraction.careers import CareerReader
from mercato.extraction.cells import marks
from mercato.extraction.conditions import ConditionReader
from mercato.extraction.confidence import Confidence, Setting, traits
from mercato.extraction.coreference import Being, Resolver
from mercato.extraction.draft import LOANS, Draft, claim_id
from mercato.extraction.events import Event
from mercato.extraction.extras import ExtrasReader, Said, take_terms
from mercato.extraction.items import ItemKind
from mercato.extraction.languages import Language
from mercato.extraction.names import ClubName, club_ref
from mercato.extraction.nodes import Row
from mercato.extraction.sentences import Sentence
from mercato.extraction.terms import TermReader
from mercato.model import (
    ENDS,
    Attribution,
    Claim,
    ClaimKind,
    Deal,
    Document,
    Evidence,
    EvidenceRole,
    ReaderVersion,
    Role,
    Stage,
)
from mercato.register import Register

_WISHES = ENDS | {Stage.INTEREST, Stage.TALKS, Stage.BID}
_SETTLED = frozenset({Stage.ADVANCED, Stage.AGREED, Stage.DONE})
_UNDERWAY = frozenset({Stage.TALKS, Stage.BID, Stage.ADVANCED, Stage.AGREED})
_ORDER = {stage: rank for rank, stage in enumerate(Stage)}


class Assembler:
    """Makes the claims of one document."""

    def __init__(
        self,
        document: Document,
        language: Language,
        resolver: Resolver,
        register: Register,
        confidence: Confidence | None = None,
    ) -> None:
        self.confidence = confidence
        self.document = document
        self.language = language
        self.resolver = resolver
        self.register = register
        day = resolver.day
        self.terms = TermReader(language, resolver, day, document.text)
        self.conditions = ConditionReader(document.text, language.words.get("pluperfect", frozenset()))
        self.attribution = AttributionReader(language, register, document.text, document.outlet)
        self.extras = ExtrasReader(language, day, document.text)
        self.careers = CareerReader(language, resolver, day, document)
        self.rows: list[Sentence] = []
        self.times: Counter[tuple[ClaimKind, int, str]] = Counter()
        # How each claim was found, by its id; the confidence rests on it.
        self.traits: dict[str, dict[str, float]] = {}

    def enrich(
        self,
        number: int,
        row: Sentence,
        nodes: Row,
        events: list[Event],
        found: list[Draft],
        topic: Being | None,
        deal: Draft | None = None,
    ) -> list[Draft]:
        """Adds what the sentence says of deal, money and dates; returns the contract and price facts in it."""
        noticed = marks(row.items, self.language)
        self.rows.append(row)
        self.attribution.read(number, row, noticed)
        self.conditions.drop_expiries(number, noticed)
        self.extras.mark_wages(row.items, noticed)
        amounts = self.terms.amounts(row.items)
        facts = list(self.terms.prices(nodes, amounts, noticed, number, topic))
        other = topic is not None and deal is not None and topic is not deal.being and _is_player(topic)
        other = other and not self.resolver.elliptic
        carried = [] if other else self._carried(number, nodes, found, deal)
        self.attribution.cover(number, carried)
        priced = {id(d.being) for d in facts}
        found[:] = [
            d for d in found
            if not (d.kind is ClaimKind.EXIT and id(d.being) in priced and d.event and d.event.entry.name == "listen")
        ]  # fmt: skip
        self.terms.bind(nodes, amounts, noticed, [*found, *facts, *carried])
        found[:] = [d for d in found if not (d.stage is Stage.DONE and self.terms.is_past(nodes, d))]
        for draft in found:
            if (
                draft.stage in _UNDERWAY
                and draft.kind is ClaimKind.MOVE
                and self.terms.is_past(nodes, draft, strict=True)
            ):
                draft.stage = Stage.INTEREST  # "who was close to joining them in 2018": wanted then
        facts.extend(self.terms.contracts(nodes, noticed, number, topic))
        told = self.careers.read(row.items, nodes, events, noticed, topic)
        found[:] = [d for d in found if d.event not in told and not (d.event and d.event.aside)]
        said = Said(row.items, nodes, noticed, amounts, events, told, row.is_question)
        self.extras.bind(said, [*found, *facts])
        return facts

    def _carried(self, number: int, nodes: Row, found: list[Draft], deal: Draft | None) -> list[Draft]:
        """The move spoken of before, where a sentence names no step of its own and nobody else: its terms follow."""
        own = (ClaimKind.STAY, ClaimKind.EXIT)
        if deal is None or number - max(deal.sentence, deal.last) > 3:
            return []
        if any(d.kind not in own for d in found):
            return []
        if any(d.kind is ClaimKind.EXIT and (d.being is not deal.being or d.stage not in _SETTLED) for d in found):
            return []
        people = (m.being for n in nodes.people for m in n.people)
        if any(b is not None and b is not deal.being and _is_player(b) for b in people):
            return []
        for at, node in enumerate(nodes):
            paid = node.role == "goal" and any(n.tag is ItemKind.MONEY for n in nodes[max(0, at - 4) : at])
            name = node.clubs[0].settled if (node.role == "source" or paid) and node.clubs else None
            if name is not None and not deal.being.current:
                deal.being.at(name, (node.start, node.end))
        return [deal]

    def claims(self, drafts: list[Draft], presupposed: set[tuple[int, str]]) -> list[Claim]:
        """The claims of the document, one for each kind, person and club; what it takes for known is none."""
        drafts = [
            d
            for d in drafts
            if d.being.role != "official"
            if d.kind is not ClaimKind.MOVE
            or d.stage is not Stage.DONE
            or d.club is None
            or (id(d.being), d.club.key) not in presupposed
        ]
        drafts = self._with_known_clubs(drafts)
        self._place_by_the_only_club(drafts)
        drafts = [d for d in drafts if d.kind is not ClaimKind.STAY or d.club is not None]
        drafts = self._without_conditional(drafts)
        self.conditions.bind(drafts)
        self.attribution.bind(drafts, self.rows)
        self.extras.settle(drafts)
        merged: dict[tuple[ClaimKind, int, str], Draft] = {}
        self.times = Counter(draft.key for draft in drafts)
        for draft in drafts:
            if draft.kind in (ClaimKind.CONTRACT, ClaimKind.PRICE) and not self._place(draft):
                continue
            other = merged.get(draft.key)
            if other is None:
                merged[draft.key] = draft
            else:
                self._merge(other, draft)
        self.extras.hand_down(list(merged.values()))
        kept = self._without_shadows(list(merged.values()))
        return [*(self._claim(draft) for draft in kept), *self.careers.claims(READER_VERSION)]

    def _place_by_the_only_club(self, drafts: list[Draft]) -> None:
        """Who may leave or stay and whose club is not told: the one club that the text names."""
        clubs = {club.key: club for club in self.resolver.recent_clubs}
        if len(clubs) != 1:
            return
        (club,) = clubs.values()
        span = self.resolver.first_spans.get(club.key)
        for draft in drafts:
            if draft.kind in (ClaimKind.EXIT, ClaimKind.STAY) and draft.club is None and span is not None:
                draft.being.at(club, span)
                draft.club = club

    def _without_conditional(self, drafts: list[Draft]) -> list[Draft]:
        """An event that is only a condition is no claim; where the text says nothing else it is a possibility."""
        plain = [d for d in drafts if d.event is None or not d.event.conditional]
        if plain:
            return plain
        for draft in drafts:
            draft.stage = Stage.INTEREST
        return drafts

    def _with_known_clubs(self, drafts: list[Draft]) -> list[Draft]:
        """Where the text doesn't say whose player somebody is, the register may, if the text names that club.

        A move to the club that the register has the player at is read as written only once it is more than a wish.
        """
        joined = {
            (id(d.being), d.club.key) for d in drafts if d.kind is ClaimKind.MOVE and d.club and d.stage not in _WISHES
        }
        for being in self.resolver.beings:
            if not being.current and being.borrower is not None:
                being.at(*being.borrower)
            if being.current or being.role != "player":
                continue
            club = self.resolver.known_club(being)
            if club is not None and (id(being), club.key) not in joined:
                being.at(club, self.resolver.first_spans[club.key])
        for draft in drafts:
            if draft.kind is not ClaimKind.MOVE or draft.club is None or draft.stage in _WISHES:
                continue
            if self.resolver.is_settled_at(draft.being, draft.club):
                draft.kind = ClaimKind.STAY  # "Salah signs for Liverpool until 2027"
                draft.being.at(draft.club, self.resolver.first_spans.get(draft.club.key, draft.being.first))
        return [d for d in drafts if not self._is_own_wish(d)]

    def _is_own_wish(self, draft: Draft) -> bool:
        """Whether a club would only want somebody who is its own player or coach, by the text or the register."""
        if draft.kind is not ClaimKind.MOVE or draft.club is None or draft.stage not in _WISHES:
            return False
        if draft.being.is_at(draft.club):
            return True
        return not _is_player(draft.being) and self.resolver.has_coached(draft.being, draft.club)

    def _place(self, draft: Draft) -> bool:
        """Puts a contract or a price at the club that the document has the person at."""
        club = draft.being.club
        if club is None:
            return False
        draft.club = club
        draft.spans.append((EvidenceRole.CLUB, draft.being.spans[club.key]))
        return True

    def _merge(self, first: Draft, later: Draft) -> None:
        """The latest step wins; a mere interest said again does not undo it."""
        known = first.stage is not None and first.stage not in _WISHES
        told_before = later.previous and later.stage in ENDS and known  # "earlier bids had been refused"
        if (
            later.stage is not None
            and not told_before
            and (
                first.stage is None
                or later.stage in ENDS
                or (first.stage not in ENDS and _ORDER[later.stage] > _ORDER[first.stage])
            )
        ):
            first.stage = later.stage
            first.spans = later.spans + [s for s in first.spans if s not in later.spans]
        take_terms(first, later)
        if first.fee and later.fee and first.fee.low == first.fee.high == later.fee.high > later.fee.low:
            first.fee = later.fee  # "up to 90 million" in a headline, told in full below
        for name in ("deal", "fee", "until", "condition"):
            if getattr(first, name) is None:
                setattr(first, name, getattr(later, name))
        if first.deal is Deal.LOAN and later.deal in (Deal.LOAN_OPTION, Deal.LOAN_OBLIGATION):
            first.deal = later.deal
            first.fee = first.fee or later.fee
        for link in later.chain:
            if all(link.name != known.name for known in first.chain):
                first.chain.append(link)

    def _without_shadows(self, drafts: list[Draft]) -> list[Draft]:
        """No exit beside a move of the same person away from the same club."""
        moving = {id(d.being) for d in drafts if d.kind is ClaimKind.MOVE and not d.previous and d.stage not in ENDS}
        kept = [d for d in drafts if d.kind is not ClaimKind.EXIT or id(d.being) not in moving]
        for exit_ in (d for d in drafts if d.kind is ClaimKind.EXIT and d not in kept):
            every = [d for d in kept if d.kind is ClaimKind.MOVE and d.being is exit_.being]
            moves = [d for d in every if d.stage not in ENDS] if len(every) > 1 else every
            if len(moves) == 1:  # "he comes on loan from Y until June, says Z"
                moves[0].chain = moves[0].chain or exit_.chain
                ended = exit_.event is not None and exit_.event.deal == Deal.FREE  # "terminated his contract"
                if exit_.deal in LOANS or ended:
                    moves[0].deal = moves[0].deal or exit_.deal
                moves[0].until = moves[0].until or exit_.until
                if exit_.fee is not None and moves[0].fee is None:
                    moves[0].fee, moves[0].deal = exit_.fee, moves[0].deal or exit_.deal
        placed = {id(d.being): d for d in kept if d.kind is ClaimKind.EXIT and d.club is not None}
        for draft in [d for d in kept if d.kind is ClaimKind.EXIT and d.club is None and id(d.being) in placed]:
            self._merge(placed[id(draft.being)], draft)
            kept.remove(draft)
        kept = [d for d in kept if d.kind is not ClaimKind.CONTRACT or not self._is_of_the_deal(d, kept)]
        kept = [d for d in kept if not _is_replaced(d, kept)]
        joining = {
            (id(d.being), d.club.key): d for d in kept if d.kind is ClaimKind.MOVE and d.club and d.stage in _SETTLED
        }
        for draft in [d for d in kept if d.kind is ClaimKind.STAY and d.club]:
            move = joining.get((id(draft.being), draft.club.key if draft.club else ""))
            if move is not None and draft.sentence >= move.sentence:
                kept.remove(draft)  # "Tah to Bayern ... to sign a four-year deal": of the move
        staying = {id(d.being) for d in kept if d.kind is ClaimKind.STAY}
        return [
            d
            for d in kept
            if d.kind is not ClaimKind.EXIT
            or id(d.being) not in staying
            or d.event is None
            or not d.event.unnamed_suitors
        ]

    def _is_of_the_deal(self, contract: Draft, drafts: list[Draft]) -> bool:
        """ "Contract until 2030": the end of the contract that comes with a stay or a move, and no fact of its own."""
        for draft in drafts:
            if draft.being is not contract.being or draft.stage not in _SETTLED:
                continue
            if draft.kind is ClaimKind.STAY and draft.until in (None, contract.until):
                draft.until = contract.until
                return True
            later = draft.kind is ClaimKind.MOVE and draft.sentence <= contract.sentence
            if later and contract.event is None and not contract.owned:
                return True
        return False

    def _from(self, draft: Draft) -> ClubName | None:
        club = draft.being.club
        if club is None or (draft.club is not None and club.key == draft.club.key):
            return None
        return club

    def _claim(self, draft: Draft) -> Claim:
        kind = draft.kind
        club = club_ref(draft.club)
        from_ = club_ref(self._from(draft)) if kind is ClaimKind.MOVE else club if kind is ClaimKind.EXIT else None
        spans = list(draft.spans)
        if kind is ClaimKind.MOVE and from_ is not None:
            own = draft.being.club
            assert own is not None
            spans.append((EvidenceRole.FROM, draft.being.spans[own.key]))
        coach = (draft.role or draft.being.role) == "coach" or not (draft.being.positions or _is_player(draft.being))
        if draft.condition is not None:
            spans.append((EvidenceRole.CONDITION, draft.condition))
        spans.extend((EvidenceRole.SOURCE, (link.span.start, link.span.end)) for link in draft.chain if link.span)
        person = draft.being.ref
        id_ = claim_id(self.document, kind, person, club, READER_VERSION)
        return Claim(
            id=id_,
            document_id=self.document.id,
            kind=kind,
            person=person,
            role=Role.COACH if coach else Role.PLAYER,
            to=club if kind is ClaimKind.MOVE else None,
            from_=from_,
            club=club if kind not in (ClaimKind.MOVE, ClaimKind.EXIT) else None,
            stage=draft.stage,
            deal=draft.deal,
            fee=draft.fee,
            until=draft.until,
            condition=self.conditions.condition(draft),
            certainty=draft.certainty,
            terms=draft.terms,
            when=draft.when,
            person_facts=self.careers.person_facts(draft.being),
            attribution=Attribution(tuple(draft.chain)),
            evidence=tuple(Evidence(role, self.document.span(*span)) for role, span in spans),
            reader=READER_VERSION,
            confidence=self._confidence(id_, draft),
        )

    def _confidence(self, id_: str, draft: Draft) -> float | None:
        row = self.rows[min(draft.sentence, len(self.rows) - 1)]
        code = self.language.code
        setting = Setting(row, self.document.text, code, len(self.rows), self.times[draft.key])
        self.traits[id_] = found = traits(draft, setting)
        return self.confidence.of(found) if self.confidence is not None else None


def _is_replaced(draft: Draft, drafts: list[Draft]) -> bool:
    """Whether a coach's exit is told only because another has come in his place."""
    if draft.kind is not ClaimKind.EXIT or draft.club is None or (draft.role or draft.being.role) != "coach":
        return False
    return any(
        d.kind is ClaimKind.MOVE and d.being is not draft.being and d.club is not None
        and d.club.key == draft.club.key and (d.role or d.being.role) == "coach"
        for d in drafts
    )  # fmt: skip


READER_VERSION = ReaderVersion("rules", "0.1.0")


def _is_player(being: Being) -> bool:
    return being.role == "player" and not any(p.role != "player" for p in being.people)
