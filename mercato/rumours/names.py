"""Keys by which people, clubs and outlets are the same across documents: register ids, else folded names."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from urllib.parse import urlsplit

from mercato.model import ClubRef, Link, LinkKind, PersonRef
from mercato.model.folding import fold
from mercato.register import Outlet, OutletKind, Register

PLAIN = "n:"
"""Begins the key of whoever or whatever the register does not know; the folded name follows."""

# Parts of a surname that are no surname by themselves, and what is put behind a name.
_PARTICLES = frozenset(
    [
        "van",
        "de",
        "der",
        "den",
        "di",
        "da",
        "do",
        "dos",
        "das",
        "del",
        "della",
        "la",
        "le",
        "el",
        "al",
        "bin",
        "ibn",
        "von",
        "zu",
        "ten",
        "ter",
        "st",
        "mac",
    ]
)
_SUFFIXES = frozenset(["jr", "junior", "sr", "senior", "ii", "iii", "filho", "neto"])
_NOT_WORD = re.compile(r"[^\w]+")


class Names:
    """What the register knows, asked in the way that joining needs it."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self.club_key = lru_cache(maxsize=65_536)(self._club_key)
        self.outlet_key = lru_cache(maxsize=16_384)(self._outlet_key)

    def country(self, club_key: str) -> str:
        """The code of the country whose windows hold for a club, empty where not known."""
        club = self.register.clubs.get(club_key)
        if club is None or club.national:
            return ""
        return self._country_codes.get(fold(club.country), club.country)

    def club_name(self, club_key: str, said: str) -> str:
        """The register's name of a club, else the name as said."""
        club = self.register.clubs.get(club_key)
        return club.name if club else said

    def person_name(self, person_key: str, said: str) -> str:
        """The register's name of a person, else the name as said."""
        person = self.register.people.get(person_key)
        return person.name if person else said

    def position(self, person_key: str) -> str:
        """The person's position as the register writes it, empty where not known."""
        person = self.register.people.get(person_key)
        return person.position if person else ""

    def people_called(self, name: str) -> tuple[str, ...]:
        """Ids of all people whom the register knows by exactly this name, folded."""
        return self._people.get(fold(name), ())

    def person_clubs(self, person_id: str) -> frozenset[str]:
        """The clubs that the register has for a person, now and before."""
        person = self.register.people.get(person_id)
        if person is None:
            return frozenset()
        return frozenset([person.club_id, *(spell.club_id for spell in person.spells)]) - {""}

    def link_key(self, link: Link) -> str:
        """The key of an outlet or journalist that a text cites."""
        if link.id:
            return link.id
        if link.kind is LinkKind.JOURNALIST:
            return self._journalists.get(fold(link.name), PLAIN + fold(link.name))
        return self.outlet_key(link.name, None)

    def writes_for(self, journalist: str) -> tuple[str, ...]:
        """The outlets of a journalist of the register."""
        known = self.register.journalists.get(journalist)
        return known.outlets if known else ()

    def source_name(self, key: str, said: str) -> str:
        """The register's name of an outlet or journalist, else the name as said."""
        known = self.register.outlets.get(key) or self.register.journalists.get(key)
        return known.name if known else said

    def only_gathers(self, key: str) -> bool:
        """Whether an outlet is known to publish what others report."""
        outlet = self.register.outlets.get(key)
        return outlet is not None and outlet.kind is OutletKind.AGGREGATOR

    def _club_key(self, club: ClubRef) -> str:
        if club.id:
            return club.id
        ids = self._clubs.get(fold(club.name), ())
        return ids[0] if len(ids) == 1 else PLAIN + fold(club.name)

    def _outlet_key(self, name: str | None, address: str | None) -> str:
        """An outlet by the domain of its address, else by its name or a domain given for one."""
        for host in (_host(address), _host(name) if name and "." in name else ""):
            known = self._by_domain(host)
            if known:
                return known.id
        if name:
            return self._outlets.get(fold(name), PLAIN + fold(name))
        return PLAIN + (_host(address) or "unknown")

    def _by_domain(self, host: str) -> Outlet | None:
        while host:
            found = self.register.outlet_by_domain.get(host)
            if found:
                return found
            host = host.partition(".")[2]
        return None

    @cached_property
    def _clubs(self) -> dict[str, tuple[str, ...]]:
        """Clubs by each of their names in any language; shipped ones outrank imported ones of the same name."""
        found: dict[str, dict[str, bool]] = {}
        for club in self.register.clubs.values():
            for name in {club.name, club.official, *(n.text for n in club.names)} - {""}:
                exact = fold(name) == fold(club.name)
                found.setdefault(fold(name), {})[club.id] = exact and club.shipped
        return {name: tuple(id_ for id_, best in ids.items() if best) or tuple(ids) for name, ids in found.items()}

    @cached_property
    def _people(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, set[str]] = {}
        for person in self.register.people.values():
            for name in {person.name, person.full_name, *(n.text for n in person.names)} - {""}:
                found.setdefault(fold(name), set()).add(person.id)
        return {name: tuple(sorted(ids)) for name, ids in found.items()}

    @cached_property
    def _outlets(self) -> dict[str, str]:
        names = (
            (outlet.id, [outlet.name, *(n.text for n in outlet.names)]) for outlet in self.register.outlets.values()
        )
        return {fold(name): id_ for id_, spelt in names for name in spelt}

    @cached_property
    def _journalists(self) -> dict[str, str]:
        return {fold(journalist.name): journalist.id for journalist in self.register.journalists.values()}

    @cached_property
    def _country_codes(self) -> dict[str, str]:
        return {fold(country.name): country.code for country in self.register.countries.values()}


def name_words(name: str) -> tuple[str, ...]:
    """A person's name as folded words, without particles and what is put behind it: "Donny van de Beek" has two."""
    words = [word for word in _NOT_WORD.split(fold(name)) if word]
    kept = [word for word in words if word not in _PARTICLES and word not in _SUFFIXES]
    return tuple(kept or words)


def block_of(name: str) -> str:
    """The block in which a name is compared with others: the sounds of its last word, roughly."""
    words = name_words(name)
    return skeleton(words[-1]) if words else ""


_SOUNDS = (
    ("sch", "s"), ("sh", "s"), ("ch", "c"), ("kh", "h"), ("ck", "k"), ("ph", "f"), ("th", "t"), ("zh", "z"),
    ("gh", "g"),    ("tz", "z"), ("ts", "z"), ("dz", "z"), ("ij", "i"), ("ll", "l"),
)  # fmt: skip
_LETTERS = str.maketrans({"q": "k", "c": "k", "x": "ks", "w": "v", "y": "i", "j": "i", "z": "s"})


def skeleton(word: str) -> str:
    """The first letter and the consonants after it, spellings of one sound as one: Mkhitaryan and Mkhitarian agree."""
    for spelling, sound in _SOUNDS:
        word = word.replace(spelling, sound)
    word = word.translate(_LETTERS)
    rest = [letter for letter in word[1:] if letter not in "aeiouh"]
    kept = [letter for place, letter in enumerate(rest) if place == 0 or letter != rest[place - 1]]
    return word[:1] + "".join(kept)


def person_plain(person: PersonRef) -> str:
    """The key of a person without an id."""
    return PLAIN + fold(person.name)


def _host(address: str | None) -> str:
    if not address:
        return ""
    text = address if "//" in address else f"//{address}"
    try:
        host = (urlsplit(text).hostname or "").lower()
    except ValueError:
        return ""
    return host.removeprefix("www.")
