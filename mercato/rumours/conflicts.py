"""Facts that can't all be true: each value with its sources, the one that is taken, and by which rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mercato.model import Claim, ClaimKind, Money, MoneyKind, Stage
from mercato.model.rumours import Conflict, ConflictValue, SaidFee
from mercato.rumours.entries import Entry
from mercato.rumours.names import Names

SAME_FEE = 0.15
"""Fees no further apart than this share of the larger one are one fee, rounded differently."""

_PAID = (MoneyKind.FEE, MoneyKind.LOAN_FEE)


@dataclass(frozen=True, slots=True)
class Said:
    """A value as one report gives it."""

    value: str
    origin: str
    origin_name: str
    document_id: str
    claim: str
    at: datetime
    echo: bool
    renewal: bool = False


def contract_values(entries: Iterable[Entry], origins: Mapping[str, tuple[str, str, bool]]) -> list[Said]:
    """Until when the person is said to be under contract. `origins`: a document's origin key, its name, echo or not."""
    held = list(entries)
    renewed = {e.source.id for e in held if _is_renewal(e.claim)}
    return [
        _said(e, e.claim.until, origins, renewal=e.source.id in renewed)
        for e in held
        if e.claim.until and e.source.id in origins and (e.claim.kind is ClaimKind.CONTRACT or _is_renewal(e.claim))
    ]


def club_values(entries: Iterable[Entry], origins: Mapping[str, tuple[str, str, bool]], names: Names) -> list[Said]:
    """Which club the person is said to be at."""
    clubs = ((e, e.claim.from_) for e in entries if e.claim.kind is ClaimKind.MOVE and e.source.id in origins)
    return [_said(e, names.club_name(names.club_key(club), club.name), origins) for e, club in clubs if club]


def fees_said(entries: Iterable[Entry], origins: Mapping[str, tuple[str, str, bool]]) -> list[SaidFee]:
    """The fees of the move itself, as said, in the order of time."""
    found = []
    for entry in entries:
        if entry.source.id not in origins:
            continue
        _, name, echo = origins[entry.source.id]
        for amount in _paid(entry.claim):
            if not echo:
                day = entry.when.latest.date()
                said = SaidFee(amount.low, amount.high, amount.currency, amount.kind, name, entry.claim.id, day)
                found.append(said)
    return found


def _paid(claim: Claim) -> Iterable[Money]:
    return dict.fromkeys(a for a in (claim.fee, *claim.terms.amounts) if a and a.kind in _PAID)


def _is_renewal(claim: Claim) -> bool:
    return claim.kind is ClaimKind.STAY and claim.stage in (Stage.AGREED, Stage.DONE)


def _said(entry: Entry, value: str, origins: Mapping[str, tuple[str, str, bool]], renewal: bool = False) -> Said:
    key, name, echo = origins[entry.source.id]
    return Said(value, key, name, entry.source.id, entry.claim.id, entry.when.latest, echo, renewal)


def contract_conflict(said: Sequence[Said]) -> tuple[str | None, Conflict | None]:
    """The contract's end to go by, and the conflict where reports disagree; 2027 and June 2027 agree."""
    values = sorted({s.value for s in said}, key=lambda v: (len(v), v))
    full = {v: max((w for w in values if w.startswith(v)), key=len) for v in values}
    return _settle("contract until", [(full[s.value], s) for s in said])


def club_conflict(said: Sequence[Said]) -> Conflict | None:
    """Disagreement on where the person plays now."""
    return _settle("current club", [(s.value, s) for s in said])[1]


def _settle(what: str, said: Sequence[tuple[str, Said]]) -> tuple[str | None, Conflict | None]:
    """The value that most independent origins name; among equals a renewal's, then the latest."""
    if not said:
        return None, None
    groups: dict[str, list[Said]] = {}
    for value, item in said:
        groups.setdefault(value, []).append(item)
    values = tuple(_value(value, items) for value, items in sorted(groups.items()))
    if len(values) == 1:
        return values[0].value, None
    ranked = sorted(groups, key=lambda v: (_origins(groups[v]), _renewals(groups[v]), _latest(groups[v]), v))
    chosen, next_ = ranked[-1], ranked[-2]
    return chosen, Conflict(what, values, chosen, _rule(groups, chosen, next_))


def _rule(groups: Mapping[str, list[Said]], chosen: str, next_: str) -> str:
    """Why the chosen value is taken, against the next best."""
    a, b = groups[chosen], groups[next_]
    counts = ", ".join(f"{value}: {_origins(items)}" for value, items in sorted(groups.items()))
    if _origins(a) > _origins(b):
        return f"named by the most independent origins ({counts}); a copy of another report does not count"
    if _renewals(a) > _renewals(b):
        return f"as many origins ({counts}), but the reports that name it also report the renewal that set it"
    if _latest(a) > _latest(b):
        return f"as many origins ({counts}), and the latest to be said"
    return f"nothing tells the values apart ({counts}, said at the same time); the later one is shown"


def _origins(items: Iterable[Said]) -> int:
    return len({item.origin for item in items if not item.echo}) or 0


def _renewals(items: Iterable[Said]) -> int:
    return len({item.origin for item in items if item.renewal and not item.echo})


def _latest(items: Iterable[Said]) -> datetime:
    return max(item.at for item in items)


def _value(value: str, items: Sequence[Said]) -> ConflictValue:
    origins = tuple(dict.fromkeys(item.origin_name for item in items))
    return ConflictValue(value, origins, tuple(dict.fromkeys(item.claim for item in items)))


def fee_conflict(fees: Sequence[SaidFee]) -> Conflict | None:
    """Fees in one currency that no rounding brings together; across currencies the fused range shows the spread."""
    by_currency: dict[str, list[SaidFee]] = {}
    for fee in fees:
        by_currency.setdefault(fee.currency, []).append(fee)
    main = max(by_currency.values(), key=len, default=[])
    low_of_highs, high_of_lows = min((f.high for f in main), default=0.0), max((f.low for f in main), default=0.0)
    if not main or high_of_lows - low_of_highs <= SAME_FEE * high_of_lows:
        return None
    groups: dict[str, list[SaidFee]] = {}
    for fee in main:
        groups.setdefault(_amount(fee), []).append(fee)
    latest: dict[str, SaidFee] = {fee.origin: fee for fee in main}
    counts = {text: sum(_amount(fee) == text for fee in latest.values()) for text in groups}
    order = {text: place for place, fee in enumerate(main) for text in [_amount(fee)]}
    chosen = max(groups, key=lambda text: (counts[text], order[text]))
    values = tuple(
        ConflictValue(text, tuple(dict.fromkeys(f.origin for f in said)), tuple(f.claim for f in said))
        for text, said in groups.items()
    )
    rule = "what most origins say in their last word on it; among equals the latest"
    return Conflict("fee", values, chosen, rule)


def _amount(fee: SaidFee) -> str:
    low, high = f"{fee.low:,.0f}", f"{fee.high:,.0f}"
    return f"{fee.currency} {low}" if low == high else f"{fee.currency} {low} to {high}"
