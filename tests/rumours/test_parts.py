"""Windows, names of people, conflicts, fees and rates, each by itself."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mercato.errors import DataFileError
from mercato.ledger import Ledger
from mercato.model import ClaimKind, Money, MoneyKind
from mercato.model.rumours import SaidFee
from mercato.register import Register, Window, WindowKind
from mercato.rumours.book import RumourFilter
from mercato.rumours.names import block_of, name_words
from mercato.rumours.people import Mention, settle, within_edits
from mercato.rumours.rates import fuse, load_rates, parse_daily
from mercato.rumours.windows import Calendar, order
from tests.rumours.made import book, move, say

DAILY = (
    b"Date,USD,JPY,GBP,\n2025-06-10,1.1429,165.5,0.8461,\n2025-06-06,1.1411,164.6,0.84288,\n2025-06-05,1.1423,N/A,,\n"
)


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return Calendar(
        [
            Window("ENG", "2020/21", WindowKind.SUMMER, date(2020, 7, 27), date(2020, 10, 5)),
            Window("ENG", "2020/21", WindowKind.WINTER, date(2021, 1, 2), date(2021, 2, 1)),
        ]
    )


@pytest.mark.parametrize(
    ("country", "day", "label"),
    [
        ("ENG", date(2020, 10, 5), "2020-summer"),
        ("ENG", date(2020, 10, 6), "2021-winter"),
        ("ENG", date(2021, 2, 1), "2021-winter"),
        ("ENG", date(2021, 2, 2), "2021-summer"),
        ("", date(2020, 9, 30), "2021-winter"),
        ("", date(2020, 12, 31), "2021-winter"),
    ],
)
def test_a_day_belongs_to_the_open_window_or_the_next(calendar: Calendar, country: str, day: date, label: str) -> None:
    assert calendar.window_of(country, day) == label


def test_a_deal_reported_just_after_the_deadline_belongs_to_it(calendar: Calendar) -> None:
    assert calendar.window_of("ENG", date(2021, 2, 3), True) == "2021-winter"
    assert calendar.window_of("ENG", date(2021, 2, 3)) == "2021-summer"
    assert not calendar.closes("BRA", "2021-winter").certain


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_windows_go_on_in_order(day: date) -> None:
    calendar = Calendar(())
    assert calendar.closes("", calendar.window_of("", day)).day >= day
    assert order(calendar.window_of("", day)) <= order(calendar.window_of("", date.fromordinal(day.toordinal() + 1)))


def test_name_words_and_blocks() -> None:
    assert name_words("Donny van de Beek") == ("donny", "beek")
    assert name_words("Neymar Jr.") == ("neymar",)
    assert block_of("Henrikh Mkhitaryan") == block_of("Genrikh Mkhitarian")
    assert block_of("Duje Ćaleta-Car") == block_of("Duje Caleta Car")


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [("edinson", "edison", True), ("cavani", "cavnai", True), ("silva", "silvo", True), ("jon", "jan", False)],
)
def test_within_edits(a: str, b: str, same: bool) -> None:
    assert within_edits(a, b) is same is within_edits(b, a)


def mention(name: str, *clubs: str, node: str | None = None) -> Mention:
    return Mention(node or f"n:{name}", {name}, set(clubs), "2024")


def test_spellings_with_a_club_in_common_are_one_person() -> None:
    people = settle([mention("edinson cavani", "united"), mention("edison cavani", "united")])
    assert len(set(people.values())) == 1


def test_brothers_at_one_club_are_two() -> None:
    people = settle([mention("jacob murphy", "newcastle"), mention("josh murphy", "newcastle")])
    assert len(set(people.values())) == 2


def test_a_surname_goes_to_the_one_it_can_mean() -> None:
    names = [mention("tammy abraham", "chelsea"), mention("abraham", "chelsea", node="n:abraham@chelsea")]
    assert len(set(settle(names).values())) == 1
    other = [*names, mention("otto abraham", "chelsea")]
    assert settle(other)["n:abraham@chelsea"] == "n:abraham@chelsea", "two can be meant, so neither is"


def test_a_name_goes_to_the_register_once_it_is_known() -> None:
    people = settle([mention("ada novello", "roma"), mention("ada novello", "lyon", node="Q1")])
    assert set(people.values()) == {"Q1"}


def test_two_of_the_register_never_become_one() -> None:
    people = settle([mention("danilo silva", "roma", node="Q1"), mention("danilo silva", "roma", node="Q2")])
    assert people == {"Q1": "Q1", "Q2": "Q2"}


@given(
    st.permutations(
        [("tammy abraham", "a"), ("abraham", "a"), ("tamy abraham", "a"), ("abraham", "b"), ("t abraham", "a")]
    )
)
def test_the_order_of_mentions_does_not_matter(mentions: list[tuple[str, str]]) -> None:
    def made(pairs: list[tuple[str, str]]) -> dict[str, str]:
        return settle([mention(name, club, node=f"n:{name}@{club}") for name, club in pairs])

    assert made(mentions) == made(sorted(mentions))


def test_fees_that_no_rounding_joins_are_a_conflict(ledger: Ledger, register: Register) -> None:
    for day, outlet, millions in ((1, "Marca", 30), (2, "Bild", 31), (3, "Kicker", 60)):
        fee = Money(millions * 1e6, millions * 1e6, "EUR")
        say(ledger, f"2024-07-0{day}", outlet, move("Ada Novello", "Arsenal", fee=fee))
    held = book(ledger, register, "2024-07-10")
    (rumour,) = held.rumours()
    (clash,) = rumour.conflicts
    assert (clash.what, len(clash.values)) == ("fee", 3)
    fee = held.standing(rumour).fee
    assert fee is not None
    assert (fee.low, fee.middle, fee.high, fee.origins, fee.about) == (30e6, 31e6, 60e6, 3, False)


def test_a_renewal_decides_between_equals(ledger: Ledger, register: Register) -> None:
    contract = {"kind": ClaimKind.CONTRACT, "to": None, "stage": None, "club": "Roma"}
    renewed = {"kind": ClaimKind.STAY, "to": None, "stage": "done", "club": "Roma"}
    person = "Ada Novello"
    say(ledger, "2024-07-01", "Marca", move(person, **contract, until="2027"), move(person, **renewed))
    say(ledger, "2024-07-02", "Bild", move(person, **contract, until="2025"), move(person, "Arsenal"))
    rumour = book(ledger, register).rumours(RumourFilter(kinds=(ClaimKind.MOVE,)))[0]
    (clash,) = rumour.conflicts
    assert (clash.chosen, rumour.contract) == ("2027", "2027")
    assert "renewal" in clash.rule


def test_a_year_and_its_month_do_not_clash(ledger: Ledger, register: Register) -> None:
    contract = {"kind": ClaimKind.CONTRACT, "to": None, "stage": None, "club": "Roma"}
    say(ledger, "2024-07-01", "Marca", move("Ada Novello", "Arsenal"), move("Ada Novello", **contract, until="2027"))
    say(ledger, "2024-07-02", "Bild", move("Ada Novello", **contract, until="2027-06"))
    (rumour,) = book(ledger, register).rumours()
    assert (rumour.contract, rumour.conflicts) == ("2027-06", ())


def said(amount: float, currency: str, origin: str, day: date) -> SaidFee:
    return SaidFee(amount, amount, currency, MoneyKind.FEE, origin, "c", day)


def test_a_yearly_average_says_about_and_a_daily_rate_does_not() -> None:
    day = date(2025, 6, 6)
    rough = fuse([said(84_288_000, "GBP", "Marca", day)], load_rates())
    exact = fuse([said(84_288_000, "GBP", "Marca", day)], parse_daily(DAILY, "test"))
    assert rough is not None
    assert exact is not None
    assert rough.about
    assert not exact.about
    assert exact.middle == pytest.approx(100e6)
    assert rough.middle == pytest.approx(100e6, rel=0.05)


def test_a_weekend_takes_the_rate_before_it_and_no_rate_stays_no_rate() -> None:
    rates = parse_daily(DAILY, "test")
    sunday = rates.to_euros(1.1411, "USD", date(2025, 6, 8))
    assert sunday is not None
    assert sunday.amount == pytest.approx(1.0)
    assert rates.to_euros(1, "GBP", date(2025, 6, 5)) is None
    assert rates.to_euros(1, "USD", date(2025, 7, 30)) is None
    assert rates.to_euros(1, "XXX", date(2025, 6, 6)) is None


def test_a_year_beyond_the_table_takes_the_nearest() -> None:
    found = load_rates().to_euros(1, "GBP", date(2031, 1, 1))
    assert found is not None
    assert found.about
    assert found.year == max(load_rates().yearly)


def test_the_banks_archive_is_read_too() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("eurofxref-hist.csv", DAILY)
    assert parse_daily(data.getvalue(), "z").days == parse_daily(DAILY, "c").days


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"<html>no</html>", "first column"),
        (b"Date,USD\n2025-13-01,1\n", "is no date"),
        (b"Date,USD\n2025-06-06,x\n", "is no rate for USD"),
        (b"Date,USD\n2025-06-06,0\n", "above zero"),
        (b"Date,USD\n", "no rates in it"),
        (b"PK\x03\x04 broken", "archive is broken"),
        (b"\xff\xfe\x00", "no text in UTF-8"),
    ],
)
def test_a_wrong_file_of_rates_is_told_as_such(data: bytes, says: str) -> None:
    with pytest.raises(DataFileError, match=says) as caught:
        parse_daily(data, "rates.csv")
    assert "rates.csv" in str(caught.value)


def test_every_shipped_rate_is_near_that_of_the_year_before() -> None:
    yearly = load_rates().yearly
    for year, rates in yearly.items():
        for currency, rate in rates.items():
            before = yearly.get(year - 1, {}).get(currency)
            assert before is None or 0.5 < rate / before < 2.0, (year, currency)
