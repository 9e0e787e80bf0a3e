"""Rumour and what it is made of: reports and their roles, origins seen and unseen, conflicts, fees, conditions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from mercato.model.claims import Certainty, ClaimKind, Deal, MoneyKind, Stage
from mercato.model.documents import Moment


class ReportRole(StrEnum):
    """The place of a report among the others of its rumour."""

    ORIGIN = "origin"
    RELAY = "relay"
    CONFIRMATION = "confirmation"
    DENIAL = "denial"
    UPDATE = "update"
    REPETITION = "repetition"
    ECHO = "echo"

    @property
    def meaning(self) -> str:
        """One sentence for help, docs and API."""
        return _ROLE_MEANINGS[self]


_ROLE_MEANINGS = {
    ReportRole.ORIGIN: "The first to say it, on its own word.",
    ReportRole.RELAY: "Passes on what another source said, and names it.",
    ReportRole.CONFIRMATION: "Says it on its own word after somebody else did.",
    ReportRole.DENIAL: "Says that it is not so.",
    ReportRole.UPDATE: "A source that spoke before brings something new.",
    ReportRole.REPETITION: "A source that spoke before says the same again.",
    ReportRole.ECHO: "The text copies or translates an earlier report; it adds no support.",
}


class Newness(StrEnum):
    """What a report brought that none before it had."""

    NEW_FACT = "new fact"
    NEW_STAGE = "new stage"
    NEW_ORIGIN = "new origin"
    DRIFT = "drift"
    REPETITION = "repetition"
    RECYCLED = "recycled"
    STALE = "stale"

    @property
    def is_news(self) -> bool:
        """Whether the reader learns something; wording that only grew along the chain is none."""
        return self in (Newness.NEW_FACT, Newness.NEW_STAGE, Newness.NEW_ORIGIN)

    @property
    def meaning(self) -> str:
        """One sentence for help, docs and API."""
        return _NEWNESS_MEANINGS[self]


_NEWNESS_MEANINGS = {
    Newness.NEW_FACT: "A term, club, condition or price that no earlier report had.",
    Newness.NEW_STAGE: "The transfer has come further, or has fallen back.",
    Newness.NEW_ORIGIN: "A source that had not been heard in this rumour.",
    Newness.DRIFT: "The wording is stronger than that of the source it rests on.",
    Newness.REPETITION: "Nothing that was not said before.",
    Newness.RECYCLED: "The same story as in an earlier window, with no new fact.",
    Newness.STALE: "A repetition, two weeks or more after the last news.",
}


class RumourStatus(StrEnum):
    """Where a rumour stands at a moment."""

    OPEN = "open"
    OFF = "off"
    DONE = "done"
    ELSEWHERE = "elsewhere"
    WINDOW_CLOSED = "window closed"

    @property
    def meaning(self) -> str:
        """One sentence for help, docs and API."""
        return _STATUS_MEANINGS[self]


_STATUS_MEANINGS = {
    RumourStatus.OPEN: "It can still happen in its window, and nobody has ended it.",
    RumourStatus.OFF: "The latest word is a refusal, a withdrawal or a denial.",
    RumourStatus.DONE: "It is reported as completed.",
    RumourStatus.ELSEWHERE: "The person is reported to have moved to another club in the same window.",
    RumourStatus.WINDOW_CLOSED: "Its window closed without a report that it was completed.",
}


class Momentum(StrEnum):
    """How news of the last week compares with the week before."""

    RISING = "rising"
    STEADY = "steady"
    FALLING = "falling"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class TimeRange:
    """Between which instants something happened; `earliest` None where nothing bounds it."""

    earliest: datetime | None
    latest: datetime

    def overlaps(self, other: TimeRange) -> bool:
        """Whether the two can have happened at the same time, or in either order."""
        starts = (self.earliest or datetime.min.replace(tzinfo=self.latest.tzinfo)) <= other.latest
        return starts and (other.earliest is None or other.earliest <= self.latest)

    def __str__(self) -> str:
        if self.earliest is None:
            return f"by {self.latest:%Y-%m-%d}"
        if self.earliest.date() == self.latest.date():
            return f"{self.latest:%Y-%m-%d}"
        if self.latest.date() - self.earliest.date() == timedelta(days=1):
            return f"{self.earliest:%Y-%m-%d} or {self.latest:%Y-%m-%d}"
        return f"between {self.earliest:%Y-%m-%d} and {self.latest:%Y-%m-%d}"


@dataclass(frozen=True, slots=True)
class OriginNode:
    """A source that reports rest on. `report` is its own document where that was ingested.

    `seen_through` are the documents that cite it; `independent` is false for one that only passed on another's word,
    and for an outlet that publishes others' reports without saying whose.
    """

    key: str
    name: str
    when: TimeRange
    report: str | None = None
    seen_through: tuple[str, ...] = ()
    independent: bool = True


@dataclass(frozen=True, slots=True)
class Report:
    """One document's part in a rumour. `path` is names from the origin to the report's own outlet."""

    document_id: str
    outlet: str
    published: Moment | None
    known_at: datetime
    role: ReportRole
    origin: str
    path: tuple[str, ...]
    claims: tuple[str, ...]
    new: tuple[Newness, ...] = ()
    stage: Stage | None = None
    certainty: Certainty = Certainty.REPORTED
    language: str | None = None
    title: str | None = None
    address: str | None = None
    echo_of: str | None = None
    echo_score: float | None = None
    order_certain: bool = True
    rests_on: str | None = None
    voices: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()

    @property
    def when(self) -> TimeRange:
        """Between which instants it was published."""
        if self.published is None:
            return TimeRange(None, self.known_at)
        return TimeRange(self.published.at, self.published.latest)


@dataclass(frozen=True, slots=True)
class Lead:
    """Who was first, and by how many seconds before the next; a tie where the times don't tell."""

    first: tuple[str, ...]
    next: str | None = None
    at_least: int = 0
    at_most: int | None = None

    @property
    def is_tie(self) -> bool:
        """Whether several may have been first."""
        return len(self.first) > 1


@dataclass(frozen=True, slots=True)
class ConflictValue:
    """One of the values that can't all be true, who stands for it and the claims that say so."""

    value: str
    origins: tuple[str, ...]
    claims: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Values that exclude each other; `chosen` is what the rumour takes, `rule` why, in words."""

    what: str
    values: tuple[ConflictValue, ...]
    chosen: str
    rule: str


@dataclass(frozen=True, slots=True)
class SaidFee:
    """A fee as one report said it."""

    low: float
    high: float
    currency: str
    kind: MoneyKind
    origin: str
    claim: str
    day: date


@dataclass(frozen=True, slots=True)
class FusedFee:
    """What all origins together say of the fee, in euros; `about` where a yearly average rate was used."""

    low: float
    middle: float
    high: float
    origins: int
    about: bool


@dataclass(frozen=True, slots=True)
class TimelinePoint:
    """A step of a rumour: when, which stage, and on whose word."""

    at: TimeRange
    stage: Stage
    outlet: str
    origin: str
    document_id: str


@dataclass(frozen=True, slots=True)
class ConditionLink:
    """What a rumour is said to hang on; the event is empty where the words don't make it plain."""

    text: str
    claim: str
    origin: str
    kind: ClaimKind | None = None
    person: str | None = None
    person_name: str | None = None
    club: str | None = None
    club_name: str | None = None
    to: str | None = None
    to_name: str | None = None


@dataclass(frozen=True, slots=True)
class Rival:
    """Another rumour on the same person in the same window."""

    id: str
    kind: ClaimKind
    club_name: str
    stage: Stage | None


@dataclass(frozen=True, slots=True)
class Rumour:
    """All that is said on one person and one destination in one window.

    `kind` is `move` (to `club`), `exit` (from `club`, nobody named) or `stay` (with `club`). `saga` is the id of the
    first rumour of the same pair in a run of consecutive windows. `known_at` of its reports is what `as_of` goes by.
    """

    id: str
    kind: ClaimKind
    person: str
    person_name: str
    club: str
    club_name: str
    window: str
    saga: str
    stage: Stage | None
    closes: date
    closes_certain: bool
    reports: tuple[Report, ...]
    origins: tuple[OriginNode, ...]
    lead: Lead
    timeline: tuple[TimelinePoint, ...]
    names: tuple[str, ...] = ()
    from_names: tuple[str, ...] = ()
    from_keys: tuple[str, ...] = ()
    country: str = ""
    deals: tuple[Deal, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    contract: str | None = None
    fees: tuple[SaidFee, ...] = ()
    conditions: tuple[ConditionLink, ...] = ()
    rivals: tuple[Rival, ...] = ()
    continues: str | None = None
    elsewhere: str | None = None

    @property
    def independent_origins(self) -> tuple[OriginNode, ...]:
        """The origins that support it and do not rest on each other."""
        return tuple(node for node in self.origins if node.independent)

    @property
    def last_news(self) -> Report:
        """The last report that brought something new."""
        news = [report for report in self.reports if any(item.is_news for item in report.new)]
        return (news or list(self.reports))[-1]

    @property
    def denials(self) -> tuple[Report, ...]:
        """The reports that say it is not so."""
        return tuple(report for report in self.reports if report.role is ReportRole.DENIAL)
