"""This machine's cores: a pool of processes, forked when the register's index is built."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.synchronize import Event

from mercato.engines.archive.job import Outcome, ShardFailed, Task, run_task
from mercato.engines.archive.reading import Tools

Work = Callable[[Task, Tools, Callable[[], bool]], Outcome]


def run_one(task: Task, tools: Tools, stopped: Callable[[], bool]) -> Outcome:
    """What a worker does with a shard."""
    return run_task(task, tools, stopped=stopped)


# A worker gets its tools by being forked from a process that has them: an index can't be sent.
_inherited: tuple[Tools, Work, Event] | None = None


def local_engine(tools: Tools, workers: int, work: Work = run_one) -> Callable[[list[Task]], Iterator[Outcome]]:
    """An engine of so many processes. A shard whose worker is ended from outside is read again, then alone."""

    def engine(tasks: list[Task]) -> Iterator[Outcome]:
        global _inherited
        stop = multiprocessing.get_context("fork").Event()
        _inherited = (tools, work, stop)
        try:
            again = yield from _run(tasks, workers)
            for task in again:
                for lost in (yield from _run([task], 1)):
                    yield ShardFailed(lost.shard, f"{lost.shard}: its worker was ended twice; short of memory?")
        finally:
            stop.set()
            _inherited = None

    return engine


def _run(tasks: list[Task], workers: int) -> Generator[Outcome, None, list[Task]]:
    """Yield outcomes as they come; the generator's value are the tasks that were lost with a worker."""
    todo = deque(tasks)
    lost: list[Task] = []
    while todo:
        running: dict[Future[Outcome], Task] = {}
        context = multiprocessing.get_context("fork")
        pool = ProcessPoolExecutor(min(workers, len(todo)), context, _start_worker, (os.getpid(),))
        try:
            while todo or running:
                while todo and len(running) < workers:
                    running[pool.submit(_work, todo[0])] = todo[0]
                    todo.popleft()
                finished, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    outcome = future.result()
                    del running[future]
                    yield outcome
        except BrokenProcessPool:
            lost.extend(running.values())
        finally:
            if _inherited is not None and running:
                _inherited[2].set()
            pool.shutdown(cancel_futures=True)
            if _inherited is not None:
                _inherited[2].clear()
    return lost


def _work(task: Task) -> Outcome:
    assert _inherited is not None
    tools, work, stop = _inherited
    return work(task, tools, stop.is_set)


def _start_worker(parent: int) -> None:
    """Leave Ctrl-C to the parent, and end with it even where it was killed: a waiting worker would never notice."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        with contextlib.suppress(Exception):
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
