"""Who is the buyer and who the seller, where the words of a step leave it open."""

from __future__ import annotations

from mercato.extraction.coreference import Being, Resolver
from mercato.extraction.draft import Draft
from mercato.extraction.events import Club, Event, Span
from mercato.model import Stage

# What only a club does: where a language leaves its subject out, the club spoken of does it.
CLUB_ACTS = frozenset({"pursue", "acquire", "bid", "talks", "withdraw", "offered", "radar"})


def paired(people: list[tuple[Being, Span]], span: Span, clubs: list[Club]) -> list[Club]:
    """The clubs of one of several people: of "A at X and B at Y" each has the one behind him, else each has all."""
    starts = sorted({s[0] for _, s in people})
    if len(starts) < 2 or len(starts) != len(clubs):
        return clubs
    after = [next((n for n in reversed(starts) if n < club.span[0]), None) for club in clubs]
    if len(set(after)) != len(clubs) or None in after:
        return clubs
    return [club for club, start in zip(clubs, after, strict=True) if start == span[0]]


PAIR = 2  # the sides of an agreement


class Sides:
    """Settles the clubs of a step with the rest of the text and with the register."""

    resolver: Resolver
    deal: Draft | None
    suitors: dict[int, Club]
    clearing: Club | None

    def _note_sellers(self, event: Event, people: list[tuple[Being, Span]]) -> None:
        if len(people) > 1 and len(people) == len(event.sellers):
            for being, span in people:
                for seller in paired(people, span, event.sellers):
                    being.at(seller.name, seller.span, 2)
            return
        for seller in event.sellers:
            for being, _ in people[-1:] if len(people) > 1 else people:
                if not (event.conditional and being.current):
                    being.at(seller.name, seller.span, 2)

    def _part_sides(self, event: Event, people: list[tuple[Being, Span]]) -> None:
        """ "Bayern and Liverpool agree on the transfer of X": of two that agree the one is the seller."""
        subject = event.subject
        both = len(subject.clubs) == PAIR if subject is not None else len(event.partner_clubs) == PAIR
        if not {"agree", "talk", "near"} & set(event.governors) or not both or len(people) != 1:
            return
        being = people[0][0]
        known = being.club or self.resolver.known_club(being)
        sides = event.buyers or event.partner_clubs
        if len(sides) != PAIR:
            return
        told = self.deal.club.key if self.deal is not None and self.deal.being is being and self.deal.club else ""
        last = sides[0] if sides[1].name.key == told else sides[1]
        seller = next((c for c in sides if known is not None and c.name.key == known.key), last)
        event.buyers = [c for c in sides if c is not seller]
        being.at(seller.name, seller.span, 2)

    def _part_from_seller(self, event: Event, people: list[tuple[Being, Span]]) -> None:
        """ "Talks with Slavia Prague for X are advanced": with his club, by the club whose news it is."""
        if event.buyers or event.sellers or event.subject is not None or len(people) != 1 or not event.people:
            return
        being, partners = people[0][0], event.partner_clubs
        known = being.club or self.resolver.known_club(being)
        with_owner = known is not None and [known.key] == [c.name.key for c in partners]
        if len(partners) != 1 or not (with_owner or (self.resolver.section is not None and not self.resolver.elliptic)):
            return
        event.sellers, event.partner_clubs = partners, []
        event.buyers = self._home(event, being)
        if not event.buyers:
            event.sellers, event.partner_clubs = [], partners

    def _home(self, event: Event, being: Being) -> list[Club]:
        """ "the Dane arrives from Lens": the club whose news it is, where the text leaves out where to."""
        resolver = self.resolver
        if self.deal is not None and self.deal.being is being and self.deal.club is not None:
            names = [self.deal.club]
        else:
            coaches = (b for b in resolver.here if b is not being and b.role == "coach" and b.first[0] <= event.span[0])
            bench = next((resolver.employer(coach) for coach in coaches), None)
            first = resolver.first_of_block if event.frame == "join" else None  # where those arrive of whom it tells
            near = (resolver.section, bench, resolver.club_here, resolver.club_of_block, first)
            names = [n for n in (*near, resolver.main, resolver.club_spoken_of) if n is not None]
        left = {c.name.key for c in event.sellers}
        for name in names:
            span = self.resolver.first_spans.get(name.key)
            told = span is not None and span[0] < event.span[0]
            if span is not None and told and name.key not in left and not being.current.get(name.key):
                return [Club(name, span)]
        return []

    def _implied(self, event: Event, people: list[tuple[Being, Span]]) -> list[Club]:
        """ "sarebbe tra i primi a essere presi in considerazione": the suitor of whom the text has spoken."""
        offer = event.frame == "bid" and event.entry.get("noun")  # "a first offer was refused": of him who wants X
        if not (event.elliptic or offer or event.sellers) or event.unnamed_suitors or len(people) != 1:
            return []
        being = people[0][0]
        suitor = self.suitors.get(id(being))
        if suitor is not None:
            return [suitor]
        if not event.elliptic:
            return []
        club = (self.resolver.section if event.frame != "radar" else None) or self.resolver.club_spoken_of
        alone = event.dropped or (event.frame == "talks" and not event.entry.form and event.subject is None)
        acts = (alone or event.frame == "offered") and not event.passive and event.frame in CLUB_ACTS
        if club is None or not (acts or event.entry.get("arrives")):
            return []
        span = self.resolver.first_spans.get(club.key)
        at_home = being.current.get(club.key) or self.resolver.was_at(being, club)
        return [Club(club, span)] if span is not None and not at_home else []

    def _seller_of_two(self, being: Being, clubs: list[Club]) -> Club:
        """Of two clubs that talk or agree about a player the one he is at; else the one named last."""
        known = next((c for c in clubs if self.resolver.was_at(being, c.name)), None)
        return known or clubs[-1]

    def _offered_by_others(self, event: Event) -> None:
        """ "gli intermediari hanno offerto X alla Lazio": an offer that no club makes is made to the club."""
        by_club = bool(event.buyers) or (event.subject is not None and bool(event.subject.clubs))
        if event.entry.get("offers") and not by_club and event.sellers and event.people and not event.dropped:
            event.buyers, event.sellers, event.stage = event.sellers, [], Stage.TALKS

    def _refused_suitors(self, event: Event) -> list[Club]:
        """ "la Lazio ha rifiutato 40 milioni dal Chelsea per X": the other club that a refusal by one names."""
        if event.subject is None or not event.subject.clubs or not event.people:
            return []
        own = {name.key for m in event.subject.clubs if (name := m.settled) is not None}
        named = [c for c in (*event.sellers, *event.buyers, *event.partner_clubs) if c.name.key not in own]
        section = self.resolver.section
        if named or section is None or section.key in own or section.key not in self.resolver.first_spans:
            return named
        return [Club(section, self.resolver.first_spans[section.key])]

    def _own_club(self, being: Being) -> Club | None:
        club = being.club
        if club is not None:
            return Club(club, being.spans[club.key])
        if self.clearing is not None:
            return self.clearing
        known = self.resolver.known_club(being)
        if known is not None:
            return Club(known, self.resolver.first_spans[known.key])
        return self._club_of_speaker(being) if being.role == "player" else None

    def _club_of_speaker(self, being: Being) -> Club | None:
        """ "Southampton manager Ralph Hasenhuttl believes Ings will stay": the club of the coach who speaks of him."""
        for other in self.resolver.here:
            if other.role != "player" and other.employer is not None and other is not being:
                return Club(other.employer, other.spans[other.employer.key])
        return None
