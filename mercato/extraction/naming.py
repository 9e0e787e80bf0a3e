"""What the names of a document stand for: known names are settled, others found by their shape."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from mercato.extraction.items import KEYS, Item, ItemKind
from mercato.extraction.languages import Language
from mercato.extraction.sentences import Sentence
from mercato.extraction.tokens import name_words
from mercato.register import Club, Journalist, NameEntry, NameKind, Outlet, Person, Register
from mercato.register.index import fold_name


@dataclass(frozen=True, slots=True)
class ClubName:
    """A club as named in a text; `club` is None where no register knows it."""

    name: str
    club: Club | None = None
    nickname: bool = False

    @property
    def key(self) -> str:
        """What makes two mentions the same club."""
        return self.club.id if self.club else self.name.casefold()


@dataclass(frozen=True, slots=True)
class PersonName:
    """A person as named in a text, with those of the register that it may be."""

    name: str
    people: tuple[Person, ...] = ()


_CLUB_KINDS = (NameKind.CLUB, NameKind.CLUB_NICKNAME)
_PERSON_KINDS = (NameKind.PERSON, NameKind.PERSON_NICKNAME)
_SOURCE_KINDS = (NameKind.OUTLET, NameKind.JOURNALIST)


class Namer:
    """Settles the names of one document after another."""

    def __init__(self, register: Register, language: Language) -> None:
        self.register = register
        self.language = language
        self.shared = {fold_name(shared.name): shared.ids for shared in register.shared_names}
        self.words = name_words()
        self.joined: frozenset[str] = language.words.get("joined_articles", frozenset())
        self.particles = self.words["particles"] - language.words["conjunctions"]
        # By the identity of a name's entries, which live as long as the index.
        self._sure: dict[int, tuple[str, ...]] = {}
        self.known_first = language.lexicon.first_words
        self.places = language.words.get("site_words", frozenset())
        self.suffixes = language.words.get("club_suffixes", frozenset())
        self.capitals = language.words.get("capital_words", frozenset())

    def name(self, text: str, rows: list[Sentence]) -> None:
        """Gives every name item of the sentences its kind and its value."""
        named = self._clubs_named(rows)
        for row in rows:
            items = row.items
            for at, item in enumerate(items):
                if item.kind is ItemKind.NAME and item.names:
                    self._settle(text, items, at, named)
        for row in rows:
            row.items = self._join_unknown(text, row)
        self._given_names(text, rows, named)

    def _given_names(self, text: str, rows: list[Sentence], named: Counter[str]) -> None:
        """A club's or town's name that is the given name of somebody in the text, and no club that it names."""
        surnames: dict[str, PersonName] = {}
        for row in rows:
            for item in row.items:
                if item.kind is ItemKind.PERSON and isinstance(found := item.value, PersonName) and " " in found.name:
                    surnames[found.name.split()[-1].lower()] = found
        people = {
            name.name.split()[0].lower(): name
            for row in rows
            for item in row.items
            if item.kind is ItemKind.PERSON and isinstance(name := item.value, PersonName) and " " in name.name
        }
        if not people:
            return
        for row in rows:
            for item in row.items:
                if item.kind is ItemKind.WORD and item.key in surnames and text[item.start].isupper():
                    surname = PersonName(text[item.start : item.end], surnames[item.key].people)
                    item.kind, item.key, item.value = ItemKind.PERSON, KEYS[ItemKind.PERSON], surname
                elif item.kind in (ItemKind.CLUB, ItemKind.CITY, ItemKind.COUNTRY):
                    name = people.get(text[item.start : item.end].lower())
                    if name is not None and not (isinstance(item.value, ClubName) and named[item.value.key] > 1):
                        item.kind, item.key, item.value = ItemKind.PERSON, KEYS[ItemKind.PERSON], name

    def _clubs_named(self, rows: list[Sentence]) -> Counter[str]:
        """Clubs that some hit names beyond doubt, with how often."""
        named: Counter[str] = Counter()
        for row in rows:
            for item in row.items:
                if item.names:
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
        entries = [
            e
            for e in item.names
            if (self._speaks(e) or (definite and e.kind is NameKind.CLUB_NICKNAME)) and _fits(e.text, written)
        ]
        if definite and " " not in written and all(e.kind in _PERSON_KINDS for e in entries):
            entries = []  # no article stands before a person's name
        if not entries:
            item.kind, item.key = ItemKind.WORD, text[item.start : item.end].lower()
            return
        kinds = {e.kind for e in entries}
        before = items[at - 1].key if at else ""
        if kinds & set(_CLUB_KINDS) and not (NameKind.CITY in kinds and before in self.language.words["place_words"]):
            self._as_club(item, entries, text, named)
        elif kinds & set(_PERSON_KINDS) and not self._is_rather_a_word(entries, text[item.start : item.end], kinds):
            self._as_person(item, entries, text)
        elif kinds & set(_SOURCE_KINDS):
            self._as_source(item, entries)
        else:
            for kind, item_kind in _OTHERS:
                found = next((e for e in entries if e.kind is kind and (not named or named[e.id])), None) or next(
                    (e for e in entries if e.kind is kind), None
                )
                if found is not None:
                    item.kind, item.key, item.value = item_kind, KEYS[item_kind], found.id
                    break

    def _opens_clause(self, items: list[Item], at: int, key: str) -> bool:
        """A club's name that begins a sentence and is a small word of the language too ("Como su contrato")."""
        if key not in self.language.words["breaks"] or (at and items[at - 1].key not in _OPENERS):
            return False
        return at + 1 >= len(items) or items[at + 1].key not in self.language.words["name_followers"]

    def _is_rather_a_word(self, entries: list[NameEntry], written: str, kinds: set[NameKind]) -> bool:
        """A lone word that is a country, a demonym or a competition too: only a well-known person is meant by it."""
        if " " in written or not kinds - set(_PERSON_KINDS):
            return False
        return not any(e.kind in _PERSON_KINDS and self.register.people[e.id].shipped for e in entries)

    def _as_club(self, item: Item, entries: list[NameEntry], text: str, named: Counter[str]) -> None:
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
        item.kind, item.key = ItemKind.CLUB, KEYS[ItemKind.CLUB]
        item.value = ClubName(club.name, club, clubs[0].kind is NameKind.CLUB_NICKNAME)

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

    def _as_person(self, item: Item, entries: list[NameEntry], text: str) -> None:
        ids = dict.fromkeys(e.id for e in entries if e.kind in _PERSON_KINDS)
        people = tuple(self.register.people[id_] for id_ in ids)
        written = text[item.start : item.end]
        if all(e.kind is NameKind.PERSON_NICKNAME for e in entries if e.kind in _PERSON_KINDS):
            written = people[0].name if len(people) == 1 else written
        item.kind, item.key = ItemKind.PERSON, KEYS[ItemKind.PERSON]
        item.value = PersonName(" ".join(written.split()), people)

    def _as_source(self, item: Item, entries: list[NameEntry]) -> None:
        source: Outlet | Journalist | None = None
        for entry in entries:
            if entry.kind is NameKind.OUTLET:
                source = self.register.outlets[entry.id]
                break
            if entry.kind is NameKind.JOURNALIST:
                source = self.register.journalists[entry.id]
        item.kind, item.key, item.value = ItemKind.OUTLET, KEYS[ItemKind.OUTLET], source

    # Names by shape

    def _join_unknown(self, text: str, row: Sentence) -> list[Item]:
        items = row.items
        shouting = self._is_title_case(text, items)
        out: list[Item] = []
        at, count = 0, len(items)
        while at < count:
            item = items[at]
            if out and item.key in self.suffixes and out[-1].kind is ItemKind.CLUB and item.start - out[-1].end == 1:
                out[-1].end = item.end
                at += 1
                continue
            if out and self._goes_on(text, out[-1], item):
                out[-1].end = item.end
                at += 1
                continue
            if out and out[-1].kind is ItemKind.CLUB and (end := _initials(text, items, at)) > at:
                out[-1].end = items[end - 1].end
                at = end
                continue
            if (item.kind is ItemKind.WORD and not text[item.start].isupper()) or item.kind in _SETTLED:
                out.append(item)
                at += 1
                continue
            if item.kind is ItemKind.NAME and item.key[0] in "@#":
                out.append(self._handle(items[at]))
                at += 1
                continue
            end = self._run_end(text, items, at) if not shouting else at
            if end > at:
                joined = self._named(text, items, at, end, bool(out))
                if joined is not None:
                    out.append(joined)
                    at = end
                    continue
                if end - at > 1:  # the name of a group or a prize: none of its words names a person
                    for part in items[at:end]:
                        if part.kind is ItemKind.PERSON:
                            part.kind, part.key = ItemKind.WORD, text[part.start : part.end].lower()
                    out.extend(items[at:end])
                    at = end
                    continue
            out.append(items[at])
            at += 1
        return out

    def _is_title_case(self, text: str, items: list[Item]) -> bool:
        upper = 0
        if not items:
            return False
        for item in items:
            upper += item.kind is ItemKind.WORD and len(item.key) > 3 and text[item.start].isupper()
        # The words that no table knows are no items; they count here all the same.
        lower = sum(len(word) > 3 and word[0].islower() for word in text[items[0].start : items[-1].end].split())
        if upper + lower <= 3 or upper <= 0.7 * (upper + lower):
            return False
        common = (i.kind is ItemKind.WORD and text[i.start].isupper() and i.key in self.known_first for i in items[1:])
        return sum(common) > 1

    def _goes_on(self, text: str, last: Item, item: Item) -> bool:
        """ "La Real Sociedad": a further word of the club's name behind a shorter name of it."""
        club = last.value.club if isinstance(last.value, ClubName) else None
        if (
            club is None
            or item.kind is not ItemKind.WORD
            or not text[item.start].isupper()
            or item.start - last.end != 1
        ):
            return False
        return item.key in club.name.lower().split()

    def _handle(self, item: Item) -> Item:
        found = self.register.by_handle.get(item.key[1:])
        if isinstance(found, Club):
            item.kind, item.key, item.value = ItemKind.CLUB, KEYS[ItemKind.CLUB], ClubName(found.name, found)
        elif found is not None or item.key[0] == "@":
            item.kind, item.key, item.value = ItemKind.OUTLET, KEYS[ItemKind.OUTLET], found
        else:
            item.kind = ItemKind.WORD
        return item

    def _is_name_word(self, text: str, items: list[Item], at: int) -> bool:
        """Whether the item is a capitalised word that is no common word of the language."""
        item = items[at]
        if item.kind is not ItemKind.WORD or not text[item.start].isupper():
            return False
        if item.key in self.capitals:
            return False
        known = item.key in self.known_first
        if at == 0 or items[at - 1].key in _OPENERS:
            return not known
        return not known or not self._is_common(item.key)

    def _is_common(self, key: str) -> bool:
        return key in self.language.articles or key in self.known_first

    def _run_end(self, text: str, items: list[Item], at: int) -> int:
        """The end of the run of name words that begins at `at`; `at` where none does."""
        end, count = at, len(items)
        strong = False
        while end < count:
            item = items[end]
            if end > at and text[items[end - 1].end : item.start] not in (" ", "-", ""):
                break
            if self._is_name_word(text, items, end):
                strong = True
                end += 1
            elif (
                (item.kind is ItemKind.PERSON and " " not in text[item.start : item.end])
                or self._may_be_given_name(text, items, end)
                or (
                    end > at
                    and strong
                    and item.kind in (ItemKind.CLUB, ItemKind.CITY, ItemKind.COUNTRY)
                    and " " not in text[item.start : item.end]
                    and at > 0
                )
                or (
                    end > at
                    and item.key in self.particles
                    and end + 1 < count
                    and (self._is_name_word(text, items, end + 1) or items[end + 1].key in self.particles)
                )
            ):
                end += 1
            else:
                break
        while end > at and items[end - 1].key in self.particles and items[end - 1].kind is ItemKind.WORD:
            end -= 1
        return end if strong else at

    def _may_be_given_name(self, text: str, items: list[Item], at: int) -> bool:
        item = items[at]
        if item.kind not in (ItemKind.CLUB, ItemKind.CITY, ItemKind.COUNTRY):
            return False
        if text[item.start : item.end].lower() not in self.words["given_names"] or at + 1 >= len(items):
            return False
        follow = items[at + 1]
        return self._is_name_word(text, items, at + 1) and text[item.end : follow.start] == " "

    def _named(self, text: str, items: list[Item], at: int, end: int, inside: bool) -> Item | None:
        """The run as one item: a club, an outlet, a person or nothing of ours."""
        start, stop = items[at].start, items[end - 1].end
        if end - at == 1:
            if items[at].kind is not ItemKind.WORD or self._names_no_person(items, at):
                return None
            if not inside and not self._opens_as_subject(text, items, end):
                return None
        name = " ".join(text[start:stop].split())
        words = {word.lower() for word in name.replace("-", " ").split()}
        if words & self.words["organisation"]:
            return None
        if words & self.words["club"] and end - at > 1:
            return Item(ItemKind.CLUB, start, stop, KEYS[ItemKind.CLUB], value=ClubName(name))
        if words & self.words["outlet"]:
            return Item(ItemKind.OUTLET, start, stop, KEYS[ItemKind.OUTLET])
        if len(name) < 3 or (name.isupper() and len(name) > 3):
            return None
        people = self._by_surname(name) if end - at == 1 else ()
        return Item(ItemKind.PERSON, start, stop, KEYS[ItemKind.PERSON], value=PersonName(name, people))

    def _names_no_person(self, items: list[Item], at: int) -> bool:
        """A lone capitalised word after an article ("the Magpies") or a word of place ("at Caselle")."""
        before = items[at - 1].key if at else ""
        return before in self.language.articles or before in self.places

    def _opens_as_subject(self, text: str, items: list[Item], at: int) -> bool:
        """Whether what follows a lone capitalised word at a sentence's start shows it to be a name."""
        if at >= len(items):
            return False
        follow = items[at].key
        first = items[at - 1]
        if fold_name(text[first.start : first.end]) not in self.register.surnames:
            return follow == "'s" or follow in self.language.words["name_followers"]
        return follow == "'s" or follow in self.language.words["be"] or follow in self.language.words["have"] or (
            follow in self.language.words["name_followers"]
        )  # fmt: skip

    def _by_surname(self, name: str) -> tuple[Person, ...]:
        return self.register.by_surname.get(fold_name(name), ())


def _initials(text: str, items: list[Item], at: int) -> int:
    """The end of "C. F." behind a club's name; `at` where there is none."""
    end = at
    while (
        end + 1 < len(items)
        and len(items[end].key) == 1
        and text[items[end].start].isupper()
        and items[end + 1].key == "."
    ):
        end += 2
    return end if end >= at + 4 else at


def _fits(name: str, written: str) -> bool:
    """Whether a name may stand as it is written: short all-capital names and names with a dot only just so."""
    if name.isupper() and len(name) <= 4:
        return written.isupper()
    if "." in name and " " not in name:
        return "." in written
    last = name.rsplit(" ", 1)[-1]
    return " " not in name or not last[0].isupper() or not written.rsplit(" ", 1)[-1][0].islower()


_SETTLED = frozenset(
    {ItemKind.MARK, ItemKind.NUMBER, ItemKind.MONEY, ItemKind.AGE, ItemKind.DATE, ItemKind.LENGTH, ItemKind.OUTLET}
)
_OPENERS = frozenset({"¿", "¡", "«", "“", '"', "‘", ":", "-", "–", "—", "•", "(", "…", "?", "!", "."})
_OTHERS = (
    (NameKind.GROUND, ItemKind.GROUND),
    (NameKind.COMPETITION, ItemKind.COMPETITION),
    (NameKind.COUNTRY, ItemKind.COUNTRY),
    (NameKind.DEMONYM, ItemKind.DEMONYM),
    (NameKind.CITY, ItemKind.CITY),
)
