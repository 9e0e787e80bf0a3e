"""Words for steps that stand together: what governs what, and the stage of the whole."""

from __future__ import annotations

from mercato.extraction.frames import FRAMES
from mercato.extraction.items import Figure, ItemKind
from mercato.extraction.lexicon import Entry
from mercato.extraction.nodes import CLAUSE_WORDS, Node, NodeKind
from mercato.extraction.stages import NEGATED, govern
from mercato.extraction.step_tools import StepTools
from mercato.extraction.steps import (
    CHAIN_GAP,
    MOODS,
    Chain,
    Event,
    is_noun,
    pick,
)
from mercato.model import ENDS, Stage

# Steps that a conditional of hearsay reports as taken: "lui offrirait un contrat".
_SAID = frozenset({"talks", "bid"})
_PARTING = CLAUSE_WORDS | {"conjunctions"}
# Forms of a verb that are nouns as well: "move", "plans".
_LIKE_NOUNS = frozenset({"base", "third"})


class Chains(StepTools):
    """Finds the chains of a sentence and what each has reached."""

    def _chains(self, nodes: list[Node]) -> list[Chain]:
        chains: list[Chain] = []
        for at, node in enumerate(nodes):
            if node.kind is not NodeKind.EVENT:
                continue
            fitting = [e for e in node.entries if e.category == "event" and self._has_needed(nodes, at, e)]
            following = nodes[at + 1] if at + 1 < len(nodes) else None
            entry = pick(fitting or node.entries, following, is_noun(nodes, at))
            if entry is not None and entry.get("aside"):
                continue
            if entry is None or (
                entry.form in _LIKE_NOUNS and not entry.get("noun") and self._is_noun(nodes, at, entry)
            ):
                continue
            last = chains[-1] if chains else None
            if last is not None and self._governs(nodes, last, at):
                last.nodes.append(at)
                last.entries.append(entry)
            else:
                purposive = last is not None and self._is_purpose(nodes, last.nodes[-1], at)
                chains.append(Chain([at], [entry], purposive))
        return chains

    def _is_noun(self, nodes: list[Node], at: int, entry: Entry) -> bool:
        """ "in a late move on deadline day", "in Luis Enrique's plans": behind an article or a possessor is no verb."""
        before = nodes[at - 1] if at else None
        if entry.form == "third":
            return before is not None and before.owner and not any(m.pronoun for m in before.people)
        for index in range(at - 1, max(at - 4, -1), -1):
            if nodes[index].has("articles"):
                return nodes[index].key in self.language.words["indefinite"]
            if nodes[index].kind is not NodeKind.WORD and not nodes[index].has("adjectives"):
                return False
        return False

    def _governs(self, nodes: list[Node], chain: Chain, at: int) -> bool:
        """Whether the chain's last word governs the one at `at`: nobody is named and no clause begins between."""
        entry = chain.entries[-1]
        governor = entry.get("governs")
        if governor is None or governor == "none":
            return False
        between = nodes[chain.nodes[-1] + 1 : at]
        named = [
            n for n in between
            if n.kind in (NodeKind.PERSON, NodeKind.CLUB)
            and not (n.owner and n.kind is NodeKind.PERSON and n.people[0].pronoun)
            and not (governor in ("deny", "refuse") and n.kind is NodeKind.CLUB and n.clubs[0].pronoun)
            and not (governor in ("drop", "refuse") and n.kind is NodeKind.PERSON and n.people[0].pronoun)
        ]  # fmt: skip
        if named:
            if (
                len(named) == 1
                and (
                    named[0].owner
                    or (
                        named[0] is between[-1]
                        and named[0].role is None
                        and any(e.get("noun") for e in nodes[at].entries)
                    )
                )
                and named[0].kind is NodeKind.CLUB
                and governor in ("refuse", "drop", "deny", "accept", "complete")
            ):
                return len(between) <= CHAIN_GAP
            partner = len(named) == 1 and named[0].role == "partner" and governor in ("agree", "talk")
            if partner and any(e.get("frame") == "renew" for e in nodes[at].entries):
                return len(between) <= CHAIN_GAP  # "mit dem Klub auf eine Verlängerung verständigt"
            to = between[-1].has("prep", "goal") or (governor == "refuse" and between[-1].has("prep", "source"))
            bare = entry.get("control") == "object" and any(e.form == "base" for e in nodes[at].entries)
            direct = all(n is named[0] or n.key == "," or n.kind is NodeKind.WORD for n in between)
            if len(named) > 1 or len(between) > CHAIN_GAP or not (to or (bare and direct)):
                return False  # "let El Ghazi leave", "persuade him to leave"
            return entry.get("control") == "object" or governor in ("plan", "talk", "agree")
        if len(between) > CHAIN_GAP:
            return False
        return not any(
            n.key in (",", ";", ":", ".", "(", ")", "“", "”", '"') or not n.categories.isdisjoint(_PARTING)
            for n in between
        )

    def _is_purpose(self, nodes: list[Node], last: int, at: int) -> bool:
        """ "made a bid to sign", "talks with Watford to sign": the step that an earlier one in the clause serves."""
        infinitive = at > 0 and nodes[at - 1].has("prep") and any(e.form == "inf" for e in nodes[at].entries)
        if at == 0 or not (self._after(nodes, at, "prep", "goal") or infinitive):
            low = at - 1 - (at > 1 and nodes[at - 1].has("articles"))
            serves = self.elliptic and any(e.get("noun") for e in nodes[at].entries) and nodes[low].key in self.purposes
            return at > 0 and (nodes[low].has("prep", "about") or serves)
        return not any(n.key in (";", ":", ".") or n.has("breaks") for n in nodes[last + 1 : at])

    def _event(self, nodes: list[Node], chain: Chain, sentence: int) -> Event | None:
        if len(chain.entries) > 1 and chain.entries[-1].get("light"):
            chain.nodes.pop()
            chain.entries.pop()
        core = chain.entries[-1]
        frame = core.attributes["frame"]
        if frame == "none" or not self._has_needed(nodes, chain.nodes[-1], core) or self._is_of_old(nodes, chain, core):
            return None
        governors = tuple(e.get("governs") for e in chain.entries[:-1])
        head, tail = nodes[chain.nodes[0]], nodes[chain.nodes[-1]]
        stage = self._stage(nodes, chain, core, governors)
        event = Event(
            frame,
            stage,
            (min(head.start, tail.start), max(head.end, tail.end)),
            sentence,
            chain.nodes[0],
            core,
            governors=governors,
        )
        event.deal = next((e.get("deal") for e in chain.entries if e.get("deal")), None)
        if core.form == "past" and "past_tense_is_history" in self.language.words["switches"]:
            event.frame = "none"
        event.negated = self._negated(nodes, chain)
        event.passive = self._passive(nodes, chain, core)
        event.previous = any(n.key in self.previous for n in nodes[max(0, chain.nodes[0] - 3) : chain.nodes[-1]])
        event.background = self._background(nodes, chain.nodes[0])
        event.after = event.background and any(
            n.key in self.language.words.get("career_openers", ())
            for n in nodes[max(0, chain.nodes[0] - 3) : chain.nodes[0]]
        )
        if event.background and event.stage not in ENDS and self._is_ahead(nodes, chain.nodes[0]):
            event.stage = Stage.INTEREST
        if event.background and frame == "renew" and core.form == "ing" and not governors:
            event.stage = Stage.DONE
        if event.negated and "talk" in governors:
            pass  # "talks are not progressing" are talks
        elif event.negated and not {"refuse", "drop", "deny"}.isdisjoint(governors):
            event.stage = Stage.INTEREST
        elif event.negated:
            if core.get("negatable") is False:
                event.frame = "none"
            elif frame == "renew" and core.form in ("past", "pp") and not governors:
                event.stage = Stage.INTEREST  # "has not signed a new contract" so far
            elif frame in NEGATED:
                event.stage = NEGATED[frame]
            elif frame == "stay":
                event.frame, event.negated = "leave", False
            elif frame == "leave":
                event.stage = Stage.ADVANCED if "sure" in governors else Stage.INTEREST
            elif frame == "withdraw" and not core.form.startswith("pp"):
                event.stage, event.frame = Stage.INTEREST, "pursue"  # "have not given up on"
            elif frame in ("reject", "withdraw", "deny"):
                event.stage = Stage.INTEREST
                event.frame = "none"
            elif frame in ("bid", "agree", "offer_contract"):
                event.stage = Stage.INTEREST
            elif frame == "keep":
                event.stage = Stage.REJECTED
        return event

    def _is_of_old(self, nodes: list[Node], chain: Chain, core: Entry) -> bool:
        """ "Neymar's 2017 switch to PSG": a step of a past year."""
        figure = nodes[chain.nodes[0] - 1].value if chain.nodes[0] else None
        day = self.resolver.day
        if not core.get("noun") or day is None or not isinstance(figure, Figure) or figure.kind is not ItemKind.DATE:
            return False
        return bool(figure.date) and str(figure.date)[:4] < str(day.year)

    def _has_needed(self, nodes: list[Node], at: int, core: Entry) -> bool:
        """ "send X out on loan": a verb that is a step only with certain words behind its object."""
        needed = core.get("behind")
        if needed is None:
            return True
        for node in nodes[at + 1 :]:
            if node.kind is NodeKind.EVENT or node.key in (";", "."):
                return False
            if node.key in needed:
                return True
        return False

    def _is_ahead(self, nodes: list[Node], at: int) -> bool:
        """ "before making an offer": what is yet to come."""
        return any(n.key in self.language.words["ahead"] for n in nodes[max(0, at - 3) : at])

    def _stage(self, nodes: list[Node], chain: Chain, core: Entry, governors: tuple[str, ...]) -> Stage | None:
        name = core.get("core")
        if name is None:
            return None
        if governors.count("refuse") > 1 or ("doubt" in governors and governors[-1] == "refuse"):
            return Stage.INTEREST  # "has refused to rule out a move"
        if governors:
            stage = Stage(name)
        elif (
            core.get("noun")
            or core.form in ("ing", "inf")
            or not core.form
            or self._after_infinitive(nodes, chain, core)
        ):
            stage = Stage(core.get("bare") or name)
            if (
                core.form == "ing"
                and stage is Stage.INTEREST
                and name in ("done", "advanced")
                and self._after_be(nodes, chain.nodes[0])
            ):
                stage = Stage.ADVANCED
            elif core.form == "ing" and self._is_means(nodes, chain.nodes[0]):
                stage = Stage(name)
        elif (
            core.form == "base"
            and self._after(nodes, chain.nodes[0], "conjunctions")
            and self._infinitive_before(nodes, chain)
        ):
            stage = Stage(core.get("bare") or name)
        elif core.form == "base" and self._after(nodes, chain.nodes[0], "prep", "goal"):
            if core.attributes["frame"] == "agree" and not self._is_headline_future(nodes, chain.nodes[0]):
                return Stage.INTEREST  # "a plea to come to an agreement with"
            stage = (
                Stage.ADVANCED
                if name in ("done", "agreed") and self._is_headline_future(nodes, chain.nodes[0])
                else Stage(core.get("bare") or name)
            )
        else:
            stage = Stage(name)
        mood = MOODS.get(core.form)
        if core.form == "cond" and self._is_reported(nodes, chain.nodes[0]):
            mood = MOODS["future"]
        elif core.form == "cond" and name in _SAID and "conditional_is_hearsay" in self.language.words["switches"]:
            mood = None
        for governor in reversed((*governors, mood) if mood is not None else governors):
            stage = govern(governor, stage)
        if governors[-1:] == ("sure",) and core.get("sure"):
            return Stage(core.get("sure"))
        if stage is Stage.DONE and self._after_when(nodes, chain):
            return Stage.AGREED
        return stage

    def _is_means(self, nodes: list[Node], at: int) -> bool:
        """ "have broken the record by signing X": done, where what it is done by is no plan."""
        if at == 0 or nodes[at - 1].key not in self.language.words.get("means", ()):
            return False
        clause = nodes[: at - 1]
        return any(n.has("have") for n in clause) and not any(e.get("governs") for n in clause for e in n.entries)

    def _is_reported(self, nodes: list[Node], at: int) -> bool:
        """ "a annoncé qu'il quitterait": behind "that" the conditional is the future of what was said in the past."""
        before = nodes[max(0, at - 3) : at]
        return any(n.key in self.language.words.get("that_words", frozenset()) for n in before)

    def _after_infinitive(self, nodes: list[Node], chain: Chain, core: Entry) -> bool:
        """ "di essere ceduto": the passive of an infinitive states nothing yet."""
        at = chain.nodes[0]
        return core.form == "pp" and at > 0 and nodes[at - 1].key in self.infinitives

    def _infinitive_before(self, nodes: list[Node], chain: Chain) -> bool:
        """ "in order to leave Arsenal and join Corinthians": the second verb is an infinitive as the first one is."""
        for at in range(chain.nodes[0] - 1, 0, -1):
            if nodes[at].kind is NodeKind.EVENT:
                return nodes[at - 1].has("prep", "goal") and any(e.form == "base" for e in nodes[at].entries)
        return False

    def _after_when(self, nodes: list[Node], chain: Chain) -> bool:
        """ "when he completes his move": a settled future."""
        form = chain.entries[0].form
        if form not in ("third", "base"):
            return False
        before = nodes[max(0, chain.nodes[0] - 3) : chain.nodes[0]]
        return any(n.has("breaks") and n.key in self.language.words["settling"] for n in before)

    def _is_headline_future(self, nodes: list[Node], at: int) -> bool:
        """ "Chelsea to sign X": an infinitive right after its subject."""
        told = at > 2 and nodes[at - 3].has("event:inform")  # "has told Tottenham to sign X"
        named = at >= 2 and nodes[at - 2].kind in (NodeKind.CLUB, NodeKind.PERSON)
        return named and nodes[at - 2].role is None and not told

    def _after(self, nodes: list[Node], at: int, category: str, name: str | None = None) -> bool:
        if at == 0:
            return False
        before = nodes[at - 1]
        ends_with = before.kind is NodeKind.EVENT and " " in before.key and category == "prep" and name is not None
        if ends_with and self.language.preposition_roles.get(before.key.rsplit(" ", 1)[-1]) == name:
            return True  # "made a final offer to" + "sign"
        return before.has(category, name)

    def _after_be(self, nodes: list[Node], at: int) -> bool:
        before = self._before_words(nodes, at)
        return before is not None and before.has("be")

    def _before_words(self, nodes: list[Node], at: int) -> Node | None:
        """The node before `at`, behind at most two plain words."""
        low = at - 1
        while low >= 0 and nodes[low].kind is NodeKind.WORD and at - low < 3:
            low -= 1
        return nodes[low] if low >= 0 else None

    def _negated(self, nodes: list[Node], chain: Chain) -> bool:
        inside = nodes[chain.nodes[-1]].key.split()[1:-1]
        if (
            inside
            and chain.entries[-1].attributes["frame"] in NEGATED
            and not self.language.negations.isdisjoint(inside)
        ):
            return True  # "have no interest in"
        low = chain.nodes[0] - 1
        seen = 0
        while low >= 0 and seen < 3:
            node = nodes[low]
            if node.key in self.language.negations:
                return True
            if node.kind in (NodeKind.PERSON, NodeKind.CLUB, NodeKind.EVENT) or node.key in (",", ".", ";"):
                break
            if node.has("background"):
                break
            seen += 1
            low -= 1
        for first, second in zip(chain.nodes, chain.nodes[1:], strict=False):
            if any(n.key in self.language.negations for n in nodes[first + 1 : second]):
                return True
        return False

    def _passive(self, nodes: list[Node], chain: Chain, core: Entry) -> bool:
        if core.form not in ("pp", "past", "third", "base") or core.get("unaccusative"):
            return False
        head = chain.nodes[-1]
        if core.form != "pp" and not any(e.form == "pp" for e in nodes[head].entries):
            return False
        if core.form in ("third", "base"):  # "verpflichtet" is both: a participle behind a form of "be"
            follow = nodes[head + 1] if head + 1 < len(nodes) else None
            named = follow is not None and follow.kind in (NodeKind.PERSON, NodeKind.CLUB) and follow.role is None
            if core.form == "base" and named:
                return False  # "wird den Klub verlassen": the infinitive has an object
            return self._after(nodes, head, "be") and nodes[head - 1].key not in self.infinitives
        told = head > 1 and nodes[head - 1].key == "," and nodes[head - 2].kind is NodeKind.PERSON
        if self.elliptic and core.form == "pp" and len(chain.nodes) == 1 and told and FRAMES[core.get("frame")].object:
            return FRAMES[core.get("frame")].object == "player"  # "Dybala, cercato a lungo dal Galatasaray,"
        if len(chain.nodes) > 1 and not self._after(nodes, head, "be"):
            return False
        before = self._before_words(nodes, head)
        if before is not None and (before.has("be") or before.has("have")):
            return before.has("be")
        follow = nodes[head + 1] if head + 1 < len(nodes) else None
        return follow is not None and follow.has("prep", "agent")

    def _background(self, nodes: list[Node], at: int) -> bool:
        """ "following his move to Milan", "after leaving Spurs": what lies behind the news."""
        for node in reversed(nodes[max(0, at - 3) : at]):
            if node.has("background"):
                return True
            if node.kind in (NodeKind.CLUB, NodeKind.EVENT) or (node.kind is NodeKind.PERSON and not node.owner):
                return False
        return False
