"""Where a ledger is: a file's path, or the address of a PostgreSQL database."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

SCHEMES = ("postgresql://", "postgres://")


def is_address(place: Path | str) -> bool:
    """Whether this is the address of a server rather than the path of a file."""
    return isinstance(place, str) and place.lower().startswith(SCHEMES)


def as_place(text: str) -> Path | str:
    """What a user gave as the ledger: an address as it is, anything else as a path with `~` resolved."""
    return text.strip() if is_address(text.strip()) else Path(text).expanduser()


def shown(place: Path | str) -> str:
    """The place as it may be printed: an address loses its password."""
    if not is_address(place):
        return str(place)
    parts = urlsplit(str(place))
    login, at, host = parts.netloc.rpartition("@")
    options = [(name, value) for name, value in parse_qsl(parts.query) if "password" not in name.lower()]
    query = urlencode(options, quote_via=quote)
    return urlunsplit(parts._replace(netloc=login.split(":", 1)[0] + at + host, query=query))
