"""Terms of a claim: deal, fee, contract and price facts, until when; each bound to the step that takes it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from mercato.extraction.amounts import Amount, distance
from mercato.extraction.coreference import Being, Resolver
from mercato.extraction.draft import LOANS, Draft
from mercato.extraction.items import Figure, Item, ItemKind
from mercato.extraction.languages import Language
from mercato.extraction.nodes import Mark, Node, NodeKind
from mercato.extraction.term_dates import TermDates
from mercato.extraction.term_tools import index_after, is_money, is_paid, may_play
from mercato.model import ClaimKind, Deal, EvidenceRole, Money

Span = tuple[int, int]
NEAR = 12
# Roles of the prepositions before the club that somebody has a contract with.
_HELD_BY = frozenset({"partner", "place", "goal", "of"})
# Frames whose words may hold the contract that is signed: "a paraphé un contrat".
_SIGNINGS = frozenset({"renew", "offer_contract", "agree", "join", "acquire"})
REACH = 90  # characters between the words for a price and its figure

SIGNED = 45  # characters between the words of a contract and those by which it is signed


class TermReader(TermDates):
    """Reads the terms of one document's sentences."""

    def __init__(self, language: Language, resolver: Resolver, day: date | None, text: str) -> None:
        self.resolver = resolver
        self.day = day
        self.text = text
        self.roles = language.preposition_roles
        self.lowering = language.words.get("lowering", frozenset())
        self.until_words = language.words.get("until_words", frozenset())
        self.no_fee = language.words.get("no_fee_after", frozenset())
        self.fresh = language.words.get("fresh_contract_words", frozenset())
        self.elliptic = "dropped_subjects" in language.words["switches"]
        # A sentence in which one of these stands tells of no running contract.
        self.no_fact = {"new", "expired"} if self.elliptic else {"new"}
        self.asides = language.words.get("money_asides", frozenset())

    # Contracts and prices

    def contracts(self, nodes: list[Node], marks: list[Mark], sentence: int, topic: Being | None) -> Iterator[Draft]:
        """Contract facts of the sentence: person and the year or month in which the contract ends."""
        seen: set[tuple[int, str]] = set()
        signed = [m for m in marks if m.entry.category == "contracts" and m.entry.name in self.no_fact]
        for mark in marks:
            if mark.entry.category != "contracts":
                continue
            if mark.entry.name == "expired":
                self._left(nodes, mark, topic)
            fresh = any(mark.start - m.end < SIGNED and m.start - mark.end < SIGNED for m in signed)
            if fresh or mark.entry.name == "expired":
                continue
            at = index_after(nodes, mark.end)
            if self._is_new(nodes, mark):
                continue
            bound = mark.entry.name == "bound"
            found = self._bound_date(nodes, at) if bound else self.near_date(nodes, at - 1)
            found = found or self._date_inside(nodes, mark)
            if found is None and mark.entry.name == "out":
                found = self._final_year(mark)
            if found is None:
                continue
            for being in self._owners(nodes, mark.start, topic):
                if being.role == "official" or (id(being), found[0]) in seen:
                    continue
                seen.add((id(being), found[0]))
                self._note_holder(nodes, mark, found[1][0], being)
                draft = Draft(ClaimKind.CONTRACT, being, None, None, sentence)
                draft.until = found[0]
                draft.owned = not self.fresh or not set(mark.key.split()) <= self.fresh
                draft.spans = [
                    (EvidenceRole.TRIGGER, (mark.start, mark.end)),
                    (EvidenceRole.PERSON, self._person_span(nodes, mark.start, being)),
                    (EvidenceRole.UNTIL, found[1]),
                ]
                yield draft

    def _bound_date(self, nodes: list[Node], at: int) -> tuple[str, Span] | None:
        """ "Vertrag in Mainz noch bis 2027": the first date behind a word that says up to when."""
        for index in range(max(at, 1), min(at + NEAR, len(nodes))):
            if nodes[index].key in (".", ";", ":"):
                break
            if nodes[index - 1].key in self.until_words and (found := self.date_at(nodes, index)) is not None:
                return found
        for index in range(min(at, len(nodes)) - 1, max(at - NEAR, 0), -1):
            if nodes[index].key in (".", ";", ":"):
                break
            if nodes[index - 1].key in self.until_words and (found := self.date_at(nodes, index)) is not None:
                return found
        return None

    def _date_inside(self, nodes: list[Node], mark: Mark) -> tuple[str, Span] | None:
        """ "bis 2027 unter Vertrag": the date stands inside the words for the contract."""
        inside = (at for at, n in enumerate(nodes) if mark.start <= n.start < mark.end)
        return next((found for at in inside if (found := self.date_at(nodes, at)) is not None), None)

    def _note_holder(self, nodes: list[Node], mark: Mark, end: int, being: Being) -> None:
        """ "il contratto di Skriniar con l'Inter scade": the club that the contract is with."""
        for node in nodes if not being.current else ():
            if node.kind is NodeKind.CLUB and mark.start <= node.start < end and node.role in _HELD_BY:
                name = node.clubs[0].settled
                if name is not None:
                    being.at(name, (node.start, node.end))
                    return

    def _left(self, nodes: list[Node], mark: Mark, topic: Being | None) -> None:
        """ "after his contract with Palace expired": the club that the person comes from."""
        for node in nodes:
            if node.kind is NodeKind.CLUB and mark.start - 5 <= node.start < mark.end + 12:
                name = node.clubs[0].settled
                for being in self._owners(nodes, mark.start, topic)[:1]:
                    if name is not None and not being.current:
                        being.at(name, (node.start, node.end))

    def _is_new(self, nodes: list[Node], mark: Mark) -> bool:
        """A contract that is yet to be signed is no fact: it stands inside the words of a renewal or an offer."""
        return any(
            n.kind is NodeKind.EVENT and n.start <= mark.start and mark.start < n.end
            and any(e.attributes.get("frame") in _SIGNINGS for e in n.entries)
            for n in nodes
        )  # fmt: skip

    def _final_year(self, mark: Mark) -> tuple[str, Span] | None:
        """ "the final year of his contract": it ends with the season that is running or about to."""
        if self.day is None or not mark.entry.get("final"):
            return None
        return str(self.day.year + (self.day.month >= 5)), (mark.start, mark.end)

    def _owners(self, nodes: list[Node], start: int, topic: Being | None) -> list[Being]:
        """Whose contract it is: the nearest person to the left, else the next one, else the one spoken of."""
        before = [n for n in nodes if n.kind is NodeKind.PERSON and n.start < start]
        after = [n for n in nodes if n.kind is NodeKind.PERSON and n.start >= start]
        for node in (*reversed(before), *(() if self.elliptic and topic is not None else after)):
            if all(m.plural and m.pronoun for m in node.people):
                return [b for b in self.resolver.recent[-2:] if b.role == "player"]
            beings = [b for m in node.people if (b := m.being) is not None and b.role != "official"]
            if beings:
                return beings
        return [topic] if topic is not None else []

    def _person_span(self, nodes: list[Node], start: int, being: Being) -> Span:
        for node in reversed(nodes):
            for mention in node.people:
                if mention.start < start and mention.being is being:
                    return mention.start, mention.end
        return being.first

    def amounts(self, items: list[Item]) -> list[Amount]:
        """The amounts of money of a sentence; wages and the same amount in another currency are left out."""
        found: list[Amount] = []
        for at, item in enumerate(items):
            figure = item.value
            if item.kind is not ItemKind.MONEY or not isinstance(figure, Figure) or figure.money is None or figure.word:
                continue
            before = items[at - 1].key if at else ""
            if any(items[k].key in self.no_fee for k in range(max(0, at - 3), at)):
                continue  # "a salary of £30m a year"
            if before == "(" and at >= 2 and items[at - 2].kind is ItemKind.MONEY:
                continue  # "50m euros (£42m)"
            follow = items[at + 1].key if at + 1 < len(items) else ""
            roles = self.roles
            if roles.get(before) == "source" and roles.get(follow) == "goal" and is_money(items, at + 2):
                continue  # "from £35m to £24m": the second figure holds
            money = figure.money
            if before in self.lowering and money.low != money.high:
                money = Money(money.high, money.high, money.currency)  # "by £20m to £88m" is no range
            after = {item.key for item in items[at + 1 : at + 3]}
            aside = follow == "-" or not after.isdisjoint(self.asides) or self._is_of_old(items, at)
            found.append(Amount(money, (figure.start, figure.end), aside))
        return found

    def _is_of_old(self, items: list[Item], at: int) -> bool:
        """ "arrivato nel 2018 per 25 milioni": a sum of a year gone by, in the same clause."""
        for step in (-1, 1):
            for index in range(at + step, at + 8 * step, step):
                if not 0 <= index < len(items) or items[index].key in (",", ";", ":", "(", ")", "."):
                    break
                figure = items[index].value
                if items[index].kind is ItemKind.MONEY:
                    break
                if items[index].kind is ItemKind.DATE and isinstance(figure, Figure) and figure.date and self.day:
                    return not figure.date.startswith("X") and int(figure.date[:4]) < self.day.year
        return False

    def prices(
        self, nodes: list[Node], amounts: list[Amount], marks: list[Mark], sentence: int, topic: Being | None
    ) -> Iterator[Draft]:
        """Asking prices, valuations and clauses of the sentence."""
        used: set[int] = set()
        for mark in marks:
            if mark.entry.category != "prices" or mark.entry.name == "cost":
                continue
            found = self._money_near(amounts, mark, used)
            if found is None or is_paid(nodes, mark):
                continue
            money, span = found
            used.add(span[0])
            for being in self._priced(nodes, mark.start, topic)[:1]:
                self._note_seller(nodes, mark, being)
                draft = Draft(ClaimKind.PRICE, being, None, None, sentence)
                draft.fee = money
                draft.spans = [
                    (EvidenceRole.TRIGGER, (mark.start, mark.end)),
                    (EvidenceRole.PERSON, self._person_span(nodes, span[0], being)),
                    (EvidenceRole.FEE, span),
                ]
                yield draft

    def _note_seller(self, nodes: list[Node], mark: Mark, being: Being) -> None:
        """Who asks a price has the player: the club that is the subject; who is paid has him too."""
        if being.current:
            return
        if mark.entry.name == "paid":
            clubs = [n for n in nodes if n.kind is NodeKind.CLUB and n.start >= mark.end - 1]
        else:
            clubs = [
                n
                for n in nodes
                if n.kind is NodeKind.CLUB and n.start < mark.start and n.role in (None, "agent", "partner")
            ]
            clubs.reverse()
            clubs = [c for c in clubs if not _is_parted(nodes, c, mark)]
            holders = ("partner", "place", "of") if mark.entry.name == "clause" else ()
            clubs = clubs or [n for n in nodes if n.kind is NodeKind.CLUB and n.role in holders]
        for node in clubs[:1]:
            for mention in node.clubs[:1]:
                name = mention.settled
                if name is not None:
                    being.at(name, (mention.start, mention.end), 2)

    def _money_near(self, amounts: list[Amount], mark: Mark, used: set[int]) -> tuple[Money, Span] | None:
        best: tuple[int, Amount] | None = None
        for amount in amounts:
            start, end = amount.span
            if start in used:
                continue
            distance = start - mark.end if start >= mark.start else 2 * (mark.start - end)
            if distance <= REACH and (best is None or distance < best[0]):
                best = (distance, amount)
        return (best[1].money, best[1].span) if best else None

    def _priced(self, nodes: list[Node], start: int, topic: Being | None) -> list[Being]:
        named = [
            (abs(mention.start - start) * (2 if self._parted(nodes, start, mention.start) else 1), being)
            for node in nodes
            for mention in node.people
            if (being := mention.being) is not None and being.role == "player" and may_play(being)
        ]
        if named:
            return [min(named, key=lambda pair: pair[0])[1]]
        return [topic] if topic is not None else []

    def _parted(self, nodes: list[Node], start: int, end: int) -> bool:
        """Whether a comma or a bracket parts the words for a price from somebody named behind them."""
        return any(start <= n.start < end and n.key in (",", ")", ";", ":") for n in nodes)

    # Deal and fee of the steps

    def bind(self, nodes: list[Node], amounts: list[Amount], marks: list[Mark], drafts: list[Draft]) -> None:
        """Gives the drafts of a sentence the deal, the fee and the end that it names."""
        if drafts:
            self._bind_until(nodes, marks, drafts)
        steps = [d for d in drafts if d.kind in (ClaimKind.MOVE, ClaimKind.EXIT)]
        if not steps:
            return
        self._bind_fees(amounts, marks, steps, drafts)
        self._bind_deals(marks, steps)

    def _is_parted(self, draft: Draft, amount: Amount) -> bool:
        """Whether a semicolon stands between a step and a sum."""
        if draft.event is None:
            return False
        low, high = sorted((draft.event.span, amount.span))
        return ";" in self.text[low[1] : high[0]]

    def _bind_until(self, nodes: list[Node], marks: list[Mark], drafts: list[Draft]) -> None:
        """ "until June 2029": the end of a new contract for who stays, of the loan for who moves on loan."""
        for at, node in enumerate(nodes):
            if node.key.rsplit(" ", 1)[-1] not in self.until_words:
                continue
            for index in range(at + 1, min(at + 4, len(nodes))):
                found = self.date_at(nodes, index)
                if found is None:
                    continue
                loan = any(m.entry.category == "deal" and m.entry.name.startswith("loan") for m in marks)
                contract = any(m.entry.category == "contracts" and m.start <= node.start for m in marks)
                for draft in drafts:
                    club = draft.club if draft.kind is ClaimKind.MOVE else None
                    settled = club is not None and self.resolver.is_settled_at(draft.being, club)
                    ends = (
                        settled
                        or draft.kind is ClaimKind.STAY
                        or (draft.kind is ClaimKind.MOVE and not contract and (loan or draft.deal in LOANS))
                    )
                    if ends and draft.until is None:
                        draft.until = found[0]
                        draft.spans.append((EvidenceRole.UNTIL, found[1]))
                return

    def _bind_fees(self, amounts: list[Amount], marks: list[Mark], steps: list[Draft], drafts: list[Draft]) -> None:
        taken = {
            span[0] for d in drafts if d.kind is ClaimKind.PRICE for role, span in d.spans if role is EvidenceRole.FEE
        }
        quoted = {m.end for m in marks if m.entry.category == "prices" and m.entry.name in ("paid", "quoted")}
        for amount in amounts:
            start, end = amount.span
            if amount.aside or (start in taken and not any(0 <= start - q <= REACH for q in quoted)):
                continue
            near = [d for d in steps if not self._is_parted(d, amount)]
            if not near:
                continue
            nearest = min(near, key=lambda d: distance(d, amount.span))
            for draft in near:
                if (
                    draft.fee is None
                    and draft.event is not None
                    and nearest.event is not None
                    and draft.event.span == nearest.event.span
                ):
                    draft.fee = amount.money
                    draft.spans.append((EvidenceRole.FEE, (start, end)))

    def _bind_deals(self, marks: list[Mark], steps: list[Draft]) -> None:
        deals = [mark for mark in marks if mark.entry.category == "deal"]
        found = [
            (m, m.entry.name)
            for m in deals
            if not any(o.start < m.start and m.end <= o.end for o in deals)
            and not any(o.entry.name == "past" and o.start <= m.start and m.end <= o.end for o in deals)
        ]
        names = {name for _, name in found}
        if {"loan", "permanent"} <= names and self._turns_permanent(found):
            names.discard("loan")  # "make his loan deal permanent"
        deal = self._deal(names)
        several = len({id(d.being) for d in steps}) > 1 and "swap" not in names
        several = several and (len({n for _, n in found}) > 1 or any(d.fee is not None for d in steps))
        for draft in steps:
            chosen = self._deal({n for m, n in found if self._is_nearest(m, draft, steps)}) if several else deal
            if chosen is None and draft.fee is not None:
                chosen = Deal.PERMANENT
            refined = draft.deal is Deal.LOAN and chosen in (Deal.LOAN_OPTION, Deal.LOAN_OBLIGATION)
            if chosen is None or (draft.deal is not None and not refined):
                continue
            draft.deal = chosen
            mark = next((m for m, name in found if name == chosen.value or name in ("loan", "swap")), None)
            if mark is not None:
                draft.spans.append((EvidenceRole.DEAL, (mark.start, mark.end)))

    def _is_nearest(self, mark: Mark, draft: Draft, steps: list[Draft]) -> bool:
        """Whether of the steps about several people this one, or one told with the same words, is nearest."""
        nearest = min(steps, key=lambda d: distance(d, (mark.start, mark.end)))
        return draft.being is nearest.being or (
            draft.event is not None and nearest.event is not None and draft.event.span == nearest.event.span
        )

    def _turns_permanent(self, found: list[tuple[Mark, str]]) -> bool:
        """Whether the loan is named before what it becomes."""
        first = {name: min(m.start for m, n in found if n == name) for name in ("loan", "permanent")}
        return first["loan"] < first["permanent"]

    def _deal(self, names: set[str]) -> Deal | None:
        if "not_sure" in names or {"loan", "permanent"} <= names:
            return None
        for name in ("swap", "loan+obligation", "loan+option", "free", "loan", "permanent"):
            if name in names:
                return Deal(name)
        return None


def _is_parted(nodes: list[Node], club: Node, mark: Mark) -> bool:
    """ "Spurs are keen on signing Andersen, who is valued at": who does something else first asks no price."""
    between = [n for n in nodes if club.end <= n.start and n.end <= mark.start]
    steps = any(n.kind is NodeKind.EVENT and any(e.get("core") for e in n.entries) for n in between)
    return steps and any(n.kind is NodeKind.PERSON for n in between)
