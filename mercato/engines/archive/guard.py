"""A child process that parses and reads what strangers wrote: it can be ended, and its memory is capped.

No parser can be interrupted from inside the process that runs it, so each worker has one such child. It is forked from
the worker when the register's index is built, which costs milliseconds, and forked anew after it had to be ended.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import resource
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Ended(Exception):
    """The child did not answer."""


class TooSlow(Ended):
    """It was ended because the time was up."""


class TooMuchMemory(Ended):
    """It ran out of the memory it was given."""


class Died(Ended):
    """It ended by itself: a fault of a library, or somebody from outside."""


class Guard(Generic[T, R]):
    """Runs `work` on one item after another in a child process, each with a deadline."""

    def __init__(self, work: Callable[[T], R], seconds: float, memory: int) -> None:
        self._work = work
        self._seconds = seconds
        self._memory = memory
        self._child: tuple[multiprocessing.process.BaseProcess, Connection] | None = None

    def run(self, item: T) -> R:
        """The work's result. Raises Ended, of the kind that says why there is none, and what `work` raised."""
        child, pipe = self._child or self._start()
        try:
            pipe.send(item)
            if not pipe.poll(self._seconds):
                raise TooSlow(f"more than {self._seconds:g} seconds")
            good, answer = pipe.recv()
        except (EOFError, OSError) as fault:
            child.join(1)
            self.close()
            raise Died(f"exit code {child.exitcode}") from fault
        except BaseException:
            self.close()
            raise
        if good:
            result: R = answer
            return result
        if isinstance(answer, MemoryError):
            self.close()
            raise TooMuchMemory(f"more than {self._memory >> 20:,} MB")
        raise answer

    def _start(self) -> tuple[multiprocessing.process.BaseProcess, Connection]:
        ours, theirs = multiprocessing.Pipe()
        child = multiprocessing.get_context("fork").Process(
            target=_serve, args=(self._work, theirs, ours, self._memory), daemon=True
        )
        child.start()
        theirs.close()
        self._child = (child, ours)
        return self._child

    def close(self) -> None:
        """End the child."""
        if self._child is not None:
            child, pipe = self._child
            self._child = None
            pipe.close()
            child.kill()
            child.join()

    def __enter__(self) -> Guard[T, R]:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def _serve(work: Callable[[T], R], pipe: Connection, other_end: Connection, memory: int) -> None:
    other_end.close()  # else the end of the parent would never be noticed
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _cap(memory)
    with contextlib.suppress(EOFError, OSError):
        while True:
            item = pipe.recv()
            try:
                answer: tuple[bool, object] = (True, work(item))
            except Exception as fault:
                answer = (False, fault if isinstance(fault, MemoryError) else RuntimeError(_said(fault)))
            pipe.send(answer)


def _said(fault: Exception) -> str:
    return f"{type(fault).__name__}: {fault}"[:300]


def _cap(memory: int) -> None:
    """Allow so many bytes beyond what was there at the fork; no cap where the system knows none."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError, ValueError, StopIteration):
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
        kilobytes = next(int(line.split()[1]) for line in status if line.startswith("VmData:"))
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (kilobytes * 1024 + memory, hard))
