"""Who is meant: mentions of one document become people and clubs, settled with the register's facts and the date."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from mercato.extraction.names import ClubName, PersonName
from mercato.extraction.nodes import CLAUSE_WORDS, ClubMention, Node, NodeKind, PersonMention
from mercato.model import PersonRef
from mercato.register import Person, Register
from mercato.register.index import fold_name

_POSITION_FAMILY = {
    "goalkeeper": "goalkeeper",
    "right-back": "defender", "left-back": "defender", "centre-back": "defender", "defender": "defender",
    "full-back": "defender",
    "defensive midfielder": "midfielder", "central midfielder": "midfielder", "midfielder": "midfielder",
    "attacking midfielder": "midfielder",
    "winger": "forward", "right winger": "forward", "left winger": "forward", "forward": "forward",
    "striker": "forward",
}  # fmt: skip
# A winger may be called a midfielder, and a full-back a winger: only these pairs speak against each other.
_APART = frozenset(
    {("goalkeeper", "defender"), ("goalkeeper", "midfielder"), ("goalkeeper", "forward"), ("defender", "forward")}
)


def _are_apart(one: str, other: str) -> bool:
    families = _POSITION_FAMILY.get(one, one), _POSITION_FAMILY.get(other, other)
    return families in _APART or families[::-1] in _APART


_CLAUSE_MARKS = frozenset({",", ";", ":"})
_OFFICIALS = frozenset({"agent", "official", "owner"})


@dataclass(slots=True, eq=False)
class Being:
    """A person of the document: the fullest name, what the text and the register say of them."""

    name: str
    people: tuple[Person, ...] = ()
    age: int | None = None
    positions: set[str] = field(default_factory=set)
    countries: set[str] = field(default_factory=set)
    current: Counter[str] = field(default_factory=Counter)
    former: set[str] = field(default_factory=set)
    # The club that has borrowed the player, with its words: his club only where no other is known.
    borrower: tuple[ClubName, tuple[int, int]] | None = None
    employer: ClubName | None = None
    role: str = "player"
    first: tuple[int, int] = (0, 0)
    clubs: dict[str, ClubName] = field(default_factory=dict)
    spans: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def person(self) -> Person | None:
        """The register's person, where only one is left."""
        return self.people[0] if len(self.people) == 1 else None

    @property
    def ref(self) -> PersonRef:
        """The person as a claim speaks of them: the document's fullest name."""
        return PersonRef(self.name, self.person.id if self.person else None)

    @property
    def club(self) -> ClubName | None:
        """The club that the text puts them at."""
        return self.clubs[self.current.most_common(1)[0][0]] if self.current else None

    def is_at(self, club: ClubName) -> bool:
        """Whether this is the club that the text puts them at."""
        return self.club is not None and self.club.key == club.key

    def at(self, club: ClubName, span: tuple[int, int], weight: int = 1) -> None:
        """Notes that the text puts them at the club."""
        self.current[club.key] += weight
        self.clubs[club.key] = club
        self.spans.setdefault(club.key, span)


class Resolver:
    """Settles the mentions of one document in the order of the text."""

    def __init__(self, register: Register, day: date | None) -> None:
        self.register = register
        self.day = day
        self.beings: list[Being] = []
        # The beings whose name has a word, and those who may be a person of the register.
        self._by_word: dict[bytes, list[Being]] = {}
        self._by_id: dict[str, list[Being]] = {}
        self.recent: list[Being] = []
        self.recent_clubs: list[ClubName] = []
        self.first_spans: dict[str, tuple[int, int]] = {}
        self.last_plural_from: ClubName | None = None
        self.here: list[Being] = []
        self.in_clause: Being | None = None
        self.club_here: ClubName | None = None
        # The club that earlier sentences were about: their first subject.
        self.club_spoken_of: ClubName | None = None
        self.spoken_of: Being | None = None

    # People

    def see(self, nodes: list[Node]) -> None:
        """Settles the mentions of a sentence, from left to right."""
        if self.here:
            self.spoken_of = next((b for b in self.here if b.role == "player"), self.here[0])
        self.here = []
        if self.club_here is not None:
            self.club_spoken_of = self.club_here
        self.club_here = None
        self.in_clause = None
        for node in nodes:
            if node.key in _CLAUSE_MARKS or not node.categories.isdisjoint(CLAUSE_WORDS):
                self.in_clause = None
            for mention in node.people:
                being = self._being(mention)
                if being is not None:
                    if not mention.pronoun:
                        self.in_clause = being
                    if being not in self.here:
                        self.here.append(being)
                    mention.being = being
                    self._recall(being)
                for club, start, end in mention.club_spans:
                    self.first_spans.setdefault(club.key, (start, end))
                    self.recent_clubs.append(club)
            for club_mention in node.clubs:
                name = self._club(club_mention)
                if name is not None:
                    club_mention.settled = name
                    if club_mention.name is not None:
                        self.first_spans.setdefault(name.key, (club_mention.start, club_mention.end))
                    if node.role is None and not node.owner and not club_mention.pronoun:
                        self.club_here = name
                    if node.kind is NodeKind.CLUB and not club_mention.pronoun:
                        self.recent_clubs.append(name)

    def _recall(self, being: Being) -> None:
        if being in self.recent:
            self.recent.remove(being)
        self.recent.append(being)

    def _being(self, mention: PersonMention) -> Being | None:
        if mention.name is not None:
            return self._named(mention, mention.name)
        if mention.indefinite or mention.plural:
            return None
        if mention.pronoun:
            if self.in_clause is not None or self.here:
                return self.in_clause or self.here[0]
            return self.spoken_of or (self.recent[-1] if self.recent else None)
        fitting = [being for being in reversed(self.recent) if self._fits(mention, being)]
        if not fitting:
            return None
        clubs = {club.key for club, relation in mention.clubs if relation in ("current", "employer")}
        same = [b for b in fitting if b in self.here]  # "Perin became the latest Juventus player"
        being = next((b for b in same or fitting if clubs and self._is_at(b, clubs)), (same or fitting)[0])
        self._learn(being, mention)
        return being

    def _is_at(self, being: Being, clubs: set[str]) -> bool:
        """Whether the text, or else the register, has the person at one of the clubs."""
        if being.current:
            return bool(clubs & set(being.current))
        return any(p.club_id in clubs or any(s.club_id in clubs for s in p.spells[-1:]) for p in being.people)

    def _named(self, mention: PersonMention, name: PersonName) -> Being:
        being = self._known(name)
        if being is None:
            role = mention.role
            if role == "player" and name.people and all(p.role in _OFFICIALS for p in name.people):
                role = "official"
            being = Being(name.name, name.people, role=role)
            being.first = (mention.start, mention.end)
            self.beings.append(being)
        elif len(name.name) > len(being.name):
            being.name = name.name
        if name.people and len(being.people) != 1:
            being.people = name.people
        self._note(being)
        self._learn(being, mention)
        being.people = self._narrow(being)
        return being

    def _note(self, being: Being) -> None:
        """Makes a being findable by every word of the name and as every person of the register."""
        for word in fold_name(being.name).split():
            self._by_word.setdefault(word, []).append(being)
        for person in being.people:
            self._by_id.setdefault(person.id, []).append(being)

    def _known(self, name: PersonName) -> Being | None:
        """The last being of whom the name may speak: who shares a word of it, or is the same in the register."""
        folded = fold_name(name.name)
        words = folded.split()
        if not words:
            return None  # signs only: nobody can be told by them
        only = name.people[0].id if len(name.people) == 1 else None
        candidates = set(self._by_id.get(only, ())) if only is not None else set()
        for word in words:
            candidates.update(self._by_word.get(word, ()))
        for being in sorted(candidates, key=self.beings.index, reverse=True) if len(candidates) > 1 else candidates:
            theirs = fold_name(being.name).split()
            short, long = (words, theirs) if len(words) < len(theirs) else (theirs, words)
            if short and set(short) <= set(long) and (short[-1] == long[-1] or len(short) > 1 or short[0] in long[-2:]):
                return being
            if len(words) == 1 == len(theirs):
                continue
            if only is not None and {person.id for person in being.people} == {only}:
                return being
        return None

    def _learn(self, being: Being, mention: PersonMention) -> None:
        if mention.age is not None:
            being.age = mention.age
        being.positions.update(mention.positions)
        being.countries.update(mention.countries)
        if mention.role != "player":
            being.role = mention.role
        for club, relation in mention.clubs:
            span = mention.words_of(club)
            if relation == "current":
                being.at(club, span, 2)
            elif relation == "former":
                being.former.add(club.key)
            elif relation == "employer":
                being.employer = club
                being.at(club, span, 2)

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
        if known and being.positions and all(_are_apart(known, position) for position in being.positions):
            return False
        return not (being.countries and person.nationality and not being.countries & set(person.nationality))

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

    def _is_coach(self, being: Being) -> bool:
        return any(p.role != "player" for p in being.people)

    def _ages(self, person: Person | None) -> set[int | None]:
        if person is None or self.day is None:
            return set()
        ages = person.age_on(self.day)
        return {ages[0], ages[1]} if ages else set()

    def _plays(self, mention: PersonMention, being: Being, person: Person | None) -> bool:
        known = being.positions | ({person.position} if person and person.position else set())
        if not known:
            return True
        return any(not any(_are_apart(own, position) for own in known) for position in mention.positions)

    # Clubs

    def _club(self, mention: ClubMention) -> ClubName | None:
        if mention.name is not None:
            return mention.name
        if mention.plural or mention.relation is not None:
            return None
        if mention.pronoun:
            known = self.club_here or self.club_spoken_of
            return known or (self.recent_clubs[-1] if self.recent_clubs else None)
        if not (mention.competition or mention.country or mention.city) and (self.club_here or self.club_spoken_of):
            return self.club_here or self.club_spoken_of
        for club in reversed(self.recent_clubs):
            if self._club_fits(mention, club):
                return club
        return None

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
