"""The cases of a period, and the items that forecasts are judged on: a person, a club and a day with a report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from mercato.forecasting.cases import Case, CaseMaker
from mercato.forecasting.outcomes import club_key, end_of
from mercato.forecasting.reports import Report


def cases_between(maker: CaseMaker, since: date, until: date) -> list[Case]:
    """A case for each person and day with news, in the window that the clubs named that day buy in next."""
    found: list[Case] = []
    for key, day in maker.world.reports.days():
        if since <= day <= until:
            cases = (maker.case(key, window, day) for window in windows_meant(maker, key, day))
            found.extend(case for case in cases if case is not None)
    return found


def windows_meant(maker: CaseMaker, key: str, day: date) -> list[str]:
    """The next windows of the clubs that a person was linked with that day; England's where no club was named."""
    today = (report for report in maker.world.reports.of_person(key, end_of(day)) if report.day == day)
    named = {maker.window_for(report.to, day).name for report in today if report.to is not None}
    return sorted(named) or [maker.world.calendar.current(day).name]


@dataclass(frozen=True, slots=True)
class Item:
    """A person, a club and a day on which the two were linked, and whether the person joined it in that window."""

    number: int
    person: str
    club: str
    name: str
    day: date
    window: str
    report: Report
    days_left: int
    happened: bool | None


def items_of(maker: CaseMaker, cases: Sequence[Case], as_of: date | None = None) -> Iterator[Item]:
    """The items in cases, with the outcome as it was known on a day; `number` is the case's place."""
    for number, case in enumerate(cases):
        for destination in case.destinations:
            today = [report for report in destination.reports if report.day == case.day]
            if not today or maker.window_for(destination.club, case.day).name != case.window:
                continue
            yield Item(
                number,
                case.key,
                club_key(destination.club),
                f"{case.person.name} to {destination.club.name}",
                case.day,
                case.window,
                today[-1],
                destination.window.days_left(case.day),
                maker.joined(case, destination.club, as_of),
            )
