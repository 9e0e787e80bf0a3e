"""Is this installation sound, and the ledger with it? Every finding says what was seen and, if wrong, what to do."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from mercato.errors import MercatoError, NotFound
from mercato.ledger.address import shown
from mercato.settings import MAX_BYTES, SETTINGS, TIMEOUT, home, ledger_path, register_path
from mercato.version import __version__

if TYPE_CHECKING:
    from mercato.ledger import Ledger

OLDEST_PYTHON = (3, 11)
LOW_DISK = 100_000_000
"""Bytes below which a run may not fit; an article of 2,000 characters with four claims takes some 9,400."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `advice` is what to do, and empty where all is well."""

    section: str
    name: str
    value: str
    advice: str = ""

    @property
    def wrong(self) -> bool:
        """Whether something has to be done."""
        return bool(self.advice)


def examine(ledger: Path | str | None = None) -> list[Finding]:
    """Look at everything; `ledger` is another than the user's own: a file, or a server's address.

    Never raises: what fails is a finding.
    """
    place = ledger or ledger_path()
    path = place if isinstance(place, str) else place.expanduser().absolute()
    return [
        *_guarded("versions", "versions", _versions),
        *_guarded("settings", "settings", _settings),
        *_guarded("places", "places", lambda: _places(path)),
        *_guarded("register", "contents", _register),
        *_guarded("ledger", "contents", lambda: _ledger(path)),
    ]


def _guarded(section: str, name: str, look: Callable[[], Iterator[Finding]]) -> list[Finding]:
    """What was found up to a failure, and the failure itself."""
    found = []
    try:
        for finding in look():
            found.append(finding)
    except MercatoError as error:
        found.append(Finding(section, name, "can't be read", str(error)))
    except OSError as error:
        found.append(Finding(section, name, "can't be looked at", f"{error}: check the rights and the disk."))
    except Exception as error:  # a doctor that falls ill helps nobody
        found.append(
            Finding(section, name, f"{type(error).__name__}: {error}", "Install mercato again; if it stays, report it.")
        )
    return found


def _versions() -> Iterator[Finding]:
    yield Finding("versions", "mercato", __version__)
    found = ".".join(map(str, sys.version_info[:3]))
    oldest = ".".join(map(str, OLDEST_PYTHON))
    advice = "" if sys.version_info >= OLDEST_PYTHON else f"mercato needs Python {oldest} or newer."
    yield Finding("versions", "Python", f"{found} on {platform.platform()}", advice)
    yield from _guarded("versions", "SQLite", _sqlite)
    for name in _libraries():
        try:
            yield Finding("versions", name, metadata.version(name))
        except metadata.PackageNotFoundError:
            yield Finding("versions", name, "missing", f"Install it: pip install {name}")


def _sqlite() -> Iterator[Finding]:
    from mercato.ledger.sqlite import check_sqlite_version, sqlite_version

    version = sqlite_version()
    try:
        check_sqlite_version(version)
        yield Finding("versions", "SQLite", version)
    except MercatoError as error:
        yield Finding("versions", "SQLite", version, str(error))


def _libraries() -> list[str]:
    """The libraries that mercato was installed to need."""
    try:
        needed = metadata.requires("mercato") or []
    except metadata.PackageNotFoundError:
        return ["apsw", "click", "msgspec", "rich"]
    plain = [line for line in needed if "extra ==" not in line]
    return sorted("".join(c if c.isalnum() or c in "-_." else " " for c in line).split()[0] for line in plain)


def _settings() -> Iterator[Finding]:
    for setting in SETTINGS:
        origin = "set" if os.environ.get(setting.variable) else "default"
        advice = ""
        if setting in (TIMEOUT, MAX_BYTES) and not _is_positive(setting.value):
            advice = f"Set {setting.variable} to a number above zero, or unset it (default {setting.default})."
        value = "(not shown)" if setting.secret and setting.value else setting.value or "(empty)"
        yield Finding("settings", setting.variable, f"{value} ({origin})", advice)


def _is_positive(text: str) -> bool:
    try:
        return 0 < float(text) < float("inf")
    except ValueError:
        return False


def _places(ledger: Path | str) -> Iterator[Finding]:
    yield Finding("places", "home", _described(home()), _unwritable(home()))
    yield Finding("places", "register", _described(register_path().expanduser()))
    if isinstance(ledger, Path):
        yield from _files(ledger)
    else:
        yield Finding("places", "ledger", shown(ledger))


def _files(ledger: Path) -> Iterator[Finding]:
    yield Finding("places", "ledger", _described(ledger), _unwritable(ledger))
    for suffix, what in (("-wal", "write-ahead log"), (".lock", "lock")):
        beside = ledger.with_name(ledger.name + suffix)
        if os.access(beside, os.F_OK):
            yield Finding("places", what, _described(beside))
    free = shutil.disk_usage(_nearest_existing(ledger)).free
    advice = f"Free some space on the disk of {ledger.parent}." if free < LOW_DISK else ""
    yield Finding("places", "free space", f"{free:,} bytes", advice)


def _described(path: Path) -> str:
    if not os.access(path, os.F_OK):
        return f"{path} (not there yet)"
    return f"{path}" if path.is_dir() else f"{path} ({path.stat().st_size:,} bytes)"


def _nearest_existing(path: Path) -> Path:
    return next(place for place in (path, *path.absolute().parents) if os.access(place, os.F_OK))


def _unwritable(path: Path) -> str:
    """What to do where the file can't be written, or can't be made in its nearest existing folder."""
    place = _nearest_existing(path)
    if place != path and not place.is_dir():
        return f"{place} is not a folder: set MERCATO_HOME or MERCATO_LEDGER to a place that can exist."
    needed = os.W_OK | (os.X_OK if place.is_dir() else 0)
    return (
        "" if os.access(place, needed) else f"No right to write to {place}: change it, or set MERCATO_HOME elsewhere."
    )


def _register() -> Iterator[Finding]:
    from mercato.register import load_register

    register = load_register()
    yield Finding(
        "register",
        "contents",
        f"{len(register.people):,} people, {len(register.clubs):,} clubs, {len(register.outlets):,} outlets",
    )


def _ledger(place: Path | str) -> Iterator[Finding]:
    from mercato.ledger import Ledger

    try:
        ledger = Ledger.open(place, create=False)
    except NotFound:
        yield Finding("ledger", "contents", "none yet; `mercato read ARTICLE` starts one")
        return
    with ledger:
        held = ledger.counts()
        yield Finding(
            "ledger",
            "contents",
            f"{held.articles:,} articles in {held.documents:,} versions, {held.readings:,} readings, "
            f"{held.claims:,} claims, {held.skips:,} skips",
        )
        yield from _guarded("ledger", "rumours", lambda: _rumours(ledger))
        problems, unsafe = ledger.integrity_check(), ledger.durability_check()
    for problem in problems:
        yield Finding("ledger", "integrity", problem, f"Keep a copy of {shown(place)}, then restore it from a backup.")
    for risk in unsafe:
        yield Finding("ledger", "durability", risk, "Change the setting in the server's postgresql.conf.")
    if not problems:
        yield Finding("ledger", "integrity", "ok")


def _rumours(ledger: Ledger) -> Iterator[Finding]:
    from mercato.register import load_register
    from mercato.rumours.store import RumourStore

    due = RumourStore(ledger, load_register()).due()
    if due.why:
        advice = "Run `mercato ledger upgrade`, or the next question on rumours waits for it." if due.is_long else ""
        yield Finding("ledger", "rumours", f"{due.articles:,} articles are to be joined anew, as {due.why}", advice)
    elif due.articles:
        yield Finding("ledger", "rumours", f"{due.articles:,} articles not joined yet; the next question joins them")
    else:
        yield Finding("ledger", "rumours", "joined")
