"""Transfer windows by country: which window a day belongs to, and when it closes. Labels are "2025-summer"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from mercato.register import Window

_LABEL = re.compile(r"(\d{4})-(winter|summer)\Z")
# Most of the big leagues close within a day or two of these; used where the register has no dates.
_USUAL_CLOSE = {"winter": (2, 2), "summer": (9, 2)}
# Papers report a completed deal for some days after the deadline; it belongs to the window that has just closed.
LATE_REPORTS = timedelta(days=4)


class Closing(NamedTuple):
    """The last day of a window; `certain` where the register has it."""

    day: date
    certain: bool


class Calendar:
    """The windows of every country that the register knows, and the usual dates for the rest."""

    def __init__(self, windows: Iterable[Window]) -> None:
        self._closes: dict[tuple[str, str], date] = {}
        for window in windows:
            key = (window.country, window_label(window))
            self._closes[key] = max(window.closes, self._closes.get(key, window.closes))
        # Documents of one day ask again and again.
        self.window_of = lru_cache(maxsize=16_384)(self._window_of)

    def closes(self, country: str, label: str) -> Closing:
        """When the window of a label closes in a country."""
        known = self._closes.get((country, label))
        if known is not None:
            return Closing(known, True)
        year, kind = _parts(label)
        return Closing(date(year, *_USUAL_CLOSE[kind]), False)

    def _window_of(self, country: str, day: date, settled: bool = False) -> str:
        """The window that is open on a day, or the next one to open; for a settled deal also one just closed."""
        asked = day - LATE_REPORTS if settled else day
        for label in _labels_around(day.year):
            if self.closes(country, label).day >= asked:
                return label
        raise AssertionError("the next year's windows close after any day of this one")


def window_label(window: Window) -> str:
    """A window's label: the year in which it closes."""
    return f"{window.closes.year}-{window.kind.value}"


def is_label(text: str | None) -> bool:
    """Whether a text is a window's label."""
    return bool(text and _LABEL.match(text))


def order(label: str) -> int:
    """A number by which windows stand in the order of time, consecutive ones one apart."""
    year, kind = _parts(label)
    return year * 2 + (kind == "summer")


def _labels_around(year: int) -> Iterable[str]:
    yield f"{year - 1}-summer"
    for number in (year, year + 1):
        yield f"{number}-winter"
        yield f"{number}-summer"


def _parts(label: str) -> tuple[int, str]:
    match = _LABEL.match(label)
    if match is None:
        raise ValueError(f'{label!r} is no window; windows are written "2025-summer"')
    return int(match[1]), match[2]
