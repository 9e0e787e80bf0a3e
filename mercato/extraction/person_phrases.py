"""Noun phrases for people, with all that is said in them: club, age, position, nation, what they were before."""

from __future__ import annotations

from mercato.extraction.items import Figure, ItemKind
from mercato.extraction.names import ClubName, PersonName
from mercato.extraction.nodes import ClubMention, Node, NodeKind, PersonMention, phrase_node
from mercato.extraction.noun_lists import last_word
from mercato.extraction.phrase_tools import (
    CLUB_LIKE,
    CLUB_NOUNS,
    HEADS,
    MODIFIERS,
    PLACES,
    VERB_LIKE,
    WORD_REACH,
    PhraseTools,
)


class PersonPhrases(PhraseTools):
    """Finds the people of a sentence, named or described."""

    def _named_person(self, cells: list[Node], at: int, used: list[bool], taken: dict[int, tuple[int, Node]]) -> None:
        cell = cells[at]
        name = cell.value
        assert isinstance(name, PersonName)
        mention = PersonMention(name, cell.start, cell.end)
        low = self._walk_left(cells, at, used, named=True)
        high = self._walk_right(cells, at, used) if self.describes_after else at
        self._absorb(cells, low, high + (high > at), mention)
        if high == at:
            high = self._age_after(cells, at, mention)
        owner = high + 1 < len(cells) and cells[high + 1].key == "'s"
        if owner:
            high += 1
            high = self._relative(cells, high)
        node = phrase_node(NodeKind.PERSON, cells[low].start, cells[high].end, [mention], owner=owner)
        self._keep(low, high, node, used, taken)

    def _relative(self, cells: list[Node], at: int) -> int:
        """ "Messi's father Jorge" speaks of Messi: the name of the relative is passed over."""
        if at + 1 < len(cells) and "officials" in cells[at + 1].categories:
            at += 1
            if at + 1 < len(cells) and cells[at + 1].tag is ItemKind.PERSON:
                at += 1
        return at

    def _walk_left(self, cells: list[Node], at: int, used: list[bool], named: bool = False) -> int:
        """The first cell of the noun phrase whose head stands at `at`; a club right before a name is no part of it."""
        low = at
        while low > 0 and not used[low - 1] and cells[low].start - cells[low - 1].end <= 1:
            cell = cells[low - 1]
            if cell.categories & MODIFIERS or cell.tag in PLACES or cell.tag is ItemKind.AGE:
                low -= 1
            elif cell.tag is ItemKind.CLUB:
                if low == at and named and not self._describes(cells, low - 1):
                    break
                low -= 1
            elif self._links(cells, low, named and low == at, used):
                low -= 1
            elif cell.key == "'s":
                if low < 2 or cells[low - 2].tag not in (ItemKind.CLUB, ItemKind.COUNTRY):
                    break
                low -= 1
            elif cell.key in ("/", "&") or "conjunctions" in cell.categories:
                if not self._joins(cells, low - 1, at):
                    break
                low -= 1
            elif "articles" in cell.categories or cell.key in self._possessor_words:
                low -= 1
                break
            else:
                break
        while low < at and (
            "conjunctions" in cells[low].categories or cells[low].key == "'s" or self._opens_as_verb(cells[low])
        ):
            low += 1
        return low

    def _links(self, cells: list[Node], low: int, before_name: bool, used: list[bool]) -> bool:
        """Whether the cell before `low` holds two parts of a description together, as the dash of "ex-" does."""
        cell = cells[low - 1]
        if cell.key == "," and before_name and self._ends_description(cells, low - 2, used):
            return True
        if cell.key == "," and low >= 2 and cells[low - 2].tag in (ItemKind.CLUB, ItemKind.COUNTRY):
            return cells[low].tag in (ItemKind.CLUB, ItemKind.COUNTRY) and self._former_before(cells, low - 2)
        if self.describes_after and self._joins_club(cells, low - 1):
            return True
        return cell.key == "-" and low >= 2 and "former" in cells[low - 2].categories

    def _describes(self, cells: list[Node], at: int) -> bool:
        """ "il difensore del Liverpool Joe Gomez", "l'ex Genoa Perin": the club belongs to the words before it."""
        if not self.describes_after or at == 0:
            return False
        if self._is_adjective(cells[at]) and cells[at - 1].categories & MODIFIERS:
            return True  # "l'attaccante rossonero Leao"
        return "former" in cells[at - 1].categories or self._joins_club(cells, at - 1)

    def _joins_club(self, cells: list[Node], at: int) -> bool:
        """ "portiere della Juventus": the preposition between what somebody is and the club."""
        if at == 0 or not cells[at].has("prep", "of") or at + 1 >= len(cells):
            return False
        before, after = cells[at - 1], cells[at + 1]
        return after.tag in CLUB_LIKE and (
            bool(before.categories & MODIFIERS) or before.tag in PLACES or before.tag is ItemKind.AGE
        )

    def _ends_description(self, cells: list[Node], at: int, used: list[bool]) -> bool:
        """ "il portiere della Juventus, Mattia Perin": whether a description with its article ends at `at`."""
        if not self.describes_after or at < 1 or used[at]:
            return False
        low = at
        while low > 0 and not used[low - 1] and not self._opens(cells, low):
            cell = cells[low]
            known = cell.categories & MODIFIERS or cell.tag in PLACES or cell.tag in (ItemKind.AGE, ItemKind.CLUB)
            if not known and not self._joins_club(cells, low):
                return False
            low -= 1
        heads = (c for c in cells[low : at + 1] if c.categories & (HEADS | {"coaches", "officials"}))
        return self._is_article(cells[low]) and next(heads, None) is not None

    def _opens(self, cells: list[Node], at: int) -> bool:
        """Whether an article stands here that opens the phrase, and none joined to the preposition before a club."""
        return self._is_article(cells[at]) and not self._joins_club(cells, at)

    def _walk_right(self, cells: list[Node], at: int, used: list[bool]) -> int:
        """The last cell of what describes somebody behind the head: "portiere italiano della Juventus"."""
        high = at
        named = cells[at].tag is ItemKind.PERSON
        while high + 1 < len(cells) and not used[high + 1] and cells[high + 1].start - cells[high].end <= 1:
            cell = cells[high + 1]
            club_word = cell.tag is ItemKind.CLUB and self._is_adjective(cell)
            described = not named and (club_word or self._may_follow(cell))
            if described or cell.tag in (ItemKind.AGE, ItemKind.DEMONYM):
                high += 1
            elif self._has_age(cells, high + 1, used):
                high += 2
            elif (cell.has("prep", "of") or (not named and cell.key in self.describing)) and (
                club := self._owning_club(cells, high + 2, used)
            ) is not None:
                high = club
            elif (
                cell.key == ","
                and named
                and high == at
                and (end := self._apposition(cells, high + 2, used)) is not None
            ):
                high = end
            else:
                break
        return high

    def _may_follow(self, cell: Node) -> bool:
        return bool(cell.categories & MODIFIERS) and "former" not in cell.categories and cell.kind is not NodeKind.EVENT

    def _is_adjective(self, cell: Node) -> bool:
        """ "rossonero": a club's nickname in lower case, with no article of its own."""
        name = cell.value
        return isinstance(name, ClubName) and name.nickname and self.text[cell.start].islower()

    def _owning_club(self, cells: list[Node], at: int, used: list[bool]) -> int | None:
        """The cell of the club behind "della": "della Juventus", "del club bianconero"."""
        while at < len(cells) and not used[at] and cells[at].categories & CLUB_NOUNS:
            at += 1
        return at if at < len(cells) and not used[at] and cells[at].tag is ItemKind.CLUB else None

    def _apposition(self, cells: list[Node], at: int, used: list[bool]) -> int | None:
        """ "Perin, portiere della Juventus,": the last cell of a description between commas."""
        start = at
        while at < len(cells) and not used[at] and (self._is_article(cells[at]) or "former" in cells[at].categories):
            at += 1
        if (
            at >= len(cells)
            or used[at]
            or not (cells[at].categories & HEADS or (at > start and cells[at].tag is ItemKind.CLUB))
        ):
            return None
        end = self._walk_right(cells, at, used)
        closes = end + 1 >= len(cells) or cells[end + 1].tag is ItemKind.MARK
        return end if closes else None

    def _opens_as_verb(self, cell: Node) -> bool:
        """ "will target Leeds' X": a word that is a verb too, with no club or article before it, is the verb."""
        return "target_nouns" in cell.categories and "event" in cell.categories

    def _joins(self, cells: list[Node], at: int, head: int) -> bool:
        """Whether the "and" at `at` joins two parts of one person's description."""
        before, after = cells[at - 1] if at else None, cells[at + 1]
        if before is None:
            return False
        if after.tag is ItemKind.COUNTRY and before.tag in (ItemKind.CLUB, ItemKind.COUNTRY, ItemKind.DEMONYM):
            return True
        if after.tag is ItemKind.CLUB and before.tag is ItemKind.COUNTRY:
            return at + 1 < head
        if after.tag is ItemKind.CLUB and before.tag is ItemKind.CLUB:
            return self._leads_to_target(cells, at + 2, head) or self._former_before(cells, at - 1)
        if "former" in after.categories or "former" in before.categories:
            return bool(before.categories & MODIFIERS)
        return bool(before.categories & HEADS and after.categories & MODIFIERS)

    def _leads_to_target(self, cells: list[Node], at: int, head: int) -> bool:
        return any("target_nouns" in cells[index].categories for index in range(at, head))

    def _former_before(self, cells: list[Node], at: int) -> bool:
        while at > 0 and (cells[at].tag in (ItemKind.CLUB, ItemKind.COUNTRY) or cells[at].key in (",", "and")):
            at -= 1
        return "former" in cells[at].categories

    def _absorb(self, cells: list[Node], low: int, head: int, mention: PersonMention) -> None:
        """Takes into the mention what stands before its head: clubs with their relation, age, position, country."""
        former = False
        clubs: list[tuple[ClubName, int, int]] = []
        positions: list[str] = []
        countries: list[str] = []
        for index in range(low, head):
            cell = cells[index]
            if "former" in cell.categories:
                former = True
            elif cell.tag is ItemKind.CLUB:
                name = cell.value
                assert isinstance(name, ClubName)
                if name.club is not None and name.club.id.startswith("national:"):
                    countries.append(name.club.country)  # "de Oranje-international"
                    continue
                clubs.append((name, cell.start, cell.end))
                mention.club_spans.append((name, cell.start, cell.end))
                mention.clubs.append((name, "former" if former else "current"))
                if index + 1 < head and cells[index + 1].key == "'s":
                    former = False
                    mention.possessed = True
            elif cell.tag is ItemKind.CITY:
                mention.native_of = self.text[cell.start : cell.end]
            elif cell.tag in (ItemKind.COUNTRY, ItemKind.DEMONYM):
                countries.append(str(cell.value))
            elif cell.tag is ItemKind.AGE:
                self._age(cell, mention)
            else:
                self._absorb_noun(cell, mention, positions)
        if not any("natives" in c.categories for c in cells[low:head]):
            mention.native_of = None
        mention.positions = tuple(positions)
        mention.countries = tuple(countries)

    def _absorb_noun(self, cell: Node, mention: PersonMention, positions: list[str]) -> None:
        for entry in cell.entries:
            if entry.category == "position":
                positions.append(entry.name)
                mention.role = "player"
                mention.plays = True
            elif entry.category == "players":
                mention.plays = True
            elif entry.category == "target_nouns":
                mention.clubs = [(club, "target") for club, _ in mention.clubs]
            elif entry.category == "academy":
                mention.youth_clubs = [club for club, _ in mention.clubs]
                mention.clubs = []
            elif entry.category == "natives":
                self._native(mention)
            elif entry.category in ("coaches", "officials"):
                mention.role = "coach" if entry.category == "coaches" else "official"
                mention.clubs = [(c, "employer" if r == "current" else r) for c, r in mention.clubs]

    def _native(self, mention: PersonMention) -> None:
        """ "the Livorno native": the name is the town's, not the club's."""
        if mention.club_spans:
            _, start, end = mention.club_spans.pop()
            mention.native_of = self.text[start:end]
            mention.clubs = []

    def _age(self, cell: Node, mention: PersonMention) -> None:
        figure = cell.value
        if isinstance(figure, Figure):
            mention.age = int(figure.number) if figure.number else None
            mention.born = figure.date

    def _age_after(self, cells: list[Node], at: int, mention: PersonMention) -> int:
        """Takes ", 26" or "(26)" after a name; returns the last cell of the phrase."""
        if at + 2 < len(cells) and cells[at + 1].key in (",", "("):
            number = cells[at + 2]
            closes = cells[at + 1].key == "," or (at + 3 < len(cells) and cells[at + 3].key == ")")
            if number.tag is ItemKind.NUMBER and closes and number.key.isdigit() and 13 < int(number.key) < 90:
                mention.age = int(number.key)
                return at + (3 if cells[at + 1].key == "(" else 2)
        return at

    def _described_person(
        self, cells: list[Node], at: int, used: list[bool], taken: dict[int, tuple[int, Node]]
    ) -> None:
        """ "the 24-year-old", "their Brazil forward", "a new goalkeeper", "several Juventus stars", "he"."""
        cell = cells[at]
        if (
            cell.tag is ItemKind.DEMONYM
            and at
            and (last_word(cells[at - 1]) in self.demonym_clubs or self._is_plural_nation(cells, at))
        ):
            self._club_of_nation(cells, at, used, taken)
            return
        if cell.tag is ItemKind.DEMONYM and not self._stands_alone(cells, at, used):
            return
        if at + 1 < len(cells) and not used[at + 1] and self._goes_on(cells, at):
            return
        if "target_nouns" in cell.categories and "event" in cell.categories:
            return
        low = self._with_words(cells, self._walk_left(cells, at, used), used)
        high = self._walk_right(cells, at, used) if self.describes_after else at
        mention = PersonMention(None, cells[low].start, cells[high].end)
        self._absorb(cells, low, high + 1, mention)
        first = cells[low]
        if not self._is_reference(cells, low, at, mention):
            return
        mention.owned = first.key in self._possessor_words and not mention.clubs
        mention.plural = "plural_people" in cell.categories
        mention.indefinite = first.key in self._indefinite or self._is_undetermined(cells, low)
        mention.bare = not ("articles" in first.categories or first.key in self._possessor_words)
        node = phrase_node(NodeKind.PERSON, first.start, cells[high].end, [mention])
        if at + 1 < len(cells) and cells[at + 1].key == "'s":
            node.owner = True
        self._keep(low, high, node, used, taken)

    def _is_undetermined(self, cells: list[Node], low: int) -> bool:
        """ "new winger": an adjective opens the phrase, and no joined article stands before it."""
        return "adjectives" in cells[low].categories and not (low and last_word(cells[low - 1]) in self.joined)

    def _stands_alone(self, cells: list[Node], at: int, used: list[bool]) -> bool:
        """ "the Dutchman", "the Swede": a demonym with an article and no noun after it."""
        if self.demonym_people:
            return at > 0 and not used[at - 1] and last_word(cells[at - 1]) in self.demonym_people
        if at == 0 or used[at - 1] or "articles" not in cells[at - 1].categories:
            return False
        if at + 1 >= len(cells):
            return True
        follow = cells[at + 1]
        if follow.start - cells[at].end > 1 or follow.tag is ItemKind.MARK:
            return True  # a word that no table knows stands between, or the phrase ends
        return not used[at + 1] and not follow.categories.isdisjoint(VERB_LIKE)

    def _is_plural_nation(self, cells: list[Node], at: int) -> bool:
        """ "the Italians have raised their offer": several of a nation are its club, by the word's ending."""
        endings = self.language.words.get("plural_demonyms", frozenset())
        word = self.text[cells[at].start : cells[at].end].lower()
        determined = "articles" in cells[at - 1].categories and cells[at].start - cells[at - 1].end == 1
        return determined and any(word.endswith(ending) for ending in endings) and not word.endswith("ss")

    def _club_of_nation(self, cells: list[Node], at: int, used: list[bool], taken: dict[int, tuple[int, Node]]) -> None:
        """ "los ingleses", "i tedeschi": the club of that country that the text speaks of."""
        mention = ClubMention(None, cells[at].start, cells[at].end, country=str(cells[at].value))
        used[at] = True
        taken[at] = (at, phrase_node(NodeKind.CLUB, cells[at].start, cells[at].end, clubs=[mention]))

    def _with_words(self, cells: list[Node], low: int, used: list[bool]) -> int:
        """ "their best wingback": a few words that no table knows, where an article or a possessor opens the phrase."""
        if low == 0 or used[low - 1]:
            return low
        before = cells[low - 1]
        if before.tag is ItemKind.WORD and low > 1 and not used[low - 2]:
            before, low_before = cells[low - 2], low - 2
        else:
            low_before = low - 1
        if cells[low].start - before.end > WORD_REACH:
            return low
        if "articles" in before.categories or before.key in self._possessor_words:
            return low_before
        return low

    def _goes_on(self, cells: list[Node], at: int) -> bool:
        follow = cells[at + 1]
        return bool(follow.categories & HEADS) or "plural_people" in follow.categories or (
            follow.tag in PLACES and at + 2 < len(cells) and bool(cells[at + 2].categories & HEADS)
        )  # fmt: skip

    def _is_reference(self, cells: list[Node], low: int, at: int, mention: PersonMention) -> bool:
        first = cells[low]
        if (
            "articles" in first.categories
            or first.key in self._possessor_words
            or (low and last_word(cells[low - 1]) in self.joined)
        ):
            return True
        return bool(mention.clubs) or (cells[at].tag is ItemKind.AGE and low == at) or low < at or (
            "plural_people" in cells[at].categories
        )  # fmt: skip

    def _pronoun(self, cell: Node) -> Node:
        name = next(e.name for e in cell.entries if e.category == "pronoun")
        if name in ("person", "person_of"):
            mention = PersonMention(None, cell.start, cell.end, pronoun=True)
            return phrase_node(
                NodeKind.PERSON, cell.start, cell.end, [mention], owner=name == "person_of", key=cell.key
            )
        if name == "both":
            mention = PersonMention(None, cell.start, cell.end, pronoun=True, plural=True)
            return phrase_node(NodeKind.PERSON, cell.start, cell.end, [mention], key=cell.key)
        club = ClubMention(None, cell.start, cell.end, pronoun=True)
        if name in ("we", "we_of"):
            club.relation = "publisher"
        return phrase_node(
            NodeKind.CLUB, cell.start, cell.end, clubs=[club], owner=name in ("club_of", "we_of"), key=cell.key
        )
