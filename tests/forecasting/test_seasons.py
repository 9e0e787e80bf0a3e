"""Which window a day belongs to, country by country, also where only its last day is known."""

from __future__ import annotations

from datetime import date

from mercato.forecasting.seasons import Calendar
from mercato.register import Window, WindowKind, load_register

ENGLAND = Window("ENG", "2021/22", WindowKind.SUMMER, date(2021, 6, 9), date(2021, 8, 31))


def test_a_window_whose_opening_is_not_known_opens_with_englands() -> None:
    turkey = Window("TUR", "2021/22", WindowKind.SUMMER, None, date(2021, 9, 8))
    found = Calendar([turkey, ENGLAND]).window("2021-summer", "TUR")
    assert (found.opens, found.closes) == (date(2021, 6, 9), date(2021, 9, 8))


def test_a_season_of_one_calendar_year_is_that_years_window() -> None:
    brazil = Window("BRA", "2019", WindowKind.WINTER, None, date(2019, 4, 3))
    found = Calendar([brazil, ENGLAND]).window("2019-winter", "BRA")
    assert found.closes == date(2019, 4, 3)
    assert found.opens < found.closes


def test_the_big_leagues_have_every_closing_day_from_2016_to_2025() -> None:
    known = {(w.country, w.closes.year, w.kind) for w in load_register(user=False).windows}
    missing = [
        (country, year, kind)
        for country in ("ENG", "ITA", "GER", "FRA", "ESP")
        for year in range(2016, 2026)
        for kind in WindowKind
        if (country, year, kind) not in known
    ]
    assert not missing
