"""By what a rumour is found: its clubs, and the words of its person's names."""

from __future__ import annotations

from collections.abc import Iterable

from mercato.model.folding import fold
from mercato.model.rumours import Rumour
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


CONDITIONAL = "conditional"
"""The key of rumours that hang on something."""


def key_rows(rumour: Rumour) -> list[tuple[str, str, str, int]]:
    """A rumour's rows in the table of keys, in which rumours of a key stand in the order they are listed in."""
    words = {word for name in words_of(rumour) for word in name.split()}
    keys = {club_key_of(club) for club in (rumour.club, *rumour.from_keys)} | {word_key_of(word) for word in words}
    if rumour.conditions:
        keys.add(CONDITIONAL)
    dated = rumour.last_news.when.latest.isoformat()
    return [(key, dated, rumour.id, order(rumour.window)) for key in sorted(keys)]
