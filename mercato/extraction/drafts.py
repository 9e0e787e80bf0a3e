"""Events become drafts of claims: who may join, leave or stay where, by the frame of the event and who takes part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from mercato.extraction.coreference import Being
from mercato.extraction.draft import Draft
from mercato.extraction.events import Club, Event, Span
from mercato.extraction.frame_rules import (
    PULLS,
)
from mercato.extraction.nodes import Row
from mercato.extraction.outcomes import Outcomes, without_renewed
from mercato.extraction.participants import Participants, is_official
from mercato.model import LADDER, ClaimKind, Deal, EvidenceRole, Stage


class Drafter(Participants, Outcomes):
    """Makes the drafts of a document's events, sentence after sentence."""

    def drafts(
        self,
        events: list[Event],
        local: list[Being],
        continued: list[tuple[Being, Span]] | None = None,
        targeted: Iterable[Draft] = (),
    ) -> list[Draft]:
        """The drafts of one sentence's events; `local` are the people that the sentence names, in order.

        `continued` are the people of a sentence that goes on with a list ("The list includes A and B").
        """
        self._settle_outcomes(events)
        self.taken = {id(being): event for event in reversed(events) for being, _ in event.people}
        self.capped = self.capped or any(e.entry.get("caps") for e in events)
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
            if make is None or event.stage is None or (event.entry.get("past") and not event.governors):
                continue  # "paid £44m for X last summer" is no news
            if event.aside:  # takes its sums and dates, and is dropped with them
                found.extend(self._draft(event, ClaimKind.MOVE, b, s, c) for b, s in event.people for c in event.buyers)
                continue
            if event.entry.name == "listing" and self.open_set is not None:
                continue  # the list of the club that wants several
            self._coach_wants(event)
            if _is_club_act(event):
                found.extend(self._moved_on(event, found))
                continue
            if self._goes_on(event, found) or self._is_refused(event):
                continue
            people = self._people(event, local)
            sought = event.unnamed_object and event.frame == "pursue" and not event.people  # "needs a new keeper"
            if (event.plural_object or sought) and event.buyers:
                self.open_set = event
            drafts = self._refused_to(event, make(event, people)) if event.told else make(event, people)
            found.extend(draft for draft in drafts if draft.being.role != "official")
        self._lend(found)
        self._exchange(events, found, local)
        self._settle_ahead(events, found)
        found = without_renewed([*found, *self._rivals(events, found)])
        self._refusals(events, found)
        self._turned_to(events, found)
        moves = [d for d in found if d.kind is ClaimKind.MOVE and not (d.event and d.event.aside)]
        if moves and not self._is_aside(moves):
            self.deal = self._main_move(moves, events)
        self._remember_suitors(found)
        self._note_topic(events, found, local)
        return found

    def _is_aside(self, moves: list[Draft]) -> bool:
        """Whether a mere interest in somebody is told beside a deal for them that has come further."""
        deal = self.deal
        known = deal is not None and any(deal.being is move.being for move in moves)
        return known and moves[0].stage is Stage.INTEREST and deal is not None and deal.stage in LADDER[2:]

    @staticmethod
    def _main_move(moves: list[Draft], events: list[Event]) -> Draft:
        """The move that what follows is said of: the first that is news, or the one before "here we go"."""
        settled = next((e.at for e in events if e.entry.get("caps")), None)
        before = [d for d in moves if d.event and d.event.at < settled] if settled is not None else []
        if before:
            return before[-1]
        return next((d for d in moves if not (d.event and d.event.background)), moves[0])

    def _remember_suitors(self, found: list[Draft]) -> None:
        for draft in found:
            event = draft.event
            if event is not None and draft.kind is ClaimKind.MOVE and draft.club is not None:
                span = next((s for role, s in draft.spans if role is EvidenceRole.TO), event.span)
                self.suitors[id(draft.being)] = Club(draft.club, span)
                if event.frame in PULLS:
                    self.last_pull = event

    def _listed(self, people: list[tuple[Being, Span]], events: list[Event]) -> Iterator[Draft]:
        """ "The shortlist also carries A, B and C": the list is that of the club spoken of."""
        if not events and self.last_pull is not None and self.last_pull.elliptic:
            yield from self._moves(self.last_pull, people, self.last_pull.buyers)
        club = self.resolver.club_here or self.resolver.club_spoken_of
        if club is None or not events:
            return
        span = self.resolver.first_spans.get(club.key)
        if span is not None:
            yield from self._moves(events[0], people, [Club(club, span)])

    def _goes_on(self, event: Event, found: list[Draft]) -> bool:
        """ "Agreement reached with Leganés", "medical completed": a step of the move spoken of, and its seller."""
        by_officials = bool(event.people) and all(b.role != "player" or is_official(b) for b, _ in event.people)
        if event.frame not in ("agree", "talks") or event.stage is None or (event.buyers and not by_officials):
            return False
        deal = next((d for d in reversed(found) if d.kind is ClaimKind.MOVE), self.deal)
        known = self.deal
        bare = not (event.people or event.partner_clubs)
        further = deal is not None and known is not None and _is_further(known.stage, deal.stage)
        if bare and further and deal is not None and known is not None and deal.being is known.being:
            deal = known  # "also wanted by Santos, now medical tests"
        if deal is None or deal.club is None:
            return False
        if any(b is not deal.being and b.role == "player" and not is_official(b) for b, _ in event.people):
            return False
        named_clubs = event.partner_clubs + event.buyers
        others = [club for club in named_clubs if club.name.key != deal.club.key]
        if event.frame == "talks" and (len(others) < len(event.partner_clubs) or len(others) > 1):
            return False
        if others and event.subject is not None and event.subject.clubs:
            named = {c.key for m in event.subject.clubs if (c := m.settled) is not None}
            if named and deal.club.key not in named and not any(deal.being.current.get(key) for key in named):
                return False
        for club in others[:1]:
            deal.being.at(club.name, club.span)
        deal.advance(event)
        deal.last = event.sentence
        for other in found if not event.people else ():
            if other.event is not None and other.event is deal.event and other.club == deal.club:
                other.advance(event)
        return True

    def _is_refused(self, event: Event) -> bool:
        """ "Chelsea rejected the bid": the offer that the text has spoken of, by the club that has the player."""
        deal = self.deal
        refuses = event.frame in ("bid", "reject") and event.stage is Stage.REJECTED
        if deal is None or not refuses or deal.stage not in (Stage.BID, Stage.TALKS, Stage.INTEREST):
            return False
        named = [b for b, _ in event.people]
        clubs = [c.name.key for c in (*event.buyers, *event.sellers, *event.partner_clubs)]
        if any(b is not deal.being for b in named) or not clubs or deal.sentence == event.sentence:
            return False
        if not all(deal.being.current.get(key) for key in clubs):
            return False
        deal.stage = Stage.REJECTED
        deal.spans.append((EvidenceRole.STAGE, event.span))
        return True

    def _lend(self, found: list[Draft]) -> None:
        """ "City have agreed a loan move for Dickson set to join Motherwell": who agrees lets him go."""
        for first, second in pairwise(list(found)):
            one, other = first.event, second.event
            if one is None or other is None or first.being is not second.being or first.club is None:
                continue
            by_club = one.frame in ("agree", "acquire") and one.subject is not None and bool(one.subject.clubs)
            if not (by_club and "agree" in (one.frame, *one.governors) and other.frame == "join") or not other.buyers:
                continue
            if ClaimKind.MOVE is first.kind is second.kind and first.club != second.club and not first.being.current:
                first.being.at(first.club, one.span, 2)
                second.stage = first.stage
                second.deal = second.deal or first.deal
                found.remove(first)

    def _exchange(self, events: list[Event], found: list[Draft], local: list[Being]) -> None:
        """ "offer Bellerin in part-exchange for Martinez": the one offered goes where the one wanted comes from."""
        if not any((e.frame == "swap" and e.entry.name != "include") or e.deal == "swap" for e in events):
            return
        wanted = next((d for d in found if d.kind is ClaimKind.MOVE and d.club and _comes_from_elsewhere(d)), None)
        if wanted is None or wanted.club is None or wanted.being.club is None:
            return
        moving = {id(d.being) for d in found if d.kind is ClaimKind.MOVE and d.club != wanted.club}
        for being in local:
            own = being.club is None or being.club.key == wanted.club.key
            if being is wanted.being or being.role != "player" or not own or id(being) in moving:
                continue
            found[:] = [d for d in found if d.being is not being or d.kind is ClaimKind.STAY]
            club = Club(wanted.being.club, wanted.being.spans[wanted.being.club.key])
            assert wanted.event is not None
            being.at(wanted.club, next(s for role, s in wanted.spans if role is EvidenceRole.TO))
            offered = self._draft(wanted.event, ClaimKind.MOVE, being, being.first, club, wanted.stage)
            offered.deal = wanted.deal = Deal.SWAP
            found.append(offered)

    def _settle_ahead(self, events: list[Event], found: list[Draft]) -> None:
        """ "will have a medical ahead of his move to West Ham": the step moves on the move that is named behind it."""
        for event in events:
            open_to_all = event.entry.name == "here_we_go"
            if (
                event.frame != "agree"
                or not (event.people or open_to_all)
                or event.buyers
                or event.partner_clubs
                or event.governors[:1] == ("can",)
            ):
                continue
            own = [d for d in found if d.event is not None and d.kind is ClaimKind.MOVE and d.event.at > event.at]
            for draft in own[:1]:
                if open_to_all or any(b is draft.being for b, _ in event.people):
                    draft.advance(event)

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

    def _rivals(self, events: list[Event], found: list[Draft]) -> Iterator[Draft]:
        """Clubs named as competition for a person that another event of the sentence is about."""
        for event in events:
            if event.frame != "rival":
                continue
            if not found and event.entry.get("implied") == "step":
                continue  # "the goal that beat City"
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
                d
                for d in found
                if d.kind is not ClaimKind.STAY
                or id(d.being) not in refused
                or d.event is None
                or d.event.frame != "sell"
            ]


def targets(nodes: Row, sentence: int) -> Iterator[Draft]:
    """ "Arsenal and Chelsea target Dusan Vlahovic": those clubs' interest stands in the description."""
    for node in nodes.people:
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


def _is_club_act(event: Event) -> bool:
    """ "what Liverpool are left with", "Leverkusen go to Kiel": it is people who leave and join, whoever else may."""
    subject = event.subject
    if not (event.frame == "leave" or (event.frame == "join" and not event.elliptic)) or event.entry.get("noun"):
        return False
    return subject is not None and bool(subject.clubs) and not event.people and bool(event.entry.form)


def _is_further(stage: Stage | None, other: Stage | None) -> bool:
    """Whether a move has come further than another."""
    return stage is not None and stage in LADDER and other in LADDER[: LADDER.index(stage)]


def cap(drafts: list[Draft]) -> None:
    """ "here we go ... joins the club": what is told in the present is settled and not done."""
    for draft in drafts:
        told = draft.event.entry.form in ("third", "base") if draft.event is not None else False
        if draft.stage is Stage.DONE and draft.kind is ClaimKind.MOVE and told:
            draft.stage = Stage.AGREED


def _comes_from_elsewhere(draft: Draft) -> bool:
    club = draft.being.club
    return club is not None and draft.club is not None and club.key != draft.club.key and draft.event is not None
