"""Claim and what it is made of: closed vocabularies as ordered enums, records as frozen dataclasses."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from mercato.model.documents import Span


class ClaimKind(StrEnum):
    """What a claim says of its person."""

    MOVE = "move"
    EXIT = "exit"
    STAY = "stay"
    CONTRACT = "contract"
    PRICE = "price"
    SPELL = "spell"

    @property
    def meaning(self) -> str:
        """One sentence for help, docs and API."""
        return _KIND_MEANINGS[self]


_KIND_MEANINGS = {
    ClaimKind.MOVE: "The person may join, is joining or has joined the club `to`.",
    ClaimKind.EXIT: "The person may leave, is leaving or has left `from`, and no destination is named.",
    ClaimKind.STAY: "The person is to stay with `club`, or to sign a new contract there.",
    ClaimKind.CONTRACT: "The person is under contract with `club` until `until`.",
    ClaimKind.PRICE: "An asking price, valuation or release clause is set on the person.",
    ClaimKind.SPELL: "A career fact: the person was at `club` from one date to another.",
}


class Stage(StrEnum):
    """How far a transfer has come, by what the text says has been reached; in order."""

    INTEREST = "interest"
    TALKS = "talks"
    BID = "bid"
    ADVANCED = "advanced"
    AGREED = "agreed"
    DONE = "done"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    DENIED = "denied"

    @property
    def meaning(self) -> str:
        """One sentence for help, docs and API."""
        return _STAGE_MEANINGS[self]


_STAGE_MEANINGS = {
    Stage.INTEREST: "Linked, monitored, targeted or wanted; plans and intentions.",
    Stage.TALKS: "Enquiry, contact or approach made, offered to the club, negotiating.",
    Stage.BID: "An offer or a counter-offer has been made.",
    Stage.ADVANCED: "Close, on the verge, or agreed on one of the two sides only.",
    Stage.AGREED: "Clubs and player agree; medical booked or passed.",
    Stage.DONE: "Signed, completed, announced, official.",
    Stage.REJECTED: "An offer, an approach or a sale was refused by the selling club or by the player.",
    Stage.WITHDRAWN: "The buyer ended its interest, turned to somebody else, or the deal collapsed.",
    Stage.DENIED: "The interest or the deal is said not to exist.",
}

LADDER = (Stage.INTEREST, Stage.TALKS, Stage.BID, Stage.ADVANCED, Stage.AGREED, Stage.DONE)
"""The stages that are further than one another, in order; the others are ends."""
ENDS = frozenset({Stage.REJECTED, Stage.WITHDRAWN, Stage.DENIED})


class Deal(StrEnum):
    """The form of the transfer."""

    PERMANENT = "permanent"
    LOAN = "loan"
    LOAN_OPTION = "loan+option"
    LOAN_OBLIGATION = "loan+obligation"
    FREE = "free"
    SWAP = "swap"


class Role(StrEnum):
    """What the person is for the club; managers, assistants and directors are `coach`."""

    PLAYER = "player"
    COACH = "coach"


class MoneyKind(StrEnum):
    """What an amount of money pays for."""

    FEE = "fee"
    LOAN_FEE = "loan_fee"
    OPTION = "option"
    OBLIGATION = "obligation"
    ADD_ONS = "add_ons"
    ASKING_PRICE = "asking_price"
    VALUATION = "valuation"
    RELEASE_CLAUSE = "release_clause"
    MARGINAL = "marginal"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in units of one, `low` to `high` (add-ons count in `high` only), and its ISO 4217 currency."""

    low: float
    high: float
    currency: str
    kind: MoneyKind = MoneyKind.FEE


@dataclass(frozen=True, slots=True)
class Wage:
    """Pay per `period` ("week", "month", "year", "season"); `net` is None where the text doesn't say."""

    low: float
    high: float
    currency: str
    period: str
    net: bool | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What else the text says of the terms; `cost` is the words where they name no amount ("a marginal figure")."""

    amounts: tuple[Money, ...] = ()
    wage: Wage | None = None
    length_years: float | None = None
    sell_on_percent: float | None = None
    cost: str | None = None


class Certainty(StrEnum):
    """How the text holds the claim."""

    FACT = "fact"
    REPORTED = "reported"
    SPECULATED = "speculated"
    ASKED = "asked"
    DENIED = "denied"


class LinkKind(StrEnum):
    """Who a link of an attribution chain is."""

    OUTLET = "outlet"
    JOURNALIST = "journalist"
    VOICE = "voice"
    UNNAMED = "unnamed"


@dataclass(frozen=True, slots=True)
class Link:
    """One link of an attribution chain. `name` is as cited (cleaned), `id` the register's, where known."""

    kind: LinkKind
    name: str
    id: str | None = None
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Attribution:
    """The chain as the text tells it, origin first, without the publishing document itself."""

    chain: tuple[Link, ...] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the outlets and journalists, origin first, as the annotation schema lists them."""
        return tuple(link.name for link in self.chain if link.kind in (LinkKind.OUTLET, LinkKind.JOURNALIST))


@dataclass(frozen=True, slots=True)
class PersonRef:
    """A person as the document names them, and the register's id where the person could be settled."""

    name: str
    id: str | None = None


@dataclass(frozen=True, slots=True)
class ClubRef:
    """A club by its common English name, and the register's id where known."""

    name: str
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """What a claim hangs on: its words, and the event it names in the same terms as a claim, where they are plain."""

    text: str
    span: Span | None = None
    kind: ClaimKind | None = None
    person: PersonRef | None = None
    to: ClubRef | None = None
    from_: ClubRef | None = None
    club: ClubRef | None = None


@dataclass(frozen=True, slots=True)
class Timing:
    """When a move is for: its words, and the window ("2025-summer") or date they resolve to."""

    text: str
    window: str | None = None
    date: str | None = None
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Spell:
    """A career fact: `start` and `end` as YYYY, YYYY-MM or "YYYY-summer"; `youth` marks an academy.

    `ended` says that the text has it as over, with a date or without; `returned` that it isn't the first at the club,
    after `gap_years` away where the text says how long. `parent` is the club that a loan was from.
    """

    start: str | None = None
    end: str | None = None
    months: int | None = None
    on_loan: bool = False
    youth: bool = False
    parent: ClubRef | None = None
    ended: bool = False
    returned: bool = False
    gap_years: float | None = None
    appearances: int | None = None


class EvidenceRole(StrEnum):
    """What part of a claim a span of text is evidence for."""

    TRIGGER = "trigger"
    PERSON = "person"
    TO = "to"
    FROM = "from"
    CLUB = "club"
    STAGE = "stage"
    DEAL = "deal"
    FEE = "fee"
    UNTIL = "until"
    CONDITION = "condition"
    SOURCE = "source"
    WHEN = "when"
    HEDGE = "hedge"
    COST = "cost"
    WAGE = "wage"
    LENGTH = "length"
    SELL_ON = "sell_on"
    START = "start"
    END = "end"
    GAP = "gap"
    PARENT = "parent"
    APPEARANCES = "appearances"
    AGE = "age"
    BORN_PLACE = "born_place"


@dataclass(frozen=True, slots=True)
class Evidence:
    """The words that one field of a claim rests on."""

    role: EvidenceRole
    span: Span


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What the document says of a person besides clubs: age in years, year of birth, birthplace as it is written."""

    age: int | None = None
    born: str | None = None
    born_place: str | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class ReaderVersion:
    """Which reader made a claim."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement, by one document, about one person. Field rules: `docs/reading.md`.

    `to` and `from_` are set for moves and exits, `club` for stays, contracts, prices and spells. A field that is set
    has its words in `evidence`. `confidence` is calibrated or absent.
    """

    id: str
    document_id: str
    kind: ClaimKind
    person: PersonRef
    role: Role = Role.PLAYER
    to: ClubRef | None = None
    from_: ClubRef | None = None
    club: ClubRef | None = None
    stage: Stage | None = None
    deal: Deal | None = None
    fee: Money | None = None
    until: str | None = None
    certainty: Certainty = Certainty.REPORTED
    attribution: Attribution = field(default_factory=Attribution)
    condition: Condition | None = None
    terms: Terms = field(default_factory=Terms)
    when: Timing | None = None
    spell: Spell | None = None
    person_facts: PersonFacts | None = None
    evidence: tuple[Evidence, ...] = ()
    reader: ReaderVersion = ReaderVersion("rules", "0")
    confidence: float | None = None
