from __future__ import annotations

import importlib.util
import os
import shutil
import signal
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.skipif(
        importlib.util.find_spec("pyspark") is None, reason="no pyspark here; pip install 'mercato[spark]' to run these"
    ),
    pytest.mark.skipif(shutil.which("java") is None, reason="no Java here, which Spark runs on"),
]

from mercato.engines.archive.job import Outcome, Task, run_job, run_task  # noqa: E402
from mercato.engines.archive.local import local_engine  # noqa: E402
from mercato.engines.archive.spark import spark_engine  # noqa: E402
from tests.engines.archives import word_tools  # noqa: E402
from tests.engines.test_job import rows, shards  # noqa: E402


def work(task: Task) -> Outcome:
    return run_task(task, word_tools())


def killed_once(task: Task) -> Outcome:
    mark = Path(task.folder).parent / "killed"
    if "part-1" in task.shard and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return run_task(task, word_tools())


@pytest.mark.parametrize("what", [work, killed_once])
def test_spark_gives_the_rows_that_the_pool_gives(tmp_path: Path, what: object) -> None:
    addresses = shards(tmp_path / "in")
    run_job(addresses, str(tmp_path / "pool"), local_engine(word_tools(), 2), word_tools())
    engine = spark_engine("local[2,4]", what)  # type: ignore[arg-type]
    totals = run_job(addresses, str(tmp_path / "spark"), engine, word_tools())
    assert totals.failed == {}
    assert (tmp_path / "killed").exists() == (what is killed_once)
    assert rows(tmp_path / "spark") == rows(tmp_path / "pool")
