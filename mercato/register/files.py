"""The files of a public register, brought to a folder: in whole, checked, and from where the last try broke off.

Knows no network: whatever fetches is handed in.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from mercato.errors import DataFileError, SourceUnusable

FILES = ("people.csv", "teams.csv", "names.csv")
NEEDED = frozenset(("people.csv", "teams.csv"))
# The register of 445,000 people has some 60 MB; ten times that is somebody's mistake, or worse.
LARGEST = 1_000_000_000


class Incoming(Protocol):
    """A file on its way, from byte `start` on; `size` is that of the whole, where it is known."""

    @property
    def start(self) -> int:
        """The byte that the parts begin at."""

    @property
    def size(self) -> int | None:
        """The size of the whole file."""

    @property
    def validator(self) -> str | None:
        """What names this version of the file."""

    @property
    def parts(self) -> Iterator[bytes]:
        """The bytes."""

    @property
    def found(self) -> bool:
        """Whether there is such a file."""


Fetch = Callable[[str, int, str | None], AbstractContextManager[Incoming]]
"""Asks for an address from a byte on, if the version is still the one that the validator names."""
Progress = Callable[[str, int, int | None], None]
"""Told of a file's name, the bytes that are there, and of how many."""


@dataclass(frozen=True, slots=True)
class Brought:
    """A file that is there in whole."""

    name: str
    path: Path
    size: int
    sha256: str


def bring(
    address: str,
    folder: Path,
    fetch: Fetch,
    digests: Mapping[str, str] | None = None,
    progress: Progress = lambda name, done, size: None,  # noqa: ARG005
) -> list[Brought]:
    """Bring the register's files from the folder at `address` to `folder`, each in whole and checked.

    `digests` are SHA-256 sums by name; those of a file SHA256SUMS at the address are taken too. What was there in part
    is completed. Raises SourceUnusable where a file can't be had or is not what it should be; then `folder` keeps the
    part for the next try, and nothing that was in whole is lost.
    """
    base = address if address.endswith("/") else f"{address}/"
    _make(folder)
    sums = {**_sums(base, folder, fetch), **(digests or {})}
    brought: list[Brought] = []
    for name in FILES:
        path = _complete(f"{base}{name}", folder / name, fetch, progress)
        if path is not None:
            brought.append(_checked(name, path, sums.get(name)))
        elif name in NEEDED:
            raise SourceUnusable(f"{base}{name}: is not there. Give the address of the folder that holds the files.")
    return brought


def local_files(folder: Path, digests: Mapping[str, str] | None = None) -> list[Brought]:
    """The register's files in a folder of this machine, checked like those that are fetched."""
    brought = [_checked(name, folder / name, (digests or {}).get(name)) for name in FILES if (folder / name).exists()]
    missing = NEEDED - {one.name for one in brought}
    if missing:
        raise SourceUnusable(
            f"{folder}: {' and '.join(sorted(missing))} can't be found. Give the folder that has them."
        )
    return brought


def _complete(address: str, path: Path, fetch: Fetch, progress: Progress) -> Path | None:
    """The file in whole; None where there is none. The part stays beside it while it grows."""
    part, note = path.with_name(f"{path.name}.part"), path.with_name(f"{path.name}.part.json")
    start, validator = _so_far(part, note)
    with fetch(address, start, validator) as incoming:
        if not incoming.found:
            return None
        if incoming.start not in (0, start):
            raise SourceUnusable(f"{address}: the server sent another part than was asked for. Try again.")
        note.write_text(json.dumps({"address": address, "validator": incoming.validator}))
        done = incoming.start
        with part.open("r+b" if done else "wb") as file:
            file.seek(done)
            file.truncate()
            for piece in incoming.parts:
                done += len(piece)
                if done > LARGEST:
                    raise SourceUnusable(f"{address}: is longer than {LARGEST:,} bytes. That is no register.")
                file.write(piece)
                progress(path.name, done, incoming.size)
            file.flush()
            os.fsync(file.fileno())
        if incoming.size is not None and done != incoming.size:
            raise SourceUnusable(
                f"{address}: {done:,} of {incoming.size:,} bytes came. Run the same command again: it goes on there."
            )
    part.replace(path)
    note.unlink(missing_ok=True)
    return path


def _so_far(part: Path, note: Path) -> tuple[int, str | None]:
    """How many bytes are there of which version; nothing where that is not known."""
    try:
        validator = json.loads(note.read_text()).get("validator")
        size = part.stat().st_size
    except (OSError, ValueError, AttributeError):
        return 0, None
    return (size, validator) if isinstance(validator, str) else (0, None)


def _checked(name: str, path: Path, wanted: str | None) -> Brought:
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        size = path.stat().st_size
    except OSError as error:
        raise SourceUnusable(f"{path}: {error.strerror}. Give the folder that holds the files.") from None
    if wanted is not None and found != wanted.lower():
        raise SourceUnusable(
            f"{path}: has the SHA-256 {found}, not {wanted.lower()}. It is another version or was damaged: delete it "
            "and try again."
        )
    if not size:
        raise SourceUnusable(f"{path}: is empty. Delete it and try again.")
    return Brought(name, path, size, found)


def _sums(base: str, folder: Path, fetch: Fetch) -> dict[str, str]:
    """The digests that the address itself gives in SHA256SUMS, where it has that file."""
    path = _complete(f"{base}SHA256SUMS", folder / "SHA256SUMS", fetch, lambda *_: None)
    if path is None:
        return {}
    lines = (line.split(maxsplit=1) for line in path.read_text("utf-8", "replace").splitlines() if line.strip())
    return {parts[1].lstrip("*").strip(): parts[0] for parts in lines if len(parts) == 2 and len(parts[0]) == 64}


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataFileError(
            f"{folder}: can't be made ({error.strerror}). Set MERCATO_HOME to another folder."
        ) from None
