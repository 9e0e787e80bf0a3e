"""Canonical addresses: two ways to write the address of one article become one, so that it is read once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlencode, urlsplit, urlunsplit

from mercato.errors import DataFileError

TRACKING_FILE = Path(__file__).parent / "data" / "tracking.yaml"
_DEFAULT_PORTS = {"http": 80, "https": 443}
_SAFE_IN_PATH = ":@!$&'()*+,;=~-._"
MAX_ADDRESS = 2_000


@dataclass(frozen=True, slots=True)
class Tracking:
    """The parameters that are dropped: whole names, beginnings of names, and names on one site."""

    names: frozenset[str]
    prefixes: tuple[str, ...]
    sites: dict[str, frozenset[str]]

    def is_tracking(self, parameter: str, host: str) -> bool:
        """Whether a parameter of an address on `host` only says where the reader came from."""
        name = parameter.lower()
        if name in self.names or name.startswith(self.prefixes):
            return True
        return any(name in named for site, named in self.sites.items() if host == site or host.endswith(f".{site}"))


@cache
def tracking() -> Tracking:
    """The shipped table; read once."""
    return load_tracking(TRACKING_FILE)


def load_tracking(path: Path) -> Tracking:
    """Read and check a table of tracking parameters; DataFileError names what is wrong in it."""
    import yaml

    try:
        raw = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise DataFileError(f"{path}: can't be read: {error}. Restore the file or reinstall mercato.") from error
    if not isinstance(raw, dict) or set(raw) != {"prefixes", "names", "sites"}:
        raise DataFileError(f"{path}: the top level must hold `prefixes`, `names` and `sites`, nothing else.")
    if not isinstance(raw["sites"], dict):
        raise DataFileError(f"{path}: `sites` must map a host to its parameters.")
    return Tracking(
        names=frozenset(_words(path, "names", raw["names"])),
        prefixes=tuple(_words(path, "prefixes", raw["prefixes"])),
        sites={str(site): frozenset(_words(path, f"sites.{site}", named)) for site, named in raw["sites"].items()},
    )


def _words(path: Path, where: str, value: Any) -> list[str]:
    if not isinstance(value, list) or not value:
        raise DataFileError(f"{path}, {where}: must be a list of parameter names, with one at least.")
    for word in value:
        if not isinstance(word, str) or not word or word != word.strip().lower():
            raise DataFileError(f"{path}, {where}, entry {word!r}: must be a name in lower case, trimmed.")
    return value


def canonical_address(address: str) -> str | None:
    """The one form of an address: host in lower case, no default port, no fragment, no tracking parameters.

    Parameters that stay keep their order, since some sites need it. A trailing slash of the path stays too: servers may
    tell the two apart, and a page says itself which one is meant. None where `address` is no http(s) address, or is
    longer than 2,000 characters.
    """
    if len(address) > MAX_ADDRESS:
        return None
    try:
        parts = urlsplit(address.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS or not host or parts.username is not None or parts.password is not None:
        return None
    named = _host_in_ascii(host.rstrip("."))
    if named is None:
        return None
    place = named if port in (None, _DEFAULT_PORTS[scheme]) else f"{named}:{port}"
    return urlunsplit((scheme, place, _path(parts.path), _query(parts.query, named), ""))


def host_of(address: str) -> str:
    """The host of an address, with its port where it has one; empty where it is no address."""
    try:
        return urlsplit(address).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""


def _host_in_ascii(host: str) -> str | None:
    if ":" in host:
        return f"[{host}]"
    try:
        return host.encode("idna").decode("ascii").lower() if not host.isascii() else host.lower()
    except UnicodeError:
        return None


def _path(path: str) -> str:
    """The path with the same letters escaped however they were written; an encoded slash stays encoded."""
    return "/".join(quote(unquote_to_bytes(part), safe=_SAFE_IN_PATH) for part in path.split("/")) or "/"


def _query(query: str, host: str) -> str:
    table = tracking()
    pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=None)
    kept = [(name, value) for name, value in pairs if not table.is_tracking(name, host)]
    if len(kept) == len(pairs):
        return query
    return urlencode(kept)
