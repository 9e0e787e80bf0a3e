"""Times told without a figure: what "next summer", "in January" or "three years ago" mean on the day of publication.

Windows are labelled "2025-summer" and "2025-winter", by the year in which a summer opens or a winter closes. European
seasons end in June, and a text that speaks of "the summer" in September or later means the next one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from mercato.extraction.items import Figure, Item, ItemKind

SEASON_ENDS = 6  # June
WINDOW_MONTHS = {1: "winter", 6: "summer", 7: "summer", 8: "summer"}
_PAST = frozenset({"summer_last", "winter_last", "season_last", "year_last", "month_last", "ago"})
MEANINGS = (
    "summer_this", "summer_coming", "summer_next", "summer_last", "winter_coming", "winter_next", "winter_last",
    "season_end", "season_next", "season_next_end", "season_last", "season_this", "year_last", "month_last",
    "month_next", "ago",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Time:
    """A time in a text: its characters, the window or the date it stands for, and whether it lies behind."""

    start: int
    end: int
    window: str | None = None
    date: str | None = None
    past: bool = False
    until: str | None = None
    """The end of what has a beginning and an end: of a season, its second year."""

    @property
    def value(self) -> str | None:
        """The window or else the date."""
        return self.window or self.date


def meant(means: str, day: date | None, start: int, end: int, length: Figure | None = None) -> Time | None:
    """The time that a phrase stands for on `day`, None where that can't be said."""
    if day is None:
        return None
    past = means in _PAST
    window = window_meant(means, day)
    if window is not None:
        return Time(start, end, window, past=past)
    match means:
        case "season_last" | "season_this":
            # In June the season that has just ended is the last one already.
            closing = day.year - (day.month < SEASON_ENDS) if past else day.year + (day.month > SEASON_ENDS)
            return Time(start, end, date=f"{closing - 1}-summer", past=past, until=str(closing))
        case "year_last":
            return Time(start, end, date=str(day.year - 1), past=past)
        case "month_last":
            return Time(start, end, date=_month(day, -1), past=past)
        case "month_next":
            return Time(start, end, date=_month(day, 1))
        case "ago":
            return _ago(day, start, end, length)
        case _:
            return None


def window_meant(means: str, day: date) -> str | None:
    """The window of a phrase that names one."""
    this = day.year
    late = day.month > 8
    match means:
        case "summer_this":
            return f"{this}-summer"
        case "summer_coming":
            return f"{this + late}-summer"
        case "summer_next":
            return f"{this + 1}-summer"
        case "summer_last":
            return f"{this - (day.month <= 8)}-summer"
        case "winter_coming":
            return f"{this + (day.month > 1)}-winter"
        case "winter_next":
            return f"{this + 1}-winter"
        case "winter_last":
            return f"{this - (day.month <= 2)}-winter"
        case "season_end":
            return f"{this + (day.month > SEASON_ENDS)}-summer"
        case "season_next":
            return f"{this + late}-summer"
        case "season_next_end":
            return f"{this + 1 + (day.month > SEASON_ENDS)}-summer"
        case _:
            return None


def _month(day: date, step: int) -> str:
    count = day.year * 12 + day.month - 1 + step
    return f"{count // 12}-{count % 12 + 1:02d}"


def _ago(day: date, start: int, end: int, length: Figure | None) -> Time | None:
    """ "three years ago" is a year, "two months ago" a month."""
    if length is None or length.number is None:
        return None
    if length.word == "month":
        return Time(start, end, date=_month(day, -round(length.number)), past=True)
    return Time(start, end, date=str(day.year - round(length.number)), past=True)


def figure_in(items: list[Item], start: int, end: int, kind: ItemKind) -> Figure | None:
    """The figure of that kind within the characters."""
    for item in items:
        if item.kind is kind and start <= item.start < end and isinstance(item.value, Figure):
            return item.value
    return None


def dated(figure: Figure, day: date | None, behind: bool = False) -> Time | None:
    """The time of a date in figures; one without a year is the last (`behind`) or the next of its kind."""
    written = figure.date
    if written is None:
        return None
    if "/" in written:
        first, second = written.split("/")
        return Time(figure.start, figure.end, date=first, past=_is_past(first, day), until=f"{first[:2]}{second}")
    if written.startswith("XXXX"):
        if day is None:
            return None
        month = int(written[5:7])
        year = day.year - (month > day.month) if behind else day.year + (month < day.month)
        written = f"{year}{written[4:]}"
    value = written[:7]
    window = None
    if len(value) == 7 and len(written) == 7 and int(value[5:]) in WINDOW_MONTHS:
        window = f"{value[:4]}-{WINDOW_MONTHS[int(value[5:])]}"
    ahead = day is not None and value > day.isoformat()[: len(value)]  # "has signed until 2029"
    return Time(figure.start, figure.end, window, value, past=_is_past(value, day) or (behind and not ahead))


def _is_past(value: str, day: date | None) -> bool:
    if day is None:
        return False
    today = day.isoformat()
    return value < today[: len(value)]
