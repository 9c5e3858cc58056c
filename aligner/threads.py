"""How many threads there are to use, and how few for small matrices."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


def cores() -> int:
    """The cores this process may use, which in a container are fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Matrix products in one thread.

    The matrices here are small: BLAS threads that wait for each other on a busy machine made the
    products six times slower.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, user_api="blas"):
        yield
