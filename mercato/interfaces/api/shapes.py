"""What answers hold, for the description of the API; the records themselves are written without these."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, get_type_hints

from pydantic import BaseModel, Field, create_model

from mercato.model.rumours import Report, Rumour
from mercato.rumours.club_view import ContractSituation, Sought
from mercato.rumours.status import Standing

_RUMOUR: dict[str, Any] = {
    **{field.name: (get_type_hints(Rumour)[field.name], ...) for field in fields(Rumour)},
    "independent_origins": (list[str], ...),
    "standing": (Standing, ...),
}
RumourRecord = create_model("RumourRecord", __doc__=Rumour.__doc__, **_RUMOUR)
"""A rumour, the names of its independent origins, and where it stands at the moment asked about."""

ClaimRecord = dict[str, Any]
"""A claim in the fields of `mercato claims --json`; those that the text doesn't settle are left out or null."""


class ClubRecord(BaseModel):
    """A club's business; `in`, `out` and `stay` are rumours."""

    club: str
    ins: list[RumourRecord] = Field(alias="in")  # type: ignore[valid-type]
    outs: list[RumourRecord] = Field(alias="out")  # type: ignore[valid-type]
    stays: list[RumourRecord] = Field(alias="stay")  # type: ignore[valid-type]
    contracts: list[ContractSituation]
    sought: list[Sought]
    claims: list[ClaimRecord]


class PersonRecord(BaseModel):
    """Everybody whom the name may mean; `named` are the spellings by the key of the person."""

    named: dict[str, list[str]]
    rumours: list[RumourRecord]  # type: ignore[valid-type]
    claims: list[ClaimRecord]


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    """A report that brought something new, with its rumour's id, person, destination in words and window."""

    rumour: str
    person: str
    what: str
    window: str
    report: Report


class BlockRecord(BaseModel):
    """A part of the text."""

    kind: str
    start: int
    end: int


class DocumentRecord(BaseModel):
    """A text as it was read; offsets count characters (code points) of `text`."""

    id: str
    key: str
    version: int
    text: str
    blocks: list[BlockRecord]
    address: str | None
    outlet: str | None
    title: str | None
    author: str | None
    published: str | None
    language: str | None
    seen_at: str
    recorded_at: str
    claims: list[ClaimRecord]


class SourceRecord(BaseModel):
    """A publisher, or somebody whom others cite; the newest claims that it published or is credited with."""

    outlet: str
    documents: int
    first: str | None
    last: str | None
    claims: list[ClaimRecord]


class Added(BaseModel):
    """What came of a document that was sent: what in it was new to the ledger, and all that was found."""

    id: str
    new: bool
    version: int
    claims_new: int
    claims: list[ClaimRecord]


class VerdictGiven(BaseModel):
    """A verdict that is now in the ledger; `one` and `other` are the keys of the two."""

    number: int
    one: str
    other: str
    same: bool


class NewDocument(BaseModel):
    """A text to be read into the ledger."""

    model_config = {"extra": "forbid"}

    text: str = Field(min_length=1, max_length=1_000_000)
    address: str | None = Field(None, max_length=2_000, pattern=r"^https?://")
    outlet: str | None = Field(None, max_length=200)
    title: str | None = Field(None, max_length=500)
    author: str | None = Field(None, max_length=200)
    published: str | None = Field(None, max_length=40, description="A date or moment, as 2025-06-09.")
    language: str | None = Field(None, max_length=10)


class NewVerdict(BaseModel):
    """Somebody's word that two names are one person, or are not. A person is a name, an id, or NAME @ CLUB."""

    model_config = {"extra": "forbid"}

    one: str = Field(min_length=1, max_length=300)
    other: str = Field(min_length=1, max_length=300)
    same: bool
    author: str = Field(min_length=1, max_length=100)


class NewOutcome(BaseModel):
    """A completed move; one of `from` and `to` is needed, and a `day` or a `season` with its `window`."""

    model_config = {"extra": "forbid", "populate_by_name": True}

    person: str = Field(min_length=1, max_length=200)
    from_club: str | None = Field(None, alias="from", max_length=200)
    to: str | None = Field(None, max_length=200)
    from_id: str | None = Field(None, max_length=60)
    to_id: str | None = Field(None, max_length=60)
    kind: str | None = Field(None, max_length=40, description="permanent, loan, loan_end, free, renewal or unknown.")
    day: str | None = Field(None, max_length=10, description="2025-07-01.")
    season: str | None = Field(None, max_length=9, description="2025/26.")
    window: str | None = Field(None, max_length=10, description="summer or winter.")
    author: str = Field(min_length=1, max_length=100)


class OutcomeTaken(BaseModel):
    """An outcome that is now kept."""

    id: str
    new: bool


class ReasonRecord(BaseModel):
    """A signal, by how much it multiplies the hazard against the usual, and its sentence."""

    signal: str
    factor: float
    sentence: str


class ChanceRecord(BaseModel):
    """The chance of one outcome (a club, `elsewhere`, `stay`, `leave`), with its nine-in-ten interval."""

    outcome: str
    name: str
    probability: float
    low: float | None
    high: float | None
    reasons: list[ReasonRecord]


class ForecastRecord(BaseModel):
    """What was said of a person and a window for a moment; `chances` add up to one, or `why_not` says why none are."""

    id: str
    person: str
    person_key: str
    window: str
    moment: str
    model: str
    chances: list[ChanceRecord]
    why_not: str


class ChanceSaid(BaseModel):
    """The chance of one rumour as it was said for a moment."""

    moment: str
    model: str
    chance: ChanceRecord


class TodayRecord(BaseModel):
    """A card of Today: a rumour, and the chance last said of it."""

    rumour: RumourRecord  # type: ignore[valid-type]
    chance: ChanceSaid | None
