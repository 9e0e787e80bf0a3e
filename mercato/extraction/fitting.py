"""Whether a description may be of somebody: age, country, position, club and town, by the text and by the register."""

from __future__ import annotations

from mercato.extraction.beings import Being, are_apart
from mercato.extraction.nodes import PersonMention
from mercato.extraction.register_facts import RegisterFacts
from mercato.register import Person
from mercato.register.index import fold_name


class Fitting(RegisterFacts):
    """Compares what is said of a person with what is known of the document's people."""

    def is_player(self, being: Being) -> bool:
        """Whether somebody plays, by the text and by the register."""
        return being.role == "player" and (not being.people or any(p.role == "player" for p in being.people))

    def _is_coach(self, being: Being) -> bool:
        return any(p.role != "player" for p in being.people)

    def _fits(self, mention: PersonMention, being: Being) -> bool:
        """Whether "the 24-year-old Brazil winger" may be this person."""
        if mention.native_of and not self._is_native(mention.native_of, being):
            return False
        if mention.youth_clubs and not self._came_through(mention, being):
            return False
        if mention.role != "player" and being.role == "player" and not self._is_coach(being):
            return False
        if mention.role == "player" and mention.positions and being.role != "player":
            return False
        if mention.plays and being.people and all(p.role != "player" for p in being.people):
            return False
        person = being.people[0] if being.people else None
        if mention.age is not None:
            ages = {being.age} if being.age is not None else self._ages(person)
            if ages and not any(a is not None and abs(a - mention.age) <= (being.age is None) for a in ages):
                return False
            if not ages and being.role != "player":
                return False
        if mention.positions and not self._plays(mention, being, person):
            return False
        if mention.countries:
            known = (
                being.countries
                | set(person.nationality if person else ())
                | ({person.born_country} if person and person.born_country else set())
            )
            if known and not known & set(mention.countries):
                return False
        current = [club.key for club, relation in mention.clubs if relation == "current"]
        return not (current and being.current and not set(current) & set(being.current))

    def _is_native(self, town: str, being: Being) -> bool:
        folded = fold_name(town)
        return any(p.born_place and fold_name(p.born_place.split(",")[0]) == folded for p in being.people)

    def _came_through(self, mention: PersonMention, being: Being) -> bool:
        """Whether the register has the person at the club whose academy product the text speaks of."""
        clubs = {club.key for club in mention.youth_clubs}
        return any(spell.club_id in clubs for p in being.people for spell in p.spells)

    def _ages(self, person: Person | None) -> set[int | None]:
        if person is None or self.day is None:
            return set()
        ages = person.age_on(self.day)
        return {ages[0], ages[1]} if ages else set()

    def _plays(self, mention: PersonMention, being: Being, person: Person | None) -> bool:
        known = being.positions | ({person.position} if person and person.position else set())
        if not known:
            return True
        return any(not any(are_apart(own, position) for own in known) for position in mention.positions)

    def _is_at(self, being: Being, clubs: set[str]) -> bool:
        """Whether the text, or else the register, has the person at one of the clubs."""
        if being.current:
            return bool(clubs & set(being.current))
        return any(p.club_id in clubs or any(s.club_id in clubs for s in p.spells[-1:]) for p in being.people)

    def _countrymen(self, mention: PersonMention, fitting: list[Being]) -> list[Being]:
        """ "the Frenchman": somebody known to be French, else rather a player than one who coaches."""
        wanted = set(mention.countries)
        known = [b for b in fitting if wanted & (b.countries | {c for p in b.people for c in p.nationality})]
        return known or [b for b in fitting if b.role == "player"] or fitting

    def _narrow(self, being: Being) -> tuple[Person, ...]:
        """Those of the register's people that the text doesn't speak against; the best known of several equals."""
        people = being.people
        if len(people) < 2:
            return people
        fitting = [p for p in people if self._agrees(p, being)]
        if not fitting:
            return people
        best = max(self._weight(p, being) for p in fitting)
        return tuple(p for p in fitting if self._weight(p, being) == best)

    def _weight(self, person: Person, being: Being) -> int:
        clubs = {person.club_id, *(spell.club_id for spell in person.spells)}
        return 4 * bool(clubs & set(being.current)) + 2 * person.shipped + bool(person.club_id)

    def _agrees(self, person: Person, being: Being) -> bool:
        if being.age is not None and self.day is not None:
            ages = person.age_on(self.day)
            if ages is not None and not ages[0] - 1 <= being.age <= ages[1] + 1:
                return False
        known = person.position
        if known and being.positions and all(are_apart(known, position) for position in being.positions):
            return False
        return not (being.countries and person.nationality and not being.countries & set(person.nationality))
