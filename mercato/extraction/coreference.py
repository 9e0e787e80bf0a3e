"""Who is meant: mentions of one document become people and clubs, settled with the register's facts and the date."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from mercato.extraction.beings import Being
from mercato.extraction.fitting import Fitting
from mercato.extraction.names import ClubName, PersonName
from mercato.extraction.nodes import CLAUSE_WORDS, ClubMention, Node, NodeKind, PersonMention, Row
from mercato.register import Journalist, Register
from mercato.register.index import fold_name

_CLAUSE_MARKS = frozenset({",", ";", ":"})
# Roles of the prepositions before somebody whom the sentence is not about.
_ASIDE_ROLES = frozenset(
    {"goal", "of", "partner", "against", "without", "agent", "former", "between", "place", "aside"}
)
_OFFICIALS = frozenset({"agent", "official", "owner"})

__all__ = ["Being", "Resolver"]


class Resolver(Fitting):
    """Settles the mentions of one document in the order of the text."""

    def __init__(
        self,
        register: Register,
        day: date | None,
        elliptic: bool = False,
        prepositions: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(register, day)
        # Whether the language leaves out who acts.
        self.elliptic = elliptic
        self.prepositions = prepositions
        self.beings: list[Being] = []
        # The beings whose name has a word, and those who may be a person of the register.
        self._by_word: dict[bytes, list[Being]] = {}
        self._by_id: dict[str, list[Being]] = {}
        self.recent: list[Being] = []
        self.recent_clubs: list[ClubName] = []
        self.last_plural_from: ClubName | None = None
        self.here: list[Being] = []
        # The players whom the headline names, and whom the paragraph has spoken of so far.
        self.headlined: list[Being] = []
        self.of_block: list[Being] = []
        self.of_body: set[int] = set()
        # Where the sentence first speaks of each of those.
        self.starts: dict[int, int] = {}
        self.subjects: list[Being] = []
        self.in_clause: Being | None = None
        self.club_here: ClubName | None = None
        self.club_first: ClubName | None = None
        self.club_subject: ClubName | None = None
        # The number of the paragraph that is read, and the club that its sentences so far were about.
        self.block = 0
        self.opened = False
        self.club_of_block: ClubName | None = None
        # The first club that the paragraph names.
        self.first_of_block: ClubName | None = None
        # The club that earlier sentences were about: their first subject.
        self.club_spoken_of: ClubName | None = None
        self.spoken_of: Being | None = None
        # The club that the whole text is about, and the one that publishes it.
        self.main: ClubName | None = None
        self.publisher: ClubName | None = None
        # Pronouns that are objects only, in the language of the text.
        self.objects: frozenset[str] = frozenset()
        # The club that a heading stands for, in the paragraphs below it.
        self.section: ClubName | None = None

    # People

    def see(self, nodes: Row, block: int = 0, opens: bool = False) -> None:
        """Settles the mentions of a sentence of a block, from left to right; `opens`: it is a heading or a question."""
        self._open_sentence(block)
        aside = False
        teller = opening = False
        actor: Being | None = None
        alone: Being | None = None  # who alone can be the subject of all that stands before
        acted = False
        if nodes.people and nodes.has("officials"):
            self._relatives(nodes)
        before: Node | None = None
        for node in nodes:
            if node.kind is NodeKind.WORD and not node.categories:
                before = node
                continue
            governed = before is not None and before.kind is NodeKind.EVENT and self._ends_in_preposition(before)
            before = node
            acted = acted or node.kind is NodeKind.EVENT
            if node.key in _CLAUSE_MARKS or not node.categories.isdisjoint(CLAUSE_WORDS):
                self.in_clause = None
                actor = None
                fragment = node is nodes[0] and not any(n.key == "," for n in nodes)
                aside = (aside or not (fragment or node.key in _CLAUSE_MARKS)) and node.key not in (";", ":")
                if node is nodes[0]:
                    opening = True  # "If X leaves, Y is the plan": what is behind the comma is the sentence
                elif opening and node.key == ",":
                    aside = opening = False
            if node.kind is NodeKind.OUTLET and isinstance(node.value, Journalist):
                teller = True
            for mention in node.people:
                if teller and mention.pronoun and not self.here:
                    continue  # "Romano has used his line": the journalist's own
                if opens and mention.bare and mention.name is None and not (mention.pronoun or self.elliptic):
                    continue  # a headline's "South Korean striker" is whoever the text will name
                being = self._being(mention)
                if (
                    mention.pronoun
                    and node.key in self.objects
                    and being is not None
                    and (being is actor or (being is alone and not self.is_player(being)))
                ):
                    being = self._other_than(being) or being  # "Gasperini, who had him in Bergamo, wants him"
                if being is not None:
                    if node.role is None and not node.owner and actor is None:
                        actor = being
                    if not mention.pronoun:
                        alone = being if not (self.here or node.role or node.owner) else None
                    self._take_up(being, mention, node, opens, aside)
                for club, start, end in mention.club_spans:
                    self.first_spans.setdefault(club.key, (start, end))
                    self.recent_clubs.append(club)
            if node.clubs:
                alone = alone if node.role else None
                self._see_clubs(node, governed, acted)

    def _take_up(self, being: Being, mention: PersonMention, node: Node, opens: bool, aside: bool) -> None:
        """Notes that the sentence speaks of somebody."""
        about = node.role != "aside" and node.kind is not NodeKind.CLUB  # not "el Betis de Pellegrini"
        if not mention.pronoun and about:
            self.in_clause = being
        if being not in self.here and about:
            self.here.append(being)
            self.starts[id(being)] = mention.start
        if opens or (about and not aside and node.role not in _ASIDE_ROLES and being.role != "official"):
            self.subjects.append(being)
        mention.being = being
        self._recall(being)

    def _open_sentence(self, block: int) -> None:
        """Who and what the sentence before was about is spoken of; nobody is named yet."""
        if self.subjects:
            player = next((b for b in self.subjects if self.is_player(b)), None)
            known = self.spoken_of is not None and self.is_player(self.spoken_of)
            if player is not None or not known:
                self.spoken_of = player or self.subjects[0]
        elif self.here and (self.spoken_of is None or self.elliptic or self.opened):
            self.spoken_of = next((b for b in self.here if b.role == "player"), self.here[0])
        self.here = []
        self.starts = {}
        self.subjects = []
        if self.club_first is not None:
            self.club_spoken_of = self.club_first
        if self.club_subject is not None:
            self.club_of_block = self.club_subject
        self.opened = block != self.block  # what a paragraph begins with is what it is about
        if self.opened:
            self.of_block = []
            self.block, self.club_of_block, self.first_of_block = block, None, None
        self.club_here = self.club_first = self.club_subject = None
        self.in_clause = None

    def _see_clubs(self, node: Node, governed: bool, acted: bool) -> None:
        """Settles the clubs of a node; `governed` by a preposition inside a step's words, `acted`: behind a step."""
        for club_mention in node.clubs:
            name = self._club(club_mention)
            if name is not None:
                club_mention.settled = name
                self.first_of_block = self.first_of_block or name
                if club_mention.name is not None:
                    self.first_spans.setdefault(name.key, (club_mention.start, club_mention.end))
                if node.role is None and not (node.owner or governed or club_mention.pronoun):
                    self.club_here = name
                    self.club_first = self.club_first or name
                    if not acted:
                        self.club_subject = self.club_subject or name
                if node.kind is NodeKind.CLUB and not club_mention.pronoun:
                    self.recent_clubs.append(name)

    def _relatives(self, nodes: list[Node]) -> None:
        """ "Badri Kvaratskhelia, the father,": what an apposition says somebody is."""
        for at, node in enumerate(nodes[:-2]):
            if node.kind is not NodeKind.PERSON or nodes[at + 1].key != "," or len(node.people) != 1:
                continue
            inside = nodes[at + 2 : at + 5]
            words = [n for n in inside if not (n.has("articles") or n.has("adjectives") or n.owner)]
            name = node.people[0].name
            if words and words[0].has("officials") and name is not None and not words[0].has("players"):
                node.people[0].role = "official"
        for before, comma, node in zip(nodes, nodes[1:], nodes[2:], strict=False):
            named = node.kind is NodeKind.PERSON and len(node.people) == 1 and node.people[0].name is not None
            if named and comma.key == "," and before.has("officials") and not before.has("players"):
                node.people[0].role = "official"  # "il suo agente, Beppe Riso,"

    def _ends_in_preposition(self, node: Node) -> bool:
        """ "rescindió con" + "la Juventus": the club is governed by a preposition inside the words for the step."""
        return " " in node.key and node.key.rsplit(" ", 1)[-1] in self.prepositions

    def headline_player(self) -> Being | None:
        """The player whom the headline names, if it is one alone."""
        return self.headlined[0] if len({id(b) for b in self.headlined}) == 1 else None

    def _other_than(self, actor: Being) -> Being | None:
        """Whom a pronoun means that cannot mean the one who acts: a player spoken of before."""
        before = (self.spoken_of, *reversed(self.here), *reversed(self.recent))
        return next((b for b in before if b is not None and b is not actor and self.is_player(b)), None)

    def _recall(self, being: Being) -> None:
        self.of_block.append(being)
        if being not in self.headlined or self.block:
            self.of_body.add(id(being))
        if being in self.recent:
            self.recent.remove(being)
        self.recent.append(being)

    def _being(self, mention: PersonMention) -> Being | None:
        if mention.name is not None:
            return self._named(mention, mention.name)
        if mention.indefinite or mention.plural:
            return None
        if mention.pronoun:
            if self.in_clause is not None or self.here:
                return self.in_clause or self.here[0]
            return self.spoken_of or (self.recent[-1] if self.recent else None)
        fitting = [being for being in reversed(self.recent) if self._fits(mention, being)]
        if not fitting:
            return None
        if mention.countries and mention.role == "player" and mention.age is None:
            fitting = self._countrymen(mention, fitting)
        clubs = {club.key for club, relation in mention.clubs if relation in ("current", "employer")}
        only = self.headline_player()
        if fitting[0] not in self.of_block and id(only) in self.of_body and only in fitting:
            fitting.insert(0, only)  # "the player", in a paragraph that has named nobody yet
        same = [b for b in fitting if b in self.here]  # "Perin became the latest Juventus player"
        being = next((b for b in same or fitting if clubs and self._is_at(b, clubs)), (same or fitting)[0])
        self._learn(being, mention)
        return being

    def _named(self, mention: PersonMention, name: PersonName) -> Being:
        being = self._known(name)
        if being is None:
            role = mention.role
            if role == "player" and name.people and all(p.role in _OFFICIALS for p in name.people):
                role = "official"
            being = Being(name.name, name.people, role=role)
            being.first = (mention.start, mention.end)
            self.beings.append(being)
        elif len(name.name) > len(being.name):
            being.name = name.name
        if name.people and len(being.people) != 1:
            being.people = name.people
            if being.role == "player" and not being.positions and all(p.role in _OFFICIALS for p in name.people):
                being.role = "official"  # "De Laurentiis" in the headline, his full name below it
        self._note(being)
        self._learn(being, mention)
        being.people = self._narrow(being)
        return being

    def _note(self, being: Being) -> None:
        """Makes a being findable by every word of the name and as every person of the register."""
        for word in fold_name(being.name).split():
            self._by_word.setdefault(word, []).append(being)
        for person in being.people:
            self._by_id.setdefault(person.id, []).append(being)

    def _known(self, name: PersonName) -> Being | None:
        """The last being of whom the name may speak: who shares a word of it, or is the same in the register."""
        folded = fold_name(name.name)
        words = folded.split()
        if not words:
            return None  # signs only: nobody can be told by them
        only = name.people[0].id if len(name.people) == 1 else None
        candidates = set(self._by_id.get(only, ())) if only is not None else set()
        for word in words:
            candidates.update(self._by_word.get(word, ()))
        for being in self._in_order(candidates, lone=len(words) == 1):
            theirs = fold_name(being.name).split()
            short, long = (words, theirs) if len(words) < len(theirs) else (theirs, words)
            if short and set(short) <= set(long) and (short[-1] == long[-1] or len(short) > 1 or short[0] in long[-2:]):
                return being
            if len(words) == 1 == len(theirs):
                continue
            if only is not None and {person.id for person in being.people} == {only}:
                return being
        return None

    def _in_order(self, candidates: set[Being], lone: bool) -> Iterable[Being]:
        """The latest first; for a lone surname a player before a relative of his."""
        if len(candidates) < 2:
            return candidates
        return sorted(candidates, key=lambda b: (lone and b.role == "official", -self.beings.index(b)))

    def _learn(self, being: Being, mention: PersonMention) -> None:
        if mention.age is not None:
            being.age = mention.age
        being.positions.update(mention.positions)
        being.countries.update(mention.countries)
        if mention.role != "player":
            being.role = mention.role
        for club, relation in mention.clubs:
            span = mention.words_of(club)
            if relation == "current":
                being.at(club, span, 2)
            elif relation == "former":
                being.former.add(club.key)
            elif relation == "employer":
                being.employer = club
                being.at(club, span, 2)

    # Clubs

    def _club(self, mention: ClubMention) -> ClubName | None:
        if mention.name is not None:
            return mention.name
        if mention.plural or mention.relation is not None:
            return None
        if mention.pronoun:
            known = self.club_here or self.club_spoken_of
            return known or (self.recent_clubs[-1] if self.recent_clubs else None)
        if not (mention.competition or mention.country or mention.city) and (self.club_here or self.club_spoken_of):
            return self.club_here or self.club_spoken_of
        fitting = [club for club in reversed(self.recent_clubs) if self._club_fits(mention, club)]
        owned = (club for club in fitting if any(being.current.get(club.key) for being in self.here))
        return next(owned, fitting[0] if fitting else None)
