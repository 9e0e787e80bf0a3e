"""When two names, fees or claims count as the same. Figures stand or fall with these rules: change them knowingly."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from mercato.errors import DataFileError

ClaimRow = Mapping[str, Any]
"""One claim in the annotation schema's fields."""

FEE_TOLERANCE = 0.01
"""Share by which an end of a fee may be off: rounding of "about £44.9m" is no misreading."""

_NOT_ALPHANUMERIC = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class NameTables:
    """The tables of `data/names.yaml`, ready for look-up."""

    letters: Mapping[int, str]
    affixes: frozenset[str]
    extras: frozenset[str]
    ambiguous: frozenset[str]
    clubs: Mapping[str, str]
    outlet_words: frozenset[str]


@lru_cache(maxsize=1)
def name_tables() -> NameTables:
    """Load the tables. Raises DataFileError if one alias leads to two clubs."""
    raw = yaml.safe_load((files("mercato.evaluation") / "data" / "names.yaml").read_text(encoding="utf-8"))
    return NameTables(
        letters=str.maketrans(raw["letters"]),
        affixes=frozenset(raw["club_affixes"]),
        extras=frozenset(raw["club_extras"]),
        ambiguous=frozenset(raw["club_ambiguous"]),
        clubs=_aliases(raw["clubs"]),
        outlet_words=frozenset(raw["outlet_words"]),
    )


def _aliases(clubs: Mapping[str, list[str]]) -> dict[str, str]:
    names: dict[str, str] = {}
    for club, aliases in clubs.items():
        for alias in aliases:
            if names.setdefault(alias, club) != club:
                raise DataFileError(f'names.yaml, clubs: "{alias}" leads to {names[alias]} and to {club}; keep one.')
    return names


@lru_cache(maxsize=1 << 16)
def fold(text: str | None) -> str:
    """Lower case, accents off, anything but letters and digits as one space."""
    apart = unicodedata.normalize("NFKD", (text or "").translate(name_tables().letters))
    plain = "".join(c for c in apart if not unicodedata.combining(c)).lower()
    return _NOT_ALPHANUMERIC.sub(" ", plain).strip()


def same_person(one: str | None, other: str | None) -> bool:
    """Whether two names can be one person's: equal, or the shorter one's words are the other's, surname included."""
    x, y = fold(one).split(), fold(other).split()
    if not x or not y:
        return False
    if "".join(x) == "".join(y):
        return True
    short, long = sorted((x, y), key=len)
    if not set(short) <= set(long):
        return False
    return len(short) > 1 or short[-1] == long[-1] or short[0] in long[-2:]


def club_key(name: str | None) -> frozenset[str]:
    """The words that say which club is meant."""
    tables = name_tables()
    text = fold(name)
    text = tables.clubs.get(text, text)
    bare = " ".join(w for w in text.split() if w not in tables.affixes) or text
    return frozenset(tables.clubs.get(bare, bare).split())


def same_club(one: str | None, other: str | None) -> bool:
    """Whether two names are one club's: the same words, or more of them that add nothing ("Norwich City")."""
    x, y = club_key(one), club_key(other)
    if not x or not y:
        return False
    if x == y:
        return True
    short, long = sorted((x, y), key=len)
    tables = name_tables()
    return short < long and (long - short) <= tables.extras and not short <= tables.ambiguous


def same_outlet(one: str, other: str) -> bool:
    """Whether two names are one outlet's or journalist's: one's telling words are among the other's."""
    words = name_tables().outlet_words
    x, y = set(fold(one).split()) - words, set(fold(other).split()) - words
    if not x or not y:
        return fold(one) == fold(other)
    return x <= y or y <= x or "".join(sorted(x)) == "".join(sorted(y))


def same_fee(gold: Mapping[str, Any], system: Mapping[str, Any] | None) -> bool:
    """Whether both ends agree within FEE_TOLERANCE, in the same currency."""
    if not system or (gold.get("currency") or "").upper() != (system.get("currency") or "").upper():
        return False
    return all(_close(float(gold[end]), float(system.get(end) or 0)) for end in ("low", "high"))


def _close(gold: float, system: float) -> bool:
    return abs(system - gold) <= FEE_TOLERANCE * max(1.0, gold)


def same_year(gold: object, system: object) -> bool:
    """Whether two dates (YYYY or YYYY-MM) are of one year."""
    return str(gold)[:4] == str(system)[:4]


def place(claim: ClaimRow) -> str | None:
    """The club that tells a claim from another on the same person."""
    match claim.get("kind"):
        case "move":
            return claim.get("to")
        case "exit":
            return claim.get("from")
        case _:
            return claim.get("club") or claim.get("from")


def same_claim(gold: ClaimRow, system: ClaimRow) -> bool:
    """Whether the system's claim is about the annotated one's kind, person and club."""
    if gold.get("kind") != system.get("kind") or not same_person(gold.get("person"), system.get("person")):
        return False
    if not place(gold):
        return not place(system) or gold.get("kind") != "move"
    return same_club(place(gold), place(system))
