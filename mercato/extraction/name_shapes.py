"""Names that no register knows, found by their shape: capitalised words, handles, initials."""

from __future__ import annotations

from mercato.extraction.items import KEYS, Item, ItemKind
from mercato.extraction.languages import Language
from mercato.extraction.names import ClubName, PersonName
from mercato.extraction.sentences import Sentence
from mercato.extraction.tokens import name_words
from mercato.extraction.word_parts import WordParts
from mercato.register import Club, Person, Register
from mercato.register.index import fold_name


class NameShapes:
    """Finds the unknown names of a sentence in one language."""

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
        self.parts = WordParts(register, language)
        self.titles: frozenset[str] = (
            language.words.get("subject_heads", frozenset()) if self.parts.nouns else frozenset()
        )

    def _join_unknown(self, text: str, row: Sentence) -> list[Item]:
        items = row.items
        shouting = self._is_title_case(text, items)
        out: list[Item] = []
        at, count = 0, len(items)
        while at < count:
            item = items[at]
            kind = item.kind
            if out and out[-1].kind is ItemKind.CLUB and (end := self._club_end(text, items, at, out[-1])) > at:
                out[-1].end = items[end - 1].end
                at = end
                continue
            if kind is ItemKind.CLUB and out and self._opens_club(out[-1], item):
                item.start = out.pop().start
            if kind in _SETTLED or (kind is ItemKind.WORD and not text[item.start].isupper()):
                out.append(item)
                at += 1
                continue
            if kind is ItemKind.NAME and item.key[0] in "@#":
                out.append(self._handle(items[at]))
                at += 1
                continue
            end = self._run_end(text, items, at) if not shouting else at
            if self.parts.nouns and end > at and not self._is_name(text, items, at, end):
                out.append(item)
                at += 1
                continue
            if end > at:
                joined = self._named(text, items, at, end, bool(out))
                if joined is not None:
                    out.extend(self._with_ending(joined, text))
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
        if not items or self.parts.nouns:
            return False
        word = ItemKind.WORD
        upper = sum(1 for i in items if i.kind is word and len(i.key) > 3 and text[i.start].isupper())
        if upper < 3:
            return False
        # The words that no table knows are no items; they count here all the same.
        lower = sum(len(word) > 3 and word[0].islower() for word in text[items[0].start : items[-1].end].split())
        if upper + lower <= 3 or upper <= 0.7 * (upper + lower):
            return False
        common = (i.kind is ItemKind.WORD and text[i.start].isupper() and i.key in self.known_first for i in items[1:])
        return sum(common) > 1

    def _club_end(self, text: str, items: list[Item], at: int, club: Item) -> int:
        """Where a club's name ends that was found shorter: behind "FC", a further word of it or its initials."""
        item = items[at]
        if item.start - club.end == 1 and (item.key in self.suffixes or self._goes_on(text, club, item)):
            return at + 1
        return _initials(text, items, at)

    def _goes_on(self, text: str, last: Item, item: Item) -> bool:
        """ "La Real Sociedad": a further word of the club's name behind a shorter name of it."""
        club = last.value.club if isinstance(last.value, ClubName) else None
        if club is None or item.kind is not ItemKind.WORD or not text[item.start].isupper():
            return False
        return item.key in club.name.lower().split()

    def _opens_club(self, last: Item, item: Item) -> bool:
        """ "FC Arsenal": what sort of club it is, before a name that the register has without it."""
        return last.key in self.suffixes and last.kind is ItemKind.WORD and item.start - last.end == 1

    def _handle(self, item: Item) -> Item:
        found = self.register.by_handle.get(item.key[1:])
        if isinstance(found, Club):
            item.become(ItemKind.CLUB, ClubName(found.name, found))
        elif found is not None or item.key[0] == "@":
            item.become(ItemKind.OUTLET, found)
        else:
            item.kind = ItemKind.WORD
        return item

    def _is_name_word(self, text: str, items: list[Item], at: int) -> bool:
        """Whether the item is a capitalised word that is no common word of the language."""
        item = items[at]
        if item.kind is not ItemKind.WORD or not text[item.start].isupper():
            return False
        if item.key in self.capitals or self.parts.is_noun(item.key):
            return False
        known = item.key in self.known_first and not self.parts.is_verb(item.key)
        if at == 0 or items[at - 1].key in OPENERS:
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
            elif (end == at + 1 and self._is_surname(text, items, end)) or (
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

    def _is_surname(self, text: str, items: list[Item], at: int) -> bool:
        """ "João Pereira": a town's name behind a first name that people in the register have."""
        item, first = items[at], items[at - 1]
        alone = item.kind is ItemKind.CITY and " " not in text[item.start : item.end]
        return alone and first.kind is ItemKind.WORD and self.parts.is_given_name(text[first.start : first.end])

    def _is_name(self, text: str, items: list[Item], at: int, end: int) -> bool:
        """Whether words with a capital are a name, where every noun has one."""
        before = items[at - 1] if at else None
        if before is not None and before.key in self.titles and items[at].start - before.end <= 1:
            return True
        first, last = (text[i.start : i.end] for i in (items[at], items[end - 1]))
        if end - at > 1 and (before is not None and before.key not in OPENERS):
            return True
        if end - at > 1:
            follow = items[end].key if end < len(items) else ""
            told = follow in self.language.words["name_followers"] or follow in self.language.verbs.finite
            return told or self.parts.is_given_name(first) or fold_name(last) in self.register.surnames
        return fold_name(last) in self.register.surnames

    def _with_ending(self, item: Item, text: str) -> list[Item]:
        """The item, with a mark behind it where its name stands in the genitive."""
        name = item.value
        if not isinstance(name, PersonName) or not self.parts.applies:
            return [item]
        stem = self.parts.own_person(name.name, text, item.end)
        if stem is None:
            return [item]
        item.end -= len(name.name) - len(stem)
        item.value = PersonName(stem, self._by_surname(stem) if " " not in stem else name.people)
        return [item, Item(ItemKind.MARK, item.end, item.end + 1, "'s")]

    def _may_be_given_name(self, text: str, items: list[Item], at: int) -> bool:
        item = items[at]
        word = item.kind is ItemKind.WORD and text[item.start].isupper() and at > 0  # "striker Will Keane"
        if not word and item.kind not in (ItemKind.CLUB, ItemKind.CITY, ItemKind.COUNTRY):
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
        if end - at == 1 and self._describes_player(text, items, end):
            return Item(ItemKind.CLUB, start, stop, KEYS[ItemKind.CLUB], value=ClubName(name))
        if len(items[end - 1].key) == 1 and text[stop : stop + 1] != ".":
            return None  # "Q&A"
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

    def _describes_player(self, text: str, items: list[Item], at: int) -> bool:
        """ "Bohemians full-back Fiachra Mulqueeny": a position and a name behind a lone name make it a club's."""
        if at + 1 >= len(items) or items[at].key not in self.language.words.get("position_nouns", frozenset()):
            return False
        return self._is_name_word(text, items, at + 1) or items[at + 1].kind is ItemKind.PERSON

    def _names_no_person(self, items: list[Item], at: int) -> bool:
        """A lone capitalised word after an article ("the Magpies") or a word of place ("at Caselle")."""
        before = items[at - 1].key if at else ""
        if before in self.joined and fold_name(items[at].key) not in self.register.surnames:
            return True  # "sul Bosforo": nobody has an article in front of his name
        if at > 1 and items[at - 2].key in self.places and self.language.preposition_roles.get(before) == "of":
            return True  # "le natif de Bondy"
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


_SETTLED = frozenset(
    {ItemKind.MARK, ItemKind.NUMBER, ItemKind.MONEY, ItemKind.AGE, ItemKind.DATE, ItemKind.LENGTH, ItemKind.OUTLET}
)
OPENERS = frozenset({"¿", "¡", "«", "“", '"', "‘", ":", "-", "–", "—", "•", "(", "…", "?", "!", "."})
