"""What the commands on outcomes and forecasts share: opening the world of a ledger, and tables for showing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mercato.errors import MercatoError

if TYPE_CHECKING:
    from mercato.forecasting.cases import World
    from mercato.forecasting.forecasts import Forecast
    from mercato.forecasting.records import Record
    from mercato.forecasting.store import ForecastStore
    from mercato.ledger import LedgerView

RECORD_COLUMNS = ("source", "group", "rumours", "true", "rate", "90 %", "first", "copies", "denied", "lead", "unknown")
FORECAST_COLUMNS = ("person", "window", "outcome", "chance", "90 %", "because")


def needs_numbers() -> None:
    """Raise MercatoError where the libraries for numbers are not installed."""
    try:
        import numpy  # noqa: F401
        import scipy  # noqa: F401
    except ModuleNotFoundError as error:
        raise MercatoError(
            f"Forecasts and records need {error.name}: install it with `pip install 'mercato[forecast]'`."
        ) from None


def open_store(ledger: Path | str) -> ForecastStore:
    """The store of outcomes and forecasts that belongs to a ledger: beside its file, else in the user's folder."""
    needs_numbers()
    from mercato.forecasting.store import ForecastStore, store_path

    return ForecastStore(store_path(ledger))


def kept_forecasts(ledger: Path | str) -> list[tuple[datetime, Forecast]]:
    """The forecasts kept for a ledger, each with when it was said; none where the libraries for numbers are missing."""
    try:
        store = open_store(ledger)
    except MercatoError:
        return []
    with store:
        return store.forecasts()


def open_world(view: LedgerView, store: ForecastStore, *, by_date: bool) -> World:
    """All that a ledger and its store know. With `by_date` a report is known from its date on, not from first sight."""
    from mercato.forecasting.reports import KnownBy
    from mercato.forecasting.worlds import build_world
    from mercato.register import load_register

    known_by = KnownBy.PUBLISHED if by_date else KnownBy.SEEN
    return build_world(view.claims(), store.moves(), load_register(), known_by)


def texts_of(view: LedgerView) -> dict[str, str]:
    """The texts of all documents, by id."""
    return {stored.document.id: stored.document.text for stored in view.documents(versions="latest")}


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose forecast is asked for: a name (whole words) or id, a window, a day; the reports settle what is None."""

    name: str | None = None
    window: str | None = None
    day: date | None = None


def forecasts_for(world: World, asked: Asked, model_file: Path | None) -> list[Forecast]:
    """A forecast for everybody who is asked for and was reported on; the surest news first."""
    from mercato.forecasting.cases import CaseMaker
    from mercato.forecasting.forecasts import STALE_DAYS, forecast
    from mercato.forecasting.model import load
    from mercato.forecasting.outcomes import end_of
    from mercato.forecasting.periods import windows_meant
    from mercato.forecasting.seasons import check_name

    model, maker = load(model_file), CaseMaker(world)
    day = asked.day or datetime.now(UTC).date()
    found: list[Forecast] = []
    for key in world.reports.people:
        reports = world.reports.of_person(key, end_of(day))
        if not reports or not _is_meant(asked.name, key, {report.person.name for report in reports}):
            continue
        if asked.name is None and (day - reports[-1].day).days > STALE_DAYS:
            continue
        last_named = next((r.day for r in reversed(reports) if r.to is not None), day)
        windows = [check_name(asked.window)] if asked.window else windows_meant(maker, key, last_named)
        if not asked.window and day > world.calendar.last_close(windows[-1]):
            windows = [world.calendar.current(day).name]
        cases = (maker.case(key, window, day) for window in windows)
        found.extend(forecast(model, case) for case in cases if case is not None)
    return sorted(
        found, key=lambda said: -max((c.probability for c in said.chances if c.outcome != "stay"), default=-1)
    )


def _is_meant(name: str | None, key: str, names: set[str]) -> bool:
    from mercato.model.folding import fold

    return name is None or name == key or any(f" {fold(name)} " in f" {fold(known)} " for known in names)


def forecast_rows(said: Forecast) -> list[tuple[str, ...]]:
    """A forecast as lines of a table, the likeliest outcome first."""
    if said.why_not:
        return [(said.person, said.window, "no figure", "", "", said.why_not)]
    return [
        (
            said.person if number == 0 else "",
            said.window if number == 0 else "",
            chance.name,
            f"{chance.probability:.0%}",
            "" if chance.low is None or chance.high is None else f"{chance.low:.0%} to {chance.high:.0%}",
            "; ".join(f"{reason.sentence} (x{reason.factor:.2g})" for reason in chance.reasons[:3]),
        )
        for number, chance in enumerate(said.chances)
    ]


def record_row(record: Record) -> tuple[str, ...]:
    """A record as one line of a table: counts always, a rate only where there is enough to say."""
    sure = record.rate is not None and record.low is not None and record.high is not None
    return (
        record.name,
        record.group,
        str(record.all.n),
        str(record.all.true),
        f"{record.rate:.0%}" if sure else "too few to say",
        f"{record.low:.0%} to {record.high:.0%}" if sure else "",
        f"{record.firsts.true}/{record.firsts.n}",
        f"{record.copies.true}/{record.copies.n}",
        f"{record.denied.true}/{record.denied.n}",
        "" if record.lead_days is None else f"{record.lead_days:.0f} d",
        str(record.unknown),
    )


def records_of(world: World, since: date | None, until: date | None) -> Sequence[Record]:
    """The records of all sources over a period, by what is known at its end (today, where none is given)."""
    from mercato.forecasting.records import records, told_by

    today = datetime.now(UTC).date()
    return records(told_by(world, since or date.min, until or today, today), world.register)


def as_plain(record: Record) -> dict[str, Any]:
    """A record as plain values, its words among them."""
    from dataclasses import asdict

    return {**asdict(record), "says": record.says}
