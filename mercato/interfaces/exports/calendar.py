"""Transfer windows as an iCalendar file: a day on which each opens and a day on which it closes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from mercato.errors import MercatoError, Misused

if TYPE_CHECKING:
    from icalendar import Event

    from mercato.register import Register, Window

_STAMP = datetime(2026, 1, 1, tzinfo=UTC)
"""Written into every event, as the same windows must give the same file."""


def windows_of(register: Register, countries: Iterable[str], since: date | None = None) -> list[Window]:
    """The windows of some countries, or of all where none is named, that close on a day or later.

    Raises Misused for what is no country's code.
    """
    wanted = {country.upper(): country for country in countries}
    for code, written in wanted.items():
        if code not in register.countries:
            raise Misused(f"{written[:20]!r} is no country's code. They are FIFA's: ENG, ITA, GER.")
    return [
        window
        for window in sorted(register.windows, key=lambda w: (w.closes, w.country))
        if (not wanted or window.country in wanted) and (since is None or window.closes >= since)
    ]


def calendar(register: Register, windows: Iterable[Window]) -> bytes:
    """The file. Raises MercatoError where the library is missing."""
    try:
        from icalendar import Calendar
    except ModuleNotFoundError:
        raise MercatoError("Calendars need icalendar: install it with `pip install 'mercato[web]'`.") from None
    made = Calendar()
    made.add("prodid", "-//mercato//windows//EN")
    made.add("version", "2.0")
    made.add("x-wr-calname", "Transfer windows")
    for window in windows:
        country = register.countries[window.country].name if window.country in register.countries else window.country
        for what, day in (("opens", window.opens), ("closes", window.closes)):
            if day is not None:
                made.add_component(_event(window, f"{country}: {window.kind.value} window {what}", what, day))
    return bytes(made.to_ical())


def _event(window: Window, summary: str, what: str, day: date) -> Event:
    from icalendar import Event

    event = Event()
    event.add("uid", f"{window.country}-{window.season.replace('/', '-')}-{window.kind.value}-{what}@mercato")
    event.add("summary", summary)
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("dtstamp", _STAMP)
    event.add("transp", "TRANSPARENT")
    return event
