"""Noun phrases for clubs: named, by a nickname or a ground, described, national teams."""

from __future__ import annotations

from mercato.extraction.items import ItemKind
from mercato.extraction.names import ClubName
from mercato.extraction.nodes import ClubMention, Node, NodeKind, phrase_node
from mercato.extraction.phrase_tools import (
    CLUB_NOUNS,
    CLUB_WORDS,
    PLACES,
    PhraseTools,
)

_LANDS = frozenset({ItemKind.COUNTRY, ItemKind.COMPETITION})


class ClubPhrases(PhraseTools):
    """Finds the clubs of a sentence."""

    def _club(self, cells: list[Node], at: int, used: list[bool], taken: dict[int, tuple[int, Node]]) -> None:
        cell = cells[at]
        if cell.tag is ItemKind.CLUB:
            name = cell.value
            assert isinstance(name, ClubName)
            self._close_club(cells, at, used, taken, ClubMention(name, cell.start, cell.end))
        elif cell.tag in (ItemKind.COUNTRY, ItemKind.DEMONYM) and self._is_national(cells, at):
            self._national(cells, at, used, taken)
        elif cell.tag is ItemKind.GROUND:
            club = self.register.clubs.get(str(cell.value))
            if club is not None:
                mention = ClubMention(ClubName(club.name, club, True), cell.start, cell.end, ground=True)
                self._close_club(cells, at, used, taken, mention)
        elif cell.categories & CLUB_NOUNS and not (at + 1 < len(cells) and cells[at + 1].tag is ItemKind.CLUB):
            self._described_club(cells, at, used, taken)

    def _is_national(self, cells: list[Node], at: int) -> bool:
        """ "the Netherlands coach", "England Under-21 boss": a job with a national team."""
        national = self.language.words.get("national_nouns", frozenset())
        if any(cell.key in national for cell in cells[max(0, at - 2) : at]):
            return True
        if self.describes_after and at and self._leads_team(cells, at - 1):
            return True
        return any("coaches" in cell.categories for cell in cells[at + 1 : at + 3])

    def _is_team(self, cell: Node) -> bool:
        """ "la selección española": a nation's adjective behind the word for its team."""
        return cell.key in self.language.words.get("national_nouns", frozenset())

    def _leads_team(self, cells: list[Node], at: int) -> bool:
        """ "o treinador do Brasil", "nouvel entraîneur du": the nation behind a coach and a preposition is its team."""
        if any(e.category == "event" and e.get("role") == "coach" for e in cells[at].entries):
            return self.language.preposition_roles.get(cells[at].key.rsplit(" ", 1)[-1]) == "of"
        return at > 0 and cells[at].has("prep", "of") and "coaches" in cells[at - 1].categories

    def _national(self, cells: list[Node], at: int, used: list[bool], taken: dict[int, tuple[int, Node]]) -> None:
        club = self.register.clubs.get(f"national:{cells[at].value}")
        if club is None:
            return
        high, name = at, club.name
        follow = cells[at + 1] if at + 1 < len(cells) else cells[at]
        if at + 1 < len(cells) and ("international" in follow.categories or "adjectives" in follow.categories):
            high, name = at + 1, f"{name} {self.text[follow.start : follow.end]}"
        mention = ClubMention(
            ClubName(name, club if high == at else None), cells[at].start, cells[high].end, national=True
        )
        self._close_club(cells, high, used, taken, mention, low=at)

    def _club_left(self, cells: list[Node], at: int, used: list[bool]) -> int:
        low = at
        while low > 0 and not used[low - 1] and cells[low].start - cells[low - 1].end <= 1:
            cell = cells[low - 1]
            if cell.tag in PLACES or cell.categories & CLUB_WORDS:
                low -= 1
            elif "articles" in cell.categories or cell.key in self._possessor_words:
                return low - 1
            else:
                break
        return low

    def _close_club(
        self,
        cells: list[Node],
        at: int,
        used: list[bool],
        taken: dict[int, tuple[int, Node]],
        mention: ClubMention,
        low: int | None = None,
    ) -> None:
        low = self._club_left(cells, at, used) if low is None else low
        high = at
        owner = high + 1 < len(cells) and cells[high + 1].key == "'s"
        if owner or (high + 1 < len(cells) and cells[high + 1].categories & CLUB_NOUNS and not used[high + 1]):
            high += 1
        node = phrase_node(NodeKind.CLUB, cells[low].start, cells[high].end, clubs=[mention], owner=owner)
        self._keep(low, high, node, used, taken)

    def _described_club(self, cells: list[Node], at: int, used: list[bool], taken: dict[int, tuple[int, Node]]) -> None:
        """ "the Serie A side", "the German champions", "his current club", "several clubs"."""
        cell = cells[at]
        low = self._club_left(cells, at, used)
        high = self._place_behind(cells, at, used) if self.describes_after else at
        mention = ClubMention(None, cells[low].start, cells[high].end)
        for part in cells[low : high + 1]:
            if part.tag is ItemKind.COMPETITION:
                mention.competition = str(part.value)
            elif part.tag in (ItemKind.COUNTRY, ItemKind.DEMONYM):
                mention.country = str(part.value)
            elif part.tag is ItemKind.CITY:
                mention.city = part.key if part.key != "<city>" else str(part.value)
        if "former_club_nouns" in cell.categories:
            mention.relation = "former"
        first = cells[low]
        if "suitor_nouns" in cell.categories:
            mention.plural = True
        elif not (
            "articles" in first.categories
            or first.key in self._possessor_words
            or mention.country
            or mention.competition
        ):
            return
        if first.key in self._indefinite:
            mention.plural = True
        owner = at + 1 < len(cells) and cells[at + 1].key == "'s"
        node = phrase_node(NodeKind.CLUB, first.start, cells[high].end, clubs=[mention], owner=owner)
        self._keep(low, high, node, used, taken)

    def _place_behind(self, cells: list[Node], at: int, used: list[bool]) -> int:
        """ "le club anglais", "le champion de Turquie": the last cell of the nation or league behind the noun."""
        high = at
        if high + 2 < len(cells) and cells[high + 1].has("prep", "of") and cells[high + 2].tag in _LANDS:
            high += 1
        if high + 1 < len(cells) and not used[high + 1] and cells[high + 1].tag in (*_LANDS, ItemKind.DEMONYM):
            return high + 1
        return at
