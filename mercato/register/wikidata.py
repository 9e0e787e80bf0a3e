"""Wikidata's JSON of a person becomes a row of our tables: names in each language, birth, clubs with their times."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import msgspec

from mercato.errors import DataFileError
from mercato.register import tables

PERSON_COLUMNS = (
    "id", "name", "full_name", "born", "nationality", "position", "role", "gender", "other_names", "spells", "tm_id",
)  # fmt: skip
ENTITY_ADDRESS = "https://www.wikidata.org/wiki/Special:EntityData/{id}.json"
_ID = re.compile(r"Q[1-9]\d{0,11}")
_TIME = re.compile(r"\+(\d{4})-(\d{2})-(\d{2})T")
# Wikidata's precision of a time: 9 is a year, 10 a month, 11 a day.
_LETTERS = {9: 4, 10: 7, 11: 10}
_COACH, _FEMALE = "Q628099", "Q6581072"


def checked_id(given: str) -> str:
    """A Wikidata id, such as Q11571. Raises DataFileError where it is none."""
    plain = given.strip().upper()
    if not _ID.fullmatch(plain):
        raise DataFileError(f"{given!r} is no id of Wikidata. It is Q and a number, such as Q11571.")
    return plain


def person_rows(entities: Iterable[bytes]) -> Iterator[tuple[str, ...]]:
    """A row of PERSON_COLUMNS for each entity. DataFileError where one can't be read."""
    for data in entities:
        try:
            found = msgspec.json.decode(data)
            listed = found["entities"] if isinstance(found, dict) and "entities" in found else {"": found}
            rows = [_row(entity) for entity in listed.values()]
        except (msgspec.DecodeError, AttributeError, KeyError, TypeError) as error:
            raise DataFileError(f"An answer of Wikidata can't be read ({type(error).__name__}: {error}).") from None
        yield from rows


def _row(entity: Mapping[str, Any]) -> tuple[str, ...]:
    labels = {language: label["value"] for language, label in (entity.get("labels") or {}).items()}
    name = labels.get("en") or labels.get("mul") or next(iter(labels.values()), "")
    if not name:
        raise KeyError("labels")
    claims = entity.get("claims") or {}
    countries = _countries()
    values = {
        "id": entity["id"],
        "name": _plain(name),
        "full_name": "",
        "born": next((day for claim in _best(claims, "P569") if (day := _day(_value(claim)))), ""),
        "nationality": "|".join(
            dict.fromkeys(countries[id_] for one in _best(claims, "P27") if (id_ := _item(one)) in countries)
        ),
        "role": "coach" if _is_only_coach(claims) else "player",
        "gender": "w" if any(_item(one) == _FEMALE for one in _best(claims, "P21")) else "",
        "other_names": "|".join(_names(entity, labels, name)),
        "spells": "|".join(_spells(claims)),
        "tm_id": next((str(_value(one)) for one in _best(claims, "P2446") if isinstance(_value(one), str)), ""),
    }
    return tuple(values.get(column, "") for column in PERSON_COLUMNS)


def _names(entity: Mapping[str, Any], labels: Mapping[str, str], name: str) -> Iterator[str]:
    """Labels and aliases in our languages that are other than the name."""
    seen = {_plain(name)}
    aliases = entity.get("aliases") or {}
    for language in sorted(tables.LANGUAGES):
        found = [labels.get(language, ""), *(alias["value"] for alias in aliases.get(language, ()))]
        for other in map(_plain, found):
            if other and other not in seen:
                seen.add(other)
                yield f"{language}:{other}"


def _spells(claims: Mapping[str, Any]) -> Iterator[str]:
    """Times at clubs, those known to have begun first first."""
    spells = []
    for claim in _best(claims, "P54"):
        club = _item(claim)
        if club:
            start, end = (_qualified(claim, name) for name in ("P580", "P582"))
            spells.append((start or "9999", f"{club}@{start}..{end}"))
    yield from (spell for _, spell in sorted(spells))


def _qualified(claim: Mapping[str, Any], name: str) -> str:
    for snak in (claim.get("qualifiers") or {}).get(name, ()):
        if day := _day((snak.get("datavalue") or {}).get("value")):
            return day
    return ""


def _is_only_coach(claims: Mapping[str, Any]) -> bool:
    work = [_item(one) for one in _best(claims, "P106")]
    return bool(work) and work[0] == _COACH


def _best(claims: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The statements that hold: the preferred ones where there are some, never the deprecated."""
    found = [claim for claim in claims.get(name, ()) if claim.get("rank") != "deprecated"]
    preferred = [claim for claim in found if claim.get("rank") == "preferred"]
    # For clubs all hold: "preferred" marks the present one there.
    return found if name == "P54" or not preferred else preferred


def _value(claim: Mapping[str, Any]) -> Any:
    return ((claim.get("mainsnak") or {}).get("datavalue") or {}).get("value")


def _item(claim: Mapping[str, Any]) -> str:
    value = _value(claim)
    return str(value.get("id", "")) if isinstance(value, dict) else ""


def _day(value: Any) -> str:
    """A time as YYYY, YYYY-MM or YYYY-MM-DD; empty where it is known less exactly."""
    if not isinstance(value, dict):
        return ""
    match = _TIME.match(str(value.get("time", "")))
    letters = _LETTERS.get(value.get("precision", 0), 0)
    return f"{match[1]}-{match[2]}-{match[3]}"[:letters] if match else ""


def _plain(name: str) -> str:
    return " ".join(name.replace("|", " ").split())


@cache
def _countries() -> dict[str, str]:
    """FIFA codes by Wikidata's id of the country or its nation in football."""
    countries = tables.read(tables.shipped("countries.csv"), tables.country_from)
    return {country.id: country.code for country in countries if country.id.startswith("Q")}
