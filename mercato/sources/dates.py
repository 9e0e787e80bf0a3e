"""Publication dates: from the forms in which files, feeds and pages write them to a Moment with its precision."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from mercato.model import Block, BlockKind, Moment, Precision
from mercato.sources.cues import cues

_ISO = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?)?"
    r"(?:[T ]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
    r" ?(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?"
)
# With dots the day comes first wherever it is written so; with slashes it depends on the country.
_DOTTED = re.compile(
    r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})"
    r"(?:,? (?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?P<second>)(?P<zone>)(?: (?:Uhr|h))?)?"
)
_COMPACT = re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})")
_DAY_FIRST = re.compile(
    r"(?:\w+\.?,? )?(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|\.)?(?: de| of)? "
    r"(?P<name>[^\W\d_]+)\.?(?: de|,)? (?P<year>\d{4})"
)
_MONTH_FIRST = re.compile(r"(?:\w+\.?,? )?(?P<name>[^\W\d_]+)\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?,? (?P<year>\d{4})")
# Looked for inside a text, a month begins where a word does: else each letter of a long word would be tried.
_MONTH_YEAR = re.compile(r"(?<![^\W\d_])(?P<name>[^\W\d_]+)\.?(?: de|,)? (?P<year>\d{4})")
_WITH_NAME = (_DAY_FIRST, _MONTH_FIRST, _MONTH_YEAR)


def parse_moment(value: str) -> Moment | None:
    """The moment that `value` states, or None where it states none that is certain.

    Read are ISO 8601 (from year to second, with or without a zone), RFC 822, and days with the month's name in any of
    the six languages. A time without a zone is taken as UTC. "03/04/2025" is None: nobody knows which is the month.
    """
    value = " ".join(value.split())[:80]
    try:
        return _from_numbers(value) or _from_mail(value) or _from_names(value)
    except (ValueError, OverflowError):
        return None


def moment_in(text: str, blocks: tuple[Block, ...]) -> Moment | None:
    """The publication date that a text gives itself in a date line; never one from a caption."""
    lines = (text[block.start : block.end] for block in blocks if block.kind is BlockKind.DATELINE)
    return next((moment for line in lines if (moment := date_line(line))), None)


def date_line(line: str) -> Moment | None:
    """The day or finer moment that a line consists of, after a word such as "Published" or without one."""
    label = cues().date_label.match(line)
    moment = parse_moment(line[label.end() :] if label else line)
    return moment if moment and moment.precision in (Precision.DAY, Precision.MINUTE, Precision.SECOND) else None


def _from_numbers(value: str) -> Moment | None:
    match = _ISO.fullmatch(value) or _DOTTED.fullmatch(value) or _COMPACT.fullmatch(value)
    if match is None:
        return None
    part = match.groupdict()
    day, month = part["day"], part["month"]
    if day is None or part.get("hour") is None:
        precision = Precision.DAY if day else Precision.MONTH if month else Precision.YEAR
        at = datetime(int(part["year"]), int(month or 1), int(day or 1), tzinfo=UTC)
        return None if part.get("hour") else Moment(at, precision)
    naive = datetime(
        int(part["year"]), int(month or 0), int(day), int(part["hour"]), int(part["minute"]), int(part["second"] or 0)
    )
    at = (naive - _offset(part["zone"])).replace(tzinfo=UTC)
    return Moment(at, Precision.SECOND if part["second"] else Precision.MINUTE)


def _offset(zone: str | None) -> timedelta:
    if not zone or zone[0] not in "+-":
        return timedelta()
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    if hours > 14 or minutes > 59:
        raise ValueError(zone)
    return timedelta(hours=hours, minutes=minutes) * (-1 if zone[0] == "-" else 1)


def _from_mail(value: str) -> Moment | None:
    """RFC 822 and its successors, as feeds write it: "Mon, 09 Jun 2025 14:05:00 +0200"."""
    if ":" not in value:
        return None
    # Imported here, as few dates need it and it costs more than the rest of this module.
    from email.utils import parsedate_to_datetime

    try:
        at = parsedate_to_datetime(value)
    except (TypeError, ValueError, IndexError):
        return None
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return Moment(at, Precision.SECOND if value.count(":") > 1 else Precision.MINUTE)


def _from_names(value: str) -> Moment | None:
    """A day with the month's name: "9 giugno 2025", "June 9, 2025", "9. Juni 2025", "June 2025"."""
    for form in _WITH_NAME:
        match = form.fullmatch(value)
        if match and (month := cues().months.get(match["name"].lower())):
            day = match.groupdict().get("day")
            at = datetime(int(match["year"]), month, int(day or 1), tzinfo=UTC)
            return Moment(at, Precision.DAY if day else Precision.MONTH)
    return None
