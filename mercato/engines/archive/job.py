"""A job: many shards into one folder, a Parquet file for each, written whole; what is there is not read again."""

from __future__ import annotations

import hashlib
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pyarrow.parquet as pq

from mercato.engines.archive.reading import Tools, shared_tools
from mercato.engines.archive.records import Limits
from mercato.engines.archive.rows import SCHEMA
from mercato.engines.archive.shard import Course, read_shard
from mercato.engines.archive.storage import list_shards, make_folder, names_in, open_shard, read_whole, write_whole
from mercato.errors import MercatoError, Misused, SourceUnusable

MANIFEST = "manifest.json"
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")


@dataclass(frozen=True, slots=True)
class ShardDone:
    """A shard that is read and written: its file, how many records were what, and the seconds of each step."""

    shard: str
    file: str
    counts: dict[str, int]
    seconds: dict[str, float]


@dataclass(frozen=True, slots=True)
class ShardFailed:
    """A shard that could not be read at all, and why; nothing was written of it."""

    shard: str
    why: str


Outcome = ShardDone | ShardFailed


@dataclass(frozen=True, slots=True)
class Task:
    """One shard and where its rows go; it is small and can be sent anywhere."""

    shard: str
    folder: str
    languages: tuple[str, ...] | None
    limits: Limits


class Manifest(msgspec.Struct):
    """What stands in a folder of results: the job, the shards that are done, and those that failed."""

    job: dict[str, Any]
    done: dict[str, ShardDone] = msgspec.field(default_factory=dict)
    failed: dict[str, str] = msgspec.field(default_factory=dict)


@dataclass(slots=True)
class Totals:
    """What a whole job did."""

    shards: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    def count(self, outcome: Outcome) -> None:
        """Take one shard into the counts."""
        if isinstance(outcome, ShardFailed):
            self.failed[outcome.shard] = outcome.why
            return
        self.shards += 1
        self.counts.update(outcome.counts)
        for step, spent in outcome.seconds.items():
            self.seconds[step] = self.seconds.get(step, 0.0) + spent


def file_name(shard: str) -> str:
    """The name of a shard's results: its own name made harmless, and a hash of its address."""
    base = _UNSAFE.sub("_", shard.rstrip("/").rsplit("/", 1)[-1]).lstrip(".")[:80] or "shard"
    return f"{base}-{hashlib.sha256(shard.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}.parquet"


def run_task(
    task: Task, tools: Tools | None = None, *, stopped: Callable[[], bool] = lambda: False, guarded: bool = True
) -> Outcome:
    """Read one shard and write its rows; knows no engine. A shard that can't be read is an outcome, not an error."""
    tools = tools or shared_tools(task.languages)
    course = Course()
    started = time.perf_counter()
    name = file_name(task.shard)
    metadata = {b"mercato.job": _job_key(tools.job), b"mercato.shard": task.shard.encode("utf-8", "replace")}

    def fill(stream: Any) -> None:
        batches = read_shard([task.shard], tools, task.limits, course=course, stopped=stopped, guarded=guarded)
        with pq.ParquetWriter(stream, SCHEMA.with_metadata(metadata), compression="zstd") as writer:
            for batch in batches:
                writer.write_batch(batch.replace_schema_metadata(metadata))

    try:
        write_whole(f"{task.folder.rstrip('/')}/{name}", fill)
    except SourceUnusable as unusable:
        return ShardFailed(task.shard, str(unusable))
    except MemoryError:
        return ShardFailed(task.shard, f"{task.shard}: needs more memory than a worker has.")
    course.spent("all", time.perf_counter() - started)
    counts = dict(course.counts) | {f"bad: {reason}": number for reason, number in course.reasons.items()}
    return ShardDone(task.shard, name, counts, {step: round(s, 3) for step, s in course.seconds.items()})


def shards_of(read_from: str) -> list[str]:
    """The shards that an argument stands for: a file, a folder, or `@FILE` with an address on each line."""
    if not read_from.startswith("@"):
        return list_shards(read_from)
    listed = read_whole(read_from[1:])
    if listed is None:
        raise SourceUnusable(f"{read_from[1:]}: there is no such list of addresses.")
    rows = [line.strip() for line in listed.decode("utf-8", "replace").splitlines()]
    found = list(dict.fromkeys(row for row in rows if row and not row.startswith("#")))
    if not found:
        raise SourceUnusable(f"{read_from[1:]}: holds no address.")
    return found


Engine = Callable[[list[Task]], Iterator[Outcome]]


def run_job(
    shards: Iterable[str],
    folder: str,
    engine: Engine,
    tools: Tools,
    *,
    languages: tuple[str, ...] | None = None,
    limits: Limits | None = None,
    watch: Callable[[Outcome, bool], None] | None = None,
) -> Totals:
    """Read shards into a folder by an engine; `watch` hears of each, also of those that an earlier run has done.

    Raises Misused where the folder holds the results of another job, SourceUnusable where it can't be written to.
    """
    watch = watch or (lambda *_: None)
    make_folder(folder)
    manifest = _manifest(folder, tools.job)
    totals = Totals()
    todo: list[Task] = []
    for shard in shards:
        done = manifest.done.get(shard)
        if done is None:
            todo.append(Task(shard, folder, languages, limits or Limits()))
            continue
        totals.count(done)
        watch(done, True)
    try:
        for outcome in engine(todo):
            totals.count(outcome)
            _note(manifest, outcome)
            _write_manifest(folder, manifest)
            watch(outcome, False)
    finally:
        _write_manifest(folder, manifest)
    return totals


def _note(manifest: Manifest, outcome: Outcome) -> None:
    if isinstance(outcome, ShardDone):
        manifest.done[outcome.shard] = outcome
        manifest.failed.pop(outcome.shard, None)
    else:
        manifest.failed[outcome.shard] = outcome.why


def _write_manifest(folder: str, manifest: Manifest) -> None:
    data = msgspec.json.format(msgspec.json.encode(manifest, order="sorted"), indent=1)
    write_whole(f"{folder.rstrip('/')}/{MANIFEST}", lambda stream: stream.write(data))


def _manifest(folder: str, job: dict[str, Any]) -> Manifest:
    """What the folder's manifest says, and files besides that were written by a run which ended before it said so."""
    there = names_in(folder)
    manifest = _stored(folder) or Manifest(job)
    if manifest.job != job and (manifest.done or any(name.endswith(".parquet") for name in there)):
        raise Misused(
            f"{folder} holds the results of another job ({_difference(manifest.job, job)}). Name a new folder."
        )
    manifest.job = job
    manifest.done = {shard: done for shard, done in manifest.done.items() if done.file in there}
    known = {done.file for done in manifest.done.values()}
    for name in sorted(there - known):
        if name.endswith(".parquet"):
            done = _written(folder, name, job)
            if done is not None:
                manifest.done[done.shard] = done
    return manifest


def _difference(one: dict[str, Any], other: dict[str, Any]) -> str:
    return ", ".join(f"{k}: {one.get(k)!r}, now {other.get(k)!r}" for k in other if one.get(k) != other.get(k))


def _stored(folder: str) -> Manifest | None:
    data = read_whole(f"{folder.rstrip('/')}/{MANIFEST}")
    if data is None:
        return None
    try:
        return msgspec.json.decode(data, type=Manifest)
    except msgspec.DecodeError as fault:
        raise Misused(f"{folder}/{MANIFEST} is no manifest ({fault}). Name a new folder, or take it away.") from None


def _written(folder: str, name: str, job: dict[str, Any]) -> ShardDone | None:
    """The shard of a file that the manifest doesn't know: its rows are whole, as files appear whole or not at all."""
    try:
        with open_shard(f"{folder.rstrip('/')}/{name}") as file:
            table = pq.ParquetFile(file)
            said = table.schema_arrow.metadata or {}
            if said.get(b"mercato.job") != _job_key(job):
                return None
            shard = said[b"mercato.shard"].decode()
            groups = table.metadata.num_row_groups
            rows = table.read_row_group(groups - 1, columns=["kind", "detail"]).to_pylist() if groups else []
            counts = msgspec.json.decode(rows[-1]["detail"], type=dict[str, int]) if rows else {}
            return ShardDone(shard, name, counts, {}) if name == file_name(shard) else None
    except (MercatoError, OSError, ValueError, KeyError, TypeError):
        return None


def _job_key(job: dict[str, Any]) -> bytes:
    return msgspec.json.encode(job, order="sorted")
