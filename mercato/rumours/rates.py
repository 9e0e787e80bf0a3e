"""Exchange rates against the euro: daily ones that the user loads, else the shipped averages of each year."""

from __future__ import annotations

import csv
import io
import zipfile
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import NamedTuple

from mercato.errors import DataFileError
from mercato.model.rumours import FusedFee, SaidFee

YEARLY = Path(__file__).parent / "data" / "yearly_rates.csv"
LONGEST_GAP = timedelta(days=7)
"""The central bank sets no rates at weekends and on holidays; the last rate before holds that long."""
_MOST_BYTES = 64_000_000


class Euros(NamedTuple):
    """An amount in euros; `about` where a year's average was used, `year` which one."""

    amount: float
    about: bool
    year: int | None = None


@dataclass(frozen=True)
class Rates:
    """Units of a currency for one euro, by day and by year."""

    yearly: Mapping[int, Mapping[str, float]]
    days: Sequence[date] = ()
    daily: Mapping[date, Mapping[str, float]] = field(default_factory=dict)

    def to_euros(self, amount: float, currency: str, day: date) -> Euros | None:
        """The amount in euros at the rate of a day, None where no rate for the currency is known.

        A day beyond the yearly table takes the nearest year's average.
        """
        if currency == "EUR":
            return Euros(amount, False)
        place = bisect_right(self.days, day) - 1
        if place >= 0 and day - self.days[place] <= LONGEST_GAP:
            rate = self.daily[self.days[place]].get(currency)
            if rate:
                return Euros(amount / rate, False)
        years = [year for year, rates in self.yearly.items() if currency in rates]
        if not years:
            return None
        year = min(years, key=lambda y: (abs(y - day.year), -y))
        return Euros(amount / self.yearly[year][currency], True, year)


def load_rates(daily: Path | None = None) -> Rates:
    """The shipped averages, and the daily rates of a file where it is there."""
    yearly = {int(row.pop("year")): _rates(row, YEARLY.name) for row in _rows(YEARLY.read_text("utf-8"), YEARLY.name)}
    if daily is None or not daily.is_file():
        return Rates(yearly)
    try:
        return parse_daily(daily.read_bytes(), str(daily), yearly)
    except OSError as error:
        raise DataFileError(f"{daily}: can't be read ({error.strerror}). Run `mercato rates update` again.") from None


def parse_daily(data: bytes, name: str, yearly: Mapping[int, Mapping[str, float]] | None = None) -> Rates:
    """Daily rates in the form of the European Central Bank's history: a Date column, one more for each currency.

    `data` may be the CSV or a ZIP archive with it. "N/A" and empty cells are no rate. Raises DataFileError.
    """
    text = _text(data, name)
    daily: dict[date, dict[str, float]] = {}
    for number, row in enumerate(_rows(text, name), 2):
        said = row.pop("Date", None) or row.pop("date", None)
        if not said:
            raise DataFileError(
                f"{name}, line {number}: no date. The first column must be Date, as the bank's file has it."
            )
        try:
            day = date.fromisoformat(said)
        except ValueError:
            raise DataFileError(f"{name}, line {number}: {said!r} is no date; 2025-06-09 would be.") from None
        daily[day] = _rates(row, f"{name}, line {number}")
    if not daily:
        raise DataFileError(f"{name}: no rates in it. The bank's file is eurofxref-hist.csv, or the .zip with it.")
    return Rates(yearly or {}, sorted(daily), daily)


def fuse(fees: Iterable[SaidFee], rates: Rates) -> FusedFee | None:
    """One fee of all that were said: each origin's last word counts once; the middle is their median."""
    last = {fee.origin: fee for fee in fees}
    ends = [
        (low, high)
        for fee in last.values()
        if (low := rates.to_euros(fee.low, fee.currency, fee.day))
        and (high := rates.to_euros(fee.high, fee.currency, fee.day))
    ]
    if not ends:
        return None
    middles = [(low.amount + high.amount) / 2 for low, high in ends]
    about = any(low.about for low, _ in ends)
    lowest, highest = min(low.amount for low, _ in ends), max(high.amount for _, high in ends)
    return FusedFee(lowest, median(middles), highest, len(ends), about)


def _text(data: bytes, name: str) -> str:
    if data[:2] == b"PK":
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                inner = next((i for i in archive.infolist() if i.filename.lower().endswith(".csv")), None)
                if inner is None or inner.file_size > _MOST_BYTES:
                    raise DataFileError(f"{name}: the archive holds no CSV file of rates.")
                data = archive.read(inner)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            raise DataFileError(f"{name}: the archive is broken ({error}). Fetch it again.") from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DataFileError(f"{name}: is no text in UTF-8. Give the bank's eurofxref-hist.csv.") from None


def _rows(text: str, name: str) -> Iterable[dict[str, str]]:
    reader = csv.DictReader(io.StringIO(text))
    if not reader.fieldnames or reader.fieldnames[0].strip().lower() not in ("date", "year"):
        raise DataFileError(f"{name}: the first column is not Date. Give the bank's eurofxref-hist.csv.")
    for row in reader:
        yield {
            (key or "").strip(): (value or "").strip() for key, value in row.items() if isinstance(value, str | None)
        }


def _rates(row: Mapping[str, str], where: str) -> dict[str, float]:
    found = {}
    for currency, text in row.items():
        if not currency or text in ("", "N/A"):
            continue
        try:
            found[currency] = float(text)
        except ValueError:
            raise DataFileError(f"{where}: {text!r} is no rate for {currency}.") from None
        if found[currency] <= 0:
            raise DataFileError(f"{where}: the rate for {currency} is {text}; rates are above zero.")
    return found
