"""Files that are there whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mercato.errors import MercatoError


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """A place beside a file to write to; it becomes the file when all went well, and is gone where something did not.

    Raises MercatoError where it can't be written.
    """
    beside = path.with_name(path.name + ".part")
    try:
        yield beside
        beside.replace(path)
    except OSError as fault:
        raise MercatoError(f"{path}: can't be written ({fault.strerror or fault}).") from None
    finally:
        beside.unlink(missing_ok=True)
