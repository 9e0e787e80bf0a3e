"""Languages that part their verbs: a clause is put into the order subject, verb, object before its phrases are found.

"Der BVB will X vom FC Y verpflichten" becomes "Der BVB will verpflichten X vom FC Y", "lehnte das Angebot ab" becomes
"lehnte ab das Angebot", "dass Z den Stürmer holen will" becomes "dass Z will holen den Stürmer". Only the order changes
in which items are looked at; each keeps its characters. The method is that of Collins, Koehn and Kučerová, "Clause
restructuring for statistical machine translation" (2005), without a parser: clauses are told by marks, conjunctions and
the forms of verbs.
"""

from __future__ import annotations

from mercato.extraction.clause_parts import HARD, NAMED, RELATIVE, Clauses, Part
from mercato.extraction.items import Item, ItemKind


class WordOrder(Clauses):
    """Puts the items of sentences of one language into reading order."""

    def restored(self, items: list[Item], text: str) -> list[Item]:
        """The items of a sentence of `text` in reading order."""
        self.text = text
        if self.reflexives:
            items = [item for item in items if item.key not in self.reflexives]
        if not any(i.key in self.finite or i.key in self.auxiliaries or i.key in self.nonfinite for i in items):
            return items
        parts = self._parts(items)
        for at, part in enumerate(parts):
            self._find_verbs(parts, at)
            self._place(parts, at, part)
        row: list[Item] = []
        for part in parts:
            if part.before is not None:
                row.append(part.before)
            row.extend(part.items)
        return row

    # Verbs

    def _find_verbs(self, parts: list[Part], at: int) -> None:
        part = parts[at]
        if part.subordinate:
            self._take_cluster(part)
            return
        part.finite = self._finite_of(part)
        if part.finite is None:
            self._infinitive_clause(part)
            return
        if part.finite.key in self.readings:
            part.finite = self._reread(part, part.finite)
        behind = part.items[part.items.index(part.finite) + 1 :]
        part.closing = self._closing(part.finite, behind)
        if not part.closing and part.finite.key in self.auxiliaries:
            self._close_later(parts, at)

    def _reread(self, part: Part, finite: Item) -> Item:
        """The helper as a word that is nothing else."""
        key = self.readings[finite.key]
        helper = Item(finite.kind, finite.start, finite.end, key, finite.names, finite.value)
        part.items[part.items.index(finite)] = helper
        return helper

    def _finite_of(self, part: Part) -> Item | None:
        """The finite verb of a main clause: its auxiliary, else its first verb that may be finite."""
        first = part.items[0] if part.items else None
        found = [i for i in part.items if self._is_finite(i)]
        plain = any(i.key not in self.nonfinite for i in found)
        if first is not None and not plain and first not in found and self._opens_sentence(part, first):
            found.insert(0, first)
        helper = next((i for i in found if i.key in self.auxiliaries), None)
        full = next((i for i in found if i.key not in self.auxiliaries), None)
        if helper is None or full is None:
            return helper or (full if full is not None and self._may_open(part, full) else None)
        later = full.start > helper.start or full.key in self.nonfinite
        return helper if later else full

    def _opens_sentence(self, part: Part, first: Item) -> bool:
        """ "Wechselt X?", "Sollte Y gehen": a verb that begins the sentence with a capital letter."""
        if part.before is not None or first.kind is not ItemKind.WORD:
            return False
        return first.key in self.auxiliaries or (first.key in self.finite and first.key not in self.subjects)

    def _may_open(self, part: Part, verb: Item) -> bool:
        """A verb at the end of a piece without another is no finite verb: "und X verpflichten"."""
        words = [item for item in part.items if item.kind is not ItemKind.MARK]
        return verb is not words[-1] or verb.key not in self.nonfinite or len(words) == 2

    def _closing(self, finite: Item, behind: list[Item]) -> list[Item]:
        """What closes the bracket that the finite verb opens."""
        found: list[Item] = []
        particles = self.finite.get(finite.key, frozenset())
        if finite.key in self.auxiliaries:
            found = self._nonfinite(behind)
        else:
            marked = self._nonfinite(behind)
            if marked and (marked[0].key in self.markers or marked[0].key in self.marked):
                found = marked
        if not found and particles:
            last = next((i for i in reversed(behind) if i.key in particles), None)
            found = [last] if last is not None else []
        idiom = self._idiom([i for i in behind if i not in found])
        joined = finite.key in self.auxiliaries or not found or found[0].key in particles
        closing = [*found, *idiom] if joined else [*idiom, *found]
        return closing or self._negation(behind)

    def _negation(self, behind: list[Item]) -> list[Item]:
        """ "wechselt nicht zum BVB": a negation that is last, or stands before what a preposition governs."""
        at = next((n for n, item in enumerate(behind) if item.key in self.negations), None)
        if at is None or behind[at].key in self.articles:
            return []
        rest = behind[at + 1 :]
        named = len(rest) > 1 and rest[0].key in self.preps and rest[1].kind in NAMED
        return [behind[at]] if not rest or named else []

    def _nonfinite(self, items: list[Item]) -> list[Item]:
        """The last verbs of a clause in reading order: "verpflichtet werden" is read "werden verpflichtet"."""
        end = next((n for n in range(len(items) - 1, -1, -1) if self._is_verb(items[n], closing=True)), None)
        if end is None:
            return []
        start = end
        while start > 0 and (self._is_verb(items[start - 1], closing=True) or items[start - 1].key in self.markers):
            start -= 1
        cluster = self._read(items[start : end + 1])
        while start > 0 and items[start - 1].key in self.negations:
            start -= 1
            cluster.insert(0, items[start])  # "nicht verlängern"
        return cluster

    def _read(self, cluster: list[Item]) -> list[Item]:
        """A cluster turned round, each marker before its verb."""
        out: list[Item] = []
        for item in reversed(cluster):
            if item.key in self.markers and out:
                out.insert(len(out) - 1, item)
            else:
                out.append(item)
        return out

    def _idiom(self, items: list[Item]) -> list[Item]:
        """The words that a verb has beside it for good: "einen Korb", "auf dem Zettel"."""
        keys = [item.key for item in items]
        for at, key in enumerate(keys):
            seconds = self.closers.get(key)
            if seconds is None:
                continue
            for phrase in (*seconds.get(keys[at + 1] if at + 1 < len(keys) else "", ()), *seconds.get("", ())):
                if tuple(keys[at : at + len(phrase)]) == phrase:
                    return items[at : at + len(phrase)]
        return []

    def _close_later(self, parts: list[Part], at: int) -> None:
        """A bracket that closes behind a relative clause or a list: "will X, der bei Y spielt, verpflichten"."""
        for part in parts[at + 1 : at + 5]:
            if part.before is None or part.before.key in HARD:
                return
            if part.subordinate or not part.items:
                continue
            own = [i for i in part.items if self._is_finite(i)]
            if any(i is not part.items[-1] and i.key not in self.nonfinite for i in own):
                return
            found = self._nonfinite(part.items)
            if found:
                if found[0].key in self.markers:
                    return
                for item in found:
                    part.items.remove(item)
                parts[at].closing = found
                return

    def _infinitive_clause(self, part: Part) -> None:
        """ ", den Stürmer zu verpflichten": its verb is read first, and the comma before it is none."""
        found = self._nonfinite(part.items)
        if not found:
            return
        marked = found[0].key in self.markers or found[0].key in self.marked
        opener = bool(part.items) and part.items[0].key in self.purposes
        joined = part.before is not None and part.before.kind is ItemKind.WORD
        if not (marked or joined):
            return
        for item in found:
            part.items.remove(item)
        part.items[1 if opener else 0 : 1 if opener else 0] = found
        if marked and not opener and part.before is not None and part.before.key == ",":
            part.before = None

    def _take_cluster(self, part: Part) -> None:
        """The verbs at the end of a subordinate clause, the finite one first."""
        ends = [n for n, i in enumerate(part.items) if self._is_verb(i)]
        end = start = ends[-1]
        while start - 1 in ends or (start > 1 and part.items[start - 1].key in self.markers):
            start -= 1
        cluster = part.items[start : end + 1]
        negation = next(iter(self._negation(part.items[1:start])), None)
        helper = cluster[0].key in self.auxiliaries and cluster[-1].key not in self.auxiliaries
        read = [cluster[0], *self._read(cluster[1:])] if helper else self._read(cluster)
        part.finite, part.closing = read[0], read[1:] if negation is None else [negation, *read[1:]]
        if start > 0:
            rest = [i for i in part.items if i not in cluster]
            part.closing = [*part.closing, *self._idiom(rest)]

    # Places

    def _place(self, parts: list[Part], at: int, part: Part) -> None:
        """Puts the verbs behind the subject."""
        finite = part.finite
        if finite is None:
            return
        asks = part.items[0] is finite and part.before is None
        joint = part.closing
        for item in joint:
            if item in part.items:
                part.items.remove(item)
        here = part.items.index(finite)
        # "... und schließt sich X an": the subject is that of the clause before
        goes_on = here == 0 and part.before is not None and part.before.kind is ItemKind.WORD
        if not part.subordinate and not asks and (goes_on or self._subject_end(part.items[:here]) is not None):
            where = here if self._only_negates(joint) else here + 1
            part.items[where:where] = joint
            return
        part.items.remove(finite)
        opens = _opening(part.items, self.openers) if part.subordinate else here
        moved = joint if asks else [*joint, finite] if self._only_negates(joint) else [finite, *joint]
        if asks:
            part.items.insert(0, finite)
            opens = 1
        end = self._subject_end(part.items[opens:])
        if part.subordinate and opens and self._is_subject(part.items, opens, end):
            end = None
        self._insert(parts, at, opens + end if end is not None else opens, moved)

    def _is_subject(self, items: list[Item], opens: int, end: int | None) -> bool:
        """Whether a relative pronoun is the subject: by its case, or as nobody but a person stands behind it."""
        opener = items[opens - 1]
        if opener.key != RELATIVE:
            return False
        if opener.value in self.nominative:
            return True
        return end is not None and items[opens + end - 1].kind is ItemKind.PERSON and opener.value not in self.objects

    def _only_negates(self, joint: list[Item]) -> bool:
        return len(joint) == 1 and joint[0].key in self.negations

    def _insert(self, parts: list[Part], at: int, where: int, moved: list[Item]) -> None:
        """Inserts the verbs; behind a list of subjects that goes on over commas."""
        part = parts[at]
        if where < len(part.items) or at + 1 >= len(parts):
            part.items[where:where] = moved
            return
        last = at
        while last + 1 < len(parts):
            follow = parts[last + 1]
            joins = follow.before is not None and (follow.before.key == "," or follow.before.key in self.conjunctions)
            end = self._subject_end(follow.items) if joins and not follow.subordinate else None
            begins = bool(follow.items) and (follow.items[0].kind in NAMED or follow.items[0].key in self.articles)
            if end is None or not begins or follow.finite is not None or any(self._is_finite(i) for i in follow.items):
                break
            last, where = last + 1, end
        parts[last].items[where:where] = moved

    def _subject_end(self, items: list[Item]) -> int | None:
        """Behind the first noun phrase that no preposition governs and that is no object by its article."""
        at = 0
        governed = False
        while at < len(items):
            item = items[at]
            if item.key in self.preps or item.key in self.objects:
                governed = True
            elif self._is_head(item):
                end = self._phrase_end(items, at)
                if not governed:
                    return end
                governed, at = False, end
                continue
            elif item.kind is not ItemKind.WORD and item.kind is not ItemKind.MARK:
                governed = False
            at += 1
        return None

    def _is_head(self, item: Item) -> bool:
        return item.kind in NAMED or (item.kind is ItemKind.WORD and item.key in self.subjects)

    def _phrase_end(self, items: list[Item], at: int) -> int:
        """The end of a noun phrase: a name behind what describes it, and further members of a list."""
        end = at + 1
        while end < len(items):
            before, item = items[end - 1], items[end]
            hyphen = self.text[before.end : item.start] in ("-", "'s", "s-")
            if (
                (
                    item.kind is ItemKind.PERSON
                    and (before.kind is not ItemKind.CLUB or hyphen)
                    and before.kind is not ItemKind.PERSON
                    and before.key not in self.clubs
                )
                or item.key == "'s"
                or (self._is_head(item) and (hyphen or before.key == "'s" or before.kind is ItemKind.DEMONYM))
            ):
                end += 1
            elif item.key in self.conjunctions and end + 1 < len(items):
                follow = end + 1
                while follow < len(items) and (
                    items[follow].key in self.articles or items[follow].key in self.determiners
                ):
                    follow += 1
                if follow < len(items) and self._is_head(items[follow]) and items[follow].kind is items[at].kind:
                    end = follow + 1
                else:
                    break
            else:
                break
        return end


def _opening(items: list[Item], openers: frozenset[str]) -> int:
    """Behind the word that opens a subordinate clause."""
    for at, item in enumerate(items[:2]):
        if item.key == RELATIVE or item.key in openers:
            return at + 1
    return 0
