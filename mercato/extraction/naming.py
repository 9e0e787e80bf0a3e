"""What the names of a document stand for: known names are settled, others found by their shape."""

from __future__ import annotations

from collections import Counter

import msgspec

from mercato.extraction.items import Item, ItemKind
from mercato.extraction.languages import Language
from mercato.extraction.name_shapes import OPENERS, NameShapes
from mercato.extraction.names import ClubName, PersonName
from mercato.extraction.sentences import Sentence
from mercato.register import Journalist, NameEntry, NameKind, Outlet, Register
from mercato.register.index import fold_name

__all__ = ["ClubName", "Namer", "PersonName"]

_CLUB_KINDS = frozenset({NameKind.CLUB, NameKind.CLUB_NICKNAME})
_PERSON_KINDS = frozenset({NameKind.PERSON, NameKind.PERSON_NICKNAME})
_SOURCE_KINDS = frozenset({NameKind.OUTLET, NameKind.JOURNALIST})
_PLACES = frozenset({ItemKind.CLUB, ItemKind.CITY, ItemKind.COUNTRY})


class Meanings(msgspec.Struct, eq=False):
    """What a name as written may stand for: entries, their kinds, and the value where the text cannot change it."""

    entries: tuple[NameEntry, ...]
    kinds: frozenset[NameKind]
    club: bool
    only_club: ClubName | None = None
    person: PersonName | None = None


class Namer(NameShapes):
    """Settles the names of one document after another."""

    def __init__(self, register: Register, language: Language) -> None:
        super().__init__(register, language)
        # By the identity of a name's entries, which live as long as the index, the words as written, and the article.
        self._known: dict[tuple[int, str, bool], Meanings] = {}

    def name(self, text: str, rows: list[Sentence]) -> None:
        """Gives every name item of the sentences its kind and its value."""
        if self.parts.applies:
            for row in rows:
                row.items = self.parts.split(row.items, text)
        places = [(row.items, at) for row in rows for at, item in enumerate(row.items) if item.names]
        named = self._clubs_named([items[at] for items, at in places])
        for items, at in places:
            if items[at].kind is ItemKind.NAME:
                self._settle(text, items, at, named)
        for row in rows:
            row.items = self._join_unknown(text, row)
        self._given_names(text, rows, named)

    def _given_names(self, text: str, rows: list[Sentence], named: Counter[str]) -> None:
        """A club's or town's name that is the given name of somebody in the text, and no club that it names."""
        kind = ItemKind.PERSON
        values = [item.value for row in rows for item in row.items if item.kind is kind]
        full = [name for name in values if isinstance(name, PersonName) and " " in name.name]
        if not full:
            return
        surnames = {name.name.split()[-1].lower(): name for name in full}
        people = {name.name.split()[0].lower(): name for name in full}
        joined = self.parts.applies
        for row in rows:
            for at, item in enumerate(row.items):
                if joined and self._is_owner(item, surnames, text):
                    row.items.insert(at + 1, Item(ItemKind.MARK, item.end, item.end + 1, "'s"))
                elif item.key in surnames and item.kind is ItemKind.WORD and text[item.start].isupper():
                    surname = PersonName(text[item.start : item.end], surnames[item.key].people)
                    item.become(ItemKind.PERSON, surname)
                elif item.kind in _PLACES:
                    name = people.get(text[item.start : item.end].lower())
                    if name is not None and not (isinstance(item.value, ClubName) and named[item.value.key] > 1):
                        item.become(ItemKind.PERSON, name)

    def _is_owner(self, item: Item, surnames: dict[str, PersonName], text: str) -> bool:
        """ "Hollbecks Vertrag": makes the item the person, without the ending of the genitive."""
        if item.kind is not ItemKind.WORD or not text[item.start].isupper():
            return False
        name = self.parts.own_surname(item, surnames)
        if name is None or item.key in surnames:
            return False
        end = item.end - 1
        item.become(ItemKind.PERSON, PersonName(text[item.start : end], name.people))
        item.end = end
        return True

    def _clubs_named(self, items: list[Item]) -> Counter[str]:
        """Clubs that some hit names beyond doubt, with how often."""
        named: Counter[str] = Counter()
        for item in items:
            sure = self._sure.get(id(item.names))
            if sure is None:
                sure = self._sure[id(item.names)] = self._sure_clubs(item.names)
            for id_ in sure:
                named[id_] += 1
        return named

    def _sure_clubs(self, names: tuple[NameEntry, ...]) -> tuple[str, ...]:
        """The club that a name stands for, if it can only be one; the clubs of a ground."""
        ids = {e.id for e in names if e.kind is NameKind.CLUB and self._speaks(e)}
        if ids:
            return tuple(ids) if len(ids) == 1 else ()
        grounds = {e.id for e in names if e.kind is NameKind.GROUND}
        return tuple(grounds) if len(grounds) == 1 else ()

    def _speaks(self, entry: NameEntry) -> bool:
        return entry.language is None or entry.language == self.language.code

    def _settle(self, text: str, items: list[Item], at: int, named: Counter[str]) -> None:
        item = items[at]
        written = text[item.start : item.end]
        if self._opens_clause(items, at, written.lower()):
            item.kind, item.key = ItemKind.WORD, written.lower()
            return
        definite = at > 0 and (items[at - 1].key in self.language.articles or items[at - 1].key in self.joined)
        meanings = self._meanings(item.names, written, definite)
        kinds = meanings.kinds
        if not kinds:
            item.kind, item.key = ItemKind.WORD, written.lower()
        elif meanings.club and not (NameKind.CITY in kinds and self._is_place(items, at)):
            self._as_club(item, meanings, text, named)
        elif meanings.person:
            item.become(ItemKind.PERSON, meanings.person)
        elif not kinds.isdisjoint(_SOURCE_KINDS) and self._is_common_word(text, items, at):
            item.kind, item.key = ItemKind.WORD, text[item.start : item.end].lower()
        elif not kinds.isdisjoint(_SOURCE_KINDS):
            self._as_source(item, meanings.entries)
        else:
            self._as_other(item, meanings.entries, named)

    def _meanings(self, names: tuple[NameEntry, ...], written: str, definite: bool) -> Meanings:
        """What a name may stand for as it is written, with an article before it (`definite`) or without."""
        key = (id(names), written, definite)
        known = self._known.get(key)
        if known is not None:
            return known
        entries = tuple(
            e
            for e in names
            if (self._speaks(e) or (definite and e.kind is NameKind.CLUB_NICKNAME)) and _fits(e.text, written)
        )
        if definite and " " not in written and all(e.kind in _PERSON_KINDS for e in entries):
            entries = ()  # no article stands before a person's name
        kinds = frozenset(e.kind for e in entries)
        found = Meanings(entries, kinds, club=not kinds.isdisjoint(_CLUB_KINDS))
        if not kinds.isdisjoint(_PERSON_KINDS) and not self._is_rather_a_word(entries, written, kinds):
            found.person = self._person(entries, written)
        if len(self._known) < 65_536:  # bounds memory on hostile input
            self._known[key] = found
        return found

    def _as_other(self, item: Item, entries: tuple[NameEntry, ...], named: Counter[str]) -> None:
        for kind, item_kind in _OTHERS:
            found = next((e for e in entries if e.kind is kind and (not named or named[e.id])), None) or next(
                (e for e in entries if e.kind is kind), None
            )
            if found is not None:
                item.become(item_kind, found.id)
                break

    def _is_common_word(self, text: str, items: list[Item], at: int) -> bool:
        """ "Record sale for the club": a word that opens a sentence, with one in lower case behind it."""
        item = items[at]
        opens = at == 0 or items[at - 1].key in OPENERS
        if not opens or text[item.start : item.end].lower() not in self.capitals:
            return False
        rest = text[item.end : item.end + 2]
        return len(rest) == 2 and rest[0] == " " and rest[1].islower()

    def _is_place(self, items: list[Item], at: int) -> bool:
        """ "in Lyon" is the town; "interest in Lyon's X", "interested in Lyon and Spain's" name the club."""
        words = self.language.words
        if at == 0 or items[at - 1].key not in words["place_words"]:
            return False
        if at + 1 < len(items) and items[at + 1].key == "'s":
            return False
        return at == 1 or items[at - 2].key not in words.get("not_before_places", frozenset())

    def _opens_clause(self, items: list[Item], at: int, key: str) -> bool:
        """A name that begins a sentence and is a small word of the language too ("Como su contrato", "Son contrat")."""
        words = self.language.words
        small = key in words["breaks"] or key in words["person_of"]
        if not small or (at and items[at - 1].key not in OPENERS):
            return False
        return at + 1 >= len(items) or items[at + 1].key not in self.language.words["name_followers"]

    def _is_rather_a_word(self, entries: tuple[NameEntry, ...], written: str, kinds: frozenset[NameKind]) -> bool:
        """A lone word that is a country, a demonym or a competition too: only a well-known person is meant by it."""
        if " " in written or not kinds - _PERSON_KINDS:
            return False
        return not any(e.kind in _PERSON_KINDS and self.register.people[e.id].shipped for e in entries)

    def _as_club(self, item: Item, meanings: Meanings, text: str, named: Counter[str]) -> None:
        if meanings.only_club is not None:
            item.become(ItemKind.CLUB, meanings.only_club)
            return
        entries = meanings.entries
        clubs = [e for e in entries if e.kind is NameKind.CLUB]
        if not any(self.register.clubs[e.id].shipped for e in clubs):
            clubs = [e for e in entries if e.kind in _CLUB_KINDS]
        ids = list(dict.fromkeys(e.id for e in clubs))
        ids = [id_ for id_ in ids if self.register.clubs[id_].shipped] or ids
        written = text[item.start : item.end].lower()
        if not self.register.clubs[ids[0]].shipped and " " not in written:
            if written in self.words["particles"] or written in self.words["club"]:
                item.kind, item.key = ItemKind.WORD, written
                return
            ids = [id_ for id_ in named if written in self.register.clubs[id_].name.lower().split()] or ids
        choice = ids[0] if len(ids) == 1 else self._choose_club(ids, text[item.start : item.end], named)
        club = self.register.clubs[choice]
        name = ClubName(club.name, club, clubs[0].kind is NameKind.CLUB_NICKNAME)
        item.become(ItemKind.CLUB, name)
        if len(ids) == 1 and club.shipped:
            meanings.only_club = name

    def _choose_club(self, ids: list[str], name: str, named: Counter[str]) -> str:
        """The club that the document names otherwise, else the one meant by default, else the best known."""
        mentioned = [id_ for id_ in ids if named[id_]]
        if mentioned:
            return max(mentioned, key=lambda id_: named[id_])
        for id_ in self.shared.get(fold_name(name), ()):
            if id_ in ids:
                return id_
        return min(ids, key=self._obscurity)

    def _obscurity(self, id_: str) -> tuple[bool, bool, int, str]:
        club = self.register.clubs[id_]
        competition = self.register.competitions.get(club.league)
        return (not club.shipped, club.gender != "m", competition.tier if competition else 9, id_)

    def _person(self, entries: tuple[NameEntry, ...], written: str) -> PersonName:
        ids = dict.fromkeys(e.id for e in entries if e.kind in _PERSON_KINDS)
        people = tuple(self.register.people[id_] for id_ in ids)
        if all(e.kind is NameKind.PERSON_NICKNAME for e in entries if e.kind in _PERSON_KINDS):
            written = people[0].name if len(people) == 1 else written
        return PersonName(" ".join(written.split()), people)

    def _as_source(self, item: Item, entries: tuple[NameEntry, ...]) -> None:
        source: Outlet | Journalist | None = None
        for entry in entries:
            if entry.kind is NameKind.OUTLET:
                source = self.register.outlets[entry.id]
                break
            if entry.kind is NameKind.JOURNALIST:
                source = self.register.journalists[entry.id]
        item.become(ItemKind.OUTLET, source)


def _fits(name: str, written: str) -> bool:
    """Whether a name may stand as it is written: short all-capital names and names with a dot only just so."""
    if name.isupper() and len(name) <= 4:
        return written.isupper()
    if "." in name and " " not in name:
        return "." in written
    last = name.rsplit(" ", 1)[-1]
    return " " not in name or not last[0].isupper() or not written.rsplit(" ", 1)[-1][0].islower()


_OTHERS = (
    (NameKind.GROUND, ItemKind.GROUND),
    (NameKind.COMPETITION, ItemKind.COMPETITION),
    (NameKind.COUNTRY, ItemKind.COUNTRY),
    (NameKind.DEMONYM, ItemKind.DEMONYM),
    (NameKind.CITY, ItemKind.CITY),
)
