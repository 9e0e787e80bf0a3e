"""What the ledger answers with: stored documents and claims with their moments, counts, filters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from mercato.model import Claim, ClaimKind, Document, Moment, ReaderVersion, Stage


@dataclass(frozen=True, slots=True)
class Appended:
    """What an append added: nothing where the ledger had it all. `version` counts the texts under one key from 1.

    `went_back` is set where the article had another text meanwhile, and has this one, which is not new, again.
    """

    document_new: bool
    claims_new: int
    version: int
    went_back: bool = False


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document with its version among the texts of its key, and when it was seen and written down."""

    document: Document
    version: int
    seen_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class DocumentHead:
    """A document without its text."""

    id: str
    key: str
    version: int
    address: str | None
    outlet: str | None
    title: str | None
    author: str | None
    published: Moment | None
    language: str | None
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class StoredClaim:
    """A claim, the document it is from, and when this reading of it was seen and written down."""

    claim: Claim
    source: DocumentHead
    seen_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Skip:
    """An input that could not be read, why, and when that was."""

    input_name: str
    reason: str
    advice: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is: `articles` are keys, `documents` their texts (a changed article has several)."""

    articles: int
    documents: int
    readings: int
    claims: int
    skips: int


@dataclass(frozen=True, slots=True)
class ClaimFilter:
    """Which claims are asked for; what is not set does not narrow.

    - `person`, `club`, `outlet`: an id, or a name of which these are whole words, folded ("perin" finds Mattia Perin).
      A club counts in any role; an outlet counts as publisher and as cited outlet or journalist.
    - `since`, `until`: days, both inclusive, of publication, or of first sight where that is not known.
    - `reader`: "latest" (each document's last reading), "all", or one ReaderVersion.
    - `versions`: "latest" (each article's last text) or "all".
    - `limit`: the newest so many.
    """

    person: str | None = None
    club: str | None = None
    outlet: str | None = None
    stages: tuple[Stage, ...] = ()
    kinds: tuple[ClaimKind, ...] = ()
    since: date | None = None
    until: date | None = None
    reader: str | ReaderVersion = "latest"
    versions: str = "latest"
    limit: int | None = None
