"""Events become drafts of claims: who may join, leave or stay where, by the frame of the event and who takes part."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from mercato.extraction.coreference import Being, Resolver
from mercato.extraction.events import Club, Event, Span
from mercato.extraction.naming import ClubName
from mercato.extraction.nodes import Node
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


class Drafter:
    """Makes the drafts of a document's events, sentence after sentence."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self.topic: Being | None = None
        self.open_set: Event | None = None
        self.suitors: dict[int, Club] = {}
        self.last_pull: Event | None = None
        # The move that the text is about: what is said without a person ("deal done, medical booked") is said of it.
        self.deal: Draft | None = None
        # Moves that the text takes for known ("since his return to Milan"): what says them again is no news.
        self.presupposed: set[tuple[int, str]] = set()
        self._by_frame: dict[str, Callable[[Event, list[tuple[Being, Span]]], Iterator[Draft]]] = {
            "acquire": self._acquire,
            "pursue": self._acquire,
            "interest": self._acquire,
            "bid": self._acquire,
            "offer_contract": self._offer_contract,
            "accept": self._acquire,
            "join": self._join,
            "link": self._join,
            "radar": self._join,
            "withdraw": self._withdraw,
            "leave": self._leave,
            "sell": self._sell,
            "keep": self._stay,
            "stay": self._stay,
            "renew": self._stay,
            "talks": self._talks,
            "offered": self._join,
            "agree": self._talks,
            "succeed": self._succeed,
            "reject": self._reject,
            "swap": self._swap,
            "deny": self._deny,
        }

    def drafts(
        self, events: list[Event], local: list[Being], continued: list[tuple[Being, Span]] | None = None, targeted: Iterable[Draft] = ()
    ) -> list[Draft]:
        """The drafts of one sentence's events; `local` are the people that the sentence names, in order.

        `continued` are the people of a sentence that goes on with a list ("The list includes A and B").
        """
        self._settle_outcomes(events)
        found: list[Draft] = list(targeted)
        if continued and self.open_set is None:
            found.extend(self._listed(continued, events))
        elif continued and self.open_set is not None:
            shared = self.resolver.last_plural_from
            for being, span in continued:
                if shared is not None and not being.current:
                    being.at(shared, span)
            found.extend(self._moves(self.open_set, continued, self.open_set.buyers))
        for event in events:
            make = self._by_frame.get(event.frame)
            if make is None or event.stage is None:
                continue
            self._coach_wants(event)
            if self._goes_on(event, found):
                continue
            people = self._people(event, local)
            if event.plural_object and event.buyers:
                self.open_set = event
            for draft in make(event, people):
                if draft.being.role != "official":
                    found.append(draft)
        found.extend(self._rivals(events, found))
        self._refusals(events, found)
        moves = [d for d in found if d.kind is ClaimKind.MOVE]
        if moves:
            self.deal = moves[0]
        self._remember_suitors(found)
        if local:
            self.topic = local[-1] if not found else found[-1].being
        return found

    def _remember_suitors(self, found: list[Draft]) -> None:
        for draft in found:
            event = draft.event
            if event is not None and draft.kind is ClaimKind.MOVE and draft.club is not None:
                span = next((s for role, s in draft.spans if role is EvidenceRole.TO), event.span)
                self.suitors[id(draft.being)] = Club(draft.club, span)
                if event.frame in _PULLS:
                    self.last_pull = event

    def _listed(self, people: list[tuple[Being, Span]], events: list[Event]) -> Iterator[Draft]:
        """"The shortlist also carries A, B and C": the list is that of the club spoken of."""
        if not events and self.last_pull is not None and self.last_pull.elliptic:
            yield from self._moves(self.last_pull, people, self.last_pull.buyers)
        club = self.resolver.club_here or self.resolver.club_spoken_of
        if club is None or not events:
            return
        span = self.resolver.first_spans.get(club.key)
        if span is not None:
            yield from self._moves(events[0], people, [Club(club, span)])

    def _settle_outcomes(self, events: list[Event]) -> None:
        """ "a bid was rejected by", "his move to X collapsed": the outcome belongs to the step before it."""
        for before, event in zip(events, events[1:], strict=False):
            if event.governors or event.stage is None:
                continue
            if (
                event.frame == "reject"
                and (event.passive or event.entry.form in ("pp", "past"))
                and before.frame in _REFUSABLE
            ):
                before.stage = Stage.REJECTED
                before.sellers.extend(c for c in event.partner_clubs if event.passive and c.span[0] > event.span[1])
                event.frame = "none"
            elif (
                event.frame == "withdraw"
                and not event.people
                and before.frame in ("join", "acquire", "agree")
                and event.entry.form in ("past", "pp")
            ):
                before.stage = Stage.WITHDRAWN
                event.frame = "none"

    def _goes_on(self, event: Event, found: list[Draft]) -> bool:
        """"Agreement reached with Leganés", "medical completed": a step of the move spoken of, and its seller."""
        by_officials = bool(event.people) and all(being.role != "player" for being, _ in event.people)
        if event.frame not in ("agree", "talks") or event.stage is None or (event.buyers and not by_officials):
            return False
        deal = next((d for d in reversed(found) if d.kind is ClaimKind.MOVE), self.deal)
        if deal is None or deal.club is None:
            return False
        if any(being is not deal.being and being.role == "player" for being, _ in event.people):
            return False
        named_clubs = event.partner_clubs + event.buyers
        others = [club for club in named_clubs if club.name.key != deal.club.key]
        if len(others) < len(event.partner_clubs) and event.frame == "talks":
            return False
        if others and (event.subject is not None and event.subject.clubs and not event.people):
            named = {c.key for m in event.subject.clubs if (c := self.resolver.club(m)) is not None}
            if named and deal.club.key not in named and not any(deal.being.current.get(key) for key in named):
                return False
        for club in others[:1]:
            deal.being.at(club.name, club.span)
        if deal.stage is not None and _PROGRESS.index(event.stage) > _PROGRESS.index(deal.stage) if (
            event.stage in _PROGRESS and deal.stage in _PROGRESS
        ) else False:
            deal.stage = event.stage
            deal.spans.append((EvidenceRole.STAGE, event.span))
        return True

    def _coach_wants(self, event: Event) -> None:
        """ "Allegri has been linked with some of his old players": a coach linked with people stands for his club."""
        if event.frame != "link" or not (event.plural_object or len(event.people) > 1):
            return
        first = event.people[0][0] if event.people else None
        if first is None or not (first.role == "coach" or any(p.role == "coach" for p in first.people)):
            return
        employer = self.resolver.employer(first)
        if employer is not None and not event.buyers:
            event.buyers = [Club(employer, event.people[0][1])]
            event.people = event.people[1:]

    def _people(self, event: Event, local: list[Being]) -> list[tuple[Being, Span]]:
        if event.people:
            players = [pair for pair in event.people if pair[0].role == "player"]
            for being, _ in event.people if players else ():
                if being.role != "player" and being.club is not None and event.frame in ("renew", "keep"):
                    event.keepers.append(Club(being.club, being.spans[being.club.key]))
            if players or event.frame not in _ABOUT_PLAYERS:
                return players or event.people
            named = [b for b in local if b.role == "player" and (b.positions or b.age is not None)]
            return [(named[-1], named[-1].first)] if named else event.people
        if event.unnamed_object or event.plural_object:
            return []
        here = [b for b in local if b.role == "player"]
        if event.dropped and self.topic is not None and not any(b.first[0] < event.span[0] for b in here):
            here = local = []
        if here:
            event.inferred = True
            if event.frame == "radar" and all(b.first[0] > event.span[1] for b in here):
                return [(b, b.first) for b in here]
            before = [b for b in here if b.first[0] < event.span[0]] or here
            return [(before[-1], before[-1].first)]
        if self.topic is not None and self.topic.role == "player" and not local:
            event.inferred = True
            return [(self.topic, self.topic.first)]
        return []

    def _draft(
        self, event: Event, kind: ClaimKind, being: Being, person: Span, club: Club | None, stage: Stage | None = None
    ) -> Draft:
        draft = Draft(kind, being, club.name if club else None, stage or event.stage, event.sentence, event)
        draft.spans.append((EvidenceRole.TRIGGER, event.span))
        draft.spans.append((EvidenceRole.PERSON, person))
        if club is not None:
            role = {ClaimKind.MOVE: EvidenceRole.TO, ClaimKind.EXIT: EvidenceRole.FROM}.get(kind, EvidenceRole.CLUB)
            draft.spans.append((role, club.span))
        draft.role = event.entry.get("role")
        draft.previous = event.previous
        if event.deal is not None and kind is ClaimKind.MOVE:
            draft.deal = Deal(event.deal)
        return draft

    def _moves(self, event: Event, people: list[tuple[Being, Span]], clubs: list[Club]) -> Iterator[Draft]:
        for being, span in people:
            for club in clubs:
                if being.current.get(club.name.key):
                    continue
                yield self._draft(event, ClaimKind.MOVE, being, span, club)

    def _note_sellers(self, event: Event, people: list[tuple[Being, Span]]) -> None:
        for seller in event.sellers:
            for being, _ in people[-1:] if len(people) > 1 else people:
                if not (event.conditional and being.current):
                    being.at(seller.name, seller.span, 2)

    def _acquire(self, event: Event, people: list[tuple[Being, Span]]) -> Iterator[Draft]:
        self._note_sellers(event, people)
        self._part_sides(event, people)
        clubs = event.buyers or (event.partner_clubs if event.frame in ("pursue", "interest") else [])
        clubs = clubs or self._implied(event, people)
        if not clubs and event.unnamed_suitors:
            yield from self._exits(event, people)
            return
        if event.frame == "interest":
            own = [pair for pair in people if clubs and all(pair[0].current.get(c.name.key) for c in clubs)]
            yield from self._exits(event, own)
        yield from self._moves(event, people, clubs)

    def _part_sides(self, event: Event, people: list[tuple[Being, Span]]) -> None:
        """ "Bayern and Liverpool agree on the transfer of X": of two that agree the one is the seller."""
        subject = event.subject
        if "agree" not in event.governors or subject is None or len(subject.clubs) != 2 or len(people) != 1:
            return
        being = people[0][0]
        known = being.club
        if len(event.buyers) != 2:
            return
        seller = next((c for c in event.buyers if known is not None and c.name.key == known.key), event.buyers[-1])
        event.buyers = [c for c in event.buyers if c is not seller]
        being.at(seller.name, seller.span, 2)

    def _exits(self, event: Event, people: list[tuple[Being, Span]], stage: Stage | None = None) -> Iterator[Draft]:
        for being, span in people:
            club = event.sellers[0] if event.sellers else self._own_club(being)
            yield self._draft(event, ClaimKind.EXIT, being, span, club, stage)

    def _own_club(self, being: Being) -> Club | None:
        club = being.club
        return Club(club, being.spans[club.key]) if club is not None else None

    def _offer_contract(self, event: Event, people: list[tuple[Being, Span]]) -> Iterator[Draft]:
        for being, span in people:
            for club in event.buyers:
                kind = ClaimKind.STAY if being.current.get(club.name.key) else ClaimKind.MOVE
                yield self._draft(event, kind, being, span, club)

    def _implied(self, event: Event, people: list[tuple[Being, Span]]) -> list[Club]:
        """"sarebbe tra i primi a essere presi in considerazione": the suitor of whom the text has spoken."""
        if not event.elliptic or event.unnamed_suitors or len(people) != 1:
            return []
        suitor = self.suitors.get(id(people[0][0]))
        return [suitor] if suitor is not None else []

    def _join(self, event: Event, people: list[tuple[Being, Span]]) -> Iterator[Draft]:
        self._note_sellers(event, people)
        clubs = event.buyers or event.partner_clubs or (self._implied(event, people) if event.frame in _PULLS else [])
        if (
            not clubs
            and event.frame == "radar"
            and self.open_set is not None
            and event.sentence - self.open_set.sentence <= 3
        ):
            clubs = self.open_set.buyers
        if not clubs and event.unnamed_suitors:
            yield from self._exits(event, people)
            return
        if event.background and event.entry.get("noun"):
            self.presupposed.update((id(being), club.name.key) for being, _ in people for club in clubs)
            return
        yield from self._moves(event, people, clubs)

    def _withdraw(self, event: Event, people: list[tuple[Being, Span]]) -> Iterator[Draft]:
        yield from self._moves(event, people, event.buyers)

    def _leave(self, event: Event, people: list[tuple[Being, Span]]) -> Iterator[Draft]:
        if not event.sellers:
            event.sellers = list(event.partner_clubs)
        self._note_sellers(event, people)
        if event.background:
            return
        if event.negated and event.buyers:
            event.stage = Stage.REJECTED
        elif event.negated:
            yield from self._stay(event, people)
            return
        if event.buyers:
            yield from self._moves(event, people, event.buyers)
        else:
            yield from self._exits(event, people)

    def _sell(self, event: Event, people: list[tuple[Being, Span]]) -> Iterator[Draft]:
        self._find_seller(event, people)
        for being, _ in people:
            for seller in event.sellers:
                being.at(seller.name, seller.span, 2)
        if event.stage is Stage.REJECTED:
            for being, span in people:
                yield self._draft(event, ClaimKind.STAY, being, span, self._own_club(being), Stage.INTEREST)
        elif event.buyers:
            yield from self._moves(event, people, event.buyers)
        else:
            yield from self._exits(event, people)

    def _find_seller(self, event: Event, people: list[tuple[Being, Span]]) -> None:
        """"Liverpool insist Salah is not for sale": the sentence's subject, where nobody else can be the seller."""
        club = self.resolver.club_here
        if event.sellers or club is None or any(being.current for being, _ in people):
            return
        span = self.resolver.first_spans.get(club.key)
        if span is not None and span[1] <= event.span[0] and event.stage is Stage.REJECTED:
            event.sellers.append(Club(club, span))

    def _stay(self, event: Event, people: list[tuple[Being, Span]]) -> Iterator[Draft]:
        clubs = event.keepers or event.partner_clubs
        for being, span in people:
            club = clubs[0] if clubs else self._own_club(being)
            if club is None:
                continue
            if "doubt" in event.governors:
                yield self._draft(event, ClaimKind.EXIT, being, span, club, Stage.INTEREST)
                continue
            if event.frame == "keep" and being.current and not being.current.get(club.name.key):
                yield self._draft(event, ClaimKind.MOVE, being, span, club)
                continue
            being.at(club.name, club.span)
            yield self._draft(event, ClaimKind.STAY, being, span, club)

    def _talks(self, event: Event, people: list[tuple[Being, Span]]) -> Iterator[Draft]:
        self._note_sellers(event, people)
        clubs = event.buyers + event.partner_clubs
        deal = self.deal
        if not clubs and deal is not None and deal.club is not None and any(b is deal.being for b, _ in people):
            span = next((s for role, s in deal.spans if role is EvidenceRole.TO), event.span)
            yield from self._moves(event, people, [Club(deal.club, span)])
            return
        if not clubs and event.unnamed_suitors:
            yield from self._exits(event, people)
        for being, span in people:
            others = [club for club in clubs if not being.current.get(club.name.key)]
            sided = event.subject is not None or event.frame == "agree"
            if len(others) > 1 and sided and not being.current:
                being.at(others[-1].name, others[-1].span)
                others = others[:-1]
            for club in others:
                yield self._draft(event, ClaimKind.MOVE, being, span, club)

    def _reject(self, event: Event, people: list[tuple[Being, Span]]) -> Iterator[Draft]:
        """"Fernandes has said no to Al-Hilal": the player turns a club down."""
        if event.people and event.subject is not None and event.subject.people and not event.passive:
            yield from self._moves(event, people, event.partner_clubs)

    def _deny(self, event: Event, people: list[tuple[Being, Span]]) -> Iterator[Draft]:
        """"despite reports of a done deal with Lens": the clubs named after the denial."""
        players = [pair for pair in people if pair[0].role == "player"]
        yield from self._moves(event, players, [c for c in event.partner_clubs if c.span[0] >= event.span[1]])

    def _swap(self, event: Event, people: list[tuple[Being, Span]]) -> Iterator[Draft]:
        """"X could use Y as a makeweight": the player offered leaves; with the other club named he goes there."""
        if event.subject is None or not event.subject.clubs or not people:
            return
        own = self.resolver.club(event.subject.clubs[0])
        if own is None:
            return
        club = Club(own, (event.subject.clubs[0].start, event.subject.clubs[0].end))
        offered, span = people[0]
        others = [c for c in (*event.buyers, *event.partner_clubs) if c.name.key != own.key]
        if offered.current and not offered.current.get(own.key):
            return  # the one wanted, not the one offered
        offered.at(own, club.span, 2)
        kind, place = (ClaimKind.MOVE, others[0]) if others else (ClaimKind.EXIT, club)
        draft = self._draft(event, kind, offered, span, place)
        draft.deal = Deal.SWAP
        yield draft

    def _succeed(self, event: Event, people: list[tuple[Being, Span]]) -> Iterator[Draft]:
        clubs = event.buyers or event.partner_clubs
        for being, _ in event.replaced:
            for club in clubs[:1]:
                being.at(club.name, club.span)
            own = self._own_club(being)
            if not clubs and own is not None:
                clubs = [own]
        for being, span in people[:1]:
            for club in clubs[:1]:
                draft = self._draft(event, ClaimKind.MOVE, being, span, club)
                draft.role = "coach"
                yield draft

    def _rivals(self, events: list[Event], found: list[Draft]) -> Iterator[Draft]:
        """Clubs named as competition for a person that another event of the sentence is about."""
        for event in events:
            if event.frame != "rival":
                continue
            if event.people:
                yield from self._moves(event, event.people, event.buyers)
                continue
            if not found:
                continue
            nearest = min(found, key=lambda d: abs(d.event.at - event.at) if d.event else 99)
            if nearest.kind is not ClaimKind.MOVE:
                continue
            person = next(span for role, span in nearest.spans if role is EvidenceRole.PERSON)
            for club in event.buyers:
                if club.name.key == (nearest.club.key if nearest.club else ""):
                    continue
                if not nearest.being.current.get(club.name.key):
                    yield self._draft(event, ClaimKind.MOVE, nearest.being, person, club, Stage.INTEREST)

    def _refusals(self, events: list[Event], found: list[Draft]) -> None:
        """A seller that refuses to sell refuses the suitors whom the sentence names."""
        for event in events:
            if event.frame != "sell" or event.stage is not Stage.REJECTED:
                continue
            beings = {id(b) for b, _ in event.people}
            for draft in found:
                if draft.kind is ClaimKind.MOVE and (id(draft.being) in beings or not beings):
                    draft.stage = Stage.REJECTED
        refused = {id(d.being) for d in found if d.kind is ClaimKind.MOVE and d.stage is Stage.REJECTED}
        if any(e.frame == "sell" and e.stage is Stage.REJECTED and e.entry.get("core") != "rejected" for e in events):
            found[:] = [
                d for d in found
                if not (d.kind is ClaimKind.STAY and id(d.being) in refused and d.event is not None and d.event.frame == "sell")
            ]  # fmt: skip


# A coach who is the subject of these stands for nobody who moves, where the sentence names a player.
# Frames in which a club draws a player.
_PULLS = frozenset({"link", "radar", "pursue", "interest"})
_ABOUT_PLAYERS = frozenset({"link", "bid", "interest", "withdraw", "radar"})
_REFUSABLE = frozenset({"bid", "interest", "talks", "pursue", "acquire", "offer_contract", "renew", "agree", "join", "leave"})
# How far a move has come; an agreement reached for the deal spoken of moves it on, never back.
_PROGRESS = [Stage.INTEREST, Stage.TALKS, Stage.BID, Stage.ADVANCED, Stage.AGREED, Stage.DONE]


def targets(nodes: list[Node], sentence: int) -> Iterator[Draft]:
    """"Arsenal and Chelsea target Dusan Vlahovic": those clubs' interest stands in the description."""
    for node in nodes:
        for mention in node.people:
            if mention.being is None:
                continue
            for club, start, end in mention.club_spans:
                if (club, "target") in mention.clubs:
                    draft = Draft(ClaimKind.MOVE, mention.being, club, Stage.INTEREST, sentence)
                    draft.spans = [
                        (EvidenceRole.TRIGGER, (node.start, node.end)),
                        (EvidenceRole.PERSON, (mention.start, mention.end)),
                        (EvidenceRole.TO, (start, end)),
                    ]
                    yield draft
