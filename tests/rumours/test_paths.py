"""Who rests on whom, who was first, and what is new."""

from __future__ import annotations

from mercato.ledger import Ledger
from mercato.model import Certainty, ClaimKind, Money, Stage, Timing
from mercato.model.rumours import Momentum, Newness, ReportRole, Rumour, RumourStatus
from mercato.register import Register
from mercato.rumours.book import RumourFilter
from tests.rumours.made import book, move, say

ADA = "Ada Novello"


def only(ledger: Ledger, register: Register, moment: str | None = None) -> Rumour:
    (found,) = book(ledger, register, moment).rumours(RumourFilter(kinds=(ClaimKind.MOVE,)))
    return found


def test_five_that_cite_one_paper_are_one_origin(ledger: Ledger, register: Register) -> None:
    for number, outlet in enumerate(("Bild", "AS", "Sport", "Kicker", "The Sun")):
        say(ledger, f"2024-07-0{number + 1}", outlet, move(ADA, "Arsenal", cites=("Marca",)))
    rumour = only(ledger, register)
    assert [node.name for node in rumour.independent_origins] == ["Marca"]
    assert {report.role for report in rumour.reports} == {ReportRole.RELAY}


def test_a_cited_paper_that_is_read_later_becomes_its_own_report(ledger: Ledger, register: Register) -> None:
    say(ledger, "2024-07-02", "Bild", move(ADA, "Arsenal", cites=("Marca",)))
    document = say(ledger, "2024-07-01T08:00", "Marca", move(ADA, "Arsenal"))
    rumour = only(ledger, register)
    (node,) = rumour.independent_origins
    assert (node.name, node.report) == ("Marca", document.id)
    assert [report.role for report in rumour.reports] == [ReportRole.ORIGIN, ReportRole.RELAY]


def test_own_words_after_another_are_a_confirmation_then_updates_and_repetitions(
    ledger: Ledger, register: Register
) -> None:
    say(ledger, "2024-07-01", "Marca", move(ADA, "Arsenal"))
    say(ledger, "2024-07-02", "Bild", move(ADA, "Arsenal"))
    say(ledger, "2024-07-03", "Marca", move(ADA, "Arsenal", stage="bid"))
    say(ledger, "2024-07-04", "Bild", move(ADA, "Arsenal"))
    rumour = only(ledger, register)
    expected = [ReportRole.ORIGIN, ReportRole.CONFIRMATION, ReportRole.UPDATE, ReportRole.REPETITION]
    assert [report.role for report in rumour.reports] == expected
    assert [point.stage for point in rumour.timeline] == [Stage.INTEREST, Stage.BID]
    assert rumour.stage is Stage.BID


def test_an_aggregator_without_a_credit_is_no_origin(ledger: Ledger, register: Register) -> None:
    say(ledger, "2024-07-01", "Zazoom", move(ADA, "Arsenal"))
    assert only(ledger, register).independent_origins == ()


def test_a_journalist_with_his_paper_is_one_source(ledger: Ledger, register: Register) -> None:
    journalist = next(j for j in register.journalists.values() if len(j.outlets) == 1)
    paper = register.outlets[journalist.outlets[0]].name
    say(ledger, "2024-07-01", "Kicker", move(ADA, "Arsenal", journalists=(journalist.name,), cites=(paper,)))
    say(ledger, "2024-07-02", "Bild", move(ADA, "Arsenal", cites=(paper,)))
    assert [node.key for node in only(ledger, register).independent_origins] == [journalist.outlets[0]]


def test_lead_time_goes_no_finer_than_the_dates(ledger: Ledger, register: Register) -> None:
    say(ledger, "2024-07-01T10:00", "Marca", move(ADA, "Arsenal"))
    say(ledger, "2024-07-01T12:30", "Bild", move(ADA, "Arsenal"))
    lead = only(ledger, register).lead
    assert (lead.first, lead.next) == (("Marca",), "Bild")
    assert 2 * 3600 < lead.at_least <= 9000
    assert lead.at_most is not None
    assert lead.at_most >= 9000


def test_the_same_day_is_a_tie(ledger: Ledger, register: Register) -> None:
    say(ledger, "2024-07-01", "Marca", move(ADA, "Arsenal"))
    say(ledger, "2024-07-01T12:30", "Bild", move(ADA, "Arsenal"))
    lead = only(ledger, register).lead
    assert lead.is_tie
    assert set(lead.first) == {"Marca", "Bild"}


def test_a_denial_supports_nothing(ledger: Ledger, register: Register) -> None:
    say(ledger, "2024-07-01", "Marca", move(ADA, "Arsenal"))
    say(ledger, "2024-07-02", "Bild", move(ADA, "Arsenal", stage="denied", certainty=Certainty.DENIED))
    rumour = only(ledger, register)
    assert [report.outlet for report in rumour.denials] == ["Bild"]
    assert [node.name for node in rumour.independent_origins] == ["Marca"]
    assert book(ledger, register, "2024-07-10").standing(rumour).status is RumourStatus.OFF


def test_wording_that_grows_along_the_chain_is_drift_not_news(ledger: Ledger, register: Register) -> None:
    say(ledger, "2024-07-01", "Marca", move(ADA, "Arsenal", stage="interest"))
    say(ledger, "2024-07-02", "Bild", move(ADA, "Arsenal", stage="advanced", cites=("Marca",)))
    news = only(ledger, register).reports[1].new
    assert news == (Newness.DRIFT,)
    assert not any(item.is_news for item in news)


def test_a_repetition_goes_stale_after_two_weeks(ledger: Ledger, register: Register) -> None:
    say(ledger, "2024-07-01", "Marca", move(ADA, "Arsenal"))
    say(ledger, "2024-07-05", "Marca", move(ADA, "Arsenal"))
    say(ledger, "2024-07-20", "Marca", move(ADA, "Arsenal"))
    rumour = only(ledger, register)
    assert [r.new for r in rumour.reports[1:]] == [(Newness.REPETITION,), (Newness.STALE,)]
    held = book(ledger, register, "2024-07-25")
    assert held.standing(only(ledger, register, "2024-07-25")).momentum is Momentum.QUIET


def test_last_windows_story_warmed_up_is_recycled(ledger: Ledger, register: Register) -> None:
    say(ledger, "2024-07-01", "Marca", move(ADA, "Arsenal", "Roma"))
    say(ledger, "2025-01-05", "Marca", move(ADA, "Arsenal", "Roma"))
    held = {r.window: r for r in book(ledger, register).rumours()}
    assert held["2025-winter"].continues == held["2024-summer"].id == held["2025-winter"].saga
    assert Newness.RECYCLED in held["2025-winter"].reports[0].new


def test_a_new_fact_in_the_next_window_is_not_recycled(ledger: Ledger, register: Register) -> None:
    say(ledger, "2024-07-01", "Marca", move(ADA, "Arsenal", "Roma"))
    say(ledger, "2025-01-05", "Marca", move(ADA, "Arsenal", "Roma", fee=Money(3e7, 3e7, "EUR")))
    held = {r.window: r for r in book(ledger, register).rumours()}
    assert Newness.RECYCLED not in held["2025-winter"].reports[0].new


def test_for_january_means_januarys_window(ledger: Ledger, register: Register) -> None:
    say(ledger, "2024-07-20", "Marca", move(ADA, "Arsenal", when=Timing("in January", window="2025-winter")))
    assert only(ledger, register).window == "2025-winter"


def test_done_elsewhere_closes_the_others(ledger: Ledger, register: Register) -> None:
    say(ledger, "2024-07-01", "Marca", move(ADA, "Arsenal"))
    say(ledger, "2024-07-09", "Bild", move(ADA, "Chelsea", stage="done"))
    held = book(ledger, register, "2024-07-15")
    status = {r.club_name: held.standing(r).status for r in held.rumours()}
    assert status == {"Arsenal": RumourStatus.ELSEWHERE, "Chelsea": RumourStatus.DONE}


def test_a_copy_adds_no_support(ledger: Ledger, register: Register) -> None:
    text = " ".join(f"word{n} stands in its own place here and nowhere else, says number {n}." for n in range(12))
    say(ledger, "2024-07-01", "Marca", move(ADA, "Arsenal"), text=text)
    say(ledger, "2024-07-02", "Bild", move(ADA, "Arsenal"), text=f"A new opening. {text}")
    rumour = only(ledger, register)
    assert [report.role for report in rumour.reports] == [ReportRole.ORIGIN, ReportRole.ECHO]
    assert [node.name for node in rumour.independent_origins] == ["Marca"]
    assert rumour.reports[1].order_certain
