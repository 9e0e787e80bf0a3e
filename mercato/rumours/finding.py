"""By what a rumour is found: its clubs, the words of its person's names, its country, how many origins it has."""

from __future__ import annotations

from collections.abc import Iterable

from mercato.model.folding import fold
from mercato.model.rumours import Rumour
from mercato.rumours.names import PLAIN
from mercato.rumours.windows import order


def words_of(rumour: Rumour) -> Iterable[str]:
    """The folded names by which a person is searched for."""
    return dict.fromkeys(fold(name) for name in (rumour.person_name, *rumour.names))


def club_key_of(club: str) -> str:
    """The key by which the rumours of a club are found, from its id."""
    return f"club {club}"


def word_key_of(word: str) -> str:
    """The key by which rumours are found whose person has a name with a word; folded."""
    return f"word {word}"


def said_key_of(word: str) -> str:
    """The key by which rumours are found that tell of a club unknown to the register, by a word of its name; folded."""
    return f"said {word}"


def country_key_of(country: str) -> str:
    """The key by which the rumours on moves to a country are found."""
    return f"country {country}"


def origins_key_of(count: int) -> str:
    """The key by which rumours of so many independent origins, or more, are found; from two on."""
    return f"origins {min(count, _MOST_ORIGINS)}"


_MOST_ORIGINS = 9

CONDITIONAL = "conditional"
"""The key of rumours that hang on something."""


def key_rows(rumour: Rumour) -> list[tuple[str, str, str, int]]:
    """A rumour's rows in the table of keys, in which rumours of a key stand in the order they are listed in."""
    words = {word for name in words_of(rumour) for word in name.split()}
    keys = {club_key_of(club) for club in (rumour.club, *rumour.from_keys)} | {word_key_of(word) for word in words}
    clubs = ((rumour.club, rumour.club_name), *zip(rumour.from_keys, rumour.from_names, strict=True))
    keys |= {said_key_of(word) for key, name in clubs if key.startswith(PLAIN) for word in fold(name).split()}
    keys |= {origins_key_of(count) for count in range(2, len(rumour.independent_origins) + 1)}
    if rumour.country:
        keys.add(country_key_of(rumour.country))
    if rumour.conditions:
        keys.add(CONDITIONAL)
    dated = rumour.last_news.when.latest.isoformat()
    return [(key, dated, rumour.id, order(rumour.window)) for key in sorted(keys)]
