"""What can go wrong, as a tree: each error says whether to go on, and its message says what to do.

    MercatoError                 anything of ours; the command ends with exit code 1
    ├── DocumentSkipped          this one input can't be read; the rest of the run goes on, the skip is counted
    ├── SourceUnusable           the whole source (file, address, feed) can't be used; other sources go on
    ├── DataFileError            a data file of ours or of the user's is wrong; names file, entry and what is allowed
    ├── LedgerError              the ledger can't be opened, written or trusted
    │   └── LedgerBusy           another writer holds the lock
    ├── NotFound                 the thing asked for is not there; offers the nearest names
    └── Misused                  the call itself is off; exit code 2

A message holds the value, what is wrong with it, and the next step.
"""

from __future__ import annotations


class MercatoError(Exception):
    """Any error that mercato raises on purpose."""

    exit_code = 1


class DocumentSkipped(MercatoError):
    """One input can't be read as a document; the run goes on without it.

    `input_name` is what the user called it (path, address, or path:line); `reason` is one of a small closed set,
    so that skips can be counted by reason.
    """

    def __init__(self, input_name: str, reason: str, advice: str) -> None:
        super().__init__(f"{input_name}: {reason}. {advice}")
        self.input_name = input_name
        self.reason = reason
        self.advice = advice


class SourceUnusable(MercatoError):
    """A whole source can't be used (missing file, refused address, no right to read)."""


class DataFileError(MercatoError):
    """A data file is wrong; the message names file, entry and what is allowed."""


class LedgerError(MercatoError):
    """The ledger can't be opened, written or trusted."""


class LedgerBusy(LedgerError):
    """Another process is writing to the ledger."""


class NotFound(MercatoError):
    """What was asked for is not known; `nearest` holds names that come close."""

    def __init__(self, message: str, nearest: tuple[str, ...] = ()) -> None:
        super().__init__(message + (f" Did you mean: {', '.join(nearest)}?" if nearest else ""))
        self.nearest = nearest


class Misused(MercatoError):
    """The call is off: options that exclude each other, a value outside its range."""

    exit_code = 2
