"""A process of its own for what strangers wrote: it has a deadline and a memory cap for each document."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from mercato.errors import DocumentSkipped
from mercato.sources.skips import Reason, skipped

R = TypeVar("R")

# Seconds: the slowest of 300 real pages took under a second; a hundred thousand nested tags take 6 to 40.
DEADLINE = 15.0
# Bytes of address space; an idle worker with its libraries has some 300 MB, a large page takes 200 more.
MEMORY = 1_500_000_000
# What parsers leak is given back when the worker is replaced.
_DOCUMENTS_BEFORE_A_NEW_ONE = 500


class ParserWorker:
    """Runs functions in another process, one at a time; one that takes too long or too much is killed and replaced.

    Functions and what they take and give must be picklable. Use it in a `with`, or close it when done.
    """

    def __init__(self, seconds: float = DEADLINE, memory: int = MEMORY) -> None:
        from multiprocessing import get_context

        from pebble import ProcessPool

        self._seconds = seconds
        # Not forked: the watching process has threads, and a fork would copy the locks they hold.
        self._pool = ProcessPool(
            max_workers=1,
            max_tasks=_DOCUMENTS_BEFORE_A_NEW_ONE,
            initializer=_cap_memory,
            initargs=(memory,),
            context=get_context("spawn"),
        )

    def run(self, name: str, function: Callable[..., R], *arguments: Any) -> R:
        """The result of `function(*arguments)`, done in the worker.

        DocumentSkipped where the function raises one, or, under `name`, where the worker had to be killed.
        """
        from concurrent.futures import TimeoutError as TookTooLong

        from pebble import ProcessExpired

        future = self._pool.schedule(_guarded, args=[function, arguments], timeout=self._seconds)
        try:
            result, skip = future.result()
        except TookTooLong:
            raise skipped(name, Reason.PARSER_KILLED, f"It took more than {self._seconds:g} seconds") from None
        except ProcessExpired:
            raise skipped(name, Reason.PARSER_KILLED, "The parser died of it") from None
        if skip is not None:
            raise DocumentSkipped(*skip)
        return result  # type: ignore[no-any-return]

    def close(self) -> None:
        """End the worker."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()

    def __enter__(self) -> ParserWorker:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def _guarded(function: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Any, tuple[str, str, str] | None]:
    """The result, or a skip in parts: our errors don't come whole through a pipe."""
    try:
        return function(*arguments), None
    except DocumentSkipped as skip:
        return None, (skip.input_name, skip.reason, skip.advice)
    except MemoryError:
        return None, _skip_of(arguments, Reason.PARSER_KILLED, "It took more memory than a document may")
    except Exception as error:
        # What strangers' bytes do to parsers is not foreseeable; it costs this document and no more.
        return None, _skip_of(arguments, Reason.BROKEN_PAGE, f"The parser gave up with {type(error).__name__}")


def _skip_of(arguments: tuple[Any, ...], reason: Reason, detail: str) -> tuple[str, str, str]:
    """A skip in parts, under the address or path among the arguments of the reading."""
    skip = skipped(next((one for one in arguments if isinstance(one, str)), "a document"), reason, detail)
    return skip.input_name, skip.reason, skip.advice


def _cap_memory(limit: int) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
