"""Sums and times of a sentence, before they are bound to what they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from mercato.extraction.draft import Draft
from mercato.model import Money

Span = tuple[int, int]


def year_month(means: str, day: date | None) -> str | None:
    """What "this summer" or "at the end of the season" means on `day`: YYYY, or YYYY-MM where a month is plain.

    European seasons end in June; a "summer" spoken of from September on is the next one.
    """
    if day is None:
        return None
    this = day.year
    match means:
        case "season_end":
            return str(this if day.month <= 6 else this + 1)
        case "summer_this":
            return str(this)
        case "summer_coming":
            return str(this if day.month <= 8 else this + 1)
        case "summer_next":
            return str(this + 1)
        case "january_coming":
            return f"{this if day.month == 1 else this + 1}-01"
        case "january_next":
            return f"{this + 1}-01"
        case "season_next":
            return str(this + 1 if day.month <= 6 else this + 2)
        case "month_next":
            return f"{this + (day.month == 12)}-{day.month % 12 + 1:02d}"
        case "month_this" | "week_this":
            return f"{this}-{day.month:02d}"
        case "year_end":
            return f"{this}-12"
        case _:
            return None


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum in a sentence; an `aside` ("the £35m-rated striker") is the fee of no step."""

    money: Money
    span: Span
    aside: bool


def distance(draft: Draft, span: Span) -> int:
    """Characters between a sum and the words of a draft's step; what follows the step is nearer than what precedes."""
    if draft.event is None:
        return 9999
    start, end = draft.event.span
    return span[0] - end if span[0] >= end else (start - span[1] if span[1] <= start else 0)
