"""How many threads there are to use, and how few for small matrices."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


def cores() -> int:
    """The cores this process may use, which in a container are fewer than the machine has.

    `OMP_NUM_THREADS`, which numpy and PyTorch heed as well, makes them fewer: processes that share a
    machine are told so.
    """
    native = getattr(os, "sched_getaffinity", None)
    found = len(native(0)) if native else os.cpu_count() or 1
    most = os.environ.get("OMP_NUM_THREADS", "")
    return min(found, int(most)) if most.isdecimal() and int(most) else found


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Matrix products in one thread.

    The matrices here are small: BLAS threads that wait for each other on a busy machine made the
    products six times slower.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, user_api="blas"):
        yield
