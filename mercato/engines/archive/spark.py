"""A Spark cluster: each shard is a task, which reads and writes as it would here."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

from mercato.engines.archive.job import Outcome, Task, run_task
from mercato.errors import Misused

_WAVES = 4
"""So many tasks for each core go out at a time; after each wave the manifest is written."""


def spark_engine(
    master: str | None = None, work: Callable[[Task], Outcome] = run_task
) -> Callable[[list[Task]], Iterator[Outcome]]:
    """An engine on a cluster: `master` as Spark names it, else what spark-submit says. Misused without pyspark."""
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise Misused("--engine spark needs pyspark: pip install 'mercato[spark]'.") from None

    def engine(tasks: list[Task]) -> Iterator[Outcome]:
        if not tasks:
            return
        if (master or "").startswith("local"):
            os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # else whatever "python3" is, without mercato
        builder: Any = SparkSession.builder.appName("mercato archive")
        session = (builder.master(master) if master else builder).getOrCreate()
        context = session.sparkContext
        size = max(1, context.defaultParallelism) * _WAVES
        for start in range(0, len(tasks), size):
            wave = tasks[start : start + size]
            yield from context.parallelize(wave, len(wave)).map(lambda task: work(task)).collect()

    return engine
