"""Completed moves from a CSV: which columns are understood, and what a row says happened."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from mercato.errors import DataFileError
from mercato.forecasting.seasons import season_windows, window_name
from mercato.model import ClubRef, PersonRef
from mercato.register import WindowKind


class MoveKind(StrEnum):
    """The form of a completed move, as lists have it."""

    PERMANENT = "permanent"
    LOAN = "loan"
    LOAN_END = "loan_end"
    FREE = "free"
    RENEWAL = "renewal"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Move:
    """One completed move. `window` is None where the list gives the season alone; `day` where it has no dates.

    `buyer_covered` and `seller_covered` say that the list holds every move of that club in that window: only then
    does a row's absence mean that nothing happened. `said_by` is the list, or the document of a club's announcement.
    """

    person: PersonRef
    from_: ClubRef | None
    to: ClubRef | None
    kind: MoveKind
    season: str
    window: str | None
    age: int | None = None
    position: str = ""
    fee_eur: float | None = None
    day: date | None = None
    buyer_covered: bool = False
    seller_covered: bool = False
    said_by: str = ""

    @property
    def id(self) -> str:
        """The same row of the same list has the same id, so that a list imported twice adds nothing."""
        return hashlib.sha256(json.dumps(as_json(self), sort_keys=True).encode()).hexdigest()[:24]

    def may_lie_in(self, window: str) -> bool:
        """Whether the move may have been made in that window."""
        return window == self.window if self.window else window in season_windows(self.season)


COLUMNS: dict[str, tuple[str, ...]] = {
    "player": ("player", "name", "player_name", "person"),
    "player_id": ("player_id", "person_id", "wikidata"),
    "age": ("age",),
    "position": ("position", "pos"),
    "from": ("from", "from_club", "old_club", "club_left", "selling_club"),
    "to": ("to", "to_club", "new_club", "club_joined", "buying_club"),
    "from_id": ("from_id", "from_club_id"),
    "to_id": ("to_id", "to_club_id"),
    "kind": ("kind", "type", "transfer_type"),
    "fee_eur": ("fee_eur", "fee"),
    "season": ("season",),
    "window": ("window", "transfer_period"),
    "day": ("date", "day", "transfer_date"),
    "league": ("league", "league_name"),
    "from_league": ("from_league",),
    "to_league": ("to_league",),
    "seen": ("seen",),
}
"""What a column may be called. `player` is needed, one of `from` and `to`, and one of `season` and `day`."""

_NOBODY = frozenset({"", "without club", "unknown", "retired", "career break", "ban", "disqualification", "vereinslos"})
_KINDS = {
    "free transfer": MoveKind.FREE, "loan transfer": MoveKind.LOAN, "end of loan": MoveKind.LOAN_END,
    "transfer": MoveKind.PERMANENT, "": MoveKind.UNKNOWN, "extension": MoveKind.RENEWAL,
}  # fmt: skip
_SEASON = re.compile(r"^(\d{4})(?:[/-](\d{2}|\d{4}))?$")


def read_moves(path: Path, covers: Iterable[str] = ()) -> list[Move]:
    """The moves of a CSV file. `covers` names the leagues whose moves the list holds completely.

    Where the list has a column `seen` (in, out or both: whose side reported the move), it tells the coverage by itself.
    Raises DataFileError, naming file, line and what is allowed.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            columns = _columns(path, reader.fieldnames or ())
            leagues = frozenset(covers)
            return [_move(path, reader.line_num, _cells(row, columns), leagues) for row in reader]
    except OSError as error:
        raise DataFileError(f"{path}: {error.strerror or error}. Give the path of a CSV file.") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataFileError(f"{path} is no CSV in UTF-8: {error}. Save it as UTF-8 with a header line.") from None


def one_move(said_by: str, cells: Mapping[str, str]) -> Move:
    """A move as somebody tells it, under the names of `COLUMNS`. Raises DataFileError."""
    move = _move(Path("outcome"), 1, {name: cells.get(name, "") for name in COLUMNS}, frozenset())
    return replace(move, said_by=said_by)


def _columns(path: Path, header: Iterable[str]) -> dict[str, str]:
    """Meaning to column, by the header."""
    by_name = {name.strip().casefold().replace(" ", "_"): name for name in header}
    found = {
        meaning: by_name[synonym]
        for meaning, synonyms in COLUMNS.items()
        for synonym in reversed(synonyms)
        if synonym in by_name
    }
    missing = [needed for needed in ("player",) if needed not in found]
    missing += [] if {"from", "to"} & found.keys() else ["from or to"]
    missing += [] if {"season", "day"} & found.keys() else ["season or date"]
    if missing:
        known = "; ".join(f"{meaning}: {', '.join(names)}" for meaning, names in COLUMNS.items())
        raise DataFileError(f"{path}: no column for {', '.join(missing)}. Columns that are understood: {known}.")
    return found


def _cells(row: Mapping[str, str | None], columns: Mapping[str, str]) -> dict[str, str]:
    return {meaning: (row.get(name) or "").strip() for meaning, name in columns.items()}


def _move(path: Path, line: int, cells: dict[str, str], covers: frozenset[str]) -> Move:
    where = f"{path}:{line}"
    if not cells["player"]:
        raise DataFileError(f"{where}: the player's name is empty. Fill it or leave the row out.")
    day = _day(where, cells.get("day", ""))
    season, window = _season_and_window(where, cells, day)
    seen = cells.get("seen", "")
    to_league = cells.get("to_league") or cells.get("league", "")
    return Move(
        person=PersonRef(cells["player"], cells.get("player_id") or None),
        from_=_club(cells, "from"),
        to=_club(cells, "to"),
        kind=_kind(where, cells.get("kind", "")),
        season=season,
        window=window,
        age=int(cells["age"]) if cells.get("age", "").isdigit() else None,
        position=cells.get("position", ""),
        fee_eur=_fee(where, cells.get("fee_eur", "")),
        day=day,
        buyer_covered=seen in ("in", "both") or to_league in covers,
        seller_covered=seen in ("out", "both") or cells.get("from_league", "") in covers,
        said_by=path.name,
    )


def _club(cells: Mapping[str, str], side: str) -> ClubRef | None:
    name = cells.get(side, "")
    return None if name.casefold() in _NOBODY else ClubRef(name, cells.get(f"{side}_id") or None)


def _day(where: str, cell: str) -> date | None:
    try:
        return date.fromisoformat(cell[:10]) if cell else None
    except ValueError:
        raise DataFileError(f"{where}: the date {cell!r} is not written as YYYY-MM-DD.") from None


def _season_and_window(where: str, cells: Mapping[str, str], day: date | None) -> tuple[str, str | None]:
    season, kind = cells.get("season", ""), cells.get("window", "").casefold()
    if kind and kind not in set(WindowKind):
        raise DataFileError(f"{where}: the window {kind!r} is unknown; known: summer, winter.")
    if not season and day is not None:
        first = day.year if day.month >= 6 else day.year - 1
        season, kind = f"{first}/{(first + 1) % 100:02}", kind or ("summer" if 6 <= day.month <= 10 else "winter")
    if not _SEASON.match(season):
        raise DataFileError(f"{where}: the season {season!r} is not written as 2021/22.")
    return season, window_name(season, kind) if kind else None


def _kind(where: str, cell: str) -> MoveKind:
    text = cell.casefold()
    if text in set(MoveKind):
        return MoveKind(text)
    if text in _KINDS:
        return _KINDS[text]
    raise DataFileError(
        f"{where}: the kind {cell!r} is unknown; known: {', '.join((*MoveKind, *filter(None, _KINDS)))}."
    )


def _fee(where: str, cell: str) -> float | None:
    try:
        return float(cell) if cell else None
    except ValueError:
        raise DataFileError(f"{where}: the fee {cell!r} is no number; write euros, such as 4500000.") from None


def as_json(move: Move) -> dict[str, Any]:
    """A move as plain values."""
    return {**asdict(move), "day": move.day.isoformat() if move.day else None}


def from_json(value: Mapping[str, Any]) -> Move:
    """The move that `as_json` wrote down."""
    got = dict(value)
    return replace(
        Move(**got),
        person=PersonRef(**got["person"]),
        from_=ClubRef(**got["from_"]) if got["from_"] else None,
        to=ClubRef(**got["to"]) if got["to"] else None,
        kind=MoveKind(got["kind"]),
        day=date.fromisoformat(got["day"]) if got["day"] else None,
    )


def changes_club(moves: Iterable[Move]) -> Iterator[Move]:
    """The moves that a rumour can come true by: no end of a loan, no renewal, no promotion from a youth side."""
    for move in moves:
        if move.kind in (MoveKind.LOAN_END, MoveKind.RENEWAL) or move.to is None:
            continue
        if move.kind is MoveKind.UNKNOWN and move.from_ is not None and _same_house(move.from_.name, move.to.name):
            continue
        yield move


_SECOND_TEAM = re.compile(
    r"\b(?:U-?\d\d|B|C|II|III|Res\.?|Reserves|Youth|Yth\.?|Jong|Juv|Acad\.?|Academy|Primavera)(?!\w)"
)


def _same_house(first: str, second: str) -> bool:
    """Whether one is the other's youth or second team ("Chelsea U23", "Jong Ajax", "Man Utd U23").

    Lists shorten clubs' names there, so that three letters must do once one of the two is marked as such a team.
    """
    one, other = (" ".join(_SECOND_TEAM.sub(" ", name).split()).casefold() for name in (first, second))
    marked = one != first.casefold() or other != second.casefold()
    return one == other or (marked and one[:3] == other[:3])
