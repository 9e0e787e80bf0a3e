"""Steps that answer another: an offer refused, an interest given up, a deal that falls through, a link denied."""

from __future__ import annotations

from collections.abc import Iterator

from mercato.extraction.coreference import Being
from mercato.extraction.draft import Draft
from mercato.extraction.drafting import Drafting
from mercato.extraction.events import Club, Event, Span
from mercato.model import ClaimKind, EvidenceRole, Stage


class Answers(Drafting):
    """One rule for each frame of such steps."""

    def _withdraw(self, event: Event, people: list[tuple[Being, Span]]) -> Iterator[Draft]:
        """Who gives up; where the nearest club is the player's own, the one that the sentence began with."""
        first = self.resolver.club_first
        if not event.buyers and self._moves_himself(event, people):
            event.stage = Stage.REJECTED  # "he would not be joining them"
            yield from self._moves(event, people, event.partner_clubs)
            return
        implied = [] if event.buyers else self._implied(event, people)
        for being, span in people:
            clubs = [c for c in event.buyers or implied if not being.current.get(c.name.key)]
            if not clubs and event.buyers and first is not None and not being.current.get(first.key):
                clubs = (
                    [Club(first, self.resolver.first_spans[first.key])]
                    if first.key in self.resolver.first_spans
                    else []
                )
            speaker = self._club_of_speaker(being) if not event.buyers and event.sellers else None
            yield from self._moves(event, [(being, span)], clubs or ([speaker] if speaker else []))

    def _collapse(self, event: Event, people: list[tuple[Being, Span]]) -> Iterator[Draft]:
        """ "and the deal is off": what was said of a move before holds no longer."""
        deal = self.deal
        if people and deal is not None and all(being is not deal.being for being, _ in people):
            return
        if deal is not None and deal.club is not None and event.sentence - deal.sentence <= 3:
            span = next((s for role, s in deal.spans if role is EvidenceRole.TO), event.span)
            person = next((s for role, s in deal.spans if role is EvidenceRole.PERSON), event.span)
            yield self._draft(event, ClaimKind.MOVE, deal.being, person, Club(deal.club, span))

    def _reject(self, event: Event, people: list[tuple[Being, Span]]) -> Iterator[Draft]:
        """ "Fernandes has said no to Al-Hilal": the player turns a club down."""
        if event.people and event.subject is not None and event.subject.people and not event.passive:
            yield from self._moves(event, people, event.partner_clubs)
        elif suitors := self._refused_suitors(event):
            yield from self._moves(event, people, suitors)

    def _deny(self, event: Event, people: list[tuple[Being, Span]]) -> Iterator[Draft]:
        """ "despite reports of a done deal with Lens": the clubs named after the denial."""
        players = [pair for pair in people if pair[0].role == "player"]
        yield from self._moves(event, players, [c for c in event.partner_clubs if c.span[0] >= event.span[1]])
