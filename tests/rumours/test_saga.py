"""One real story in eight reports: two summers, three origins, a translation, a relay, a clash of facts, a chain."""

from __future__ import annotations

import pytest

from mercato.ledger import Ledger
from mercato.model import Stage
from mercato.model.rumours import Newness, ReportRole, Rumour, RumourStatus
from mercato.register import Register
from mercato.rumours.book import RumourBook, RumourFilter
from mercato.rumours.chains import Chain, EventState
from tests.rumours.made import book
from tests.rumours.saga import fill

TO_MILAN = RumourFilter(person="Perin", to="AC Milan")


@pytest.fixture
def saga(ledger: Ledger, register: Register) -> Ledger:
    fill(ledger, register)
    return ledger


def summer(held: RumourBook) -> Rumour:
    return next(r for r in held.rumours(TO_MILAN) if r.window == "2025-summer")


def roles(rumour: Rumour) -> dict[str, ReportRole]:
    return {report.outlet: report.role for report in rumour.reports}


def state(chain: Chain, words: str) -> EventState:
    return next(event.state for event in chain.events if event.words == words)


def test_the_summers_of_2019_and_2025_are_two_stories(saga: Ledger, register: Register) -> None:
    found = book(saga, register).rumours(TO_MILAN)
    # The autumn's report is for January, which is a window of its own but the same story going on.
    assert {r.window for r in found} == {"2019-summer", "2025-summer", "2026-winter"}
    assert len({r.saga for r in found}) == 2
    winter = next(r for r in found if r.window == "2026-winter")
    assert winter.continues == winter.saga == summer(book(saga, register)).id


def test_on_9_june_there_is_one_origin_and_an_echo(saga: Ledger, register: Register) -> None:
    held = book(saga, register, "2025-06-09T23:59:59")
    rumour = summer(held)
    assert [node.name for node in rumour.independent_origins] == ["Corriere dello Sport"]
    assert roles(rumour) == {"Juve FC": ReportRole.RELAY, "SoccerForAll24": ReportRole.ECHO}
    relay, echo = rumour.reports
    assert relay.path == ("Corriere dello Sport", "JuventusNews24", "Juve FC")
    assert echo.echo_of == relay.document_id
    assert not echo.order_certain, "both are dated to the day"
    assert echo.new == (Newness.REPETITION,)
    assert (rumour.contract, rumour.conflicts) == ("2027-06", ())
    assert held.standing(rumour).status is RumourStatus.OPEN


def test_an_origin_that_was_never_read_is_a_node_with_its_bounds(saga: Ledger, register: Register) -> None:
    rumour = summer(book(saga, register, "2025-06-09T23:59:59"))
    node = rumour.independent_origins[0]
    assert node.report is None
    assert str(node.when) == "2025-06-08 or 2025-06-09"
    assert len(node.seen_through) == 2


def test_on_10_june_a_relay_brings_a_second_origin(saga: Ledger, register: Register) -> None:
    rumour = summer(book(saga, register, "2025-06-10T23:59:59"))
    assert [node.name for node in rumour.independent_origins] == ["Corriere dello Sport", "Tuttosport"]
    relay = rumour.reports[-1]
    assert (relay.outlet, relay.role) == ("Zazoom", ReportRole.RELAY)
    assert relay.path == ("Tuttosport", "JuventusNews24", "Zazoom")
    assert relay.new == (Newness.NEW_ORIGIN,)


def test_what_is_dated_to_the_month_is_there_when_the_month_is_over(saga: Ledger, register: Register) -> None:
    rumour = summer(book(saga, register, "2025-07-01T00:00:00"))
    names = [node.name for node in rumour.independent_origins]
    assert names == ["Corriere dello Sport", "Tuttosport", "Gazzetta dello Sport"]
    assert len(rumour.reports) == 6
    assert rumour.lead.is_tie, "a month does not tell who was first in it"


def test_three_contract_ends_stand_beside_each_other(saga: Ledger, register: Register) -> None:
    rumour = summer(book(saga, register, "2025-07-01T00:00:00"))
    clash = next(c for c in rumour.conflicts if c.what == "contract until")
    assert {value.value: value.origins for value in clash.values} == {
        "2025": ("Tuttosport",),
        "2026": ("Gazzetta dello Sport",),
        "2027-06": ("Corriere dello Sport", "Tuttosport"),
    }
    assert clash.chosen == rumour.contract == "2027-06"
    assert "most independent origins" in clash.rule


def test_rivals(saga: Ledger, register: Register) -> None:
    rumour = summer(book(saga, register, "2025-07-01T00:00:00"))
    assert {rival.club_name for rival in rumour.rivals} == {"Como", "Bologna"}


def test_the_chain_of_goalkeepers(saga: Ledger, register: Register) -> None:
    first = "Mike Maignan leaves AC Milan"
    rest = ("AC Milan need a goalkeeper", "Mattia Perin from Juventus to AC Milan", "Juventus need a goalkeeper")
    (june,) = book(saga, register, "2025-06-10T23:59:59").chains("Perin")
    assert tuple(event.words for event in june.events) == (first, *rest)
    assert {event.state for event in june.events} == {EventState.OPEN}
    assert [link.inferred for link in june.links] == [False, False, True]

    (july,) = book(saga, register, "2025-07-01T00:00:00").chains("Maignan")
    assert {state(july, words) for words in (first, *rest)} == {EventState.IN_DOUBT}, "his way to Chelsea has failed"

    autumn = next(c for c in book(saga, register, "2025-11-05").chains("Juventus") if c.window == "2025-summer")
    assert state(autumn, first) is EventState.BROKEN
    assert state(autumn, rest[0]) is EventState.HANGS_ON_BROKEN
    assert state(autumn, rest[2]) is EventState.HANGS_ON_BROKEN


def test_in_autumn_the_summer_is_over_and_january_has_begun(saga: Ledger, register: Register) -> None:
    held = book(saga, register, "2025-11-05T00:00:00")
    found = {r.window: r for r in held.rumours(TO_MILAN)}
    assert held.standing(found["2025-summer"]).status is RumourStatus.WINDOW_CLOSED
    assert held.standing(found["2026-winter"]).status is RumourStatus.OPEN
    assert found["2026-winter"].stage is Stage.TALKS
    assert str(found["2025-summer"].closes) == "2025-09-01"


def test_today_equals_the_view_of_today(saga: Ledger, register: Register) -> None:
    now = {r.id: r for r in book(saga, register).rumours()}
    then = {r.id: r for r in book(saga, register, "2030-01-01").rumours()}
    assert now == then
    assert len(now) == 11
