"""The signals that a forecast rests on: each is a small function that answers with a value and a line of English.

All of them look at a `Case`, which holds only what was known at its moment. A value of 0 means "nothing known, or
nothing out of the ordinary": what is missing moves no forecast. The sentence is shown to people as it stands.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import timedelta

from mercato.forecasting import clubs, persons  # noqa: F401  (their signals register themselves)
from mercato.forecasting.cases import Case, Destination
from mercato.forecasting.moves import MoveKind
from mercato.forecasting.outcomes import club_key
from mercato.forecasting.reports import Report
from mercato.forecasting.signals import (
    AHEAD,
    NOTHING,
    PAIR_SIGNALS,
    PERSON_SIGNALS,
    Learned,
    PairSignal,
    Signal,
    pair,
)
from mercato.model import Certainty, ClaimKind, Deal, MoneyKind, Stage
from mercato.register import WindowKind

_FOR_ONE_ONLY = (Stage.ADVANCED, Stage.AGREED, Stage.DONE)
_RECENT = timedelta(days=14)
_MANY = 6
"""Of more reports nothing is known: longer sagas are few, and those that dragged on came out either way."""


def _best(reports: Iterable[Report]) -> Stage:
    reached = [report.stage for report in reports if report.stage in AHEAD]
    return max(reached, key=lambda stage: AHEAD[stage], default=Stage.INTEREST)


def _days(days: int) -> str:
    return "today" if days == 0 else "yesterday" if days == 1 else f"{days} days ago"


def _reached(stage: Stage, said: str) -> PairSignal:
    def found(case: Case, destination: Destination, learned: Learned) -> Signal:  # noqa: ARG001
        newest = [report for report in destination.reports if report.stage is stage]
        if not newest:
            return NOTHING
        age = (case.day - newest[-1].day).days
        share = 1 / max(newest[-1].clubs_named, 1) if stage in _FOR_ONE_ONLY else 1.0
        return Signal(share * math.exp(-age / 30), f"{said} ({newest[-1].source}, {_days(age)})")

    found.__name__ = f"said_{stage.value}"
    found.__doc__ = (
        f"Said of the pair: {said}; fading by a third in twelve days, shared among clubs that can't all win."
    )
    return pair(found)


said_talks = _reached(Stage.TALKS, "talks or an approach reported")
said_bid = _reached(Stage.BID, "an offer reported")
said_advanced = _reached(Stage.ADVANCED, "reported as close")
said_agreed = _reached(Stage.AGREED, "agreement of all sides reported")
said_done = _reached(Stage.DONE, "reported as done")
said_rejected = _reached(Stage.REJECTED, "a refusal reported")
said_withdrawn = _reached(Stage.WITHDRAWN, "the buyer reported as out of it")
said_denied = _reached(Stage.DENIED, "denied")


@pair
def settled_while_open(case: Case, destination: Destination, learned: Learned) -> Signal:  # noqa: ARG001
    """Reported as agreed or done while the club could register players, and the newest word on the pair."""
    last = destination.last
    if last.stage not in (Stage.AGREED, Stage.DONE) or not destination.window.is_open(last.day):
        return NOTHING
    return Signal(1 / max(last.clubs_named, 1), f"{last.stage.value} while the window is open ({last.source})")


@pair
def newest_is_ahead(case: Case, destination: Destination, learned: Learned) -> Signal:  # noqa: ARG001
    """The newest report's step, in fifths of the way from interest to done; setbacks count below none."""
    stage = destination.last.stage
    value = AHEAD.get(stage, -1) / 5 if stage else 0.0
    return Signal(value, f"the newest report has it at {stage.value if stage else 'no stated step'}")


@pair
def fresh(case: Case, destination: Destination, learned: Learned) -> Signal:  # noqa: ARG001
    """How lately the pair was reported on: 1 today, fading by half in ten days."""
    age = (case.day - destination.last.day).days
    return Signal(2 ** (-age / 10), f"last reported {_days(age)}")


@pair
def repeated(case: Case, destination: Destination, learned: Learned) -> Signal:  # noqa: ARG001
    """On how many days the pair was reported on, as a logarithm; more than six count as six."""
    count = len({report.day for report in destination.reports})
    return Signal(math.log(min(count, _MANY)), f"reported on {count} different days")


@pair
def many_sources(case: Case, destination: Destination, learned: Learned) -> Signal:  # noqa: ARG001
    """How many different sources report the pair, copies of one origin counted once, as a logarithm; up to six."""
    sources = {report.source for report in destination.reports}
    return Signal(math.log(min(max(len(sources), 1), _MANY)), f"{len(sources)} sources report it")


@pair
def lately_much_told(case: Case, destination: Destination, learned: Learned) -> Signal:  # noqa: ARG001
    """How often the pair was reported on in the last week, as a logarithm; up to five."""
    count = sum(1 for report in destination.reports if (case.day - report.day).days < 7)
    return Signal(math.log1p(min(count, _MANY - 1)), f"{count} reports in the last seven days")


@pair
def long_story(case: Case, destination: Destination, learned: Learned) -> Signal:  # noqa: ARG001
    """Whether the pair was talked of before the last window closed, as a logarithm of the reports then."""
    return Signal(math.log1p(destination.earlier), f"{destination.earlier} reports already before the last deadline")


@pair
def share_of_talk(case: Case, destination: Destination, learned: Learned) -> Signal:  # noqa: ARG001
    """This destination's share of all reports of destinations, above an even share (in logarithms)."""
    total = sum(len(other.reports) for other in case.destinations)
    value = math.log(len(destination.reports) * len(case.destinations) / total)
    return Signal(value, f"{len(destination.reports)} of {total} reports of a destination name this one")


@pair
def has_rivals(case: Case, destination: Destination, learned: Learned) -> Signal:  # noqa: ARG001
    """How many other destinations were talked of in the last 45 days, as a logarithm."""
    count = sum(1 for other in case.destinations if other is not destination and (case.day - other.last.day).days <= 45)
    return Signal(math.log1p(count), f"{count} other clubs linked")


@pair
def rival_is_ahead(case: Case, destination: Destination, learned: Learned) -> Signal:  # noqa: ARG001
    """How much further another destination has come: steps between them, in fifths."""
    own = AHEAD[_best(destination.reports)]
    others = [(AHEAD[_best(other.reports)], other) for other in case.destinations if other is not destination]
    best = max(others, key=lambda pair_: pair_[0], default=None)
    if best is None or best[0] <= own:
        return NOTHING
    return Signal((best[0] - own) / 5, f"{best[1].club.name} has come further")


@pair
def crowd_in_one_text(case: Case, destination: Destination, learned: Learned) -> Signal:  # noqa: ARG001
    """How many clubs the newest report lists for the person, as a logarithm: a long list says little of each."""
    count = destination.last.clubs_named
    return Signal(math.log(max(count, 1)), f"the newest report names {count} interested clubs")


@pair
def hedged(case: Case, destination: Destination, learned: Learned) -> Signal:  # noqa: ARG001
    """Whether the newest report holds it as speculation or a question (1), or as fact (-1)."""
    certainty = destination.last.certainty
    value = {Certainty.SPECULATED: 1.0, Certainty.ASKED: 1.0, Certainty.DENIED: 1.0, Certainty.FACT: -1.0}
    return Signal(value.get(certainty, 0.0), f"the newest report holds it as {certainty.value}")


@pair
def hangs_on_something(case: Case, destination: Destination, learned: Learned) -> Signal:  # noqa: ARG001
    """Whether the newest report makes it depend on another event."""
    return Signal(float(destination.last.conditional), "the newest report ties it to a condition")


@pair
def for_a_loan(case: Case, destination: Destination, learned: Learned) -> Signal:  # noqa: ARG001
    """Whether a loan is spoken of."""
    loan = any(r.deal in (Deal.LOAN, Deal.LOAN_OPTION, Deal.LOAN_OBLIGATION) for r in destination.reports)
    return Signal(float(loan), "a loan is spoken of")


@pair
def for_free(case: Case, destination: Destination, learned: Learned) -> Signal:  # noqa: ARG001
    """Whether a free transfer is spoken of, to this club or any other, for a summer: contracts run out in June."""
    if destination.window.kind is WindowKind.WINTER:
        return NOTHING
    return Signal(float(any(r.deal is Deal.FREE for r in case.reports)), "a free transfer is spoken of")


@pair
def waits_for_summer(case: Case, destination: Destination, learned: Learned) -> Signal:  # noqa: ARG001
    """Whether a free transfer or a contract's end is spoken of while a winter window is forecast: that is for June."""
    ends = any(r.kind is ClaimKind.CONTRACT and r.until and r.until[:4] == case.window[:4] for r in case.reports)
    free = any(r.deal is Deal.FREE for r in destination.reports)
    found = destination.window.kind is WindowKind.WINTER and (ends or free)
    return Signal(float(found), "the contract runs out in the summer, when the move would be free")


@pair
def fee_is_named(case: Case, destination: Destination, learned: Learned) -> Signal:  # noqa: ARG001
    """Whether a report of the pair names a fee."""
    return Signal(float(any(r.fee for r in destination.reports)), "a fee is named")


@pair
def dear(case: Case, destination: Destination, learned: Learned) -> Signal:  # noqa: ARG001
    """The highest fee or price spoken of, as a logarithm above 20 million in whatever currency."""
    amounts = [r.fee.high for r in case.reports if r.fee and r.fee.high > 0]
    if not amounts:
        return NOTHING
    return Signal(math.log(max(amounts) / 2e7), f"up to {max(amounts) / 1e6:.0f} million spoken of")


@pair
def asked_above_offered(case: Case, destination: Destination, learned: Learned) -> Signal:  # noqa: ARG001
    """How far the price asked lies above the fee offered, as a logarithm; 0 where either is not known."""
    asked = [r.fee for r in case.reports if r.kind is ClaimKind.PRICE and r.fee]
    offered = [r.fee for r in destination.reports if r.fee and r.fee.kind is MoneyKind.FEE]
    if not asked or not offered or asked[-1].currency != offered[-1].currency:
        return NOTHING
    price, offer = asked[-1].high, offered[-1].high
    if min(price, offer) <= 0:
        return NOTHING
    value = max(-2.0, min(2.0, math.log(price / offer)))
    return Signal(value, f"{price / 1e6:.0f} million asked, {offer / 1e6:.0f} offered")


@pair
def same_country(case: Case, destination: Destination, learned: Learned) -> Signal:  # noqa: ARG001
    """Whether the move would be within one country; 0 where the current club is not known."""
    known = case.world.register.clubs
    here, there = known.get(case.current.id or "") if case.current else None, known.get(destination.club.id or "")
    if here is None or there is None:
        return NOTHING
    same = here.country == there.country
    return Signal(1.0 if same else -0.5, "within one country" if same else "to another country")


@pair
def already_there(case: Case, destination: Destination, learned: Learned) -> Signal:  # noqa: ARG001
    """Whether the person joined that very club for good in an earlier window, by what was known on the day."""
    last = next((m for m in reversed(case.moves) if m.to is not None and m.kind is not MoveKind.LOAN), None)
    there = last is not None and last.to is not None and club_key(last.to) == destination.key
    return Signal(float(there), "joined this club in an earlier window")


@pair
def named_as_current(case: Case, destination: Destination, learned: Learned) -> Signal:  # noqa: ARG001
    """Whether reports have the person leaving that very club or staying with it: the move is likely an old one."""
    found = case.current is not None and club_key(case.current) == destination.key
    return Signal(float(found), "reports have the person at this club already")


@pair
def other_business(case: Case, destination: Destination, learned: Learned) -> Signal:  # noqa: ARG001
    """How many other players were reported as agreed or done for the club in the last two weeks, as a logarithm."""
    near = case.world.reports.at_club(destination.key, case.moment, case.moment - _RECENT)
    others = {
        report.person_key
        for report in near
        if report.stage in (Stage.AGREED, Stage.DONE)
        and report.to is not None
        and club_key(report.to) == destination.key
        and report.person_key != case.key
    }
    return Signal(math.log1p(len(others)), f"{len(others)} other arrivals reported there lately")


@pair
def for_a_later_window(case: Case, destination: Destination, learned: Learned) -> Signal:  # noqa: ARG001
    """Whether the newest report means another window than the one that is forecast."""
    meant = destination.last.window
    return Signal(float(meant is not None and meant != case.window), f"meant for {meant or 'no stated window'}")


@pair
def near_the_deadline(case: Case, destination: Destination, learned: Learned) -> Signal:  # noqa: ARG001
    """Reported within the last three days while the window has a week or less to run."""
    left = destination.window.days_left(case.day)
    hot = left <= 7 and (case.day - destination.last.day).days <= 3
    return Signal(float(hot), f"still reported with {left} days left")


@pair
def early_talk(case: Case, destination: Destination, learned: Learned) -> Signal:  # noqa: ARG001
    """Hundreds of days until the window opens: what is said long before says little."""
    if destination.window.kind is WindowKind.WINTER:
        return NOTHING  # how little it says before a winter is known from elsewhere: `hazard.WINTER`
    ahead = max((destination.window.opens - case.day).days, 0)
    return Signal(ahead / 100, f"{ahead} days before the window opens" if ahead else "the window is open")


@pair
def wording(case: Case, destination: Destination, learned: Learned) -> Signal:  # noqa: ARG001
    """What the newest report's words were worth in earlier outcomes: mean log-odds of its words above the average."""
    known = [(learned.words[word], word) for word in destination.last.words if word in learned.words]
    if not known:
        return NOTHING
    value = sum(score for score, _ in known) / math.sqrt(len(known))
    return Signal(value, f"the wording ({', '.join(word for _, word in known)})")


@pair
def sources_record(case: Case, destination: Destination, learned: Learned) -> Signal:  # noqa: ARG001
    """The record of the best source of the pair: log-odds of its reports coming true above the average, shrunk."""
    known = [(learned.sources[r.source], r.source) for r in destination.reports if r.source in learned.sources]
    if not known:
        return NOTHING
    value, source = max(known)
    return Signal(value, f"the record of {source}")


def pair_signals(case: Case, destination: Destination, learned: Learned) -> dict[str, Signal]:
    """Every signal of a person and a destination, the personal ones among them, by name."""
    return {
        **{name: function(case, destination, learned) for name, function in PAIR_SIGNALS.items()},
        **person_signals(case, learned),
    }


def person_signals(case: Case, learned: Learned) -> dict[str, Signal]:
    """Every signal of a person, by name."""
    return {name: function(case, learned) for name, function in PERSON_SIGNALS.items()}
