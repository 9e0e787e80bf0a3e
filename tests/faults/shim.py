"""A layer between SQLite and the disk (an apsw VFS) that notes what is written and synced, or makes calls fail."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import apsw

from mercato.ledger import opening, sqlite

SECTOR = 512


class Event(NamedTuple):
    """Something that happened: to a file (write, truncate, sync, create, delete), a folder (sync_folder), or an ack."""

    kind: str
    path: str
    offset: int = 0
    data: bytes = b""


class Shim:
    """What tests see and decide. `before(call, path)` may raise what the disk would."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.before: Callable[[str, str, int], None] = lambda call, path, size: None

    def note(self, kind: str, path: str, offset: int = 0, data: bytes = b"") -> None:
        self.events.append(Event(kind, path, offset, data))


class _Disk(apsw.VFS):
    def __init__(self, shim: Shim) -> None:
        self.shim = shim
        super().__init__("mercato-test", "unix", makedefault=True)

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        self.shim.before("open", path, 0)
        new = not Path(path).exists()
        opened = _File(self.shim, path, name, flags)
        if new:
            self.shim.note("create", path)
        return opened

    def xDelete(self, name: str, sync_folder: bool) -> None:
        self.shim.before("delete", name, 0)
        super().xDelete(name, sync_folder)
        self.shim.note("delete", name)
        if sync_folder:
            self.shim.note("sync_folder", str(Path(name).parent))

    def xAccess(self, name: str, flags: int) -> bool:
        self.shim.before("access", name, 0)
        return super().xAccess(name, flags)


class _File(apsw.VFSFile):
    def __init__(self, shim: Shim, path: str, name: Any, flags: list[int]) -> None:
        self.shim, self.path, self.new = shim, path, not Path(path).exists()
        self.is_main = bool(flags[0] & apsw.SQLITE_OPEN_MAIN_DB)
        super().__init__("unix", name, flags)

    def xRead(self, amount: int, offset: int) -> bytes:
        self.shim.before("read", self.path, 0)
        return super().xRead(amount, offset)

    def xWrite(self, data: bytes, offset: int) -> None:
        size = Path(self.path).stat().st_size if Path(self.path).exists() else 0
        self.shim.before("write", self.path, max(0, offset + len(data) - size))
        super().xWrite(data, offset)
        self.shim.note("write", self.path, offset, bytes(data))

    def xTruncate(self, size: int) -> None:
        self.shim.before("truncate", self.path, 0)
        super().xTruncate(size)
        self.shim.note("truncate", self.path, size)

    def xSync(self, flags: int) -> None:
        self.shim.before("sync", self.path, 0)
        super().xSync(flags)
        self.shim.note("sync", self.path)
        if self.new and not self.is_main:
            # SQLite's own layer syncs the folder with the first sync of a new journal or log, below this one.
            self.shim.note("sync_folder", str(Path(self.path).parent))
            self.new = False

    def xFileSize(self) -> int:
        self.shim.before("size", self.path, 0)
        return super().xFileSize()

    def xLock(self, level: int) -> None:
        self.shim.before("lock", self.path, 0)
        super().xLock(level)


@contextlib.contextmanager
def shimmed() -> Iterator[Shim]:
    """All connections that are opened inside go through the shim."""
    shim = Shim()
    disk = _Disk(shim)
    real = sqlite.sync_folder

    def sync_folder(folder: Path) -> None:
        shim.before("sync_folder", str(folder), 0)
        real(folder)
        shim.note("sync_folder", str(folder))

    with mock.patch.object(sqlite, "sync_folder", sync_folder), mock.patch.object(opening, "sync_folder", sync_folder):
        try:
            yield shim
        finally:
            disk.unregister()


@dataclass
class _Inode:
    """A file's content that is surely on disk, and what was done to it since."""

    content: bytearray = field(default_factory=bytearray)
    pending: list[Event] = field(default_factory=list)


@dataclass
class SimulatedDisk:
    """What is surely on disk after some events, and what may be: contents by file, and which files have a name."""

    files: dict[str, _Inode] = field(default_factory=dict)
    named: dict[str, _Inode] = field(default_factory=dict)
    names_pending: list[tuple[str, str, _Inode | None]] = field(default_factory=list)

    def take(self, event: Event) -> None:
        """One more event."""
        if event.kind == "create":
            self.files[event.path] = _Inode()
            self.names_pending.append(("link", event.path, self.files[event.path]))
        elif event.kind == "delete":
            self.files.pop(event.path, None)
            self.names_pending.append(("unlink", event.path, None))
        elif event.kind in ("write", "truncate"):
            self.files[event.path].pending.append(event)
        elif event.kind == "sync":
            inode = self.files[event.path]
            for waiting in inode.pending:
                _apply(inode.content, waiting)
            inode.pending.clear()
        elif event.kind == "sync_folder":
            self._sync_names(Path(event.path))

    def _sync_names(self, folder: Path) -> None:
        rest = []
        for change in self.names_pending:
            if Path(change[1]).parent == folder:
                _rename(self.named, change)
            else:
                rest.append(change)
        self.names_pending = rest

    def crash(self, folder: Path, unsynced: str, chance: random.Random) -> None:
        """Write what a power cut would leave into a folder; what was not synced is `kept`, `dropped` or `torn`."""
        state = deepcopy(self)
        reach = {"kept": len(state.names_pending), "dropped": 0}.get(
            unsynced, chance.randint(0, len(state.names_pending))
        )
        for change in state.names_pending[:reach]:
            _rename(state.named, change)
        for path, inode in state.named.items():
            for event in inode.pending:
                if unsynced == "kept" or (unsynced == "torn" and chance.random() < 0.5):
                    _apply(inode.content, _torn(event, chance) if unsynced == "torn" else event)
            (folder / Path(path).name).write_bytes(inode.content)


def _rename(named: dict[str, _Inode], change: tuple[str, str, _Inode | None]) -> None:
    _, path, inode = change
    if inode is None:
        named.pop(path, None)
    else:
        named[path] = inode


def _apply(content: bytearray, event: Event) -> None:
    if event.kind == "truncate":
        del content[event.offset :]
        return
    if len(content) < event.offset:
        content.extend(b"\0" * (event.offset - len(content)))
    content[event.offset : event.offset + len(event.data)] = event.data


def _torn(event: Event, chance: random.Random) -> Event:
    """A write of which only some sectors arrived; half of the writes arrive whole."""
    if event.kind != "write" or chance.random() < 0.5:
        return event
    sectors = chance.randint(0, len(event.data) // SECTOR)
    return event._replace(data=event.data[: sectors * SECTOR])
