"""The pairs of a job on this machine: in this process, or in several that each load the models once."""

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import cache
from itertools import islice
from threading import Thread

from aligner.corpus.pair import Outcome, Outcomes, Pair
from aligner.corpus.worker import DIED, Task, Worker
from aligner.threads import cores

# Pairs handed out beyond those that are being compared, so that no process waits for the next.
AHEAD = 2

_NO_WORRY = "ignore:resource_tracker:UserWarning"

# What the pool's initializer leaves for the tasks of its process; it cannot hand it on otherwise.
_of_this_process: list[Callable[[], Worker]] = []


def in_this_process(task: Task, pairs: Iterable[Pair]) -> Outcomes:
    """The outcome of each pair, in turn. Raises ModelError, LanguageError."""
    worker = Worker(task)
    yield from map(worker, pairs)


def in_processes(task: Task, pairs: Iterable[Pair], jobs: int) -> Outcomes:
    """The outcome of each pair, as they come, from `jobs` processes.

    Never more than a few pairs for each process are in memory. A pair whose process dies is tried once
    more by itself; when that dies, too, the pair has failed. Raises ModelError, LanguageError.
    """
    suspects: deque[Pair] = deque()
    waiting = iter(pairs)
    while True:
        yield from _until_broken(task, waiting, jobs, suspects)
        if not suspects:
            return
        while suspects:
            yield _alone(task, suspects.popleft())


def _until_broken(
    task: Task, waiting: Iterator[Pair], jobs: int, suspects: deque[Pair]
) -> Iterator[Outcome]:
    """Outcomes until all pairs are done, or a process died: then `suspects` get the pairs in flight."""
    flying: dict[Future[Outcome], Pair] = {}
    with _pool(task, jobs) as pool:
        while True:
            for pair in islice(waiting, jobs + AHEAD - len(flying)):
                try:
                    flying[pool.submit(_compared, pair)] = pair
                except BrokenProcessPool:
                    suspects.append(pair)
                    break
            if not flying:
                return
            done, _ = wait(flying, return_when=FIRST_COMPLETED)
            for future in done:
                pair = flying.pop(future)
                try:
                    yield future.result()
                except BrokenProcessPool:
                    suspects.append(pair)
            if suspects:
                suspects.extend(flying.values())
                return


def _alone(task: Task, pair: Pair) -> Outcome:
    with _pool(task, 1) as pool:
        try:
            return pool.submit(_compared, pair).result()
        except BrokenProcessPool:
            return Outcome(pair, "failed", DIED)


@contextmanager
def _pool(task: Task, jobs: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that share the cores and end with this one, however it ends."""
    context = multiprocessing.get_context("spawn")
    with _environment(
        # New processes are told how many threads to use, in the way that numpy and PyTorch know, too.
        OMP_NUM_THREADS=str(max(1, cores() // jobs)),
        # When this process is killed, Python's helper clears its semaphores away, and warns of them.
        PYTHONWARNINGS=",".join(filter(None, [os.environ.get("PYTHONWARNINGS"), _NO_WORRY])),
    ):
        pool = ProcessPoolExecutor(jobs, context, _start, (task,))
        try:
            yield pool
        except BaseException:
            # An interrupt does not wait for a pair of many minutes.
            for process in (pool._processes or {}).values():
                process.terminate()
            raise
        finally:
            pool.shutdown(cancel_futures=True)


@contextmanager
def _environment(**settings: str) -> Iterator[None]:
    """Settings of new processes."""
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _start(task: Task) -> None:
    """Set a process of the pool up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what an interrupt means
    Thread(target=_end_with_parent, daemon=True).start()
    # Loaded with the first pair: the pool would not tell what goes wrong in here.
    _of_this_process.append(cache(lambda: Worker(task)))


def _compared(pair: Pair) -> Outcome:
    return _of_this_process[0]()(pair)


def _end_with_parent() -> None:
    """Leave when the parent is gone: killed, it cannot tell its children."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
