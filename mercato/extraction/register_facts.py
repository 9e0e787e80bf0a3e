"""What the register says of a document's people on its day: whose player somebody is, whom a coach works for."""

from __future__ import annotations

from datetime import date, timedelta

from mercato.extraction.beings import Being
from mercato.extraction.names import ClubName
from mercato.extraction.nodes import ClubMention
from mercato.register import Register
from mercato.register.index import fold_name


class RegisterFacts:
    """Looks facts up for one document."""

    def __init__(self, register: Register, day: date | None) -> None:
        self.register = register
        self.day = day
        # Where the text first names each club.
        self.first_spans: dict[str, tuple[int, int]] = {}

    def was_at(self, being: Being, club: ClubName) -> bool:
        """Whether the register has the player at the club since before the month of publication."""
        if being.person is None or self.day is None:
            return False
        month = self.day.isoformat()[:7]
        return any(
            spell.club_id == club.key
            and spell.start[:7] < month
            and (not spell.end or spell.end[:7] >= month[: len(spell.end)])
            for spell in being.person.spells
            if spell.start
        )

    def is_settled_at(self, being: Being, club: ClubName) -> bool:
        """Whether the register has had the player at the club for more than half a year, and not on loan."""
        if being.person is None or self.day is None or being.former & {club.key}:
            return False
        before = (self.day - timedelta(days=183)).isoformat()[:7]
        today = self.day.isoformat()
        return any(
            spell.club_id == club.key
            and spell.start
            and f"{spell.start}-12"[:7] < before  # a year alone may be its end
            and (not spell.end or spell.end > today[: len(spell.end)])
            and not spell.flags & {"loan", "youth"}
            for spell in being.person.spells
        )

    def known_club(self, being: Being) -> ClubName | None:
        """The club that the register has the player at on the day, where the text names that club too."""
        person = being.person
        if person is None or self.day is None:
            return None
        today = self.day.isoformat()
        for spell in reversed(person.spells):
            # A start of a year or a month says nothing of who is there in that year or month.
            begun = spell.start and spell.start[:7] < today[: len(spell.start[:7])]
            running = begun and (not spell.end or spell.end >= today[: len(spell.end)])
            if running and not spell.flags & {"youth", "coach", "director"} and spell.club_id in self.first_spans:
                club = self.register.clubs.get(spell.club_id)
                return ClubName(club.name, club) if club is not None else None
        return None

    def has_coached(self, being: Being, club: ClubName) -> bool:
        """Whether the text or the register has the coach working for the club, since before the year or the month."""
        if being.employer is not None:
            return being.employer.key == club.key
        if self.day is None:
            return False
        today = self.day.isoformat()
        return any(
            spell.club_id == club.key
            and (spell.flags & {"coach", "director"} or person.role in ("coach", "director"))
            and spell.start[:7] < today[: len(spell.start[:7])]
            and (not spell.end or spell.end >= today[: len(spell.end)])
            for person in being.people
            for spell in person.spells
        )

    def employer(self, being: Being) -> ClubName | None:
        """The club that a coach or official works for: as the text says, else as the register has it on the day."""
        if being.employer is not None or self.day is None:
            return being.employer or being.club
        today = self.day.isoformat()
        for person in being.people:
            for spell in reversed(person.spells):
                working = spell.flags & {"coach", "director"} or person.role in ("coach", "director")
                running = spell.start <= today and (not spell.end or spell.end >= today[: len(spell.end)])
                club = self.register.clubs.get(spell.club_id)
                if working and running and club is not None:
                    return ClubName(club.name, club)
        return being.club

    def _club_fits(self, mention: ClubMention, name: ClubName) -> bool:
        club = name.club
        if club is None:
            return not (mention.competition or mention.country or mention.city)
        if mention.competition:
            competition = self.register.competitions.get(mention.competition)
            if competition is not None and competition.country and competition.country != club.country:
                return False
            if competition is not None and club.league and competition.tier and competition.id != club.league:
                return not club.league.startswith(competition.id.split(".")[0])
        if mention.country and club.country and mention.country != club.country:
            return False
        if mention.city:
            towns = {fold_name(town.text) for town in club.city}
            return fold_name(mention.city) in towns
        return True
