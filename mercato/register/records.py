"""Who is who, as frozen records: Club, Person, Spell of a career, Outlet, Journalist, Competition, Window, Country."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class OutletKind(StrEnum):
    """What sort of publisher an outlet is."""

    NEWSPAPER = "newspaper"
    BROADCASTER = "broadcaster"
    SITE = "site"
    AGGREGATOR = "aggregator"
    AGENCY = "agency"
    CLUB = "club"
    MAGAZINE = "magazine"
    RADIO = "radio"


class WindowKind(StrEnum):
    """Which of the year's two transfer windows."""

    SUMMER = "summer"
    WINTER = "winter"


@dataclass(frozen=True, slots=True)
class Name:
    """A way to name somebody or something; `language` is None where it holds in every language."""

    text: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Club:
    """A club side or a national team. `names` are names proper, `nicknames` need context to be sure."""

    id: str
    name: str
    country: str = ""
    league: str = ""
    gender: str = "m"
    official: str = ""
    city: tuple[Name, ...] = ()
    grounds: tuple[Name, ...] = ()
    names: tuple[Name, ...] = ()
    nicknames: tuple[Name, ...] = ()
    codes: tuple[str, ...] = ()
    tm_id: str = ""
    national: bool = False
    shipped: bool = True


@dataclass(frozen=True, slots=True)
class CareerSpell:
    """Time at a club; `start` and `end` as YYYY, YYYY-MM or YYYY-MM-DD, empty where not known or not over."""

    club_id: str
    start: str = ""
    end: str = ""
    flags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Person:
    """A player, coach, director, agent or official. `club_id` is the latest known, as of `club_as_of`.

    Of an imported person the club may be one that the register does not have: ask with `clubs.get`.
    """

    id: str
    name: str
    full_name: str = ""
    names: tuple[Name, ...] = ()
    nicknames: tuple[Name, ...] = ()
    born: str = ""
    born_place: str = ""
    born_country: str = ""
    nationality: tuple[str, ...] = ()
    position: str = ""
    role: str = "player"
    gender: str = "m"
    club_id: str = ""
    club_as_of: str = ""
    spells: tuple[CareerSpell, ...] = ()
    contract: str = ""
    tm_id: str = ""
    shipped: bool = True

    def age_on(self, day: date) -> tuple[int, int] | None:
        """The youngest and oldest age in whole years that the known part of the date of birth allows on `day`."""
        parts = [int(p) for p in self.born.split("-") if p]
        if not parts:
            return None
        if len(parts) < 3:
            return day.year - parts[0] - 1, day.year - parts[0]
        age = day.year - parts[0] - ((day.month, day.day) < (parts[1], parts[2]))
        return age, age


@dataclass(frozen=True, slots=True)
class Outlet:
    """A publisher: newspaper, broadcaster, site, aggregator, agency, club."""

    id: str
    name: str
    kind: OutletKind
    names: tuple[Name, ...] = ()
    handles: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    language: str = ""
    country: str = ""
    city: str = ""


@dataclass(frozen=True, slots=True)
class Journalist:
    """A reporter known for transfer news, with the outlets they write for."""

    id: str
    name: str
    names: tuple[Name, ...] = ()
    handles: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    country: str = ""


@dataclass(frozen=True, slots=True)
class Competition:
    """A league or cup; `tier` 1 is a country's top division."""

    id: str
    name: str
    names: tuple[Name, ...] = ()
    country: str = ""
    tier: int = 0
    gender: str = "m"
    tm_code: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """A registration period of a country's clubs; both days belong to it. `opens` is None where it is not known."""

    country: str
    season: str
    kind: WindowKind
    opens: date | None
    closes: date


@dataclass(frozen=True, slots=True)
class Country:
    """A football nation: FIFA code, names and demonyms by language, ISO code for its flag."""

    id: str
    code: str
    name: str
    names: tuple[Name, ...] = ()
    demonyms: tuple[Name, ...] = ()
    iso: str = ""
