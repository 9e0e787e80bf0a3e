"""Transfer windows as forecasts use them: a name ("2021-summer"), its days in each country, what is left of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from mercato.errors import Misused
from mercato.register import Window, WindowKind

REFERENCE = "ENG"
"""Whose calendar stands in for a country that has none in the register: most of the big leagues keep close to it."""

_FALLBACK = {WindowKind.SUMMER: ((6, 10), (8, 31)), WindowKind.WINTER: ((1, 1), (1, 31))}


@dataclass(frozen=True, slots=True)
class SeasonWindow:
    """One window of one country. `name` is the year and the kind; both days belong to it."""

    name: str
    opens: date
    closes: date

    @property
    def kind(self) -> WindowKind:
        """Summer or winter."""
        return WindowKind(self.name.split("-")[1])

    def days_left(self, day: date) -> int:
        """Days from `day` to the close; 0 on the last day, negative when it is over."""
        return (self.closes - day).days

    def is_open(self, day: date) -> bool:
        """Whether players can be registered on `day`."""
        return self.opens <= day <= self.closes


def window_name(season: str, kind: str) -> str:
    """`window_name("2021/22", "winter")` is "2022-winter": the year in which the window lies."""
    year = int(season[:4])
    return f"{year + (kind == 'winter')}-{kind}"


def season_windows(season: str) -> tuple[str, str]:
    """The two windows of a season, the summer's first."""
    return window_name(season, "summer"), window_name(season, "winter")


def check_name(name: str) -> str:
    """The name of a window as it is, or Misused where it is none."""
    year, _, kind = name.partition("-")
    if not (year.isdigit() and len(year) == 4 and kind in set(WindowKind)):
        raise Misused(f"{name!r} names no window; write the year and the kind, such as 2025-summer or 2026-winter.")
    return name


class Calendar:
    """The windows of all countries, as the register has them. A country or year that is missing goes by England's."""

    def __init__(self, windows: Iterable[Window]) -> None:
        self._known: dict[tuple[str, str], SeasonWindow] = {}
        # England's come first: where a country's opening day is not known, England's is taken, else the usual one.
        for window in sorted(windows, key=lambda window: window.country != REFERENCE):
            name = f"{window.closes.year}-{window.kind.value}"
            opens = window.opens or min(self.window(name).opens, window.closes)
            self._known[window.country, name] = SeasonWindow(name, opens, window.closes)

    def window(self, name: str, country: str = REFERENCE) -> SeasonWindow:
        """The window of that name in a country."""
        found = self._known.get((country, name)) or self._known.get((REFERENCE, name))
        return found or _usual(name)

    def current(self, day: date, country: str = REFERENCE) -> SeasonWindow:
        """The window that is open on `day`, else the next to open."""
        names = (f"{year}-{kind}" for year in (day.year, day.year + 1) for kind in ("winter", "summer"))
        return next(window for name in names if (window := self.window(name, country)).closes >= day)

    def last_close(self, name: str) -> date:
        """The day on which the last known country closes that window."""
        closes = [window.closes for (_, other), window in self._known.items() if other == name]
        return max([*closes, self.window(name).closes])


def _usual(name: str) -> SeasonWindow:
    """The window as it usually lies, for years that nobody has entered."""
    year = int(name[:4])
    (month, first), (last_month, last) = _FALLBACK[WindowKind(name.split("-")[1])]
    return SeasonWindow(name, date(year, month, first), date(year, last_month, last))


def days(first: date, last: date) -> Iterable[date]:
    """Every day from the first to the last, both included."""
    return (first + timedelta(days=n) for n in range((last - first).days + 1))
