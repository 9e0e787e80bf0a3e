"""Further terms of a claim: what amounts pay for, costs without an amount, pay, length, sell-on, when, how sure.

Each is bound to the step of a transfer that stands nearest to its words; a step that lies behind takes none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from mercato.extraction.amounts import Amount
from mercato.extraction.draft import Draft
from mercato.extraction.events import Event
from mercato.extraction.items import Figure, Item, ItemKind
from mercato.extraction.languages import Language
from mercato.extraction.nodes import Mark, Node
from mercato.extraction.scene import times_of
from mercato.extraction.times import Time, figure_in
from mercato.model import (
    Certainty,
    ClaimKind,
    Deal,
    EvidenceRole,
    Money,
    MoneyKind,
    Span,
    Stage,
    Terms,
    Timing,
    Wage,
)

Range = tuple[int, int]
KIND_REACH = 30  # characters between an amount and the words for what it pays for
WHEN_REACH = 120  # between a step and its window
HEDGE_REACH = 30  # between a step and the words that make it uncertain
SELL_ON_REACH = 40
CONTRACT_REACH = 40  # between a contract and the date on which it ends
AMOUNT_AFTER = 14  # "a club-record fee of £50m" names its amount
_CUES = frozenset({"costs", "lengths", "sell_on", "when", "seasons", "speculation", "reporting"})
_FIGURES = frozenset({ItemKind.MONEY, ItemKind.PERCENT, ItemKind.DATE})
_STEPS = (ClaimKind.MOVE, ClaimKind.EXIT, ClaimKind.STAY)
_SURENESS = (Certainty.ASKED, Certainty.SPECULATED, Certainty.REPORTED, Certainty.FACT)
_TERM_ROLES = frozenset(
    {EvidenceRole.COST, EvidenceRole.WAGE, EvidenceRole.LENGTH, EvidenceRole.SELL_ON, EvidenceRole.WHEN}
)


@dataclass(frozen=True, slots=True)
class Said:
    """What one sentence offers: its items and nodes, phrases, sums, steps, and those steps that are career facts."""

    items: list[Item]
    nodes: list[Node]
    marks: list[Mark]
    amounts: list[Amount]
    events: list[Event]
    told: list[Event]
    question: bool

    def group(self, *categories: str) -> list[Mark]:
        """The phrases of these categories."""
        return [m for m in self.marks if m.entry.category in categories]


def _gap(one: Range, other: Range) -> int:
    """Characters between two runs of text, 0 where they meet."""
    return max(one[0] - other[1], other[0] - one[1], 0)


class ExtrasReader:
    """Reads the further terms in one document's sentences."""

    def __init__(self, language: Language, day: date | None, text: str) -> None:
        self.day = day
        self.text = text
        words = language.words
        self.openers = words.get("cost_openers", frozenset())
        self.links = words.get("cost_links", frozenset())
        self.net = words.get("net", frozenset())
        self.gross = words.get("gross", frozenset())

    def mark_wages(self, items: list[Item], marks: list[Mark]) -> None:
        """Notes the period of sums that are pay and don't show it themselves: "€5m net per season"."""
        for mark in marks:
            if mark.entry.category == "wages":
                figure = figure_in(items, mark.start, mark.end, ItemKind.MONEY)
                if figure is not None:
                    figure.word = figure.word or mark.entry.name

    def bind(self, said: Said, drafts: list[Draft]) -> None:
        """Gives the drafts of a sentence what else it says of them."""
        if not drafts:
            return
        for draft in drafts:
            if draft.kind is ClaimKind.PRICE and draft.fee is not None:
                self._price_kind(said, draft)
        if said.question:
            for draft in drafts:
                draft.certainty = Certainty.ASKED
        steps = [d for d in drafts if d.kind in _STEPS and d.event is not None]
        if not steps or (
            _CUES.isdisjoint({m.entry.category for m in said.marks})
            and _FIGURES.isdisjoint({i.kind for i in said.items})
        ):
            return
        self._sums(said, steps, drafts)
        self._costs(said, steps)
        self._wages(said, steps)
        self._lengths(said, steps)
        self._sell_on(said, steps)
        self._when(said, steps, drafts)
        self._hedges(said, steps)

    # Which step

    def _owners(self, said: Said, span: Range, steps: list[Draft], strict: bool = False) -> list[Draft]:
        """The drafts of the step nearest to the words: none where that step lies behind, or (`strict`) has no draft."""
        if not said.events:
            return []
        event = min(said.events, key=lambda e: _gap(e.span, span))
        own = [d for d in steps if d.event is not None and d.event.span == event.span]
        if own or strict or any(event is other for other in said.told):
            return own
        spans = [d.event.span for d in steps if d.event is not None]
        nearest = min(spans, key=lambda other: _gap(other, span))
        return [d for d in steps if d.event is not None and d.event.span == nearest]

    # Money

    def _kind(self, said: Said, amount: Amount, default: MoneyKind) -> MoneyKind:
        """What an amount pays for, by the nearest words for that with no other amount between."""
        best: tuple[int, str] | None = None
        for mark in said.group("money_kinds"):
            span = (mark.start, mark.end)
            gap = _gap(span, amount.span)
            low, high = min(span[1], amount.span[1]), max(span[0], amount.span[0])
            between = any(low <= other.span[0] < high and other is not amount for other in said.amounts)
            if gap <= KIND_REACH and not between and (best is None or gap < best[0]):
                best = (gap, mark.entry.name)
        return MoneyKind(best[1]) if best else default

    def _price_kind(self, said: Said, draft: Draft) -> None:
        span = next((span for role, span in draft.spans if role is EvidenceRole.FEE), None)
        amount = next((a for a in said.amounts if a.span == span), None)
        if amount is not None and draft.fee is not None:
            draft.fee = replace(draft.fee, kind=self._kind(said, amount, MoneyKind.ASKING_PRICE))
            draft.terms = replace(draft.terms, amounts=(draft.fee,))

    def _sums(self, said: Said, steps: list[Draft], drafts: list[Draft]) -> None:
        prices = {
            span for d in drafts if d.kind is ClaimKind.PRICE for role, span in d.spans if role is EvidenceRole.FEE
        }
        for amount in said.amounts:
            if amount.aside:
                continue
            takers = [d for d in steps if d.fee is amount.money]
            if not takers and amount.span in prices:
                continue
            for draft in takers or self._owners(said, amount.span, steps):
                loan = draft.deal is Deal.LOAN
                kind = self._kind(said, amount, MoneyKind.LOAN_FEE if loan else MoneyKind.FEE)
                money = replace(amount.money, kind=kind)
                if draft in takers:
                    draft.fee = money
                else:
                    draft.spans.append((EvidenceRole.FEE, amount.span))
                draft.terms = replace(draft.terms, amounts=(*draft.terms.amounts, money))

    def _costs(self, said: Said, steps: list[Draft]) -> None:
        """Each step takes the cost whose words stand nearest to it."""
        nearest: dict[int, tuple[int, Draft, Range]] = {}
        for span in self._cost_phrases(said):
            for draft in self._owners(said, span, steps):
                gap = _gap(draft.event.span, span) if draft.event is not None else 0
                if id(draft) not in nearest or gap < nearest[id(draft)][0]:
                    nearest[id(draft)] = (gap, draft, span)
        for _, draft, (start, end) in nearest.values():
            if draft.fee is None and draft.terms.cost is None:
                draft.terms = replace(draft.terms, cost=self.text[start:end])
                draft.spans.append((EvidenceRole.COST, (start, end)))

    def _cost_phrases(self, said: Said) -> list[Range]:
        """The words for a cost, those joined by "or" as one, with the small words that belong to them."""
        found: list[list[int]] = []
        for mark in said.group("costs"):
            if any(0 <= a.span[0] - mark.end <= AMOUNT_AFTER for a in said.amounts):
                continue
            if found and mark.start < found[-1][1]:
                found[-1][1] = max(found[-1][1], mark.end)
            elif found and set(self.text[found[-1][1] : mark.start].lower().split()) <= self.links:
                found[-1][1] = mark.end
            else:
                found.append([mark.start, mark.end])
        return [(self._cost_start(start), end) for start, end in found]

    def _cost_start(self, start: int) -> int:
        while True:
            before = self.text[max(0, start - 12) : start]
            words = before.split()
            if not words or not before[-1].isspace() or words[-1].lower() not in self.openers:
                return start
            start -= len(before) - before.rstrip().rfind(words[-1])

    def _wages(self, said: Said, steps: list[Draft]) -> None:
        for at, item in enumerate(said.items):
            figure = item.value
            if item.kind is not ItemKind.MONEY or not isinstance(figure, Figure) or not figure.word:
                continue
            mark = next((m for m in said.group("wages") if m.start <= item.start < m.end), None)
            span = (item.start, mark.end if mark else item.end)
            near = {i.key for i in said.items[max(at - 1, 0) : at + 2]}
            net = True if near & self.net else False if near & self.gross else None
            for draft in self._owners(said, span, steps):
                if draft.terms.wage is None and figure.money is not None:
                    money: Money = figure.money
                    wage = Wage(money.low, money.high, money.currency, figure.word, net)
                    draft.terms = replace(draft.terms, wage=wage)
                    draft.spans.append((EvidenceRole.WAGE, span))

    # Length and share

    def _lengths(self, said: Said, steps: list[Draft]) -> None:
        left = said.group("lengths_left")
        for mark in said.group("lengths"):
            figure = figure_in(said.items, mark.start, mark.end, ItemKind.LENGTH)
            if figure is None or not figure.number or any(m.start <= mark.start < m.end for m in left):
                continue
            years = figure.number if figure.word == "year" else round(figure.number / 12, 2)
            for draft in self._owners(said, (mark.start, mark.end), steps):
                borrowed = draft.deal is not None and draft.deal.value.startswith("loan")
                if draft.kind is not ClaimKind.EXIT and not borrowed and draft.terms.length_years is None:
                    draft.terms = replace(draft.terms, length_years=years)
                    draft.spans.append((EvidenceRole.LENGTH, (mark.start, mark.end)))

    def _sell_on(self, said: Said, steps: list[Draft]) -> None:
        for mark in said.group("sell_on"):
            shares = [i for i in said.items if i.kind is ItemKind.PERCENT and isinstance(i.value, Figure)]
            near = [i for i in shares if _gap((i.start, i.end), (mark.start, mark.end)) <= SELL_ON_REACH]
            if not near:
                continue
            item = min(near, key=lambda i: _gap((i.start, i.end), (mark.start, mark.end)))
            span = (min(item.start, mark.start), max(item.end, mark.end))
            for draft in self._owners(said, span, steps):
                if draft.terms.sell_on_percent is None and isinstance(item.value, Figure):
                    draft.terms = replace(draft.terms, sell_on_percent=item.value.number)
                    draft.spans.append((EvidenceRole.SELL_ON, span))

    # When

    def _when(self, said: Said, steps: list[Draft], drafts: list[Draft]) -> None:
        if not any(i.kind is ItemKind.DATE for i in said.items) and not said.group("when"):
            return
        taken = [span for d in drafts for role, span in d.spans if role is EvidenceRole.UNTIL]
        for time in times_of(said.items, said.marks, self.day, behind=False):
            span = (time.start, time.end)
            if any(_gap(span, other) == 0 for other in taken) or not self._is_for_a_step(said, time):
                continue
            for draft in self._owners(said, span, steps, strict=True):
                assert draft.event is not None
                finite = _is_finished(said, draft.event)
                if draft.when is None and _gap(draft.event.span, span) <= WHEN_REACH and (finite or not time.past):
                    text = self.text[time.start : time.end]
                    draft.when = Timing(text, time.window, None if time.window else time.date, Span(*span, text))
                    draft.spans.append((EvidenceRole.WHEN, span))

    def _is_for_a_step(self, said: Said, time: Time) -> bool:
        """A window or a month by a preposition of its own; the end of a contract and "since 2020" are for none."""
        if time.window is None and (time.date is None or len(time.date) < 7 or time.past):
            return False
        for mark in said.group("contracts"):
            if mark.start < time.start and time.start - mark.end <= CONTRACT_REACH:
                between = (mark.end, time.start)
                if not any(between[0] <= e.span[0] < between[1] for e in said.events):
                    return False
        before = [n for n in said.nodes if n.end <= time.start]
        if not before or time.start - before[-1].end > 1:
            return True
        return not (before[-1].has("background") or before[-1].has("breaks"))

    # How sure

    def _hedges(self, said: Said, steps: list[Draft]) -> None:
        for mark in said.group("speculation", "reporting"):
            for draft in steps:
                assert draft.event is not None
                start, end = draft.event.span
                if not start - HEDGE_REACH <= mark.start < end or self._parted(said, mark.end, start):
                    continue
                if (EvidenceRole.HEDGE, (mark.start, mark.end)) not in draft.spans:
                    draft.spans.append((EvidenceRole.HEDGE, (mark.start, mark.end)))
                if mark.entry.category == "speculation" and draft.certainty is Certainty.REPORTED:
                    draft.certainty = Certainty.SPECULATED

    def _parted(self, said: Said, low: int, high: int) -> bool:
        """Whether another step stands between."""
        return any(low <= e.span[0] and e.span[1] <= high for e in said.events)

    def settle(self, drafts: list[Draft]) -> None:
        """How sure each draft is, now that its sources are known: a named source makes a supposition a report."""
        for draft in drafts:
            if draft.stage is Stage.DENIED:
                draft.certainty = Certainty.DENIED
            elif draft.certainty is Certainty.SPECULATED and draft.chain:
                draft.certainty = Certainty.REPORTED
            elif draft.kind is ClaimKind.CONTRACT and draft.certainty is Certainty.REPORTED and not draft.chain:
                draft.certainty = Certainty.FACT

    def hand_down(self, drafts: list[Draft]) -> None:
        """A sale told without its buyer gives what it costs to the moves of the same person."""
        for exit_ in drafts:
            if exit_.kind is not ClaimKind.EXIT or exit_.terms == Terms():
                continue
            for move in drafts:
                if move.kind is ClaimKind.MOVE and move.being is exit_.being:
                    take_terms(move, exit_)


def _is_finished(said: Said, event: Event) -> bool:
    """Whether the first word of a step stands in a past form: "wanted to sign"."""
    head = next((n for n in said.nodes if n.start == event.span[0]), None)
    return head is not None and any(entry.form in ("past", "pp") for entry in head.entries)


def take_terms(first: Draft, later: Draft) -> None:
    """Adds to a draft the further terms of another for the same claim, with their words; the surer word holds."""
    old, new = first.terms, later.terms
    took = first.when is None and later.when is not None
    if new != Terms():
        amounts = (*old.amounts, *(a for a in new.amounts if a not in old.amounts))
        cost = old.cost or (new.cost if first.fee is None and later.fee is None else None)
        first.terms = Terms(
            amounts,
            old.wage or new.wage,
            old.length_years if old.length_years is not None else new.length_years,
            old.sell_on_percent if old.sell_on_percent is not None else new.sell_on_percent,
            cost,
        )
        took = True
    if took:
        first.when = first.when or later.when
        known = {role for role, _ in first.spans}
        first.spans.extend(s for s in later.spans if s[0] in _TERM_ROLES and s[0] not in known)
    if later.kind is first.kind and Certainty.DENIED not in (first.certainty, later.certainty):
        first.certainty = max(first.certainty, later.certainty, key=_SURENESS.index)
