"""Whom a step is about, where its own words leave it open: who is named near it, or whom the text is about by now."""

from __future__ import annotations

from mercato.extraction.coreference import Being
from mercato.extraction.draft import Draft
from mercato.extraction.drafting import Drafting
from mercato.extraction.events import Club, Event, Span
from mercato.extraction.frame_rules import ABOUT_PLAYERS, SPOKEN_OF_BY_OTHERS, WITH_OBJECT


class Participants(Drafting):
    """Finds the people of a step."""

    def _people(self, event: Event, local: list[Being]) -> list[tuple[Being, Span]]:
        if event.elliptic and event.frame in SPOKEN_OF_BY_OTHERS:
            event.people = [pair for pair in event.people if not is_official(pair[0])]
            moving = [pair for pair in event.people if not (pair[0].people and pair[0].people[0].role == "coach")]
            event.people = moving or event.people
        event.people = [pair for pair in event.people if pair[0].role != "official"]
        if event.people:
            players = [pair for pair in event.people if pair[0].role == "player"]
            for being, _ in event.people if players else ():
                if being.role != "player" and being.club is not None and event.frame in ("renew", "keep"):
                    event.keepers.append(Club(being.club, being.spans[being.club.key]))
            if players or event.frame not in ABOUT_PLAYERS or (event.entry.name == "link" and event.buyers):
                return players or event.people
            before = [b for b in local if b.role == "player" and b.first[0] < event.span[0] and event.frame == "link"]
            named = before or [b for b in local if b.role == "player" and (b.positions or b.age is not None)]
            return [(named[-1], named[-1].first)] if named else event.people
        announced = event.frame == "acquire" and event.entry.get("governs") == "complete"
        if event.unnamed_object or event.plural_object or announced:
            return []  # whoever is announced is named
        replaced = [being for being, _ in event.replaced]
        local = [b for b in local if b not in replaced]
        if replaced and not local:
            return []
        here = [b for b in local if b.role == "player" and not (event.elliptic and is_official(b))]
        if event.elliptic and event.frame in ("pursue", "acquire", "bid") and event.subject is not None:
            doers = [m.being for m in event.subject.people]
            here = [b for b in here if b not in doers]
        if event.entry.get("noun") and self.topic is not None and self.resolver.is_player(self.topic):
            here, local = ([b for b in some if not self._belongs_later(b, event)] for some in (here, local))
        if event.frame == "bid" and self.topic is not None and self.resolver.is_player(self.topic):
            here = [b for b in here if self.resolver.is_player(b)]  # no coach is bid for where a player is spoken of
            local = here or [b for b in local if self.resolver.is_player(b)]
        if event.dropped and self.topic is not None and not any(b.first[0] < event.span[0] for b in here):
            here = local = []
        if here:
            if event.frame == "radar" and all(b.first[0] > event.span[1] for b in here):
                return [(b, b.first) for b in here]
            before = [b for b in here if b.first[0] < event.span[0]]
            if event.elliptic and len(before) > 1:  # "wanted X as cover for Y, and a bid was made"
                before = [b for b in before if self._is_wanted_by(b, event)] or before
            if not before and event.frame == "sell" and not (event.passive or event.entry.get("noun")):
                return []  # a sale names its player, or has named him before
            being = before[-1] if before else here[-1 if event.elliptic else 0]
            return [(being, being.first)]
        known = self.topic is not None and self.topic.role == "player"
        if self.topic is not None and known and (event.elliptic or not (local or _names_object(event))):
            return [(self.topic, self.topic.first)]
        return []

    def _is_wanted_by(self, being: Being, event: Event) -> bool:
        """Whether an earlier step of the sentence has those who do this one after somebody."""
        earlier = self.taken.get(id(being))
        ours = {club.name.key for club in (*event.buyers, *event.partner_clubs)}
        return earlier is not None and earlier.at < event.at and any(c.name.key in ours for c in earlier.buyers)

    def _belongs_later(self, being: Being, event: Event) -> bool:
        """ "Liverpool's offer is on the table and Palace want Igor": whom a later step is the first to name."""
        later = self.taken.get(id(being))
        if later is None or later.at <= event.at or self.resolver.starts.get(id(being), 0) < event.span[1]:
            return False
        ours = {club.name.key for club in event.buyers}
        return not any(club.name.key in ours for club in later.buyers)

    def _note_topic(self, events: list[Event], found: list[Draft], local: list[Being]) -> None:
        """Whom the text is about by now: "to follow X" is about the other."""
        self.of_paragraph.update(id(b) for b in local)
        if self.topic is not None and (found or events):
            self.of_paragraph.update(id(d.being) for d in found)
        replaced = [b for e in events for b, _ in e.replaced]
        about = [b for b in local if b not in replaced]
        told = [d.being for d in found if d.being not in replaced]
        if any(e.entry.get("implied") == "instead" for e in events) and self.topic is self.resolver.headline_player():
            return  # "Napoli went for Y instead": the text goes on about X
        if not told and self.topic is not None and self.resolver.is_player(self.topic):
            about = [b for b in about if self.resolver.is_player(b)]  # a coach who speaks of him is not the topic
        if about or (local and self.topic is None):
            parts = [b for b in about if id(b) in self.taken]
            self.topic = (told or parts or about or local)[-1]


def _names_object(event: Event) -> bool:
    """Whether a verb would name whom it is about: "Brighton took it" is about nobody."""
    return event.frame in WITH_OBJECT and bool(event.entry.form) and not event.passive and not event.entry.get("noun")


def is_official(being: Being) -> bool:
    """Whether somebody runs a club or acts for others, by the text or by the register; coaches move themselves."""
    return being.role == "official" or bool(
        being.people and all(p.role not in ("player", "coach") for p in being.people)
    )
