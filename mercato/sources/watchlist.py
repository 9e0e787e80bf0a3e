"""The list of what is watched: one file in YAML, or OPML as other programs write it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mercato.errors import DataFileError
from mercato.sources.canonical import canonical_address
from mercato.sources.entries import SourceKind
from mercato.sources.newsjson import FieldMap, mapping_from

STARTER_FILE = Path(__file__).parent / "data" / "feeds.yaml"
_FIELDS = ("name", "address", "outlet", "language", "kind", "under", "fields", "every", "full_text")
_SHORTEST, _LONGEST = 60, 7 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Source:
    """One thing to watch. `outlet` is an id of the register, or a name.

    `under` narrows a section page to addresses whose path begins so; `fields` says where things stand in a news
    interface's JSON; `every` is a fixed interval in seconds; with `full_text` the articles are read from the source
    itself, as it gives them whole.
    """

    address: str
    name: str = ""
    kind: SourceKind = SourceKind.FEED
    outlet: str = ""
    language: str = ""
    under: str = ""
    fields: FieldMap | None = None
    every: float | None = None
    full_text: bool = False


@dataclass(slots=True)
class WatchList:
    """Sources by address, in their order."""

    sources: dict[str, Source] = field(default_factory=dict)

    def add(self, source: Source) -> bool:
        """Add a source; false where its address is on the list already."""
        if source.address in self.sources:
            return False
        self.sources[source.address] = source
        return True


def read_list(path: Path) -> WatchList:
    """The list in a file, YAML or OPML by its ending or its first letter; DataFileError names file and entry."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DataFileError(f"{path}: can't be read ({error.strerror}). Give the path of a list of sources.") from None
    if path.suffix.lower() in (".opml", ".xml") or data.lstrip()[:1] == b"<":
        from mercato.sources.opml import sources_in_opml

        return _listed(sources_in_opml(data, str(path)), str(path))
    return _listed(_in_yaml(data, str(path)), str(path))


def starter_list() -> WatchList:
    """The list that is shipped."""
    return read_list(STARTER_FILE)


def write_list(watch_list: WatchList, path: Path) -> None:
    """Write the list as YAML, in whole or not at all."""
    import os

    import yaml

    rows = [_row(source) for source in watch_list.sources.values()]
    text = yaml.safe_dump({"sources": rows}, allow_unicode=True, sort_keys=False, width=120)
    beside = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise DataFileError(f"{path}: can't be written ({error.strerror}). Give another path (--list).") from None


def _row(source: Source) -> dict[str, Any]:
    row: dict[str, Any] = {"name": source.name, "address": source.address, "kind": source.kind.value}
    for name in ("outlet", "language", "under", "every"):
        if value := getattr(source, name):
            row[name] = value
    if source.full_text:
        row["full_text"] = True
    if source.fields is not None:
        row["fields"] = {
            name: value for name in FieldMap.__dataclass_fields__ if (value := getattr(source.fields, name))
        }
    return row


def _listed(sources: Iterable[Source], where: str) -> WatchList:
    watch_list = WatchList()
    for source in sources:
        if not watch_list.add(source):
            raise DataFileError(f"{where}: the address {source.address} stands there twice; remove one.")
    return watch_list


def _in_yaml(data: bytes, where: str) -> list[Source]:
    import yaml

    try:
        raw = yaml.load(data, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        raise DataFileError(
            f"{where}: is no YAML ({' '.join(str(error).split())}). Correct it, or give OPML."
        ) from None
    rows = raw.get("sources") if isinstance(raw, dict) else None
    if not isinstance(rows, list) or set(raw) != {"sources"}:
        raise DataFileError(f"{where}: the top level must hold a list `sources`, nothing else.")
    return [source_from(row, f"{where}, source {number}") for number, row in enumerate(rows, 1)]


def source_from(row: Any, where: str) -> Source:
    """A source as a row of a list declares it; DataFileError names `where`, the field and what is allowed."""
    if not isinstance(row, dict):
        raise DataFileError(f"{where}: must have fields such as `address` and `name`.")
    for name in row:
        if name not in _FIELDS:
            raise DataFileError(f"{where}: field {name!r} is unknown; known: {', '.join(_FIELDS)}.")
    given = row.get("address")
    address = canonical_address(given) if isinstance(given, str) else None
    if address is None:
        raise DataFileError(f"{where}: address {given!r} is no http(s) address.")
    kind = row.get("kind", SourceKind.FEED.value)
    if kind not in [one.value for one in SourceKind]:
        raise DataFileError(f"{where} ({address}): kind {kind!r} is unknown; known: {', '.join(SourceKind)}.")
    fields = row.get("fields")
    if fields is not None and (kind != SourceKind.JSON or not isinstance(fields, dict)):
        raise DataFileError(f"{where} ({address}): `fields` belongs to kind json and maps names to places.")
    return Source(
        address=address,
        name=_words(row, "name", where) or address,
        kind=SourceKind(kind),
        outlet=_words(row, "outlet", where),
        language=_words(row, "language", where),
        under=_words(row, "under", where),
        fields=mapping_from(fields, f"{where} ({address})") if fields is not None else None,
        every=_interval(row.get("every"), where),
        full_text=row.get("full_text") is True,
    )


def _words(row: dict[str, Any], name: str, where: str) -> str:
    value = row.get(name, "")
    if not isinstance(value, str):
        raise DataFileError(f"{where}: {name} {value!r} must be text.")
    return value.strip()


def _interval(value: Any, where: str) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not _SHORTEST <= value <= _LONGEST:
        raise DataFileError(f"{where}: every {value!r} must be a number of seconds from {_SHORTEST} to {_LONGEST:,}.")
    return float(value)
