"""What a step states, by its frame: who may join, leave or stay where."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mercato.extraction.answers import Answers
from mercato.extraction.coreference import Being, Resolver
from mercato.extraction.draft import Draft
from mercato.extraction.events import Club, Event, Span
from mercato.extraction.nodes import NodeKind
from mercato.model import LADDER, ClaimKind, Deal, EvidenceRole, Stage

# Frames in which those who run a club, or an agent, speak of somebody else.
SPOKEN_OF_BY_OTHERS = frozenset({"deny", "talks", "agree", "reject", "bid", "keep"})
# Frames in which a club draws a player.
PULLS = frozenset({"link", "radar", "pursue", "interest"})
# A coach who is the subject of these stands for nobody who moves, where the sentence names a player.
ABOUT_PLAYERS = frozenset({"link", "bid", "interest", "withdraw", "radar"})
# Verbs that name who moves, unless the language leaves pronouns out.
WITH_OBJECT = frozenset({"acquire", "stay", "leave", "keep", "sell"})
REFUSABLE = frozenset(
    {"bid", "interest", "talks", "pursue", "acquire", "offer_contract", "renew", "agree", "join", "leave"}
)
# Steps of which a text may say further on what became of them.
OPEN_STEPS = frozenset({"join", "acquire", "leave", "sell", "renew", "swap", "bid", "agree", "talks"})


class FrameRules(Answers):
    """One rule for each frame; each makes the drafts of one step."""

    def __init__(self, resolver: Resolver) -> None:
        super().__init__(resolver)
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
            "collapse": self._collapse,
            "leave": self._leave,
            "sell": self._sell,
            "keep": self._stay,
            "stay": self._stay,
            "renew": self._stay,
            "talks": self._talks,
            "offered": self._join,
            "agree": self._talks,
            "put_up": self._put_up,
            "succeed": self._succeed,
            "reject": self._reject,
            "swap": self._swap,
            "deny": self._deny,
        }

    def _acquire(self, event: Event, people: list[tuple[Being, Span]]) -> Iterator[Draft]:
        self._offered_by_others(event)
        self._note_sellers(event, people)
        behind = event.background and event.frame == "acquire" and event.entry.get("noun") and not event.governors
        if behind and event.entry.name == "signing" and event.stage is Stage.INTEREST and event.entry.form == "":
            for being, _ in people if event.after else ():
                for club in event.buyers:
                    being.at(club.name, club.span)
            if event.after:
                return
        self._part_sides(event, people)
        named = event.frame in ("pursue", "interest") or event.entry.get("role") == "coach"
        clubs = event.buyers or (event.partner_clubs if named else [])
        if not clubs and event.frame == "pursue" and not event.passive and self._moves_himself(event, people):
            return  # "he did not want to listen"
        clubs = clubs or self._implied(event, people)
        if not clubs and event.sellers and event.stage is Stage.DONE and self._moves_himself(event, people):
            clubs = self._home(event, people[0][0])  # "has signed from Lecce"
        wanted = event.frame == "pursue" and event.passive and not event.governors and not event.elliptic
        if not clubs and people and wanted and not event.unnamed_suitors and event.stage is Stage.INTEREST:
            clubs = self._home(event, people[0][0])  # "Neves is admired, but Wolves want £75m"
        of_others = bool(event.sellers) or bool(people and event.entry.get("noun") and people[0][0].current)
        if not clubs and len(people) == 1 and event.frame == "bid" and of_others and not event.unnamed_suitors:
            clubs = self._home(event, people[0][0])  # "Brighton turned away a £70m bid"
        if not clubs and event.unnamed_suitors:
            if not (event.negated and event.stage is Stage.WITHDRAWN):
                yield from self._exits(event, people)
            return
        if event.frame == "interest":
            own = [pair for pair in people if clubs and all(pair[0].current.get(c.name.key) for c in clubs)]
            yield from self._exits(event, own)
        yield from self._moves(event, people, clubs)

    def _offer_contract(self, event: Event, people: list[tuple[Being, Span]]) -> Iterator[Draft]:
        for being, span in people:
            own = self._own_club(being)
            if not event.buyers and own is not None:
                yield self._draft(event, ClaimKind.STAY, being, span, own)
            for club in event.buyers:
                kept = being.current.get(club.name.key) or event.entry.get("implied") == "keeper"
                kind = ClaimKind.STAY if kept else ClaimKind.MOVE
                yield self._draft(event, kind, being, span, club)

    def _join(self, event: Event, people: list[tuple[Being, Span]]) -> Iterator[Draft]:
        if event.entry.get("subject") == "player" and event.subject is not None and event.subject.clubs:
            return  # "la Lazio dice sì": a club joins nobody
        self._note_sellers(event, people)
        self._part_sides(event, people)
        going_on = event.frame == "join" and not event.entry.get("noun") and not event.unnamed_suitors
        implied = (
            event.frame in PULLS
            or (going_on and bool(event.sellers))
            or (event.entry.get("arrives") and event.stage is not Stage.INTEREST)
        )
        clubs = event.buyers or event.partner_clubs or (self._implied(event, people) if implied else [])
        if (
            not clubs
            and event.frame == "radar"
            and self.open_set is not None
            and event.sentence - self.open_set.sentence <= 3
        ):
            clubs = self.open_set.buyers
        if not clubs and event.frame == "radar" and not event.unnamed_suitors and len(people) == 1:
            clubs = self._home(event, people[0][0])
        if not clubs and event.unnamed_suitors:
            yield from self._exits(event, people)
            return
        if not clubs and event.entry.get("implied") == "exit":
            yield from self._exits(event, people)
            return
        behind = bool(event.sellers) and event.sellers[0].span[0] > event.span[0]
        arrived = going_on and behind and event.stage is Stage.DONE and not event.aside
        if not clubs and (event.entry.get("implied") == "buyer" or arrived) and not event.background:
            for being, span in people:
                yield from self._moves(event, [(being, span)], self._home(event, being))
            return
        if event.background and event.entry.get("noun") and event.frame == "join":
            self.presupposed.update((id(being), club.name.key) for being, _ in people for club in clubs)
            return
        yield from self._moves(event, people, clubs)

    def _leave(self, event: Event, people: list[tuple[Being, Span]]) -> Iterator[Draft]:
        if not event.sellers:
            event.sellers = list(event.partner_clubs)
        if not event.sellers and event.entry.get("implied") == "seller" and people and not people[0][0].current:
            event.sellers = self._home(event, people[0][0])
        self._note_sellers(event, people)
        if event.background:
            return
        if event.negated and event.buyers:
            event.stage = Stage.REJECTED
            self._find_seller(event, people)
            self._note_sellers(event, people)
        elif event.stage is Stage.DENIED and not event.buyers:
            event.stage = Stage.INTEREST
            yield from self._stay(event, people)
            return
        elif event.negated or ("doubt" in event.governors and not event.buyers):
            event.governors = tuple(g for g in event.governors if g != "doubt")
            yield from self._stay(event, people)
            return
        if event.buyers:
            yield from self._moves(event, people, event.buyers)
        else:
            yield from self._exits(event, people)

    def _sell(self, event: Event, people: list[tuple[Being, Span]]) -> Iterator[Draft]:
        self._find_seller(event, people)
        if event.plural_object and event.sellers and not people:
            self.clearing = event.sellers[0]
        for being, _ in people:
            for seller in event.sellers:
                being.at(seller.name, seller.span, 2)
        if event.background and event.entry.get("noun") and not event.buyers:
            return
        if event.stage is Stage.REJECTED:
            for being, span in people:
                yield self._draft(event, ClaimKind.STAY, being, span, self._own_club(being), Stage.INTEREST)
        elif event.buyers:
            yield from self._moves(event, people, event.buyers)
        elif event.entry.get("needs") == "buyer":
            return
        elif event.stage is Stage.DONE and (goal := self._agreed_goal(event, people)) is not None:
            yield from self._moves(event, people, [goal])
        else:
            yield from self._exits(event, people)

    def _agreed_goal(self, event: Event, people: list[tuple[Being, Span]]) -> Club | None:
        """ "Forest get £47m for the Wales forward": the club whose player he was just said to become."""
        deal = self.deal
        if deal is None or deal.club is None or len(people) != 1 or deal.being is not people[0][0]:
            return None
        if deal.stage not in LADDER[3:] or event.sentence - deal.sentence > 3:
            return None
        return Club(deal.club, next((s for role, s in deal.spans if role is EvidenceRole.TO), event.span))

    def _find_seller(self, event: Event, people: list[tuple[Being, Span]]) -> None:
        """ "Liverpool insist Salah is not for sale": the sentence's subject, where nobody else can be the seller."""
        club = self.resolver.club_first
        if event.sellers or club is None or any(being.current for being, _ in people):
            return
        span = self.resolver.first_spans.get(club.key)
        if span is not None and span[1] <= event.span[0] and event.stage is Stage.REJECTED:
            event.sellers.append(Club(club, span))

    def _stay(self, event: Event, people: list[tuple[Being, Span]]) -> Iterator[Draft]:
        clubs = event.keepers or event.partner_clubs
        for being, span in people:
            if not clubs and event.entry.get("implied") == "keeper" and self._joins(being, event):
                continue
            club = clubs[0] if clubs else self._own_club(being)
            if club is None and event.entry.get("implied") == "keeper":
                club = next(iter(self._home(event, being)), None)
            if club is None:
                if event.stage is not Stage.INTEREST:
                    yield self._draft(event, ClaimKind.STAY, being, span, None)  # kept where the text has one club
                continue
            if "doubt" in event.governors:
                yield self._draft(event, ClaimKind.EXIT, being, span, club, Stage.INTEREST)
                continue
            refusing = event.subject is not None and event.subject.clubs and not event.passive
            if event.frame == "renew" and event.stage is Stage.REJECTED and refusing:
                yield self._draft(event, ClaimKind.EXIT, being, span, club, Stage.INTEREST)
                continue
            if event.frame == "keep" and being.current and not being.current.get(club.name.key):
                yield self._draft(event, ClaimKind.MOVE, being, span, club)
                continue
            being.at(club.name, club.span)
            yield self._draft(event, ClaimKind.STAY, being, span, club)

    def _joins(self, being: Being, event: Event) -> bool:
        """ "Arsenal have signed Smith. She has put her name to a contract": theirs, as the move has come so far."""
        deal = self.deal
        if deal is None or deal.being is not being or deal.kind is not ClaimKind.MOVE or deal.stage not in LADDER[3:]:
            return False
        deal.advance(event)
        return True

    def _talks(self, event: Event, people: list[tuple[Being, Span]]) -> Iterator[Draft]:
        self._part_from_seller(event, people)
        self._note_sellers(event, people)
        clubs = event.buyers + event.partner_clubs or self._implied(event, people)
        deal = self.deal
        if event.unnamed_suitors and event.subject is not None and event.subject.clubs and len(clubs) == 1:
            for being, _ in people:
                being.at(clubs[0].name, clubs[0].span)  # "the La Liga club have agreed with Dortmund"
            yield from self._exits(event, people)
            return
        if not clubs and deal is not None and deal.club is not None and any(b is deal.being for b, _ in people):
            span = next((s for role, s in deal.spans if role is EvidenceRole.TO), event.span)
            yield from self._moves(event, people, [Club(deal.club, span)])
            return
        if not clubs and event.unnamed_suitors:
            yield from self._exits(event, people)
        alone = event.frame == "talks" and not event.entry.form and event.subject is None and bool(event.people)
        if not clubs and alone and not event.unnamed_suitors and len(people) == 1:
            clubs = self._home(event, people[0][0])  # "talks over X have cooled": by the club whose news it is
        if not clubs and event.frame == "agree" and len(people) == 1 and people[0][0].current and not event.elliptic:
            clubs = self._home(event, people[0][0])  # "Martinez of Ajax has had his medical"
        for being, span in people:
            others = [club for club in clubs if not being.current.get(club.name.key)]
            by_club = event.subject is not None and event.subject.kind is NodeKind.CLUB
            sided = event.frame == "agree" or (by_club and not event.entry.get("one_sided"))
            suitors = len(others) > 2 or "plan" in event.governors  # "A, B and C all want to talk to him"
            known = being.club or self.resolver.known_club(being)
            keys = {club.name.key for club in others}
            doers = {c.key for m in event.subject.clubs if (c := m.settled)} if event.subject is not None else set()
            apart = event.frame == "talks" and known is not None and known.key not in keys and keys <= doers
            if len(others) > 1 and (sided or event.between) and not (being.current or suitors or apart):
                seller = self._seller_of_two(being, others)
                being.at(seller.name, seller.span)
                others = [club for club in others if club is not seller]
            half = event.frame == "agree" and event.personal and event.stage is Stage.AGREED and not event.sellers
            for club in others:
                yield self._draft(event, ClaimKind.MOVE, being, span, club, Stage.ADVANCED if half else None)

    def _swap(self, event: Event, people: list[tuple[Being, Span]]) -> Iterator[Draft]:
        """ "X could use Y as a makeweight": the player offered leaves; with the other club named he goes there."""
        if event.subject is None or not event.subject.clubs or not people:
            return
        own = event.subject.clubs[0].settled
        if own is None:
            return
        club = Club(own, (event.subject.clubs[0].start, event.subject.clubs[0].end))
        offered, span = people[0]
        others = [c for c in (*event.buyers, *event.partner_clubs) if c.name.key != own.key]
        if offered.current and not offered.current.get(own.key):
            wanted = self._draft(event, ClaimKind.MOVE, offered, span, club)  # the one wanted, not the one offered
            wanted.deal = Deal.SWAP
            yield wanted
            return
        offered.at(own, club.span, 2)
        kind, place = (ClaimKind.MOVE, others[0]) if others else (ClaimKind.EXIT, club)
        draft = self._draft(event, kind, offered, span, place)
        draft.deal = Deal.SWAP
        yield draft

    def _put_up(self, event: Event, people: list[tuple[Being, Span]]) -> Iterator[Draft]:
        """ "Valencia have offered Guedes to Wolves"."""
        named = [pair for pair in people if pair[0] in [b for b, _ in event.people]]
        if event.buyers:
            self._note_sellers(event, named)
            yield from self._moves(event, named, event.buyers)

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
