"""Where shards lie and results go: local paths and object-store addresses, all through Arrow's file systems."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, cast

import pyarrow as pa
from pyarrow import fs

from mercato.errors import SourceUnusable

SUFFIXES = (
    ".warc", ".warc.gz", ".warc.zst", ".parquet", ".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz", ".jsonl.zst",
)  # fmt: skip
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]{0,20}://", re.IGNORECASE)
_BY_RENAME = frozenset(("local", "hdfs", "mock"))
"""Stores in which a half-written file can be seen; in object stores a file is there once it is whole."""
FAULTS = (OSError, ValueError, pa.ArrowException)

Opener = Callable[[str], tuple[fs.FileSystem, str]]
openers: dict[str, Opener] = {}
"""How addresses of a scheme are opened, where Arrow does not know it or is to be told more (credentials, a mock)."""


def resolve(address: str) -> tuple[fs.FileSystem, str]:
    """The file system of a path or address, and the path in it. Raises SourceUnusable for a scheme nobody knows."""
    if not _ADDRESS.match(address):
        return fs.LocalFileSystem(), str(Path(address).absolute())
    scheme = address.split("://", 1)[0].lower()
    try:
        if scheme in openers:
            return openers[scheme](address)
        system, path = fs.FileSystem.from_uri(address)
    except FAULTS as fault:
        raise unusable(address, fault) from fault
    return system, path


def unusable(address: str, fault: BaseException) -> SourceUnusable:
    """The error for a shard or folder that can't be reached."""
    lines = str(fault).splitlines()
    why = " ".join(lines[0].split()) if lines else type(fault).__name__
    return SourceUnusable(f"{address}: can't be used ({why}). Check the address and the right to read and write there.")


def list_shards(address: str) -> list[str]:
    """The shards under a folder in order, or the one file that the address names."""
    system, path = resolve(address)
    try:
        info = system.get_file_info(path)
        if info.type == fs.FileType.File:
            return [address]
        if info.type != fs.FileType.Directory:
            raise SourceUnusable(f"{address}: there is nothing of that name. Give a file, a folder or @LIST.")
        inside = system.get_file_info(fs.FileSelector(path, recursive=True))
    except FAULTS as fault:
        raise unusable(address, fault) from fault
    base = address.rstrip("/")
    found = sorted(i.path for i in inside if i.type == fs.FileType.File and i.base_name.lower().endswith(SUFFIXES))
    if not found:
        raise SourceUnusable(f"{address}: holds no archive. Known are {', '.join(SUFFIXES)}.")
    return [f"{base}/{one[len(path.rstrip('/')) :].lstrip('/')}" for one in found]


def open_shard(address: str) -> IO[bytes]:
    """A shard for reading, as a file that can be searched. Raises SourceUnusable."""
    system, path = resolve(address)
    try:
        return cast(IO[bytes], system.open_input_file(path))
    except FAULTS as fault:
        raise unusable(address, fault) from fault


def read_whole(address: str) -> bytes | None:
    """The bytes of a small file; None where there is none."""
    system, path = resolve(address)
    try:
        if system.get_file_info(path).type != fs.FileType.File:
            return None
        with system.open_input_stream(path, compression=None) as stream:
            return cast(bytes, stream.read())
    except FAULTS as fault:
        raise unusable(address, fault) from fault


def make_folder(address: str) -> None:
    """Make a folder where there is none."""
    system, path = resolve(address)
    try:
        system.create_dir(path, recursive=True)
    except FAULTS as fault:
        raise unusable(address, fault) from fault


def names_in(address: str) -> set[str]:
    """The names of the files in a folder; none where there is no folder."""
    system, path = resolve(address)
    try:
        found = system.get_file_info(fs.FileSelector(path, allow_not_found=True))
    except FAULTS as fault:
        raise unusable(address, fault) from fault
    return {info.base_name for info in found if info.type == fs.FileType.File}


def write_whole(address: str, fill: Callable[[Any], None]) -> None:
    """Write a file so that it is there whole or not at all; `fill` writes into the stream it is given."""
    system, path = resolve(address)
    renamed = system.type_name in _BY_RENAME
    folder, _, name = path.rpartition("/")
    target = f"{folder}/.{name}.{secrets.token_hex(4)}.tmp" if renamed else path
    try:
        with system.open_output_stream(target, compression=None) as stream:
            fill(stream)
        if system.type_name == "local":
            _sync(target)
        if renamed:
            system.move(target, path)
    except BaseException as fault:
        if renamed:
            with contextlib.suppress(*FAULTS):
                system.delete_file(target)
        if isinstance(fault, OSError | pa.ArrowException):
            raise unusable(address, fault) from fault
        raise


def _sync(path: str) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
