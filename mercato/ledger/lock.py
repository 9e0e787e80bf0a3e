"""One writer at a time: an operating-system lock on a file beside the ledger. A killed writer leaves no lock behind."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from mercato.errors import LedgerBusy, LedgerError

# Long enough for another document to be written many times over, short enough to be noticed by a person waiting.
DEFAULT_WAIT = 10.0
_BETWEEN_TRIES = 0.01


class WriterLock:
    """The right to write to a ledger. May be taken again by its holder; the last release gives it back."""

    def __init__(self, ledger: Path, wait: float = DEFAULT_WAIT) -> None:
        """`wait` is how many seconds to wait for another writer."""
        self.path = ledger.with_name(ledger.name + ".lock")
        self._ledger = ledger
        self._wait = wait
        self._descriptor: int | None = None
        self._depth = 0

    def __enter__(self) -> WriterLock:
        """Take the lock, or raise LedgerBusy when another writer keeps it for the whole wait."""
        if self._depth == 0:
            self._descriptor = self._take()
        self._depth += 1
        return self

    def __exit__(self, *exc: object) -> None:
        """Give the lock back."""
        self._depth -= 1
        if self._depth == 0 and self._descriptor is not None:
            os.close(self._descriptor)  # closing gives the lock back; the file stays, as removing it would race
            self._descriptor = None

    def _take(self) -> int:
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise LedgerError(
                f"{self._ledger}: no lock file can be made beside it ({error.strerror}). "
                "Writing needs a folder that may be written; give another path (--ledger, MERCATO_LEDGER)."
            ) from None
        try:
            self._wait_for(descriptor)
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor

    def _wait_for(self, descriptor: int) -> None:
        deadline = time.monotonic() + self._wait
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise LedgerBusy(self._busy_message(descriptor)) from None
                time.sleep(_BETWEEN_TRIES)
        try:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        except OSError:
            pass  # the number is a courtesy to whoever waits; on a full disk the lock holds without it

    def _busy_message(self, descriptor: int) -> str:
        holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
        who = f"process {holder}" if holder.isdigit() else "another process"
        return (
            f"{self._ledger}: {who} is writing to this ledger, waited {self._wait:g} s. "
            "Try again when it is done; reading needs no waiting."
        )
