"""Claims as forecasting sees them: who said what of whom, and from which moment on it could be known."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cached_property
from urllib.parse import urlsplit

from mercato.forecasting.outcomes import club_key
from mercato.ledger import DocumentHead, StoredClaim
from mercato.model import Certainty, ClaimKind, ClubRef, Deal, EvidenceRole, LinkKind, Money, PersonRef, Role, Stage
from mercato.model.folding import fold


class KnownBy(StrEnum):
    """From when on a report counts as known."""

    SEEN = "seen"  # when the ledger saw it: right for a ledger that was kept at the time
    PUBLISHED = "published"  # when it was published: for an archive that was read in later at one go


@dataclass(frozen=True, slots=True)
class Report:
    """One claim with what a forecast needs of it. `known` is the first moment at which it may be used."""

    claim_id: str
    document_id: str
    person: PersonRef
    known: datetime
    kind: ClaimKind
    stage: Stage | None
    to: ClubRef | None
    from_: ClubRef | None
    club: ClubRef | None
    deal: Deal | None
    fee: Money | None
    until: str | None
    certainty: Certainty
    outlet: str
    cited: tuple[str, ...]
    window: str | None
    conditional: bool
    words: tuple[str, ...]
    clubs_named: int
    age: int | None = None

    @property
    def person_key(self) -> str:
        """What the person is filed under."""
        return person_key(self.person)

    @property
    def day(self) -> date:
        """The day on which it became known."""
        return self.known.date()

    @property
    def source(self) -> str:
        """Whose report it is: the origin that the text names, else its publisher."""
        return self.cited[0] if self.cited else self.outlet


def person_key(person: PersonRef) -> str:
    """What a person is filed under: the register's id, else the folded name."""
    return person.id or fold(person.name)


def reports_from(claims: Iterable[StoredClaim], known_by: KnownBy = KnownBy.SEEN) -> list[Report]:
    """The claims on players as reports, in the order they became known. Undated ones count from first sight."""
    stored = [s for s in claims if s.claim.role is Role.PLAYER]
    named: Counter[tuple[str, str]] = Counter()
    for pair in {(s.source.id, person_key(s.claim.person), club_key(s.claim.to)) for s in stored if s.claim.to}:
        named[pair[:2]] += 1
    made = [_report(s, known_by, named[s.source.id, person_key(s.claim.person)]) for s in stored]
    return sorted(made, key=lambda report: (report.known, report.document_id, report.claim_id))


def _report(stored: StoredClaim, known_by: KnownBy, clubs_named: int) -> Report:
    claim, source = stored.claim, stored.source
    published = source.published
    moments = [published.latest] if published else []
    if known_by is KnownBy.SEEN or not moments:
        moments += [source.seen_at, stored.seen_at]
    chain = claim.attribution.chain
    return Report(
        claim_id=claim.id,
        document_id=source.id,
        person=claim.person,
        known=max(moments).astimezone(UTC),
        kind=claim.kind,
        stage=claim.stage,
        to=claim.to,
        from_=claim.from_,
        club=claim.club,
        deal=claim.deal,
        fee=claim.fee,
        until=claim.until,
        certainty=claim.certainty,
        outlet=publisher(source),
        cited=tuple(link.id or link.name for link in chain if link.kind in (LinkKind.OUTLET, LinkKind.JOURNALIST)),
        window=claim.when.window if claim.when else None,
        conditional=claim.condition is not None,
        words=_words(stored),
        clubs_named=clubs_named,
        age=claim.person_facts.age if claim.person_facts else None,
    )


def publisher(source: DocumentHead) -> str:
    """Who published a document: its outlet, else the host of its address."""
    name = source.outlet or urlsplit(source.address or "").hostname or ""
    return name.removeprefix("www.")


_WORD = re.compile(r"[^\W\d_]{2,}")
_WORDING = (EvidenceRole.TRIGGER, EvidenceRole.HEDGE, EvidenceRole.STAGE, EvidenceRole.DEAL, EvidenceRole.WHEN)


def _words(stored: StoredClaim) -> tuple[str, ...]:
    """The distinct words that the claim's step, hedge and form rest on, folded; no names among them."""
    texts = [evidence.span.text for evidence in stored.claim.evidence if evidence.role in _WORDING]
    return tuple(sorted({word for text in texts for word in _WORD.findall(fold(text))}))


class ReportBook:
    """All reports, findable by person and by club up to a moment."""

    def __init__(self, reports: Iterable[Report]) -> None:
        self.reports = sorted(reports, key=lambda report: (report.known, report.document_id, report.claim_id))
        self._of_person: dict[str, list[Report]] = defaultdict(list)
        self._at_club: dict[str, list[Report]] = defaultdict(list)
        for report in self.reports:
            self._of_person[report.person_key].append(report)
            for club in {club_key(club) for club in (report.to, report.from_, report.club) if club}:
                self._at_club[club].append(report)

    @cached_property
    def people(self) -> tuple[str, ...]:
        """Everybody reported on, in the order of their first report."""
        return tuple(self._of_person)

    def of_person(self, key: str, moment: datetime, since: datetime | None = None) -> list[Report]:
        """What was known of a person at a moment (and became known after `since`), oldest first."""
        return _slice(self._of_person.get(key, []), moment, since)

    def at_club(self, key: str, moment: datetime, since: datetime | None = None) -> list[Report]:
        """What was known of a club's business at a moment, oldest first."""
        return _slice(self._at_club.get(key, []), moment, since)

    def until(self, moment: datetime) -> ReportBook:
        """The book as it stood: later reports are not in it."""
        return ReportBook(_slice(self.reports, moment, None))

    def days(self) -> Iterator[tuple[str, date]]:
        """Each person and each day with something new on them."""
        yield from sorted({(report.person_key, report.day) for report in self.reports}, key=lambda pair: pair[::-1])


def _slice(reports: list[Report], moment: datetime, since: datetime | None) -> list[Report]:
    end = bisect_right(reports, moment, key=_known)
    start = bisect_right(reports, since, key=_known) if since else 0
    return reports[start:end]


def _known(report: Report) -> datetime:
    return report.known
